/*
 * ruleindex.c - making an index, and searching in it
 */
#include "core/ruleindex.h"
#include "core/ruleindex_rows.h"

#include <assert.h>
#include <stdlib.h>

_Static_assert(RULEINDEX_AXES == AXIS_LIMIT - 1 && RULEINDEX_CROWDS == CROWD_LIMIT - 1, "one row for each fact");

/* A row with half of its bits has hardly a word without any. */
#define SPARSE 0.5

struct alternative { /* of an item: what one bit stands for */
    int32_t item;
    bool sure;
};

struct ruleindex {
    struct axes axes;
    struct rows_shape shape;
    int n_items;
    const struct alternative *alternatives;
    struct axis_rows rows[RULEINDEX_AXES]; /* those that are asked for; the sparsest first */
    int n_rows, n_sparse; /* sparse: so that it pays to read their summaries */
    struct crowd_rows crowds[RULEINDEX_CROWDS];
    int n_crowds;
    size_t bytes;
};

static int by_density(const void *a, const void *b)
{
    const struct axis_rows *x = a, *y = b;
    int order = (x->density > y->density) - (x->density < y->density);
    return order ? order : (x->axis > y->axis) - (x->axis < y->axis);
}

static bool make_rows(struct ruleindex *x, struct arena *a, const struct term *terms)
{
    for (enum axis axis = AXIS_NONE + 1; axis < AXIS_LIMIT; axis++) {
        struct axis_rows *rows = &x->rows[x->n_rows];
        if (!rows_of_axis(&x->axes, a, axis, terms, &x->shape, rows))
            return false;
        x->n_rows += rows->n > 0;
    }
    qsort(x->rows, (size_t)x->n_rows, sizeof *x->rows, by_density);
    while (x->n_sparse < x->n_rows && x->rows[x->n_sparse].density < SPARSE)
        x->n_sparse++;
    for (enum crowd crowd = CROWD_NONE + 1; crowd < CROWD_LIMIT; crowd++) {
        struct crowd_rows *rows = &x->crowds[x->n_crowds];
        if (!rows_of_crowd(&x->axes, a, crowd, terms, &x->shape, rows))
            return false;
        x->n_crowds += rows->n > 0;
    }
    return true;
}

static bool make(struct ruleindex *x, struct arena *a, struct arena *scratch, const struct ruleset *rs,
                 const struct ruleindex_item *items, int n, enum ruleindex_use use, uint64_t seed)
{
    struct term *terms;
    int n_terms;
    if (!axes_build(&x->axes, a, scratch, rs, items, n, use, seed) ||
        !terms_build(&x->axes, scratch, items, n, &terms, &n_terms))
        return false;
    struct alternative *alternatives = ARENA_ARRAY(a, (size_t)n_terms, struct alternative);
    if (!alternatives)
        return false;
    for (int t = 0; t < n_terms; t++)
        alternatives[t] = (struct alternative){terms[t].item, terms[t].sure};
    x->alternatives = alternatives;
    x->n_items = n;
    x->shape = rows_shape_of(n_terms);
    return make_rows(x, a, terms);
}

const struct ruleindex *ruleindex_build(struct arena *a, const struct ruleset *rs, const struct ruleindex_item *items, int n,
                                        enum ruleindex_use use, uint64_t seed)
{
    size_t before = arena_used(a);
    struct ruleindex *x = ARENA_NEW(a, struct ruleindex);
    struct arena *scratch = arena_new(0);
    bool good = x && scratch && make(x, a, scratch, rs, items, n, use, seed);
    arena_free(scratch);
    if (!good)
        return NULL;
    x->bytes = arena_used(a) - before;
    return x;
}

bool ruleindex_attach(struct ruleset *rs, uint64_t seed)
{
    int most = rs->n_rules > rs->n_classifiers ? rs->n_rules : rs->n_classifiers;
    struct ruleindex_item *items = calloc((size_t)most + 1, sizeof *items);
    if (!items)
        return false;
    for (int i = 0; i < rs->n_rules; i++)
        items[i] = (struct ruleindex_item){.when = rs->rules[i].when};
    rs->rule_index = ruleindex_build(rs->arena, rs, items, rs->n_rules, RULEINDEX_RULES, seed);
    for (int i = 0; i < rs->n_classifiers; i++)
        items[i] = (struct ruleindex_item){rs->classifiers[i].when, classifier_sets_category(&rs->classifiers[i])};
    rs->classifier_index =
        ruleindex_build(rs->arena, rs, items, rs->n_classifiers, RULEINDEX_CLASSIFIERS, seed);
    free(items);
    return rs->rule_index && rs->classifier_index;
}

bool ruleindex_serves(const struct ruleindex *x, const struct ruleset *rs)
{
    return x && x->axes.rs == rs;
}

/* A crowd's row at hand: its own, and those of the values that are there. */
struct gathering {
    const struct ruleindex *index;
    struct arena *arena;
    const struct crowd_rows *crowd;
    const uint64_t **rows;
    int n;
    uint64_t *loose; /* of values without a row, or when there are too many */
    bool full;       /* the arena is */
};

