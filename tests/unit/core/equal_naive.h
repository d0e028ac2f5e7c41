/*
 * equal_naive.h - decisions made the long way, from docs/configuration.md and nothing of core's own
 *
 * Conditions are read as trees; regions and categories by their codes; words by looking for each of them. A rung looks at
 * the whole roster.
 */
#ifndef TESTS_UNIT_CORE_EQUAL_NAIVE_H
#define TESTS_UNIT_CORE_EQUAL_NAIVE_H

#include "core/equal_naive_weigh.h"

#define NAIVE_TAGS       32
#define NAIVE_CANDIDATES 512

struct naive {
    const struct model *m;
    const struct facts *f;
    int category;
    const char *tags[NAIVE_TAGS];
    int n_tags;
    int classifier, rule, rung, organisation, partner;
    int weighed, unsure; /* how often words told a category or tag, and how often no category */
    enum outcome outcome;
    struct {
        int organisation, rung;
        enum passed passed;
        bool partner;
    } candidates[NAIVE_CANDIDATES];
    int n_candidates;
};

static inline bool naive_bit(uint64_t set, int bit)
{
    return (set & UINT64_C(1) << bit) != 0;
}

static inline bool naive_begins(struct str code, struct str prefix)
{
    return code.n >= prefix.n && strncmp(code.p, prefix.p, prefix.n) == 0;
}

static inline struct str naive_code(const struct naive *x, int region)
{
    return x->m->w->rs.regions.items[region].code;
}

static inline int naive_level(struct str code)
{
    return code.n == 2 ? 1 : code.n == 4 ? 2 : code.n == 6 ? 3 : code.n == 9 ? 4 : 5;
}

static inline int64_t naive_day(int64_t ms)
{
    int64_t shifted = ms + 8 * 3600000ll;
    return shifted / 86400000 - (shifted % 86400000 < 0);
}

static inline bool naive_workday(const struct model *m, int64_t day)
{
    const struct calendar *c = &m->w->rs.calendar;
    for (int i = 0; i < c->n; i++) {
        if (c->items[i].day == day)
            return c->items[i].working;
    }
    return (day + 3) % 7 < 5;
}

static inline int naive_minute(int64_t ms)
{
    return (int)((ms + 8 * 3600000ll) % 86400000 / 60000);
}

static inline bool naive_same_village(const struct naive *x)
{
    const struct referral *r = &x->f->r;
    for (int i = 0; i < r->n_parties; i++) {
        if (r->parties[i].address < 0 || naive_code(x, r->parties[i].address).n != 12)
            return false;
        for (int k = 0; k < i; k++) {
            if (r->parties[k].address != r->parties[i].address)
                return false;
        }
    }
    return r->n_parties > 1;
}

static inline bool naive_party(const struct tree *t, const struct party_facts *p)
{
    return (!t->set || naive_bit(t->set, p->kind)) && (!t->roles || naive_bit(t->roles, p->role)) &&
           (t->foreign == -1 || t->foreign == (p->foreign ? 1 : 0)) && (t->minor == -1 || t->minor == (p->minor ? 1 : 0));
}

static inline bool naive_one_string(const struct tree *t, const char *s)
{
    for (int i = 0; i < t->n; i++) {
        if (strcmp(t->strings[i], s) == 0)
            return true;
    }
    return false;
}

static inline bool naive_between(const struct tree *t, int64_t v)
{
    return v >= t->low && v <= t->high;
}

static inline bool naive_word(const struct naive *x, const char *word)
{
    return strstr(x->f->summary, word) || strstr(x->f->source, word);
}

