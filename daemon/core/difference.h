/*
 * difference.h - what changes hands between two rule sets, over all referrals there can be
 *
 * One space is built over both. For each rule of the old set and each of the new one that do something else,
 * the referrals that the first decided and the second decides are told as boxes, each with a referral that
 * both rule sets have decided. Nothing is sampled; what is not told keeps its outcome.
 *
 * Exact for referrals that both sets classify alike. Where classifiers differ, a referral may reach the rules
 * with another category or other tags than before: that is told by classifier, with a referral if one is found.
 *
 * Threads: one at a time for one pair.
 */
#ifndef CORE_DIFFERENCE_H
#define CORE_DIFFERENCE_H

#include "core/analyse.h"

/* A part of what changes hands. */
struct part {
    struct box box;
    const struct referral *was, *is; /* the same one in the lists of the old and the new set */
    bool not_before;                 /* the old set does not know its place or category */
    enum doubt doubt;
};

struct change {
    int was, is;       /* rule of the old and of the new set; -1: none */
    struct box within; /* both rules' conditions */
    const struct part *parts;
    int n_parts;
    bool more;    /* parts than are told, all of them in `within` */
    bool gave_up; /* too entangled to say whether there are more */
};

enum trace { TRACE_ADDED, TRACE_REMOVED, TRACE_CHANGED };

/* A classifier that is not in both sets as it is. */
struct reclassified {
    enum trace trace;
    int was, is;                         /* -1 */
    const struct referral *old, *new;    /* whose outcome it changes; NULL: none was found */
    int old_rule, new_rule;              /* that decide it */
};

/* What is listed and does not place a referral by itself. */
enum list { LIST_ORGANISATIONS, LIST_CATEGORIES, LIST_REGIONS, LIST_CHANNELS, LIST_CALENDAR, LIST_KINDS };
struct list_change {
    enum list list;
    enum trace trace;
    struct str id, name, what; /* what: the fields that differ; empty unless CHANGED */
};

struct difference {
    struct space space;
    const struct change *changes; /* by old rule, then new; none last */
    int n_changes;
    const struct reclassified *classifiers;
    int n_classifiers;
    const struct list_change *lists; /* by list, in the lists' own order */
    int n_lists;
    bool weighs, stages; /* what classification leaves is only partly known */
    bool times;          /* working hours or days differ and the rules ask for them */
};

struct difference_options {
    struct bounds bounds;
    int parts_max;                                    /* of one change */
    int contradictions_max;                           /* per question, before it is given up */
    void (*tick)(void *context, int done, int total); /* NULL: nobody wants to know */
    void *context;
};

/* All lies in `a`; the rule sets have to stay. False only when memory is out. */
bool difference(struct arena *a, const struct ruleset *was, const struct ruleset *is,
                const struct difference_options *options, struct difference *out);

#endif
