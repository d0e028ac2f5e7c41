/*
 * persons.h - what a referral and its supplements say of people, for those who may read it
 *
 * All of it is personal data: never for a log, an error text or a metric. Texts are copied into the arena.
 */
#ifndef WIRE_PERSONS_H
#define WIRE_PERSONS_H

#include "base/arena.h"
#include "core/word.h"

struct person {
    enum party_role role;
    enum party_kind kind;
    bool foreign, minor; /* minor: as declared, or by the identity number on the day given */
    struct str name, identity, phone, address_code;
    enum identity_kind identity_kind; /* 0: none given */
    struct str representative, representative_phone;
    bool guardian;
};

struct persons {
    const struct person *items;
    int n;
    struct str summary, source_category, offence, occurred_on;
    const struct str *attachments; /* names */
    int n_attachments;
};

/* False when the bytes are no referral. `day`: of arrival. */
bool persons_read(struct arena *a, struct str bytes, int32_t day, struct persons *out);
/* What a supplement says. False when the bytes are none. */
bool supplement_text(struct arena *a, struct str bytes, struct str *out);

#endif
