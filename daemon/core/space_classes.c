/*
 * space_classes.c - nodes of the trees that no condition tells apart put into one class
 *
 * Refined step by step: two nodes stay together while they share the innermost node above them that a
 * condition names, and are not named themselves.
 */
#include "core/space_inner.h"

#include <stdlib.h>

/* A tree as this file sees it: nodes by position, every subtree one run. */
struct tree {
    int n;
    int *node;                  /* by position */
    int *parent, *level, *kind; /* by position; parent is a position. Those of one rule set */
    bool *there;                /* in that rule set's lists too */
};

struct pair {
    int class, mark, at;
};

static int by_pair(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    if (x->class != y->class)
        return x->class < y->class ? -1 : 1;
    if (x->mark != y->mark)
        return x->mark < y->mark ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

/* Parts each class by `mark`. `pairs` is room for n. */
static void refine(int *class, const int *mark, int n, struct pair *pairs)
{
    for (int i = 0; i < n; i++)
        pairs[i] = (struct pair){class[i], mark[i], i};
    if (n)
        qsort(pairs, (size_t)n, sizeof *pairs, by_pair);
    for (int i = 0, number = -1; i < n; i++) {
        if (i == 0 || pairs[i].class != pairs[i - 1].class || pairs[i].mark != pairs[i - 1].mark)
            number++;
        class[pairs[i].at] = number;
    }
}

static void refine_by_marks(const struct tree *t, const struct tree_marks *marks, int *class, int *mark,
                            struct pair *pairs)
{
    for (int i = 0; i < t->n; i++) {
        int at = i;
        while (at >= 0 && !marks->under[t->node[at]])
            at = t->parent[at];
        mark[i] = t->there[i] ? at : -2;
    }
    refine(class, mark, t->n, pairs);
    for (int i = 0; i < t->n; i++)
        mark[i] = marks->is[t->node[i]] ? i : -1;
    refine(class, mark, t->n, pairs);
    if (marks->levels)
        refine(class, t->level, t->n, pairs);
    if (marks->kinds)
        refine(class, t->kind, t->n, pairs);
}

/* Numbers the classes in the order of their first positions; class `first` is the lowest number. */
static bool number(struct space *s, const struct tree *t, const int *class, int first, struct arena *scratch,
                   struct tree_classes *out)
{
    int *renamed = ARENA_ARRAY(scratch, (size_t)t->n + 1, int);
    out->of = ARENA_ARRAY(s->arena, (size_t)t->n + 1, int);
    out->node = ARENA_ARRAY(s->arena, (size_t)t->n + 1 + (size_t)first, int);
    if (!renamed || !out->of || !out->node)
        return false;
    for (int i = 0; i < t->n; i++)
        renamed[i] = -1;
    out->n = first;
    for (int i = 0; i < first; i++)
        out->node[i] = -1;
    for (int i = 0; i < t->n; i++) {
        if (renamed[class[i]] < 0) {
            renamed[class[i]] = out->n;
            out->node[out->n++] = t->node[i];
        }
        out->of[t->node[i]] = renamed[class[i]];
    }
    return true;
}

static bool tree_new(struct arena *a, int n, struct tree *t)
{
    size_t size = (size_t)n + 1;
    *t = (struct tree){n,
                       ARENA_ARRAY(a, size, int),
                       ARENA_ARRAY(a, size, int),
                       ARENA_ARRAY(a, size, int),
                       ARENA_ARRAY(a, size, int),
                       ARENA_ARRAY(a, size, bool)};
    return t->node && t->parent && t->level && t->kind && t->there;
}

/* Rule set `of` may have another tree over the same codes: its parents count, where both have the node. */
static void fill_regions(const struct space *s, int of, struct tree *t)
{
    const struct regions *own = &s->of[of].rs->regions;
    for (int i = 0; i < t->n; i++) {
        int at = space_own_region(s, of, i);
        t->node[i] = i;
        t->there[i] = at >= 0;
        t->parent[i] =
            at >= 0 && own->items[at].parent >= 0 ? space_region(s, of, own->items[at].parent) : -1;
        t->level[i] = at >= 0 ? (int)own->items[at].level : 0;
        t->kind[i] = at >= 0 ? (int)own->items[at].kind : 0;
    }
}

/* Positions are the order of the tree from above; `position` by node. */
static void fill_categories(const struct space *s, int of, struct tree *t, int *position)
{
    const struct categories *lists = &s->lists->categories, *own = &s->of[of].rs->categories;
    for (int i = 0; i < t->n; i++) {
        position[i] = lists->items[i].order;
        t->node[position[i]] = i;
    }
    for (int i = 0; i < t->n; i++) {
        int at = space_own_category(s, of, t->node[i]);
        int parent =
            at >= 0 && own->items[at].parent >= 0 ? space_category(s, of, own->items[at].parent) : -1;
        t->there[i] = at >= 0;
        t->parent[i] = parent >= 0 ? position[parent] : -1;
        t->level[i] = t->kind[i] = 0;
    }
}

static bool find_deep(struct space *s)
{
    struct tree_classes *t = &s->region;
    const struct regions *r = &s->lists->regions;
    t->deep = ARENA_ARRAY(s->arena, (size_t)t->n + 1, int);
    if (!t->deep)
        return false;
    for (int i = 0; i < t->n; i++)
        t->deep[i] = t->node[i];
    for (int i = 0; i < r->n; i++) {
        if (r->items[i].level > r->items[t->deep[t->of[i]]].level)
            t->deep[t->of[i]] = i;
    }
    return true;
}

bool space_classes(struct space *s, struct mentions *m)
{
    struct tree regions, categories;
    int n_regions = s->lists->regions.n, n_categories = s->lists->categories.n;
    size_t most = (size_t)(n_regions > n_categories ? n_regions : n_categories) + 1;
    int *class = ARENA_ARRAY(m->scratch, most, int), *class2 = ARENA_ARRAY(m->scratch, most, int);
    int *mark = ARENA_ARRAY(m->scratch, most, int), *position = ARENA_ARRAY(m->scratch, most, int);
    struct pair *pairs = ARENA_ARRAY(m->scratch, most, struct pair);
    if (!class || !class2 || !mark || !position || !pairs || !tree_new(m->scratch, n_regions, &regions) ||
        !tree_new(m->scratch, n_categories, &categories))
        return false;
    for (int i = 0; i < s->n_rulesets; i++) {
        fill_regions(s, i, &regions);
        refine_by_marks(&regions, &m->region[i], class, mark, pairs);
        fill_categories(s, i, &categories, position);
        refine_by_marks(&categories, &m->category[i], class2, mark, pairs);
    }
    return number(s, &regions, class, 0, m->scratch, &s->region) && find_deep(s) &&
           number(s, &categories, class2, 1, m->scratch, &s->category);
}
