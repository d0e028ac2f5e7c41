/*
 * witness.h - a made-up referral written down: as `given` of a rule test, and as JSON
 */
#ifndef CTL_WITNESS_H
#define CTL_WITNESS_H

#include "core/analyse.h"
#include "ctl/json.h"

/* What the rules look at; the rest is left out. */
struct witness_form {
    const struct ruleset *rs;
    bool parties, times;
};

struct witness_form witness_form_of(const struct ruleset *rs);
/* Two forms together, written with the lists of the second. */
struct witness_form witness_form_both(struct witness_form a, struct witness_form b);

/* "{channel: court, mode: court-pre-filing, place: "320505", ...}": one line, to be pasted under `given:`. .p
 * NULL: memory. */
struct str witness_given(struct arena *a, const struct witness_form *f, const struct referral *r);
/* Why it may not be as told; `unconfirmed`: how that is said here. NULL: no doubt. */
const char *doubt_text(enum doubt doubt, const char *unconfirmed);
/* An object with the keys of a line for `submit`. */
void witness_json(struct json_out *j, const struct witness_form *f, const struct referral *r);

#endif
