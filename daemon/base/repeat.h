/*
 * repeat.h - the same line over and over: said a few times, then counted and told once
 *
 * Lines are the same when `what` and `who` are. The first REPEAT_ALLOWED in a window pass; the others are
 * held back, and their number is told when the window is over.
 *
 * Threads: one at a time. Pure: the time is an argument, in milliseconds that never go back.
 */
#ifndef BASE_REPEAT_H
#define BASE_REPEAT_H

#include "base/str.h"

#include <stdint.h>

#define REPEAT_ALLOWED   10
#define REPEAT_WINDOW_MS 10000
#define REPEAT_SLOTS     256
#define REPEAT_TEXT      64 /* longer names are the same when their first 63 bytes are */

struct repeat_slot {
    char what[REPEAT_TEXT], who[REPEAT_TEXT];
    int level;        /* the caller's, for telling */
    int64_t began_ms; /* of the window */
    uint64_t seen;    /* in the window; 0: a free slot */
};

struct repeat {
    struct repeat_slot slots[REPEAT_SLOTS];
    int64_t swept_ms;
};

/* What was held back, now to be told. */
struct repeat_told {
    char what[REPEAT_TEXT], who[REPEAT_TEXT];
    int level;
    uint64_t held;
};

/* True when the line may be written. */
bool repeat_pass(struct repeat *r, struct str what, struct str who, int level, int64_t now_ms);
/* One window that is over and held something back; false when there is none. Looks once a second at most. */
bool repeat_tell(struct repeat *r, int64_t now_ms, struct repeat_told *out);

#endif
