/*
 * tally.h - how often each rule has decided, and with what outcome
 */
#ifndef STORE_TALLY_H
#define STORE_TALLY_H

#include "base/str.h"
#include "store/db.h"

struct rule_tally {
    struct str rule; /* empty: no rule matched */
    int64_t assigned, manual, refused;
    int64_t last_ms; /* arrival of the newest referral among them */
};

/*
 * First decisions about referrals that arrived in [since, until), by the rule that made them, in order of its id. Walks the
 * window's decisions: for a connection of db_open_reader().
 */
enum db_result rule_tally(struct db *db, struct arena *a, int64_t since_ms, int64_t until_ms, struct rule_tally **out,
                          int *n) DB_CHECKED;

#endif