static inline bool naive_leaf(const struct naive *x, const struct tree *t)
{
    const struct referral *r = &x->f->r;
    struct str place = naive_code(x, r->place);
    bool any = false;
    switch (t->kind) {
    case COND_CHANNEL:
        return naive_bit(t->set, r->channel);
    case COND_MODE:
        return naive_bit(t->set, r->mode);
    case COND_CATEGORY_UNDER:
        for (int i = 0; i < t->n; i++)
            any = any || (x->category >= 0 && naive_category_under(x->category, t->list[i]));
        return any;
    case COND_CATEGORY_IS:
        for (int i = 0; i < t->n; i++)
            any = any || x->category == t->list[i];
        return any;
    case COND_CATEGORY_MISSING:
        return x->category == -1;
    case COND_REGION_WITHIN:
        for (int i = 0; i < t->n; i++)
            any = any || naive_begins(place, naive_code(x, t->list[i]));
        return any;
    case COND_REGION_IS:
        for (int i = 0; i < t->n; i++)
            any = any || str_eq(place, naive_code(x, t->list[i]));
        return any;
    case COND_REGION_LEVEL:
        return naive_bit(t->set, naive_level(place));
    case COND_REGION_KIND:
        return naive_bit(t->set, x->m->w->rs.regions.items[r->place].kind);
    case COND_CLAIM:
        return r->has_claim && strcmp(r->currency, t->currency) == 0 && naive_between(t, r->claim_minor);
    case COND_CLAIM_MISSING:
        return !r->has_claim;
    case COND_TAGS:
        for (int i = 0; i < x->n_tags; i++)
            any = any || naive_one_string(t, x->tags[i]);
        return any;
    case COND_OFFENCE:
        return naive_one_string(t, r->offence.p);
    case COND_SOURCE_CATEGORY:
        return naive_one_string(t, x->f->source);
    case COND_AGENCY:
        return naive_one_string(t, r->agency.p);
    case COND_RISK:
        for (int i = 0; i < 4; i++)
            any = any || (naive_bit(t->set, i) && naive_bit(r->risk, i));
        return any;
    case COND_TEXT:
        for (int i = 0; i < t->n; i++)
            any = any || naive_word(x, model_words[t->list[i]]);
        return any;
    case COND_PARTY:
        for (int i = 0; i < r->n_parties; i++)
            any = any || naive_party(t, &r->parties[i]);
        return any;
    case COND_PARTIES:
        return naive_between(t, r->n_parties);
    case COND_SAME_VILLAGE:
        return naive_same_village(x);
    case COND_AGE:
        return r->occurred_on && naive_between(t, naive_day(r->arrived_ms) - r->occurred_on);
    case COND_AGE_MISSING:
        return !r->occurred_on;
    case COND_ARRIVED:
        return naive_between(t, naive_day(r->arrived_ms));
    case COND_WORKING_TIME:
        return naive_workday(x->m, naive_day(r->arrived_ms)) && naive_minute(r->arrived_ms) >= 9 * 60 &&
               naive_minute(r->arrived_ms) < 17 * 60;
    case COND_EARLIER:
        return r->earlier.count && naive_between(t, naive_day(r->arrived_ms) - naive_day(r->earlier.last_ms));
    case COND_EARLIER_COUNT:
        return naive_between(t, r->earlier.count);
    default:
        fail_msg("a condition of kind %d that the naive interpreter does not know", (int)t->kind);
        return false;
    }
}

static inline bool naive_holds(const struct naive *x, const struct tree *t)
{
    int held = 0;
    if (t->kind > COND_NOT)
        return naive_leaf(x, t);
    for (int i = 0; i < t->n; i++)
        held += naive_holds(x, t->kids[i]);
    return t->kind == COND_ALL ? held == t->n : t->kind == COND_ANY ? held > 0 : held < t->n;
}

static inline void naive_tag(struct naive *x, const char *tag)
{
    for (int i = 0; i < x->n_tags; i++) {
        if (strcmp(x->tags[i], tag) == 0)
            return;
    }
    assert_true(x->n_tags < NAIVE_TAGS);
    x->tags[x->n_tags++] = tag;
}

