/*
 * rules_graph.c - the picture written as DOT, or drawn by Graphviz
 */
#include "ctl/graph.h"
#include "ctl/graphviz.h"
#include "ctl/ruleset_dir.h"

#include <errno.h>

/* What is to be drawn: one of them, or all rules. */
struct wish {
    const struct ruleset_dir *dir;
    struct str file;
    int rule; /* -1 */
    bool overview;
    bool svg;
};

/* ---- drawing ---- */

static void write_dot(const void *context, FILE *out)
{
    const struct wish *w = context;
    struct graph g = {out, {w->dir->arena, w->dir->rs, true, 4, "\n"}};
    if (w->rule >= 0) {
        g.w.most = 0;
        graph_rule(&g, w->rule);
    } else if (w->overview) {
        graph_overview(&g);
    } else {
        graph_rules(&g, w->file);
    }
}

static bool draw(const struct wish *w, FILE *out)
{
    if (w->svg)
        return graphviz_draw(write_dot, w, out);
    write_dot(w, out);
    return fflush(out) == 0 && !ferror(out);
}

static bool draw_file(const struct wish *w, const char *path)
{
    FILE *out = fopen(path, "we");
    if (!out) {
        fprintf(stderr, "referralctl: %s: %s\n", path, strerror(errno));
        return false;
    }
    bool good = draw(w, out);
    return fclose(out) == 0 && good;
}

/* An overview, and a page for each file. */
static bool draw_pages(struct wish *w, const char *dir)
{
    const struct ruleset_dir *d = w->dir;
    const char *ending = w->svg ? "svg" : "dot";
    w->overview = true;
    bool good = draw_file(w, arena_printf(d->arena, "%s/overview.%s", dir, ending).p);
    w->overview = false;
    for (int i = 0; good && i < d->rs->n_rules; i = graph_next_file(d->rs, i)) {
        struct str page = graph_page(d->rs->rules[i].file);
        w->file = d->rs->rules[i].file;
        good = draw_file(w, arena_printf(d->arena, "%s/" STR_FMT ".%s", dir, STR_ARG(page), ending).p);
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

static bool understand(const struct call *c, const struct ruleset_dir *d, bool svg, struct wish *w)
{
    const char *file = call_value(c, OPT_FILE, NULL), *rule = call_value(c, OPT_RULE, NULL);
    *w = (struct wish){.dir = d, .rule = -1, .svg = svg};
    return (!file || find_file(d, file, w)) && (!rule || find_rule(d, rule, w));
}

int run_rules_graph(const struct call *c)
{
    static const char *const formats[] = {"dot", "svg", NULL};
    const char *format = call_format(c, formats, "dot"), *out = call_value(c, OPT_OUT, NULL);
    struct ruleset_dir d;
    struct wish w;
    if (!format)
        return CTL_USAGE;
    if (!ruleset_dir_open(c, &d))
        return CTL_NO;
    int code = CTL_USAGE;
    if (understand(c, &d, strcmp(format, "svg") == 0, &w))
        code = (out ? draw_pages(&w, out) : draw(&w, stdout)) ? CTL_OK : CTL_NO;
    ruleset_dir_close(&d);
    return code;
}
