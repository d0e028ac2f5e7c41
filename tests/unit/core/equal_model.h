/*
 * equal_model.h - random rule sets and referrals, small enough that they meet, over every kind of condition
 *
 * Conditions are made as trees, and flattened for core. The trees are what equal_naive.h reads. Everything follows from one
 * seed.
 */
#ifndef TESTS_UNIT_CORE_EQUAL_MODEL_H
#define TESTS_UNIT_CORE_EQUAL_MODEL_H

#include "core/equal_weigh.h"

static inline void some_strings(struct model *m, struct tree *t, const char *const *from, int n)
{
    int list[OPERANDS_MAX];
    t->n = distinct(m, list, n);
    for (int i = 0; i < t->n; i++)
        t->strings[i] = from[list[i]];
}

static inline void some_range(struct model *m, struct tree *t, int64_t limit)
{
    t->low = pick(m, (int)limit);
    t->high = chance(m, 30) ? INT64_MAX : t->low + pick(m, (int)limit);
    if (chance(m, 25))
        t->low = 0;
}

#define MODEL_DAY 20600 /* 2026-05-27 */

static inline void leaf(struct model *m, struct tree *t)
{
    switch (t->kind) {
    case COND_CHANNEL:
        t->set = some_bits(m, 1, CHANNEL_COUNT);
        break;
    case COND_MODE:
        for (int n = 1 + pick(m, 3); n > 0; n--)
            t->set |= UINT64_C(1) << some_mode(m);
        break;
    case COND_CATEGORY_UNDER:
    case COND_CATEGORY_IS:
        t->n = distinct(m, t->list, COUNT(model_categories));
        break;
    case COND_REGION_WITHIN:
    case COND_REGION_IS:
        t->n = distinct(m, t->list, m->w->rs.regions.n);
        break;
    case COND_REGION_LEVEL:
        t->set = some_bits(m, LEVEL_PROVINCE, LEVEL_VILLAGE + 1);
        break;
    case COND_REGION_KIND:
        t->set = some_bits(m, REGION_PROVINCE, REGION_ZONE + 1);
        break;
    case COND_CLAIM:
        some_range(m, t, 20);
        t->currency = chance(m, 70) ? "CNY" : PICK_OF(m, model_currencies);
        break;
    case COND_TAGS:
        some_strings(m, t, model_tags, COUNT(model_tags));
        break;
    case COND_OFFENCE:
        some_strings(m, t, model_offences, COUNT(model_offences));
        break;
    case COND_SOURCE_CATEGORY:
        some_strings(m, t, model_sources, COUNT(model_sources));
        break;
    case COND_AGENCY:
        some_strings(m, t, model_agencies, COUNT(model_agencies));
        break;
    case COND_RISK:
        t->set = some_bits(m, 0, 4);
        break;
    case COND_TEXT:
        t->n = distinct(m, t->list, COUNT(model_words));
        break;
    case COND_PARTY:
        t->set = chance(m, 50) ? some_bits(m, PARTY_PERSON, PARTY_ASSOCIATION + 1) : 0;
        t->roles = chance(m, 50) ? some_bits(m, PARTY_APPLICANT, PARTY_SUSPECT + 1) : 0;
        t->foreign = pick(m, 3) - 1;
        t->minor = pick(m, 3) - 1;
        break;
    case COND_PARTIES:
    case COND_EARLIER_COUNT:
        some_range(m, t, 5);
        break;
    case COND_AGE:
    case COND_EARLIER:
        some_range(m, t, 30);
        break;
    case COND_ARRIVED:
        some_range(m, t, 12);
        t->low += MODEL_DAY;
        t->high = t->high == INT64_MAX ? t->high : t->high + MODEL_DAY;
        break;
    default:
        break; /* no operands */
    }
}

static inline enum cond_kind some_kind(struct model *m)
{
    return m->n_palette ? m->palette[pick(m, m->n_palette)]
                        : (enum cond_kind)(COND_CHANNEL + pick(m, COND_KIND_LIMIT - COND_CHANNEL));
}

