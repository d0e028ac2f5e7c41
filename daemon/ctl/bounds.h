/*
 * bounds.h - what a referral can be, as the wire and the registry of peers let it in
 */
#ifndef CTL_BOUNDS_H
#define CTL_BOUNDS_H

#include "core/space.h"
#include "ctl/ruleset_dir.h"

struct bounds bounds_of(const struct peers *peers);
/* The directory's peers, with or without keys; NULL when they cannot be read, which then bounds nothing. The
 * caller's reference. */
const struct peers *bounds_peers(const struct ruleset_dir *d);

#endif
