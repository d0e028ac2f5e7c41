/*
 * report_make.c - `report` and `report definitions`
 */
#include "ctl/report.h"

#include "base/clock.h"
#include "ctl/command.h"
#include "ctl/layout.h"
#include "ctl/place.h"
#include "ctl/progress.h"
#include "ctl/records.h"
#include "store/replay.h"

#include <string.h>

static int out_of_memory(void)
{
    fprintf(stderr, "referralctl: memory is out\n");
    return CTL_NO_ANSWER;
}

/* ---- what is asked for ---- */

static bool read_period(const struct call *c, struct report *r)
{
    const char *given = call_value(c, OPT_PERIOD, "");
    if (!period_parse(str_from(given), &r->period)) {
        fprintf(stderr, "referralctl: --period takes a year, half, quarter or month as 2026, 2026H1, 2026Q3, 2026-10; not `%s`\n", given);
        return false;
    }
    if (r->period.since_ms <= clock_now_ms())
        return true;
    fprintf(stderr, "referralctl: --period %s has not begun\n", given);
    return false;
}

static bool read_by(const struct call *c, enum report_by *by)
{
    const char *given = call_value(c, OPT_BY, "city");
    *by = (enum report_by)word_value(report_by_words, str_from(given));
    if (*by)
        return true;
    if (strcmp(given, "mediator") == 0)
        fprintf(stderr, "referralctl: --by mediator: no journal names mediators yet, so there is nothing to count by; "
                        "--by organisation shows what each organisation took on, concluded and agreed\n");
    else
        fprintf(stderr, "referralctl: --by takes city, county, channel, category or organisation; not `%s`\n", given);
    return false;
}

static bool read_region(const struct call *c, struct report *r)
{
    const char *given = call_value(c, OPT_REGION, NULL);
    r->region = given ? region_code_normal(str_from(given)) : STR("");
    if (!given || region_find(&r->rules->regions, r->region) >= 0)
        return true;
    fprintf(stderr, "referralctl: --region: `%s` is no division of the rule set in %s\n", given, place_config(c));
    return false;
}

static bool read_figure(const struct call *c, const struct report_figure **out)
{
    const char *given = call_value(c, OPT_FIGURE, "success_rate");
    *out = report_figure_find(str_from(given));
    if (*out && (*out)->source != REPORT_UNRECORDED)
        return true;
    fprintf(stderr, "referralctl: --figure: there is no figure `%s` to show; `referralctl report definitions` lists them\n", given);
    return false;
}

/* ---- the report ---- */

static int read_records(const struct call *c, struct report *r)
{
    struct records records = {0};
    int code = records_open(c, false, &records);
    if (code != CTL_OK)
        return code;
    struct progress progress = progress_start(stderr, "reading referrals", 0);
    enum db_result result = replay_begin(records.db);
    if (result == DB_OK)
        result = report_walk(r, records.db, &progress);
    progress_end(&progress);
    if (result == DB_OK)
        result = replay_end(records.db);
    if (result != DB_OK)
        code = *db_error(records.db) ? records_failed(&records) : out_of_memory();
    records_close(&records);
    return code;
}

static int tell(const struct call *c, struct report *r, const char *format, const struct report_figure *figure)
{
    const char *page = call_value(c, OPT_HTML, NULL);
    struct sheets sheets = {0};
    bool text = strcmp(format, "text") == 0;
    if (strcmp(format, "csv") == 0)
        report_csv(r, stdout);
    else if (!report_sheets(r, text, &sheets))
        return out_of_memory();
    else if (text)
        layout_text(stdout, &sheets, layout_colour(stdout));
    else
        layout_json(stdout, &sheets);
    if (page && !report_page(r, figure, page))
        return CTL_USAGE;
    if (r->n_differences && strcmp(format, "csv") == 0)
        fprintf(stderr, "referralctl: %lld differences from the journal; see them with --json\n", (long long)r->n_differences);
    return r->n_differences ? CTL_NO : CTL_OK;
}

int run_report(const struct call *c)
{
    static const char *const formats[] = {"text", "json", "csv", NULL};
    struct report r = {.verify = call_has(c, OPT_VERIFY)};
    const struct report_figure *figure;
    const char *format = NULL;
    enum report_by by;
    if (!read_period(c, &r) || !read_by(c, &by) || !read_figure(c, &figure) || !(format = call_format(c, formats, "text")) ||
        !call_number(c, OPT_LIMIT, 1, 100000, 100, &r.limit))
        return CTL_USAGE;
    r.rules = place_rules(c);
    int code = r.rules && read_region(c, &r) ? CTL_OK : CTL_USAGE;
    if (code == CTL_OK && !report_init(&r, by))
        code = out_of_memory();
    if (code == CTL_OK)
        code = read_records(c, &r);
    if (code == CTL_OK)
        code = tell(c, &r, format, figure);
    report_free(&r);
    ruleset_unref(r.rules);
    return code;
}

int run_report_definitions(const struct call *c)
{
    static const char *const formats[] = {"text", "json", "markdown", "markdown-zh", NULL};
    const char *format = call_format(c, formats, "text");
    if (!format)
        return CTL_USAGE;
    struct sheets sheets = {.arena = arena_new(0)};
    int code = sheets.arena ? CTL_OK : out_of_memory();
    if (code == CTL_OK && strncmp(format, "markdown", 8) == 0)
        report_markdown(stdout, strcmp(format, "markdown-zh") == 0);
    else if (code == CTL_OK && !report_definitions_sheets(strcmp(format, "text") == 0, &sheets))
        code = out_of_memory();
    else if (code == CTL_OK && strcmp(format, "json") == 0)
        layout_json(stdout, &sheets);
    else if (code == CTL_OK)
        layout_text(stdout, &sheets, layout_colour(stdout));
    arena_free(sheets.arena);
    return code;
}
