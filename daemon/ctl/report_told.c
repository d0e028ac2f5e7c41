/*
 * report_told.c - the report as sheets, for a terminal and as JSON; the table of definitions
 */
#include "ctl/report.h"

#include <inttypes.h>

enum { FIGURES_MAX = 96 };

char *report_text(const struct report_figure *f, const int64_t sums[REPORT_MEASURES], char out[REPORT_TEXT_SIZE])
{
    int64_t v;
    if (!report_value(f, sums, &v))
        out[0] = '\0';
    else if (f->unit == REPORT_COUNT)
        snprintf(out, REPORT_TEXT_SIZE, "%" PRId64, v);
    else
        snprintf(out, REPORT_TEXT_SIZE, "%" PRId64 ".%02d", v / 100, (int)(v % 100));
    return out;
}

struct telling {
    struct report *r;
    struct sheets *out;
    struct arena *a;
    bool brief;
};

static bool wanted(const struct telling *t, const struct report_figure *f)
{
    return t->brief ? f->brief : true;
}

/* ---- the period ---- */

static void sheet_summary(struct telling *t)
{
    static const struct sheet_column columns[] = {{"period", "统计期 period", CELL_TEXT},   {"period_name", "", CELL_TEXT},
                                                  {"since", "起 since", CELL_TIME},         {"until", "止（不含） until", CELL_TIME},
                                                  {"made", "统计时点 made", CELL_TIME},     {"complete", "统计期已满 over", CELL_BOOL},
                                                  {"region", "地区 region", CELL_TEXT},     {"by", "分组 by", CELL_TEXT},
                                                  {"groups", "组数 groups", CELL_INTEGER},  {NULL, NULL, 0}};
    const struct report *r = t->r;
    struct str *row = sheet_row(t->out, sheet_add(t->out, "summary", "", columns, true));
    if (!row)
        return;
    row[0] = str_from(r->period.text);
    row[1] = str_from(r->period.zh);
    row[2] = cell_int(t->a, r->period.since_ms);
    row[3] = cell_int(t->a, r->period.until_ms);
    row[4] = cell_int(t->a, r->now_ms);
    row[5] = cell_bool(r->now_ms >= r->period.until_ms);
    row[6] = r->region;
    row[7] = str_from(word_of(report_by_words, (int)r->rows.by));
    row[8] = cell_int(t->a, (int64_t)r->rows.n);
}

/* ---- figures ---- */

static enum cell_kind cell_of(const struct report_figure *f)
{
    return f->unit == REPORT_COUNT ? CELL_INTEGER : CELL_DECIMAL;
}

/* key, name, and the figures: in the arena, since a sheet keeps them. NULL when memory is out. */
static struct sheet_column *figure_columns(struct telling *t)
{
    struct sheet_column *columns = ARENA_ARRAY(t->a, FIGURES_MAX + 3, struct sheet_column);
    int n = 0;
    if (!columns)
        return NULL;
    columns[n++] = (struct sheet_column){"key", "", CELL_TEXT};
    columns[n++] = (struct sheet_column){"name", word_zh(report_by_words, (int)t->r->rows.by), CELL_TEXT};
    for (const struct report_figure *f = report_figures; f->key; f++) {
        if (!wanted(t, f))
            continue;
        struct str head = arena_printf(t->a, "%s%s", f->zh, f->unit == REPORT_COUNT ? "" : word_zh(report_unit_words, (int)f->unit));
        columns[n++] = (struct sheet_column){f->key, head.p ? head.p : f->zh, cell_of(f)};
    }
    return columns;
}

static void fill(struct telling *t, struct str *row, struct str key, struct str name, const int64_t *sums)
{
    char text[REPORT_TEXT_SIZE];
    if (!row)
        return;
    *row++ = key;
    *row++ = name;
    for (const struct report_figure *f = report_figures; f->key; f++)
        if (wanted(t, f))
            *row++ = arena_str(t->a, str_from(report_text(f, sums, text)));
}

