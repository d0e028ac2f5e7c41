/*
 * counting.c - two small hash tables with linear probing, grown at two thirds
 */
#include "ctl/counting.h"

#include <stdlib.h>

enum { FIRST = 256 };

/* ---- pairs ---- */

static size_t pair_hash(int a, int b)
{
    uint64_t x = ((uint64_t)(uint32_t)a << 32 | (uint32_t)b) * UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)(x ^ x >> 29);
}

static struct pair *pair_at(struct pair *items, size_t cap, int a, int b)
{
    size_t i = pair_hash(a, b) & (cap - 1);
    while (items[i].n && (items[i].a != a || items[i].b != b))
        i = (i + 1) & (cap - 1);
    return &items[i];
}

static bool pairs_grow(struct pairs *p)
{
    size_t cap = p->cap ? 2 * p->cap : FIRST;
    struct pair *items = calloc(cap, sizeof *items);
    if (!items)
        return false;
    for (size_t i = 0; i < p->cap; i++)
        if (p->items[i].n)
            *pair_at(items, cap, p->items[i].a, p->items[i].b) = p->items[i];
    free(p->items);
    p->items = items;
    p->cap = cap;
    return true;
}

bool pairs_add(struct pairs *p, int a, int b)
{
    return pairs_add_many(p, a, b, 1);
}

bool pairs_add_many(struct pairs *p, int a, int b, int64_t n)
{
    if (3 * (p->n + 1) > 2 * p->cap && !pairs_grow(p))
        return false;
    struct pair *at = pair_at(p->items, p->cap, a, b);
    p->n += at->n == 0;
    *at = (struct pair){a, b, at->n + n};
    return true;
}

static int pair_cmp(const void *pa, const void *pb)
{
    const struct pair *x = pa, *y = pb;
    if (x->n != y->n)
        return x->n > y->n ? -1 : 1;
    return x->a != y->a ? (x->a > y->a) - (x->a < y->a) : (x->b > y->b) - (x->b < y->b);
}

const struct pair *pairs_sorted(struct pairs *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->cap; i++)
        if (p->items[i].n)
            p->items[n++] = p->items[i];
    if (n)
        qsort(p->items, n, sizeof *p->items, pair_cmp);
    p->n = p->cap = n;
    return p->items;
}

void pairs_free(struct pairs *p)
{
    free(p->items);
    *p = (struct pairs){0};
}

/* ---- names ---- */

static size_t name_hash(struct str s)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < s.n; i++)
        hash = (hash ^ (unsigned char)s.p[i]) * 1099511628211u;
    return (size_t)(hash ^ hash >> 32);
}

/* The slot of a name: its number plus one, or 0 where it would stand. */
static int *name_at(const struct names *n, int *slots, size_t n_slots, struct str name)
{
    size_t i = name_hash(name) & (n_slots - 1);
    while (slots[i] && !str_eq(n->items[slots[i] - 1], name))
        i = (i + 1) & (n_slots - 1);
    return &slots[i];
}

static bool names_grow(struct names *n)
{
    size_t n_slots = n->n_slots ? 2 * n->n_slots : FIRST;
    int *slots = calloc(n_slots, sizeof *slots);
    if (!slots)
        return false;
    for (size_t i = 0; i < n->n; i++)
        *name_at(n, slots, n_slots, n->items[i]) = (int)i + 1;
    free(n->slots);
    n->slots = slots;
    n->n_slots = n_slots;
    return true;
}

int counting_name(struct names *n, struct str name)
{
    if (3 * (n->n + 1) > 2 * n->n_slots && !names_grow(n))
        return -1;
    int *slot = name_at(n, n->slots, n->n_slots, name);
    if (*slot)
        return *slot - 1;
    struct str copy = arena_str(n->arena, name);
    struct str *item = copy.p ? ARENA_PUSH(n->arena, n->items, n->n, n->cap) : NULL;
    if (!item)
        return -1;
    *item = copy;
    *slot = (int)n->n;
    return *slot - 1;
}

int counting_find(const struct names *n, struct str name)
{
    return n->n_slots ? *name_at(n, n->slots, n->n_slots, name) - 1 : -1;
}

void counting_forget(struct names *n)
{
    free(n->slots);
    n->slots = NULL;
    n->n_slots = 0;
}
