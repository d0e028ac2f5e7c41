/*
 * client.c - ClientMessages, packed
 */
#include "wire/client.h"

#include "wire/alloc.h"

#include "referral/v1/envelope.pb-c.h"
#include "referral/v1/referral.pb-c.h"

#define WIRE_VERSION 1

static Referral__V1__ClientMessage envelope(struct arena *a, struct str request_id)
{
    Referral__V1__ClientMessage m = REFERRAL__V1__CLIENT_MESSAGE__INIT;
    m.version = WIRE_VERSION;
    m.request_id = wire_z(a, request_id);
    return m;
}

static char *id_z(struct arena *a, struct id id)
{
    char text[ID_TEXT_SIZE];
    return wire_z(a, id_is_zero(id) ? (struct str){NULL, 0} : str_from(id_text(id, text)));
}

struct str client_submit(struct arena *a, struct str request_id, const struct str *referrals, int n)
{
    Referral__V1__Submit body = REFERRAL__V1__SUBMIT__INIT;
    Referral__V1__ClientMessage m = envelope(a, request_id);
    body.referrals = ARENA_ARRAY(a, (size_t)n + 1, ProtobufCBinaryData);
    for (int i = 0; body.referrals && i < n; i++)
        body.referrals[i] = wire_bin(referrals[i]);
    body.n_referrals = body.referrals ? (size_t)n : 0;
    m.body_case = REFERRAL__V1__CLIENT_MESSAGE__BODY_SUBMIT;
    m.submit = &body;
    return wire_pack(a, &m);
}

static struct str pack_attachment(struct arena *a, const struct client_attachment *t)
{
    Referral__V1__Attachment m = REFERRAL__V1__ATTACHMENT__INIT;
    m.name = wire_z(a, t->name);
    m.uri = wire_z(a, t->uri);
    m.sha256 = wire_bin(t->sha256);
    return wire_pack(a, &m);
}

struct str client_supplement(struct arena *a, struct str request_id, const struct client_supplement *s)
{
    Referral__V1__Supplement body = REFERRAL__V1__SUPPLEMENT__INIT;
    Referral__V1__ClientMessage m = envelope(a, request_id);
    body.agency_ref = wire_z(a, s->agency_ref);
    body.supplement_ref = wire_z(a, s->supplement_ref);
    body.summary = wire_z(a, s->summary);
    body.attachments = ARENA_ARRAY(a, (size_t)s->n_attachments + 1, ProtobufCBinaryData);
    for (int i = 0; body.attachments && i < s->n_attachments; i++)
        body.attachments[i] = wire_bin(pack_attachment(a, &s->attachments[i]));
    body.n_attachments = body.attachments ? (size_t)s->n_attachments : 0;
    m.body_case = REFERRAL__V1__CLIENT_MESSAGE__BODY_SUPPLEMENT;
    m.supplement = &body;
    return wire_pack(a, &m);
}

struct str client_withdraw(struct arena *a, struct str request_id, struct str agency_ref, struct str reason)
{
    Referral__V1__Withdraw body = REFERRAL__V1__WITHDRAW__INIT;
    Referral__V1__ClientMessage m = envelope(a, request_id);
    body.agency_ref = wire_z(a, agency_ref);
    body.reason = wire_z(a, reason);
    m.body_case = REFERRAL__V1__CLIENT_MESSAGE__BODY_WITHDRAW;
    m.withdraw = &body;
    return wire_pack(a, &m);
}

struct str client_proceed(struct arena *a, struct str request_id, struct str agency_ref, struct str text)
{
    Referral__V1__Proceed body = REFERRAL__V1__PROCEED__INIT;
    Referral__V1__ClientMessage m = envelope(a, request_id);
    body.agency_ref = wire_z(a, agency_ref);
    body.text = wire_z(a, text);
    m.body_case = REFERRAL__V1__CLIENT_MESSAGE__BODY_PROCEED;
    m.proceed = &body;
    return wire_pack(a, &m);
}

struct str client_query(struct arena *a, struct str request_id, struct str agency_ref)
{
    Referral__V1__Query body = REFERRAL__V1__QUERY__INIT;
    Referral__V1__ClientMessage m = envelope(a, request_id);
    body.agency_ref = wire_z(a, agency_ref);
    m.body_case = REFERRAL__V1__CLIENT_MESSAGE__BODY_QUERY;
    m.query = &body;
    return wire_pack(a, &m);
}

struct str client_follow(struct arena *a, struct str request_id, uint64_t after_seq, bool from_stored_cursor,
                         uint32_t credit)
{
    Referral__V1__Follow body = REFERRAL__V1__FOLLOW__INIT;
    Referral__V1__ClientMessage m = envelope(a, request_id);
    body.after_seq = after_seq;
    body.from_stored_cursor = from_stored_cursor;
    body.credit = credit;
    m.body_case = REFERRAL__V1__CLIENT_MESSAGE__BODY_FOLLOW;
    m.follow = &body;
    return wire_pack(a, &m);
}

