/*
 * region.h - the tree of division codes, province to village (统计用区划代码)
 *
 * Codes have 2, 4, 6, 9 or 12 digits; a parent is the next shorter prefix. Immutable once built, so
 * that any thread may read it.
 */
#ifndef CORE_REGION_H
#define CORE_REGION_H

#include "base/arena.h"
#include "core/word.h"

struct region {
    struct str code;
    struct str name;
    enum region_kind kind;
    enum region_level level;
    int parent;  /* index; -1 for a province */
    int end;     /* its subtree is [own index, end) */
};

struct regions {
    const struct region *items; /* sorted by code, which puts every subtree in one run */
    int n;
    const struct region_pair *neighbours; /* sorted; both directions */
    int n_neighbours;
};

struct region_pair { /* two counties with a common border */
    int region, neighbour;
};

/* Level of a well-formed code by its length; 0 for anything else. */
int region_code_level(struct str code);
/* Cuts the zeros of a longer form: 320500 -> 3205, 320505000000 -> 320505. */
struct str region_code_normal(struct str code);

/*
 * The unit of supervision that a place belongs to: its city, or one of the three counties directly under the province (昆山, 泰兴, 沭阳),
 * which are counted apart from theirs. The code is borrowed from `place`.
 */
struct str region_unit(struct str place);

/*
 * Sorts `items` by code, links parents and subtrees. Returns -1, or the index (after sorting) of the first item
 * whose parent is missing or whose code occurs twice, with *why telling which.
 */
int regions_build(struct region *items, int n, const char **why);

/* Index of `code` in any of its forms; -1 when there is none. */
int region_find(const struct regions *r, struct str code);
/* True when `inner` is `outer` or below it. */
bool region_within(const struct regions *r, int inner, int outer);
/* The ancestor of `i` (or itself) at `level`; -1 when it lies above. */
int region_at_level(const struct regions *r, int i, enum region_level level);
/* The neighbours of county `i`: *n of them, the first one returned. */
const struct region_pair *region_neighbours(const struct regions *r, int i, int *n);
/* City number 3205 for anything in Suzhou; 3200 for the province itself. */
int region_city(const struct regions *r, int i);

#endif
