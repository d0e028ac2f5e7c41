/*
 * load.h - a configuration directory made into a rule set and a peer registry
 *
 * Parses, resolves and checks everything, runs the rule tests, and reports every finding at once. Nothing is
 * published here. The same code serves `referrald`, `referrald --check` and `referralctl check`, and
 * rebuilds a rule set that PostgreSQL kept.
 */
#ifndef CONF_LOAD_H
#define CONF_LOAD_H

#include "conf/source.h"
#include "core/peer.h"
#include "core/ruleset.h"

struct rule_tests;

/* NULL when diag got an error. The caller owns one reference. `run_tests`: also run the tests beside the
 * rules. */
const struct ruleset *conf_load_ruleset(const struct source *s, bool run_tests, struct diag *diag);

/* The same without running the tests: they are read into `a`, and keep to the rule set. */
const struct ruleset *conf_load_tests(const struct source *s, struct arena *a, struct diag *diag,
                                      struct rule_tests *tests);

/* Needs the rule set for regions and organisations. `keys_dir`: <id>.pub files; missing ones are not
 * enrolled. */
const struct peers *conf_load_peers(const struct source *s, const struct ruleset *rs, const char *keys_dir,
                                    struct diag *diag);

struct conf_counts {
    int files, regions, categories, organisations, classifiers, rules, tests, agencies, receivers, enrolled;
};
/* What `--check` says when all is well. */
struct conf_counts conf_count(const struct source *s, const struct ruleset *rs, const struct peers *p);

#endif
