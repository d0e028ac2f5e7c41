/*
 * coverage.h - what of a rule set its tests exercise
 *
 * A rule is covered when it decides a test; a rung when it is the one that a test's organisation stands on, or that its climb comes to; a
 * classifier when it applies. A condition is covered when tests that come as far as its rule see it hold, and
 * see it fail.
 */
#ifndef CONF_COVERAGE_H
#define CONF_COVERAGE_H

#include "conf/ruletests.h"

enum { SEEN_FALSE = 1, SEEN_TRUE = 2, SEEN_BOTH = 3 };

struct covered {
    int times;           /* decided by it; for a classifier: applied */
    unsigned char *seen; /* SEEN_ bits, one a node of `when` */
    int *rungs;          /* times chosen */
};

struct coverage {
    struct covered *rules, *classifiers; /* as many as the rule set has */
};

/* In `a`. False past its budget. */
bool coverage_find(struct arena *a, const struct ruleset *rs, const struct rule_tests *tests,
                   struct coverage *out);

#endif
