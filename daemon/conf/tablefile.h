/*
 * tablefile.h - the CSV files beside the YAML of rules/, by name
 */
#ifndef CONF_TABLEFILE_H
#define CONF_TABLEFILE_H

#include "conf/node.h"

/* Calls `each` with rules/NAME. False after reporting that there is no such file. */
bool tablefile_read(struct reading *r, const struct node *name,
                    void (*each)(struct reading *r, const struct text *t, void *state), void *state);
/* Warns of each that nobody named. */
void tablefiles_warn_unused(struct reading *r);

#endif
