/*
 * report_page.c - the report as a page: figures first, the map, the channels, the table, the definitions
 */
#include "ctl/report.h"

#include "ctl/chart.h"
#include "ctl/html.h"
#include "ctl/layout.h"

#include <errno.h>

enum { COLUMNS_MAX = 96, ROWS_MAX = 300 };

struct page {
    struct report *r;
    struct arena *a;
    FILE *out;
    const struct report_figure *first; /* on the map */
};

static const char *suffix(const struct report_figure *f)
{
    return f->unit == REPORT_COUNT ? "" : f->unit == REPORT_PERCENT ? "%" : f->unit == REPORT_HOURS ? " 小时" : " 天";
}

/* "1,204", "87.50%", "—"; "尚未记录". */
static struct str shown(struct page *p, const struct report_figure *f, const int64_t *sums)
{
    char number[HTML_NUMBER_SIZE];
    int64_t v;
    if (f->source == REPORT_UNRECORDED)
        return STR("尚未记录");
    if (!report_value(f, sums, &v))
        return STR("—");
    if (f->unit == REPORT_COUNT)
        return arena_str(p->a, str_from(html_number(v, number)));
    return arena_printf(p->a, "%s.%02d%s", html_number(v / 100, number), (int)(v % 100), suffix(f));
}

static struct str shown_key(struct page *p, const char *key, const int64_t *sums)
{
    return shown(p, report_figure_find(str_from(key)), sums);
}

/* ---- head ---- */

static void write_head(struct page *p)
{
    char since[TIME_TEXT_SIZE], until[TIME_TEXT_SIZE], made[TIME_TEXT_SIZE];
    const struct report *r = p->r;
    bool complete = r->now_ms >= r->period.until_ms;
    struct str region = r->region.n ? report_group_name(r, REPORT_BY_CITY, r->region) : STR("全部 everywhere");
    const struct html_fact facts[] = {
        {"统计期 period", arena_printf(p->a, "%s（%s）%s", r->period.zh, r->period.text, complete ? "" : "，尚未结束 not over yet")},
        {"收到时间 received", arena_printf(p->a, "%s — %s", layout_time(r->period.since_ms, false, since),
                                           layout_time(r->period.until_ms - 1, false, until))},
        {"统计时点 as it stood", arena_str(p->a, str_from(layout_time(r->now_ms, false, made)))},
        {"地区 region", region},
        {"核对 verified", r->verify ? arena_printf(p->a, "已与流转日志逐件核对，差异 %lld 项", (long long)r->n_differences)
                                    : STR("未核对（--verify）")},
    };
    html_section(p->out, "范围", "What is counted");
    html_note(p->out, "移送按收到的时间计入统计期；其后的指派、答复、终结、回访，不论发生在何时，一律按统计时点的结果计入该期。");
    html_facts(p->out, facts, sizeof(facts) / sizeof(facts[0]));
    html_section_end(p->out);
}

static void write_tiles(struct page *p)
{
    static const char *const keys[] = {"received", "first_right_rate", "response_hours", "success_rate",
                                       "in_time_rate", "overdue", "performed_rate", "confirmation_granted_rate"};
    struct html_tile tiles[sizeof keys / sizeof keys[0]];
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const struct report_figure *f = report_figure_find(str_from(keys[i]));
        tiles[i] = (struct html_tile){f->zh, f->en, shown(p, f, p->r->all), str_from(f->means_zh), i == 0};
    }
    html_tiles(p->out, tiles, sizeof keys / sizeof keys[0]);
}

/* ---- the map ---- */

static const int64_t *city_sums(const struct report *r, const char *code)
{
    int n = counting_find(&r->cities.keys, str_from(code));
    return n >= 0 ? r->cities.sums[n].v : NULL;
}

static void write_map(struct page *p, const struct report_figure *f)
{
    struct heat_value values[HEAT_UNITS] = {{0}};
    char text[REPORT_TEXT_SIZE];
    for (int i = 0; i < HEAT_UNITS; i++) {
        const int64_t *sums = city_sums(p->r, heat_units[i].code);
        values[i].there = sums && report_value(f, sums, &values[i].v);
        if (values[i].there) /* a unit that is a word stands in the legend alone: a cell is small */
            values[i].text = f->unit <= REPORT_PERCENT ? shown(p, f, sums) : arena_str(p->a, str_from(report_text(f, sums, text)));
    }
    heat_map(p->out, values, suffix(f), f->unit != REPORT_COUNT);
}

