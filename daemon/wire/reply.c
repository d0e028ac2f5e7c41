/*
 * reply.c - ServerMessages packed
 */
#include "wire/reply.h"

#include "wire/alloc.h"

#include "referral/v1/envelope.pb-c.h"

#define WIRE_VERSION 1

static char *id_z(struct arena *a, struct id id)
{
    char text[ID_TEXT_SIZE];
    return wire_z(a, str_from(id_text(id, text)));
}

static ProtobufCBinaryData digest_bin(const struct digest *d)
{
    return d ? wire_bin((struct str){(const char *)d->b, sizeof(d->b)}) : (ProtobufCBinaryData){0, NULL};
}

static Referral__V1__ServerMessage envelope(struct arena *a, struct str request_id)
{
    Referral__V1__ServerMessage m = REFERRAL__V1__SERVER_MESSAGE__INIT;
    m.version = WIRE_VERSION;
    m.request_id = wire_z(a, request_id);
    return m;
}

/* NULL with *n 0 when there are none; past the budget the arena says so, and wire_pack() refuses. */
static Referral__V1__Fault **fault_list(struct arena *a, const struct faults *f, size_t *n)
{
    *n = 0;
    if (!f || !f->n)
        return NULL;
    Referral__V1__Fault *items = ARENA_ARRAY(a, f->n, Referral__V1__Fault);
    Referral__V1__Fault **list = ARENA_ARRAY(a, f->n, Referral__V1__Fault *);
    if (!items || !list)
        return NULL;
    for (size_t i = 0; i < f->n; i++) {
        referral__v1__fault__init(&items[i]);
        items[i].code = (Referral__V1__FaultCode)f->items[i].code;
        items[i].field = wire_z(a, f->items[i].field);
        items[i].text = wire_z(a, f->items[i].text);
        items[i].text_zh = wire_z(a, f->items[i].text_zh);
        items[i].legal_basis = wire_z(a, f->items[i].basis);
        list[i] = &items[i];
    }
    *n = f->n;
    return list;
}

struct str receipt_encode(struct arena *a, const struct receipt *r)
{
    Referral__V1__Receipt m = REFERRAL__V1__RECEIPT__INIT;
    m.status = (Referral__V1__ReceiptStatus)r->status;
    m.agency_ref = wire_z(a, r->agency_ref);
    if (r->referral)
        m.referral_id = id_z(a, *r->referral);
    m.content_sha256 = digest_bin(r->content);
    m.stored_sha256 = digest_bin(r->stored);
    m.journal_seq = r->journal_seq;
    m.journal_hash = digest_bin(r->journal_hash);
    m.committed_ms = r->committed_ms;
    m.faults = fault_list(a, r->faults, &m.n_faults);
    m.organisation_id = wire_z(a, r->organisation_id);
    m.organisation_name = wire_z(a, r->organisation_name);
    m.rule = wire_z(a, r->rule);
    m.partner_id = wire_z(a, r->partner_id);
    m.partner_name = wire_z(a, r->partner_name);
    m.retry_after_ms = r->retry_after_ms;
    return wire_pack(a, &m);
}

static ProtobufCBinaryData *bin_list(struct arena *a, const struct str *items, int n)
{
    ProtobufCBinaryData *list = ARENA_ARRAY(a, (size_t)n + 1, ProtobufCBinaryData);
    for (int i = 0; list && i < n; i++)
        list[i] = wire_bin(items[i]);
    return list;
}

struct str reply_submit(struct arena *a, struct str request_id, const struct str *receipts,
                        const bool *duplicate, int n)
{
    Referral__V1__SubmitReply body = REFERRAL__V1__SUBMIT_REPLY__INIT;
    Referral__V1__ServerMessage m = envelope(a, request_id);
    body.receipts = bin_list(a, receipts, n);
    body.duplicate = ARENA_ARRAY(a, (size_t)n + 1, protobuf_c_boolean);
    if (!body.receipts || !body.duplicate)
        return (struct str){NULL, 0};
    for (int i = 0; i < n; i++)
        body.duplicate[i] = duplicate[i];
    body.n_receipts = body.n_duplicate = (size_t)n;
    m.body_case = REFERRAL__V1__SERVER_MESSAGE__BODY_SUBMIT_REPLY;
    m.submit_reply = &body;
    return wire_pack(a, &m);
}

