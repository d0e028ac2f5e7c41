/*
 * reply.h - ServerMessages, serialised
 *
 * Each returns bytes in `a`; .p is NULL only when the arena is past its budget.
 */
#ifndef WIRE_REPLY_H
#define WIRE_REPLY_H

#include "base/digest.h"
#include "base/id.h"
#include "core/word.h"
#include "wire/fault.h"

enum receipt_status { RECEIPT_ACCEPTED = 1, RECEIPT_MANUAL, RECEIPT_REFUSED, RECEIPT_CONFLICT, RECEIPT_BUSY };

struct receipt {
    enum receipt_status status;
    struct str agency_ref;
    const struct id *referral;        /* NULL: nothing stored */
    const struct digest *content;
    const struct digest *stored;      /* CONFLICT */
    uint64_t journal_seq;
    const struct digest *journal_hash; /* NULL with seq 0 */
    int64_t committed_ms;
    const struct faults *faults;      /* may be NULL */
    struct str organisation_id, organisation_name, rule;
    struct str partner_id, partner_name; /* joint mediation; empty: none */
    uint32_t retry_after_ms;
};
struct str receipt_encode(struct arena *a, const struct receipt *r);

struct str reply_submit(struct arena *a, struct str request_id, const struct str *receipts, const bool *duplicate, int n);

struct step_reply {
    bool done;
    const struct faults *faults;
    uint64_t journal_seq;
    const struct digest *journal_hash;
    uint32_t retry_after_ms;
};
struct str reply_step(struct arena *a, struct str request_id, const struct step_reply *r);

struct query_reply {
    enum state state;
    struct id referral;
    struct str organisation_id, organisation_name, due_kind;
    int64_t due_ms;
    struct str receipt;
};
struct str reply_query(struct arena *a, struct str request_id, const struct query_reply *r);

struct entry {
    uint64_t seq;
    struct str body, note; /* note: serialised, opened; empty when none */
    struct digest previous, hash;
};
struct str reply_entries(struct arena *a, const struct entry *entries, int n, bool live);
struct str reply_ack(struct arena *a, struct str request_id, uint64_t seq);

struct hello_reply {
    bool welcome;
    const struct faults *faults;
    uint32_t organisations, ping_interval_ms, retry_after_ms;
};
struct str reply_hello(struct arena *a, struct str request_id, const struct hello_reply *r);

struct assignment_message {
    struct id assignment, referral;
    uint32_t term;
    struct str organisation_id, agency_id, agency_name;
    struct str partner_id, partner_name; /* joint mediation; empty: alone */
    struct str lead_id, lead_name;       /* joint mediation, to the partner; else empty */
    struct str referral_bytes;
    struct str category;
    const struct str *tags;
    int n_tags;
    int64_t respond_by_ms, finish_by_ms;
    const struct str *supplements; /* serialised Supplement messages */
    int n_supplements;
};
struct str reply_assignment(struct arena *a, const struct assignment_message *m);
struct str reply_cancelled(struct arena *a, struct id assignment, struct str reason);
enum partner_status { PARTNER_NONE, PARTNER_ASKED, PARTNER_JOINED, PARTNER_DECLINED, PARTNER_OVER };

struct notice_message {
    struct id assignment;
    unsigned kinds; /* step kinds, a bit each: 1 << STEP_WARNED */
    enum state state;
    struct str due_kind;
    int64_t due_ms;
    enum partner_status partner;
    const struct str *supplements; /* serialised Supplement messages */
    int n_supplements;
};
struct str reply_notice(struct arena *a, const struct notice_message *m);
struct str reply_pong(struct arena *a, struct str request_id);
struct str reply_refusal(struct arena *a, struct str request_id, const struct faults *faults, uint32_t retry_after_ms);

#endif
