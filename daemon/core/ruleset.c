/*
 * ruleset.c - counting the users of a rule set, and what its rules ask for
 */
#include "core/ruleset.h"

#include "core/watch.h"

#include <assert.h>

const struct ruleset *ruleset_ref(const struct ruleset *r)
{
    int before = atomic_fetch_add_explicit(&((struct ruleset *)r)->refs, 1, memory_order_relaxed);
    assert(before > 0);
    return r;
}

void ruleset_unref(const struct ruleset *r)
{
    if (!r)
        return;
    int before = atomic_fetch_sub_explicit(&((struct ruleset *)r)->refs, 1, memory_order_acq_rel);
    assert(before > 0);
    if (before == 1)
        arena_free(r->arena); /* `r` lies in it */
}

static unsigned needs_of_conditions(const struct cond *when, int n)
{
    for (int i = 0; i < n; i++) {
        if (when[i].kind == COND_EARLIER || when[i].kind == COND_EARLIER_COUNT)
            return NEEDS_EARLIER;
    }
    return 0;
}

static unsigned needs_of_rungs(const struct rung *rungs, int n)
{
    unsigned needs = 0;
    for (int i = 0; i < n; i++) {
        if (rungs[i].pick == PICK_STICKY)
            needs |= NEEDS_EARLIER;
        if (rungs[i].pick == PICK_ROUND_ROBIN)
            needs |= NEEDS_TURNS;
    }
    return needs;
}

unsigned ruleset_needs(const struct ruleset *r)
{
    unsigned needs = 0;
    for (int i = 0; i < r->n_classifiers; i++)
        needs |= needs_of_conditions(r->classifiers[i].when, r->classifiers[i].n_when);
    for (int i = 0; i < r->n_rules; i++)
        needs |= needs_of_conditions(r->rules[i].when, r->rules[i].n_when) |
                 needs_of_rungs(r->rules[i].rungs, r->rules[i].n_rungs);
    for (int i = 0; i < r->n_watches; i++)
        needs |= needs_of_conditions(r->watches[i].when, r->watches[i].n_when);
    return needs;
}
