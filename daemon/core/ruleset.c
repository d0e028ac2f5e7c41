/*
 * ruleset.c - counting the users of a rule set
 */
#include "core/ruleset.h"

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
