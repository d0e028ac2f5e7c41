/*
 * referral.h - one dispute as the rules see it
 *
 * Points into the arena of the message it came in. wire/ fills it after validation; every index is
 * valid for the catalogue it was validated against. Personal data: `summary`, `folded`, and what
 * the full bytes hold; none of it may be logged.
 */
#ifndef CORE_REFERRAL_H
#define CORE_REFERRAL_H

#include "core/word.h"

#include <stdint.h>

struct party_facts {
    enum party_role role;
    enum party_kind kind;
    bool foreign;
    bool minor;             /* declared, or under 18 by the resident identity number at arrival (民法典 第17条) */
    int address;            /* region index; -1: not given */
    struct str credit_code; /* of a body; empty for a person. Not personal data, still not for logs */
};

/* What came before between the same parties, or is linked with this referral (core knows it only when told). */
struct earlier {
    int count;        /* referrals of exactly the same parties before this one */
    int64_t last_ms;  /* arrival of the latest of them; 0: none */
    int organisation; /* who has or had it, or the linked case: roster index; -1: nobody known */
};

struct referral {
    enum channel channel;
    enum mode mode;
    struct str agency;       /* sender's id */
    struct str agency_ref;
    int place;               /* region index */
    int category;            /* category index; -1: not given */
    struct str source_category;
    struct str summary;
    struct str folded;       /* summary and source_category, folded, a line break between them */
    bool has_claim;
    int64_t claim_minor;
    char currency[4];
    const struct party_facts *parties;
    int n_parties;
    struct earlier earlier;
    const struct str *tags;
    int n_tags;
    unsigned risk;           /* enum risk bits */
    struct str offence;
    int32_t occurred_on;     /* day; 0: not given */
    int32_t reply_by;        /* day; 0: not given */
    int64_t arrived_ms;
};

#endif
