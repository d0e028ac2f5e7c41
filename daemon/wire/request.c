/*
 * request.c - a ClientMessage decoded: one reader a kind, in one table
 */
#include "wire/request.h"

#include "wire/alloc.h"
#include "wire/answers.h"
#include "wire/limits.h"
#include "wire/scan.h"

#include "referral/v1/envelope.pb-c.h"
#include "referral/v1/referral.pb-c.h"

#define TYPE (&referral__v1__client_message__descriptor)
enum { WIRE_VERSION = 1, REQUEST_ID_FIELD = 2, DEFAULT_CREDIT = 100 };

/* A list of `n` items, 1 to `max`. */
static bool read_list(struct reading *r, const char *name, size_t n, size_t max)
{
    if (n == 0)
        check_fault(&r->c, AT(name), FAULT_BATCH_EMPTY);
    else if (n > max)
        check_fault(&r->c, AT(name), FAULT_BATCH_TOO_LARGE);
    return n > 0 && n <= max;
}

static void read_submit(struct reading *r, const void *body)
{
    const Referral__V1__Submit *m = body;
    if (!read_list(r, "referrals", m->n_referrals, LIMIT_SUBMIT_ITEMS))
        return;
    struct str *items = ARENA_ARRAY(r->a, m->n_referrals, struct str);
    for (size_t i = 0; items && i < m->n_referrals; i++)
        items[i] = wire_bytes(m->referrals[i]);
    r->out->submit = (struct request_submit){items, items ? (int)m->n_referrals : 0};
}

static void read_supplement_attachment(struct reading *r, size_t index, struct str bytes)
{
    const ProtobufCMessageDescriptor *type = &referral__v1__attachment__descriptor;
    struct str path = arena_printf(r->a, "attachments[%zu].", index);
    const struct scan_wish wish = {
        .budget = LIMIT_REFERRAL, .text = true, .path = path.p, .faults = r->c.faults};
    struct check c = r->c;
    enum scan_result found = scan_message(type, bytes, &wish);
    const Referral__V1__Attachment *m = NULL;
    if (found == SCAN_OK || found == SCAN_BAD_TEXT)
        m = wire_unpack(r->a, type, bytes, LIMIT_REFERRAL);
    c.n_told = c.faults->n;
    if (m)
        check_attachment(&c, index, m);
    else
        check_fault(&c, AT_ITEM("attachments", index),
                    found == SCAN_TOO_LARGE ? FAULT_OVERSIZE : FAULT_MALFORMED);
}

static void read_supplement(struct reading *r, const void *body)
{
    const Referral__V1__Supplement *m = body;
    struct request_supplement *out = &r->out->supplement;
    out->agency_ref = check_text(&r->c, AT("agency_ref"), m->agency_ref, LIMIT_AGENCY_REF, true);
    out->supplement_ref = check_text(&r->c, AT("supplement_ref"), m->supplement_ref, LIMIT_AGENCY_REF, true);
    check_text(&r->c, AT("summary"), m->summary, LIMIT_SUMMARY, m->n_attachments == 0);
    check_count(&r->c, "attachments", m->n_attachments, LIMIT_ATTACHMENTS, FAULT_TOO_MANY_ITEMS);
    for (size_t i = 0; i < m->n_attachments && i < LIMIT_ATTACHMENTS; i++)
        read_supplement_attachment(r, i, wire_bytes(m->attachments[i]));
    out->bytes = wire_pack(r->a, m);
    out->digest = digest_of(out->bytes.p, out->bytes.n);
}

static void read_withdraw(struct reading *r, const void *body)
{
    const Referral__V1__Withdraw *m = body;
    struct request_withdraw *out = &r->out->withdraw;
    out->agency_ref = check_text(&r->c, AT("agency_ref"), m->agency_ref, LIMIT_AGENCY_REF, true);
    out->reason = check_text(&r->c, AT("reason"), m->reason, LIMIT_SHORT_TEXT, true);
}

