/*
 * space.c - a space built over one rule set, or two
 */
#include "core/space_inner.h"

/* Index in `to` of each region of `from`, by code. */
static int *map_regions(struct arena *a, const struct regions *from, const struct regions *to)
{
    int *map = ARENA_ARRAY(a, (size_t)from->n + 1, int);
    for (int i = 0; map && i < from->n; i++)
        map[i] = region_find(to, from->items[i].code);
    return map;
}

static int by_code(const struct categories *c, struct str code)
{
    int at = category_find(c, code);
    return at >= 0 && str_eq(c->items[at].code, code) ? at : -1;
}

static int *map_categories(struct arena *a, const struct categories *from, const struct categories *to)
{
    int *map = ARENA_ARRAY(a, (size_t)from->n + 1, int);
    for (int i = 0; map && i < from->n; i++)
        map[i] = by_code(to, from->items[i].code);
    return map;
}

static bool same_regions(const struct regions *a, const struct regions *b)
{
    for (int i = 0; a->n == b->n && i < a->n; i++) {
        if (!str_eq(a->items[i].code, b->items[i].code) || a->items[i].kind != b->items[i].kind)
            return false;
    }
    return a->n == b->n;
}

static bool same_categories(const struct categories *a, const struct categories *b)
{
    for (int i = 0; a->n == b->n && i < a->n; i++) {
        if (!str_eq(a->items[i].code, b->items[i].code) || a->items[i].order != b->items[i].order ||
            a->items[i].end != b->items[i].end)
            return false;
    }
    return a->n == b->n;
}

static bool map_lists(struct space *s, struct space_rules *of)
{
    struct arena *a = s->arena;
    const struct ruleset *rs = of->rs, *lists = s->lists;
    if (!same_regions(&rs->regions, &lists->regions)) {
        of->regions = map_regions(a, &rs->regions, &lists->regions);
        of->own_regions = map_regions(a, &lists->regions, &rs->regions);
        if (!of->regions || !of->own_regions)
            return false;
    }
    if (!same_categories(&rs->categories, &lists->categories)) {
        of->categories = map_categories(a, &rs->categories, &lists->categories);
        of->own_categories = map_categories(a, &lists->categories, &rs->categories);
        if (!of->categories || !of->own_categories)
            return false;
    }
    return true;
}

static bool add_boxes(struct space *s, int of)
{
    const struct ruleset *rs = s->of[of].rs;
    struct box *rules = ARENA_ARRAY(s->arena, (size_t)rs->n_rules + 1, struct box);
    struct box *classifiers = ARENA_ARRAY(s->arena, (size_t)rs->n_classifiers + 1, struct box);
    if (!rules || !classifiers)
        return false;
    for (int i = 0; i < rs->n_rules; i++) {
        if (!box_of_cond(s, of, rs->rules[i].when, &rules[i]))
            return false;
    }
    for (int i = 0; i < rs->n_classifiers; i++) {
        if (!box_of_cond(s, of, rs->classifiers[i].when, &classifiers[i]))
            return false;
    }
    s->of[of].rules = rules;
    s->of[of].classifiers = classifiers;
    return true;
}

static bool build(struct space *s, struct arena *scratch)
{
    struct mentions m = {.scratch = scratch};
    if (!space_mentions(s, &m) || !space_classes(s, &m) || !space_scales(s, &m) || !space_dims(s))
        return false;
    for (int i = 0; i < s->n_rulesets; i++) {
        if (!add_boxes(s, i))
            return false;
    }
    return space_never(s, scratch);
}

bool space_build(struct arena *a, const struct ruleset *const *rulesets, int n, const struct bounds *bounds,
                 struct space *out)
{
    struct arena *scratch = arena_new(0);
    bool good = scratch != NULL;
    *out = (struct space){.arena = a, .bounds = *bounds, .n_rulesets = n, .lists = rulesets[n - 1]};
    for (int i = 0; i < n && good; i++) {
        out->of[i].rs = rulesets[i];
        good = map_lists(out, &out->of[i]);
    }
    good = good && build(out, scratch) && !arena_overflowed(a);
    arena_free(scratch);
    return good;
}
