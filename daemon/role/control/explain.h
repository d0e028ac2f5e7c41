/*
 * explain.h - a decision made again from what was kept, and compared with what was kept
 *
 * The rule set comes back from PostgreSQL by its hash; the referral from its sealed bytes; the load of each
 * organisation, the exclusions and the clock from the decision's record. decide() is pure, so the new record
 * must be the old one, byte for byte.
 *
 * Threads: one at a time.
 */
#ifndef ROLE_EXPLAIN_H
#define ROLE_EXPLAIN_H

#include "conf/source.h"
#include "core/ruleset.h"
#include "store/db.h"
#include "wire/record.h"

struct explain_set {
    struct digest hash;
    const struct ruleset *rules;
    struct source source; /* its files */
    struct arena *arena;
    uint64_t used;
};

struct explain_cache;
struct explain_cache *explain_cache_new(void);
void explain_cache_free(struct explain_cache *c); /* NULL is accepted */

/*
 * The rule set named by `hash`, valid until the next call. *out is NULL with a reason when it is not on
 * record, or its files no longer make the same rule set.
 */
enum db_result explain_fetch(struct explain_cache *c, struct db *db, struct digest hash,
                             const struct explain_set **out, char *why, size_t why_size) DB_CHECKED;

enum explained { EXPLAINED_IDENTICAL = 1, EXPLAINED_DIFFERENT, EXPLAINED_BY_HAND, EXPLAINED_NOT };
struct explain_difference {
    struct str field, stored, derived;
};
struct explanation {
    enum explained result;
    const char *why; /* NOT: what is missing */
    struct record stored;
    bool reopened; /* `referral` is valid */
    struct referral referral;
    struct explain_difference *differences;
    size_t n, cap;
};
/* Decides again. `set` may be NULL, `bytes` (the referral, opened) empty: then as much as can be said. False:
 * not a record, or out of memory. */
bool explain_decision(struct arena *a, const struct explain_set *set, struct str agency, struct str bytes,
                      struct str record, struct explanation *out);

#endif
