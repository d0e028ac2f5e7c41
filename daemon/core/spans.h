/*
 * spans.h - sets of small whole numbers as sorted runs that do not touch
 *
 * Made in an arena, never changed. Past the arena's budget a result is empty; whoever builds looks at
 * arena_overflowed() once at the end.
 */
#ifndef CORE_SPANS_H
#define CORE_SPANS_H

#include "base/arena.h"

struct span {
    int first, end; /* end is not in it */
};

struct spans {
    const struct span *items;
    int n;
};

struct spans spans_one(struct arena *a, int first, int end);
/* Of runs in any order, overlapping or empty ones too; sorts them in place. */
struct spans spans_merged(struct arena *a, struct span *items, int n);
struct spans spans_both(struct arena *a, struct spans x, struct spans y);   /* intersection */
struct spans spans_either(struct arena *a, struct spans x, struct spans y); /* union */
/* What of 0..size-1 is not in `x`. */
struct spans spans_other(struct arena *a, struct spans x, int size);

#endif