static void read_proceed(struct reading *r, const void *body)
{
    const Referral__V1__Proceed *m = body;
    struct request_proceed *out = &r->out->proceed;
    out->agency_ref = check_text(&r->c, AT("agency_ref"), m->agency_ref, LIMIT_AGENCY_REF, true);
    out->text = check_text(&r->c, AT("text"), m->text, LIMIT_SHORT_TEXT, false);
}

static void read_query(struct reading *r, const void *body)
{
    const Referral__V1__Query *m = body;
    r->out->query.agency_ref = check_text(&r->c, AT("agency_ref"), m->agency_ref, LIMIT_AGENCY_REF, true);
}

static uint32_t read_credit(struct reading *r, uint32_t credit)
{
    if (credit == 0 || credit > LIMIT_CREDIT)
        check_fault(&r->c, AT("credit"), FAULT_AMOUNT_OUT_OF_RANGE);
    return credit;
}

static void read_follow(struct reading *r, const void *body)
{
    const Referral__V1__Follow *m = body;
    r->out->follow =
        (struct request_follow){.after_seq = m->after_seq,
                                .from_stored_cursor = m->from_stored_cursor,
                                .credit = read_credit(r, m->credit ? m->credit : DEFAULT_CREDIT)};
}

static void read_ack(struct reading *r, const void *body)
{
    const Referral__V1__Ack *m = body;
    r->out->ack.seq = m->seq;
}

static void read_hello(struct reading *r, const void *body)
{
    const Referral__V1__Hello *m = body;
    struct request_hello *out = &r->out->hello;
    out->credit = read_credit(r, m->credit);
    check_count(&r->c, "organisations", m->n_organisations, LIMIT_HELLO_ORGANISATIONS, FAULT_BATCH_TOO_LARGE);
    for (size_t i = 0; i < m->n_organisations && i < LIMIT_HELLO_ORGANISATIONS; i++)
        check_text(&r->c, AT_ITEM("organisations", i), m->organisations[i], LIMIT_NAME, true);
    out->organisations = wire_str_list(r->a, m->organisations, m->n_organisations);
    out->n = out->organisations ? (int)m->n_organisations : 0;
}

static void read_ping(struct reading *r, const void *body)
{
    (void)r;
    (void)body;
}

enum { AGENCY = 1 << SIDE_AGENCY, ORGANISATION = 1 << SIDE_ORGANISATION };

static const struct body_kind {
    Referral__V1__ClientMessage__BodyCase body;
    enum request_kind kind;
    int sides;
    void (*read)(struct reading *r, const void *body);
} kinds[] = {
    {REFERRAL__V1__CLIENT_MESSAGE__BODY_SUBMIT, REQUEST_SUBMIT, AGENCY, read_submit},
    {REFERRAL__V1__CLIENT_MESSAGE__BODY_SUPPLEMENT, REQUEST_SUPPLEMENT, AGENCY, read_supplement},
    {REFERRAL__V1__CLIENT_MESSAGE__BODY_WITHDRAW, REQUEST_WITHDRAW, AGENCY, read_withdraw},
    {REFERRAL__V1__CLIENT_MESSAGE__BODY_PROCEED, REQUEST_PROCEED, AGENCY, read_proceed},
    {REFERRAL__V1__CLIENT_MESSAGE__BODY_QUERY, REQUEST_QUERY, AGENCY, read_query},
    {REFERRAL__V1__CLIENT_MESSAGE__BODY_FOLLOW, REQUEST_FOLLOW, AGENCY, read_follow},
    {REFERRAL__V1__CLIENT_MESSAGE__BODY_ACK, REQUEST_ACK, AGENCY, read_ack},
    {REFERRAL__V1__CLIENT_MESSAGE__BODY_HELLO, REQUEST_HELLO, ORGANISATION, read_hello},
    {REFERRAL__V1__CLIENT_MESSAGE__BODY_ACCEPT, REQUEST_ACCEPT, ORGANISATION, answers_accept},
    {REFERRAL__V1__CLIENT_MESSAGE__BODY_DECLINE, REQUEST_DECLINE, ORGANISATION, answers_decline},
    {REFERRAL__V1__CLIENT_MESSAGE__BODY_PROGRESS, REQUEST_PROGRESS, ORGANISATION, answers_progress},
    {REFERRAL__V1__CLIENT_MESSAGE__BODY_CONCLUDE, REQUEST_CONCLUDE, ORGANISATION, answers_conclude},
    {REFERRAL__V1__CLIENT_MESSAGE__BODY_FOLLOW_UP, REQUEST_FOLLOW_UP, ORGANISATION, answers_follow_up},
    {REFERRAL__V1__CLIENT_MESSAGE__BODY_PING, REQUEST_PING, AGENCY | ORGANISATION, read_ping},
};

