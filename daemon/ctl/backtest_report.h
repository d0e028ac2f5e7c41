/*
 * backtest_report.h - the results of a backtest told: in tables, as JSON, as a page
 *
 * What was counted is sorted when it is first told: nothing can be counted afterwards.
 */
#ifndef CTL_BACKTEST_REPORT_H
#define CTL_BACKTEST_REPORT_H

#include "ctl/backtest.h"
#include "wire/control.h"

/* Sorted lists over a backtest, in its arena. */
struct backtest_lists {
    const struct backtest *b;
    struct arena *arena;
    const struct pair *flows;      /* the largest first; a and b as TO_* or an organisation's number */
    size_t n_flows;
    const struct pair *groups;     /* the same by kind and level of organisation: numbers for backtest_group_*() */
    size_t n_groups;
    struct pairs grouped;          /* what `groups` lies in */
    const struct pair *rules;      /* old_rules, new rule */
    size_t n_rules;
    const struct pair *moved_rules;
    size_t n_moved_rules;
    const struct pair *categories;
    size_t n_categories;
    const int *organisations;      /* whose work changes or is tight: those wished beyond capacity first */
    size_t n_organisations;
    const int *cities;             /* in order of their numbers */
    size_t n_cities;
    int64_t beyond_then, beyond_would; /* organisations that held more than their capacity at some moment */
    int64_t wished_beyond;         /* ... that would be wished for beyond it */
};
/* False when memory is out. */
bool backtest_lists(struct backtest *b, struct backtest_lists *out);
void backtest_lists_free(struct backtest_lists *l);

/* Names of a destination: id or "manual", "refused"; name in Chinese. */
struct str backtest_id(const struct backtest *b, int destination);
struct str backtest_name(const struct backtest *b, int destination);
/* "people/village", "人民调解委员会（村级）"; those that are gone, manual and refused are groups too. */
struct str backtest_group_id(const struct backtest_lists *l, int group);
struct str backtest_group_name(const struct backtest_lists *l, int group);
enum { GROUP_MANUAL = -1, GROUP_REFUSED = -2, GROUP_GONE = -3 };
struct str backtest_rule(const struct backtest *b, int rule); /* id; "" for -1 */
struct str backtest_city_name(const struct backtest *b, int city);
/* Tenths of its mean level within the window, rounded. */
int64_t backtest_mean_tenths(const struct backtest *b, int organisation, enum replay_level level);
const struct word *backtest_channel(int channel); /* NULL for 0 */

/* The same sheets for tables and for JSON; docs/man/referralctl.1.scd names their members. */
bool backtest_sheets(const struct backtest_lists *l, size_t limit, struct sheets *out);
/* One file that needs nothing else; tables from the sheets. False, and told on stderr. */
bool backtest_page(const struct backtest_lists *l, const struct sheets *sheets, const char *path);

#endif
