/*
 * space_set.c - dimensions, and sets of their classes: equal sets have one number
 */
#include "core/space_inner.h"

#include <assert.h>

#define WORD_BITS 64
#define SLOTS_MIN 1024

static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * 0x9e3779b97f4a7c15u;
    return h ^ h >> 32;
}

static uint64_t hash_of(int dim, const uint64_t *bits, int size)
{
    uint64_t h = mix(0x51ed270b, (uint64_t)dim);
    for (int i = 0; i < size; i++)
        h = mix(h, bits[i]);
    return h;
}

static bool same_bits(const struct space *s, const struct set *x, int dim, const uint64_t *bits)
{
    return x->dim == dim && memcmp(x->bits, bits, (size_t)s->dims[dim].size * sizeof *bits) == 0;
}

/* The slot where a set stands, or could. */
static size_t slot_of(const struct space *s, int dim, const uint64_t *bits)
{
    size_t at = hash_of(dim, bits, s->dims[dim].size) & (s->set_slots - 1);
    while (s->set_index[at] && !same_bits(s, &s->sets[s->set_index[at] - 1], dim, bits))
        at = (at + 1) & (s->set_slots - 1);
    return at;
}

static bool grow(struct space *s)
{
    if ((s->n_sets + 1) * 2 <= s->set_slots)
        return true;
    size_t slots = s->set_slots ? s->set_slots * 2 : SLOTS_MIN;
    int *index = ARENA_ARRAY(s->arena, slots, int);
    if (!index)
        return false;
    s->set_index = index;
    s->set_slots = slots;
    for (size_t i = 0; i < s->n_sets; i++)
        index[slot_of(s, s->sets[i].dim, s->sets[i].bits)] = (int)i + 1;
    return true;
}

static int count(const uint64_t *bits, int size)
{
    int n = 0;
    for (int i = 0; i < size; i++)
        n += __builtin_popcountll(bits[i]);
    return n;
}

const uint64_t *set_bits(const struct space *s, int set)
{
    return s->sets[set].bits;
}

int set_of_bits(struct space *s, int dim, const uint64_t *bits)
{
    if (!grow(s))
        return -1;
    size_t at = slot_of(s, dim, bits);
    if (s->set_index[at])
        return s->set_index[at] - 1;
    int size = s->dims[dim].size;
    uint64_t *kept = ARENA_ARRAY(s->arena, (size_t)size, uint64_t);
    struct set *set = ARENA_PUSH(s->arena, s->sets, s->n_sets, s->cap_sets);
    if (!kept || !set)
        return -1;
    memcpy(kept, bits, (size_t)size * sizeof *bits);
    *set = (struct set){dim, kept, -1, count(bits, size)};
    s->set_index[at] = (int)s->n_sets;
    return (int)s->n_sets - 1;
}

/* Room for one set of any dimension. */
#define ROOM(s, dim) uint64_t *room = ARENA_ARRAY((s)->arena, (size_t)(s)->dims[dim].size, uint64_t)

int set_of_class(struct space *s, int dim, int class)
{
    assert(class >= 0 && class < s->dims[dim].n);
    if (s->dims[dim].size == 1) {
        uint64_t one = (uint64_t)1 << class;
        return set_of_bits(s, dim, &one);
    }
    ROOM(s, dim);
    if (!room)
        return -1;
    room[class / WORD_BITS] |= (uint64_t)1 << (class % WORD_BITS);
    return set_of_bits(s, dim, room);
}

int set_complement(struct space *s, int set)
{
    if (set < 0 || s->sets[set].complement >= 0)
        return set < 0 ? -1 : s->sets[set].complement;
    int dim = s->sets[set].dim;
    const uint64_t *all = set_bits(s, s->full[dim]);
    ROOM(s, dim);
    if (!room)
        return -1;
    for (int i = 0; i < s->dims[dim].size; i++)
        room[i] = all[i] & ~s->sets[set].bits[i];
    int other = set_of_bits(s, dim, room);
    if (other >= 0) {
        s->sets[set].complement = other;
        s->sets[other].complement = set;
    }
    return other;
}

int set_union(struct space *s, int a, int b)
{
    if (a < 0 || b < 0 || a == b)
        return a < 0 ? a : b;
    ROOM(s, s->sets[a].dim);
    if (!room)
        return -1;
    for (int i = 0; i < s->dims[s->sets[a].dim].size; i++)
        room[i] = s->sets[a].bits[i] | s->sets[b].bits[i];
    return set_of_bits(s, s->sets[a].dim, room);
}

