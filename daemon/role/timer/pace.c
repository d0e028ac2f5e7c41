/*
 * pace.c - the distance of two clocks
 */
#include "role/timer/pace.h"

int64_t pace_step(struct pace *p, int64_t wall_ms, int64_t mono_ms)
{
    int64_t offset = wall_ms - mono_ms, step = p->known ? offset - p->offset_ms : 0;
    if (step >= -PACE_TOLERANCE_MS && step <= PACE_TOLERANCE_MS) {
        /* What is within the tolerance adds up until it is not. */
        if (!p->known)
            *p = (struct pace){.known = true, .offset_ms = offset};
        return 0;
    }
    p->offset_ms = offset;
    return step;
}
