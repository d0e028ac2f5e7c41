/*
 * ruleindex_gather.c - the axes of a rule set: every limit, string and word that a condition names
 */
#include "core/ruleindex_axis.h"

#include <stdlib.h>

struct limits { /* of one scale, as they come */
    int64_t *items;
    size_t n, cap;
};

struct gathering {
    struct axes *axes;
    struct arena *scratch;
    struct limits limits[AXIS_LIMIT], claims[AXIS_CURRENCIES];
    int strings[COND_KIND_LIMIT]; /* how many there are, repeats counted */
};

typedef void visit(struct gathering *g, const struct cond *leaf);

static void each_leaf(struct gathering *g, const struct ruleindex_item *items, int n, visit *see)
{
    for (int i = 0; i < n; i++) {
        const struct cond *when = items[i].when;
        for (int k = 0; k <= when->span; k++)
            see(g, &when[k]);
    }
}

static void add_range(struct gathering *g, struct limits *l, const struct cond *c)
{
    int64_t *low = ARENA_PUSH(g->scratch, l->items, l->n, l->cap);
    if (low)
        *low = c->low;
    int64_t *past = c->high < INT64_MAX ? ARENA_PUSH(g->scratch, l->items, l->n, l->cap) : NULL;
    if (past)
        *past = c->high + 1;
}

static struct limits *claim_limits(struct gathering *g, const char *currency)
{
    struct axes *x = g->axes;
    int i = 0;
    while (i < x->n_currencies && strncmp(x->currencies[i].currency, currency, sizeof x->currencies[i].currency) != 0)
        i++;
    if (i == AXIS_CURRENCIES)
        return NULL;
    if (i == x->n_currencies)
        memcpy(x->currencies[x->n_currencies++].currency, currency, sizeof x->currencies[i].currency);
    return &g->claims[i];
}

static void see_range(struct gathering *g, const struct cond *c)
{
    static const enum axis scales[COND_KIND_LIMIT] = {
        [COND_PARTIES] = AXIS_PARTIES, [COND_AGE] = AXIS_AGE,
        [COND_ARRIVED] = AXIS_ARRIVED, [COND_EARLIER] = AXIS_EARLIER,
        [COND_EARLIER_COUNT] = AXIS_EARLIER_COUNT,
    };
    struct limits *l = c->kind == COND_CLAIM ? claim_limits(g, c->currency) : &g->limits[scales[c->kind]];
    if (l && (c->kind == COND_CLAIM || scales[c->kind]))
        add_range(g, l, c);
}

static void count_strings(struct gathering *g, const struct cond *c)
{
    if (c->strings)
        g->strings[c->kind] += c->n;
}

static struct names *names_of(struct axes *x, enum cond_kind kind)
{
    switch (kind) {
    case COND_TAGS:
        return &x->tags;
    case COND_AGENCY:
        return &x->names[AXIS_AGENCY];
    case COND_OFFENCE:
        return &x->names[AXIS_OFFENCE];
    case COND_SOURCE_CATEGORY:
        return &x->names[AXIS_SOURCE];
    default:
        return NULL;
    }
}

static void see_strings(struct gathering *g, const struct cond *c)
{
    struct names *names = names_of(g->axes, c->kind);
    for (int i = 0; names && i < c->n; i++)
        names_add(names, c->strings[i]);
}

static bool gather_strings(struct gathering *g, struct arena *a, const struct ruleindex_item *items, int n, uint64_t seed)
{
    each_leaf(g, items, n, count_strings);
    for (int kind = 0; kind < COND_KIND_LIMIT; kind++) {
        struct names *names = names_of(g->axes, (enum cond_kind)kind);
        if (names && !names_init(names, a, g->strings[kind], seed))
            return false;
    }
    each_leaf(g, items, n, see_strings);
    return true;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static bool scale(struct axis_scale *s, struct arena *a, const struct limits *l, int base)
{
    int64_t *cuts = ARENA_ARRAY(a, l->n, int64_t);
    if (!cuts)
        return false;
    if (l->n)
        qsort(l->items, l->n, sizeof *l->items, by_value);
    s->n = 0;
    for (size_t i = 0; i < l->n; i++) {
        if (i == 0 || l->items[i] != l->items[i - 1])
            cuts[s->n++] = l->items[i];
    }
    s->cuts = cuts;
    s->base = base;
    return true;
}

/* Position 0 is for a number that is missing; for claims 1 is for a currency that no condition names. */
static bool gather_ranges(struct gathering *g, struct arena *a, const struct ruleindex_item *items, int n)
{
    struct axes *x = g->axes;
    static const enum axis scales[] = {AXIS_PARTIES, AXIS_AGE, AXIS_ARRIVED, AXIS_EARLIER, AXIS_EARLIER_COUNT};
    each_leaf(g, items, n, see_range);
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
        struct axis_scale *s = &x->scales[scales[i]];
        if (!scale(s, a, &g->limits[scales[i]], 1))
            return false;
        x->size[scales[i]] = s->base + s->n + 1;
    }
    x->size[AXIS_CLAIM] = 2;
    for (int i = 0; i < x->n_currencies; i++) {
        if (!scale(&x->currencies[i], a, &g->claims[i], x->size[AXIS_CLAIM]))
            return false;
        x->size[AXIS_CLAIM] += x->currencies[i].n + 1;
    }
    return true;
}

static void fixed_sizes(struct axes *x)
{
    x->size[AXIS_REGION] = x->rs->regions.n;
    x->size[AXIS_CATEGORY] = x->rs->categories.n + 1;
    x->size[AXIS_MODE] = x->size[AXIS_CHANNEL] = x->size[AXIS_LEVEL] = x->size[AXIS_KIND] = AXIS_SET_SIZE;
    x->size[AXIS_RISK] = 1 << AXIS_RISK_BITS;
    x->size[AXIS_SAME_VILLAGE] = x->size[AXIS_WORKING] = 2;
    x->size[AXIS_AGENCY] = x->names[AXIS_AGENCY].n + 1;
    x->size[AXIS_OFFENCE] = x->names[AXIS_OFFENCE].n + 1;
    x->size[AXIS_SOURCE] = x->names[AXIS_SOURCE].n + 1;
    x->crowd_size[CROWD_TAGS] = x->tags.n;
    x->crowd_size[CROWD_PARTY] = AXIS_PARTY_VALUES;
    x->crowd_size[CROWD_TEXT] = (int)textscan_hits_size(x->rs->words) * 8;
}

bool axes_build(struct axes *x, struct arena *a, struct arena *scratch, const struct ruleset *rs,
                const struct ruleindex_item *items, int n, enum ruleindex_use use, uint64_t seed)
{
    *x = (struct axes){.rs = rs, .use = use};
    struct gathering g = {.axes = x, .scratch = scratch};
    if (!gather_strings(&g, a, items, n, seed) || !gather_ranges(&g, a, items, n))
        return false;
    fixed_sizes(x);
    return !arena_overflowed(a) && !arena_overflowed(scratch);
}
