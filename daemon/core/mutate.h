/*
 * mutate.h - small mistakes put into a copy of a rule set, to see whether its tests would notice
 *
 * One mutation changes one part of one rule or classifier. A mutant shares all else with the rule set, which
 * it must not outlive. What provably changes no decision is left out when mutations are listed: a swap of
 * rules that no referral can meet both, a rung swapped with its like, a target that fits the same
 * organisations before and after, a pick where there is never a choice.
 *
 * Pure. Errors: false past an arena's budget, nothing else.
 */
#ifndef CORE_MUTATE_H
#define CORE_MUTATE_H

#include "core/ruleset.h"

enum mutation_kind {
    MUTATE_NEGATE,         /* a condition turned round */
    MUTATE_DROP_CONDITION, /* a condition taken out, with a group that it leaves empty */
    MUTATE_RANGE,          /* an end of a range moved by one step: `to` is the new end */
    MUTATE_DROP_MEMBER,    /* one taken out of a list or set: `member` says which */
    MUTATE_DROP_RULE,
    MUTATE_SWAP_RULES, /* with the next one */
    MUTATE_OUTCOME,    /* another code, or another reason */
    MUTATE_DROP_RUNG,
    MUTATE_SWAP_RUNGS, /* with the next one */
    MUTATE_PICK,       /* `to`: enum pick */
    MUTATE_TARGET,     /* one criterion of a rung given up or narrowed: `part`, `member` */
    MUTATE_DROP_CLASSIFIER,
    MUTATE_SWAP_CLASSIFIERS, /* with the next one */
    MUTATE_DROP_CATEGORY,    /* that a classifier sets */
    MUTATE_DROP_TAG,         /* that a classifier adds: `member` */
    MUTATION_KINDS
};

/* What of a range or of a target. */
enum mutation_part {
    PART_LOW,
    PART_HIGH,
    PART_KINDS,
    PART_LEVELS,
    PART_SPECIALITY,
    PART_ORGANISATION,
    PART_STATIONED,
    PART_WHERE,
    PART_RATING,
    PART_OPEN_NOW,
    PART_LANGUAGES,
    PART_JOINTLY,
    PART_RESPOND_WITHIN,
    PART_FINISH_WITHIN
};

struct mutation {
    enum mutation_kind kind;
    bool of_classifier; /* `item` is a classifier, not a rule */
    int item;
    int at; /* condition or rung */
    enum mutation_part part;
    int member; /* place in a list, bit of a set; -1: the whole criterion */
    int64_t to;
    unsigned line;          /* where the part stands */
    const struct str *file; /* NULL: in the file of the item */
};

struct mutations {
    struct mutation *items;
    size_t n, cap;
    size_t equivalent; /* left out, for they cannot change a decision */
};

/* All there are, in the order of the files. */
bool mutate_list(struct arena *a, const struct ruleset *rs, struct mutations *out);
/* `out` shares what it does not change with `rs`, and has no reference count of its own. */
bool mutate_apply(struct arena *a, const struct ruleset *rs, const struct mutation *m, struct ruleset *out);

/* A copy to change rules or classifiers of: decide() looks at every rule. */
struct ruleset mutate_plain(const struct ruleset *rs);

/* Whether no referral can meet both. False when it cannot be told from the conditions that must all hold. */
bool mutate_apart(const struct ruleset *rs, const struct cond *a, const struct cond *b);

/* Whether two targets fit the same organisations of this roster, wherever the dispute is. False when it
 * cannot be told. */
bool mutate_target_idle(const struct ruleset *rs, const struct target *before, const struct target *after);
/* Whether another pick (least loaded for best rated, and the other way) can never choose another one. */
bool mutate_pick_idle(const struct ruleset *rs, const struct rung *rung);

/* What a condition of a kind carries. */
enum cond_payload {
    PAYLOAD_GROUP,
    PAYLOAD_NONE,
    PAYLOAD_SET,
    PAYLOAD_LIST,
    PAYLOAD_STRINGS,
    PAYLOAD_RANGE,
    PAYLOAD_PARTY
};
enum cond_payload cond_payload(enum cond_kind kind);

/* The group that node `at` belongs to, by its index; -1 for node 0. */
int cond_parent(const struct cond *when, int at);

#endif
