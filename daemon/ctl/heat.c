/*
 * heat.c - the grid of Jiangsu
 */
#include "ctl/heat.h"

#include "ctl/html.h"

enum { COLUMNS = 10, ROWS = 4, HALF = 104, CELL_W = 2 * HALF - 8, CELL_H = 100, ROW_H = CELL_H + 8, TOP = 44, SHADES = 5,
       INSET_W = 92, INSET_H = 52 };

/* clang-format off */
const struct heat_unit heat_units[HEAT_UNITS] = {
    {"3201",   "南京市",   "Nanjing",     0, 3, false},
    {"3202",   "无锡市",   "Wuxi",        6, 3, false},
    {"3203",   "徐州市",   "Xuzhou",      0, 0, false},
    {"3204",   "常州市",   "Changzhou",   4, 3, false},
    {"3205",   "苏州市",   "Suzhou",      8, 3, false},
    {"320583", "昆山市",   "Kunshan",     8, 3, true},
    {"3206",   "南通市",   "Nantong",     7, 2, false},
    {"3207",   "连云港市", "Lianyungang", 4, 0, false},
    {"3208",   "淮安市",   "Huai'an",     3, 1, false},
    {"3209",   "盐城市",   "Yancheng",    5, 1, false},
    {"3210",   "扬州市",   "Yangzhou",    3, 2, false},
    {"3211",   "镇江市",   "Zhenjiang",   2, 3, false},
    {"3212",   "泰州市",   "Taizhou",     5, 2, false},
    {"321283", "泰兴市",   "Taixing",     5, 2, true},
    {"3213",   "宿迁市",   "Suqian",      2, 0, false},
    {"321322", "沭阳县",   "Shuyang",     2, 0, true},
};
/* clang-format on */

/* From the lowest to the highest in steps of the same size. */
struct scale {
    int64_t low, high;
    bool any;
};

static struct scale scale_of(const struct heat_value *values)
{
    struct scale s = {0};
    for (int i = 0; i < HEAT_UNITS; i++) {
        if (!values[i].there)
            continue;
        s.low = s.any && s.low < values[i].v ? s.low : values[i].v;
        s.high = s.any && s.high > values[i].v ? s.high : values[i].v;
        s.any = true;
    }
    return s;
}

static int shade(const struct scale *s, int64_t v)
{
    return s->high == s->low ? SHADES / 2 : (int)((v - s->low) * (SHADES - 1) * 2 / (s->high - s->low) + 1) / 2;
}

static void text(FILE *out, double x, double y, const char *anchor, const char *class, struct str s)
{
    fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">", x, y, anchor, class);
    html_text(out, s);
    fputs("</text>\n", out);
}

static void cell(FILE *out, const struct heat_unit *u, const struct heat_value *v, const struct scale *s)
{
    double w = u->county ? INSET_W : CELL_W, h = u->county ? INSET_H : CELL_H;
    double x = u->x * HALF + (u->county ? CELL_W - INSET_W - 6 : 0), y = TOP + u->y * ROW_H + (u->county ? CELL_H - INSET_H - 6 : 0);
    char tone[16] = "none", ink[16] = "soft", name[32], figure[32];
    if (v->there) {
        snprintf(tone, sizeof tone, "q%d", shade(s, v->v));
        snprintf(ink, sizeof ink, "i%d", shade(s, v->v));
    }
    snprintf(name, sizeof name, "%s%s", ink, u->county ? " small" : "");
    snprintf(figure, sizeof figure, "%s %s", ink, u->county ? "figure" : "big");
    fputs("<g><title>", out);
    fprintf(out, "%s %s: ", u->zh, u->en);
    html_text(out, v->there ? v->text : STR("—"));
    fprintf(out, "</title><rect x=\"%.0f\" y=\"%.0f\" width=\"%.0f\" height=\"%.0f\" rx=\"6\" class=\"%s%s\"/>\n", x, y, w, h, tone,
            u->county ? " inset" : "");
    text(out, x + (u->county ? 8 : 12), y + (u->county ? 20 : 26), "start", name, str_from(u->zh));
    text(out, x + (u->county ? 8 : 12), y + (u->county ? 42 : 58), "start", figure, v->there ? v->text : STR("—"));
    fputs("</g>\n", out);
}

static void number(int64_t v, const char *unit, bool hundredths, char *out, size_t size)
{
    char digits[HTML_NUMBER_SIZE];
    html_number(hundredths ? v / 100 : v, digits);
    if (hundredths)
        snprintf(out, size, "%s.%02d%s", digits, (int)(v % 100), unit);
    else
        snprintf(out, size, "%s%s", digits, unit);
}

/* The lowest value, the shades, the highest. */
static void legend(FILE *out, const struct scale *s, const char *unit, bool hundredths)
{
    char low[HTML_NUMBER_SIZE + 32], high[HTML_NUMBER_SIZE + 32], shown[2 * sizeof low + 64];
    if (!s->any) {
        text(out, 0, 22, "start", "soft", STR("没有可以显示的数值 · no figures"));
        return;
    }
    number(s->low, unit, hundredths, low, sizeof low);
    number(s->high, unit, hundredths, high, sizeof high);
    for (int i = 0; i < SHADES; i++)
        fprintf(out, "<rect x=\"%d\" y=\"8\" width=\"34\" height=\"18\" rx=\"3\" class=\"q%d\"/>\n", 38 * i, i);
    snprintf(shown, sizeof shown, "最低 lowest %s → 最高 highest %s", low, high);
    text(out, 38 * SHADES + 10, 22, "start", "soft", str_from(shown));
}

void heat_map(FILE *out, const struct heat_value values[HEAT_UNITS], const char *unit, bool hundredths)
{
    struct scale s = scale_of(values);
    fprintf(out, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Jiangsu by city\">\n", COLUMNS * HALF, TOP + ROWS * ROW_H);
    legend(out, &s, unit, hundredths);
    for (int i = 0; i < HEAT_UNITS; i++)
        cell(out, &heat_units[i], &values[i], &s);
    fputs("</svg>\n", out);
}
