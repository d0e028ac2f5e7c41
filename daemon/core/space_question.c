/*
 * space_question.c - a question put to the search, its memory, its answer
 */
#include "core/space_search.h"

#include "core/space_inner.h"
#include "core/space_search_inner.h"

#include <assert.h>
#include <stdlib.h>

#define CHUNK_WORDS 65536
#define COUNT_FROM  8 /* boxes; with fewer, any class will do */

static const uint64_t no_bit = 1, yes_bit = 2, both_bits = 3;

/* ---- memory ---- */

void *search_grow(struct search *x, void **items, int *n, int *cap, size_t size)
{
    if (*n == *cap) {
        int more = *cap ? *cap * 2 : 64;
        void *p = realloc(*items, (size_t)more * size);
        if (!p) {
            x->failed = true;
            return NULL;
        }
        *items = p;
        *cap = more;
    }
    return (char *)*items + (size_t)(*n)++ * size;
}

uint64_t *search_stack(struct search *x, int size)
{
    if (x->used + size > CHUNK_WORDS) {
        x->chunk++;
        x->used = 0;
    }
    while (x->chunk >= x->n_chunks) {
        uint64_t **slot =
            search_grow(x, (void **)&x->chunks, &x->n_chunks, &x->cap_chunks, sizeof *x->chunks);
        if (!slot)
            return NULL;
        *slot = malloc(CHUNK_WORDS * sizeof **slot);
        if (!*slot) {
            x->n_chunks--;
            x->failed = true;
            return NULL;
        }
    }
    x->used += size;
    return x->chunks[x->chunk] + x->used - size;
}

void search_stack_mark(const struct search *x, struct level *l)
{
    l->chunk = x->chunk;
    l->used = x->used;
}

void search_stack_back(struct search *x, const struct level *l)
{
    x->chunk = l->chunk;
    x->used = l->used;
}

uint64_t *search_keep(struct search *x, int size)
{
    uint64_t *bits = x->kept ? ARENA_ARRAY(x->kept, (size_t)size, uint64_t) : NULL;
    x->failed |= bits == NULL;
    return bits;
}

uint64_t *search_keep_class(struct search *x, int dim, int class)
{
    uint64_t *bits = search_keep(x, x->dims[dim].size);
    if (bits)
        bits[class / 64] |= (uint64_t)1 << (class % 64);
    return bits;
}

/* ---- making one ---- */

/* The first class that has a village; where there is none, the first. */
static int class_of_village(const struct space *s)
{
    const struct regions *r = &s->lists->regions;
    for (int i = 0; i < s->region.n; i++) {
        if (r->items[s->region.deep[i]].level == LEVEL_VILLAGE)
            return i;
    }
    return 0;
}

/* Nothing given, where the rules tell that from anything else. */
static int class_of_none(const struct strings *list)
{
    return list->n && list->items[0].n == 0;
}

static int usual_class(const struct space *s, int dim)
{
    int class = 0;
    switch (s->dims[dim].kind) {
    case DIM_REGION:
        return class_of_village(s);
    case DIM_OFFENCE:
        return class_of_none(&s->offences);
    case DIM_SOURCE:
        return class_of_none(&s->sources);
    case DIM_CATEGORY:
        return s->dims[dim].n > 1;
    case DIM_PARTIES:
        class = range_class(&s->parties, 2);
        break;
    case DIM_ARRIVED:
        class = range_class(&s->arrived, s->bounds.today);
        break;
    case DIM_WORKING:
        return 1;
    default:
        break;
    }
    return class < 0 ? 0 : class;
}

static bool add_dims(struct search *x, int n)
{
    if (n > x->cap_dims) {
        int cap = x->cap_dims ? x->cap_dims * 2 : n + 64;
        cap = cap < n ? n : cap;
        struct search_dim *dims = realloc(x->dims, (size_t)cap * sizeof *dims);
        if (!dims) {
            x->failed = true;
            return false;
        }
        memset(dims + x->cap_dims, 0, (size_t)(cap - x->cap_dims) * sizeof *dims);
        x->dims = dims;
        x->cap_dims = cap;
    }
    for (; x->n_dims < n; x->n_dims++) {
        struct search_dim *d = &x->dims[x->n_dims];
        bool fresh = x->n_dims >= (int)x->s->n_dims;
        d->classes = fresh ? 2 : x->s->dims[x->n_dims].n;
        d->size = fresh ? 1 : x->s->dims[x->n_dims].size;
        d->domain = fresh ? (uint64_t *)&both_bits : (uint64_t *)set_bits(x->s, x->s->full[x->n_dims]);
        d->latest = -1;
    }
    return true;
}

