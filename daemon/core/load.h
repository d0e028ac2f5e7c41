/*
 * load.h - how many open assignments each organisation has, as the rules are told it
 *
 * A caller-supplied view: decide() asks it once for each candidate. `open` may be out of date; the
 * database has the last word on capacity, and a decision that it turns down is made anew.
 */
#ifndef CORE_LOAD_H
#define CORE_LOAD_H

#include <stdint.h>

struct load {
    int open;
    int capacity;
    int64_t given_ms; /* when it was last given an assignment; 0: never. For round robin */
};

struct load_view {
    struct load (*of)(void *context, int organisation);
    void *context;
};

#endif
