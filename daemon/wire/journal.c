/*
 * journal.c - Steps and Notes
 */
#include "wire/journal.h"

#include "wire/alloc.h"
#include "wire/limits.h"
#include "wire/scan.h"

#include "referral/v1/journal.pb-c.h"

#include <sodium.h>

static ProtobufCBinaryData digest_bin(const struct digest *d)
{
    return d ? wire_bin((struct str){(const char *)d->b, sizeof(d->b)}) : (ProtobufCBinaryData){0, NULL};
}

static char *id_z(struct arena *a, const struct id *id)
{
    char text[ID_TEXT_SIZE];
    return id ? wire_z(a, str_from(id_text(*id, text))) : wire_z(a, (struct str){NULL, 0});
}

static Referral__V1__Warning *warning_message(struct arena *a, const struct warning *w)
{
    Referral__V1__Warning *m = ARENA_NEW(a, Referral__V1__Warning);
    Referral__V1__WarningReferral **list = ARENA_ARRAY(a, (size_t)w->n_referrals + 1, Referral__V1__WarningReferral *);
    Referral__V1__WarningReferral *items = ARENA_ARRAY(a, (size_t)w->n_referrals + 1, Referral__V1__WarningReferral);
    if (!m || !list || !items)
        return NULL;
    referral__v1__warning__init(m);
    m->episode_id = id_z(a, &w->episode);
    m->watch = wire_z(a, w->watch);
    m->watch_name = wire_z(a, w->watch_name);
    m->place = wire_z(a, w->place);
    m->place_name = wire_z(a, w->place_name);
    m->category = wire_z(a, w->category);
    m->category_name = wire_z(a, w->category_name);
    m->count = (uint32_t)w->count;
    for (int i = 0; i < w->n_referrals; i++) {
        referral__v1__warning_referral__init(&items[i]);
        items[i].referral_id = id_z(a, &w->referrals[i].referral);
        items[i].agency_ref = wire_z(a, w->referrals[i].agency_ref);
        list[i] = &items[i];
    }
    m->referrals = list;
    m->n_referrals = (size_t)w->n_referrals;
    return m;
}

struct str step_encode(struct arena *a, const struct step *s)
{
    Referral__V1__Step m = REFERRAL__V1__STEP__INIT;
    if (s->warning && !(m.warning = warning_message(a, s->warning)))
        return (struct str){NULL, 0};
    m.agency = wire_z(a, s->agency);
    m.seq = s->seq;
    m.at_ms = s->at_ms;
    m.kind = (Referral__V1__StepKind)s->kind;
    m.referral_id = id_z(a, s->warning ? NULL : &s->referral);
    m.agency_ref = wire_z(a, s->agency_ref);
    m.state = (Referral__V1__State)s->state;
    m.organisation_id = wire_z(a, s->organisation_id);
    m.organisation_name = wire_z(a, s->organisation_name);
    m.assignment_id = id_z(a, s->assignment);
    m.rule = wire_z(a, s->rule);
    m.ruleset_sha256 = digest_bin(s->ruleset);
    m.reason = wire_z(a, s->reason);
    m.conclusion = (Referral__V1__Conclusion)s->conclusion;
    m.agreement_kind = (Referral__V1__AgreementKind)s->agreement_kind;
    m.agreement_minor = s->agreement_minor;
    m.currency = wire_z(a, s->currency);
    m.follow_up = (Referral__V1__FollowUpKind)s->follow_up;
    m.due_kind = wire_z(a, s->due_kind);
    m.due_ms = s->due_ms;
    m.due_provisional = s->due_provisional;
    m.note_sha256 = digest_bin(s->note);
    m.content_sha256 = digest_bin(s->content);
    m.actor = wire_z(a, s->actor);
    m.partner_id = wire_z(a, s->partner_id);
    m.partner_name = wire_z(a, s->partner_name);
    m.mediator = wire_z(a, s->mediator);
    m.suspension = (Referral__V1__SuspensionReason)s->suspension;
    m.agency_action = (Referral__V1__AgencyAction)s->agency_action;
    return wire_pack(a, &m);
}

/* Empty: none, *out stays NULL. False when it is neither empty nor a digest. */
static bool read_digest(struct arena *a, ProtobufCBinaryData b, const struct digest **out)
{
    *out = NULL;
    if (!b.len)
        return true;
    struct digest *d = b.len == sizeof(d->b) ? ARENA_NEW(a, struct digest) : NULL;
    if (d)
        memcpy(d->b, b.data, sizeof(d->b));
    *out = d;
    return d;
}

