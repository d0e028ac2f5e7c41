/*
 * space_expand.h - the largest box around a point that keeps within one box and out of others
 */
#ifndef CORE_SPACE_EXPAND_H
#define CORE_SPACE_EXPAND_H

#include "core/space.h"

/*
 * `point` lies within `inside` and outside of the `n` others; so does everything in `out`, which no dimension
 * can be widened of. In the space's arena. False: memory.
 */
bool space_expand(struct space *s, const struct box *inside, const struct box *const *outside, int n,
                  int *point, struct box *out);

#endif