int set_intersection(struct space *s, int a, int b)
{
    if (a < 0 || b < 0 || a == b)
        return a < 0 ? a : b;
    ROOM(s, s->sets[a].dim);
    if (!room)
        return -1;
    for (int i = 0; i < s->dims[s->sets[a].dim].size; i++)
        room[i] = s->sets[a].bits[i] & s->sets[b].bits[i];
    return set_of_bits(s, s->sets[a].dim, room);
}

bool set_has(const struct space *s, int set, int class)
{
    return s->sets[set].bits[class / WORD_BITS] >> (class % WORD_BITS) & 1;
}

bool sets_meet(const struct space *s, int a, int b)
{
    const uint64_t *x = s->sets[a].bits, *y = s->sets[b].bits;
    for (int i = 0; i < s->dims[s->sets[a].dim].size; i++) {
        if (x[i] & y[i])
            return true;
    }
    return false;
}

bool set_within(const struct space *s, int inner, int outer)
{
    const uint64_t *x = s->sets[inner].bits, *y = s->sets[outer].bits;
    for (int i = 0; i < s->dims[s->sets[inner].dim].size; i++) {
        if (x[i] & ~y[i])
            return false;
    }
    return true;
}

/* ---- the dimensions ---- */

int space_dim(struct space *s, enum dim_kind kind, int n, int what)
{
    int size = (n + WORD_BITS - 1) / WORD_BITS;
    uint64_t *all = ARENA_ARRAY(s->arena, (size_t)size, uint64_t);
    struct dim *dim = ARENA_PUSH(s->arena, s->dims, s->n_dims, s->cap_dims);
    int *full = ARENA_PUSH(s->arena, s->full, s->n_full, s->cap_full);
    if (!all || !dim || !full)
        return -1;
    int number = (int)s->n_dims - 1;
    *dim = (struct dim){kind, n, size, what};
    for (int i = 0; i < n; i++)
        all[i / WORD_BITS] |= (uint64_t)1 << (i % WORD_BITS);
    *full = set_of_bits(s, number, all);
    return *full < 0 ? -1 : number;
}

static bool add_many(struct space *s, enum dim_kind kind, int n, int *first)
{
    *first = (int)s->n_dims;
    for (int i = 0; i < n; i++) {
        if (space_dim(s, kind, 2, i) < 0)
            return false;
    }
    return true;
}

static bool list_modes(struct space *s)
{
    int *modes = ARENA_ARRAY(s->arena, MODE_LIMIT, int);
    for (const struct word *w = mode_words; modes && w->word; w++)
        modes[s->n_modes++] = w->value;
    s->modes = modes;
    return modes != NULL;
}

bool space_dims(struct space *s)
{
    if (!list_modes(s))
        return false;
    const int classes[DIM_TAG] = {
        [DIM_MODE] = s->n_modes,
        [DIM_CATEGORY] = s->category.n,
        [DIM_REGION] = s->region.n,
        [DIM_CLAIM] = s->n_claims,
        [DIM_RISK] = (RISK_REPEAT_CALLS | RISK_VIOLENCE | RISK_GROUP | RISK_SELF_HARM) + 1,
        [DIM_OFFENCE] = s->offences.n + 1,
        [DIM_SOURCE] = s->sources.n + 1,
        [DIM_AGENCY] = s->agencies.n + 1,
        [DIM_PARTIES] = s->parties.n,
        [DIM_SAME_VILLAGE] = 2,
        [DIM_AGE] = s->age.n,
        [DIM_ARRIVED] = s->arrived.n,
        [DIM_WORKING] = 2,
        [DIM_EARLIER] = s->earlier.n,
        [DIM_EARLIER_COUNT] = s->earlier_count.n,
    };
    for (int kind = 0; kind < DIM_TAG; kind++) {
        if (space_dim(s, (enum dim_kind)kind, classes[kind], kind) < 0)
            return false;
    }
    return add_many(s, DIM_TAG, s->tags.n, &s->first_tag) &&
           add_many(s, DIM_WORD, s->words.n, &s->first_word) &&
           add_many(s, DIM_PARTY, s->n_party_classes, &s->first_party);
}
