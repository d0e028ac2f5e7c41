/*
 * client.h - the other end of the wire: what agencies and receivers send and read, for the command line
 *
 * Encoders return bytes in `a`, .p NULL past its budget; they do not check, so that a tester can send what is wrong.
 * Decoders return false when the bytes are not what they should be; what they give lies in `a`.
 */
#ifndef WIRE_CLIENT_H
#define WIRE_CLIENT_H

#include "wire/journal.h"
#include "wire/reply.h"

/* One referral, in the words of proto/referral/v1/referral.proto. Empty strings are left out. */
struct client_party {
    enum party_role role;
    enum party_kind kind;
    struct str name;
    enum identity_kind identity_kind;
    struct str identity_number, phone, address_code;
    bool foreign, minor;
    bool has_representative;
    struct { struct str name, phone; bool guardian; } representative;
};
struct client_attachment { struct str name, uri, sha256; }; /* sha256: 32 bytes */
struct client_link { struct str agency_ref, referral_id; };

struct client_referral {
    enum channel channel;
    enum mode mode;
    struct str agency_ref, place_code, category, source_category, summary;
    bool has_claim;
    int64_t claim_minor;
    struct str currency;
    const struct client_party *parties;
    int n_parties;
    const struct str *tags;
    int n_tags;
    unsigned risk; /* enum risk bits */
    struct str occurred_on, reply_by; /* YYYY-MM-DD */
    const struct client_link *links;
    int n_links;
    const struct client_attachment *attachments;
    int n_attachments;
    struct str offence;
};
struct str client_referral_encode(struct arena *a, const struct client_referral *r);
bool client_referral_decode(struct arena *a, struct str bytes, struct client_referral *out);

struct client_supplement {
    struct str agency_ref, supplement_ref, summary;
    const struct client_attachment *attachments;
    int n_attachments;
};
/* One of assignment_message.supplements. */
bool client_supplement_decode(struct arena *a, struct str bytes, struct client_supplement *out);

/* ClientMessages of an agency. `referrals` are serialised. */
struct str client_submit(struct arena *a, struct str request_id, const struct str *referrals, int n);
struct str client_supplement(struct arena *a, struct str request_id, const struct client_supplement *s);
struct str client_withdraw(struct arena *a, struct str request_id, struct str agency_ref, struct str reason);
struct str client_proceed(struct arena *a, struct str request_id, struct str agency_ref, struct str text);
struct str client_query(struct arena *a, struct str request_id, struct str agency_ref);
struct str client_follow(struct arena *a, struct str request_id, uint64_t after_seq, bool from_stored_cursor,
                         uint32_t credit);
struct str client_ack(struct arena *a, struct str request_id, uint64_t seq);

/* ClientMessages of a receiver. Fields that do not apply stay empty. */
struct client_answer {
    struct id assignment;
    uint32_t term;
    enum decline_reason decline;
    enum progress_kind progress;
    enum suspension_reason suspension;
    struct str mediator;
    enum conclusion conclusion;
    enum agreement_kind agreement_kind;
    int64_t agreement_minor;
    struct str currency;
    enum follow_up_kind follow_up;
    struct str on; /* YYYY-MM-DD; Progress: until */
    struct str text;
    const struct str *facts;
    int n_facts;
    struct str cost_conduct;
};
struct str client_hello(struct arena *a, struct str request_id, const struct str *organisations, int n,
                        uint32_t credit);
struct str client_accept(struct arena *a, struct str request_id, const struct client_answer *m);
struct str client_decline(struct arena *a, struct str request_id, const struct client_answer *m);
struct str client_progress(struct arena *a, struct str request_id, const struct client_answer *m);
struct str client_conclude(struct arena *a, struct str request_id, const struct client_answer *m);
struct str client_follow_up(struct arena *a, struct str request_id, const struct client_answer *m);
struct str client_ping(struct arena *a, struct str request_id);

enum server_kind {
    SERVER_SUBMIT_REPLY = 1, SERVER_STEP_REPLY, SERVER_QUERY_REPLY, SERVER_ENTRIES, SERVER_ACK_REPLY,
    SERVER_HELLO_REPLY, SERVER_ASSIGNMENT, SERVER_CANCELLED, SERVER_NOTICE, SERVER_PONG, SERVER_REFUSAL
};

/* A ServerMessage. Pointers inside are NULL where the message says nothing. */
struct server_message {
    struct str request_id;
    enum server_kind kind;
    union {
        struct { const struct str *receipts; const bool *duplicate; int n; } submit;
        struct step_reply step;
        struct query_reply query;
        struct { const struct entry *items; int n; bool live; } entries;
        uint64_t acked;
        struct hello_reply hello;
        struct assignment_message assignment;
        struct { struct id assignment; struct str reason; } cancelled;
        struct notice_message notice;
        struct { const struct faults *faults; uint32_t retry_after_ms; } refusal;
    };
};
bool client_decode(struct arena *a, struct str frame, struct server_message *out);
bool client_receipt_decode(struct arena *a, struct str bytes, struct receipt *out);

/* True when `e` follows an entry with hash `previous` (the first: 32 zero bytes) and its own hash is right. */
bool client_entry_follows(const struct entry *e, struct digest previous);

#endif
