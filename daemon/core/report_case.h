/*
 * report_case.h - one referral's part in the figures, counted in two ways that share no code
 *
 * report_of_rows() counts from what stands in the tables: the docket, its assignments, and when which step was. The tally counts
 * from the journal, step by step, as an outsider who follows it would. Both come to the same on a sound database.
 *
 * Pure. Steps and states that are not known here (later versions have more) are passed over. Errors: memory is the only one; it
 * shows in the arena.
 */
#ifndef CORE_REPORT_CASE_H
#define CORE_REPORT_CASE_H

#include "base/arena.h"
#include "core/report.h"

/* What one referral adds: the first part is its own, the others are its offers', one an organisation. */
struct report_part {
    struct str organisation; /* of the first: who has or had it; empty: nobody */
    int64_t sums[REPORT_MEASURES];
};
struct report_parts {
    struct report_part *items;
    size_t n, cap;
    bool limit_unknown; /* in time or overdue cannot be told from here */
};

/* Numbers as in the column assignment.status. */
enum report_offer_end {
    REPORT_OFFER_OPEN = 1, REPORT_OFFER_ACCEPTED, REPORT_OFFER_DECLINED, REPORT_OFFER_LAPSED, REPORT_OFFER_CANCELLED,
    REPORT_OFFER_CONCLUDED, REPORT_OFFER_MOVED
};
struct report_offer {
    struct str organisation;
    enum report_offer_end end;
    int64_t offered_ms, closed_ms, finish_by_ms; /* 0: open; not accepted */
};

/* A step as far as figures need it. Strings are borrowed until the parts are done with. */
struct report_step {
    enum step_kind kind;
    int64_t at_ms;
    struct str organisation, partner, reason, due_kind;
    int64_t due_ms;
    enum conclusion conclusion;
    enum agreement_kind agreement_kind;
    enum follow_up_kind follow_up;
};

struct report_rows {
    enum channel channel;
    enum state state; /* 0: there is no docket */
    enum conclusion conclusion;
    struct str organisation;
    const struct report_offer *offers; /* in the order in which they were made */
    int n_offers;
    /* Its steps in order; of those that need not be read only kind and time, or nothing. */
    const struct report_step *steps;
    int n_steps;
};
/* The steps that report_of_rows() looks at: ends with 0. */
extern const enum step_kind report_needs[];

/* `now_ms`: when the report is made. */
void report_of_rows(struct arena *a, const struct report_rows *r, int64_t now_ms, struct report_parts *out);

struct report_tally {
    struct arena *arena;
    enum channel channel;
    struct report_parts parts;
    struct str organisation;                 /* who has it, or had it last */
    struct str offered_to, partner;          /* of the last offer */
    int64_t offered_ms;                      /* of the offer that waits for an answer; 0: none */
    int64_t accepted_ms, limit_ms, stopped_ms, near_ms;
    bool first_settled, in_mediation, limit_moved;
    int kept;                                /* the last word on performance: enum follow_up_kind */
};
/* `a` holds the parts; `channel` does not stand in a journal. */
void report_tally_begin(struct report_tally *t, struct arena *a, enum channel channel);
/* The next step of this referral, in order. */
void report_tally_step(struct report_tally *t, const struct report_step *s);
/* Nothing can be added afterwards; the parts are in t->parts. */
void report_tally_end(struct report_tally *t, int64_t now_ms);

/* A part's sums added to an organisation's; a new part when it is new. For both ways, and tests. */
int64_t *report_sums_of(struct arena *a, struct report_parts *p, struct str organisation);

#endif
