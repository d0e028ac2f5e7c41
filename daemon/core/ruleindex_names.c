/*
 * ruleindex_names.c - open addressing under a seeded hash of 64-bit folded products
 */
#include "core/ruleindex_names.h"

#include <assert.h>

static uint64_t folded(uint64_t x, uint64_t y)
{
    unsigned __int128 product = (unsigned __int128)x * y;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Up to eight bytes, little end first. */
static uint64_t bytes(const char *p, size_t n)
{
    uint64_t v = 0;
    memcpy(&v, p, n < sizeof v ? n : sizeof v);
    return v;
}

static uint32_t hash(uint64_t seed, struct str s)
{
    uint64_t h = seed ^ s.n;
    for (size_t i = 0; i < s.n; i += 8)
        h = folded(h ^ bytes(s.p + i, s.n - i) ^ 0x9e3779b97f4a7c15u, seed | 1) + 0xd1b54a32d192ed03u;
    h = folded(h ^ 0xa0761d6478bd642fu, 0xe7037ed1a0b428dbu);
    return (uint32_t)(h ^ h >> 32);
}

bool names_init(struct names *x, struct arena *a, int most, uint64_t seed)
{
    uint32_t size = 4;
    while (size < (uint32_t)most * 2)
        size *= 2;
    *x = (struct names){.slots = ARENA_ARRAY(a, size, struct names_slot), .mask = size - 1, .seed = seed};
    for (uint32_t i = 0; x->slots && i < size; i++)
        x->slots[i].number = -1;
    return x->slots != NULL;
}

static struct names_slot *slot_of(const struct names *x, struct str s, uint32_t h)
{
    uint32_t i = h & x->mask;
    while (x->slots[i].number >= 0 && (x->slots[i].hash != h || !str_eq(x->slots[i].name, s)))
        i = (i + 1) & x->mask;
    return &x->slots[i];
}

int names_add(struct names *x, struct str s)
{
    uint32_t h = hash(x->seed, s);
    struct names_slot *slot = slot_of(x, s, h);
    if (slot->number < 0) {
        assert((uint32_t)x->n * 2 <= x->mask);
        *slot = (struct names_slot){s, h, x->n++};
    }
    return slot->number;
}

int names_find(const struct names *x, struct str s)
{
    return x->n ? slot_of(x, s, hash(x->seed, s))->number : -1;
}
