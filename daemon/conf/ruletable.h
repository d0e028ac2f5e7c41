/*
 * ruletable.h - decision tables: rows of a CSV file as rules or classifiers
 *
 * A row becomes the small tree that YAML would have given, and is read as that; what is common to all rows stands in
 * YAML, in the entry that names the table and gives it its place in the order.
 */
#ifndef CONF_RULETABLE_H
#define CONF_RULETABLE_H

#include "conf/heading.h"
#include "conf/rule.h"

/* Takes one row; `file` is the table's and lasts. */
typedef void row_taker(struct reading *r, const struct node *row, const struct common *common, struct str file,
                       void *state);

/* Reads the table that `entry` names. */
void ruletable_read(struct reading *r, const struct node *entry, enum table_kind kind, row_taker *take, void *state);

extern const struct shape rule_table_shape, classifier_table_shape;

#endif
