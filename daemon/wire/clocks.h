/*
 * clocks.h - the clocks of a referral as they are kept
 */
#ifndef WIRE_CLOCKS_H
#define WIRE_CLOCKS_H

#include "core/clocks.h"

/* Empty when memory is out. */
struct str clocks_encode(struct arena *a, const struct clocks *c);
/* False when the bytes are no clocks; then *out is as it was. */
bool clocks_decode(struct arena *a, struct str bytes, struct clocks *out);

#endif
