/*
 * repair.h - a fact of a referral changed so that one predicate comes out as wished
 *
 * One table from the kind of predicate to the fact it asks about and to how that fact is changed: a new predicate needs a
 * row here to take part in "why not"; without one it is told as what cannot be helped.
 *
 * Pure.
 */
#ifndef CORE_REPAIR_H
#define CORE_REPAIR_H

#include "core/nearmiss.h"

/* What is counted when "the fewest facts" are meant. */
enum fact {
    FACT_MODE = 1,
    FACT_CATEGORY,
    FACT_PLACE,
    FACT_CLAIM,
    FACT_TAGS,
    FACT_RISK,
    FACT_OFFENCE,
    FACT_SOURCE_CATEGORY,
    FACT_AGENCY,
    FACT_TEXT,
    FACT_PARTIES,
    FACT_OCCURRED,
    FACT_ARRIVED,
    FACT_EARLIER,
    FACT_LIMIT
};
extern const struct word fact_words[];

/* The fact that a predicate asks about; 0: one that nothing here changes. */
enum fact fact_of(enum cond_kind kind);

#define REPAIR_VARIANTS 20

struct repair {
    struct arena *arena; /* of the variants */
    const struct match *now;
    int place; /* one that is worth trying where a place is to change; -1: none */
    struct referral variants[REPAIR_VARIANTS];
    int n;
};

/* Ways to have it; each changes that one fact and nothing else. Whether it helped, match_holds() says. */
void repair_leaf(struct repair *x, struct leaf_wish wish);

/* -- for the files of repair -- */
/* A copy to change; never NULL: past the last one it is thrown away. */
struct referral *repair_variant(struct repair *x);
typedef void repair_fn(struct repair *x, const struct cond *c, bool wanted);
repair_fn repair_party, repair_parties, repair_same_village;
repair_fn repair_age, repair_age_missing, repair_arrived, repair_working_time, repair_earlier, repair_earlier_count;
/* The number nearest to `now` that lies in the range, or the two next to its ends; how many. */
int repair_numbers(const struct cond *c, bool wanted, int64_t now, int64_t out[2]);

#endif
