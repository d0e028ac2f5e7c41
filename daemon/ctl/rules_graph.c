/*
 * rules_graph.c - the picture written as DOT, or drawn by Graphviz
 */
#include "ctl/graph.h"
#include "ctl/graphviz.h"
#include "ctl/ruleset_dir.h"

#include <errno.h>

/* What is to be drawn: one of them, or all rules. */
struct wish {
    struct str file;
    int rule; /* -1 */
    bool overview;
    bool svg;
};

/* ---- drawing ---- */

static void write_dot(const struct ruleset_dir *d, const struct wish *w, FILE *out)
{
    struct graph g = {out, {d->arena, d->rs, true, 4, "\n"}};
    if (w->rule >= 0) {
        g.w.most = 0;
        graph_rule(&g, w->rule);
    } else if (w->overview) {
        graph_overview(&g);
    } else {
        graph_rules(&g, w->file);
    }
}

static bool draw(const struct ruleset_dir *d, const struct wish *w, FILE *out)
{
    if (!w->svg) {
        write_dot(d, w, out);
        return fflush(out) == 0 && !ferror(out);
    }
    FILE *dot = tmpfile();
    bool good = dot != NULL;
    if (good) {
        write_dot(d, w, dot);
        good = fflush(dot) == 0 && fseek(dot, 0, SEEK_SET) == 0 && fflush(out) == 0;
    }
    if (!good)
        fprintf(stderr, "referralctl: no place for a temporary file: %s\n", strerror(errno));
    good = good && graphviz_draw(dot, out);
    if (dot)
        fclose(dot);
    return good;
}

static bool draw_file(const struct ruleset_dir *d, const struct wish *w, const char *path)
{
    FILE *out = fopen(path, "we");
    if (!out) {
        fprintf(stderr, "referralctl: %s: %s\n", path, strerror(errno));
        return false;
    }
    bool good = draw(d, w, out);
    return fclose(out) == 0 && good;
}

/* An overview, and a page for each file. */
static bool draw_pages(const struct ruleset_dir *d, struct wish *w, const char *dir)
{
    const char *ending = w->svg ? "svg" : "dot";
    w->overview = true;
    bool good = draw_file(d, w, arena_printf(d->arena, "%s/overview.%s", dir, ending).p);
    w->overview = false;
    for (int i = 0; good && i < d->rs->n_rules; i = graph_next_file(d->rs, i)) {
        struct str page = graph_page(d->rs->rules[i].file);
        w->file = d->rs->rules[i].file;
        good = draw_file(d, w, arena_printf(d->arena, "%s/" STR_FMT ".%s", dir, STR_ARG(page), ending).p);
    }
    return good;
}

/* ---- the command ---- */

/* By its name, with or without directory and ending. */
static bool find_file(const struct ruleset_dir *d, const char *name, struct wish *w)
{
    for (int i = 0; i < d->rs->n_rules; i = graph_next_file(d->rs, i)) {
        struct str file = d->rs->rules[i].file, page = graph_page(file);
        struct str base = {page.p, (size_t)(file.p + file.n - page.p)};
        if (str_eqz(file, name) || str_eqz(page, name) || str_eqz(base, name)) {
            w->file = file;
            return true;
        }
    }
    fprintf(stderr, "referralctl: no file `%s` with rules in it\n", name);
    return false;
}

static bool find_rule(const struct ruleset_dir *d, const char *id, struct wish *w)
{
    const char **ids = ARENA_ARRAY(d->arena, (size_t)d->rs->n_rules + 1, const char *);
    for (int i = 0; i < d->rs->n_rules; i++) {
        if (str_eqz(d->rs->rules[i].id, id)) {
            w->rule = i;
            return true;
        }
        if (ids)
            ids[i] = d->rs->rules[i].id.p;
    }
    const char *near = ids ? diag_nearest(str_from(id), ids, (size_t)d->rs->n_rules) : NULL;
    fprintf(stderr, "referralctl: no rule `%s`", id);
    fprintf(stderr, near ? "; did you mean `%s`?\n" : "\n", near);
    return false;
}

static bool understand(const struct call *c, const struct ruleset_dir *d, struct wish *w)
{
    const char *file = call_value(c, OPT_FILE, NULL), *rule = call_value(c, OPT_RULE, NULL);
    *w = (struct wish){.rule = -1, .svg = strcmp(call_value(c, OPT_FORMAT, "dot"), "svg") == 0};
    return (!file || find_file(d, file, w)) && (!rule || find_rule(d, rule, w));
}

int run_rules_graph(const struct call *c)
{
    const char *format = call_value(c, OPT_FORMAT, "dot"), *out = call_value(c, OPT_OUT, NULL);
    struct ruleset_dir d;
    struct wish w;
    if (strcmp(format, "dot") != 0 && strcmp(format, "svg") != 0) {
        fprintf(stderr, "referralctl: there is no format `%s`; there are dot, svg\n", format);
        return CTL_USAGE;
    }
    if (!ruleset_dir_open(c, &d))
        return CTL_NO;
    int code = CTL_USAGE;
    if (understand(c, &d, &w))
        code = (out ? draw_pages(&d, &w, out) : draw(&d, &w, stdout)) ? CTL_OK : CTL_NO;
    ruleset_dir_close(&d);
    return code;
}
