/*
 * analyse_cover.c - from which places a rung finds anybody on the roster at all
 *
 * Whoever is closed, rated too low or lacks a language never takes anything. That somebody is full, shut at
 * the moment or has an interest passes; it does not count here.
 */
#include "core/analyse_cover.h"

#include <stdlib.h>

struct cover {
    struct str key;
    const uint64_t *places;
};

struct covers {
    struct arena *a;
    const struct ruleset *rs;
    struct cover *items; /* open addressing, by key */
    size_t n, slots;
    int *
        speciality; /* by category: the nearest one above it, or itself, that an organisation has; -1: none */
    uint64_t *nowhere, *everywhere;
    int words;
};

static bool set_up(struct covers *c)
{
    const struct ruleset *rs = c->rs;
    c->words = rs->regions.n / 64 + 1;
    c->speciality = ARENA_ARRAY(c->a, (size_t)rs->categories.n + 1, int);
    c->nowhere = ARENA_ARRAY(c->a, (size_t)c->words, uint64_t);
    c->everywhere = ARENA_ARRAY(c->a, (size_t)c->words, uint64_t);
    bool *named = ARENA_ARRAY(c->a, (size_t)rs->categories.n + 1, bool);
    if (!c->speciality || !c->nowhere || !c->everywhere || !named)
        return false;
    for (int i = 0; i < rs->roster.n; i++) {
        for (int k = 0; k < rs->roster.items[i].n_specialities; k++)
            named[rs->roster.items[i].specialities[k]] = true;
    }
    for (int i = 0; i < rs->categories.n; i++) {
        int at = i;
        while (at >= 0 && !named[at])
            at = rs->categories.items[at].parent;
        c->speciality[i] = at;
    }
    for (int i = 0; i < rs->regions.n; i++)
        c->everywhere[i / 64] |= (uint64_t)1 << (i % 64);
    return true;
}

struct covers *covers_new(struct arena *a, const struct ruleset *rs)
{
    struct covers *c = ARENA_NEW(a, struct covers);
    if (c)
        *c = (struct covers){.a = a, .rs = rs};
    return c && set_up(c) ? c : NULL;
}

int covers_speciality(const struct covers *c, int category)
{
    return category >= 0 ? c->speciality[category] : -1;
}

/* ---- one target ---- */

struct looking {
    struct covers *c;
    const struct target *to;
    struct str agency;
    int category;
};

static bool covered(const struct covers *c, const struct organisation *o, int category)
{
    for (int i = 0; category >= 0 && i < o->n_specialities; i++) {
        if (category_under(&c->rs->categories, category, o->specialities[i]))
            return true;
    }
    return false;
}

static bool speaks(const struct organisation *o, struct str language)
{
    for (int i = 0; i < o->n_languages; i++) {
        if (str_eq(o->languages[i], language))
            return true;
    }
    return false;
}

static bool stationed(const struct organisation *o, struct str agency)
{
    for (int i = 0; i < o->n_agencies; i++) {
        if (str_eq(o->agencies[i], agency))
            return true;
    }
    return false;
}

/* Whether it would ever take something on this rung. */
static bool fits(const struct looking *l, const struct organisation *o)
{
    const struct target *to = l->to;
    const struct regions *regions = &l->c->rs->regions;
    bool special = to->n_specialities == 0;
    if (o->closed || (to->kinds && !(to->kinds >> o->kind & 1)) ||
        (to->levels && !(to->levels >> regions->items[o->region].level & 1)) ||
        o->rating < to->rating_at_least)
        return false;
    if ((to->stationed || o->n_agencies) && !stationed(o, l->agency))
        return false;
    for (int i = 0; i < to->n_specialities && !special; i++)
        special = covered(l->c, o, to->specialities[i]);
    for (int i = 0; i < to->n_languages && special; i++)
        special = speaks(o, to->languages[i]);
    return special && (!to->speciality_matching || covered(l->c, o, l->category));
}

/* Somebody in the subtree of `region`. */
static bool within(const struct looking *l, int region)
{
    const struct roster *roster = &l->c->rs->roster;
    int end = l->c->rs->regions.items[region].end;
    for (int i = roster->region_start[region]; i < roster->region_start[end]; i++) {
        if (fits(l, &roster->items[roster->by_region[i]]))
            return true;
    }
    return false;
}

static bool at(const struct looking *l, int region)
{
    const struct roster *roster = &l->c->rs->roster;
    for (int i = roster->region_start[region]; i < roster->region_start[region + 1]; i++) {
        if (fits(l, &roster->items[roster->by_region[i]]))
            return true;
    }
    return false;
}

static bool in_target_region(const struct looking *l, const struct organisation *o)
{
    const struct regions *regions = &l->c->rs->regions;
    if (l->to->where == TARGET_WITHIN)
        return region_within(regions, o->region, l->to->region);
    return l->to->where != TARGET_IS || o->region == l->to->region;
}

