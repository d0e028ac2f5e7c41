/*
 * client_referral.c - a Referral packed from plain values, and read again by whoever receives it
 */
#include "wire/client.h"

#include "wire/alloc.h"
#include "wire/limits.h"
#include "wire/scan.h"

#include "referral/v1/agency.pb-c.h"
#include "referral/v1/referral.pb-c.h"

static bool pack_parties(struct arena *a, const struct client_referral *r, Referral__V1__Referral *m)
{
    size_t n = (size_t)r->n_parties;
    Referral__V1__Party *items = ARENA_ARRAY(a, n + 1, Referral__V1__Party);
    Referral__V1__Representative *acting = ARENA_ARRAY(a, n + 1, Referral__V1__Representative);
    m->parties = ARENA_ARRAY(a, n + 1, Referral__V1__Party *);
    if (!items || !acting || !m->parties)
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct client_party *p = &r->parties[i];
        referral__v1__party__init(&items[i]);
        items[i].role = (Referral__V1__PartyRole)p->role;
        items[i].kind = (Referral__V1__PartyKind)p->kind;
        items[i].name = wire_z(a, p->name);
        items[i].identity_kind = (Referral__V1__IdentityKind)p->identity_kind;
        items[i].identity_number = wire_z(a, p->identity_number);
        items[i].phone = wire_z(a, p->phone);
        items[i].address_code = wire_z(a, p->address_code);
        items[i].foreign = p->foreign;
        items[i].minor = p->minor;
        if (p->has_representative) {
            referral__v1__representative__init(&acting[i]);
            acting[i].name = wire_z(a, p->representative.name);
            acting[i].phone = wire_z(a, p->representative.phone);
            acting[i].guardian = p->representative.guardian;
            items[i].representative = &acting[i];
        }
        m->parties[i] = &items[i];
    }
    m->n_parties = n;
    return true;
}

static bool pack_links(struct arena *a, const struct client_referral *r, Referral__V1__Referral *m)
{
    size_t n = (size_t)r->n_links;
    Referral__V1__Link *items = ARENA_ARRAY(a, n + 1, Referral__V1__Link);
    m->links = ARENA_ARRAY(a, n + 1, Referral__V1__Link *);
    if (!items || !m->links)
        return false;
    for (size_t i = 0; i < n; i++) {
        referral__v1__link__init(&items[i]);
        items[i].agency_ref = wire_z(a, r->links[i].agency_ref);
        items[i].referral_id = wire_z(a, r->links[i].referral_id);
        m->links[i] = &items[i];
    }
    m->n_links = n;
    return true;
}

static bool pack_attachments(struct arena *a, const struct client_referral *r, Referral__V1__Referral *m)
{
    size_t n = (size_t)r->n_attachments;
    Referral__V1__Attachment *items = ARENA_ARRAY(a, n + 1, Referral__V1__Attachment);
    m->attachments = ARENA_ARRAY(a, n + 1, Referral__V1__Attachment *);
    if (!items || !m->attachments)
        return false;
    for (size_t i = 0; i < n; i++) {
        referral__v1__attachment__init(&items[i]);
        items[i].name = wire_z(a, r->attachments[i].name);
        items[i].uri = wire_z(a, r->attachments[i].uri);
        items[i].sha256 = wire_bin(r->attachments[i].sha256);
        m->attachments[i] = &items[i];
    }
    m->n_attachments = n;
    return true;
}

struct str client_referral_encode(struct arena *a, const struct client_referral *r)
{
    Referral__V1__Referral m = REFERRAL__V1__REFERRAL__INIT;
    Referral__V1__Claim claim = REFERRAL__V1__CLAIM__INIT;
    Referral__V1__RiskFlags risk = REFERRAL__V1__RISK_FLAGS__INIT;
    m.channel = (Referral__V1__Channel)r->channel;
    m.mode = (Referral__V1__Mode)r->mode;
    m.agency_ref = wire_z(a, r->agency_ref);
    m.place_code = wire_z(a, r->place_code);
    m.category = wire_z(a, r->category);
    m.source_category = wire_z(a, r->source_category);
    m.summary = wire_z(a, r->summary);
    if (r->has_claim) {
        claim.amount_minor = r->claim_minor;
        claim.currency = wire_z(a, r->currency);
        m.claim = &claim;
    }
    m.tags = wire_z_list(a, r->tags, r->n_tags);
    m.n_tags = m.tags ? (size_t)r->n_tags : 0;
    if (r->risk) {
        risk.repeat_calls = r->risk & RISK_REPEAT_CALLS;
        risk.violence = (r->risk & RISK_VIOLENCE) != 0;
        risk.group = (r->risk & RISK_GROUP) != 0;
        risk.self_harm = (r->risk & RISK_SELF_HARM) != 0;
        m.risk = &risk;
    }
    m.occurred_on = wire_z(a, r->occurred_on);
    m.reply_by = wire_z(a, r->reply_by);
    m.offence = wire_z(a, r->offence);
    if (!pack_parties(a, r, &m) || !pack_links(a, r, &m) || !pack_attachments(a, r, &m))
        return (struct str){NULL, 0};
    return wire_pack(a, &m);
}