struct str reply_step(struct arena *a, struct str request_id, const struct step_reply *r)
{
    Referral__V1__StepReply body = REFERRAL__V1__STEP_REPLY__INIT;
    Referral__V1__ServerMessage m = envelope(a, request_id);
    body.done = r->done;
    body.faults = fault_list(a, r->faults, &body.n_faults);
    body.journal_seq = r->journal_seq;
    body.journal_hash = digest_bin(r->journal_hash);
    body.retry_after_ms = r->retry_after_ms;
    m.body_case = REFERRAL__V1__SERVER_MESSAGE__BODY_STEP_REPLY;
    m.step_reply = &body;
    return wire_pack(a, &m);
}

struct str reply_query(struct arena *a, struct str request_id, const struct query_reply *r)
{
    Referral__V1__QueryReply body = REFERRAL__V1__QUERY_REPLY__INIT;
    Referral__V1__ServerMessage m = envelope(a, request_id);
    body.state = (Referral__V1__State)r->state;
    body.referral_id = id_z(a, r->referral);
    body.organisation_id = wire_z(a, r->organisation_id);
    body.organisation_name = wire_z(a, r->organisation_name);
    body.due_kind = wire_z(a, r->due_kind);
    body.due_ms = r->due_ms;
    body.receipt = wire_bin(r->receipt);
    m.body_case = REFERRAL__V1__SERVER_MESSAGE__BODY_QUERY_REPLY;
    m.query_reply = &body;
    return wire_pack(a, &m);
}

struct str reply_entries(struct arena *a, const struct entry *entries, int n, bool live)
{
    Referral__V1__Entries body = REFERRAL__V1__ENTRIES__INIT;
    Referral__V1__ServerMessage m = envelope(a, (struct str){NULL, 0});
    Referral__V1__JournalEntry *items = ARENA_ARRAY(a, (size_t)n + 1, Referral__V1__JournalEntry);
    body.entries = ARENA_ARRAY(a, (size_t)n + 1, Referral__V1__JournalEntry *);
    if (!items || !body.entries)
        return (struct str){NULL, 0};
    for (int i = 0; i < n; i++) {
        referral__v1__journal_entry__init(&items[i]);
        items[i].seq = entries[i].seq;
        items[i].body = wire_bin(entries[i].body);
        items[i].previous_hash = digest_bin(&entries[i].previous);
        items[i].hash = digest_bin(&entries[i].hash);
        items[i].note = wire_bin(entries[i].note);
        body.entries[i] = &items[i];
    }
    body.n_entries = (size_t)n;
    body.live = live;
    m.body_case = REFERRAL__V1__SERVER_MESSAGE__BODY_ENTRIES;
    m.entries = &body;
    return wire_pack(a, &m);
}

struct str reply_ack(struct arena *a, struct str request_id, uint64_t seq)
{
    Referral__V1__AckReply body = REFERRAL__V1__ACK_REPLY__INIT;
    Referral__V1__ServerMessage m = envelope(a, request_id);
    body.seq = seq;
    m.body_case = REFERRAL__V1__SERVER_MESSAGE__BODY_ACK_REPLY;
    m.ack_reply = &body;
    return wire_pack(a, &m);
}

struct str reply_hello(struct arena *a, struct str request_id, const struct hello_reply *r)
{
    Referral__V1__HelloReply body = REFERRAL__V1__HELLO_REPLY__INIT;
    Referral__V1__ServerMessage m = envelope(a, request_id);
    body.welcome = r->welcome;
    body.faults = fault_list(a, r->faults, &body.n_faults);
    body.organisations = r->organisations;
    body.ping_interval_ms = r->ping_interval_ms;
    body.retry_after_ms = r->retry_after_ms;
    m.body_case = REFERRAL__V1__SERVER_MESSAGE__BODY_HELLO_REPLY;
    m.hello_reply = &body;
    return wire_pack(a, &m);
}

/* A length-delimited field as it stands on the wire behind its key: length, content. */
static bool as_raw_field(struct arena *a, uint32_t number, struct str content,
                         ProtobufCMessageUnknownField *out)
{
    uint8_t *p = arena_alloc(a, content.n + 10);
    size_t at = 0, rest = content.n;
    if (!p)
        return false;
    for (; rest > 0x7f; rest >>= 7)
        p[at++] = (uint8_t)(rest | 0x80);
    p[at++] = (uint8_t)rest;
    if (content.n)
        memcpy(p + at, content.p, content.n);
    *out = (ProtobufCMessageUnknownField){
        .tag = number, .wire_type = PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED, .len = at + content.n, .data = p};
    return true;
}