static void mark(uint64_t *places, int region)
{
    places[region / 64] |= (uint64_t)1 << (region % 64);
}

static void mark_below(uint64_t *places, const struct regions *regions, int region)
{
    for (int i = region; i < regions->items[region].end; i++)
        mark(places, i);
}

static bool is_marked(const uint64_t *places, int region)
{
    return places[region / 64] >> (region % 64) & 1;
}

/* Of one organisation that is named, or stationed: wherever the dispute is, but for the county's neighbours.
 */
static void by_name(const struct looking *l, const struct organisation *o, uint64_t *places)
{
    const struct regions *regions = &l->c->rs->regions;
    if (!fits(l, o))
        return;
    if (l->to->where != TARGET_NEIGHBOURING) {
        if (in_target_region(l, o))
            memcpy(places, l->c->everywhere, (size_t)l->c->words * sizeof *places);
        return;
    }
    for (int i = 0; i < regions->n_neighbours; i++) {
        if (region_within(regions, o->region, regions->neighbours[i].neighbour))
            mark_below(places, regions, regions->neighbours[i].region);
    }
}

static void nearest(const struct looking *l, uint64_t *places)
{
    const struct ruleset *rs = l->c->rs;
    for (int i = 0; i < rs->regions.n; i++) { /* what is above stands before */
        int parent = rs->regions.items[i].parent;
        if ((parent >= 0 && is_marked(places, parent)) || at(l, i))
            mark(places, i);
    }
}

static void neighbouring(const struct looking *l, uint64_t *places)
{
    const struct regions *regions = &l->c->rs->regions;
    for (int i = 0; i < regions->n_neighbours; i++) {
        const struct region_pair *p = &regions->neighbours[i];
        if (!is_marked(places, p->region) && within(l, p->neighbour))
            mark_below(places, regions, p->region);
    }
}

static void look(const struct looking *l, uint64_t *places)
{
    const struct target *to = l->to;
    const struct roster *roster = &l->c->rs->roster;
    int n = 0;
    if (to->n_organisations) {
        for (int i = 0; i < to->n_organisations; i++)
            by_name(l, &roster->items[to->organisations[i]], places);
    } else if (to->stationed) {
        const struct station *stations = roster_stations(roster, l->agency, &n);
        for (int i = 0; i < n; i++)
            by_name(l, &roster->items[stations[i].organisation], places);
    } else if (to->where == TARGET_NEAREST) {
        nearest(l, places);
    } else if (to->where == TARGET_NEIGHBOURING) {
        neighbouring(l, places);
    } else if (to->where == TARGET_IS ? at(l, to->region) : within(l, to->region)) {
        memcpy(places, l->c->everywhere, (size_t)l->c->words * sizeof *places);
    }
}

/* ---- kept by what was asked ---- */

static uint64_t hash(struct str s)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 1099511628211u;
    return h ^ h >> 29;
}

static struct cover *slot_of(const struct covers *c, struct str key)
{
    size_t i = hash(key) & (c->slots - 1);
    while (c->items[i].key.p && !str_eq(c->items[i].key, key))
        i = (i + 1) & (c->slots - 1);
    return &c->items[i];
}

static bool grow(struct covers *c)
{
    if ((c->n + 1) * 2 <= c->slots)
        return true;
    struct cover *old = c->items;
    size_t before = c->slots;
    c->slots = before ? before * 2 : 256;
    c->items = ARENA_ARRAY(c->a, c->slots, struct cover);
    for (size_t i = 0; c->items && i < before; i++) {
        if (old[i].key.p)
            *slot_of(c, old[i].key) = old[i];
    }
    return c->items != NULL;
}

static const uint64_t *of_target(struct covers *c, const struct target *to, struct str agency, int category)
{
    struct str text = target_text(c->a, c->rs, to);
    struct str key = arena_printf(c->a, STR_FMT "\n" STR_FMT "\n%d", STR_ARG(text), STR_ARG(agency),
                                  to->speciality_matching ? covers_speciality(c, category) : -1);
    if (!key.p || !grow(c))
        return NULL;
    struct cover *slot = slot_of(c, key);
    if (slot->key.p)
        return slot->places;
    uint64_t *places = ARENA_ARRAY(c->a, (size_t)c->words, uint64_t);
    struct looking l = {c, to, agency, category};
    if (!places)
        return NULL;
    look(&l, places);
    *slot = (struct cover){key, places};
    c->n++;
    return places;
}

bool covers_rung(struct covers *c, const struct rung *r, struct str agency, int category, uint64_t *places)
{
    const uint64_t *lead = of_target(c, &r->to, agency, category), *partner = c->everywhere;
    if (lead && r->jointly)
        partner = of_target(c, r->jointly, agency, category);
    if (!lead || !partner)
        return false;
    for (int i = 0; i < c->words; i++)
        places[i] = lead[i] & partner[i];
    return true;
}

int covers_words(const struct covers *c)
{
    return c->words;
}
