/*
 * supplements.h - what agencies have added to referrals, read back for receivers
 */
#ifndef STORE_SUPPLEMENTS_H
#define STORE_SUPPLEMENTS_H

#include "store/desk.h"
#include "store/pipe.h"
#include "store/rows.h"

/* Queues the reading of those of all these referrals: rows of "iu", city and referral. The answer's number, as pipe_add(). */
int supplements_ask(struct db *db, struct rows *referrals);
/* Those of one referral, out of the answer. */
struct kept_supplements supplements_of(const PGresult *res, struct arena *a, struct id referral);

#endif
