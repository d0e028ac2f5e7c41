/*
 * referral.h - one serialised Referral, validated and made into what the rules see
 */
#ifndef WIRE_REFERRAL_H
#define WIRE_REFERRAL_H

#include "core/peer.h"
#include "core/referral.h"
#include "core/ruleset.h"
#include "wire/fault.h"

enum referral_verdict {
    REFERRAL_OK,
    REFERRAL_FAULTY,      /* decoded, but wrong: see faults; nothing to keep */
    REFERRAL_UNDECODABLE, /* to be kept aside as raw bytes (faults says MALFORMED or OVERSIZE) */
};

/*
 * Decodes and checks everything at once for `sender`. `agency_ref` is set whenever it could be read
 * (valid text of legal length), so that the receipt can name it; else empty. Never OK past the arena's budget.
 */
enum referral_verdict referral_decode(struct arena *a, const struct ruleset *rs, const struct peer *sender,
                                      int64_t now_ms, struct str bytes, struct referral *out,
                                      struct str *agency_ref, struct faults *faults);

/*
 * Reads back what was accepted before, for a new decision or an explanation. Only form is checked. False when the bytes do not
 * decode, or the place is not in `rs`.
 */
bool referral_reopen(struct arena *a, const struct ruleset *rs, struct str agency, int64_t arrived_ms, struct str bytes,
                     struct referral *out);

#endif
