/*
 * ruleset_dir.c - reading it
 */
#include "ctl/ruleset_dir.h"

#include "conf/load.h"
#include "ctl/layout.h"
#include "ctl/place.h"

static bool read_dir(const char *dir, struct ruleset_dir *d, struct diag *diag)
{
    if (!source_read_dir(d->arena, dir, diag, &d->source) && d->source.n == 0)
        return false;
    d->shown_as = d->source.shown_as;
    d->rs = conf_load_tests(&d->source, d->arena, diag, &d->tests);
    return d->rs && diag_count(diag, DIAG_ERROR) == 0;
}

bool ruleset_dir_open(const struct call *c, struct ruleset_dir *out)
{
    return ruleset_dir_read(c->n_args > 0 ? c->args[0] : place_config(c), out);
}

bool ruleset_dir_read(const char *dir, struct ruleset_dir *out)
{
    struct diag *diag = diag_new();
    *out = (struct ruleset_dir){.arena = arena_new(0)};
    bool good = diag && out->arena && read_dir(dir, out, diag);
    if (!good && diag) {
        diag_sort(diag);
        diag_print(diag, stderr, layout_colour(stderr));
        fprintf(stderr,
                "referralctl: %s is not a rule set that could serve; `referralctl check` tells more\n", dir);
    }
    diag_free(diag);
    if (!good)
        ruleset_dir_close(out);
    return good;
}

void ruleset_dir_close(struct ruleset_dir *d)
{
    ruleset_unref(d->rs);
    arena_free(d->arena);
    *d = (struct ruleset_dir){0};
}
