/*
 * client_read.c - ServerMessages and Receipts, unpacked
 */
#include "wire/client.h"

#include "wire/alloc.h"
#include "wire/limits.h"
#include "wire/scan.h"

#include "referral/v1/envelope.pb-c.h"

/* Empty gives NULL. False when it is neither empty nor 32 bytes. */
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

static bool read_digest_value(ProtobufCBinaryData b, struct digest *out)
{
    if (b.len != sizeof(out->b))
        return false;
    memcpy(out->b, b.data, sizeof(out->b));
    return true;
}

static const struct faults *read_faults(struct arena *a, Referral__V1__Fault *const *list, size_t n)
{
    struct faults *f = ARENA_NEW(a, struct faults);
    if (!f)
        return NULL;
    f->arena = a;
    f->items = ARENA_ARRAY(a, n + 1, struct fault);
    for (size_t i = 0; f->items && i < n; i++) {
        f->items[i] = (struct fault){.code = (enum fault_code)list[i]->code,
                                     .field = str_from(list[i]->field),
                                     .text = str_from(list[i]->text),
                                     .text_zh = str_from(list[i]->text_zh),
                                     .basis = str_from(list[i]->legal_basis)};
    }
    f->n = f->cap = f->items ? n : 0;
    return f->items ? f : NULL;
}

static bool read_submit(struct arena *a, const void *body, struct server_message *out)
{
    const Referral__V1__SubmitReply *m = body;
    struct str *receipts = ARENA_ARRAY(a, m->n_receipts + 1, struct str);
    bool *duplicate = ARENA_ARRAY(a, m->n_receipts + 1, bool);
    if (!receipts || !duplicate || m->n_duplicate != m->n_receipts)
        return false;
    for (size_t i = 0; i < m->n_receipts; i++) {
        receipts[i] = wire_bytes(m->receipts[i]);
        duplicate[i] = m->duplicate[i];
    }
    out->submit.receipts = receipts;
    out->submit.duplicate = duplicate;
    out->submit.n = (int)m->n_receipts;
    return true;
}

static bool read_step(struct arena *a, const void *body, struct server_message *out)
{
    const Referral__V1__StepReply *m = body;
    out->step = (struct step_reply){.done = m->done,
                                    .faults = read_faults(a, m->faults, m->n_faults),
                                    .journal_seq = m->journal_seq,
                                    .retry_after_ms = m->retry_after_ms};
    return out->step.faults && read_digest(a, m->journal_hash, &out->step.journal_hash);
}

static bool read_query(struct arena *a, const void *body, struct server_message *out)
{
    const Referral__V1__QueryReply *m = body;
    (void)a;
    out->query = (struct query_reply){.state = (enum state)m->state,
                                      .organisation_id = str_from(m->organisation_id),
                                      .organisation_name = str_from(m->organisation_name),
                                      .due_kind = str_from(m->due_kind),
                                      .due_ms = m->due_ms,
                                      .receipt = wire_bytes(m->receipt)};
    return id_parse(str_from(m->referral_id), &out->query.referral);
}

static bool read_entries(struct arena *a, const void *body, struct server_message *out)
{
    const Referral__V1__Entries *m = body;
    struct entry *items = ARENA_ARRAY(a, m->n_entries + 1, struct entry);
    for (size_t i = 0; i < m->n_entries; i++) {
        const Referral__V1__JournalEntry *e = m->entries[i];
        if (!items || !read_digest_value(e->previous_hash, &items[i].previous) ||
            !read_digest_value(e->hash, &items[i].hash))
            return false;
        items[i].seq = e->seq;
        items[i].body = wire_bytes(e->body);
        items[i].note = wire_bytes(e->note);
    }
    out->entries.items = items;
    out->entries.n = (int)m->n_entries;
    out->entries.live = m->live;
    return items;
}

