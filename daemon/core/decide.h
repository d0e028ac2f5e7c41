/*
 * decide.h - which organisation gets a referral, and why
 *
 * Pure: the same rule set, referral, exclusions and load give the same decision, byte for byte. That is what
 * `referralctl explain` relies on.
 */
#ifndef CORE_DECIDE_H
#define CORE_DECIDE_H

#include "core/load.h"
#include "core/ruleset.h"

/* Why a candidate was passed over; 0 is the one chosen. */
enum passed {
    PASSED_CHOSEN = 0,
    PASSED_FULL = 1,       /* no free place */
    PASSED_CLOSED = 2,     /* on the roster, but closed */
    PASSED_EXCLUDED = 3,   /* declined or let it lapse before */
    PASSED_PICK = 4,       /* could have taken it; another one was picked */
    PASSED_CONFLICT = 5,   /* conflict of interest with a party */
    PASSED_SHUT = 6,       /* outside its opening hours, and the rung asks for open_now */
    PASSED_RATING = 7,     /* rated lower than the rung asks for */
    PASSED_LANGUAGE = 8,   /* lacks a language */
    PASSED_ALONE = 9,      /* could have led; no partner for joint mediation */
    PASSED_PARTNER = 10,   /* picked as the partner in joint mediation */
};
extern const struct word passed_words[];

struct candidate {
    int organisation;
    int rung;            /* from 0 */
    enum passed passed;
    int open, capacity;  /* as seen */
    int64_t given_ms;    /* as seen */
    bool partner;        /* looked at as a partner in joint mediation */
};

/* A ladder looks at no more than these; the rest is not considered. 32 are kept for each rung still to come. */
#define DECIDE_CANDIDATES_MAX 512

struct decision {
    enum outcome outcome;
    int rule;                 /* index; -1: no rule matched */
    int classifier;           /* the one that set the category; -1 */
    int category;             /* after classify; -1 */
    const struct str *tags;   /* after classify, sorted, unique */
    int n_tags;
    int rung;                 /* ASSIGNED: which; else -1 */
    int organisation;         /* ASSIGNED: who; else -1 */
    int partner;              /* ASSIGNED jointly: the partner; else -1 */
    struct str code;          /* MANUAL: reason; REFUSED: code */
    struct duration respond_within, finish_within; /* ASSIGNED: rung's, or the mode's */
    const struct candidate *candidates; /* all that were looked at, in order */
    int n_candidates;
    bool truncated;           /* more would have fitted than were looked at */
};

/*
 * Decides. `excluded` are organisation indices that must not be asked again. Results lie in `a`. False only when the arena
 * is past its budget.
 */
bool decide(struct arena *a, const struct ruleset *rs, const struct referral *r, const int *excluded,
            int n_excluded, struct load_view load, struct decision *out);
/* The same without the index, rule by rule: what tests and benches hold decide() against. */
bool decide_scan(struct arena *a, const struct ruleset *rs, const struct referral *r, const int *excluded,
                 int n_excluded, struct load_view load, struct decision *out);

/*
 * decide() in two steps, for who makes the same decision under other loads. First what no load has a part in: category, tags
 * and rule; an outcome of ASSIGNED then means that the rule has a ladder. Then the ladder, if there is one: `d` as the first
 * step left it.
 */
bool decide_rule(struct arena *a, const struct ruleset *rs, const struct referral *r, struct decision *out);
bool decide_place(struct arena *a, const struct ruleset *rs, const struct referral *r, const int *excluded, int n_excluded,
                  struct load_view load, struct decision *d);

/* The referral with what the classifiers add, as the rules see it (core/match.h). Lies in `a`. False: memory. */
struct match;
bool decide_facts(struct arena *a, const struct ruleset *rs, const struct referral *r, struct match *out);

/* Rules that come first in order but failed, with the condition that failed; for explain. */
struct rule_trace {
    int rule;
    bool matched;
    unsigned failed_line;   /* line of the first condition that did not hold */
    struct str failed_file; /* the file it is in */
};
/* Evaluates rules 0..last in order into `a`. */
bool decide_trace(struct arena *a, const struct ruleset *rs, const struct referral *r, int last,
                  struct rule_trace **out, int *n);

#endif
