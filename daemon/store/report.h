/*
 * report.h - referrals of a period with their offers and steps, page by page in the order of their ids, for supervision reports
 *
 * Between replay_begin() and replay_end() (store/replay.h), so that all pages are of one moment. An id begins with its time of
 * arrival: a period is one range of every key that starts with city and referral, and a page is read by ranges alone, with no look-up
 * a referral. Memory: one page.
 */
#ifndef STORE_REPORT_H
#define STORE_REPORT_H

#include "base/id.h"
#include "store/db.h"

struct report_wish {
    int city;
    int64_t since_ms, until_ms;
    bool whole; /* every journal entry with its body; else only those in `kinds`, the others not at all */
    const int *kinds;
    int n_kinds;
    int rows;   /* referrals a page, at most */
};

struct report_referral_row {
    struct id id;
    int channel;
    struct str place, category;
    int state, conclusion; /* 0: no docket; none */
    struct str organisation;
};
struct report_offer_row {
    struct id referral;
    struct str organisation;
    int status;
    int64_t offered_ms, closed_ms, finish_by_ms; /* 0: none */
};
struct report_entry {
    struct id referral;
    int kind;
    int64_t at_ms;
    struct str body;
};

/* All three in the order of referrals; offers and entries in the order in which they came. */
struct report_page {
    struct report_referral_row *referrals;
    int n_referrals;
    struct report_offer_row *offers;
    int n_offers;
    struct report_entry *entries;
    int n_entries;
    bool last;
};
/*
 * The page after referral *after (zero: the first), which moves on. Offers and entries are those of every id from there to the page's
 * end, also where no such referral is on record. Lies in the arena.
 */
enum db_result report_read(struct db *db, struct arena *a, const struct report_wish *w, struct id *after,
                           struct report_page *out) DB_CHECKED;

#endif
