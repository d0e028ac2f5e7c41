/*
 * persons.c - referrals and supplements read for a person
 */
#include "wire/persons.h"

#include "wire/alloc.h"
#include "wire/limits.h"
#include "wire/parties.h"
#include "wire/scan.h"

#include "core/region.h"

#include "referral/v1/agency.pb-c.h"
#include "referral/v1/referral.pb-c.h"

static const void *opened(struct arena *a, const ProtobufCMessageDescriptor *type, struct str bytes)
{
    const struct scan_wish wish = {.budget = LIMIT_REFERRAL_MEMORY};
    if (bytes.n > LIMIT_REFERRAL || scan_message(type, bytes, &wish) != SCAN_OK)
        return NULL;
    return wire_unpack(a, type, bytes, LIMIT_REFERRAL_MEMORY);
}

static struct person person_of(const Referral__V1__Party *p, const struct party_facts *facts)
{
    const Referral__V1__Representative *r = p->representative;
    return (struct person){
        .role = (enum party_role)p->role,
        .kind = (enum party_kind)p->kind,
        .foreign = p->foreign,
        .minor = facts->minor,
        .name = str_from(p->name),
        .identity = str_from(p->identity_number),
        .identity_kind = (enum identity_kind)p->identity_kind,
        .phone = str_from(p->phone),
        .address_code = str_from(p->address_code),
        .representative = str_from(r ? r->name : ""),
        .representative_phone = str_from(r ? r->phone : ""),
        .guardian = r && r->guardian,
    };
}

static bool read_parties(struct arena *a, const Referral__V1__Referral *m, int32_t day, struct persons *out)
{
    static const struct regions nowhere;
    struct faults ignored = {.arena = a};
    struct check c = {.faults = &ignored};
    const struct parties_wish wish = {.today = day, .regions = &nowhere};
    int n = (int)(m->n_parties < LIMIT_PARTIES ? m->n_parties : LIMIT_PARTIES);
    const struct party_facts *facts = parties_check(&c, a, m->parties, m->n_parties, &wish);
    struct person *items = ARENA_ARRAY(a, (size_t)n + 1, struct person);
    for (int i = 0; facts && items && i < n; i++)
        items[i] = person_of(m->parties[i], &facts[i]);
    out->items = items;
    out->n = n;
    return facts && items;
}

static bool read_attachments(struct arena *a, const Referral__V1__Referral *m, struct persons *out)
{
    struct str *names = ARENA_ARRAY(a, m->n_attachments + 1, struct str);
    for (size_t i = 0; names && i < m->n_attachments; i++)
        names[i] = str_from(m->attachments[i]->name);
    out->attachments = names;
    out->n_attachments = (int)m->n_attachments;
    return names;
}

bool persons_read(struct arena *a, struct str bytes, int32_t day, struct persons *out)
{
    struct persons p = {0};
    const Referral__V1__Referral *m = opened(a, &referral__v1__referral__descriptor, bytes);
    if (!m || !read_parties(a, m, day, &p) || !read_attachments(a, m, &p))
        return false;
    p.summary = str_from(m->summary);
    p.source_category = str_from(m->source_category);
    p.offence = str_from(m->offence);
    p.occurred_on = str_from(m->occurred_on);
    *out = p;
    return true;
}

bool supplement_text(struct arena *a, struct str bytes, struct str *out)
{
    const Referral__V1__Supplement *m = opened(a, &referral__v1__supplement__descriptor, bytes);
    if (m)
        *out = str_from(m->summary);
    return m;
}