static inline int naive_tag_order(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Tags are added with a category, or `otherwise` where words do not tell it. */
static inline void naive_apply(struct naive *x, int i)
{
    const struct model_classifier *from = &x->m->classifiers[i];
    const struct classifier *c = &from->classifier;
    int category = c->category;
    bool unsure = false;
    if (from->weigh && from->weigh->tags) {
        for (int k = 0; k < COUNT(model_tags); k++) {
            if (naive_weigh_tag(x->f, from->weigh, model_tags[k])) {
                naive_tag(x, model_tags[k]);
                x->weighed++;
            }
        }
        return;
    }
    if (from->weigh) {
        category = naive_weigh_category(x->f, from->weigh);
        unsure = category < 0;
    }
    if (category >= 0) {
        x->category = category;
        x->classifier = i;
    }
    x->unsure += unsure;
    x->weighed += from->weigh && !unsure;
    for (int k = 0; k < (unsure ? c->n_otherwise : c->n_tags); k++)
        naive_tag(x, unsure ? c->otherwise[k].p : c->tags[k].p);
}

static inline void naive_classify(struct naive *x)
{
    for (int i = 0; i < x->f->r.n_tags; i++)
        naive_tag(x, x->f->r.tags[i].p);
    for (int i = 0; i < x->m->n_classifiers; i++) {
        const struct model_classifier *c = &x->m->classifiers[i];
        bool sets = c->weigh ? !c->weigh->tags : c->classifier.category >= 0;
        if (!(sets && x->category >= 0) && naive_holds(x, c->when))
            naive_apply(x, i);
    }
    qsort(x->tags, (size_t)x->n_tags, sizeof *x->tags, naive_tag_order);
}

/* The ladder. */

struct naive_rung {
    struct naive *x;
    const struct target *to;
    enum pick pick;
    int number, lead, first;
    int best; /* among the candidates; -1 */
};

static inline const struct organisation *naive_org(const struct naive *x, int i)
{
    return &x->m->w->rs.roster.items[i];
}

static inline bool naive_covers(const struct organisation *o, int category)
{
    for (int i = 0; i < o->n_specialities; i++) {
        if (category >= 0 && naive_category_under(category, o->specialities[i]))
            return true;
    }
    return false;
}

static inline bool naive_fits(const struct naive_rung *g, const struct organisation *o)
{
    const struct target *to = g->to;
    bool special = !to->n_specialities, stationed = false;
    for (int i = 0; i < to->n_specialities; i++)
        special = special || naive_covers(o, to->specialities[i]);
    for (int i = 0; i < o->n_agencies; i++)
        stationed = stationed || str_eq(o->agencies[i], g->x->f->r.agency);
    return (!to->kinds || naive_bit(to->kinds, o->kind)) &&
           (!to->levels || naive_bit(to->levels, naive_level(naive_code(g->x, o->region)))) && special &&
           (!to->speciality_matching || naive_covers(o, g->x->category)) &&
           (stationed || !(to->stationed || o->n_agencies));
}

static inline bool naive_there(const struct naive_rung *g, const struct organisation *o)
{
    static const char *const pairs[][2] = {{"320101", "320102"}, {"320102", "320501"}, {"320501", "320502"}};
    struct str at = naive_code(g->x, o->region), place = naive_code(g->x, g->x->f->r.place);
    switch (g->to->where) {
    case TARGET_WITHIN:
        return naive_begins(at, naive_code(g->x, g->to->region));
    case TARGET_IS:
        return str_eq(at, naive_code(g->x, g->to->region));
    case TARGET_NEIGHBOURING:
        for (int i = 0; i < COUNT(pairs); i++) {
            for (int side = 0; side < 2; side++) {
                if (naive_begins(place, str_from(pairs[i][side])) && naive_begins(at, str_from(pairs[i][!side])))
                    return true;
            }
        }
        return false;
    default:
        return true;
    }
}

static inline bool naive_interest(const struct naive *x, const struct organisation *o)
{
    const struct referral *r = &x->f->r;
    for (int i = 0; i < r->n_parties; i++) {
        const struct party_facts *p = &r->parties[i];
        int at = p->address < 0 ? r->place : p->address;
        if (p->kind == PARTY_VILLAGE_BODY && naive_code(x, at).n == 12 && at == o->region)
            return true;
        for (int k = 0; k < o->n_interests; k++) {
            if (p->credit_code.n && str_eq(p->credit_code, o->interests[k]))
                return true;
        }
    }
    return false;
}

static inline bool naive_open(const struct naive *x, const struct organisation *o)
{
    int64_t day = naive_day(x->f->r.arrived_ms);
    for (int i = 0; i < o->hours.n; i++) {
        const struct opening *h = &o->hours.items[i];
        bool today = h->days == OPENING_WORKDAYS ? naive_workday(x->m, day) : h->days >> (day + 3) % 7 & 1;
        if (today && naive_minute(x->f->r.arrived_ms) >= h->from && naive_minute(x->f->r.arrived_ms) < h->until)
            return true;
    }
    return o->hours.n == 0;
}

static inline enum passed naive_passed(const struct naive_rung *g, int i)
{
    const struct naive *x = g->x;
    const struct organisation *o = naive_org(x, i);
    if (o->closed)
        return PASSED_CLOSED;
    for (int k = 0; k < x->f->n_excluded; k++) {
        if (x->f->excluded[k] == i)
            return PASSED_EXCLUDED;
    }
    if (naive_interest(x, o))
        return PASSED_CONFLICT;
    if (g->to->rating_at_least && o->rating < g->to->rating_at_least)
        return PASSED_RATING;
    for (int k = 0; k < g->to->n_languages; k++) {
        if (!o->n_languages || !str_eq(o->languages[0], g->to->languages[k]))
            return PASSED_LANGUAGE;
    }
    if (g->to->open_now && !naive_open(x, o))
        return PASSED_SHUT;
    return x->m->w->loads[i].open < x->m->w->loads[i].capacity ? PASSED_PICK : PASSED_FULL;
}

/* Whether `a` is to be preferred; ties go to the smaller id, which comes first in the roster. */
static inline bool naive_before(const struct naive_rung *g, int a, int b)
{
    const struct load *x = &g->x->m->w->loads[a], *y = &g->x->m->w->loads[b];
    const struct organisation *o = naive_org(g->x, a), *p = naive_org(g->x, b);
    int known = g->x->f->r.earlier.organisation;
    if (g->pick == PICK_BEST_RATED && o->rating != p->rating)
        return o->rating > p->rating;
    if (g->pick == PICK_STICKY && (a == known || b == known))
        return a == known;
    if (g->pick == PICK_ROUND_ROBIN)
        return x->given_ms != y->given_ms ? x->given_ms < y->given_ms : a < b;
    double share_x = (double)x->open / x->capacity, share_y = (double)y->open / y->capacity;
    return share_x != share_y ? share_x < share_y : a < b;
}

static inline void naive_look(struct naive_rung *g, int i)
{
    struct naive *x = g->x;
    if (i == g->lead || !naive_fits(g, naive_org(x, i)))
        return;
    assert_true(x->n_candidates < NAIVE_CANDIDATES);
    int at = x->n_candidates++;
    x->candidates[at].organisation = i;
    x->candidates[at].rung = g->number;
    x->candidates[at].partner = g->lead >= 0;
    x->candidates[at].passed = naive_passed(g, i);
    if (x->candidates[at].passed == PASSED_PICK && (g->best < 0 || naive_before(g, i, x->candidates[g->best].organisation)))
        g->best = at;
}

static inline void naive_draw(struct naive_rung *g)
{
    struct naive *x = g->x;
    uint64_t sum = 0, hash = 14695981039346656037u;
    const char *name = arena_printf(x->m->w->a, STR_FMT "\n" STR_FMT, STR_ARG(x->f->r.agency), STR_ARG(x->f->r.agency_ref)).p;
    for (const char *c = name; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 1099511628211u;
    hash ^= hash >> 29;
    for (int round = 0; round < 2; round++) {
        uint64_t past = 0;
        for (int i = g->first; i < x->n_candidates; i++) {
            int weight = naive_org(x, x->candidates[i].organisation)->weight;
            if (x->candidates[i].passed != PASSED_PICK)
                continue;
            past += weight ? (uint64_t)weight : 1;
            if (round && hash % sum < past) {
                g->best = i;
                return;
            }
        }
        sum = past;
        if (!sum)
            return;
    }
}

/* Level by level, kind by kind, then by place and id. */
static inline void naive_look_below(struct naive_rung *g, struct str above)
{
    const struct naive *x = g->x;
    for (int level = 1; level <= 5; level++) {
        for (int kind = 1; kind < ORG_KIND_LIMIT; kind++) {
            for (int region = 0; region < x->m->w->rs.regions.n; region++) {
                for (int i = 0; i < MODEL_ORGS; i++) {
                    const struct organisation *o = naive_org(x, i);
                    if ((int)o->kind == kind && o->region == region && naive_level(naive_code(x, region)) == level &&
                        naive_begins(naive_code(x, region), above))
                        naive_look(g, i);
                }
            }
        }
    }
}

static inline void naive_look_up(struct naive_rung *g)
{
    struct str place = naive_code(g->x, g->x->f->r.place);
    static const size_t lengths[] = {12, 9, 6, 4, 2};
    for (int k = 0; k < 5 && g->best < 0; k++) {
        for (int i = 0; i < MODEL_ORGS && lengths[k] <= place.n; i++) {
            if (str_eq(naive_code(g->x, naive_org(g->x, i)->region), (struct str){place.p, lengths[k]}))
                naive_look(g, i);
        }
    }
}

static inline void naive_look_around(struct naive_rung *g)
{
    static const char *const counties[] = {"320101", "320102", "320501", "320502"};
    static const bool beside[4][4] = {{0, 1, 0, 0}, {1, 0, 1, 0}, {0, 1, 0, 1}, {0, 0, 1, 0}};
    struct str place = naive_code(g->x, g->x->f->r.place);
    for (int own = 0; own < 4; own++) {
        for (int other = 0; other < 4; other++) {
            if (naive_begins(place, str_from(counties[own])) && beside[own][other])
                naive_look_below(g, str_from(counties[other]));
        }
    }
}

static inline int naive_search(struct naive_rung *g)
{
    g->first = g->x->n_candidates;
    g->best = -1;
    if (g->to->n_organisations) {
        for (int i = 0; i < g->to->n_organisations; i++) {
            if (naive_there(g, naive_org(g->x, g->to->organisations[i])))
                naive_look(g, g->to->organisations[i]);
        }
    } else if (g->to->stationed) {
        for (int i = 0; i < MODEL_ORGS; i++) {
            if (naive_there(g, naive_org(g->x, i)))
                naive_look(g, i);
        }
    } else if (g->to->where == TARGET_NEAREST) {
        naive_look_up(g);
    } else if (g->to->where == TARGET_IS) {
        for (int i = 0; i < MODEL_ORGS; i++) {
            if (naive_there(g, naive_org(g->x, i)))
                naive_look(g, i);
        }
    } else if (g->to->where == TARGET_NEIGHBOURING) {
        naive_look_around(g);
    } else {
        naive_look_below(g, naive_code(g->x, g->to->region));
    }
    if (g->pick == PICK_WEIGHTED) {
        g->best = -1;
        naive_draw(g);
    }
    return g->best;
}

static inline void naive_climb(struct naive *x, const struct rule *rule)
{
    for (int i = 0; i < rule->n_rungs && x->organisation < 0; i++) {
        struct naive_rung g = {.x = x, .to = &rule->rungs[i].to, .pick = rule->rungs[i].pick, .number = i, .lead = -1};
        int chosen = naive_search(&g), partner = -1;
        if (chosen < 0)
            continue;
        if (rule->rungs[i].jointly) {
            struct naive_rung with = {
                .x = x, .to = rule->rungs[i].jointly, .number = i, .lead = x->candidates[chosen].organisation};
            partner = naive_search(&with);
            if (partner < 0) {
                x->candidates[chosen].passed = PASSED_ALONE;
                continue;
            }
            x->candidates[partner].passed = PASSED_PARTNER;
            x->partner = x->candidates[partner].organisation;
        }
        x->candidates[chosen].passed = PASSED_CHOSEN;
        x->organisation = x->candidates[chosen].organisation;
        x->rung = i;
    }
    x->outcome = x->organisation < 0 ? OUTCOME_MANUAL : OUTCOME_ASSIGNED;
}

static inline void naive_decide(struct naive *x, const struct model *m, const struct facts *f)
{
    *x = (struct naive){.m = m, .f = f, .category = f->r.category, .classifier = -1, .rule = -1, .rung = -1, .organisation = -1,
                        .partner = -1, .outcome = OUTCOME_MANUAL};
    naive_classify(x);
    for (int i = 0; i < m->n_rules && x->rule < 0; i++) {
        if (naive_holds(x, m->rules[i].when))
            x->rule = i;
    }
    if (x->rule < 0)
        return;
    x->outcome = m->rules[x->rule].rule.outcome;
    if (x->outcome == OUTCOME_ASSIGNED)
        naive_climb(x, &m->rules[x->rule].rule);
}

#endif