static inline const struct tree *grow(struct model *m, int depth)
{
    struct tree *t = ARENA_NEW(m->w->a, struct tree);
    assert_non_null(t);
    t->kind = chance(m, depth <= 0 ? 0 : 35) ? (enum cond_kind)pick(m, 3) : some_kind(m);
    if (t->kind > COND_NOT) {
        leaf(m, t);
        return t;
    }
    t->n = chance(m, 3) ? 0 : 1 + pick(m, KIDS_MAX);
    for (int i = 0; i < t->n; i++)
        t->kids[i] = grow(m, depth - 1);
    return t;
}

/* A `when`: now and then nothing at all, or something very nested. */
static inline const struct tree *grow_when(struct model *m)
{
    struct tree *t = ARENA_NEW(m->w->a, struct tree);
    int depth = chance(m, 10) ? 5 : pick(m, 3);
    t->kind = COND_ALL;
    t->n = chance(m, 4) ? 0 : 1 + pick(m, KIDS_MAX);
    for (int i = 0; i < t->n; i++)
        t->kids[i] = grow(m, depth);
    return t;
}

struct flat {
    struct cond *items;
    size_t n, cap;
};

static inline void flatten(struct world *w, const struct tree *t, struct flat *out)
{
    size_t at = out->n;
    struct cond *c = ARENA_PUSH(w->a, out->items, out->n, out->cap);
    *c = (struct cond){.kind = t->kind, .line = (unsigned)at + 1, .set = t->set, .low = t->low, .high = t->high};
    if (t->kind <= COND_NOT) {
        for (int i = 0; i < t->n; i++)
            flatten(w, t->kids[i], out);
        out->items[at].span = (int)(out->n - at - 1);
        return;
    }
    struct str *strings = ARENA_ARRAY(w->a, OPERANDS_MAX, struct str);
    for (int i = 0; i < t->n && t->strings[i]; i++)
        strings[i] = str_from(t->strings[i]);
    c->list = t->list;
    c->strings = t->strings[0] ? strings : NULL;
    c->n = t->n;
    c->party.kinds = t->kind == COND_PARTY ? t->set : 0;
    c->party.roles = t->roles;
    c->party.foreign = t->foreign;
    c->party.minor = t->minor;
    if (t->currency)
        memcpy(c->currency, t->currency, sizeof c->currency);
}

static inline void model_categories_build(struct world *w)
{
    int n = COUNT(model_categories);
    struct category *items = ARENA_ARRAY(w->a, (size_t)n, struct category);
    struct category_name *names = ARENA_ARRAY(w->a, (size_t)n, struct category_name);
    const char *why;
    for (int i = 0; i < n; i++) {
        items[i] = (struct category){.code = str_from(model_categories[i][0]), .parent_code = str_from(model_categories[i][1])};
        names[i] = (struct category_name){items[i].code, i};
    }
    assert_int_equal(categories_build(w->a, items, n, names, n, &w->rs.categories, &why), -1);
}

static inline void model_neighbours(struct world *w)
{
    static const char *const pairs[][2] = {{"320101", "320102"}, {"320102", "320501"}, {"320501", "320502"}};
    struct region_pair *items = ARENA_ARRAY(w->a, 6, struct region_pair);
    int n = 0;
    for (int region = 0; region < w->rs.regions.n; region++) {
        for (int other = 0; other < w->rs.regions.n; other++) {
            for (int i = 0; i < COUNT(pairs); i++) {
                int x = world_place(w, pairs[i][0]), y = world_place(w, pairs[i][1]);
                if ((region == x && other == y) || (region == y && other == x))
                    items[n++] = (struct region_pair){region, other};
            }
        }
    }
    w->rs.regions.neighbours = items;
    w->rs.regions.n_neighbours = n;
}

