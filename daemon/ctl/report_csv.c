/*
 * report_csv.c - the report as CSV, and the definitions as Markdown
 */
#include "ctl/report.h"

#include <string.h>

/* ---- CSV ---- */

static void field(FILE *out, struct str s, bool first)
{
    bool quoted = false;
    for (size_t i = 0; i < s.n && !quoted; i++)
        quoted = s.p[i] == ',' || s.p[i] == '"' || s.p[i] == '\n' || s.p[i] == '\r';
    fputs(first ? "" : ",", out);
    if (!quoted) {
        fwrite(s.p, 1, s.n, out);
        return;
    }
    fputc('"', out);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            fputc('"', out);
        fputc(s.p[i], out);
    }
    fputc('"', out);
}

static void line(FILE *out, const struct report *r, struct str key, struct str name, const int64_t *sums)
{
    char text[REPORT_TEXT_SIZE];
    field(out, str_from(r->period.text), true);
    field(out, key, false);
    field(out, name, false);
    for (const struct report_figure *f = report_figures; f->key; f++)
        field(out, f->source == REPORT_UNRECORDED ? STR("not recorded") : str_from(report_text(f, sums, text)), false);
    fputs("\r\n", out);
}

void report_csv(struct report *r, FILE *out)
{
    const int *order = report_order(r, &r->rows);
    fprintf(out, "period,%s,name", word_of(report_by_words, (int)r->rows.by));
    for (const struct report_figure *f = report_figures; f->key; f++)
        fprintf(out, ",%s", f->key);
    fputs("\r\n", out);
    for (size_t i = 0; order && i < r->rows.n; i++) {
        struct str key = r->rows.keys.items[order[i]];
        line(out, r, key, report_group_name(r, r->rows.by, key), r->rows.sums[order[i]].v);
    }
    line(out, r, STR("total"), STR("合计"), r->all);
}

/* ---- Markdown ---- */

static void formula(FILE *out, const struct report_figure *f, bool zh)
{
    const struct report_figure *part = f->part == REPORT_NOTHING ? NULL : report_figure_of(f->part), *of;
    if (f->of == REPORT_NOTHING)
        return;
    of = report_figure_of(f->of);
    if (part != f)
        fprintf(out, zh ? "；%s ÷ %s" : "; %s / %s", zh ? part->zh : part->key, zh ? of->zh : of->key);
    else
        fprintf(out, zh ? "；÷ %s" : "; / %s", zh ? of->zh : of->key);
}

void report_markdown(FILE *out, bool zh)
{
    fputs(zh ? "| 指标 | 键 | 单位 | 口径 | 依据 |\n| --- | --- | --- | --- | --- |\n"
             : "| figure | 中文 | unit | means | told by |\n| --- | --- | --- | --- | --- |\n",
          out);
    for (const struct report_figure *f = report_figures; f->key; f++) {
        const char *unit = zh ? word_zh(report_unit_words, (int)f->unit) : word_of(report_unit_words, (int)f->unit);
        const char *source = zh ? word_zh(report_source_words, (int)f->source) : word_of(report_source_words, (int)f->source);
        if (zh)
            fprintf(out, "| %s | `%s` | %s | %s", f->zh, f->key, unit, f->means_zh);
        else
            fprintf(out, "| `%s` | %s | %s | %s", f->key, f->zh, unit, f->means);
        formula(out, f, zh);
        fprintf(out, " | %s |\n", source);
    }
    fputs(zh ? "\n| 渠道 | 计为成功 |\n| --- | --- |\n" : "\n| channel | counts as success |\n| --- | --- |\n", out);
    for (int i = CHANNEL_COURT; i < CHANNEL_COUNT; i++)
        fprintf(out, "| %s | %s |\n", zh ? word_zh(channel_words, i) : word_of(channel_words, i),
                zh ? report_success[i].means_zh : report_success[i].means);
}
