/*
 * space_group.c - dimensions for what no box can say: that one of several things holds
 */
#include "core/space_inner.h"

#include <stdlib.h>

int by_lit(const void *a, const void *b)
{
    const struct lit *x = a, *y = b;
    if (x->dim != y->dim)
        return x->dim < y->dim ? -1 : 1;
    return (x->set > y->set) - (x->set < y->set);
}

static bool same_lits(const struct lit *a, int n, const struct lit *b, int m)
{
    return n == m && (n == 0 || memcmp(a, b, (size_t)n * sizeof *a) == 0);
}

static uint64_t hash_lits(const struct lit *l, int n)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (int i = 0; i < n; i++)
        h = ((h ^ (uint64_t)l[i].dim << 32 ^ (uint64_t)l[i].set) * 0x9e3779b97f4a7c15u) ^ h >> 31;
    return h ^ h >> 32;
}

static size_t group_slot(const struct space *s, const struct lit *l, int n)
{
    size_t at = hash_lits(l, n) & (s->group_slots - 1);
    for (; s->group_index[at]; at = (at + 1) & (s->group_slots - 1)) {
        const struct group *g = &s->groups[s->group_index[at] - 1];
        if (same_lits(g->lits, g->n, l, n))
            break;
    }
    return at;
}

static bool grow_groups(struct space *s)
{
    if ((s->n_groups + 1) * 2 <= s->group_slots)
        return true;
    size_t slots = s->group_slots ? s->group_slots * 2 : 256;
    int *index = ARENA_ARRAY(s->arena, slots, int);
    if (!index)
        return false;
    s->group_index = index;
    s->group_slots = slots;
    for (size_t i = 0; i < s->n_groups; i++)
        index[group_slot(s, s->groups[i].lits, s->groups[i].n)] = (int)i + 1;
    return true;
}

struct box box_of_lits(struct space *s, const struct lit *l, int n)
{
    struct lit *kept = ARENA_ARRAY(s->arena, (size_t)n + 1, struct lit);
    if (kept && n) {
        memcpy(kept, l, (size_t)n * sizeof *l);
        qsort(kept, (size_t)n, sizeof *kept, by_lit);
    }
    return (struct box){kept, n, false};
}

/* Where the group and what it stands for would disagree. */
static bool define(struct space *s, struct group *g)
{
    int no = set_of_class(s, g->dim, 0), yes_set = set_of_class(s, g->dim, 1);
    struct box *never = ARENA_ARRAY(s->arena, (size_t)g->n + 1, struct box);
    struct lit *none = ARENA_ARRAY(s->arena, (size_t)g->n + 1, struct lit);
    if (!never || !none || no < 0 || yes_set < 0)
        return false;
    for (int i = 0; i < g->n; i++) {
        const struct lit pair[] = {g->lits[i], {g->dim, no}};
        never[i] = box_of_lits(s, pair, 2);
        none[i] = (struct lit){g->lits[i].dim, set_complement(s, g->lits[i].set)};
        if (!never[i].lits || none[i].set < 0)
            return false;
    }
    none[g->n] = (struct lit){g->dim, yes_set};
    never[g->n] = box_of_lits(s, none, g->n + 1);
    g->never = never;
    g->n_never = g->n + 1;
    return never[g->n].lits != NULL;
}

int group_of(struct space *s, const struct lit *l, int n, bool all, const struct cond *c)
{
    if (!grow_groups(s))
        return -1;
    size_t slot = group_slot(s, l, n);
    if (s->group_index[slot])
        return s->groups[s->group_index[slot] - 1].dim;
    struct box kept = box_of_lits(s, l, n);
    struct group *g = ARENA_PUSH(s->arena, s->groups, s->n_groups, s->cap_groups);
    if (!kept.lits || !g)
        return -1;
    *g = (struct group){.lits = kept.lits, .n = n, .all = all, .cond = c};
    s->group_index[slot] = (int)s->n_groups;
    g->dim = space_dim(s, DIM_GROUP, 2, (int)s->n_groups - 1);
    return g->dim >= 0 && define(s, g) ? g->dim : -1;
}