static bool read_ack(struct arena *a, const void *body, struct server_message *out)
{
    const Referral__V1__AckReply *m = body;
    (void)a;
    out->acked = m->seq;
    return true;
}

static bool read_hello(struct arena *a, const void *body, struct server_message *out)
{
    const Referral__V1__HelloReply *m = body;
    out->hello = (struct hello_reply){.welcome = m->welcome,
                                      .faults = read_faults(a, m->faults, m->n_faults),
                                      .organisations = m->organisations,
                                      .ping_interval_ms = m->ping_interval_ms,
                                      .retry_after_ms = m->retry_after_ms};
    return out->hello.faults;
}

static const struct str *read_supplements(struct arena *a, Referral__V1__Supplement *const *supplements, size_t n)
{
    struct str *list = ARENA_ARRAY(a, n + 1, struct str);
    for (size_t i = 0; list && i < n; i++)
        list[i] = wire_pack(a, supplements[i]);
    return arena_overflowed(a) ? NULL : list;
}

static bool read_assignment(struct arena *a, const void *body, struct server_message *out)
{
    const Referral__V1__Assignment *m = body;
    struct assignment_message *r = &out->assignment;
    *r = (struct assignment_message){.term = m->term,
                                     .organisation_id = str_from(m->organisation_id),
                                     .agency_id = str_from(m->agency_id),
                                     .agency_name = str_from(m->agency_name),
                                     .partner_id = str_from(m->partner_id),
                                     .partner_name = str_from(m->partner_name),
                                     .lead_id = str_from(m->lead_id),
                                     .lead_name = str_from(m->lead_name),
                                     .referral_bytes = wire_bytes(m->referral),
                                     .category = str_from(m->category),
                                     .tags = wire_str_list(a, m->tags, m->n_tags),
                                     .n_tags = (int)m->n_tags,
                                     .respond_by_ms = m->respond_by_ms,
                                     .finish_by_ms = m->finish_by_ms,
                                     .supplements = read_supplements(a, m->supplements, m->n_supplements),
                                     .n_supplements = (int)m->n_supplements};
    return r->tags && r->supplements && id_parse(str_from(m->assignment_id), &r->assignment) &&
           id_parse(str_from(m->referral_id), &r->referral);
}

static bool read_cancelled(struct arena *a, const void *body, struct server_message *out)
{
    const Referral__V1__Cancelled *m = body;
    (void)a;
    out->cancelled.reason = str_from(m->reason);
    return id_parse(str_from(m->assignment_id), &out->cancelled.assignment);
}

static bool read_notice(struct arena *a, const void *body, struct server_message *out)
{
    const Referral__V1__Notice *m = body;
    struct notice_message *r = &out->notice;
    *r = (struct notice_message){.state = (enum state)m->state,
                                 .due_kind = str_from(m->due_kind),
                                 .due_ms = m->due_ms,
                                 .partner = (enum partner_status)m->partner,
                                 .supplements = read_supplements(a, m->supplements, m->n_supplements),
                                 .n_supplements = (int)m->n_supplements};
    for (size_t i = 0; i < m->n_kinds; i++)
        if (m->kinds[i] > 0 && m->kinds[i] < STEP_KIND_LIMIT)
            r->kinds |= 1u << m->kinds[i];
    return r->supplements && id_parse(str_from(m->assignment_id), &r->assignment);
}

static bool read_pong(struct arena *a, const void *body, struct server_message *out)
{
    (void)a;
    (void)body;
    (void)out;
    return true;
}

static bool read_refusal(struct arena *a, const void *body, struct server_message *out)
{
    const Referral__V1__Refusal *m = body;
    out->refusal.faults = read_faults(a, m->faults, m->n_faults);
    out->refusal.retry_after_ms = m->retry_after_ms;
    return out->refusal.faults;
}

