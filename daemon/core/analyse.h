/*
 * analyse.h - what is wrong with a rule set: exact findings over all referrals, each with one that shows it
 *
 * Nothing is sampled: a rule that is not reported as unreachable is reached by some referral, and so on for
 * every kind; where that cannot be said, the finding has a doubt. Witnesses are decided by the rule set
 * itself before they are told.
 *
 * Threads: one at a time for one rule set.
 */
#ifndef CORE_ANALYSE_H
#define CORE_ANALYSE_H

#include "core/space.h"

enum finding_kind {
    FINDING_UNREACHABLE,   /* rule: earlier ones (others) take all it would */
    FINDING_CONTRADICTION, /* rule: its own conditions never hold together */
    FINDING_GAP,           /* box: no rule places these */
    FINDING_DEAD_END,      /* rule, regions: on no rung of its ladder is there anybody, wherever */
    FINDING_NO_EFFECT,     /* rule: without it, later ones (others) do the same */
    FINDING_CLASSIFIER,    /* classifier: never sets anything; earlier ones (others) do */
    FINDING_EXPIRED,       /* rule: its last day has passed */
    FINDING_MERGE,         /* rule and others: could be one, in `dim` */
    FINDING_WORD,          /* rule or classifier, line: words that decide nothing */
    FINDING_UNDECIDED,     /* rule: given up; nothing is said of it */
    FINDING_KIND_LIMIT
};

enum doubt {
    DOUBT_NONE,
    DOUBT_STAGES,      /* classifiers read what later ones set: what they leave is only partly known */
    DOUBT_WEIGHED,     /* a classifier weighs words: what a text is worth is only partly known */
    DOUBT_UNCONFIRMED, /* the witness is decided otherwise */
};

struct finding {
    enum finding_kind kind;
    int rule, classifier; /* -1 */
    unsigned line;        /* where it stands; 0: that of the rule or classifier */
    const struct str *file; /* the line is of this file; NULL: of the rule's or classifier's own */
    const int *others;    /* rules, or classifiers; ascending */
    int n_others;
    const struct str *words; /* WORD */
    int n_words;
    const struct box *box; /* GAP */
    const int *regions;    /* DEAD_END: i, all below it too; ~i, it alone */
    int n_regions, regions_left_out;
    enum dim_kind dim;              /* MERGE */
    const struct referral *witness; /* NULL: there is none to be had */
    enum doubt doubt;
};

/* The worst that can happen on a rule's ladder: each rung that anybody is on is asked once, and answers on
 * the last day. */
struct climb_time {
    int rule, mode;
    int rungs; /* with anybody on them in some place of the rule's */
    int workdays;
    int limit; /* workdays in the mode's finish_within */
};

struct analysis {
    struct space space;
    const struct finding *findings; /* by kind, then rule */
    int n;
    bool more_gaps;                  /* than are told */
    const struct climb_time *climbs; /* of every rule with a ladder, by mode */
    int n_climbs;
};

struct analyse_options {
    struct bounds bounds;
    int gaps_max;
    int contradictions_max;                           /* per question, before it is given up */
    void (*tick)(void *context, int done, int total); /* NULL: nobody wants to know */
    void *context;
};

/* All lies in `a`; the rule set has to stay. False only when memory is out. */
bool analyse(struct arena *a, const struct ruleset *rs, const struct analyse_options *options,
             struct analysis *out);

/* What becomes of a referral by a rule, in one line; equal lines are the same outcome. .p NULL: memory. */
struct str outcome_text(struct arena *a, const struct ruleset *rs, const struct rule *rule);

#endif
