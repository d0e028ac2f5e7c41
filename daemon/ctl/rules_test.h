/*
 * rules_test.h - the parts of `rules test`: tests run, coverage, mutants; each as text or as JSON
 */
#ifndef CTL_RULES_TEST_H
#define CTL_RULES_TEST_H

#include "ctl/json.h"
#include "ctl/ruleset_dir.h"

/* Where a report goes. */
struct report {
    const struct ruleset_dir *set;
    struct rule_tests tests; /* those that were wanted; all have passed */
    struct json_out *json; /* NULL: text to `out` */
    FILE *out;
    bool colour;
};

/* False when memory is out. */
bool rules_coverage_report(const struct report *r);

struct mutant_options {
    int64_t limit, seed;
};
bool rules_mutate_report(const struct report *r, const struct mutant_options *o);

#endif
