/*
 * rule.h - one rule and one classifier, by themselves in YAML or as a row of a table
 */
#ifndef CONF_RULE_H
#define CONF_RULE_H

#include "conf/rules.h"

/* What the rows of a table have in common. */
struct common {
    const struct str *file; /* where the table's entry stands; lasting */
    struct place at;        /* the entry */
    struct conds when;      /* n is 0 when there are none */
    struct rungs route;     /* of rows that say nothing of what becomes of the case */
    struct rungs then;      /* behind the rungs of each row */
    int pick;               /* of the first rung of each row, enum pick + 1; 0: not given */
    struct duration respond_within, finish_within;
};

/* `common` may be NULL. Everything but `file` is filled. False after reporting. */
bool rule_read(struct reading *r, const struct node *v, const struct common *common, struct rule *out);
bool classifier_read(struct reading *r, const struct node *v, const struct common *common, struct classifier *out);

/* A COND_ALL over the conditions of `common` and of `own`. */
bool common_join(struct reading *r, const struct common *common, struct conds *own);

extern const struct field rule_fields[], classifier_fields[], refuse_fields[], manual_fields[];
extern const struct shape rule_shape, classifier_shape, refuse_shape, manual_shape;

#endif