struct str client_ack(struct arena *a, struct str request_id, uint64_t seq)
{
    Referral__V1__Ack body = REFERRAL__V1__ACK__INIT;
    Referral__V1__ClientMessage m = envelope(a, request_id);
    body.seq = seq;
    m.body_case = REFERRAL__V1__CLIENT_MESSAGE__BODY_ACK;
    m.ack = &body;
    return wire_pack(a, &m);
}

struct str client_hello(struct arena *a, struct str request_id, const struct str *organisations, int n,
                        uint32_t credit)
{
    Referral__V1__Hello body = REFERRAL__V1__HELLO__INIT;
    Referral__V1__ClientMessage m = envelope(a, request_id);
    body.organisations = wire_z_list(a, organisations, n);
    body.n_organisations = body.organisations ? (size_t)n : 0;
    body.credit = credit;
    m.body_case = REFERRAL__V1__CLIENT_MESSAGE__BODY_HELLO;
    m.hello = &body;
    return wire_pack(a, &m);
}

struct str client_accept(struct arena *a, struct str request_id, const struct client_answer *r)
{
    Referral__V1__Accept body = REFERRAL__V1__ACCEPT__INIT;
    Referral__V1__ClientMessage m = envelope(a, request_id);
    body.assignment_id = id_z(a, r->assignment);
    body.term = r->term;
    m.body_case = REFERRAL__V1__CLIENT_MESSAGE__BODY_ACCEPT;
    m.accept = &body;
    return wire_pack(a, &m);
}

struct str client_decline(struct arena *a, struct str request_id, const struct client_answer *r)
{
    Referral__V1__Decline body = REFERRAL__V1__DECLINE__INIT;
    Referral__V1__ClientMessage m = envelope(a, request_id);
    body.assignment_id = id_z(a, r->assignment);
    body.term = r->term;
    body.reason = (Referral__V1__DeclineReason)r->decline;
    body.text = wire_z(a, r->text);
    m.body_case = REFERRAL__V1__CLIENT_MESSAGE__BODY_DECLINE;
    m.decline = &body;
    return wire_pack(a, &m);
}

struct str client_progress(struct arena *a, struct str request_id, const struct client_answer *r)
{
    Referral__V1__Progress body = REFERRAL__V1__PROGRESS__INIT;
    Referral__V1__ClientMessage m = envelope(a, request_id);
    body.assignment_id = id_z(a, r->assignment);
    body.term = r->term;
    body.kind = (Referral__V1__ProgressKind)r->progress;
    body.text = wire_z(a, r->text);
    body.until = wire_z(a, r->on);
    body.suspension = (Referral__V1__SuspensionReason)r->suspension;
    body.mediator = wire_z(a, r->mediator);
    m.body_case = REFERRAL__V1__CLIENT_MESSAGE__BODY_PROGRESS;
    m.progress = &body;
    return wire_pack(a, &m);
}

struct str client_conclude(struct arena *a, struct str request_id, const struct client_answer *r)
{
    Referral__V1__Conclude body = REFERRAL__V1__CONCLUDE__INIT;
    Referral__V1__ClientMessage m = envelope(a, request_id);
    body.assignment_id = id_z(a, r->assignment);
    body.term = r->term;
    body.conclusion = (Referral__V1__Conclusion)r->conclusion;
    body.text = wire_z(a, r->text);
    body.agreement_kind = (Referral__V1__AgreementKind)r->agreement_kind;
    body.agreement_minor = r->agreement_minor;
    body.currency = wire_z(a, r->currency);
    body.undisputed_facts = wire_z_list(a, r->facts, r->n_facts);
    body.n_undisputed_facts = body.undisputed_facts ? (size_t)r->n_facts : 0;
    body.cost_conduct = wire_z(a, r->cost_conduct);
    m.body_case = REFERRAL__V1__CLIENT_MESSAGE__BODY_CONCLUDE;
    m.conclude = &body;
    return wire_pack(a, &m);
}

struct str client_follow_up(struct arena *a, struct str request_id, const struct client_answer *r)
{
    Referral__V1__FollowUp body = REFERRAL__V1__FOLLOW_UP__INIT;
    Referral__V1__ClientMessage m = envelope(a, request_id);
    body.assignment_id = id_z(a, r->assignment);
    body.kind = (Referral__V1__FollowUpKind)r->follow_up;
    body.on = wire_z(a, r->on);
    body.text = wire_z(a, r->text);
    m.body_case = REFERRAL__V1__CLIENT_MESSAGE__BODY_FOLLOW_UP;
    m.follow_up = &body;
    return wire_pack(a, &m);
}

struct str client_ping(struct arena *a, struct str request_id)
{
    Referral__V1__Ping body = REFERRAL__V1__PING__INIT;
    Referral__V1__ClientMessage m = envelope(a, request_id);
    m.body_case = REFERRAL__V1__CLIENT_MESSAGE__BODY_PING;
    m.ping = &body;
    return wire_pack(a, &m);
}

bool client_entry_follows(const struct entry *e, struct digest previous)
{
    return digest_eq(e->previous, previous) &&
           digest_eq(e->hash, digest_chain(previous, e->body.p, e->body.n));
}
