/*
 * whynot.h - why an organisation did not get a referral, and the fewest facts that would have to be others
 *
 * First what the decision itself says: it was looked at, and passed over. Then a search, fewest facts first: for each rule
 * with a rung that could lead there, facts are changed one predicate at a time until its conditions hold, no rule before
 * it takes the referral, and the ladder comes out at the organisation. Every answer is one that decide() gave, with nothing open
 * there. Bounded: past the budget it says so.
 *
 * Pure.
 */
#ifndef CORE_WHYNOT_H
#define CORE_WHYNOT_H

#include "core/decide.h"
#include "core/repair.h"

#define WHYNOT_CHANGES_MAX 3

enum whynot_result {
    WHYNOT_HAS_IT = 1, /* it gets the referral as it is */
    WHYNOT_FOUND,
    WHYNOT_CLOSED,     /* it takes nothing at all */
    WHYNOT_NO_RULE,    /* no rung of any rule leads there */
    WHYNOT_NOT_FOUND,  /* not with so few changes */
    WHYNOT_GAVE_UP     /* too much to try */
};

struct whynot_change {
    enum fact fact;
    struct leaf_wish wish; /* .leaf NULL: the rung asks for it, not a condition */
};

struct whynot {
    enum whynot_result result;
    /* Where it stood in the decision as it is. */
    bool candidate;
    enum passed passed;
    int rung, open, capacity;
    /* The search leaves these two out of account: they are no facts of the dispute. */
    bool full, excluded;
    /* FOUND: what would have to be other than it is, and what would be decided then. */
    struct whynot_change changes[WHYNOT_CHANGES_MAX];
    int n;
    struct referral changed;
    struct decision decision;
    /* Otherwise: a rule that would consider it after these changes (`n` of them), and why it passes it over. */
    int near_rule; /* -1 */
    enum passed near_passed;
};

struct whynot_question {
    const struct ruleset *rules;
    const struct referral *referral;
    const int *excluded;
    int n_excluded;
    struct load_view load;
    int organisation;
};
/* What is found lies in `a`. False past its budget. */
bool whynot_ask(struct arena *a, const struct whynot_question *q, struct whynot *out);

#endif
