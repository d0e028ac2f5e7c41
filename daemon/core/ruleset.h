/*
 * ruleset.h - everything a decision depends on, compiled, immutable, counted
 *
 * Regions, categories, roster, calendar, channel policies, classifiers and rules, in one arena,
 * named by the hash of the files it came from. Built by conf/, published by role/control, freed whole by
 * the last ruleset_unref().
 *
 * Threads: reading, ref and unref from any thread.
 */
#ifndef CORE_RULESET_H
#define CORE_RULESET_H

#include "base/digest.h"
#include "core/policy.h"
#include "core/rule.h"
#include "core/textscan.h"

#include <stdatomic.h>

struct watch; /* core/watch.h */

struct ruleset {
    atomic_int refs;           /* starts at 1 */
    struct arena *arena;       /* this struct lies in it too */
    struct digest hash;        /* over the manifest of its files */
    struct regions regions;
    struct categories categories;
    struct roster roster;
    struct calendar calendar;
    struct policies policies;
    const struct classifier *classifiers;
    int n_classifiers;
    bool weighs;               /* a classifier weighs words */
    const struct rule *rules;
    int n_rules;
    const struct watch *watches;
    int n_watches;
    const struct textscan *words;
    const struct ruleindex *rule_index, *classifier_index; /* NULL: decide() looks at every rule */
};

const struct ruleset *ruleset_ref(const struct ruleset *r);
void ruleset_unref(const struct ruleset *r); /* NULL is accepted */

/* What some rule asks for beyond the referral and how full organisations are: bits, for those who would have to gather it. */
enum ruleset_need {
    NEEDS_EARLIER = 1, /* referral.earlier */
    NEEDS_TURNS = 2,   /* load.given_ms */
};
unsigned ruleset_needs(const struct ruleset *r);

#endif
