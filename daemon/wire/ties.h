/*
 * ties.h - what ties a referral to earlier ones: who its parties are, and the links its agency gave
 *
 * Two referrals are of the same parties when the sets of their parties' identity documents are the same, whatever
 * their order and roles: who asked then may be asked now. A name is no identity, a phone number passes on; so one party
 * without a document makes the set unknown, and the referral is of the same parties as none. Documents of two kinds
 * are two people, even if one person holds both.
 */
#ifndef WIRE_TIES_H
#define WIRE_TIES_H

#include "base/arena.h"
#include "base/id.h"

struct tie_link { /* one of the two is set, or neither when it names nothing that can be found */
    struct str agency_ref;
    struct id referral;
};

struct ties {
    struct str parties; /* the set, written one way only; empty: unknown. Personal data: for seal_marks(), nothing else */
    const struct tie_link *links;
    int n_links;
};

/* From the bytes of a referral that was accepted. False past the arena's budget, or when they do not decode. */
bool ties_read(struct arena *a, struct str bytes, struct ties *out);

#endif
