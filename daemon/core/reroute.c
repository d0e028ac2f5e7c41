/* reroute.c - decided anew, without moving it for nothing */
#include "core/reroute.h"

static struct load load_of(void *context, int organisation)
{
    const struct reroute_load *r = context;
    struct load load = r->load.of(r->load.context, organisation);
    if (organisation == r->holder && load.open > 0)
        load.open--;
    return load;
}

struct load_view reroute_load(struct reroute_load *r)
{
    return (struct load_view){.of = load_of, .context = r};
}

/* Whether the pick between two that could take it was made by load or turn alone. */
static bool as_good(const struct ruleset *rs, enum pick pick, int holder, int chosen)
{
    switch (pick) {
    case PICK_LEAST_LOADED:
    case PICK_WEIGHTED:
    case PICK_ROUND_ROBIN:
        return true;
    case PICK_BEST_RATED:
        return rs->roster.items[holder].rating == rs->roster.items[chosen].rating;
    case PICK_STICKY:
        break;
    }
    return false;
}

bool reroute_keeps(const struct ruleset *rs, const struct decision *d, int holder)
{
    if (holder < 0 || d->outcome != OUTCOME_ASSIGNED)
        return false;
    if (d->organisation == holder)
        return true;
    for (int i = 0; i < d->n_candidates; i++) {
        const struct candidate *c = &d->candidates[i];
        if (c->organisation == holder && c->rung == d->rung && c->passed == PASSED_PICK && !c->partner)
            return as_good(rs, rs->rules[d->rule].rungs[d->rung].pick, holder, d->organisation);
    }
    return false;
}