static inline void model_organisation(struct model *m, int number)
{
    static const struct opening mornings[] = {{OPENING_WORKDAYS, 8 * 60, 12 * 60}}, weekend[] = {{1 << 5 | 1 << 6, 0, 1440}};
    struct world *w = m->w;
    struct str id = arena_printf(w->a, "org-%02d", number);
    struct organisation *o =
        world_org(w, id.p, (enum org_kind)(1 + pick(m, 4)), w->rs.regions.items[pick(m, w->rs.regions.n)].code.p);
    int *specialities = ARENA_ARRAY(w->a, OPERANDS_MAX, int);
    struct str *strings = ARENA_ARRAY(w->a, 4, struct str);
    o->capacity = 1 + pick(m, 4);
    o->rating = 1 + pick(m, 5);
    o->weight = pick(m, 4);
    o->closed = chance(m, 10);
    o->specialities = specialities;
    o->n_specialities = chance(m, 50) ? distinct(m, specialities, COUNT(model_categories)) : 0;
    if (chance(m, 20))
        o->hours = (struct hours){chance(m, 50) ? mornings : weekend, 1};
    if (chance(m, 15)) {
        strings[0] = str_from(PICK_OF(m, model_agencies));
        o->agencies = strings;
        o->n_agencies = 1;
    }
    if (chance(m, 40)) {
        strings[1] = str_from(PICK_OF(m, model_languages));
        o->languages = strings + 1;
        o->n_languages = 1;
    }
    if (chance(m, 15)) {
        strings[2] = str_from(model_credit[1 + pick(m, 2)]);
        o->interests = strings + 2;
        o->n_interests = 1;
    }
}

static inline void model_target(struct model *m, struct target *to)
{
    struct arena *a = m->w->a;
    int *list = ARENA_ARRAY(a, OPERANDS_MAX, int), *orgs = ARENA_ARRAY(a, OPERANDS_MAX, int);
    *to = (struct target){.kinds = chance(m, 70) ? some_bits(m, 1, 5) : 0,
                          .levels = chance(m, 30) ? some_bits(m, LEVEL_PROVINCE, LEVEL_VILLAGE + 1) : 0,
                          .speciality_matching = chance(m, 15),
                          .stationed = chance(m, 10),
                          .where = (enum target_region)pick(m, 4),
                          .region = pick(m, m->w->rs.regions.n),
                          .rating_at_least = chance(m, 20) ? 1 + pick(m, 5) : 0,
                          .open_now = chance(m, 20)};
    if (chance(m, 20)) {
        to->specialities = list;
        to->n_specialities = distinct(m, list, COUNT(model_categories));
    }
    if (chance(m, 10)) {
        to->organisations = orgs;
        to->n_organisations = distinct(m, orgs, MODEL_ORGS);
    }
    if (chance(m, 10)) {
        struct str *language = ARENA_NEW(a, struct str);
        *language = str_from(PICK_OF(m, model_languages));
        to->languages = language;
        to->n_languages = 1;
    }
}

static inline void model_ladder(struct model *m, struct rule *rule)
{
    int n = 1 + pick(m, 3);
    struct rung *rungs = ARENA_ARRAY(m->w->a, 3, struct rung);
    for (int i = 0; i < n; i++) {
        model_target(m, &rungs[i].to);
        rungs[i].pick = (enum pick)pick(m, PICK_COUNT);
        if (chance(m, 50))
            rungs[i].respond_within = (struct duration){1 + pick(m, 3), DURATION_WORKDAYS};
        if (chance(m, 10)) {
            struct target *with = ARENA_NEW(m->w->a, struct target);
            model_target(m, with);
            rungs[i].jointly = with;
        }
    }
    rule->rungs = rungs;
    rule->n_rungs = n;
}

/* Into core's form those rules and classifiers that are still there (shrinking takes some away). */
static inline void model_compile(struct model *m)
{
    struct ruleset *rs = &m->w->rs;
    rs->n_rules = rs->n_classifiers = 0;
    for (int i = 0; i < m->n_rules; i++)
        m->kept_rules[rs->n_rules++] = m->rules[i].rule;
    rs->weighs = false;
    for (int i = 0; i < m->n_classifiers; i++) {
        m->kept_classifiers[rs->n_classifiers++] = m->classifiers[i].classifier;
        rs->weighs = rs->weighs || m->classifiers[i].weigh;
    }
    rs->rules = m->kept_rules;
    rs->classifiers = m->kept_classifiers;
    rs->arena = m->w->a;
    assert_true(ruleindex_attach(rs, m->rng));
}

/* Mostly small, now and then more than a word or a block of bits. */
static inline int model_size(struct model *m, int most)
{
    int kind = pick(m, 1000);
    int limit = kind < 50 ? 2 : kind < 900 ? 40 : kind < 998 ? 200 : most;
    return kind >= 998 ? limit - pick(m, limit / 4) : pick(m, limit < most ? limit : most);
}

