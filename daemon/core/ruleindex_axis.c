/*
 * ruleindex_axis.c - which conditions are about which fact, where they hold, and where a referral stands
 */
#include "core/ruleindex_axis.h"

#include <stdlib.h>

static const struct {
    enum axis axis;
    enum crowd crowd;
} about[COND_KIND_LIMIT] = {
    [COND_CHANNEL] = {.axis = AXIS_CHANNEL},
    [COND_MODE] = {.axis = AXIS_MODE},
    [COND_CATEGORY_UNDER] = {.axis = AXIS_CATEGORY},
    [COND_CATEGORY_IS] = {.axis = AXIS_CATEGORY},
    [COND_CATEGORY_MISSING] = {.axis = AXIS_CATEGORY},
    [COND_REGION_WITHIN] = {.axis = AXIS_REGION},
    [COND_REGION_IS] = {.axis = AXIS_REGION},
    [COND_REGION_LEVEL] = {.axis = AXIS_LEVEL},
    [COND_REGION_KIND] = {.axis = AXIS_KIND},
    [COND_CLAIM] = {.axis = AXIS_CLAIM},
    [COND_CLAIM_MISSING] = {.axis = AXIS_CLAIM},
    [COND_TAGS] = {.crowd = CROWD_TAGS},
    [COND_OFFENCE] = {.axis = AXIS_OFFENCE},
    [COND_SOURCE_CATEGORY] = {.axis = AXIS_SOURCE},
    [COND_AGENCY] = {.axis = AXIS_AGENCY},
    [COND_RISK] = {.axis = AXIS_RISK},
    [COND_TEXT] = {.crowd = CROWD_TEXT},
    [COND_PARTY] = {.crowd = CROWD_PARTY},
    [COND_PARTIES] = {.axis = AXIS_PARTIES},
    [COND_SAME_VILLAGE] = {.axis = AXIS_SAME_VILLAGE},
    [COND_AGE] = {.axis = AXIS_AGE},
    [COND_AGE_MISSING] = {.axis = AXIS_AGE},
    [COND_ARRIVED] = {.axis = AXIS_ARRIVED},
    [COND_WORKING_TIME] = {.axis = AXIS_WORKING},
    [COND_EARLIER] = {.axis = AXIS_EARLIER},
    [COND_EARLIER_COUNT] = {.axis = AXIS_EARLIER_COUNT},
};

static const struct axis_scale *currency_scale(const struct axes *x, const char *currency)
{
    for (int i = 0; i < x->n_currencies; i++) {
        if (strncmp(x->currencies[i].currency, currency, sizeof x->currencies[i].currency) == 0)
            return &x->currencies[i];
    }
    return NULL;
}

enum axis axis_of(const struct axes *x, const struct cond *leaf)
{
    enum axis axis = about[leaf->kind].axis;
    if (axis == AXIS_CATEGORY && x->use == RULEINDEX_CLASSIFIERS)
        return AXIS_NONE;
    if (axis == AXIS_RISK && leaf->set >> AXIS_RISK_BITS)
        return AXIS_NONE;
    if (leaf->kind == COND_CLAIM && !currency_scale(x, leaf->currency))
        return AXIS_NONE;
    return axis;
}

enum crowd axis_crowd_of(const struct axes *x, const struct cond *leaf)
{
    enum crowd crowd = about[leaf->kind].crowd;
    return crowd == CROWD_TAGS && x->use == RULEINDEX_CLASSIFIERS ? CROWD_NONE : crowd;
}

/* The position of `value`: as many past the base as cuts lie at or below it. */
static int on_scale(const struct axis_scale *s, int64_t value)
{
    int low = 0;
    for (int n = s->n; n > 0;) {
        int half = n / 2;
        bool above = s->cuts[low + half] <= value;
        low = above ? low + half + 1 : low;
        n = above ? n - half - 1 : half;
    }
    return s->base + low;
}

/* Where each leaf holds. */

static struct spans of_set(struct arena *a, uint64_t set, int size)
{
    struct span runs[64];
    int n = 0;
    for (int i = 0; i < 64 && i < size; i++) {
        if (set >> i & 1)
            runs[n++] = (struct span){i, i + 1};
    }
    return spans_merged(a, runs, n);
}

static struct spans of_risk(struct arena *a, uint64_t set)
{
    struct span runs[1 << AXIS_RISK_BITS];
    int n = 0;
    for (int i = 0; i < 1 << AXIS_RISK_BITS; i++) {
        if (set & (uint64_t)i)
            runs[n++] = (struct span){i, i + 1};
    }
    return spans_merged(a, runs, n);
}

