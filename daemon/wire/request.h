/*
 * request.h - a ClientMessage decoded and checked, as plain values
 *
 * Everything points into the arena given, which must hold the frame's bytes too. All faults are
 * reported at once. Referrals inside a Submit stay bytes here: wire/referral.h decodes each on its own, so that one bad
 * item does not spoil its neighbours.
 */
#ifndef WIRE_REQUEST_H
#define WIRE_REQUEST_H

#include "base/digest.h"
#include "base/id.h"
#include "core/word.h"
#include "wire/fault.h"

enum side { SIDE_AGENCY = 1, SIDE_ORGANISATION };

enum request_kind {
    REQUEST_SUBMIT = 1, REQUEST_SUPPLEMENT, REQUEST_WITHDRAW, REQUEST_QUERY, REQUEST_FOLLOW, REQUEST_ACK,
    REQUEST_HELLO, REQUEST_ACCEPT, REQUEST_DECLINE, REQUEST_PROGRESS, REQUEST_CONCLUDE, REQUEST_FOLLOW_UP,
    REQUEST_PING, REQUEST_PROCEED
};

struct request_submit { const struct str *referrals; int n; };
struct request_supplement {
    struct str agency_ref, supplement_ref;
    struct str bytes; /* the Supplement packed again, to be sealed and handed on */
    struct digest digest; /* of bytes */
};
struct request_withdraw { struct str agency_ref, reason; };
struct request_proceed { struct str agency_ref, text; };
struct request_query { struct str agency_ref; };
struct request_follow { uint64_t after_seq; bool from_stored_cursor; uint32_t credit; };
struct request_ack { uint64_t seq; };
struct request_hello { const struct str *organisations; int n; uint32_t credit; };

/* Accept, Decline, Progress, Conclude and FollowUp: one shape, fields that do not apply are empty. */
struct request_answer {
    struct id assignment;
    uint32_t term;
    enum decline_reason decline;
    enum progress_kind progress;
    enum suspension_reason suspension;
    struct str mediator;   /* the organisation's own number; not a name */
    enum conclusion conclusion;
    enum agreement_kind agreement_kind;
    int64_t agreement_minor;
    struct str currency;
    enum follow_up_kind follow_up;
    int32_t on;            /* EXTENDED: until; FOLLOW_UP: on; a day of core/calendar.h */
    struct str text;       /* personal data */
    const struct str *facts; /* undisputed facts, then "cost_conduct: ..." if any; personal data */
    int n_facts;
    struct digest digest;  /* of what is said, request_id and term apart: tells a repeat from something new */
};

struct request {
    struct str request_id; /* empty when it was unusable */
    enum request_kind kind;
    union {
        struct request_submit submit;
        struct request_supplement supplement;
        struct request_withdraw withdraw;
        struct request_proceed proceed;
        struct request_query query;
        struct request_follow follow;
        struct request_ack ack;
        struct request_hello hello;
        struct request_answer answer;
    };
};

/*
 * True when `out` is whole. False with at least one fault otherwise; out->request_id is set when it could be
 * read, so that the refusal can be matched. MALFORMED and OVERSIZE stand alone. `today` bounds dates. Past the arena's budget it is false too, and
 * there may be no room to say why: arena_overflowed() then means busy.
 */
bool request_decode(struct arena *a, struct str frame, enum side side, int32_t today, struct request *out,
                    struct faults *faults);

/* The request id alone, even of a frame that does not decode, so that a refusal can be matched; empty when it is unusable. */
struct str request_peek_id(struct arena *a, struct str frame);

#endif
