/*
 * rule.h - one routing rule: conditions, then a ladder, a refusal or the manual queue
 *
 * Conditions are one array of nodes in prefix order: a group node tells how many of the nodes
 * that follow are its own. conf/ builds rules, core/decide.c reads them.
 */
#ifndef CORE_RULE_H
#define CORE_RULE_H

#include "core/calendar.h"
#include "core/organisation.h"
#include "core/referral.h"
#include "core/weigh.h"

enum cond_kind {
    COND_ALL, COND_ANY, COND_NOT,                      /* groups */
    COND_CHANNEL, COND_MODE,                           /* set: bits */
    COND_CATEGORY_UNDER, COND_CATEGORY_IS,             /* list: category indices */
    COND_CATEGORY_MISSING,
    COND_REGION_WITHIN, COND_REGION_IS,                /* list: region indices */
    COND_REGION_LEVEL, COND_REGION_KIND,               /* set: bits */
    COND_CLAIM,                                        /* range in minor units, currency */
    COND_CLAIM_MISSING,
    COND_TAGS, COND_OFFENCE, COND_SOURCE_CATEGORY, COND_AGENCY, /* strings; the source category folded */
    COND_RISK,                                         /* set: risk bits, any of */
    COND_TEXT,                                         /* list: word numbers of the rule set's textscan */
    COND_PARTY,                                        /* party */
    COND_PARTIES,                                      /* range of the count */
    COND_SAME_VILLAGE,                                 /* at least two parties, and all live in one village */
    COND_AGE,                                          /* range: days from when it occurred to arrival */
    COND_AGE_MISSING,                                  /* when it occurred is not given */
    COND_ARRIVED,                                      /* range: day of arrival */
    COND_WORKING_TIME,                                 /* arrived in the working hours of channels.yaml */
    COND_EARLIER,                                      /* range: days since the latest of the same parties */
    COND_EARLIER_COUNT,                                /* range: how many there were */
    COND_KIND_LIMIT
};

struct cond {
    enum cond_kind kind;
    int span;              /* groups: how many nodes follow that belong to it (all descendants) */
    unsigned line;
    const struct str *file; /* the line is of this file; NULL: of the rule's own */
    uint64_t set;
    const int *list;
    const struct str *strings;
    int n;                 /* of list or strings */
    int64_t low, high;     /* inclusive range */
    char currency[4];
    struct { uint64_t kinds, roles; int foreign, minor; /* -1: any */ } party;
};

enum target_region { TARGET_NEAREST, TARGET_WITHIN, TARGET_IS, TARGET_NEIGHBOURING };
enum pick { PICK_LEAST_LOADED, PICK_BEST_RATED, PICK_WEIGHTED, PICK_ROUND_ROBIN, PICK_STICKY };
#define PICK_COUNT 5
/* pick_words (core/word.h): value is enum pick + 1. */

/* Who is considered. */
struct target {
    uint64_t kinds;          /* bits of enum org_kind; 0: any */
    uint64_t levels;         /* bits of enum region_level; 0: any */
    const int *specialities; /* category indices; an organisation fits when one of its own covers one of these */
    int n_specialities;
    bool speciality_matching; /* one of its specialities covers the referral's category */
    const int *organisations; /* organisation indices; none: by the other criteria */
    int n_organisations;
    bool stationed;
    enum target_region where; /* NEIGHBOURING: in the counties around the one of the place, at any level below them too */
    int region;              /* for WITHIN and IS */
    /* Whoever fits the above but not these is a candidate that is passed over. */
    int rating_at_least;     /* 0: any */
    bool open_now;           /* in its opening hours at arrival */
    const struct str *languages; /* all of them */
    int n_languages;
};

struct rung {
    struct target to;
    const struct target *jointly; /* joint mediation: a partner found by this, or the rung passes; NULL: alone */
    enum pick pick;
    struct duration respond_within, finish_within; /* count 0: the channel's */
    unsigned line;
    const struct str *file; /* as in struct cond */
};

enum outcome { OUTCOME_ASSIGNED = 1, OUTCOME_MANUAL, OUTCOME_REFUSED };

struct rule {
    struct str id, name, file;
    unsigned line;
    int32_t from, until;     /* arrival days it serves, both included; 0: open. Also a COND_ARRIVED in `when` */
    struct str law;          /* law and article the rule rests on; empty: none given */
    const struct cond *when; /* when[0] is a COND_ALL over the rest */
    int n_when;
    enum outcome outcome;
    const struct rung *rungs;
    int n_rungs;
    struct str code, text, basis; /* refuse: code, Chinese text, legal basis; manual: code is the reason */
};

struct classifier {
    struct str id, file;
    unsigned line;
    const struct cond *when;
    int n_when;
    int category;            /* -1: sets none */
    const struct weigher *weigh; /* sets the category with most points, or the tags with enough; NULL: none */
    const struct str *tags;
    int n_tags;
    const struct str *otherwise; /* tags when no category is sure enough */
    int n_otherwise;
};

static inline bool classifier_sets_category(const struct classifier *c)
{
    return c->category >= 0 || (c->weigh && weigher_sets_category(c->weigh));
}

#endif
