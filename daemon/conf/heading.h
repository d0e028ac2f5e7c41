/*
 * heading.h - the columns of decision tables
 *
 * A heading is the way to a key, in words: what stands under `claim at most` is claim: {at_most: ...}. They are made
 * from the tables of keys that YAML is read along, so that every condition and target is a column too.
 */
#ifndef CONF_HEADING_H
#define CONF_HEADING_H

#include "conf/csv.h"
#include "conf/shape.h"

enum table_kind { TABLE_OF_RULES, TABLE_OF_CLASSIFIERS };

enum heading_place {
    HEADING_NOTE,      /* a remark: not read */
    HEADING_ITEM,      /* of the rule or classifier itself */
    HEADING_CONDITION, /* in `when` */
    HEADING_NOT,       /* in `when`, as a `not` of its own */
    HEADING_RUNG,      /* of the first rung */
    HEADING_THEN,      /* of the second */
    HEADING_LADDER     /* name of a ladder behind them */
};

#define HEADING_DEPTH_MAX 4

struct heading {
    struct str text;
    enum heading_place place;
    const char *path[HEADING_DEPTH_MAX]; /* keys, ends with NULL or is full */
    const struct shape *shape;           /* of the value */
    const void *of;                      /* its table of words, when the shape has none */
};

struct headings {
    struct heading *items;
    size_t n, cap;
};

/* All that a table of that kind can have, in the scratch arena. False after reporting that memory is out. */
bool headings_list(struct reading *r, enum table_kind kind, struct headings *out);
/* The one that is written in the cell; NULL after reporting that there is none. */
const struct heading *heading_find(struct reading *r, const struct headings *all, const struct cell *cell);
/* A cell's text as YAML would have it: a scalar, or a list split at `;` and `|`. NULL after reporting. */
struct node *heading_value(struct reading *r, const struct heading *h, const struct cell *cell);

#endif
