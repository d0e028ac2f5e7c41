/*
 * place.c - where the daemon is
 */
#include "ctl/place.h"

#include "conf/load.h"
#include "ctl/layout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 1024 * 1024 };

const char *place_config(const struct call *c)
{
    return call_value(c, OPT_CONFIG, DEFAULT_CONFIG);
}

const struct ruleset *place_rules(const struct call *c)
{
    return place_rules_of(place_config(c));
}

const struct ruleset *place_rules_of(const char *dir)
{
    struct arena *a = arena_new(0);
    struct diag *diag = diag_new();
    struct source source;
    const struct ruleset *rules = NULL;
    if (a && diag && source_read_dir(a, dir, diag, &source))
        rules = conf_load_ruleset(&source, false, diag);
    if (diag && !rules) {
        diag_sort(diag);
        diag_print(diag, stderr, layout_colour(stderr));
    }
    diag_free(diag);
    arena_free(a);
    return rules;
}

static bool read_small(struct arena *a, const char *path, struct str *out)
{
    FILE *f = fopen(path, "re");
    char *bytes = arena_alloc(a, FILE_MAX + 1);
    size_t n = f && bytes ? fread(bytes, 1, FILE_MAX, f) : 0;
    bool good = f && bytes && !ferror(f) && n < FILE_MAX;
    if (!good)
        fprintf(stderr,
                "referralctl: %s: %s\n  name the configuration directory with -c DIR, or the socket with "
                "--socket PATH\n",
                path, f ? "cannot be read, or is larger than 1 MiB" : strerror(errno));
    if (f)
        fclose(f);
    *out = (struct str){bytes, n};
    return good;
}

bool place_settings(struct arena *a, const char *dir, struct settings *out)
{
    struct source_file file = {.name = STR("referrald.yaml")};
    struct str path = arena_printf(a, "%s/referrald.yaml", dir);
    struct diag *diag = diag_new();
    bool good = path.p && diag && read_small(a, path.p, &file.bytes);
    if (good) {
        struct source source = {.shown_as = dir, .files = &file, .n = 1};
        good = settings_load(a, &source, dir, diag, out);
        if (!good)
            diag_print(diag, stderr, layout_colour(stderr));
    }
    diag_free(diag);
    return good;
}

const char *place_control(struct arena *a, const struct call *c)
{
    const char *given = call_value(c, OPT_SOCKET, NULL);
    struct settings settings;
    if (!given)
        return place_settings(a, place_config(c), &settings) ? settings.listen_control : NULL;
    if (strncmp(given, "ipc://", 6) == 0)
        return given;
    char *full = realpath(given, NULL); /* a socket that is not there keeps its name, for the message */
    struct str endpoint = arena_printf(a, "ipc://%s", full ? full : given);
    free(full);
    return endpoint.p;
}