static void sheet_rows(struct telling *t)
{
    struct report *r = t->r;
    const int *order = report_order(r, &r->rows);
    const struct sheet_column *columns = figure_columns(t);
    if (!order || !columns)
        return;
    struct sheet *sheet = sheet_add(t->out, "rows", "各组 By group", columns, false);
    for (size_t i = 0; i < r->rows.n; i++) {
        struct str key = r->rows.keys.items[order[i]];
        fill(t, sheet_row(t->out, sheet), key, report_group_name(r, r->rows.by, key), r->rows.sums[order[i]].v);
    }
    if (t->brief) {
        fill(t, sheet_row(t->out, sheet), STR("total"), STR("合计"), r->all);
        return;
    }
    sheet = sheet_add(t->out, "total", "合计 Total", columns, true);
    fill(t, sheet_row(t->out, sheet), STR("total"), STR("合计"), r->all);
}

/* ---- what they mean ---- */

static void sheet_definitions(struct telling *t)
{
    static const struct sheet_column columns[] = {{"key", "figure", CELL_TEXT},   {"zh", "指标", CELL_TEXT},    {"en", "", CELL_TEXT},
                                                  {"unit", "unit", CELL_TEXT},    {"part", "part", CELL_TEXT},  {"of", "of", CELL_TEXT},
                                                  {"source", "source", CELL_TEXT}, {"means", "", CELL_TEXT},    {"means_zh", "", CELL_TEXT},
                                                  {NULL, NULL, 0}};
    struct sheet *sheet = sheet_add(t->out, "definitions", "", columns, false);
    for (const struct report_figure *f = report_figures; f->key; f++) {
        const struct report_figure *part = f->part == REPORT_NOTHING ? f : report_figure_of(f->part);
        struct str *row = sheet_row(t->out, sheet);
        if (!row)
            return;
        row[0] = str_from(f->key);
        row[1] = str_from(f->zh);
        row[2] = str_from(f->en);
        row[3] = str_from(word_of(report_unit_words, (int)f->unit));
        row[4] = str_from(part->key);
        row[5] = f->of == REPORT_NOTHING ? STR("") : str_from(report_figure_of(f->of)->key);
        row[6] = str_from(word_of(report_source_words, (int)f->source));
        row[7] = str_from(f->means);
        row[8] = str_from(f->means_zh);
    }
}

/* On a terminal: a line each; with a report only of what is shown there. */
static void sheet_meanings(struct telling *t)
{
    static const struct sheet_column columns[] = {{"key", "figure", CELL_TEXT}, {"zh", "指标", CELL_TEXT}, {"unit", "单位", CELL_TEXT},
                                                  {"means_zh", "口径", CELL_TEXT}, {NULL, NULL, 0}};
    struct sheet *sheet = sheet_add(t->out, "definitions", "口径 Definitions", columns, false);
    for (const struct report_figure *f = report_figures; f->key; f++) {
        struct str *row = !t->r || f->brief || f->source == REPORT_UNRECORDED ? sheet_row(t->out, sheet) : NULL;
        if (!row)
            continue;
        row[0] = str_from(f->key);
        row[1] = str_from(f->zh);
        row[2] = str_from(word_zh(report_unit_words, (int)f->unit));
        row[3] = f->source == REPORT_UNRECORDED ? arena_printf(t->a, "%s：尚未记录 not recorded", f->means_zh) : str_from(f->means_zh);
    }
}

static struct str conclusions_of(struct arena *a, unsigned set)
{
    struct str s = STR("");
    for (const struct word *w = conclusion_words; w->word; w++)
        if (set >> w->value & 1)
            s = arena_printf(a, STR_FMT "%s%s", STR_ARG(s), s.n ? " " : "", w->word);
    return s;
}

