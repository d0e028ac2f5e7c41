/*
 * parties.h - the parties of a referral, checked, and what the rules see of them
 */
#ifndef WIRE_PARTIES_H
#define WIRE_PARTIES_H

#include "core/referral.h"
#include "wire/check.h"

struct Referral__V1__Party;

struct parties_wish {
    int32_t today;
    bool guardians; /* a minor must have a guardian named */
    const struct regions *regions;
};

/* Facts of up to LIMIT_PARTIES parties into `a`; NULL past its budget. All faults told in `c`. */
struct party_facts *parties_check(struct check *c, struct arena *a, struct Referral__V1__Party *const *parties,
                                  size_t n, const struct parties_wish *wish);

#endif
