/*
 * mutants.h - which tests would notice a mutation (core/mutate.h)
 *
 * What every test meets on its way is worked out once: facts after classification, the state before each
 * classifier. A mutation is then looked at only by the tests that it can touch: a changed condition by those
 * that reach its rule and find it the other way round, a changed rung by those that its rule decides.
 *
 * Threads: mutants_new() by one; then mutants_try() from any, each with its own arena.
 * Errors:  NULL or MUTANT_FULL past an arena's budget, nothing else.
 */
#ifndef CONF_MUTANTS_H
#define CONF_MUTANTS_H

#include "conf/ruletests.h"
#include "core/match.h"
#include "core/mutate.h"

/* A test's way through the rule set. */
struct test_way {
    struct decision decision;
    struct match match; /* as the rules see it */
    const int *rungs;   /* that its climb came to after the first */
    int n_rungs;
};

struct mutants;

/* All lies in `a`; `rs` and `tests` have to stay. Every test must have passed. */
struct mutants *mutants_new(struct arena *a, const struct ruleset *rs, const struct rule_tests *tests);

enum { MUTANT_UNNOTICED = -1, MUTANT_FULL = -2 };
/* The first test that fails with it, or one of the above. `a`: for the mutant and its decisions. */
int mutants_try(const struct mutants *m, struct arena *a, const struct mutation *x);

/* One test's way, also for coverage. False past the budget. */
bool test_way_find(struct arena *a, const struct ruleset *rs, const struct rule_test *t,
                   struct test_way *out);

/* What classifier `i` found when it was looked at. */
struct test_step {
    int category;
    const struct str *tags;
    int n_tags;
};
/* The state before each classifier, and after the last: n_classifiers + 1 of them. NULL past the budget. */
const struct test_step *test_steps_find(struct arena *a, const struct ruleset *rs, const struct rule_test *t);
/* The facts as classifier or rule sees them at a step. */
struct match test_step_match(const struct test_way *way, const struct test_step *s);

#endif
