/*
 * space_expand.c - the largest box around a point that keeps within one box and out of others
 */
#include "core/space_expand.h"

#include "core/space_inner.h"

#include <stdlib.h>

/* Which of the boxes to keep out of speak of a dimension. */
struct entry {
    int dim, box, set;
};

struct expansion {
    struct space *s;
    const struct box *inside;
    int *point;
    struct entry *entries; /* by dimension */
    int n_entries;
    int *apart; /* by box: in how many dimensions what has been grown keeps out of it */
    struct lit *grown;
    int n_grown;
};

/* Those whose absence reads best first: what stays narrow are the facts that an operator thinks in. */
static int order_of(const struct space *s, int dim)
{
    static const int fixed[DIM_TAG] = {
        [DIM_MODE] = 90,    [DIM_CATEGORY] = 100,    [DIM_REGION] = 95,        [DIM_CLAIM] = 80,
        [DIM_RISK] = 40,    [DIM_OFFENCE] = 70,      [DIM_SOURCE] = 45,        [DIM_AGENCY] = 35,
        [DIM_PARTIES] = 25, [DIM_SAME_VILLAGE] = 20, [DIM_AGE] = 30,           [DIM_ARRIVED] = 15,
        [DIM_WORKING] = 10, [DIM_EARLIER] = 12,      [DIM_EARLIER_COUNT] = 11,
    };
    switch (s->dims[dim].kind) {
    case DIM_TAG:
        return 50;
    case DIM_WORD:
        return 5;
    case DIM_PARTY:
        return 22;
    case DIM_GROUP:
        return 6;
    default:
        return fixed[s->dims[dim].kind];
    }
}

static int by_dim(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->dim != y->dim)
        return x->dim < y->dim ? -1 : 1;
    return (x->box > y->box) - (x->box < y->box);
}

static bool gather(struct expansion *e, struct arena *scratch, const struct box *const *outside, int n)
{
    size_t most = 0;
    for (int i = 0; i < n; i++)
        most += (size_t)outside[i]->n;
    e->entries = ARENA_ARRAY(scratch, most + 1, struct entry);
    e->apart = ARENA_ARRAY(scratch, (size_t)n + 1, int);
    if (!e->entries || !e->apart)
        return false;
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < outside[i]->n && !outside[i]->empty; k++) {
            struct lit l = outside[i]->lits[k];
            e->entries[e->n_entries++] = (struct entry){l.dim, i, l.set};
            e->apart[i] += !set_has(e->s, l.set, point_class(e->s, e->point, l.dim));
        }
    }
    if (e->n_entries)
        qsort(e->entries, (size_t)e->n_entries, sizeof *e->entries, by_dim);
    return true;
}

/* All of one dimension that the boxes which nothing else keeps out of leave. */
static bool grow(struct expansion *e, int first, int end)
{
    struct space *s = e->s;
    int dim = e->entries[first].dim, own = point_class(s, e->point, dim);
    int inside = box_set(e->inside, dim), set = inside >= 0 ? inside : s->full[dim];
    for (int i = first; i < end && set >= 0; i++) {
        const struct entry *x = &e->entries[i];
        if (e->apart[x->box] == 1 && !set_has(s, x->set, own))
            set = set_intersection(s, set, set_complement(s, x->set));
    }
    if (set < 0)
        return false;
    for (int i = first; i < end; i++) {
        const struct entry *x = &e->entries[i];
        if (!set_has(s, x->set, own) && sets_meet(s, x->set, set))
            e->apart[x->box]--;
    }
    if (set != s->full[dim])
        e->grown[e->n_grown++] = (struct lit){dim, set};
    return true;
}

struct stretch { /* of entries of one dimension */
    int first, end, order;
};

static int by_order(const void *a, const void *b)
{
    const struct stretch *x = a, *y = b;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return x->first - y->first;
}

static bool grow_all(struct expansion *e, struct arena *scratch)
{
    struct stretch *all = ARENA_ARRAY(scratch, (size_t)e->n_entries + 1, struct stretch);
    int n = 0;
    if (!all)
        return false;
    for (int i = 0, end; i < e->n_entries; i = end) {
        for (end = i; end < e->n_entries && e->entries[end].dim == e->entries[i].dim;)
            end++;
        all[n++] = (struct stretch){i, end, order_of(e->s, e->entries[i].dim)};
    }
    if (n)
        qsort(all, (size_t)n, sizeof *all, by_order);
    for (int i = 0; i < n; i++) {
        if (!grow(e, all[i].first, all[i].end))
            return false;
    }
    return true;
}

bool space_expand(struct space *s, const struct box *inside, const struct box *const *outside, int n,
                  int *point, struct box *out)
{
    struct arena *scratch = arena_new(0);
    struct expansion e = {.s = s, .inside = inside, .point = point};
    bool good = scratch && gather(&e, scratch, outside, n);
    e.grown = good ? ARENA_ARRAY(scratch, (size_t)e.n_entries + (size_t)inside->n + 1, struct lit) : NULL;
    good = good && e.grown && grow_all(&e, scratch);
    for (int i = 0; good && i < inside->n; i++) { /* what no box to keep out of speaks of */
        bool spoken = false;
        for (int k = 0; k < e.n_entries && !spoken; k++)
            spoken = e.entries[k].dim == inside->lits[i].dim;
        if (!spoken)
            e.grown[e.n_grown++] = inside->lits[i];
    }
    if (good)
        *out = box_of_lits(s, e.grown, e.n_grown);
    good = good && out->lits;
    arena_free(scratch);
    return good;
}
