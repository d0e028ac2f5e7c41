/*
 * watches.h - watches.yaml: what early warnings are raised on
 */
#ifndef CONF_WATCHES_H
#define CONF_WATCHES_H

#include "conf/rules.h"
#include "core/watch.h"

extern const struct shape watches_file_shape;
/*
 * Fills the watches of the rule set; there may be none, and no such file. Their conditions are those of rules, so that this is done
 * while rules are read: once the named conditions are known, before the words are.
 */
void watches_read(struct reading *r);

#endif