struct search *search_new(struct space *s)
{
    struct search *x = calloc(1, sizeof *x);
    if (!x)
        return NULL;
    x->s = s;
    x->never_used = calloc(s->n_never + 1, sizeof *x->never_used);
    x->point = calloc(s->n_dims + 1, sizeof *x->point);
    x->usual = calloc(s->n_dims + 1, sizeof *x->usual);
    if (!x->never_used || !x->point || !x->usual || !add_dims(x, (int)s->n_dims) || !search_file_never(x)) {
        search_free(x);
        return NULL;
    }
    for (int i = 0; i < (int)s->n_dims; i++)
        x->usual[i] = usual_class(s, i);
    x->contradicted = -1;
    return x;
}

void search_free(struct search *x)
{
    if (!x)
        return;
    for (int i = 0; i < x->cap_dims; i++)
        free(x->dims[i].watch.items);
    for (int i = 0; i < x->n_chunks; i++)
        free(x->chunks[i]);
    void *all[] = {x->dims,           x->clauses.items, x->options.items, x->trail.items,   x->levels.items,
                   x->required.items, x->groups.items,  x->touched.items, x->learned.items, x->causes.items,
                   x->never_used,     x->point,         x->usual,         x->chunks,        x->broken.items};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
    search_unfile_never(x);
    arena_free(x->kept);
    free(x);
}

/* ---- a question ---- */

static void touch(struct search *x, int dim)
{
    if (x->dims[dim].touched)
        return;
    int *slot = search_grow(x, (void **)&x->touched.items, &x->touched.n, &x->touched.cap, sizeof *slot);
    if (slot) {
        *slot = dim;
        x->dims[dim].touched = true;
    }
}

static void forget(struct search *x)
{
    for (int i = 0; i < x->touched.n; i++) {
        int dim = x->touched.items[i];
        struct search_dim *d = &x->dims[dim];
        bool fresh = dim >= (int)x->s->n_dims;
        d->domain = fresh ? (uint64_t *)&both_bits : (uint64_t *)set_bits(x->s, x->s->full[dim]);
        d->latest = -1;
        d->touched = d->loaded = false;
        d->watch.n = 0;
        d->boxes = NULL;
    }
    x->clauses.n = x->options.n = x->trail.n = x->levels.n = x->required.n = x->groups.n = x->touched.n =
        x->causes.n = 0;
    x->level = x->propagated = x->scanned = x->counted = x->chunk = x->used = 0;
    x->n_dims = (int)x->s->n_dims;
    x->contradicted = -1;
    x->nowhere = x->proven = false;
    x->before_of = -1;
    arena_free(x->kept);
    x->kept = arena_new(0);
    x->failed = x->kept == NULL;
    x->question++;
}

static const uint64_t *bits_of(const struct search *x, struct lit l)
{
    if (l.set < 0)
        return l.set == SEARCH_NO ? &no_bit : &yes_bit;
    return set_bits(x->s, l.set);
}

static const uint64_t *other_bits(struct search *x, struct lit l)
{
    if (l.set < 0)
        return l.set == SEARCH_NO ? &yes_bit : &no_bit;
    int other = set_complement(x->s, l.set);
    x->failed |= other < 0;
    return other < 0 ? &no_bit : set_bits(x->s, other);
}

static void add_option(struct search *x, int dim, const uint64_t *bits)
{
    struct option *o = SEARCH_PUSH(x, x->options);
    touch(x, dim);
    if (o)
        *o = (struct option){dim, bits};
}

/* A clause over the options from `first` on; its number. */
static int add_clause(struct search *x, int first, int tag, int group)
{
    struct clause *c = SEARCH_PUSH(x, x->clauses);
    if (!c || x->failed)
        return -1;
    *c = (struct clause){first, x->options.n - first, tag, group, 0, 0};
    search_install(x, x->clauses.n - 1);
    return x->clauses.n - 1;
}

static void load_group(struct search *x, int dim);

/* Being outside of `b`. -1: memory, or a group's definition that is there already. */
static int add_box(struct search *x, const struct box *b, int tag, int group)
{
    for (int i = 0; i < b->n; i++)
        load_group(x, b->lits[i].dim);
    int first = x->options.n;
    for (int i = 0; i < b->n; i++)
        add_option(x, b->lits[i].dim, other_bits(x, b->lits[i]));
    return add_clause(x, first, tag, group);
}

static void load_group(struct search *x, int dim)
{
    if (dim >= (int)x->s->n_dims || x->s->dims[dim].kind != DIM_GROUP || x->dims[dim].loaded)
        return;
    int number = x->s->dims[dim].what;
    x->dims[dim].loaded = true;
    touch(x, dim);
    const struct group *g = &x->s->groups[number];
    for (int i = 0; i < g->n_never; i++) {
        int clause = add_box(x, &g->never[i], -1, number);
        if (i < g->n_never - 1 || clause < 0)
            continue;
        int *slot = SEARCH_PUSH(x, x->groups);
        if (slot)
            *slot = clause;
    }
}