static struct spans of_range(struct arena *a, const struct axis_scale *s, const struct cond *c)
{
    return c->low > c->high ? (struct spans){NULL, 0}
                            : spans_one(a, on_scale(s, c->low), on_scale(s, c->high) + 1);
}

static struct span of_element(const struct axes *x, const struct cond *c, int element)
{
    const struct region *region = &x->rs->regions.items[element];
    const struct category *category = &x->rs->categories.items[element];
    switch (c->kind) {
    case COND_REGION_WITHIN:
        return (struct span){element, region->end};
    case COND_REGION_IS:
        return (struct span){element, element + 1};
    case COND_CATEGORY_UNDER:
        return (struct span){category->order + 1, category->end + 1};
    default: /* COND_CATEGORY_IS */
        return (struct span){category->order + 1, category->order + 2};
    }
}

static struct spans of_list(const struct axes *x, struct arena *a, const struct cond *c)
{
    struct span *runs = ARENA_ARRAY(a, (size_t)c->n, struct span);
    for (int i = 0; runs && i < c->n; i++)
        runs[i] = of_element(x, c, c->list[i]);
    return spans_merged(a, runs, runs ? c->n : 0);
}

static struct spans of_strings(const struct axes *x, struct arena *a, const struct cond *c)
{
    const struct names *names = &x->names[about[c->kind].axis];
    struct span *runs = ARENA_ARRAY(a, (size_t)c->n, struct span);
    for (int i = 0; runs && i < c->n; i++) {
        int at = names_find(names, c->strings[i]) + 1;
        runs[i] = (struct span){at, at + 1};
    }
    return spans_merged(a, runs, runs ? c->n : 0);
}

struct spans axis_spans(const struct axes *x, struct arena *scratch, const struct cond *leaf)
{
    enum axis axis = about[leaf->kind].axis;
    switch (leaf->kind) {
    case COND_CHANNEL:
    case COND_MODE:
    case COND_REGION_LEVEL:
    case COND_REGION_KIND:
        return of_set(scratch, leaf->set, x->size[axis]);
    case COND_RISK:
        return of_risk(scratch, leaf->set);
    case COND_CATEGORY_UNDER:
    case COND_CATEGORY_IS:
    case COND_REGION_WITHIN:
    case COND_REGION_IS:
        return of_list(x, scratch, leaf);
    case COND_AGENCY:
    case COND_OFFENCE:
    case COND_SOURCE_CATEGORY:
        return of_strings(x, scratch, leaf);
    case COND_CLAIM:
        return of_range(scratch, currency_scale(x, leaf->currency), leaf);
    case COND_CATEGORY_MISSING:
    case COND_CLAIM_MISSING:
    case COND_AGE_MISSING:
        return spans_one(scratch, 0, 1);
    case COND_SAME_VILLAGE:
    case COND_WORKING_TIME:
        return spans_one(scratch, 1, 2);
    default:
        return of_range(scratch, &x->scales[axis], leaf);
    }
}

/* Where a referral stands. */

static int set_at(unsigned value)
{
    return value < AXIS_SET_SIZE - 1 ? (int)value : AXIS_SET_SIZE - 1;
}

static int at_region(const struct axes *x, const struct match *m)
{
    (void)x;
    return m->referral->place;
}

static int at_category(const struct axes *x, const struct match *m)
{
    return m->category < 0 ? 0 : x->rs->categories.items[m->category].order + 1;
}

static int at_mode(const struct axes *x, const struct match *m)
{
    (void)x;
    return set_at(m->referral->mode);
}

static int at_channel(const struct axes *x, const struct match *m)
{
    (void)x;
    return set_at(m->referral->channel);
}

static int at_level(const struct axes *x, const struct match *m)
{
    return set_at(x->rs->regions.items[m->referral->place].level);
}

static int at_kind(const struct axes *x, const struct match *m)
{
    return set_at(x->rs->regions.items[m->referral->place].kind);
}

static int at_claim(const struct axes *x, const struct match *m)
{
    const struct referral *r = m->referral;
    if (!r->has_claim)
        return 0;
    const struct axis_scale *s = currency_scale(x, r->currency);
    return s ? on_scale(s, r->claim_minor) : 1;
}

static int at_risk(const struct axes *x, const struct match *m)
{
    (void)x;
    return (int)(m->referral->risk & ((1u << AXIS_RISK_BITS) - 1));
}

static int at_parties(const struct axes *x, const struct match *m)
{
    return on_scale(&x->scales[AXIS_PARTIES], m->referral->n_parties);
}

static int at_agency(const struct axes *x, const struct match *m)
{
    return names_find(&x->names[AXIS_AGENCY], m->referral->agency) + 1;
}

static int at_offence(const struct axes *x, const struct match *m)
{
    return names_find(&x->names[AXIS_OFFENCE], m->referral->offence) + 1;
}

