/*
 * ruleset_kept.c - the rule set of a published version, read from PostgreSQL
 */
#include "ctl/ruleset_dir.h"

#include "conf/load.h"
#include "ctl/layout.h"
#include "ctl/records.h"
#include "store/version.h"

#include <sys/stat.h>

/* The one kept set whose hash begins with `name`. */
static int find_version(struct records *r, struct arena *a, const char *name, const struct digest range[2],
                        struct digest *hash)
{
    struct digest *found;
    int n;
    if (ruleset_between(r->db, a, range[0], range[1], 2, &found, &n) != DB_OK)
        return records_failed(r);
    if (n == 1)
        *hash = found[0];
    else
        fprintf(stderr,
                n ? "referralctl: `%s` begins the hashes of several rule sets; give more digits\n"
                  : "referralctl: no rule set is kept whose hash begins with `%s`, and there is no such directory; "
                    "`rules log` lists those that were published\n",
                name);
    return n == 1 ? CTL_OK : CTL_USAGE;
}

static int fetch(struct records *r, struct digest hash, struct ruleset_dir *d)
{
    struct stored_file *files;
    char hex[DIGEST_HEX_SIZE];
    bool found;
    int n;
    if (ruleset_fetch(r->db, d->arena, hash, &files, &n, &found) != DB_OK)
        return records_failed(r);
    struct source_file *list = ARENA_ARRAY(d->arena, found ? (size_t)n + 1 : 1, struct source_file);
    for (int i = 0; list && found && i < n; i++)
        list[i] = (struct source_file){files[i].name, files[i].bytes, files[i].digest};
    d->shown_as = arena_printf(d->arena, "ruleset %.12s", digest_hex(hash, hex)).p;
    d->source = (struct source){.shown_as = d->shown_as, .files = list, .n = list && found ? n : 0};
    return d->shown_as && d->source.n ? CTL_OK : CTL_NO_ANSWER;
}

static int build(struct ruleset_dir *d, struct digest hash)
{
    struct diag *diag = diag_new();
    d->rs = diag ? conf_load_tests(&d->source, d->arena, diag, &d->tests) : NULL;
    bool good = d->rs && diag_count(diag, DIAG_ERROR) == 0;
    bool same = good && digest_eq(d->rs->hash, hash);
    if (!good && diag) {
        diag_sort(diag);
        diag_print(diag, stderr, layout_colour(stderr));
        fprintf(stderr, "referralctl: this version cannot be read any more: %s\n", d->shown_as);
    } else if (good && !same)
        fprintf(stderr, "referralctl: the files kept no longer have the hash of %s\n", d->shown_as);
    diag_free(diag);
    return same ? CTL_OK : CTL_NO;
}

static int read_version(const struct call *c, const char *name, const struct digest range[2],
                        struct ruleset_dir *out)
{
    struct records records = {0};
    struct digest hash;
    int code = records_open(c, false, &records);
    *out = (struct ruleset_dir){.arena = arena_new(0)};
    if (code == CTL_OK && !out->arena)
        code = CTL_NO_ANSWER;
    if (code == CTL_OK)
        code = find_version(&records, out->arena, name, range, &hash);
    if (code == CTL_OK)
        code = fetch(&records, hash, out);
    if (code == CTL_OK)
        code = build(out, hash);
    records_close(&records);
    if (code != CTL_OK)
        ruleset_dir_close(out);
    return code;
}

int ruleset_dir_or_version(const struct call *c, const char *name, struct ruleset_dir *out)
{
    struct stat st;
    struct digest range[2];
    if (stat(name, &st) != 0 && version_range(str_from(name), &range[0], &range[1]))
        return read_version(c, name, range, out);
    return ruleset_dir_read(name, out) ? CTL_OK : CTL_USAGE;
}
