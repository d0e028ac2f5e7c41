/*
 * ruleset_dir.h - the rule set of a configuration directory, with its tests, for the offline tools
 *
 * Read and checked as the daemon would, but nothing is published and the tests are not run.
 */
#ifndef CTL_RULESET_DIR_H
#define CTL_RULESET_DIR_H

#include "conf/ruletests.h"
#include "ctl/command.h"

struct ruleset_dir {
    const char *shown_as; /* the directory, as findings name it */
    struct arena *arena;  /* source, tests */
    struct source source;
    const struct ruleset *rs;
    struct rule_tests tests;
};

/* The directory is the first argument, or that of -c. False after telling on stderr what is wrong with it. */
bool ruleset_dir_open(const struct call *c, struct ruleset_dir *out);
/* One directory of several. */
bool ruleset_dir_read(const char *dir, struct ruleset_dir *out);
/* A directory, or else the hash of a version that the database of -c keeps. CTL_OK, or told on stderr. */
int ruleset_dir_or_version(const struct call *c, const char *name, struct ruleset_dir *out);
void ruleset_dir_close(struct ruleset_dir *d);

#endif
