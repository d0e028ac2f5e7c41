/*
 * space_point.c - points: which box has them, and where a referral lies
 */
#include "core/space_inner.h"

#include <assert.h>

int point_class(const struct space *s, int *point, int dim)
{
    if (point[dim] >= 0)
        return point[dim];
    assert(s->dims[dim].kind == DIM_GROUP);
    const struct group *g = &s->groups[s->dims[dim].what];
    int holds = 0;
    for (int i = 0; i < g->n && !holds; i++)
        holds = set_has(s, g->lits[i].set, point_class(s, point, g->lits[i].dim));
    return point[dim] = holds;
}

bool box_has(const struct space *s, const struct box *b, int *point)
{
    for (int i = 0; i < b->n; i++) {
        if (!set_has(s, b->lits[i].set, point_class(s, point, b->lits[i].dim)))
            return false;
    }
    return !b->empty;
}

/* ---- where a referral lies ---- */

static int mode_class(const struct space *s, enum mode mode)
{
    int i = 0;
    while (i < s->n_modes && s->modes[i] != (int)mode)
        i++;
    return i < s->n_modes ? i : 0;
}

static int claim_class(const struct space *s, const struct referral *r)
{
    struct str currency = {r->currency, strnlen(r->currency, sizeof r->currency)};
    if (!r->has_claim)
        return 0;
    for (int i = 1; i < s->n_claims - 1; i++) {
        const struct claim_class *c = &s->claims[i];
        if (c->low <= r->claim_minor && r->claim_minor <= c->high &&
            str_eq(s->currencies.items[c->currency], currency))
            return i;
    }
    return s->n_claims - 1;
}

static int string_class(const struct strings *list, struct str x)
{
    int low = 0, high = list->n;
    while (low < high) {
        int middle = low + (high - low) / 2, order = str_cmp(list->items[middle], x);
        if (order == 0)
            return middle + 1;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}

/* Out of the range counts as its nearest end. */
static int clamped(const struct ranges *r, int64_t v)
{
    int class = range_class(r, v), first = r->missing;
    return class >= 0 ? class : v > r->last ? r->n - 1 : first;
}

static bool same_village(const struct regions *regions, const struct referral *r)
{
    for (int i = 0; i < r->n_parties; i++) {
        int at = r->parties[i].address;
        if (at < 0 || at != r->parties[0].address || regions->items[at].level != LEVEL_VILLAGE)
            return false;
    }
    return r->n_parties >= 2;
}

static void locate_times(const struct space *s, const struct ruleset *rs, const struct referral *r,
                         int *point)
{
    int32_t day = calendar_day_of_ms(r->arrived_ms);
    point[DIM_AGE] = r->occurred_on ? clamped(&s->age, day - r->occurred_on) : 0;
    point[DIM_ARRIVED] = clamped(&s->arrived, day);
    point[DIM_WORKING] = hours_open(&rs->calendar, policy_working(&rs->policies), r->arrived_ms);
    point[DIM_EARLIER_COUNT] = clamped(&s->earlier_count, r->earlier.count);
    point[DIM_EARLIER] =
        r->earlier.count > 0 ? clamped(&s->earlier, day - calendar_day_of_ms(r->earlier.last_ms)) : 0;
}

static void locate_parties(const struct space *s, const struct ruleset *rs, const struct referral *r,
                           int *point)
{
    point[DIM_PARTIES] = clamped(&s->parties, r->n_parties);
    point[DIM_SAME_VILLAGE] = same_village(&rs->regions, r);
    for (int i = 0; i < r->n_parties; i++) {
        const struct party_facts *p = &r->parties[i];
        int class = s->party_class[party_type(p->kind, p->role, p->foreign, p->minor)];
        if (class >= 0)
            point[s->first_party + class] = 1;
    }
}

static void locate_atoms(const struct space *s, const struct match *m, int *point)
{
    for (int i = 0; i < m->n_tags; i++) {
        int dim = space_tag(s, m->tags[i]);
        if (dim >= 0)
            point[dim] = 1;
    }
    for (int i = 0; i < textscan_count(m->rules->words); i++) {
        int dim = m->hits[i / 8] >> (i % 8) & 1 ? space_word(s, textscan_word(m->rules->words, i)) : -1;
        if (dim >= 0)
            point[dim] = 1;
    }
}

void space_locate(const struct space *s, int of, const struct match *m, int *point)
{
    const struct referral *r = m->referral;
    const struct ruleset *rs = s->of[of].rs;
    for (size_t i = 0; i < s->n_dims; i++)
        point[i] = s->dims[i].kind == DIM_GROUP ? -1 : 0;
    int category = m->category >= 0 ? space_category(s, of, m->category) : -1;
    int place = space_region(s, of, r->place);
    point[DIM_MODE] = mode_class(s, r->mode);
    point[DIM_CATEGORY] = category >= 0 ? s->category.of[category] : 0;
    point[DIM_REGION] = place >= 0 ? s->region.of[place] : 0;
    point[DIM_CLAIM] = claim_class(s, r);
    point[DIM_RISK] = (int)r->risk & (s->dims[DIM_RISK].n - 1);
    point[DIM_OFFENCE] = string_class(&s->offences, r->offence);
    point[DIM_SOURCE] = string_class(&s->sources, m->source_category);
    point[DIM_AGENCY] = string_class(&s->agencies, r->agency);
    locate_times(s, rs, r, point);
    locate_parties(s, rs, r, point);
    locate_atoms(s, m, point);
}

/* ---- the two lists of nodes ---- */

int space_category(const struct space *s, int of, int category)
{
    return s->of[of].categories ? s->of[of].categories[category] : category;
}

int space_region(const struct space *s, int of, int region)
{
    return s->of[of].regions ? s->of[of].regions[region] : region;
}

int space_own_category(const struct space *s, int of, int category)
{
    return s->of[of].own_categories ? s->of[of].own_categories[category] : category;
}

int space_own_region(const struct space *s, int of, int region)
{
    return s->of[of].own_regions ? s->of[of].own_regions[region] : region;
}
