/*
 * sightings.h - what the watches of the rule set count of a new referral
 */
#ifndef ROLE_SIGHTINGS_H
#define ROLE_SIGHTINGS_H

#include "role/keeper/ledger.h"

/* Adds them to the batch; `p` is settled. False when memory is out. */
bool sightings_write(struct ledger *l, const struct work *w, const struct placing *p);

#endif
