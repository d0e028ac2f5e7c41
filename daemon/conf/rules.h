/*
 * rules.h - rules/NAME.yaml: classifiers and rules
 */
#ifndef CONF_RULES_H
#define CONF_RULES_H

#include "conf/organisations.h"

/* A file of rules/. */
extern const struct shape rules_file_shape;
/* Fills classifiers, rules and the text scanner of the rule set. */
void rules_read(struct reading *r);

/* `when`: a map of conditions into prefix order, conds[0] a COND_ALL over the rest. */
struct conds {
    const struct cond *items;
    int n;
    int depth; /* how deep its maps are nested, itself counted */
};
field_reader read_conditions; /* struct conds */
extern const struct shape conditions_shape, filled_conditions_shape;

/* The modes in which the conditions can hold, as bits. */
uint64_t conditions_modes(const struct conds *when);

/* `to` and `jointly_with`: who is considered, checked against the roster. */
bool target_read(struct reading *r, const struct node *v, struct target *out);
/* The one organisation that can ever be found; -1 when there are more, or none. */
int target_only(struct reading *r, const struct target *to);
extern const struct shape target_shape;

/* `route`: the rungs, named ladders put in, checked against the roster and the limits of `modes`. */
struct rungs {
    const struct rung *items;
    int n;
};
bool ladder_read(struct reading *r, const struct node *v, uint64_t modes, struct rungs *out);
extern const struct shape ladder_shape, rung_shape;
extern const struct field rung_fields[];
/* Copies of rungs that were read elsewhere, in `file`, behind those of `to`. `at`: who takes them. */
bool ladder_append(struct reading *r, struct place at, const struct rungs *more, const struct str *file,
                   uint64_t modes, struct rungs *to);
/* False after reporting at `at` that a rung takes longer than a mode allows; `where` it stands: "" or " (file:line)". */
bool rung_check_limits(struct reading *r, struct place at, const char *where, const struct rung *rung,
                       uint64_t modes);

/* `weigh`: its tables and limits. NULL after reporting. */
extern const struct shape weigh_shape;
const struct weigher *wordtable_read(struct reading *r, const struct node *v);

#endif
