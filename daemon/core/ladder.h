/*
 * ladder.h - who is asked on a rung, and which of those that could take it is picked
 */
#ifndef CORE_LADDER_H
#define CORE_LADDER_H

#include "core/decide.h"

/* One climb: what is asked for, and what has been looked at so far. */
struct ladder {
    const struct ruleset *rules;
    const struct referral *referral;
    int category; /* after classification; -1 */
    const int *excluded;
    int n_excluded;
    struct load_view load;
    struct candidate candidates[DECIDE_CANDIDATES_MAX];
    int n_candidates;
    bool truncated; /* there were more than were looked at */
};

/* The organisation picked on rung `number` of `rule`, and its partner in joint mediation or -1; -1 when nobody can take it. */
int ladder_try(struct ladder *l, const struct rule *rule, int number, int *partner);

#endif