/* A choice without a script: each figure is a button, and shows its map when it is pressed. */
static void write_maps(struct page *p)
{
    html_section(p->out, "分地区", "Jiangsu by city, and the counties directly under the province");
    html_note(p->out, "十三个设区市和昆山、泰兴、沭阳三个省直管县（市）。直管县（市）单列，不计入所在设区市。颜色按数值从最低到最高分五档，见图例，不表示优劣。");
    fputs("<div class=\"choice\">\n", p->out);
    for (const struct report_figure *f = report_figures; f->key; f++) {
        if (!f->brief && f != p->first)
            continue;
        fprintf(p->out, "<input type=\"radio\" name=\"map\" id=\"map-%s\"%s/><label for=\"map-%s\">%s</label>\n<div>\n", f->key,
                f == p->first ? " checked=\"checked\"" : "", f->key, f->zh);
        html_note(p->out, arena_printf(p->a, "%s：%s。", f->zh, f->means_zh).p);
        write_map(p, f);
        fputs("</div>\n", p->out);
    }
    fputs("</div>\n", p->out);
    html_section_end(p->out);
}

/* ---- channels ---- */

static const char *const ends[] = {"c2", "c5", "c7", "c1", "c3", "c6", "c10", "c11"};

static void write_endings(struct page *p, const int *order)
{
    struct chart_part parts[8];
    struct str rows[CHANNEL_COUNT];
    int64_t values[CHANNEL_COUNT * 8];
    int n = 0;
    for (int i = 0; i < 8; i++)
        parts[i] = (struct chart_part){report_figure_of((enum report_measure)(REPORT_CONCLUSION + i))->zh, ends[i]};
    for (size_t i = 0; i < p->r->channels.n && n < CHANNEL_COUNT; i++) {
        const int64_t *sums = p->r->channels.sums[order[i]].v;
        if (sums[REPORT_CONCLUDED] == 0)
            continue;
        rows[n] = report_group_name(p->r, REPORT_BY_CHANNEL, p->r->channels.keys.items[order[i]]);
        memcpy(&values[n++ * 8], &sums[REPORT_CONCLUSION], 8 * sizeof values[0]);
    }
    if (n)
        chart_stack(p->out, parts, 8, rows, values, n);
}

static void write_channels(struct page *p)
{
    static const char *const keys[] = {"received", "concluded", "success", "success_rate", "in_time_rate", "performed_rate"};
    enum { FIGURES = sizeof keys / sizeof keys[0] };
    struct html_column columns[FIGURES + 2] = {{"渠道 channel", false}};
    const int *order = report_order(p->r, &p->r->channels);
    struct str *cells = ARENA_ARRAY(p->a, p->r->channels.n * (FIGURES + 2) + 1, struct str), *c = cells;
    if (!order || !cells)
        return;
    for (int i = 0; i < FIGURES; i++)
        columns[i + 1] = (struct html_column){report_figure_find(str_from(keys[i]))->zh, true};
    columns[FIGURES + 1] = (struct html_column){"计为成功 counts as success", false};
    for (size_t i = 0; i < p->r->channels.n; i++) {
        struct str key = p->r->channels.keys.items[order[i]];
        int channel = word_value(channel_words, key);
        *c++ = report_group_name(p->r, REPORT_BY_CHANNEL, key);
        for (int k = 0; k < FIGURES; k++)
            *c++ = shown_key(p, keys[k], p->r->channels.sums[order[i]].v);
        *c++ = channel ? str_from(report_success[channel].means_zh) : STR("");
    }
    html_section(p->out, "分渠道的终结情况与成功率", "How mediations end, by channel");
    write_endings(p, order);
    html_table(p->out, columns, FIGURES + 2, cells, p->r->channels.n);
    html_section_end(p->out);
}

/* ---- all figures ---- */

static const struct {
    const char *zh, *en;
    const char *first; /* key: from here on */
} tables[] = {
    {"收到与派单", "Receiving and placing", "received"},
    {"指派与答复", "Offers and answers", "offers"},
    {"调解与期限", "Mediation and time limits", "taken"},
    {"终结事由", "Conclusions", "agreed"},
    {"协议形式", "Agreements", "written"},
    {"履行、司法确认与投诉", "Performance, judicial confirmation, complaints", "performed"},
};

/* Those that received most, or were offered most, up to ROWS_MAX, in the order of before. */
static size_t largest(struct page *p, int *order)
{
    const struct report_groups *g = &p->r->rows;
    int64_t least = 0;
    size_t n = g->n, kept;
    while (n > ROWS_MAX) {
        least = least ? 2 * least : 1;
        n = 0;
        for (size_t i = 0; i < g->n; i++)
            n += g->sums[order[i]].v[REPORT_RECEIVED] + g->sums[order[i]].v[REPORT_OFFERS] >= least;
    }
    kept = 0;
    for (size_t i = 0; i < g->n; i++)
        if (g->sums[order[i]].v[REPORT_RECEIVED] + g->sums[order[i]].v[REPORT_OFFERS] >= least)
            order[kept++] = order[i];
    return kept;
}

