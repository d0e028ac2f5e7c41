/*
 * ruleindex_terms.h - the conditions of a rule as alternatives, each a plain list of what it asks for
 *
 * `not` is driven inwards (De Morgan) and `any_of` multiplied out as long as that stays small. What is not multiplied out
 * is narrowed to each axis by itself, which never loses a referral but may let some in: such a term is not sure.
 */
#ifndef CORE_RULEINDEX_TERMS_H
#define CORE_RULEINDEX_TERMS_H

#include "core/ruleindex_axis.h"

struct term {
    int item;
    bool sure;       /* whatever fits it holds */
    uint32_t axes;   /* bits: those it asks something of */
    uint32_t crowds;
    struct spans spans[AXIS_LIMIT];
    struct {
        const int *values; /* one of these must be there */
        int n;
    } wanted[CROWD_LIMIT];
};

/* In the order of the items, in `scratch`. False past its budget. */
bool terms_build(const struct axes *x, struct arena *scratch, const struct ruleindex_item *items, int n, struct term **out,
                 int *n_out);

#endif
