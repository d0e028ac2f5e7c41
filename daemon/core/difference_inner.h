/*
 * difference_inner.h - what the parts of a comparison share; only for difference*.c
 */
#ifndef CORE_DIFFERENCE_INNER_H
#define CORE_DIFFERENCE_INNER_H

#include "core/analyse_inner.h"
#include "core/difference.h"

enum { WAS, IS, SIDES };

struct side {
    const struct ruleset *rs;
    const struct box *rules;
    int n;
    const int *outcome; /* by rule */
    int *twin;          /* by rule: the first of the other set with the same conditions; INT_MAX: none */
    struct meets meets;
    uint64_t *near;
};

struct comparison {
    struct work w; /* of the new rule set */
    struct side sides[SIDES];
    const struct difference_options *options;
    const struct box **outside; /* of the question at hand */
    int n_outside;
    struct difference *out;
};

/* The search stands at a point: a referral there that the two rules decide, or with a doubt. w.point is where
 * it lies. False: memory. */
bool part_settle(struct comparison *c, const struct change *x, struct part *out);
/* A referral of rule set `from` in the lists of rule set `to`. *known: they have its place and category. NULL:
 * memory. */
const struct referral *referral_in(const struct space *s, int from, int to, struct arena *a,
                                   const struct referral *r, bool *known);
/* Rows of words that only one of the two has, at most `max`: of `own` into `out`; how many. -1: memory. */
int rows_apart(const struct space *s, const struct weigher *own, const struct weigher *other, int own_side,
               struct arena *scratch, int *out, int max);
/* A folded text in which a row counts. .p NULL: memory. */
struct str row_words(const struct ruleset *rs, const struct weigher *w, int row, struct str separator,
                     struct arena *a);

bool difference_classifiers(struct comparison *c);
bool difference_lists(struct arena *a, const struct ruleset *was, const struct ruleset *is,
                      struct difference *out);

#endif