/* NULL past the arena's budget, or when an id is none. */
static const struct warning *read_warning(struct arena *a, const Referral__V1__Warning *m)
{
    struct warning *w = ARENA_NEW(a, struct warning);
    struct warning_referral *own = ARENA_ARRAY(a, m->n_referrals + 1, struct warning_referral);
    if (!w || !own || !id_parse(str_from(m->episode_id), &w->episode))
        return NULL;
    w->watch = str_from(m->watch);
    w->watch_name = str_from(m->watch_name);
    w->place = str_from(m->place);
    w->place_name = str_from(m->place_name);
    w->category = str_from(m->category);
    w->category_name = str_from(m->category_name);
    w->count = (int)m->count;
    for (size_t i = 0; i < m->n_referrals; i++) {
        if (!id_parse(str_from(m->referrals[i]->referral_id), &own[i].referral))
            return NULL;
        own[i].agency_ref = str_from(m->referrals[i]->agency_ref);
    }
    w->referrals = own;
    w->n_referrals = (int)m->n_referrals;
    return w;
}

static bool read_ids(struct arena *a, const Referral__V1__Step *m, struct step *out)
{
    if (m->warning) {
        out->warning = read_warning(a, m->warning);
        if (out->warning)
            out->referral = out->warning->episode;
        return out->warning;
    }
    if (!id_parse(str_from(m->referral_id), &out->referral))
        return false;
    if (!m->assignment_id[0])
        return true;
    struct id *assignment = ARENA_NEW(a, struct id);
    out->assignment = assignment;
    return assignment && id_parse(str_from(m->assignment_id), assignment);
}

bool step_decode(struct arena *a, struct str bytes, struct step *out)
{
    const struct scan_wish wish = {.budget = LIMIT_REFERRAL_MEMORY};
    const Referral__V1__Step *m = NULL;
    if (scan_message(&referral__v1__step__descriptor, bytes, &wish) == SCAN_OK)
        m = wire_unpack(a, &referral__v1__step__descriptor, bytes, LIMIT_REFERRAL_MEMORY);
    if (!m)
        return false;
    struct step s = {
        .agency = str_from(m->agency),
        .seq = m->seq,
        .at_ms = m->at_ms,
        .kind = (enum step_kind)m->kind,
        .agency_ref = str_from(m->agency_ref),
        .state = (enum state)m->state,
        .organisation_id = str_from(m->organisation_id),
        .organisation_name = str_from(m->organisation_name),
        .rule = str_from(m->rule),
        .reason = str_from(m->reason),
        .conclusion = (enum conclusion)m->conclusion,
        .agreement_kind = (enum agreement_kind)m->agreement_kind,
        .agreement_minor = m->agreement_minor,
        .currency = str_from(m->currency),
        .follow_up = (enum follow_up_kind)m->follow_up,
        .due_kind = str_from(m->due_kind),
        .due_ms = m->due_ms,
        .due_provisional = m->due_provisional,
        .actor = str_from(m->actor),
        .partner_id = str_from(m->partner_id),
        .partner_name = str_from(m->partner_name),
        .mediator = str_from(m->mediator),
        .suspension = (enum suspension_reason)m->suspension,
        .agency_action = (enum agency_action)m->agency_action,
    };
    if (!read_ids(a, m, &s) || !read_digest(a, m->ruleset_sha256, &s.ruleset) ||
        !read_digest(a, m->note_sha256, &s.note) || !read_digest(a, m->content_sha256, &s.content))
        return false;
    *out = s;
    return true;
}

struct str note_encode(struct arena *a, struct str text, const struct str *facts, int n_facts)
{
    unsigned char salt[NOTE_SALT_SIZE];
    randombytes_buf(salt, sizeof(salt));
    Referral__V1__Note m = REFERRAL__V1__NOTE__INIT;
    m.salt = (ProtobufCBinaryData){sizeof(salt), salt};
    m.text = wire_z(a, text);
    m.facts = wire_z_list(a, facts, n_facts);
    m.n_facts = m.facts ? (size_t)n_facts : 0;
    return wire_pack(a, &m);
}

bool note_decode(struct arena *a, struct str bytes, struct note *out)
{
    const struct scan_wish wish = {.budget = LIMIT_REFERRAL_MEMORY};
    const Referral__V1__Note *m = NULL;
    if (scan_message(&referral__v1__note__descriptor, bytes, &wish) == SCAN_OK)
        m = wire_unpack(a, &referral__v1__note__descriptor, bytes, LIMIT_REFERRAL_MEMORY);
    const struct str *facts = m ? wire_str_list(a, m->facts, m->n_facts) : NULL;
    if (!facts)
        return false;
    *out = (struct note){.text = str_from(m->text), .facts = facts, .n_facts = (int)m->n_facts};
    return true;
}
