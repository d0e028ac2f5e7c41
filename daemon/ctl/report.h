/*
 * report.h - a supervision report: the referrals of a period counted by group, and held against the journal
 *
 * The figures are those of core/report.h, counted from the tables; with `verify` they are counted a second time from the
 * journal, and what differs is listed by referral.
 *
 * Threads: one. Errors: memory shows in the arena.
 */
#ifndef CTL_REPORT_H
#define CTL_REPORT_H

#include "core/report_case.h"
#include "core/ruleset.h"
#include "ctl/counting.h"
#include "ctl/heat.h"
#include "conf/period.h"
#include "store/db.h"
#include "store/report.h"
#include "wire/control.h"

enum report_by { REPORT_BY_CITY = 1, REPORT_BY_COUNTY, REPORT_BY_CHANNEL, REPORT_BY_CATEGORY, REPORT_BY_ORGANISATION };
extern const struct word report_by_words[];

struct report_sums {
    int64_t v[REPORT_MEASURES];
};
struct report_groups {
    enum report_by by;
    struct names keys;
    struct report_sums *sums; /* by number of the key */
    size_t n, cap;
};

struct report_difference {
    struct id referral;
    struct str organisation;            /* of an offer's figure; else empty */
    const struct report_figure *figure; /* NULL: see `what` */
    int64_t shown, journal;
    const char *what;                   /* "no journal" */
};

struct report {
    const struct ruleset *rules;
    struct period period;
    struct str region; /* code; empty: everywhere */
    bool verify;
    int64_t limit;     /* of listed differences */
    int64_t now_ms;    /* of what is told */
    struct arena *arena;
    struct report_groups cities, channels, rows; /* `rows`: as asked for */
    int64_t all[REPORT_MEASURES];
    int64_t entries, compared, beyond, n_differences; /* beyond: the journal does not tell their time limit */
    struct report_difference *differences;
    size_t n_listed, cap_listed;
};

bool report_init(struct report *r, enum report_by by);
void report_free(struct report *r);

/* ---- report_groups.c ---- */

/* What a referral adds. `row` names its groups. */
void report_count(struct report *r, const struct report_referral_row *row, const struct report_parts *parts);
/* The numbers of the groups in the order in which they are shown. */
int *report_order(struct report *r, const struct report_groups *g);
/* "苏州市", "诉调对接"; "（未指派组织）" where there is nothing to name. */
struct str report_group_name(const struct report *r, enum report_by by, struct str key);

/* ---- report_read.c ---- */

struct progress;
/* Every page of every city, within replay_begin() and replay_end(). DB_LOST with an empty db_error(): memory is out. */
enum db_result report_walk(struct report *r, struct db *db, struct progress *progress) DB_CHECKED;

/* ---- report_verify.c ---- */

/* One referral: `shown` from the tables, `entries` its journal. `row` NULL: only the journal has it. */
void report_compare(struct report *r, struct arena *scratch, const struct report_referral_row *row, struct id referral,
                    const struct report_parts *shown, const struct report_entry *entries, int n_entries);

/* ---- report_told.c, report_csv.c, report_page.c ---- */

#define REPORT_TEXT_SIZE 32
/* "1204", "87.50"; "" where there is no value. Returns out. */
char *report_text(const struct report_figure *f, const int64_t sums[REPORT_MEASURES], char out[REPORT_TEXT_SIZE]);
/* Every figure, with its definition; for `brief`, what fits on a terminal. False when memory is out. */
bool report_sheets(struct report *r, bool brief, struct sheets *out);
/* The definitions alone; `brief` as above. */
bool report_definitions_sheets(bool brief, struct sheets *out);
/* Keys as heads (RFC 4180), one line a group, the last one the total. */
void report_csv(struct report *r, FILE *out);
/* One file that needs nothing else; `figure` is the one that the map shows first. False, and told on stderr. */
bool report_page(struct report *r, const struct report_figure *figure, const char *path);
/* The table of definitions as Markdown, in Chinese or in English. */
void report_markdown(FILE *out, bool zh);

#endif
