/*
 * ruleindex_axis.h - the facts that an index is made over, each as a row of positions
 *
 * An axis is a fact with one value a referral: its values are cut into positions 0..size-1 so that no condition tells two
 * values at one position apart. A crowd is a fact with several values: tags, kinds of party, words.
 */
#ifndef CORE_RULEINDEX_AXIS_H
#define CORE_RULEINDEX_AXIS_H

#include "core/ruleindex.h"
#include "core/ruleindex_names.h"
#include "core/spans.h"

enum axis {
    AXIS_NONE,
    AXIS_REGION, AXIS_CATEGORY, AXIS_MODE, AXIS_CHANNEL, AXIS_LEVEL, AXIS_KIND, AXIS_CLAIM, AXIS_RISK, AXIS_PARTIES,
    AXIS_AGENCY, AXIS_OFFENCE, AXIS_SOURCE, AXIS_AGE, AXIS_ARRIVED, AXIS_EARLIER, AXIS_EARLIER_COUNT, AXIS_SAME_VILLAGE,
    AXIS_WORKING,
    AXIS_LIMIT
};
enum crowd { CROWD_NONE, CROWD_TAGS, CROWD_PARTY, CROWD_TEXT, CROWD_LIMIT };

/* Bit sets are over 0..63; whatever lies beyond is at one more position. */
#define AXIS_SET_SIZE 65
/* A position for each set of these risks; further ones are not indexed. */
#define AXIS_RISK_BITS 8
/* A party is one of 8 kinds, one of 8 roles, foreign or not, minor or not. */
#define AXIS_PARTY_VALUES 256

/* A number's values between two cuts are one position. */
struct axis_scale {
    const int64_t *cuts; /* sorted, unique */
    int n;
    int base;            /* the position below the first cut */
    char currency[4];    /* claims have a scale for each */
};

#define AXIS_CURRENCIES 16

struct axes {
    const struct ruleset *rs;
    enum ruleindex_use use;
    int size[AXIS_LIMIT];
    struct axis_scale scales[AXIS_LIMIT];
    struct axis_scale currencies[AXIS_CURRENCIES];
    int n_currencies;
    struct names names[AXIS_LIMIT];
    struct names tags;
    int crowd_size[CROWD_LIMIT];
};

/* Gathers what all conditions name. False past a budget. */
bool axes_build(struct axes *x, struct arena *a, struct arena *scratch, const struct ruleset *rs,
                const struct ruleindex_item *items, int n, enum ruleindex_use use, uint64_t seed);

/* What a leaf is about; AXIS_NONE and CROWD_NONE when the index knows nothing of it. */
enum axis axis_of(const struct axes *x, const struct cond *leaf);
enum crowd axis_crowd_of(const struct axes *x, const struct cond *leaf);
/* Where on its axis a leaf holds. */
struct spans axis_spans(const struct axes *x, struct arena *scratch, const struct cond *leaf);
/* The values of its crowd of which a leaf wants one: sorted, unique, *n of them. */
const int *axis_values(const struct axes *x, struct arena *scratch, const struct cond *leaf, int *n);

/* Where a referral stands. */
int axis_position(const struct axes *x, enum axis axis, const struct match *m);
/* The value that a tag or a party stands for; -1: no condition names it. */
int axis_tag(const struct axes *x, struct str tag);
int axis_party(const struct party_facts *p);

#endif