static struct str *table_row(struct page *p, struct str *c, struct str key, struct str name, const int64_t *sums,
                             const struct report_figure *from, const struct report_figure *to)
{
    *c++ = p->r->rows.by == REPORT_BY_CHANNEL || !key.n ? name : arena_printf(p->a, STR_FMT " " STR_FMT, STR_ARG(name), STR_ARG(key));
    for (const struct report_figure *f = from; f != to; f++)
        *c++ = shown(p, f, sums);
    return c;
}

static void write_table(struct page *p, const int *order, size_t n, const struct report_figure *from, const struct report_figure *to)
{
    struct html_column columns[COLUMNS_MAX] = {{word_zh(report_by_words, (int)p->r->rows.by), false}};
    size_t n_columns = (size_t)(to - from) + 1;
    struct str *cells = ARENA_ARRAY(p->a, (n + 1) * n_columns, struct str), *c = cells;
    if (!cells)
        return;
    for (size_t i = 1; i < n_columns; i++)
        columns[i] = (struct html_column){from[i - 1].zh, true};
    for (size_t i = 0; i < n; i++) {
        struct str key = p->r->rows.keys.items[order[i]];
        c = table_row(p, c, key, report_group_name(p->r, p->r->rows.by, key), p->r->rows.sums[order[i]].v, from, to);
    }
    table_row(p, c, STR(""), STR("合计"), p->r->all, from, to);
    html_table(p->out, columns, n_columns, cells, n + 1);
}

static void write_tables(struct page *p)
{
    const struct report_figure *end = report_figures;
    int *order = report_order(p->r, &p->r->rows);
    size_t n = sizeof tables / sizeof tables[0], shown_rows = order ? largest(p, order) : 0;
    while (end->key)
        end++;
    for (size_t i = 0; order && i < n; i++) {
        const struct report_figure *to = i + 1 < n ? report_figure_find(str_from(tables[i + 1].first)) : end;
        html_section(p->out, tables[i].zh, tables[i].en);
        if (shown_rows < p->r->rows.n)
            html_note(p->out, arena_printf(p->a, "共 %zu 组，此处列出件数较多的 %zu 组；全部见 --format csv。合计为全部。", p->r->rows.n, shown_rows).p);
        write_table(p, order, shown_rows, report_figure_find(str_from(tables[i].first)), to);
        html_section_end(p->out);
    }
}

/* ---- what they mean ---- */

static struct str divided(struct page *p, const struct report_figure *f)
{
    if (f->of == REPORT_NOTHING)
        return STR("");
    return arena_printf(p->a, "%s ÷ %s", report_figure_of(f->part) == f ? "用时之和" : report_figure_of(f->part)->zh,
                        report_figure_of(f->of)->zh);
}

static void write_definitions(struct page *p)
{
    static const struct html_column columns[] = {{"指标", false}, {"figure", false},  {"单位", false},
                                                 {"口径", false}, {"计算", false}, {"依据", false}};
    enum { N = sizeof columns / sizeof columns[0] };
    struct str cells[COLUMNS_MAX * N], *c = cells;
    size_t n = 0;
    for (const struct report_figure *f = report_figures; f->key && n < COLUMNS_MAX; f++, n++) {
        *c++ = str_from(f->zh);
        *c++ = str_from(f->key);
        *c++ = str_from(word_zh(report_unit_words, (int)f->unit));
        *c++ = str_from(f->means_zh);
        *c++ = divided(p, f);
        *c++ = str_from(word_zh(report_source_words, (int)f->source));
    }
    html_section(p->out, "指标口径", "What each figure means");
    html_table(p->out, columns, N, cells, n);
    html_note(p->out, "调解员尚未记入流转日志，按调解员统计和据以核发补贴的明细待有记录后提供；在此之前可按调解组织的接受、终结和协议件数核定。"
                      "本页不含当事人信息。");
    html_section_end(p->out);
}

bool report_page(struct report *r, const struct report_figure *figure, const char *path)
{
    struct page p = {.r = r, .a = r->arena, .first = figure, .out = fopen(path, "we")};
    bool good = p.out;
    if (good) {
        (void)report_order(r, &r->cities);
        html_begin(p.out, arena_printf(p.a, "矛盾纠纷调解监测通报 %s", r->period.zh).p, "Supervision report");
        write_head(&p);
        write_tiles(&p);
        write_maps(&p);
        write_channels(&p);
        write_tables(&p);
        write_definitions(&p);
        html_end(p.out);
        good = !ferror(p.out);
        good = fclose(p.out) == 0 && good;
    }
    if (!good)
        fprintf(stderr, "referralctl: %s: %s\n", path, strerror(errno));
    return good && !arena_overflowed(r->arena);
}
