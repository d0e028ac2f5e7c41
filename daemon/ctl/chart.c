/*
 * chart.c - SVG written as it comes; all lengths are in units of a 1040 wide picture
 */
#include "ctl/chart.h"

#include "base/fold.h"
#include "ctl/html.h"

#include <stdlib.h>

enum { WIDTH = 1040, COLUMN = 7 /* of text, at 13 units: a Chinese character takes two */ };

/* ---- pieces ---- */

static void svg_begin(FILE *out, double height, const char *what)
{
    fprintf(out, "<svg viewBox=\"0 0 %d %.0f\" role=\"img\" aria-label=\"%s\">\n", WIDTH, height, what);
}

static void svg_end(FILE *out)
{
    fputs("</svg>\n", out);
}

/* The first `columns` columns of `s`, on a character. */
static struct str cut(struct str s, int columns)
{
    while (text_width(s) > columns) {
        do
            s.n--;
        while (s.n && ((unsigned char)s.p[s.n] & 0xC0) == 0x80);
    }
    return s;
}

/* `anchor`: start, middle or end. */
static void label(FILE *out, double x, double y, const char *anchor, const char *class, struct str s, int columns)
{
    bool whole = text_width(s) <= columns;
    fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">", x, y, anchor, class);
    if (!whole) {
        fputs("<title>", out);
        html_text(out, s);
        fputs("</title>", out);
    }
    html_text(out, whole ? s : cut(s, columns - 2));
    fputs(whole ? "</text>\n" : "…</text>\n", out);
}

static void box(FILE *out, double x, double y, double w, double h, const char *class)
{
    fprintf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"2\" class=\"%s\"/>\n", x, y, w > 0 ? w : 0, h, class);
}

/* What colours mean, in one line at the top; returns where it ends. */
static double legend(FILE *out, const struct chart_part *parts, int n, double x)
{
    for (int i = 0; i < n; i++) {
        box(out, x, 5, 14, 14, parts[i].tone);
        label(out, x + 20, 17, "start", "soft", str_from(parts[i].label), 200);
        x += 44 + COLUMN * text_width(str_from(parts[i].label));
    }
    return x;
}

/* ---- stacked bars ---- */

enum { STACK_LEFT = 120, STACK_ROW = 44, STACK_BAR = 30 };

static void stack_row(FILE *out, const struct chart_part *parts, int n_parts, const int64_t *values, double y)
{
    char text[HTML_NUMBER_SIZE];
    int64_t whole = 0;
    double x = STACK_LEFT;
    for (int i = 0; i < n_parts; i++)
        whole += values[i];
    for (int i = 0; i < n_parts && whole > 0; i++) {
        double w = (double)(WIDTH - STACK_LEFT) * (double)values[i] / (double)whole;
        struct str shown = str_from(html_number(values[i], text));
        fputs("<g>", out);
        fprintf(out, "<title>%s: %s (%.2f%%)</title>", parts[i].label, text, 100.0 * (double)values[i] / (double)whole);
        box(out, x, y, w - 1, STACK_BAR, parts[i].tone);
        if (w > 12 + COLUMN * text_width(shown))
            label(out, x + w / 2, y + 20, "middle", "inside", shown, 40);
        fputs("</g>\n", out);
        x += w;
    }
}

void chart_stack(FILE *out, const struct chart_part *parts, int n_parts, const struct str *rows, const int64_t *values, int n_rows)
{
    svg_begin(out, 34 + STACK_ROW * n_rows, "stacked bars");
    legend(out, parts, n_parts, STACK_LEFT);
    for (int i = 0; i < n_rows; i++) {
        double y = 32 + STACK_ROW * i;
        label(out, 0, y + 20, "start", "", rows[i], 16);
        stack_row(out, parts, n_parts, values + i * n_parts, y);
    }
    svg_end(out);
}

/* ---- flows ---- */

enum { FLOW_LEFT = 330, FLOW_RIGHT = WIDTH - 330, FLOW_NODE = 10, FLOW_LABEL = 44 /* columns */, FLOW_STEP = 22 };

/* Where the nodes of one side stand; a node is never lower than its text. Returns the height. */
static double place_nodes(const struct chart_node *nodes, int n, double scale, double *tops)
{
    double y = 8;
    for (int i = 0; i < n; i++) {
        double h = (double)nodes[i].total * scale;
        tops[i] = y;
        y += h + 8 > FLOW_STEP ? h + 8 : FLOW_STEP;
    }
    return y;
}

static void draw_nodes(FILE *out, const struct chart_node *nodes, int n, double scale, const double *tops, bool left)
{
    char number[HTML_NUMBER_SIZE];
    for (int i = 0; i < n; i++) {
        double h = (double)nodes[i].total * scale, middle = tops[i] + (h > 14 ? h / 2 : 7) + 5;
        struct str shown = str_from(html_number(nodes[i].total, number));
        double space = 14 + COLUMN * text_width(shown);
        box(out, left ? FLOW_LEFT - FLOW_NODE : FLOW_RIGHT, tops[i], FLOW_NODE, h > 2 ? h : 2, nodes[i].tone);
        label(out, left ? FLOW_LEFT - FLOW_NODE - 8 : FLOW_RIGHT + FLOW_NODE + 8, middle, left ? "end" : "start", "soft small", shown, 20);
        label(out, left ? FLOW_LEFT - FLOW_NODE - 8 - space : FLOW_RIGHT + FLOW_NODE + 8 + space, middle, left ? "end" : "start", "",
              nodes[i].label, FLOW_LABEL - text_width(shown));
    }
}

