/*
 * graph.c - nodes and edges
 */
#include "ctl/graph.h"

#define RULE_COLUMNS 44
#define RUNG_COLUMNS 26

/* Colours that stand apart in print too. */
#define GREY  "#5f6b76"
#define BLUE  "#1f5fa8"
#define RED   "#a8322b"
#define AMBER "#8a5a00"
#define FONT  "Noto Sans CJK SC"

struct str graph_page(struct str file)
{
    size_t from = file.n, to = file.n;
    while (from > 0 && file.p[from - 1] != '/')
        from--;
    while (to > from && file.p[to - 1] != '.')
        to--;
    return (struct str){file.p + from, to > from ? to - 1 - from : file.n - from};
}

int graph_next_file(const struct ruleset *rs, int i)
{
    int next = i;
    while (next < rs->n_rules && str_eq(rs->rules[next].file, rs->rules[i].file))
        next++;
    return next;
}

static void head(const struct graph *g, const char *direction)
{
    fprintf(g->out,
            "digraph rules {\n"
            "  graph [rankdir=%s, newrank=true, nodesep=0.18, ranksep=0.45, fontname=\"" FONT
            "\", fontsize=13, labeljust=l, pad=0.3];\n"
            "  node [shape=plain, fontname=\"" FONT "\", fontsize=11];\n"
            "  edge [color=\"" GREY "\", fontcolor=\"" GREY "\", fontname=\"" FONT
            "\", fontsize=9, arrowsize=0.6];\n",
            direction);
}

static void tail(const struct graph *g)
{
    fputs("}\n", g->out);
}

/* ---- what a rule does ---- */

/* A box of two parts: a title in bold, and lines below it. */
static void box(const struct graph *g, const char *colour, const char *fill, struct str title,
                struct str lines, int columns)
{
    fprintf(g->out,
            "<<table border=\"1\" cellborder=\"0\" cellspacing=\"0\" cellpadding=\"4\" "
            "color=\"%s\" "
            "bgcolor=\"%s\" style=\"rounded\"><tr><td width=\"150\" align=\"left\" balign=\"left\"><font "
            "color=\"%s\"><b>",
            colour, fill, colour);
    graph_lines(g, title, columns);
    fputs("</b></font>", g->out);
    graph_lines(g, lines, columns);
    fputs("</td></tr></table>>", g->out);
}

static void terminal(const struct graph *g, const char *name, const char *text, const char *colour)
{
    fprintf(g->out, "  %s [shape=box, style=\"rounded\", color=\"%s\", fontcolor=\"%s\", label=\"%s\"];\n",
            name, colour, colour, text);
}

/* The rungs in a row; whom nobody can take goes on to the right. */
static void ladder(const struct graph *g, int number, const struct rule *rule)
{
    char name[48];
    for (int i = 0; i < rule->n_rungs; i++) {
        const struct rung *rung = &rule->rungs[i];
        struct str rest = graph_rung_rest(g, rung), target = wording_target(&g->w, &rung->to);
        fprintf(g->out, "  r%d_%d [label=", number, i);
        box(g, BLUE, "#f2f7fd", arena_printf(g->w.a, "第 %d 级", i + 1),
            rest.n ? arena_printf(g->w.a, STR_FMT "\n" STR_FMT, STR_ARG(target), STR_ARG(rest)) : target,
            RUNG_COLUMNS);
        fputs("];\n", g->out);
        if (i == 0)
            fprintf(g->out, "  r%d -> r%d_0 [color=\"" BLUE "\", penwidth=1.4];\n", number, number);
        else
            fprintf(g->out, "  r%d_%d -> r%d_%d [label=\"%s\"];\n", number, i - 1, number, i,
                    i == 1 ? "无人可接" : "");
    }
    snprintf(name, sizeof name, "r%d_end", number);
    terminal(g, name, "人工队列", AMBER);
    fprintf(g->out, "  r%d_%d -> %s;\n", number, rule->n_rungs - 1, name);
}

static void outcome(const struct graph *g, int number, const struct rule *rule)
{
    bool refused = rule->outcome == OUTCOME_REFUSED;
    const char *colour = refused ? RED : AMBER;
    if (rule->outcome == OUTCOME_ASSIGNED) {
        ladder(g, number, rule);
        return;
    }
    struct str title =
        arena_printf(g->w.a, "%s：" STR_FMT, refused ? "退回" : "人工指派", STR_ARG(rule->code));
    struct str lines = rule->basis.n ? arena_printf(g->w.a, STR_FMT "\n依据：" STR_FMT, STR_ARG(rule->text),
                                                    STR_ARG(rule->basis))
                                     : rule->text;
    fprintf(g->out, "  r%d_0 [label=", number);
    box(g, colour, refused ? "#fdf3f2" : "#fdf8ec", title, lines, RUNG_COLUMNS + 10);
    fprintf(g->out, "];\n  r%d -> r%d_0 [color=\"%s\", penwidth=1.4];\n", number, number, colour);
}

/* ---- rules ---- */

static void rule_node(const struct graph *g, int number)
{
    const struct rule *rule = &g->w.rs->rules[number];
    struct str when = graph_conditions(g, rule->when);
    fprintf(g->out, "  r%d [label=", number);
    fputs("<<table border=\"1\" cellborder=\"0\" cellspacing=\"0\" cellpadding=\"4\" "
          "color=\"#2b3640\" "
          "bgcolor=\"#ffffff\"><tr><td width=\"255\" align=\"left\" balign=\"left\" bgcolor=\"#eef1f4\"><b>",
          g->out);
    graph_lines(g, rule->name, RULE_COLUMNS);
    fputs("</b><font point-size=\"9\" color=\"" GREY "\">", g->out);
    graph_lines(
        g,
        arena_printf(g->w.a, STR_FMT " · " STR_FMT ":%u", STR_ARG(rule->id), STR_ARG(rule->file), rule->line),
        RULE_COLUMNS + 10);
    fputs("</font></td></tr><tr><td align=\"left\" balign=\"left\">", g->out);
    graph_lines(g, when.n ? when : STR("其余全部"), RULE_COLUMNS);
    if (rule->law.n) {
        fputs("<font point-size=\"9\" color=\"" GREY "\">", g->out);
        graph_lines(g, rule->law, RULE_COLUMNS + 10);
        fputs("</font>", g->out);
    }
    fputs("</td></tr></table>>];\n", g->out);
}