/* In a large set every rule asks for more, or the first few would take all. */
static inline const struct tree *model_when(struct model *m, int n)
{
    const struct tree *when = grow_when(m);
    struct tree *both;
    if (n < 64)
        return when;
    both = ARENA_NEW(m->w->a, struct tree);
    both->kind = COND_ALL;
    both->n = 3;
    both->kids[0] = when;
    for (int i = 1; i < 3; i++) {
        struct tree *more = ARENA_NEW(m->w->a, struct tree);
        more->kind = i == 1 ? COND_REGION_IS : COND_CLAIM;
        leaf(m, more);
        more->high = more->low < more->high ? more->low + 1 : more->high;
        both->kids[i] = more;
    }
    return both;
}

static inline void model_classifier(struct model *m, struct model_classifier *c)
{
    struct flat flat = {0};
    struct str *tags = ARENA_ARRAY(m->w->a, 4, struct str);
    for (int i = 0; i < 4; i++)
        tags[i] = str_from(PICK_OF(m, model_tags));
    c->when = model_when(m, m->n_classifiers);
    flatten(m->w, c->when, &flat);
    c->weigh = chance(m, 25) ? weigh_new(m) : NULL;
    c->classifier = (struct classifier){.when = flat.items,
                                        .n_when = (int)flat.n,
                                        .category = !c->weigh && chance(m, 60) ? pick(m, COUNT(model_categories)) : -1,
                                        .tags = tags,
                                        .n_tags = pick(m, 3)};
    if (c->weigh) {
        c->classifier.weigh = weigh_compile(m, c->weigh);
        c->classifier.otherwise = tags + 2;
        c->classifier.n_otherwise = pick(m, 3);
    }
}

static inline void model_rules(struct model *m)
{
    static const char *const codes[] = {"one", "two", "three"};
    m->n_rules = model_size(m, RULES_MAX);
    m->n_classifiers = model_size(m, CLASSIFIERS_MAX);
    for (int i = 0; i < m->n_rules; i++) {
        struct flat flat = {0};
        struct rule *r = &m->rules[i].rule;
        m->rules[i].when = model_when(m, m->n_rules);
        flatten(m->w, m->rules[i].when, &flat);
        *r = (struct rule){.when = flat.items, .n_when = (int)flat.n, .outcome = (enum outcome)(1 + pick(m, 3))};
        if (r->outcome == OUTCOME_ASSIGNED)
            model_ladder(m, r);
        else
            r->code = str_from(PICK_OF(m, codes));
    }
    for (int i = 0; i < m->n_classifiers; i++)
        model_classifier(m, &m->classifiers[i]);
}

static inline void model_new(struct model *m, uint64_t seed)
{
    static const struct calendar_day off[] = {{MODEL_DAY + 1, false}, {MODEL_DAY + 3, true}};
    struct str words[COUNT(model_words)];
    memset(m, 0, offsetof(struct model, rules));
    m->w = world_new();
    m->rng = seed;
    m->n_palette = chance(m, 30) ? 0 : 1 + pick(m, COUNT(m->palette));
    for (int i = 0; i < m->n_palette; i++)
        m->palette[i] = (enum cond_kind)(COND_CHANNEL + pick(m, COND_KIND_LIMIT - COND_CHANNEL));
    model_categories_build(m->w);
    model_neighbours(m->w);
    m->w->rs.calendar = (struct calendar){off, 2, MODEL_DAY + 300};
    for (int i = 0; i < COUNT(model_words); i++)
        words[i] = str_from(model_words[i]);
    m->w->rs.words = textscan_build(m->w->a, words, COUNT(model_words));
    for (int i = 0; i < MODEL_ORGS; i++)
        model_organisation(m, i);
    world_roster(m->w);
    for (int i = 0; i < MODEL_ORGS; i++)
        m->w->loads[i] = (struct load){pick(m, 5), m->w->orgs[i].capacity, pick(m, 3)};
    model_rules(m);
    model_compile(m);
}

static inline void model_free(struct model *m)
{
    world_free(m->w);
}

#endif
