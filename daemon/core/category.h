/*
 * category.h - the tree of dispute types and civil causes (纠纷类型、民事案由)
 *
 * Immutable once built.
 */
#ifndef CORE_CATEGORY_H
#define CORE_CATEGORY_H

#include "base/arena.h"

struct category {
    struct str code;
    struct str parent_code;
    struct str name;
    int parent;   /* index; -1 for a root */
    int order, end; /* preorder interval: `inner` is under `outer` when outer.order <= inner.order < outer.end */
};

struct category_name { /* code, name or alias -> category */
    struct str text;
    int category;      /* -1: the name occurs twice, and can't be used */
};

struct categories {
    const struct category *items;
    int n;
    const struct category_name *names; /* sorted by text */
    int n_names;
};

/*
 * Links parents, computes the intervals, sorts and de-duplicates `names` (codes are added by the caller too).
 * Returns -1, or the index of the first item with an unknown parent, a code used twice or a cycle (*why).
 */
int categories_build(struct arena *a, struct category *items, int n, struct category_name *names, int n_names,
                     struct categories *out, const char **why);

/* By code, name or alias; -1 when unknown or ambiguous. Of two with the same name, one under the other, the upper. */
int category_find(const struct categories *c, struct str text);
bool category_under(const struct categories *c, int inner, int outer);

#endif