static struct client_party read_party(const Referral__V1__Party *m)
{
    struct client_party p = {.role = (enum party_role)m->role,
                             .kind = (enum party_kind)m->kind,
                             .name = str_from(m->name),
                             .identity_kind = (enum identity_kind)m->identity_kind,
                             .identity_number = str_from(m->identity_number),
                             .phone = str_from(m->phone),
                             .address_code = str_from(m->address_code),
                             .foreign = m->foreign,
                             .minor = m->minor,
                             .has_representative = m->representative};
    if (m->representative) {
        p.representative.name = str_from(m->representative->name);
        p.representative.phone = str_from(m->representative->phone);
        p.representative.guardian = m->representative->guardian;
    }
    return p;
}

static struct client_attachment read_attachment(const Referral__V1__Attachment *m)
{
    return (struct client_attachment){str_from(m->name), str_from(m->uri), wire_bytes(m->sha256)};
}

/* Lists of `m` into `out`; false past the arena's budget. */
static bool read_lists(struct arena *a, const Referral__V1__Referral *m, struct client_referral *out)
{
    struct client_party *parties = ARENA_ARRAY(a, m->n_parties + 1, struct client_party);
    struct client_link *links = ARENA_ARRAY(a, m->n_links + 1, struct client_link);
    struct client_attachment *attachments = ARENA_ARRAY(a, m->n_attachments + 1, struct client_attachment);
    out->tags = wire_str_list(a, m->tags, m->n_tags);
    if (!parties || !links || !attachments || !out->tags)
        return false;
    for (size_t i = 0; i < m->n_parties; i++)
        parties[i] = read_party(m->parties[i]);
    for (size_t i = 0; i < m->n_links; i++)
        links[i] =
            (struct client_link){str_from(m->links[i]->agency_ref), str_from(m->links[i]->referral_id)};
    for (size_t i = 0; i < m->n_attachments; i++)
        attachments[i] = read_attachment(m->attachments[i]);
    out->parties = parties;
    out->n_parties = (int)m->n_parties;
    out->links = links;
    out->n_links = (int)m->n_links;
    out->attachments = attachments;
    out->n_attachments = (int)m->n_attachments;
    out->n_tags = (int)m->n_tags;
    return true;
}

static const void *unpack(struct arena *a, const ProtobufCMessageDescriptor *type, struct str bytes)
{
    const struct scan_wish wish = {.budget = LIMIT_REFERRAL_MEMORY};
    return scan_message(type, bytes, &wish) == SCAN_OK ? wire_unpack(a, type, bytes, LIMIT_REFERRAL_MEMORY)
                                                       : NULL;
}

bool client_referral_decode(struct arena *a, struct str bytes, struct client_referral *out)
{
    const Referral__V1__Referral *m = unpack(a, &referral__v1__referral__descriptor, bytes);
    if (!m)
        return false;
    struct client_referral r = {.channel = (enum channel)m->channel,
                                .mode = (enum mode)m->mode,
                                .agency_ref = str_from(m->agency_ref),
                                .place_code = str_from(m->place_code),
                                .category = str_from(m->category),
                                .source_category = str_from(m->source_category),
                                .summary = str_from(m->summary),
                                .has_claim = m->claim,
                                .claim_minor = m->claim ? m->claim->amount_minor : 0,
                                .currency = str_from(m->claim ? m->claim->currency : NULL),
                                .occurred_on = str_from(m->occurred_on),
                                .reply_by = str_from(m->reply_by),
                                .offence = str_from(m->offence)};
    if (m->risk) {
        r.risk = (m->risk->repeat_calls ? RISK_REPEAT_CALLS : 0u) | (m->risk->violence ? RISK_VIOLENCE : 0u) |
                 (m->risk->group ? RISK_GROUP : 0u) | (m->risk->self_harm ? RISK_SELF_HARM : 0u);
    }
    if (!read_lists(a, m, &r))
        return false;
    *out = r;
    return true;
}

bool client_supplement_decode(struct arena *a, struct str bytes, struct client_supplement *out)
{
    const Referral__V1__Supplement *m = unpack(a, &referral__v1__supplement__descriptor, bytes);
    struct client_attachment *attachments =
        m ? ARENA_ARRAY(a, m->n_attachments + 1, struct client_attachment) : NULL;
    if (!attachments)
        return false;
    for (size_t i = 0; i < m->n_attachments; i++) {
        const Referral__V1__Attachment *t =
            unpack(a, &referral__v1__attachment__descriptor, wire_bytes(m->attachments[i]));
        if (!t)
            return false;
        attachments[i] = read_attachment(t);
    }
    *out = (struct client_supplement){.agency_ref = str_from(m->agency_ref),
                                      .supplement_ref = str_from(m->supplement_ref),
                                      .summary = str_from(m->summary),
                                      .attachments = attachments,
                                      .n_attachments = (int)m->n_attachments};
    return true;
}
