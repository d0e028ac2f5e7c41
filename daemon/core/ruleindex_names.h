/*
 * ruleindex_names.h - the strings that conditions name, numbered from 0
 *
 * The hash is seeded: peers choose what is looked up. A string is borrowed.
 */
#ifndef CORE_RULEINDEX_NAMES_H
#define CORE_RULEINDEX_NAMES_H

#include "base/arena.h"

struct names_slot {
    struct str name;
    uint32_t hash;
    int32_t number; /* -1: free */
};

struct names {
    struct names_slot *slots; /* open addressing, at most half full */
    uint32_t mask;
    uint64_t seed;
    int n;
};

/* Room for `most` different strings. False past the budget. */
bool names_init(struct names *x, struct arena *a, int most, uint64_t seed);
/* Its number, new or not. */
int names_add(struct names *x, struct str s);
/* -1 when nobody names it. */
int names_find(const struct names *x, struct str s);

#endif
