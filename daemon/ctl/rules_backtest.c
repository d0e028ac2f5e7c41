/*
 * rules_backtest.c - `rules backtest`: what a rule set would have done with the referrals on record
 */
#include "ctl/backtest_report.h"

#include "base/clock.h"
#include "ctl/layout.h"
#include "ctl/place.h"
#include "ctl/window.h"

#include <string.h>
#include <unistd.h>

static int default_threads(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > 16 ? 16 : (int)n;
}

/* --region, as its prefix of place codes. */
static bool read_region(const struct call *c, struct backtest *b)
{
    const char *given = call_value(c, OPT_REGION, NULL);
    if (!given)
        return true;
    b->region = region_code_normal(str_from(given));
    b->window.place_prefix = b->region;
    if (region_find(&b->set.rules->regions, b->region) >= 0)
        return true;
    fprintf(stderr, "referralctl: --region: `%s` is no division of the rule set in %s\n", given, b->directory);
    return false;
}

static int replay_records(struct backtest *b, const struct records *records)
{
    struct progress progress = progress_start(stderr, "reading assignments", 0);
    enum db_result r = replay_begin(records->db);
    if (r == DB_OK)
        r = backtest_prepare(b, records->db);
    progress_end(&progress);
    if (r == DB_OK)
        r = backtest_run(b, records->db, &progress);
    if (r == DB_OK && replay_end(records->db) == DB_OK)
        return CTL_OK;
    if (*db_error(records->db))
        return records_failed(records);
    fprintf(stderr, "referralctl: memory is out\n");
    return CTL_NO_ANSWER;
}

static int report(const struct call *c, struct backtest *b, int limit)
{
    const char *page = call_value(c, OPT_HTML, NULL);
    struct backtest_lists lists;
    struct sheets sheets = {0};
    if (!backtest_lists(b, &lists)) {
        fprintf(stderr, "referralctl: memory is out\n");
        return CTL_NO_ANSWER;
    }
    bool good = backtest_sheets(&lists, (size_t)limit, &sheets);
    if (good && call_has(c, OPT_JSON))
        layout_json(stdout, &sheets);
    else if (good)
        layout_text(stdout, &sheets, layout_colour(stdout));
    else
        fprintf(stderr, "referralctl: memory is out\n");
    bool written = !good || !page || backtest_page(&lists, &sheets, page);
    backtest_lists_free(&lists);
    return !good ? CTL_NO_ANSWER : written ? CTL_OK : CTL_USAGE;
}

static int run(const struct call *c, struct backtest *b)
{
    struct records records = {0};
    int64_t limit, threads;
    if (!call_number(c, OPT_LIMIT, 1, 100000, 20, &limit) || !call_number(c, OPT_THREADS, 1, 64, default_threads(), &threads) ||
        !window_options(c, "90d", clock_now_ms(), &b->window.since_ms, &b->window.until_ms))
        return CTL_USAGE;
    b->threads = (int)threads;
    b->set.rules = place_rules_of(b->directory);
    if (!b->set.rules || !read_region(c, b))
        return CTL_USAGE;
    int code = records_open(c, true, &records);
    b->set.keys = records.keys;
    b->set.roster = &b->tally.roster;
    if (code == CTL_OK && !(tally_init(&b->tally, b->set.rules) && (b->arena = arena_new(0)))) {
        fprintf(stderr, "referralctl: memory is out\n");
        code = CTL_NO_ANSWER;
    }
    if (code == CTL_OK)
        code = replay_records(b, &records);
    if (code == CTL_OK)
        code = report(c, b, (int)limit);
    records_close(&records);
    return code;
}

int run_rules_backtest(const struct call *c)
{
    struct backtest b = {.directory = c->args[0], .window.place_prefix = STR("")};
    int code = run(c, &b);
    const struct ruleset *rules = b.set.rules;
    backtest_free(&b);
    ruleset_unref(rules);
    return code;
}
