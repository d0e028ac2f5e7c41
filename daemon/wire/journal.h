/*
 * journal.h - journal bodies and notes, serialised as they are hashed and travel
 */
#ifndef WIRE_JOURNAL_H
#define WIRE_JOURNAL_H

#include "base/arena.h"
#include "base/digest.h"
#include "base/id.h"
#include "core/word.h"

/* An early warning as one agency is told it. */
#define WARNING_REFERRALS_MAX 200
struct warning_referral {
    struct id referral;
    struct str agency_ref;
};
struct warning {
    struct id episode;
    struct str watch, watch_name, place, place_name, category, category_name;
    int count; /* of all agencies; 0: not told */
    const struct warning_referral *referrals; /* the agency's own */
    int n_referrals;
};

struct step {
    struct str agency;
    uint64_t seq;
    int64_t at_ms;
    enum step_kind kind;
    struct id referral;
    struct str agency_ref;
    enum state state;
    struct str organisation_id, organisation_name;
    const struct id *assignment; /* NULL: none */
    struct str rule;
    const struct digest *ruleset;
    struct str reason;
    enum conclusion conclusion;
    enum agreement_kind agreement_kind;
    int64_t agreement_minor;
    struct str currency;
    enum follow_up_kind follow_up;
    struct str due_kind;
    int64_t due_ms;
    bool due_provisional;
    const struct digest *note; /* NULL: no note */
    const struct digest *content;
    struct str actor;
    struct str partner_id, partner_name; /* joint mediation; empty: none */
    struct str mediator;                 /* the organisation's own number */
    enum suspension_reason suspension;
    enum agency_action agency_action;    /* 0: nothing */
    const struct warning *warning; /* NULL: none. With one, `referral` is its episode, and does not travel */
};

struct str step_encode(struct arena *a, const struct step *s);
/* False when the bytes are not a Step. */
bool step_decode(struct arena *a, struct str bytes, struct step *out);
/* With a fresh random salt. */
struct str note_encode(struct arena *a, struct str text, const struct str *facts, int n_facts);

#define NOTE_SALT_SIZE 16
struct note {
    struct str text; /* personal data, as are the facts */
    const struct str *facts;
    int n_facts;
};
bool note_decode(struct arena *a, struct str bytes, struct note *out);

#endif
