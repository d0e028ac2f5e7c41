/*
 * ladder.c - one rung: who fits, who is free, who is picked
 */
#include "core/ladder.h"

/* What each rung that is still to come may look at, however many there were before it. */
#define RESERVED 32

struct climb {
    struct ladder *ladder;
    const struct rung *rung;
    int number;
    int limit;              /* of ladder.n_candidates, on this rung */
    struct candidate *best; /* of those that can take it; NULL: nobody yet */
};

static bool covers(const struct climb *c, const struct organisation *o, int category)
{
    for (int i = 0; i < o->n_specialities; i++) {
        if (category_under(&c->ladder->rules->categories, category, o->specialities[i]))
            return true;
    }
    return false;
}

static bool covers_one_of(const struct climb *c, const struct organisation *o)
{
    for (int i = 0; i < c->rung->n_specialities; i++) {
        if (covers(c, o, c->rung->specialities[i]))
            return true;
    }
    return false;
}

static bool stationed_with(const struct organisation *o, struct str agency)
{
    for (int i = 0; i < o->n_agencies; i++) {
        if (str_eq(o->agencies[i], agency))
            return true;
    }
    return false;
}

/* All the rung asks for but the region. */
static bool fits(const struct climb *c, const struct organisation *o)
{
    const struct rung *rung = c->rung;
    const struct ladder *l = c->ladder;
    if (rung->kinds && !(rung->kinds >> o->kind & 1))
        return false;
    if (rung->levels && !(rung->levels >> l->rules->regions.items[o->region].level & 1))
        return false;
    if ((rung->stationed || o->n_agencies) && !stationed_with(o, l->referral->agency))
        return false;
    if (rung->n_specialities && !covers_one_of(c, o))
        return false;
    return !rung->speciality_matching || (l->category >= 0 && covers(c, o, l->category));
}

static bool fits_region(const struct climb *c, const struct organisation *o)
{
    switch (c->rung->where) {
    case TARGET_NEAREST:
        break;
    case TARGET_WITHIN:
        return region_within(&c->ladder->rules->regions, o->region, c->rung->region);
    case TARGET_IS:
        return o->region == c->rung->region;
    }
    return true;
}

static bool is_excluded(const struct ladder *l, int organisation)
{
    for (int i = 0; i < l->n_excluded; i++) {
        if (l->excluded[i] == organisation)
            return true;
    }
    return false;
}

static enum passed availability(const struct ladder *l, int organisation, struct load load)
{
    if (l->rules->roster.items[organisation].closed)
        return PASSED_CLOSED;
    if (is_excluded(l, organisation))
        return PASSED_EXCLUDED;
    return load.open < load.capacity ? PASSED_PICK : PASSED_FULL;
}

/* Smaller share of capacity in use, then id order. */
static bool less_loaded(const struct candidate *a, const struct candidate *b)
{
    int64_t x = (int64_t)a->open * b->capacity, y = (int64_t)b->open * a->capacity;
    return x != y ? x < y : a->organisation < b->organisation;
}

static bool better(const struct climb *c, const struct candidate *x)
{
    const struct candidate *best = c->best;
    const struct organisation *items = c->ladder->rules->roster.items;
    int rating = items[x->organisation].rating;
    if (!best)
        return true;
    if (c->rung->pick == PICK_BEST_RATED && rating != items[best->organisation].rating)
        return rating > items[best->organisation].rating;
    return less_loaded(x, best);
}

/* Looks at one that fits. False when no more may be looked at on this rung. */
static bool look_at(struct climb *c, int organisation)
{
    struct ladder *l = c->ladder;
    if (l->n_candidates >= c->limit) {
        l->truncated = true;
        return false;
    }
    struct load load = l->load.of(l->load.context, organisation);
    struct candidate *x = &l->candidates[l->n_candidates++];
    *x = (struct candidate){organisation, c->number, availability(l, organisation, load), load.open,
                            load.capacity};
    if (x->passed == PASSED_PICK && better(c, x))
        c->best = x;
    return true;
}

static void look_at_region(struct climb *c, int region)
{
    const struct roster *roster = &c->ladder->rules->roster;
    for (int i = roster->region_start[region]; i < roster->region_start[region + 1]; i++) {
        if (fits(c, &roster->items[roster->by_region[i]]) && !look_at(c, roster->by_region[i]))
            return;
    }
}

/* Those of one group in the subtree [first, end). False when no more may be looked at. */
static bool look_at_group(struct climb *c, int group, int first, int end)
{
    const struct roster *roster = &c->ladder->rules->roster;
    for (int i = roster_group_from(roster, group, first); i < roster->group_start[group + 1]; i++) {
        const struct organisation *o = &roster->items[roster->by_group[i]];
        if (o->region >= end)
            break;
        if (fits(c, o) && !look_at(c, roster->by_group[i]))
            return false;
    }
    return true;
}

/* Level by level from the top, kind by kind: only the groups that the rung asks for. */
static void look_within(struct climb *c, int region)
{
    const struct rung *rung = c->rung;
    int end = c->ladder->rules->regions.items[region].end;
    for (int level = LEVEL_PROVINCE; level <= LEVEL_VILLAGE; level++) {
        for (int kind = 1; kind < ORG_KIND_LIMIT; kind++) {
            bool wanted =
                (!rung->levels || (rung->levels >> level & 1)) && (!rung->kinds || (rung->kinds >> kind & 1));
            if (wanted && !look_at_group(c, ROSTER_GROUP_OF(kind, level), region, end))
                return;
        }
    }
}

static void look_at_listed(struct climb *c)
{
    const struct roster *roster = &c->ladder->rules->roster;
    for (int i = 0; i < c->rung->n_organisations; i++) {
        const struct organisation *o = &roster->items[c->rung->organisations[i]];
        if (fits_region(c, o) && fits(c, o) && !look_at(c, c->rung->organisations[i]))
            return;
    }
}

static void look_at_stationed(struct climb *c)
{
    const struct roster *roster = &c->ladder->rules->roster;
    int n;
    const struct station *stations = roster_stations(roster, c->ladder->referral->agency, &n);
    for (int i = 0; i < n; i++) {
        const struct organisation *o = &roster->items[stations[i].organisation];
        if (fits_region(c, o) && fits(c, o) && !look_at(c, stations[i].organisation))
            return;
    }
}

/* From the place upwards, the first level where somebody can take it. */
static void look_upwards(struct climb *c)
{
    const struct region *regions = c->ladder->rules->regions.items;
    for (int i = c->ladder->referral->place; i >= 0 && !c->best; i = regions[i].parent) {
        if (!c->rung->levels || (c->rung->levels >> regions[i].level & 1))
            look_at_region(c, i);
    }
}

int ladder_try(struct ladder *l, const struct rule *rule, int number)
{
    const struct rung *rung = &rule->rungs[number];
    int later = rule->n_rungs - number - 1;
    struct climb c = {l, rung, number, DECIDE_CANDIDATES_MAX - RESERVED * later, NULL};
    if (rung->n_organisations)
        look_at_listed(&c);
    else if (rung->stationed)
        look_at_stationed(&c);
    else if (rung->where == TARGET_NEAREST)
        look_upwards(&c);
    else if (rung->where == TARGET_IS)
        look_at_region(&c, rung->region);
    else
        look_within(&c, rung->region);
    if (!c.best)
        return -1;
    c.best->passed = PASSED_CHOSEN;
    return c.best->organisation;
}
