/*
 * space.h - all referrals as the rules can tell them apart: dimensions, cut into classes
 *
 * A dimension is one fact of a referral after classification: mode, category, region, claim, ..., one for
 * each tag and each word. It is cut into as few classes as the conditions of the rule sets distinguish, so
 * that a condition on it is a set of classes, and the `when` of a rule is a box: one set for each dimension
 * that it speaks of. What no box can say (any_of over several dimensions, lists of words or tags) becomes a
 * dimension of its own, a group: 1 where it holds.
 *
 * The cut is exact: two referrals of the same classes meet the same conditions. So are the facts about
 * facts that are listed as boxes where no referral lies (space_never.c): a text with 农民工 has 民工.
 *
 * Threads: one builds; then reading from any.
 */
#ifndef CORE_SPACE_H
#define CORE_SPACE_H

#include "core/match.h"
#include "core/peer.h"

enum dim_kind {
    DIM_MODE,
    DIM_CATEGORY,
    DIM_REGION,
    DIM_CLAIM,
    DIM_RISK,
    DIM_OFFENCE,
    DIM_SOURCE,
    DIM_AGENCY,
    DIM_PARTIES,
    DIM_SAME_VILLAGE,
    DIM_AGE,
    DIM_ARRIVED,
    DIM_WORKING,
    DIM_EARLIER,
    DIM_EARLIER_COUNT,
    DIM_TAG, /* the first of many; those before have their kind as their number */
    DIM_WORD,
    DIM_PARTY,
    DIM_GROUP
};

struct dim {
    enum dim_kind kind;
    int n;    /* classes; 2 for what holds (1) or not (0) */
    int size; /* of a set, in words of 64 bits */
    int what; /* which tag, word, party class or group */
};

/* One dimension has to lie in a set of its classes. Equal sets have the same number. */
struct lit {
    int dim, set;
};

struct box {
    const struct lit *lits; /* sorted by dimension, one each; none: everything */
    int n;
    bool empty; /* contradictory: no point at all */
};

struct set {
    int dim;
    const uint64_t *bits;
    int complement; /* -1: not asked for yet */
    int holds;      /* of the classes; 0: empty */
};

/* A dimension of its own: holds where one of `lits` does. `all`: made as "not (one of these fails)". */
struct group {
    const struct lit *lits;
    int n, dim;
    bool all;
    const struct cond *cond; /* that it stands for; NULL: part of one */
    const struct box *never; /* {g=0, lit} for each, and {g=1, no lit} */
    int n_never;
};

/* Classes of a tree's nodes; the node that stands for each, in tree order. */
struct tree_classes {
    int *of;   /* by node */
    int *node; /* by class; -1: the missing category */
    int *deep; /* by class: its first node of those lowest in the tree; regions only */
    int n;
};

/* Classes of a number: from starts[i] to the next one, less 1. Where it may be missing, that is class 0. */
struct ranges {
    int64_t *starts;
    int n;
    int64_t last;
    bool missing;
};

struct claim_class {
    int currency; /* -1: none claimed, or (last class) in a currency that no rule names */
    int64_t low, high;
};

struct strings {
    struct str *items; /* sorted, unique */
    int n;
};

/* What a referral from outside can be: what the wire lets in. */
struct bounds {
    int parties_min, parties_max;
    int64_t claim_max;
    int32_t today;             /* a day for witnesses, where the rules leave it open */
    const struct peers *peers; /* NULL: not known who sends what */
};

#define PARTY_TYPES        (PARTY_ASSOCIATION * PARTY_SUSPECT * 4) /* kind, role, foreign, minor */
#define SPACE_RULESETS_MAX 2

struct space_rules {
    const struct ruleset *rs;
    const struct box *rules, *classifiers;
    /* From its lists to the space's and back; -1: not there. NULL: they are the same. */
    int *categories, *regions, *own_categories, *own_regions;
};

/* Where no referral lies. */
struct never {
    struct box box;
    int of, classifier; /* that sees to it; -1: none does, it is always so */
};

struct space {
    struct arena *arena;
    struct bounds bounds;
    struct space_rules of[SPACE_RULESETS_MAX];
    int n_rulesets;
    const struct ruleset *lists; /* whose regions and categories are meant: the last one's */

    struct dim *dims;
    size_t n_dims, cap_dims;
    int first_tag, first_word, first_party, first_group; /* dimensions */

    const int *modes; /* by class */
    int n_modes;
    struct tree_classes category, region;
    struct claim_class *claims;
    int n_claims;
    struct strings currencies, offences, sources, agencies, tags,
        words; /* of the middle three, class 0 is any other */
    struct ranges parties, age, arrived, earlier, earlier_count;
    int party_class[PARTY_TYPES]; /* -1: meets no condition */
    int *party_type;              /* by class: one of that class */
    int n_party_classes;
    int party_plain;      /* a type of no class; -1: every type is of one */
    struct str separator; /* stands in no word */

    struct group *groups;
    size_t n_groups, cap_groups;
    struct set *sets;
    size_t n_sets, cap_sets;
    int *set_index; /* open addressing, by bits */
    size_t set_slots;
    int *group_index;
    size_t group_slots;
    int *full; /* by dimension: the set of all */
    size_t n_full, cap_full;

    struct never *never;
    size_t n_never, cap_never;
    bool weighs; /* words with points: what a text is worth is not known here */
    bool stages; /* classifiers read what later ones set: `never` leaves those out */
};

/*
 * The space of one rule set, or of two to be compared. All lies in `a`. False only when the arena is past its
 * budget. The rule sets have to stay.
 */
bool space_build(struct arena *a, const struct ruleset *const *rulesets, int n, const struct bounds *bounds,
                 struct space *out);

/* -- sets (space_set.c); numbers stay, pointers to bits too -- */
const uint64_t *set_bits(const struct space *s, int set);
int set_of_bits(struct space *s, int dim, const uint64_t *bits); /* -1: memory */
int set_of_class(struct space *s, int dim, int class);
int set_complement(struct space *s, int set);
int set_union(struct space *s, int a, int b);
int set_intersection(struct space *s, int a, int b);
bool set_has(const struct space *s, int set, int class);
bool sets_meet(const struct space *s, int a, int b);
bool set_within(const struct space *s, int inner, int outer);

/* -- boxes (space_box.c) -- */
/* The `when` of a rule or classifier of rule set `of`. False: memory. */
bool box_of_cond(struct space *s, int of, const struct cond *when, struct box *out);
bool boxes_meet(const struct space *s, const struct box *a,
                const struct box *b); /* no dimension keeps them apart */
bool boxes_equal(const struct box *a, const struct box *b);
int box_set(const struct box *b, int dim); /* -1: it does not speak of `dim` */
/* Both; `out` may be empty. False: memory. */
bool boxes_both(struct space *s, const struct box *a, const struct box *b, struct box *out);

/* -- points: a class for each dimension; of a group, -1 as long as nobody asked (space_point.c) -- */
int point_class(const struct space *s, int *point, int dim);
bool box_has(const struct space *s, const struct box *b, int *point);
/* Where a referral lies, after classification by rule set `of`. `point` has n_dims. */
void space_locate(const struct space *s, int of, const struct match *m, int *point);
/* A referral that lies at `point`, in `a`: its summary holds the words, and nothing else. False: memory. */
bool space_referral(const struct space *s, struct arena *a, int *point, struct referral *out);

#endif
