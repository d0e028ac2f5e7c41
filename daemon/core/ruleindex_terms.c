/*
 * ruleindex_terms.c - multiplying conditions out, and narrowing what is left to each axis
 */
#include "core/ruleindex_terms.h"

#include <assert.h>

#define TERMS_MAX 16 /* of one item */

/* A condition or a group, as it stands or denied. */
struct literal {
    const struct cond *node;
    bool denied;
};

/* One product: a linked list, so that products share their beginnings. */
struct product {
    struct literal literal;
    const struct product *rest;
};

struct sum {
    const struct product *products[TERMS_MAX]; /* NULL: asks for nothing */
    int n;
};

struct making {
    const struct axes *axes;
    struct arena *scratch;
    struct term *terms;
    size_t n, cap;
};

static bool is_group(const struct cond *c)
{
    return c->kind == COND_ALL || c->kind == COND_ANY || c->kind == COND_NOT;
}

/* Whether all children must hold, each denied as child_denied() says; or else one of them. */
static bool is_product(struct literal l)
{
    return l.node->kind == COND_ALL ? !l.denied : l.denied;
}

static bool child_denied(struct literal l)
{
    return l.node->kind == COND_NOT ? !l.denied : l.denied;
}

/* The children of a group, one after another: begin with NULL; NULL after the last one. */
static const struct cond *next_child(const struct cond *group, const struct cond *child)
{
    const struct cond *next = child ? child + 1 + child->span : group + 1;
    return next < group + 1 + group->span ? next : NULL;
}

#define EACH_CHILD(child, group) (const struct cond *child = next_child((group), NULL); child; child = next_child((group), child))

/* What a condition and all below it are about. */
struct about {
    uint32_t axes, crowds;
    bool unknown;
};

static struct about about(const struct axes *x, const struct cond *node)
{
    struct about sum = {0};
    for (int i = 0; i <= node->span; i++) {
        if (is_group(&node[i]))
            continue;
        enum axis axis = axis_of(x, &node[i]);
        enum crowd crowd = axis_crowd_of(x, &node[i]);
        sum.axes |= axis ? UINT32_C(1) << axis : 0;
        sum.crowds |= crowd ? UINT32_C(1) << crowd : 0;
        sum.unknown = sum.unknown || (!axis && !crowd);
    }
    return sum;
}

/* Where on `axis` it can hold, whatever the other facts are. */
static struct spans narrow(struct making *m, struct literal l, enum axis axis)
{
    int size = m->axes->size[axis];
    if (!is_group(l.node)) {
        if (axis_of(m->axes, l.node) != axis)
            return spans_one(m->scratch, 0, size);
        struct spans s = axis_spans(m->axes, m->scratch, l.node);
        return l.denied ? spans_other(m->scratch, s, size) : s;
    }
    bool product = is_product(l);
    struct spans sum = spans_one(m->scratch, 0, product ? size : 0);
    for EACH_CHILD(child, l.node) {
        struct spans s = narrow(m, (struct literal){child, child_denied(l)}, axis);
        sum = product ? spans_both(m->scratch, sum, s) : spans_either(m->scratch, sum, s);
    }
    return sum;
}

/* Whether it holds for some values of a crowd only if one of *values is there; false: it may do without. */
static bool wants(struct making *m, struct literal l, enum crowd crowd, const int **values, int *n)
{
    if (!is_group(l.node)) {
        if (l.denied || axis_crowd_of(m->axes, l.node) != crowd)
            return false;
        *values = axis_values(m->axes, m->scratch, l.node, n);
        return true;
    }
    int *sum = NULL;
    size_t count = 0, cap = 0;
    for EACH_CHILD(child, l.node) {
        bool wanted = wants(m, (struct literal){child, child_denied(l)}, crowd, values, n);
        if (wanted == is_product(l))
            return wanted; /* a product wants what one of its children wants; a sum nothing, if one of them does */
        for (int i = 0; wanted && i < *n; i++) {
            int *one = ARENA_PUSH(m->scratch, sum, count, cap);
            if (one)
                *one = (*values)[i];
        }
    }
    *values = sum;
    *n = (int)count;
    return !is_product(l);
}

static bool one_bit(uint32_t bits)
{
    return bits && !(bits & (bits - 1));
}

/* Leaves under `any_of` alone: each map of one condition is an `all` of one. */
static bool only_any(const struct cond *node)
{
    if (!is_group(node))
        return true;
    if (node->kind == COND_NOT || (node->kind == COND_ALL && (node->span == 0 || node->span > 1 + node[1].span)))
        return false;
    for EACH_CHILD(child, node) {
        if (!only_any(child))
            return false;
    }
    return true;
}

/* Narrowed to its only axis or crowd, nothing is lost of it. */
static bool whole(const struct axes *x, struct literal l)
{
    struct about a = about(x, l.node);
    if (a.unknown)
        return false;
    if (one_bit(a.axes) && !a.crowds)
        return true;
    return one_bit(a.crowds) && !a.axes && !l.denied && only_any(l.node);
}

