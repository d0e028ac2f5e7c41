/*
 * trial.h - rules tried on lines of JSON: each line's facts, the decision with every organisation empty, and why
 */
#ifndef CTL_TRIAL_H
#define CTL_TRIAL_H

#include "core/decide.h"
#include "ctl/factline.h"

#include <stdio.h>

struct trial {
    const struct ruleset *rules;
    struct factline line; /* its arena is made anew for each line */
    struct referral referral;
    struct decision decision;
};

/* False when memory is out. */
bool trial_start(struct trial *t, const struct ruleset *rules);
void trial_end(struct trial *t);
/* The next line: true when `v` held facts, and they were decided; false with t->line.fault. `v` may be NULL after
 * factline_open failed. */
bool trial_decide(struct trial *t, const json_t *v);
/* Forgets the line before. False when memory is out. */
bool trial_next(struct trial *t);

/* Lines of the files named, of `-` or of standard input. */
struct lines {
    const char *const *names;
    int n, at;
    FILE *file;
    const char *shown; /* of the open file */
    unsigned number;
    char *buffer;
    size_t cap;
    bool failed; /* a file could not be opened or read, and that was told on stderr */
};
/* The next line that is not empty, without its end; false after the last. */
bool lines_next(struct lines *l, struct str *out);
void lines_end(struct lines *l);

#endif
