/*
 * lifecycle.c - the table of transitions told as table, Markdown and picture; docs/lifecycle.md holds what this prints
 */
#include "ctl/command.h"
#include "ctl/graphviz.h"
#include "ctl/layout.h"

#include "core/lifecycle.h"

#include <string.h>

/* One row in words, in English or Chinese. */
enum { FROM, EVENT, BY, NEEDS, TO, STEP, ASSIGNMENT, CLOCKS, THEN_DUE, COLUMNS };
struct row {
    struct str cells[COLUMNS];
};

static struct str word_in(const struct word *table, int value, bool zh)
{
    return value ? str_from(zh ? word_zh(table, value) : word_of(table, value)) : STR("");
}

static struct str listed(struct arena *a, const struct word *table, unsigned bits, bool zh)
{
    struct str out = STR("");
    for (const struct word *w = table; w->word; w++)
        if (bits & (unsigned)w->value)
            out = arena_printf(a, STR_FMT "%s%s", STR_ARG(out), str_empty(out) ? "" : zh ? "、" : ", ", zh ? w->zh : w->word);
    return out;
}

static struct str either(struct arena *a, struct str x, struct str y, bool zh)
{
    if (str_empty(y) || str_eq(x, y))
        return x;
    return str_empty(x) ? y : arena_printf(a, STR_FMT "%s" STR_FMT, STR_ARG(x), zh ? " 或 " : " or ", STR_ARG(y));
}

static struct row row_of(struct arena *a, const struct transition *t, bool zh)
{
    struct row r;
    r.cells[FROM] = word_in(state_words, (int)t->from, zh);
    r.cells[EVENT] = word_in(event_words, (int)t->event, zh);
    r.cells[BY] = listed(a, actor_words, t->by, zh);
    r.cells[NEEDS] = listed(a, need_words, t->needs, zh);
    r.cells[TO] = either(a, word_in(state_words, (int)t->to, zh), word_in(state_words, (int)t->or, zh), zh);
    r.cells[STEP] = word_in(step_kind_words, (int)t->step, zh);
    r.cells[ASSIGNMENT] = word_in(effect_words, (int)t->effect, zh);
    r.cells[CLOCKS] = word_in(clock_act_words, (int)t->clocks, zh);
    r.cells[THEN_DUE] = either(a, word_in(due_words, (int)state_due(t->to), zh),
                               t->or ? word_in(due_words, (int)state_due(t->or), zh) : STR(""), zh);
    return r;
}

static void write_markdown(FILE *out, struct arena *a, bool zh)
{
    fputs(zh ? "| 状态 | 事件 | 由谁 | 须有 | 之后的状态 | 流转步骤 | 指派 | 期限 | 之后到期的是 |\n"
             : "| state | event | by | needs | then | journal | assignment | clocks | then due |\n",
          out);
    fputs("| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n", out);
    for (const struct transition *t = transitions; t->from; t++) {
        struct row r = row_of(a, t, zh);
        for (int i = 0; i < COLUMNS; i++)
            fprintf(out, "| " STR_FMT "%s", STR_ARG(r.cells[i]), str_empty(r.cells[i]) ? "" : " ");
        fputs("|\n", out);
    }
}

static void write_edge(FILE *out, struct arena *a, const struct transition *t, enum state to)
{
    struct row r = row_of(a, t, true);
    bool timer = t->by == ACTOR_TIMER;
    fprintf(out, "    \"%s\" -> \"%s\" [label=\"" STR_FMT "\"%s];\n", word_of(state_words, (int)t->from), word_of(state_words, (int)to),
            STR_ARG(r.cells[EVENT]), timer ? ", style=dashed" : "");
}

/* Without what stays where it is. */
static void write_dot(const void *context, FILE *out)
{
    struct arena *a = *(struct arena *const *)context;
    fputs("digraph lifecycle {\n    rankdir=LR;\n    node [shape=box, style=rounded, fontname=\"sans-serif\"];\n"
          "    edge [fontname=\"sans-serif\", fontsize=10];\n",
          out);
    for (const struct word *w = state_words; w->word; w++)
        fprintf(out, "    \"%s\" [label=\"%s\"%s];\n", w->word, w->zh,
                state_open((enum state)w->value) ? "" : ", peripheries=2");
    for (const struct transition *t = transitions; t->from; t++) {
        if (t->to != t->from)
            write_edge(out, a, t, t->to);
        if (t->or && t->or != t->from)
            write_edge(out, a, t, t->or);
    }
    fputs("}\n", out);
}

static bool fill_sheet(struct sheets *out, bool zh)
{
    static const struct sheet_column columns[] = {
        {"from", "状态", CELL_TEXT},   {"event", "事件", CELL_TEXT},      {"by", "由谁", CELL_TEXT},
        {"needs", "须有", CELL_TEXT},  {"to", "之后的状态", CELL_TEXT},   {"step", "流转步骤", CELL_TEXT},
        {"assignment", "指派", CELL_TEXT}, {"clocks", "期限", CELL_TEXT}, {"due", "之后到期", CELL_TEXT},
        {NULL, NULL, 0},
    };
    struct sheet *sheet = sheet_add(out, "transitions", "", columns, false);
    for (const struct transition *t = transitions; t->from; t++) {
        struct row r = row_of(out->arena, t, zh);
        struct str *cells = sheet_row(out, sheet);
        if (!cells)
            return false;
        memcpy(cells, r.cells, sizeof r.cells);
    }
    return !arena_overflowed(out->arena);
}

static bool tell(const char *format, struct sheets *sheets)
{
    bool text = strcmp(format, "text") == 0;
    if (strcmp(format, "svg") == 0)
        return graphviz_draw(write_dot, &sheets->arena, stdout);
    if (strcmp(format, "dot") == 0) {
        write_dot(&sheets->arena, stdout);
        return true;
    }
    if (strncmp(format, "markdown", 8) == 0) {
        write_markdown(stdout, sheets->arena, strcmp(format, "markdown-zh") == 0);
        return true;
    }
    if (!fill_sheet(sheets, text))
        return false;
    if (text)
        layout_text(stdout, sheets, layout_colour(stdout));
    else
        layout_json(stdout, sheets);
    return true;
}

int run_lifecycle(const struct call *c)
{
    static const char *const formats[] = {"text", "json", "markdown", "markdown-zh", "dot", "svg", NULL};
    const char *format = call_format(c, formats, "text");
    if (!format)
        return CTL_USAGE;
    struct sheets sheets = {.arena = arena_new(0)};
    if (!sheets.arena)
        fprintf(stderr, "referralctl: out of memory\n");
    int code = sheets.arena && tell(format, &sheets) ? CTL_OK : CTL_NO;
    arena_free(sheets.arena);
    return code;
}
