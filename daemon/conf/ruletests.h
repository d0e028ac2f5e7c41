/*
 * ruletests.h - the tests beside the rules: read once, run against any rule set over the same lists
 *
 * What a test is given and expects is kept as indices into regions, categories and roster; rules are kept by
 * id, so that a test may also run against rules in another order, or without one of them.
 */
#ifndef CONF_RULETESTS_H
#define CONF_RULETESTS_H

#include "conf/schema.h"
#include "core/decide.h"

/* What has to come out; 0, -1 and empty: anything. */
struct test_expected {
    struct str rule, code, reason;
    int organisation, partner, kind, outcome, category; /* organisation, partner, category: -1 when not given */
    int rung;                                           /* from 1 */
    struct duration respond_within, finish_within;
    const struct test_passed { /* who was looked at, and has to be passed over for this reason */
        int organisation, reason;
    } * passed;
    int n_passed;
    struct ints climb; /* who is asked one after another, each having declined; as far as it is given */
    struct strs tags;
    bool has_tags;
};

/* What is open at the organisations; those that are not listed are idle. */
struct test_loads {
    struct test_load {
        int organisation, open, capacity;
        int64_t given_ms;
    } * items;
    int n;
};

struct rule_test {
    struct str name;
    struct str file;      /* "rules/20-labour.yaml" */
    struct diag_place at; /* of the name */
    struct referral referral;
    struct test_loads loads;
    struct ints declined; /* organisations that must not be asked again */
    struct test_expected expected;
};

struct rule_tests {
    const struct rule_test *items; /* in file order */
    int n;
};

/*
 * Reads the tests of all files into `keep` and the reading's lasting arena. What is wrong with them is
 * reported; only the good ones are in `out`.
 */
void ruletests_read(struct reading *r, struct arena *keep, struct rule_tests *out);
/* Reads and runs them; each that fails is an error at its place. */
void ruletests_check(struct reading *r);
/* How many tests the source holds. */
int ruletests_count(struct reading *r);

struct test_result {
    bool passed;
    struct decision decision;
    const int *rungs; /* that `climb` came to after the first one's, from 0 */
    int n_rungs;
    struct str differs; /* "rule `a`, got `b`; kind `people`, got `labour`"; empty when passed */
};

/*
 * Runs one test against `rs`, whose lists are those the test was read with. Results lie in `a`. False only
 * when the arena is past its budget.
 */
bool ruletest_run(struct arena *a, const struct ruleset *rs, const struct rule_test *t,
                  struct test_result *out);
/* What to look at after a failure; may be empty. `shown_as`: the prefix of rule files. */
struct str ruletest_why(struct arena *a, const struct ruleset *rs, const char *shown_as,
                        const struct rule_test *t, const struct decision *d);

/* The section `tests` of a file. */
extern const struct shape ruletests_shape;
/* The words of `outcome:`. */
extern const struct word outcome_words[];

#endif