static const struct body_kind {
    Referral__V1__ServerMessage__BodyCase body;
    enum server_kind kind;
    bool (*read)(struct arena *a, const void *body, struct server_message *out);
} kinds[] = {
    {REFERRAL__V1__SERVER_MESSAGE__BODY_SUBMIT_REPLY, SERVER_SUBMIT_REPLY, read_submit},
    {REFERRAL__V1__SERVER_MESSAGE__BODY_STEP_REPLY, SERVER_STEP_REPLY, read_step},
    {REFERRAL__V1__SERVER_MESSAGE__BODY_QUERY_REPLY, SERVER_QUERY_REPLY, read_query},
    {REFERRAL__V1__SERVER_MESSAGE__BODY_ENTRIES, SERVER_ENTRIES, read_entries},
    {REFERRAL__V1__SERVER_MESSAGE__BODY_ACK_REPLY, SERVER_ACK_REPLY, read_ack},
    {REFERRAL__V1__SERVER_MESSAGE__BODY_HELLO_REPLY, SERVER_HELLO_REPLY, read_hello},
    {REFERRAL__V1__SERVER_MESSAGE__BODY_ASSIGNMENT, SERVER_ASSIGNMENT, read_assignment},
    {REFERRAL__V1__SERVER_MESSAGE__BODY_CANCELLED, SERVER_CANCELLED, read_cancelled},
    {REFERRAL__V1__SERVER_MESSAGE__BODY_NOTICE, SERVER_NOTICE, read_notice},
    {REFERRAL__V1__SERVER_MESSAGE__BODY_PONG, SERVER_PONG, read_pong},
    {REFERRAL__V1__SERVER_MESSAGE__BODY_REFUSAL, SERVER_REFUSAL, read_refusal},
};

static const void *unpack(struct arena *a, const ProtobufCMessageDescriptor *type, struct str bytes)
{
    const struct scan_wish wish = {.budget = LIMIT_DECODE_MEMORY};
    return scan_message(type, bytes, &wish) == SCAN_OK ? wire_unpack(a, type, bytes, LIMIT_DECODE_MEMORY)
                                                       : NULL;
}

bool client_decode(struct arena *a, struct str frame, struct server_message *out)
{
    const Referral__V1__ServerMessage *m = unpack(a, &referral__v1__server_message__descriptor, frame);
    struct server_message r = {.kind = 0};
    if (!m)
        return false;
    r.request_id = str_from(m->request_id);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (kinds[i].body != m->body_case)
            continue;
        r.kind = kinds[i].kind;
        /* whichever member of the union it is: a pointer all the same */
        if (!kinds[i].read(a, m->submit_reply, &r))
            return false;
        *out = r;
        return true;
    }
    return false;
}

bool client_receipt_decode(struct arena *a, struct str bytes, struct receipt *out)
{
    const Referral__V1__Receipt *m = unpack(a, &referral__v1__receipt__descriptor, bytes);
    if (!m)
        return false;
    struct receipt r = {.status = (enum receipt_status)m->status,
                        .agency_ref = str_from(m->agency_ref),
                        .journal_seq = m->journal_seq,
                        .committed_ms = m->committed_ms,
                        .faults = read_faults(a, m->faults, m->n_faults),
                        .organisation_id = str_from(m->organisation_id),
                        .organisation_name = str_from(m->organisation_name),
                        .rule = str_from(m->rule),
                        .partner_id = str_from(m->partner_id),
                        .partner_name = str_from(m->partner_name),
                        .retry_after_ms = m->retry_after_ms};
    if (m->referral_id[0]) {
        struct id *id = ARENA_NEW(a, struct id);
        if (!id || !id_parse(str_from(m->referral_id), id))
            return false;
        r.referral = id;
    }
    if (!r.faults || !read_digest(a, m->content_sha256, &r.content) ||
        !read_digest(a, m->stored_sha256, &r.stored) || !read_digest(a, m->journal_hash, &r.journal_hash))
        return false;
    *out = r;
    return true;
}