/* Where what no rule takes goes on. */
static void end_node(const struct graph *g, int after)
{
    const struct ruleset *rs = g->w.rs;
    bool more = after < rs->n_rules;
    struct str text = more ? arena_printf(g->w.a, "接 " STR_FMT, STR_ARG(rs->rules[after].file))
                           : STR("没有规则符合：人工队列（no-rule）");
    terminal(g, "end", text.p, more ? GREY : AMBER);
}

static void rules_of_file(const struct graph *g, int from, int to, bool last)
{
    struct str file = g->w.rs->rules[from].file;
    fprintf(g->out, "  subgraph cluster_%d {\n  label=\"", from);
    graph_escaped(g->out, file);
    fputs("\"; color=\"#c5ccd3\"; style=rounded; fontcolor=\"" GREY "\";\n", g->out);
    for (int i = from; i < to; i++) {
        rule_node(g, i);
        outcome(g, i, &g->w.rs->rules[i]);
    }
    if (last)
        end_node(g, to);
    fputs("  }\n", g->out);
}

/* All in one rank, one after the other, then the end. */
static void fall_through(const struct graph *g, int from, int to)
{
    fputs("  { rank=same;", g->out);
    for (int i = from; i < to; i++)
        fprintf(g->out, " r%d;", i);
    fputs(" end; }\n", g->out);
    for (int i = from; i < to; i++) {
        char next[24];
        snprintf(next, sizeof next, "r%d", i + 1);
        /* Graphviz stacks a rank from the bottom: the edge is laid upwards and drawn downwards. */
        fprintf(g->out, "  %s -> r%d [dir=back, style=dotted, weight=100%s];\n", i + 1 < to ? next : "end", i,
                i == from ? ", xlabel=\"不符合\"" : "");
    }
}

/* The first rule of the file that rule `i` stands in. */
static int file_begin(const struct ruleset *rs, int i)
{
    while (i > 0 && str_eq(rs->rules[i - 1].file, rs->rules[i].file))
        i--;
    return i;
}

/* From the last file to the first: Graphviz stacks clusters from the bottom, too. */
void graph_rules(const struct graph *g, struct str only)
{
    const struct ruleset *rs = g->w.rs;
    int first = rs->n_rules, end = 0;
    head(g, "LR");
    for (int next = rs->n_rules, i; next > 0; next = i) {
        i = file_begin(rs, next - 1);
        if (only.p && !str_eq(only, rs->rules[i].file))
            continue;
        end = end ? end : next;
        first = i;
        rules_of_file(g, i, next, next == end);
    }
    if (end)
        fall_through(g, first, end);
    tail(g);
}

void graph_rule(const struct graph *g, int rule)
{
    head(g, "LR");
    rule_node(g, rule);
    outcome(g, rule, &g->w.rs->rules[rule]);
    tail(g);
}

/* ---- overview ---- */

static struct str names_of(const struct graph *g, int from, int to)
{
    struct str s = STR("");
    for (int i = from; i < to; i++)
        s = s.n ? arena_printf(g->w.a, STR_FMT "；" STR_FMT, STR_ARG(s), STR_ARG(g->w.rs->rules[i].name))
                : g->w.rs->rules[i].name;
    return s;
}

static struct str counts_of(const struct graph *g, int from, int to)
{
    int n[OUTCOME_REFUSED + 1] = {0};
    for (int i = from; i < to; i++)
        n[g->w.rs->rules[i].outcome]++;
    struct str s = arena_printf(g->w.a, "%d 条：指派 %d", to - from, n[OUTCOME_ASSIGNED]);
    if (n[OUTCOME_REFUSED])
        s = arena_printf(g->w.a, STR_FMT "，退回 %d", STR_ARG(s), n[OUTCOME_REFUSED]);
    if (n[OUTCOME_MANUAL])
        s = arena_printf(g->w.a, STR_FMT "，人工 %d", STR_ARG(s), n[OUTCOME_MANUAL]);
    return s;
}

void graph_overview(const struct graph *g)
{
    const struct ruleset *rs = g->w.rs;
    head(g, "TB");
    terminal(g, "begin", arena_printf(g->w.a, "归类：%d 条", rs->n_classifiers).p, GREY);
    char before[24] = "begin";
    for (int i = 0; i < rs->n_rules;) {
        int next = graph_next_file(rs, i);
        struct str page = graph_page(rs->rules[i].file);
        struct str lines = arena_printf(g->w.a, STR_FMT "\n" STR_FMT, STR_ARG(counts_of(g, i, next)),
                                        STR_ARG(names_of(g, i, next)));
        fprintf(g->out, "  f%d [URL=\"" STR_FMT ".svg\", label=", i, STR_ARG(page));
        box(g, BLUE, "#ffffff", rs->rules[i].file, lines, 100);
        fprintf(g->out, "];\n  %s -> f%d;\n", before, i);
        snprintf(before, sizeof before, "f%d", i);
        i = next;
    }
    terminal(g, "end", "没有规则符合：人工队列（no-rule）", AMBER);
    fprintf(g->out, "  %s -> end;\n", before);
    tail(g);
}