/* Supplements travel as they were recorded: packed behind the known fields, never taken apart. */
static bool add_supplements(struct arena *a, unsigned field, const struct str *supplements, int count, ProtobufCMessage *body)
{
    size_t n = (size_t)count;
    body->unknown_fields = ARENA_ARRAY(a, n + 1, ProtobufCMessageUnknownField);
    for (size_t i = 0; body->unknown_fields && i < n; i++) {
        if (!as_raw_field(a, field, supplements[i], &body->unknown_fields[i]))
            return false;
    }
    body->n_unknown_fields = (unsigned)n;
    return body->unknown_fields;
}

struct str reply_assignment(struct arena *a, const struct assignment_message *r)
{
    enum { SUPPLEMENTS = 12 };
    Referral__V1__Assignment body = REFERRAL__V1__ASSIGNMENT__INIT;
    Referral__V1__ServerMessage m = envelope(a, (struct str){NULL, 0});
    body.assignment_id = id_z(a, r->assignment);
    body.term = r->term;
    body.organisation_id = wire_z(a, r->organisation_id);
    body.referral_id = id_z(a, r->referral);
    body.agency_id = wire_z(a, r->agency_id);
    body.agency_name = wire_z(a, r->agency_name);
    body.partner_id = wire_z(a, r->partner_id);
    body.partner_name = wire_z(a, r->partner_name);
    body.lead_id = wire_z(a, r->lead_id);
    body.lead_name = wire_z(a, r->lead_name);
    body.referral = wire_bin(r->referral_bytes);
    body.category = wire_z(a, r->category);
    body.tags = wire_z_list(a, r->tags, r->n_tags);
    body.n_tags = body.tags ? (size_t)r->n_tags : 0;
    body.respond_by_ms = r->respond_by_ms;
    body.finish_by_ms = r->finish_by_ms;
    if (!add_supplements(a, SUPPLEMENTS, r->supplements, r->n_supplements, &body.base))
        return (struct str){NULL, 0};
    m.body_case = REFERRAL__V1__SERVER_MESSAGE__BODY_ASSIGNMENT;
    m.assignment = &body;
    return wire_pack(a, &m);
}

struct str reply_cancelled(struct arena *a, struct id assignment, struct str reason)
{
    Referral__V1__Cancelled body = REFERRAL__V1__CANCELLED__INIT;
    Referral__V1__ServerMessage m = envelope(a, (struct str){NULL, 0});
    body.assignment_id = id_z(a, assignment);
    body.reason = wire_z(a, reason);
    m.body_case = REFERRAL__V1__SERVER_MESSAGE__BODY_CANCELLED;
    m.cancelled = &body;
    return wire_pack(a, &m);
}

struct str reply_notice(struct arena *a, const struct notice_message *r)
{
    enum { SUPPLEMENTS = 6 };
    Referral__V1__Notice body = REFERRAL__V1__NOTICE__INIT;
    Referral__V1__ServerMessage m = envelope(a, (struct str){NULL, 0});
    body.assignment_id = id_z(a, r->assignment);
    body.kinds = ARENA_ARRAY(a, STEP_KIND_LIMIT, Referral__V1__StepKind);
    for (unsigned kind = 1; body.kinds && kind < STEP_KIND_LIMIT; kind++)
        if (r->kinds & 1u << kind)
            body.kinds[body.n_kinds++] = (Referral__V1__StepKind)kind;
    body.state = (Referral__V1__State)r->state;
    body.due_kind = wire_z(a, r->due_kind);
    body.due_ms = r->due_ms;
    body.partner = (Referral__V1__PartnerStatus)r->partner;
    if (!body.kinds || !add_supplements(a, SUPPLEMENTS, r->supplements, r->n_supplements, &body.base))
        return (struct str){NULL, 0};
    m.body_case = REFERRAL__V1__SERVER_MESSAGE__BODY_NOTICE;
    m.notice = &body;
    return wire_pack(a, &m);
}

struct str reply_pong(struct arena *a, struct str request_id)
{
    Referral__V1__Pong body = REFERRAL__V1__PONG__INIT;
    Referral__V1__ServerMessage m = envelope(a, request_id);
    m.body_case = REFERRAL__V1__SERVER_MESSAGE__BODY_PONG;
    m.pong = &body;
    return wire_pack(a, &m);
}

struct str reply_refusal(struct arena *a, struct str request_id, const struct faults *faults,
                         uint32_t retry_after_ms)
{
    Referral__V1__Refusal body = REFERRAL__V1__REFUSAL__INIT;
    Referral__V1__ServerMessage m = envelope(a, request_id);
    body.faults = fault_list(a, faults, &body.n_faults);
    body.retry_after_ms = retry_after_ms;
    m.body_case = REFERRAL__V1__SERVER_MESSAGE__BODY_REFUSAL;
    m.refusal = &body;
    return wire_pack(a, &m);
}