static void sum_of_one(struct making *m, struct literal l, struct sum *out)
{
    struct product *p = ARENA_NEW(m->scratch, struct product);
    if (p)
        *p = (struct product){l, NULL};
    *out = (struct sum){{p}, 1};
}

static const struct product *joined(struct making *m, const struct product *x, const struct product *y)
{
    for (; y; y = y->rest) {
        struct product *p = ARENA_NEW(m->scratch, struct product);
        if (!p)
            return NULL;
        *p = (struct product){y->literal, x};
        x = p;
    }
    return x;
}

static void multiply(struct making *m, struct sum *x, const struct sum *y)
{
    struct sum out = {.n = 0};
    for (int i = 0; i < x->n; i++) {
        for (int k = 0; k < y->n; k++)
            out.products[out.n++] = joined(m, x->products[i], y->products[k]);
    }
    *x = out;
}

/* False when it comes to more than TERMS_MAX products. */
static bool expand(struct making *m, struct literal l, struct sum *out)
{
    if (!is_group(l.node) || (!is_product(l) && whole(m->axes, l))) {
        sum_of_one(m, l, out);
        return true;
    }
    *out = (struct sum){.n = is_product(l)};
    for EACH_CHILD(child, l.node) {
        struct literal part = {child, child_denied(l)};
        struct sum s;
        bool small = expand(m, part, &s);
        if (is_product(l)) {
            if (!small || out->n * s.n > TERMS_MAX)
                sum_of_one(m, part, &s);
            multiply(m, out, &s);
        } else {
            if (!small || out->n + s.n > TERMS_MAX)
                return false;
            memcpy(out->products + out->n, s.products, (size_t)s.n * sizeof *s.products);
            out->n += s.n;
        }
    }
    return true;
}

/* A term keeps the shorter list of two; that of the other is not looked at. */
static void want(struct making *m, struct term *t, struct literal l, enum crowd crowd)
{
    const int *values;
    int n;
    if (!wants(m, l, crowd, &values, &n))
        return;
    if (t->crowds >> crowd & 1)
        t->sure = false;
    if (!(t->crowds >> crowd & 1) || n < t->wanted[crowd].n) {
        t->wanted[crowd].values = values;
        t->wanted[crowd].n = n;
    }
    t->crowds |= UINT32_C(1) << crowd;
}

static void ask(struct making *m, struct term *t, struct literal l)
{
    struct about a = about(m->axes, l.node);
    t->sure = t->sure && whole(m->axes, l);
    for (enum axis axis = AXIS_NONE + 1; axis < AXIS_LIMIT; axis++) {
        if (!(a.axes >> axis & 1))
            continue;
        struct spans s = narrow(m, l, axis);
        t->spans[axis] = t->axes >> axis & 1 ? spans_both(m->scratch, t->spans[axis], s) : s;
        t->axes |= UINT32_C(1) << axis;
    }
    for (enum crowd crowd = CROWD_NONE + 1; crowd < CROWD_LIMIT; crowd++) {
        if (a.crowds >> crowd & 1)
            want(m, t, l, crowd);
    }
}

/* No referral fits it. */
static bool is_empty(const struct term *t)
{
    for (enum axis axis = AXIS_NONE + 1; axis < AXIS_LIMIT; axis++) {
        if (t->axes >> axis & 1 && t->spans[axis].n == 0)
            return true;
    }
    return false;
}

static bool add_term(struct making *m, const struct product *p, int item, bool uncategorised)
{
    struct term *t = ARENA_PUSH(m->scratch, m->terms, m->n, m->cap);
    if (!t)
        return false;
    *t = (struct term){.item = item, .sure = true};
    for (; p; p = p->rest)
        ask(m, t, p->literal);
    if (uncategorised) {
        assert(!(t->axes >> AXIS_CATEGORY & 1));
        t->spans[AXIS_CATEGORY] = spans_one(m->scratch, 0, 1);
        t->axes |= UINT32_C(1) << AXIS_CATEGORY;
    }
    if (is_empty(t))
        m->n--;
    return true;
}

bool terms_build(const struct axes *x, struct arena *scratch, const struct ruleindex_item *items, int n, struct term **out,
                 int *n_out)
{
    struct making m = {.axes = x, .scratch = scratch};
    for (int i = 0; i < n; i++) {
        struct literal all = {items[i].when, false};
        struct sum sum;
        if (!expand(&m, all, &sum))
            sum_of_one(&m, all, &sum);
        for (int k = 0; k < sum.n; k++) {
            if (!add_term(&m, sum.products[k], i, items[i].uncategorised))
                return false;
        }
    }
    *out = m.terms;
    *n_out = (int)m.n;
    return !arena_overflowed(scratch);
}
