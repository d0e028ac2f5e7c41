/*
 * fault.h - what is wrong with something received: coded, with its place, never with its content
 *
 * One table gives each code its word, English and Chinese text (docs/protocol.md is checked against it).
 */
#ifndef WIRE_FAULT_H
#define WIRE_FAULT_H

#include "base/arena.h"

/* Same numbers as FaultCode in proto/referral/v1/vocabulary.proto. */
enum fault_code {
    FAULT_MALFORMED = 1, FAULT_OVERSIZE, FAULT_VERSION_UNSUPPORTED, FAULT_BODY_MISSING, FAULT_REQUEST_ID_INVALID,
    FAULT_BATCH_EMPTY, FAULT_BATCH_TOO_LARGE,
    FAULT_NOT_PERMITTED = 10, FAULT_CHANNEL_NOT_YOURS, FAULT_REGION_NOT_YOURS, FAULT_ORGANISATION_NOT_YOURS,
    FAULT_FIELD_MISSING = 20, FAULT_FIELD_TOO_LONG, FAULT_BAD_UTF8, FAULT_NUL_IN_TEXT, FAULT_CONTROL_IN_TEXT,
    FAULT_UNKNOWN_ENUM, FAULT_MODE_NOT_OF_CHANNEL, FAULT_REGION_UNKNOWN, FAULT_CATEGORY_UNKNOWN, FAULT_TAG_INVALID,
    FAULT_DATE_INVALID, FAULT_DATE_IN_FUTURE, FAULT_DATE_TOO_OLD, FAULT_DATE_TOO_FAR, FAULT_AMOUNT_OUT_OF_RANGE,
    FAULT_CURRENCY_UNKNOWN, FAULT_TOO_FEW_PARTIES, FAULT_TOO_MANY_PARTIES, FAULT_TOO_MANY_ITEMS,
    FAULT_IDENTITY_INVALID, FAULT_PHONE_INVALID, FAULT_URI_INVALID, FAULT_DIGEST_INVALID, FAULT_ID_INVALID,
    FAULT_MEDIATOR_INVALID,
    FAULT_REFERRAL_UNKNOWN = 50, FAULT_ASSIGNMENT_UNKNOWN, FAULT_ASSIGNMENT_CLOSED, FAULT_STALE_TERM,
    FAULT_STATE_FORBIDS, FAULT_REASON_MISSING, FAULT_OUTCOME_INCOMPLETE, FAULT_CURSOR_AHEAD,
    FAULT_RULE_REFUSED = 60
};

struct fault {
    enum fault_code code;
    struct str field; /* "parties[2].phone"; empty: the whole item */
    struct str text, text_zh; /* filled from the table, unless given */
    struct str basis;
};

struct faults {
    struct arena *arena;
    struct fault *items;
    size_t n, cap;
    size_t left_out; /* past LIMIT_FAULTS */
};

/* Adds one; the field path is formatted into the arena. */
void fault_add(struct faults *f, enum fault_code code, const char *field_fmt, ...) __attribute__((format(printf, 3, 4)));
/* A rule's refusal: code word, Chinese text and legal basis from the rule. */
void fault_add_refusal(struct faults *f, struct str code, struct str text_zh, struct str basis);

const char *fault_word(enum fault_code code);  /* "region-not-yours"; "?" when unknown */
const char *fault_text(enum fault_code code);
const char *fault_text_zh(enum fault_code code);

#endif
