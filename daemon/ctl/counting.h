/*
 * counting.h - how often each pair of numbers occurs, and numbers for names
 *
 * Threads: one at a time. Errors: memory is the only one.
 */
#ifndef CTL_COUNTING_H
#define CTL_COUNTING_H

#include "base/arena.h"

struct pair {
    int a, b;
    int64_t n;
};

/* Zeroed, it is empty. */
struct pairs {
    struct pair *items; /* by hash; after pairs_sorted() in order */
    size_t n, cap;
};
bool pairs_add(struct pairs *p, int a, int b);
bool pairs_add_many(struct pairs *p, int a, int b, int64_t n); /* n > 0 */
/* The most frequent first, then by a and b. Nothing can be added afterwards. */
const struct pair *pairs_sorted(struct pairs *p);
void pairs_free(struct pairs *p);

/* Zeroed but for the arena, it is empty. Names are copied into the arena. */
struct names {
    struct arena *arena;
    struct str *items; /* by number, from 0 */
    size_t n, cap;
    int *slots;
    size_t n_slots;
};
/* The number of a name, a new one when it is new; -1 when memory is out. */
int counting_name(struct names *n, struct str name);
/* The number it has; -1: none. From any thread while nothing is added. */
int counting_find(const struct names *n, struct str name);
void counting_forget(struct names *n);

#endif
