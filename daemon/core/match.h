/*
 * match.h - whether the conditions of a rule hold for a referral
 *
 * Pure; short-circuits from left to right.
 */
#ifndef CORE_MATCH_H
#define CORE_MATCH_H

#include "core/ruleset.h"

/* A referral with what classification has added so far. */
struct match {
    const struct ruleset *rules;
    const struct referral *referral;
    int category;           /* -1: none yet */
    const struct str *tags; /* sorted, unique */
    int n_tags;
    const unsigned char *hits;  /* of rules->words in the referral's text */
    struct str source_category; /* folded */
    const int *found;           /* the hits as word numbers, ascending; what the index reads, and nobody else */
    int n_found;
};

/* The folded source category: what stands behind the line break of referral.folded. */
struct str match_source_category(const struct referral *r);

/* `when` and the nodes that belong to it. */
bool match_holds(const struct match *m, const struct cond *when);
/* The first condition, innermost, that keeps `when` from holding; `when` does not hold. */
const struct cond *match_failed(const struct match *m, const struct cond *when);

#endif