void search_within(struct search *x, const struct box *b)
{
    forget(x);
    x->nowhere = b->empty;
    for (int i = 0; i < b->n; i++) {
        touch(x, b->lits[i].dim);
        x->dims[b->lits[i].dim].domain = (uint64_t *)bits_of(x, b->lits[i]);
    }
    for (int i = 0; i < b->n; i++)
        load_group(x, b->lits[i].dim);
}

void search_avoid(struct search *x, const struct box *b, int tag)
{
    search_undo(x, 0);
    if (b->empty)
        return;
    for (int i = 0; i < b->n; i++) {
        const struct option own = {b->lits[i].dim, bits_of(x, b->lits[i])};
        if (!search_possible(x, own))
            return; /* nowhere near */
    }
    int clause = add_box(x, b, tag, -1);
    int *slot = clause >= 0 ? SEARCH_PUSH(x, x->required) : NULL;
    if (slot)
        *slot = clause;
}

void search_before(struct search *x, int of, int classifier)
{
    x->before_of = of;
    x->before_classifier = classifier;
}

int search_fresh(struct search *x)
{
    search_undo(x, 0);
    add_dims(x, x->n_dims + 1);
    return x->n_dims - 1;
}

void search_imply(struct search *x, int dim, const struct box *b)
{
    search_undo(x, 0);
    for (int i = 0; i < b->n; i++)
        load_group(x, b->lits[i].dim);
    for (int i = 0; i < b->n || (b->empty && i == 0); i++) {
        int first = x->options.n;
        add_option(x, dim, &no_bit);
        if (!b->empty)
            add_option(x, b->lits[i].dim, bits_of(x, b->lits[i]));
        add_clause(x, first, -1, -1);
    }
}

void search_count(struct search *x)
{
    if (x->required.n < COUNT_FROM)
        return;
    for (; x->counted < x->required.n; x->counted++) {
        const struct clause *c = &x->clauses.items[x->required.items[x->counted]];
        for (int k = 0; k < c->n; k++) {
            struct option o = x->options.items[c->first + k];
            struct search_dim *d = &x->dims[o.dim];
            if (!d->boxes)
                d->boxes = ARENA_ARRAY(x->kept, (size_t)d->classes + 1, int);
            if (!d->boxes) {
                x->failed = true;
                return;
            }
            d->boxes[d->classes]++;
            const uint64_t *all = o.dim < (int)x->s->n_dims ? set_bits(x->s, x->s->full[o.dim]) : &both_bits;
            for (int i = 0; i < d->size; i++) {
                for (uint64_t in = all[i] & ~o.bits[i]; in; in &= in - 1)
                    d->boxes[i * 64 + __builtin_ctzll(in)]++;
            }
        }
    }
}

/* ---- its answer ---- */

static int first_class(const uint64_t *bits, int size)
{
    for (int i = 0; i < size; i++) {
        if (bits[i])
            return i * 64 + __builtin_ctzll(bits[i]);
    }
    assert(!"an empty domain");
    return 0;
}

void search_complete(struct search *x)
{
    for (int i = 0; i < (int)x->s->n_dims; i++) {
        const struct search_dim *d = &x->dims[i];
        int usual = x->usual[i];
        if (x->s->dims[i].kind == DIM_GROUP)
            x->point[i] = -1;
        else if (!d->touched || (d->domain[usual / 64] >> (usual % 64) & 1))
            x->point[i] = usual;
        else
            x->point[i] = first_class(d->domain, d->size);
    }
}

int *search_point(struct search *x)
{
    return x->point;
}

static int by_number(const void *a, const void *b)
{
    return (*(const int *)a > *(const int *)b) - (*(const int *)a < *(const int *)b);
}

int search_proof(struct search *x, int *tags, int max)
{
    int n = 0, top = 0;
    unsigned char *seen = calloc((size_t)x->clauses.n + 1, 1);
    int *open = calloc((size_t)x->clauses.n + 1, sizeof *open);
    for (int i = x->causes_from; seen && open && !x->nowhere && i < x->causes.n; i++) {
        if (!seen[x->causes.items[i]])
            open[top++] = x->causes.items[i];
        seen[x->causes.items[i]] = 1;
    }
    while (top > 0) {
        const struct clause *c = &x->clauses.items[open[--top]];
        if (c->tag >= 0 && n < max)
            tags[n++] = c->tag;
        for (int i = 0; i < c->n_causes; i++) {
            int cause = x->causes.items[c->causes_from + i];
            if (!seen[cause])
                open[top++] = cause;
            seen[cause] = 1;
        }
    }
    free(seen);
    free(open);
    if (n)
        qsort(tags, (size_t)n, sizeof *tags, by_number);
    int unique = 0;
    for (int i = 0; i < n; i++) {
        if (i == 0 || tags[i] != tags[unique - 1])
            tags[unique++] = tags[i];
    }
    return unique;
}
