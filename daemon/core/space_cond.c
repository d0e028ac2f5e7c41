/*
 * space_cond.c - a condition on one dimension as the set of classes for which it holds
 */
#include "core/space_inner.h"

static bool channel_holds(const struct space *s, int of, const struct cond *c, int class)
{
    (void)of;
    return c->set >> mode_channel(s->modes[class]) & 1;
}

static bool mode_holds(const struct space *s, int of, const struct cond *c, int class)
{
    (void)of;
    return c->set >> s->modes[class] & 1;
}

static bool in_list(const struct cond *c, int value)
{
    for (int i = 0; i < c->n; i++) {
        if (c->list[i] == value)
            return true;
    }
    return false;
}

static bool category_holds(const struct space *s, int of, const struct cond *c, int class)
{
    int node = s->category.node[class], own = node >= 0 ? space_own_category(s, of, node) : -1;
    if (c->kind == COND_CATEGORY_MISSING)
        return node < 0;
    if (own < 0 || c->kind == COND_CATEGORY_IS)
        return own >= 0 && in_list(c, own);
    for (int i = 0; i < c->n; i++) {
        if (category_under(&s->of[of].rs->categories, own, c->list[i]))
            return true;
    }
    return false;
}

static bool region_holds(const struct space *s, int of, const struct cond *c, int class)
{
    const struct regions *r = &s->of[of].rs->regions;
    int own = space_own_region(s, of, s->region.node[class]);
    if (own < 0)
        return false;
    switch (c->kind) {
    case COND_REGION_IS:
        return in_list(c, own);
    case COND_REGION_LEVEL:
        return c->set >> r->items[own].level & 1;
    case COND_REGION_KIND:
        return c->set >> r->items[own].kind & 1;
    default:
        break;
    }
    for (int i = 0; i < c->n; i++) {
        if (region_within(r, own, c->list[i]))
            return true;
    }
    return false;
}

static bool claim_holds(const struct space *s, int of, const struct cond *c, int class)
{
    const struct claim_class *x = &s->claims[class];
    (void)of;
    if (c->kind == COND_CLAIM_MISSING)
        return class == 0;
    return x->currency >= 0 && c->low <= x->low && x->low <= c->high &&
           str_eq(s->currencies.items[x->currency],
                  (struct str){c->currency, strnlen(c->currency, sizeof c->currency)});
}

static bool risk_holds(const struct space *s, int of, const struct cond *c, int class)
{
    (void)s, (void)of;
    return (c->set & (uint64_t) class) != 0;
}

static bool string_holds(const struct strings *list, const struct cond *c, int class)
{
    for (int i = 0; class && i < c->n; i++) {
        if (str_eq(c->strings[i], list->items[class - 1]))
            return true;
    }
    return false;
}

static bool offence_holds(const struct space *s, int of, const struct cond *c, int class)
{
    (void)of;
    return string_holds(&s->offences, c, class);
}

static bool source_holds(const struct space *s, int of, const struct cond *c, int class)
{
    (void)of;
    return string_holds(&s->sources, c, class);
}

static bool agency_holds(const struct space *s, int of, const struct cond *c, int class)
{
    (void)of;
    return string_holds(&s->agencies, c, class);
}

static bool in_range(const struct ranges *r, const struct cond *c, int class)
{
    return (!r->missing || class > 0) && c->low <= r->starts[class] && r->starts[class] <= c->high;
}

static bool parties_hold(const struct space *s, int of, const struct cond *c, int class)
{
    (void)of;
    return in_range(&s->parties, c, class);
}

static bool age_holds(const struct space *s, int of, const struct cond *c, int class)
{
    (void)of;
    return c->kind == COND_AGE_MISSING ? class == 0 : in_range(&s->age, c, class);
}

static bool arrived_holds(const struct space *s, int of, const struct cond *c, int class)
{
    (void)of;
    return in_range(&s->arrived, c, class);
}

static bool earlier_holds(const struct space *s, int of, const struct cond *c, int class)
{
    (void)of;
    return in_range(&s->earlier, c, class);
}

static bool earlier_count_holds(const struct space *s, int of, const struct cond *c, int class)
{
    (void)of;
    return in_range(&s->earlier_count, c, class);
}