static void sheet_success(struct telling *t)
{
    static const struct sheet_column columns[] = {{"channel", "channel", CELL_TEXT},       {"zh", "渠道", CELL_TEXT},
                                                  {"conclusions", "conclusions", CELL_TEXT}, {"means_zh", "计为成功", CELL_TEXT},
                                                  {"means", "counts as success", CELL_TEXT}, {NULL, NULL, 0}};
    static const struct sheet_column brief[] = {{"channel", "channel", CELL_TEXT}, {"zh", "渠道", CELL_TEXT},
                                                {"means_zh", "计为成功", CELL_TEXT}, {NULL, NULL, 0}};
    struct sheet *sheet = sheet_add(t->out, "success", "成功口径 What counts as success", t->brief ? brief : columns, false);
    for (int i = CHANNEL_COURT; i < CHANNEL_COUNT; i++) {
        struct str *row = sheet_row(t->out, sheet);
        if (!row)
            return;
        row[0] = str_from(word_of(channel_words, i));
        row[1] = str_from(word_zh(channel_words, i));
        row[2] = t->brief ? str_from(report_success[i].means_zh) : conclusions_of(t->a, report_success[i].conclusions);
        if (t->brief)
            continue;
        row[3] = str_from(report_success[i].means_zh);
        row[4] = str_from(report_success[i].means);
    }
}

/* ---- against the journal ---- */

static void sheet_verify(struct telling *t)
{
    static const struct sheet_column columns[] = {{"compared", "核对移送 referrals compared", CELL_INTEGER},
                                                  {"entries", "日志条目 journal entries read", CELL_INTEGER},
                                                  {"differences", "差异 differences", CELL_INTEGER},
                                                  {"limit_untold", "日志未载明期限 time limit not told by the journal", CELL_INTEGER},
                                                  {NULL, NULL, 0}};
    const struct report *r = t->r;
    struct str *row = sheet_row(t->out, sheet_add(t->out, "verify", "与流转日志核对 Against the journal", columns, true));
    if (!row)
        return;
    row[0] = cell_int(t->a, r->compared);
    row[1] = cell_int(t->a, r->entries);
    row[2] = cell_int(t->a, r->n_differences);
    row[3] = cell_int(t->a, r->beyond);
}

static void sheet_differences(struct telling *t)
{
    static const struct sheet_column columns[] = {{"referral", "referral", CELL_TEXT}, {"figure", "figure", CELL_TEXT},
                                                  {"zh", "指标", CELL_TEXT},           {"organisation", "organisation", CELL_TEXT},
                                                  {"shown", "tables", CELL_INTEGER},   {"journal", "journal", CELL_INTEGER},
                                                  {"what", "what", CELL_TEXT},         {NULL, NULL, 0}};
    struct sheet *sheet = sheet_add(t->out, "differences", "差异 Differences", columns, false);
    for (size_t i = 0; i < t->r->n_listed; i++) {
        const struct report_difference *d = &t->r->differences[i];
        char id[ID_TEXT_SIZE];
        struct str *row = sheet_row(t->out, sheet);
        if (!row)
            return;
        row[0] = arena_str(t->a, str_from(id_text(d->referral, id)));
        row[1] = str_from(d->figure ? d->figure->key : "");
        row[2] = str_from(d->figure ? d->figure->zh : "");
        row[3] = d->organisation;
        row[4] = d->figure ? cell_int(t->a, d->shown) : STR("");
        row[5] = d->figure ? cell_int(t->a, d->journal) : STR("");
        row[6] = str_from(d->what ? d->what : "");
    }
}

bool report_sheets(struct report *r, bool brief, struct sheets *out)
{
    struct telling t = {.r = r, .out = out, .a = r->arena, .brief = brief};
    out->arena = r->arena;
    (void)report_order(r, &r->rows); /* makes the groups complete */
    sheet_summary(&t);
    sheet_rows(&t);
    if (brief)
        sheet_meanings(&t);
    else
        sheet_definitions(&t);
    sheet_success(&t);
    if (r->verify) {
        sheet_verify(&t);
        sheet_differences(&t);
    }
    return !arena_overflowed(r->arena);
}

bool report_definitions_sheets(bool brief, struct sheets *out)
{
    struct telling t = {.out = out, .a = out->arena, .brief = brief};
    if (brief)
        sheet_meanings(&t);
    else
        sheet_definitions(&t);
    sheet_success(&t);
    return !arena_overflowed(out->arena);
}
