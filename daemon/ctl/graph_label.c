/*
 * graph_label.c - texts in the picture: conditions summed up, lines wrapped and escaped
 */
#include "ctl/graph.h"

#include "base/fold.h"

#include <uchar.h>
#include <utf8proc.h>

/* ---- texts ---- */

static struct str add(const struct graph *g, struct str s, const char *between, struct str t)
{
    return s.n ? arena_printf(g->w.a, STR_FMT "%s" STR_FMT, STR_ARG(s), between, STR_ARG(t)) : t;
}

static struct str summed_up(const struct graph *g, const struct cond *c);

static struct str each_of(const struct graph *g, const struct cond *group, const char *between)
{
    struct str s = STR("");
    for (const struct cond *c = group + 1, *end = group + 1 + group->span; c < end; c += 1 + c->span)
        s = add(g, s, between, summed_up(g, c));
    return s;
}

/* A group with one element is that element. */
static bool single(const struct cond *group)
{
    return group->span && group[1].span == group->span - 1;
}

static struct str summed_up(const struct graph *g, const struct cond *c)
{
    switch (c->kind) {
    case COND_ALL:
        return single(c) ? summed_up(g, c + 1)
                         : arena_printf(g->w.a, "（" STR_FMT "）", STR_ARG(each_of(g, c, "，且")));
    case COND_ANY:
        return single(c) ? summed_up(g, c + 1) : each_of(g, c, "；或 ");
    case COND_NOT:
        return arena_printf(g->w.a, "不是：" STR_FMT, STR_ARG(each_of(g, c, "，且")));
    default:
        return wording_condition(&g->w, c);
    }
}

/* Alternatives stand below each other. */
static struct str alternatives(const struct graph *g, const struct cond *any)
{
    return arena_printf(g->w.a, "任一：\n · " STR_FMT, STR_ARG(each_of(g, any, "\n · ")));
}

struct str graph_conditions(const struct graph *g, const struct cond *when)
{
    struct str s = STR("");
    for (const struct cond *c = when + 1, *end = when + 1 + when->span; c < end; c += 1 + c->span)
        s = add(g, s, "\n",
                c->kind == COND_ALL                 ? graph_conditions(g, c)
                : c->kind == COND_ANY && !single(c) ? alternatives(g, c)
                                                    : summed_up(g, c));
    return s;
}

static struct str duration_in(const struct graph *g, const char *what, struct duration d)
{
    const char *unit = d.unit == DURATION_WORKDAYS ? "个工作日" : d.unit == DURATION_DAYS ? "日" : "个月";
    return arena_printf(g->w.a, "%s %d %s", what, d.count, unit);
}

struct str graph_rung_rest(const struct graph *g, const struct rung *rung)
{
    struct str s = STR("");
    if (rung->pick != PICK_LEAST_LOADED)
        s = str_from(word_zh(pick_words, (int)rung->pick + 1));
    if (rung->respond_within.count)
        s = add(g, s, "，", duration_in(g, "答复", rung->respond_within));
    if (rung->finish_within.count)
        s = add(g, s, "，", duration_in(g, "办结", rung->finish_within));
    struct wording in_a_row = g->w;
    in_a_row.between = NULL;
    if (rung->jointly)
        s = add(g, s, "\n",
                arena_printf(g->w.a, "联合：" STR_FMT, STR_ARG(wording_target(&in_a_row, rung->jointly))));
    return s;
}

/* ---- lines ---- */

void graph_escaped(FILE *out, struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        const char *as = text.p[i] == '&'   ? "&amp;"
                         : text.p[i] == '<' ? "&lt;"
                         : text.p[i] == '>' ? "&gt;"
                         : text.p[i] == '"' ? "&quot;"
                                            : NULL;
        if (as)
            fputs(as, out);
        else
            fputc(text.p[i], out);
    }
}

/* What must not begin a line: it hangs over instead. */
static bool closes(utf8proc_int32_t c)
{
    static const char32_t marks[] = U"，、；：。）》”,;:)";
    for (const char32_t *m = marks; *m; m++)
        if ((utf8proc_int32_t)*m == c)
            return true;
    return false;
}

/* How much of `s` fits into `width` columns; a word of Latin letters is not broken unless it fills a line. */
static size_t fitting(struct str s, int width)
{
    size_t n = 0, gap = 0;
    int columns = 0;
    while (n < s.n && s.p[n] != '\n') {
        utf8proc_int32_t c;
        utf8proc_ssize_t length =
            utf8proc_iterate((const utf8proc_uint8_t *)s.p + n, (utf8proc_ssize_t)(s.n - n), &c);
        size_t step = length > 0 ? (size_t)length : 1;
        columns += text_width((struct str){s.p + n, step});
        if (columns > width && closes(c))
            return n + step;
        if (columns > width)
            return gap ? gap : n ? n : step;
        n += step;
        if (c == ' ' || c >= 0x2E80 || c == '-')
            gap = n;
    }
    return n;
}

void graph_lines(const struct graph *g, struct str text, int width)
{
    while (text.n) {
        size_t n = fitting(text, width);
        graph_escaped(g->out, (struct str){text.p, n});
        fputs("<br align=\"left\"/>", g->out);
        n += n < text.n && text.p[n] == '\n';
        text.p += n;
        text.n -= n;
    }
}
