/*
 * limits.h - how large anything from outside may be
 *
 * docs/protocol.md gives the same numbers; a test compares.
 */
#ifndef WIRE_LIMITS_H
#define WIRE_LIMITS_H

enum {
    LIMIT_FRAME = 4 * 1024 * 1024,   /* one ClientMessage */
    LIMIT_REFERRAL = 64 * 1024,      /* one serialised Referral */
    LIMIT_SUBMIT_ITEMS = 64,
    LIMIT_DECODE_MEMORY = 16 * 1024 * 1024, /* what unpacking one frame may take */
    LIMIT_REFERRAL_MEMORY = 256 * 1024, /* what unpacking one Referral, Step or Note may take */
    LIMIT_CONTROL_MEMORY = 256 * 1024 * 1024, /* what unpacking one ControlReply may take, in referralctl */
    LIMIT_REQUEST_ID = 64,
    LIMIT_AGENCY_REF = 64,
    LIMIT_NAME = 200,
    LIMIT_SUMMARY = 8000,
    LIMIT_SHORT_TEXT = 1000,
    LIMIT_PROGRESS_TEXT = 2000,
    LIMIT_MEDIATOR = 32,
    LIMIT_CONCLUDE_TEXT = 4000,
    LIMIT_SOURCE_CATEGORY = 100,
    LIMIT_OFFENCE = 100,
    LIMIT_URI = 1000,
    LIMIT_PARTIES = 50,
    LIMIT_TAGS = 20,
    LIMIT_TAG = 40,
    LIMIT_LINKS = 20,
    LIMIT_ATTACHMENTS = 50,
    LIMIT_SUPPLEMENTS = 100,
    LIMIT_FACTS = 50,
    LIMIT_HELLO_ORGANISATIONS = 5000,
    LIMIT_CREDIT = 1000,
    LIMIT_FAULTS = 64,               /* reported for one item; the rest is left out */
};

#define LIMIT_AMOUNT_MINOR INT64_C(1000000000000000)

#endif
