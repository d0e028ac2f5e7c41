/*
 * report.c - `--check`
 */
#include "conf/load.h"
#include "conf/report.h"
#include "conf/sarif.h"
#include "conf/settings.h"

#include <jansson.h>

struct check {
    struct diag *diag;
    struct conf_counts counts;
    size_t errors, warnings;
};

static void load_all(const char *dir, struct arena *a, struct check *c)
{
    struct source s = {.shown_as = dir};
    struct settings settings;
    if (!source_read_dir(a, dir, c->diag, &s) && s.n == 0)
        return; /* no directory: nothing more to say */
    bool settled = settings_load(a, &s, dir, c->diag, &settings);
    const struct ruleset *rs = conf_load_ruleset(&s, true, c->diag);
    const struct peers *peers = NULL;
    if (rs) /* where the keys are is a setting; without it their places are taken as none */
        peers = conf_load_peers(&s, rs, settled ? settings.keys_peers : "", c->diag);
    c->counts = conf_count(&s, rs, peers);
    peers_unref(peers);
    ruleset_unref(rs);
}

static bool check(const char *dir, struct check *c)
{
    struct arena *a = arena_new(0);
    *c = (struct check){.diag = diag_new()};
    if (a && c->diag) {
        load_all(dir, a, c);
        diag_sort(c->diag);
        c->errors = diag_count(c->diag, DIAG_ERROR);
        c->warnings = diag_count(c->diag, DIAG_WARNING);
    }
    bool good = a && c->diag;
    arena_free(a);
    return good;
}

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

int conf_check(const char *dir, FILE *out, bool colour)
{
    struct check c;
    if (!check(dir, &c)) {
        diag_free(c.diag);
        fprintf(out, "config: memory is out\n");
        return 1;
    }
    diag_print(c.diag, out, colour);
    if (c.errors == 0) {
        const struct conf_counts *n = &c.counts;
        fprintf(out,
                "config: %d files, %d regions, %d categories, %d organisations, %d rules, %d tests passed, "
                "%d agencies, %d receivers (%d enrolled)",
                n->files, n->regions, n->categories, n->organisations, n->rules, n->tests, n->agencies,
                n->receivers, n->enrolled);
        if (c.warnings)
            fprintf(out, ", %zu warning%s", c.warnings, plural(c.warnings));
        fprintf(out, ": OK\n");
    } else {
        fprintf(out, "config: %zu error%s, %zu warning%s\n", c.errors, plural(c.errors), c.warnings,
                plural(c.warnings));
    }
    diag_free(c.diag);
    return c.errors ? 1 : 0;
}

static json_t *finding(const struct diag_item *i)
{
    static const char *const levels[] = {
        [DIAG_ERROR] = "error", [DIAG_WARNING] = "warning", [DIAG_NOTE] = "note"};
    return json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:s?, s:s, s:s?}", "level", levels[i->level], "kind",
                     i->kind, "file", i->file ? i->file : "", "line", (int)i->line, "col", (int)i->col,
                     "span", (int)i->span, "source", i->source, "cause", i->cause, "hint", i->hint);
}

static json_t *counts(const struct conf_counts *n)
{
    return json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "files", n->files, "regions",
                     n->regions, "categories", n->categories, "organisations", n->organisations,
                     "classifiers", n->classifiers, "rules", n->rules, "tests", n->tests, "agencies",
                     n->agencies, "receivers", n->receivers, "enrolled", n->enrolled);
}

int conf_check_json(const char *dir, FILE *out)
{
    struct check c;
    bool good = check(dir, &c);
    json_t *findings = json_array();
    for (size_t i = 0; good && i < diag_size(c.diag); i++)
        json_array_append_new(findings, finding(diag_item(c.diag, i)));
    json_t *all = json_pack("{s:b, s:i, s:i, s:o, s:o}", "ok", good && c.errors == 0, "errors", (int)c.errors,
                            "warnings", (int)c.warnings, "counts", counts(&c.counts), "findings", findings);
    bool told = all && json_dumpf(all, out, JSON_INDENT(2)) == 0;
    bool failed = !told || !good || c.errors;
    fprintf(out, "\n");
    json_decref(all);
    diag_free(c.diag);
    return failed ? 1 : 0;
}

int conf_check_sarif(const char *dir, FILE *out)
{
    struct check c;
    bool good = check(dir, &c);
    bool told = good && sarif_print(c.diag, dir, out);
    diag_free(c.diag);
    return !told || c.errors ? 1 : 0;
}