static void ribbon(FILE *out, double y0, double y1, double w, const char *tone)
{
    const double x0 = FLOW_LEFT, x1 = FLOW_RIGHT, middle = (x0 + x1) / 2;
    if (w < 0.7)
        w = 0.7;
    fprintf(out, "<path class=\"flow %s\" d=\"M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1fV%.1fC%.1f %.1f %.1f %.1f %.1f %.1fZ\">", tone, x0, y0,
            middle, y0, middle, y1, x1, y1, y1 + w, middle, y1 + w, middle, y0 + w, x0, y0 + w);
}

static void draw_links(FILE *out, const struct chart_node *left, const struct chart_node *right, const struct chart_link *links, int n,
                       double scale, double *from, double *to)
{
    char number[HTML_NUMBER_SIZE];
    for (int i = 0; i < n; i++) {
        const struct chart_link *l = &links[i];
        double w = (double)l->n * scale;
        ribbon(out, from[l->from], to[l->to], w, left[l->from].tone);
        fputs("<title>", out);
        html_text(out, left[l->from].label);
        fputs(" → ", out);
        html_text(out, right[l->to].label);
        fprintf(out, ": %s</title></path>\n", html_number(l->n, number));
        from[l->from] += w;
        to[l->to] += w;
    }
}

void chart_flow(FILE *out, const struct chart_node *left, int n_left, const struct chart_node *right, int n_right,
                const struct chart_link *links, int n_links)
{
    int64_t total = 0;
    int most = n_left > n_right ? n_left : n_right;
    double *tops = calloc((size_t)(n_left + n_right) + 1, sizeof(*tops)), *right_tops = tops ? tops + n_left : NULL;
    for (int i = 0; i < n_links; i++)
        total += links[i].n;
    if (!tops || total == 0) {
        free(tops);
        return;
    }
    double scale = (most * 26.0 > 240 ? most * 26.0 : 240) / (double)total;
    double height = place_nodes(left, n_left, scale, tops), other = place_nodes(right, n_right, scale, right_tops);
    svg_begin(out, (height > other ? height : other) + 8, "from whom to whom");
    draw_nodes(out, left, n_left, scale, tops, true);
    draw_nodes(out, right, n_right, scale, right_tops, false);
    draw_links(out, left, right, links, n_links, scale, tops, right_tops);
    svg_end(out);
    free(tops);
}

/* ---- load against capacity ---- */

enum { GAUGE_LEFT = 300, GAUGE_RIGHT = 700, GAUGE_TOP = 50, GAUGE_ROW = 36 };

/* How many times a capacity the picture is wide: from 1.25 to 2.5. */
static double widest(const struct chart_gauge *gauges, int n)
{
    double most = 1.25;
    for (int i = 0; i < n; i++) {
        int64_t top = gauges[i].wished > gauges[i].then ? gauges[i].wished : gauges[i].then;
        double share = (double)top / (double)gauges[i].capacity;
        most = share > most ? share : most;
    }
    return most > 2.5 ? 2.5 : most;
}

static double length_of(const struct chart_gauge *g, int64_t v, double most)
{
    double share = (double)v / (double)g->capacity;
    return (GAUGE_RIGHT - GAUGE_LEFT) * (share > most ? most : share) / most;
}

static void gauge_row(FILE *out, const struct chart_gauge *g, double y, double most)
{
    bool past = (double)g->wished / (double)g->capacity > most;
    label(out, 0, y + 19, "start", "", g->label, 40);
    box(out, GAUGE_LEFT, y + 3, length_of(g, g->wished, most), 24, "wish");
    box(out, GAUGE_LEFT, y + 6, length_of(g, g->then, most), 8, "then");
    box(out, GAUGE_LEFT, y + 16, length_of(g, g->would, most), 8, "now");
    if (past)
        label(out, GAUGE_RIGHT + 4, y + 19, "start", "soft", STR("›"), 2);
    label(out, WIDTH, y + 19, "end", "soft small", g->note, 52);
}

void chart_gauges(FILE *out, const struct chart_gauge *gauges, int n)
{
    static const struct chart_part parts[] = {{"原峰值 peak then", "then"}, {"新规则下峰值 now", "now"},
                                              {"不限额度时的峰值 if never full", "wish"}};
    double most = widest(gauges, n), line = GAUGE_LEFT + (GAUGE_RIGHT - GAUGE_LEFT) / most, bottom = GAUGE_TOP + GAUGE_ROW * n;
    svg_begin(out, bottom + 6, "load against capacity");
    legend(out, parts, 3, GAUGE_LEFT);
    for (int i = 0; i < n; i++) {
        fprintf(out, "<line x1=\"0\" x2=\"%d\" y1=\"%d\" y2=\"%d\" class=\"axis\"/>\n", WIDTH, GAUGE_TOP + GAUGE_ROW * i - 3,
                GAUGE_TOP + GAUGE_ROW * i - 3);
        gauge_row(out, &gauges[i], GAUGE_TOP + GAUGE_ROW * i, most);
    }
    fprintf(out, "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%.0f\" class=\"limit\"/>\n", line, line, GAUGE_TOP - 4, bottom);
    label(out, line, GAUGE_TOP - 10, "middle", "soft small", STR("额度 capacity"), 20);
    svg_end(out);
}