static bool yes(const struct space *s, int of, const struct cond *c, int class)
{
    (void)s, (void)of, (void)c;
    return class == 1;
}

/* Conditions on one dimension. */
static const struct {
    bool (*holds)(const struct space *, int, const struct cond *, int class);
    enum dim_kind dim;
} simple[COND_KIND_LIMIT] = {
    [COND_CHANNEL] = {channel_holds, DIM_MODE},
    [COND_MODE] = {mode_holds, DIM_MODE},
    [COND_CATEGORY_UNDER] = {category_holds, DIM_CATEGORY},
    [COND_CATEGORY_IS] = {category_holds, DIM_CATEGORY},
    [COND_CATEGORY_MISSING] = {category_holds, DIM_CATEGORY},
    [COND_REGION_WITHIN] = {region_holds, DIM_REGION},
    [COND_REGION_IS] = {region_holds, DIM_REGION},
    [COND_REGION_LEVEL] = {region_holds, DIM_REGION},
    [COND_REGION_KIND] = {region_holds, DIM_REGION},
    [COND_CLAIM] = {claim_holds, DIM_CLAIM},
    [COND_CLAIM_MISSING] = {claim_holds, DIM_CLAIM},
    [COND_RISK] = {risk_holds, DIM_RISK},
    [COND_OFFENCE] = {offence_holds, DIM_OFFENCE},
    [COND_SOURCE_CATEGORY] = {source_holds, DIM_SOURCE},
    [COND_AGENCY] = {agency_holds, DIM_AGENCY},
    [COND_PARTIES] = {parties_hold, DIM_PARTIES},
    [COND_SAME_VILLAGE] = {yes, DIM_SAME_VILLAGE},
    [COND_AGE] = {age_holds, DIM_AGE},
    [COND_AGE_MISSING] = {age_holds, DIM_AGE},
    [COND_ARRIVED] = {arrived_holds, DIM_ARRIVED},
    [COND_WORKING_TIME] = {yes, DIM_WORKING},
    [COND_EARLIER] = {earlier_holds, DIM_EARLIER},
    [COND_EARLIER_COUNT] = {earlier_count_holds, DIM_EARLIER_COUNT},
};

/* Classes of a subtree are one run: of nodes at positions from `first` to before `end`. */
static void fill_run(const struct space *s, const struct tree_classes *t, int missing, int first, int end,
                     int (*position)(const struct space *, int node), uint64_t *bits)
{
    int low = missing, high = t->n;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (position(s, t->node[middle]) < first)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < t->n && position(s, t->node[low]) < end; low++)
        bits[low / 64] |= (uint64_t)1 << (low % 64);
}

static int region_position(const struct space *s, int node)
{
    (void)s;
    return node;
}

static int category_position(const struct space *s, int node)
{
    return s->lists->categories.items[node].order;
}

/* The common case, fast: subtrees of the space's own lists. */
static bool fill_subtrees(const struct space *s, int of, const struct cond *c, uint64_t *bits)
{
    if (c->kind == COND_REGION_WITHIN && !s->of[of].regions) {
        for (int i = 0; i < c->n; i++)
            fill_run(s, &s->region, 0, c->list[i], s->lists->regions.items[c->list[i]].end, region_position,
                     bits);
        return true;
    }
    if (c->kind == COND_CATEGORY_UNDER && !s->of[of].categories) {
        const struct category *items = s->lists->categories.items;
        for (int i = 0; i < c->n; i++)
            fill_run(s, &s->category, 1, items[c->list[i]].order, items[c->list[i]].end, category_position,
                     bits);
        return true;
    }
    return false;
}

bool space_cond_lit(struct space *s, int of, const struct cond *c, struct lit *out)
{
    int dim = (int)simple[c->kind].dim;
    uint64_t *bits = ARENA_ARRAY(s->arena, (size_t)s->dims[dim].size, uint64_t);
    if (!bits)
        return false;
    if (!fill_subtrees(s, of, c, bits)) {
        for (int i = 0; i < s->dims[dim].n; i++) {
            if (simple[c->kind].holds(s, of, c, i))
                bits[i / 64] |= (uint64_t)1 << (i % 64);
        }
    }
    *out = (struct lit){dim, set_of_bits(s, dim, bits)};
    return out->set >= 0;
}
