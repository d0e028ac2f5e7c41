/*
 * index.c - open addressing with linear steps; doubled when three quarters full
 */
#include "conf/index.h"

#define FIRST_SIZE 64

struct slot {
    struct str name; /* .p NULL: free */
    int number;
};

struct index {
    struct arena *arena;
    struct slot *slots;
    size_t size, used;
};

/* FNV-1a, 64 bits. */
static uint64_t hash(struct str s)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 0x100000001b3u;
    return h ^ (h >> 32);
}

struct index *index_new(struct arena *a)
{
    struct index *x = ARENA_NEW(a, struct index);
    struct slot *slots = ARENA_ARRAY(a, FIRST_SIZE, struct slot);
    if (!x || !slots)
        return NULL;
    *x = (struct index){a, slots, FIRST_SIZE, 0};
    return x;
}

static struct slot *slot_for(struct slot *slots, size_t size, struct str name)
{
    size_t i = (size_t)hash(name) & (size - 1);
    while (slots[i].name.p && !str_eq(slots[i].name, name))
        i = (i + 1) & (size - 1);
    return &slots[i];
}

static bool grow(struct index *x)
{
    size_t size = x->size * 2;
    struct slot *slots = ARENA_ARRAY(x->arena, size, struct slot);
    if (!slots)
        return false;
    for (size_t i = 0; i < x->size; i++)
        if (x->slots[i].name.p)
            *slot_for(slots, size, x->slots[i].name) = x->slots[i];
    x->slots = slots;
    x->size = size;
    return true;
}

int index_put(struct index *x, struct str name, int number)
{
    if (x->used >= x->size / 4 * 3 && !grow(x))
        return -2;
    struct slot *s = slot_for(x->slots, x->size, name);
    if (s->name.p)
        return s->number;
    s->name = name.p ? name : STR("");
    s->number = number;
    x->used++;
    return -1;
}

int index_get(const struct index *x, struct str name)
{
    const struct slot *s = slot_for(x->slots, x->size, name);
    return s->name.p ? s->number : -1;
}
