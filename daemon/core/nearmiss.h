/*
 * nearmiss.h - rules that would have matched, had one predicate come out otherwise
 *
 * Works on any condition whose leaves core/match.c knows: the leaves are asked one by one, and the groups over them
 * are counted.
 *
 * Pure.
 */
#ifndef CORE_NEARMISS_H
#define CORE_NEARMISS_H

#include "core/match.h"

/* One leaf that has to come out `wanted`. */
struct leaf_wish {
    const struct cond *leaf;
    bool wanted;
};

/*
 * The least number of leaves that would have to come out otherwise for `c` to come out `wanted`; 0: it does. Counts no
 * further than `most`. An empty group that cannot be otherwise costs `most`.
 */
int match_cost(const struct match *m, const struct cond *c, bool wanted, int most);

/* Leaves of which any one, otherwise, brings `c` nearer to `wanted`, which it is not; at most `max`. */
int match_wishes(const struct match *m, const struct cond *c, bool wanted, struct leaf_wish *out, int max);

struct near_miss {
    int rule;
    struct leaf_wish wish;
};
/*
 * Of rules 0..last those that failed in one predicate only, in order, at most `max`; *total is how many there are. False
 * past the arena's budget.
 */
bool nearmiss_find(struct arena *a, const struct ruleset *rs, const struct referral *r, int last, int max, struct near_miss **out,
                   int *n, int *total);

#endif
