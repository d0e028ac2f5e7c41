/*
 * pace.h - whether the wall clock goes at its own pace, or was moved
 *
 * It is moved when somebody sets it, when the machine slept, and when a test drives it.
 */
#ifndef ROLE_TIMER_PACE_H
#define ROLE_TIMER_PACE_H

#include <stdbool.h>
#include <stdint.h>

enum { PACE_TOLERANCE_MS = 1000 };

struct pace {
    bool known;
    int64_t offset_ms; /* wall clock less monotonic clock, when last looked at */
};

/* By how much the wall clock was moved since the last call: ahead > 0, back < 0, 0 within the tolerance. */
int64_t pace_step(struct pace *p, int64_t wall_ms, int64_t mono_ms);

#endif