static const struct body_kind *kind_of(Referral__V1__ClientMessage__BodyCase body)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (kinds[i].body == body)
            return &kinds[i];
    }
    return NULL;
}

static bool request_id_valid(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < ' ' || s.p[i] > '~')
            return false;
    }
    return s.n > 0 && s.n <= LIMIT_REQUEST_ID;
}

struct str request_peek_id(struct arena *a, struct str frame)
{
    struct str id = scan_peek(frame, REQUEST_ID_FIELD);
    return request_id_valid(id) ? arena_str(a, id) : (struct str){NULL, 0};
}

static const Referral__V1__ClientMessage *open_frame(struct arena *a, struct str frame, struct faults *faults)
{
    const struct scan_wish wish = {.budget = LIMIT_DECODE_MEMORY, .text = true, .faults = faults};
    enum fault_code code = FAULT_OVERSIZE;
    if (frame.n <= LIMIT_FRAME) {
        enum scan_result r = scan_message(TYPE, frame, &wish);
        const Referral__V1__ClientMessage *m = NULL;
        if (r == SCAN_OK || r == SCAN_BAD_TEXT)
            m = wire_unpack(a, TYPE, frame, LIMIT_DECODE_MEMORY);
        if (m)
            return m;
        code = r == SCAN_TOO_LARGE ? FAULT_OVERSIZE : FAULT_MALFORMED;
    }
    fault_add(faults, code, "%s", "");
    return NULL;
}

/* Faults of the envelope that make a look at the body pointless; NULL then. */
static const struct body_kind *read_envelope(const Referral__V1__ClientMessage *m, enum side side,
                                             struct faults *faults)
{
    const struct body_kind *kind = kind_of(m->body_case);
    if (m->version != WIRE_VERSION)
        fault_add(faults, FAULT_VERSION_UNSUPPORTED, "version");
    else if (!kind)
        fault_add(faults, FAULT_BODY_MISSING, "%s", "");
    else if (!(kind->sides & 1 << side))
        fault_add(faults, FAULT_NOT_PERMITTED, "%s", "");
    else
        return kind;
    return NULL;
}

bool request_decode(struct arena *a, struct str frame, enum side side, int32_t today, struct request *out,
                    struct faults *faults)
{
    struct reading r = {.c = {.faults = faults}, .a = a, .today = today, .out = out};
    *out = (struct request){.request_id = request_peek_id(a, frame)};
    const Referral__V1__ClientMessage *m = open_frame(a, frame, faults);
    if (!m)
        return false;
    if (str_empty(out->request_id))
        fault_add(faults, FAULT_REQUEST_ID_INVALID, "request_id");
    r.c.n_told = faults->n;
    const struct body_kind *kind = read_envelope(m, side, faults);
    if (!kind)
        return false;
    out->kind = kind->kind;
    kind->read(&r, m->submit); /* whichever member it is: a pointer all the same */
    if (arena_overflowed(a))
        fault_add(faults, FAULT_OVERSIZE, "%s", "");
    return faults->n == 0 && faults->left_out == 0;
}