static int at_source(const struct axes *x, const struct match *m)
{
    return names_find(&x->names[AXIS_SOURCE], m->source_category) + 1;
}

static int at_age(const struct axes *x, const struct match *m)
{
    const struct referral *r = m->referral;
    return r->occurred_on == 0
               ? 0
               : on_scale(&x->scales[AXIS_AGE], calendar_day_of_ms(r->arrived_ms) - r->occurred_on);
}

static int at_arrived(const struct axes *x, const struct match *m)
{
    return on_scale(&x->scales[AXIS_ARRIVED], calendar_day_of_ms(m->referral->arrived_ms));
}

static int at_earlier(const struct axes *x, const struct match *m)
{
    const struct referral *r = m->referral;
    return r->earlier.count <= 0 ? 0
                                 : on_scale(&x->scales[AXIS_EARLIER], calendar_day_of_ms(r->arrived_ms) -
                                                                          calendar_day_of_ms(r->earlier.last_ms));
}

static int at_earlier_count(const struct axes *x, const struct match *m)
{
    return on_scale(&x->scales[AXIS_EARLIER_COUNT], m->referral->earlier.count);
}

static int at_same_village(const struct axes *x, const struct match *m)
{
    static const struct cond same_village = {.kind = COND_SAME_VILLAGE};
    (void)x;
    return match_holds(m, &same_village);
}

static int at_working(const struct axes *x, const struct match *m)
{
    static const struct cond working_time = {.kind = COND_WORKING_TIME};
    (void)x;
    return match_holds(m, &working_time);
}

static int (*const positions[AXIS_LIMIT])(const struct axes *, const struct match *) = {
    [AXIS_REGION] = at_region,     [AXIS_CATEGORY] = at_category,
    [AXIS_MODE] = at_mode,         [AXIS_CHANNEL] = at_channel,
    [AXIS_LEVEL] = at_level,       [AXIS_KIND] = at_kind,
    [AXIS_CLAIM] = at_claim,       [AXIS_RISK] = at_risk,
    [AXIS_PARTIES] = at_parties,   [AXIS_AGENCY] = at_agency,
    [AXIS_OFFENCE] = at_offence,   [AXIS_SOURCE] = at_source,
    [AXIS_AGE] = at_age,           [AXIS_ARRIVED] = at_arrived,
    [AXIS_EARLIER] = at_earlier,   [AXIS_EARLIER_COUNT] = at_earlier_count,
    [AXIS_SAME_VILLAGE] = at_same_village, [AXIS_WORKING] = at_working,
};

int axis_position(const struct axes *x, enum axis axis, const struct match *m)
{
    return positions[axis](x, m);
}

int axis_tag(const struct axes *x, struct str tag)
{
    return names_find(&x->tags, tag);
}

int axis_party(const struct party_facts *p)
{
    unsigned kind = p->kind < 8 ? p->kind : 0, role = p->role < 8 ? p->role : 0;
    return (int)((kind * 8 + role) * 4 + p->foreign * 2u + p->minor);
}

/* The values of a crowd of which a leaf wants one. */

static int by_number(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

static int unique(int *items, int n)
{
    int kept = 0;
    if (n)
        qsort(items, (size_t)n, sizeof *items, by_number);
    for (int i = 0; i < n; i++) {
        if (kept == 0 || items[kept - 1] != items[i])
            items[kept++] = items[i];
    }
    return kept;
}

static int party_values(const struct cond *c, int *out)
{
    int n = 0;
    for (unsigned kind = 0; kind < 8; kind++) {
        for (unsigned role = 0; role < 8; role++) {
            for (unsigned flags = 0; flags < 4; flags++) {
                const struct party_facts p = {.kind = kind, .role = role, .foreign = flags >> 1, .minor = flags & 1};
                const struct referral r = {.parties = &p, .n_parties = 1};
                if (match_holds(&(struct match){.referral = &r}, c))
                    out[n++] = axis_party(&p);
            }
        }
    }
    return n;
}

const int *axis_values(const struct axes *x, struct arena *scratch, const struct cond *leaf, int *n)
{
    int room = leaf->kind == COND_PARTY ? AXIS_PARTY_VALUES : leaf->n;
    int *values = ARENA_ARRAY(scratch, (size_t)room, int);
    *n = 0;
    if (!values)
        return NULL;
    if (leaf->kind == COND_PARTY) {
        *n = party_values(leaf, values);
        return values;
    }
    for (int i = 0; i < leaf->n; i++)
        values[i] = leaf->kind == COND_TEXT ? leaf->list[i] : names_find(&x->tags, leaf->strings[i]);
    *n = unique(values, leaf->n);
    return values;
}