static uint64_t *loose(struct gathering *g)
{
    if (!g->loose && !g->full) {
        g->loose = ARENA_ARRAY(g->arena, (size_t)g->index->shape.pitch, uint64_t);
        g->full = !g->loose;
    }
    return g->loose;
}

static void gather(struct gathering *g, int value)
{
    if (value < 0)
        return;
    const struct crowd_value *v = &g->crowd->values[value];
    if (v->row && g->n <= RULEINDEX_MORE) {
        g->rows[g->n++] = v->row;
        return;
    }
    uint64_t *row = v->n ? loose(g) : NULL;
    for (int i = 0; row && i < v->n; i++)
        rows_set(&g->index->shape, row, v->terms[i]);
}

static bool gather_crowd(struct ruleindex_search *s, struct arena *a, const struct crowd_rows *crowd, const struct match *m)
{
    const struct axes *axes = &s->index->axes;
    const uint64_t **rows = s->crowds[s->n_crowds].rows;
    struct gathering g = {.index = s->index, .arena = a, .crowd = crowd, .rows = rows};
    rows[g.n++] = crowd->own;
    switch (crowd->crowd) {
    case CROWD_TAGS:
        for (int i = 0; i < m->n_tags; i++)
            gather(&g, axis_tag(axes, m->tags[i]));
        break;
    case CROWD_PARTY:
        for (int i = 0; i < m->referral->n_parties; i++)
            gather(&g, axis_party(&m->referral->parties[i]));
        break;
    default:
        for (int i = 0; i < m->n_found; i++)
            gather(&g, m->found[i]);
    }
    if (g.loose)
        rows[g.n++] = g.loose;
    s->crowds[s->n_crowds++].n = g.n;
    return !g.full;
}

/* One word of the summaries. Of dense rows hardly a bit is missing there. */
static uint64_t common_block(const struct ruleindex_search *s, int block)
{
    uint64_t bits = UINT64_MAX;
    for (int i = 0; i < s->n_sparse; i++)
        bits &= s->rows[i][block];
    return bits;
}

/* One word of the rows: what is in all of them. */
static uint64_t common(const struct ruleindex_search *s, int word)
{
    uint64_t bits = UINT64_MAX;
    for (int i = 0; i < s->n_rows && bits; i++)
        bits &= s->rows[i][word];
    for (int i = 0; i < s->n_crowds && bits; i++) {
        uint64_t any = 0;
        for (int k = 0; k < s->crowds[i].n; k++)
            any |= s->crowds[i].rows[k][word];
        bits &= any;
    }
    return bits;
}

bool ruleindex_begin(const struct ruleindex *x, struct arena *a, const struct match *m, struct ruleindex_search *s)
{
    s->index = x;
    s->n_rows = x->n_rows;
    s->n_sparse = x->n_sparse;
    s->n_crowds = 0;
    s->block = -1;
    s->words = s->bits = 0;
    s->last = -1;
    for (int i = 0; i < x->n_rows; i++) {
        int at = axis_position(&x->axes, x->rows[i].axis, m);
        assert(at >= 0 && at < x->axes.size[x->rows[i].axis]);
        s->rows[i] = x->rows[i].bits + x->rows[i].of[at];
    }
    for (int i = 0; i < x->n_crowds; i++) {
        if (!gather_crowd(s, a, &x->crowds[i], m))
            return false;
    }
    return true;
}

/* Where nothing is asked for at all, there is no row that ends with the last term. */
static uint64_t before(uint64_t bits, int first, int limit)
{
    return limit - first >= 64 ? bits : bits & ((UINT64_C(1) << (limit - first)) - 1);
}

static bool next_word(struct ruleindex_search *s)
{
    const struct rows_shape *shape = &s->index->shape;
    while (!s->words) {
        if (++s->block >= shape->blocks)
            return false;
        s->words = before(common_block(s, s->block), s->block * 64, shape->words);
    }
    s->word = s->block * 64 + __builtin_ctzll(s->words);
    s->words &= s->words - 1;
    s->bits = before(common(s, shape->blocks + s->word), s->word * 64, shape->terms);
    return true;
}

int ruleindex_next(struct ruleindex_search *s, bool *sure)
{
    for (;;) {
        while (!s->bits) {
            if (!next_word(s))
                return -1;
        }
        const struct alternative *alternative = &s->index->alternatives[s->word * 64 + __builtin_ctzll(s->bits)];
        s->bits &= s->bits - 1;
        if (alternative->item == s->last) /* it has been looked at whole */
            continue;
        s->last = alternative->item;
        *sure = alternative->sure;
        return alternative->item;
    }
}

struct ruleindex_shape ruleindex_shape(const struct ruleindex *x)
{
    struct ruleindex_shape shape = {
        .items = x->n_items, .alternatives = x->shape.terms, .words = x->shape.words, .bytes = x->bytes};
    for (int t = 0; t < x->shape.terms; t++)
        shape.sure += x->alternatives[t].sure;
    for (int i = 0; i < x->n_rows; i++)
        shape.rows[x->rows[i].axis - 1] = x->rows[i].n;
    for (int i = 0; i < x->n_crowds; i++)
        shape.rows[RULEINDEX_AXES + (int)x->crowds[i].crowd - 1] = x->crowds[i].n;
    return shape;
}
