/*
 * reroute.h - a referral decided anew while somebody has it, because the rules that decided it were wrong
 *
 * Pure.
 */
#ifndef CORE_REROUTE_H
#define CORE_REROUTE_H

#include "core/decide.h"

/* `load` with the place that the referral itself takes at `holder` left out; -1: nobody has it. */
struct reroute_load {
    struct load_view load;
    int holder;
};
struct load_view reroute_load(struct reroute_load *r);

/*
 * Whether `holder` keeps it by the new decision `d`: it was chosen again, or it could have been as well and only the load or the
 * turn spoke for another. A referral does not travel for that.
 */
bool reroute_keeps(const struct ruleset *rs, const struct decision *d, int holder);

#endif
