/*
 * index.h - numbers by name, while a configuration is read
 *
 * An open-addressed table in an arena. Names are borrowed. For what operators wrote, not for what peers send:
 * the hash is not seeded.
 */
#ifndef CONF_INDEX_H
#define CONF_INDEX_H

#include "base/arena.h"

struct index;

struct index *index_new(struct arena *a);
/* The number that `name` has already, or -1 after giving it `number`; -2 when memory is out. */
int index_put(struct index *x, struct str name, int number);
/* -1 when there is none. */
int index_get(const struct index *x, struct str name);

#endif
