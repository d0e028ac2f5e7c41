/*
 * ladder.c - one rung: who fits, who is free, who is picked
 */
#include "core/ladder.h"

/* What each rung that is still to come, and a partner, may look at, however many there were before it. */
#define RESERVED 32

struct climb {
    struct ladder *ladder;
    const struct target *to;
    enum pick pick;
    bool partner;           /* looking for the partner of `lead` */
    int lead;               /* -1 */
    int number;             /* of the rung */
    int first;              /* candidate of this climb */
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
    for (int i = 0; i < c->to->n_specialities; i++) {
        if (covers(c, o, c->to->specialities[i]))
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

/* All the target asks for but the region. */
static bool fits(const struct climb *c, const struct organisation *o)
{
    const struct target *to = c->to;
    const struct ladder *l = c->ladder;
    if (to->kinds && !(to->kinds >> o->kind & 1))
        return false;
    if (to->levels && !(to->levels >> l->rules->regions.items[o->region].level & 1))
        return false;
    if ((to->stationed || o->n_agencies) && !stationed_with(o, l->referral->agency))
        return false;
    if (to->n_specialities && !covers_one_of(c, o))
        return false;
    return !to->speciality_matching || (l->category >= 0 && covers(c, o, l->category));
}

/* The counties around the one of the place; none when the place lies above a county. */
static const struct region_pair *counties_around(const struct climb *c, int *n)
{
    const struct regions *regions = &c->ladder->rules->regions;
    int county = region_at_level(regions, c->ladder->referral->place, LEVEL_COUNTY);
    *n = 0;
    return county >= 0 ? region_neighbours(regions, county, n) : NULL;
}

static bool fits_region(const struct climb *c, const struct organisation *o)
{
    const struct regions *regions = &c->ladder->rules->regions;
    int n;
    const struct region_pair *around;
    switch (c->to->where) {
    case TARGET_NEAREST:
        break;
    case TARGET_WITHIN:
        return region_within(regions, o->region, c->to->region);
    case TARGET_IS:
        return o->region == c->to->region;
    case TARGET_NEIGHBOURING:
        around = counties_around(c, &n);
        for (int i = 0; i < n; i++) {
            if (region_within(regions, o->region, around[i].neighbour))
                return true;
        }
        return false;
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

/* The village's own committee does not judge the village's own dispute; nobody that of a body it belongs to. */
static bool has_interest(const struct ladder *l, const struct organisation *o)
{
    const struct referral *r = l->referral;
    for (int i = 0; i < r->n_parties; i++) {
        const struct party_facts *p = &r->parties[i];
        int at = p->address >= 0 ? p->address : r->place;
        if (p->kind == PARTY_VILLAGE_BODY && o->region == at && l->rules->regions.items[at].level == LEVEL_VILLAGE)
            return true;
        if (p->credit_code.n && str_in_sorted(o->interests, o->n_interests, p->credit_code))
            return true;
    }
    return false;
}

static bool speaks_all(const struct organisation *o, const struct target *to)
{
    for (int i = 0; i < to->n_languages; i++) {
        if (!str_in_sorted(o->languages, o->n_languages, to->languages[i]))
            return false;
    }
    return true;
}

static bool is_open(const struct ladder *l, const struct organisation *o)
{
    return o->hours.n == 0 || hours_open(&l->rules->calendar, &o->hours, l->referral->arrived_ms);
}

static enum passed availability(const struct climb *c, int organisation, struct load load)
{
    const struct ladder *l = c->ladder;
    const struct organisation *o = &l->rules->roster.items[organisation];
    if (o->closed)
        return PASSED_CLOSED;
    if (is_excluded(l, organisation))
        return PASSED_EXCLUDED;
    if (has_interest(l, o))
        return PASSED_CONFLICT;
    if (o->rating < c->to->rating_at_least)
        return PASSED_RATING;
    if (!speaks_all(o, c->to))
        return PASSED_LANGUAGE;
    if (c->to->open_now && !is_open(l, o))
        return PASSED_SHUT;
    return load.open < load.capacity ? PASSED_PICK : PASSED_FULL;
}

/* Smaller share of capacity in use, then id order. */
static bool less_loaded(const struct candidate *a, const struct candidate *b)
{
    int64_t x = (int64_t)a->open * b->capacity, y = (int64_t)b->open * a->capacity;
    return x != y ? x < y : a->organisation < b->organisation;
}

/* For all picks but the weighted one, which has to know all candidates first. */
static bool better(const struct climb *c, const struct candidate *x)
{
    const struct candidate *best = c->best;
    const struct organisation *items = c->ladder->rules->roster.items;
    int known = c->ladder->referral->earlier.organisation;
    if (!best)
        return true;
    if (c->pick == PICK_BEST_RATED && items[x->organisation].rating != items[best->organisation].rating)
        return items[x->organisation].rating > items[best->organisation].rating;
    if (c->pick == PICK_STICKY && (x->organisation == known) != (best->organisation == known))
        return x->organisation == known;
    if (c->pick == PICK_ROUND_ROBIN)
        return x->given_ms != best->given_ms ? x->given_ms < best->given_ms
                                             : x->organisation < best->organisation;
    return less_loaded(x, best);
}

static int weight(const struct climb *c, const struct candidate *x)
{
    int w = c->ladder->rules->roster.items[x->organisation].weight;
    return w > 0 ? w : 1;
}

/* FNV-1a over what names the referral: the same one always draws the same lot. */
static uint64_t lot(const struct referral *r)
{
    uint64_t hash = 14695981039346656037u;
    const struct str parts[] = {r->agency, STR("\n"), r->agency_ref};
    for (int i = 0; i < 3; i++) {
        for (size_t k = 0; k < parts[i].n; k++)
            hash = (hash ^ (unsigned char)parts[i].p[k]) * 1099511628211u;
    }
    return hash ^ hash >> 29;
}

/* Drawn by lot, each with chances as its weight. */
static struct candidate *drawn(const struct climb *c)
{
    struct candidate *all = c->ladder->candidates;
    uint64_t sum = 0;
    for (int i = c->first; i < c->ladder->n_candidates; i++)
        sum += all[i].passed == PASSED_PICK ? (uint64_t)weight(c, &all[i]) : 0;
    if (!sum)
        return NULL;
    uint64_t left = lot(c->ladder->referral) % sum;
    for (int i = c->first;; i++) {
        uint64_t w = all[i].passed == PASSED_PICK ? (uint64_t)weight(c, &all[i]) : 0;
        if (left < w)
            return &all[i];
        left -= w;
    }
}

/* Looks at one that fits. False when no more may be looked at on this rung. */
static bool look_at(struct climb *c, int organisation)
{
    struct ladder *l = c->ladder;
    if (organisation == c->lead)
        return true;
    if (l->n_candidates >= c->limit) {
        l->truncated = true;
        return false;
    }
    struct load load = l->load.of(l->load.context, organisation);
    struct candidate *x = &l->candidates[l->n_candidates++];
    *x = (struct candidate){.organisation = organisation,
                            .rung = c->number,
                            .passed = availability(c, organisation, load),
                            .open = load.open,
                            .capacity = load.capacity,
                            .given_ms = load.given_ms,
                            .partner = c->partner};
    if (x->passed == PASSED_PICK && better(c, x))
        c->best = x;
    return true;
}

static void look_at_region(struct climb *c, int region)
{
    const struct roster *roster = &c->ladder->rules->roster;
    uint64_t kinds = c->to->kinds ? c->to->kinds : UINT64_MAX;
    for (int i = roster->region_start[region]; i < roster->region_start[region + 1]; i++) {
        if (kinds >> roster->region_kinds[i] & 1 && fits(c, &roster->items[roster->by_region[i]]) && !look_at(c, roster->by_region[i]))
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
    const struct target *to = c->to;
    int end = c->ladder->rules->regions.items[region].end;
    for (int level = LEVEL_PROVINCE; level <= LEVEL_VILLAGE; level++) {
        for (int kind = 1; kind < ORG_KIND_LIMIT; kind++) {
            bool wanted =
                (!to->levels || (to->levels >> level & 1)) && (!to->kinds || (to->kinds >> kind & 1));
            if (wanted && !look_at_group(c, ROSTER_GROUP_OF(kind, level), region, end))
                return;
        }
    }
}

static void look_at_listed(struct climb *c)
{
    const struct roster *roster = &c->ladder->rules->roster;
    for (int i = 0; i < c->to->n_organisations; i++) {
        const struct organisation *o = &roster->items[c->to->organisations[i]];
        if (fits_region(c, o) && fits(c, o) && !look_at(c, c->to->organisations[i]))
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
        if (!c->to->levels || (c->to->levels >> regions[i].level & 1))
            look_at_region(c, i);
    }
}

static void look_around(struct climb *c)
{
    int n;
    const struct region_pair *around = counties_around(c, &n);
    for (int i = 0; i < n; i++)
        look_within(c, around[i].neighbour);
}

static struct candidate *look(struct climb *c)
{
    c->first = c->ladder->n_candidates;
    if (c->to->n_organisations)
        look_at_listed(c);
    else if (c->to->stationed)
        look_at_stationed(c);
    else if (c->to->where == TARGET_NEAREST)
        look_upwards(c);
    else if (c->to->where == TARGET_IS)
        look_at_region(c, c->to->region);
    else if (c->to->where == TARGET_NEIGHBOURING)
        look_around(c);
    else
        look_within(c, c->to->region);
    return c->pick == PICK_WEIGHTED ? drawn(c) : c->best;
}

int ladder_try(struct ladder *l, const struct rule *rule, int number, int *partner)
{
    const struct rung *rung = &rule->rungs[number];
    int limit = DECIDE_CANDIDATES_MAX - RESERVED * (rule->n_rungs - number - 1);
    struct climb lead = {.ladder = l,
                         .to = &rung->to,
                         .pick = rung->pick,
                         .lead = -1,
                         .number = number,
                         .limit = limit - (rung->jointly ? RESERVED : 0)};
    struct candidate *chosen = look(&lead), *second = NULL;
    *partner = -1;
    if (!chosen)
        return -1;
    if (rung->jointly) {
        struct climb with = {.ladder = l,
                             .to = rung->jointly,
                             .partner = true,
                             .lead = chosen->organisation,
                             .number = number,
                             .limit = limit};
        second = look(&with);
        if (!second) {
            chosen->passed = PASSED_ALONE;
            return -1;
        }
        second->passed = PASSED_PARTNER;
        *partner = second->organisation;
    }
    chosen->passed = PASSED_CHOSEN;
    return chosen->organisation;
}
