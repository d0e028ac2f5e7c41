/*
 * clocks.h - the clocks that run on a referral: which time limits, what is due next, and when to look again
 *
 * Data: a few clocks, each a time limit (core/timelimit.h) with what has been told about it. Kept with the referral's docket
 * as the truth; the instants beside it in the database are computed from it.
 * States of a clock: runs, warned of, stopped, passed and told. It ends by being dropped.
 */
#ifndef CORE_CLOCKS_H
#define CORE_CLOCKS_H

#include "core/lifecycle.h"
#include "core/policy.h"
#include "core/timelimit.h"

struct clock {
    enum due due;
    struct time_limit limit;
    bool warned;
    int told;        /* how often it was told that it has passed */
    int64_t told_ms; /* the last time */
};

#define CLOCKS_MAX        4
#define CLOCK_ENTRIES_MAX 256
struct clocks {
    struct clock items[CLOCKS_MAX];
    int n;
    int32_t latest; /* the agency's own reply-by, a day that no mediation goes past; 0: none */
};

/* What an event may need to know. */
struct clock_event {
    const struct mode_policy *policy;
    struct duration respond_within, finish_within; /* of the decision; finish counts from acceptance */
    int32_t until;                                 /* CLOCK_STRETCH: the agreed day */
    enum state to;                                 /* CLOCK_ENTER: the new state */
    int64_t now_ms;
};

/* What the event does to the clocks. False when memory is out. */
bool clocks_act(struct arena *a, struct clocks *c, enum clock_act act, const struct clock_event *e, const struct calendar *cal);

struct agenda {
    enum due due;     /* what is due next; DUE_NONE: no clock runs */
    int64_t due_ms;   /* its end: may have passed, until it is done */
    bool provisional; /* counted past the published calendar */
    int64_t wake_ms;  /* when something is to be told or done by itself */
    enum event event; /* and what: EVENT_WARN, or due_event() of what has passed then */
    enum due of;      /* and of which clock */
};
struct agenda clocks_agenda(const struct clocks *c, const struct mode_policy *policy, const struct calendar *cal);

/* Whether the parties may agree on `day`: later than now and than what is, and no later than the channel and the agency allow. */
bool clocks_may_stretch(const struct clocks *c, const struct mode_policy *policy, const struct calendar *cal, int32_t day,
                        int64_t now_ms);
/* A ledger is so long that no further stop or extension is taken. */
bool clocks_full(const struct clocks *c);
/* NULL when none of that kind is there. */
const struct clock *clocks_find(const struct clocks *c, enum due due);
/* A clock as it was kept before ledgers were: only its end is known. False when memory is out. */
bool clocks_of_instant(struct arena *a, struct clocks *c, enum due due, int64_t started_ms, int64_t due_ms);

#endif
