/*
 * mutate_list.c - which mutations a rule set has
 */
#include "core/mutate.h"

#define YUAN 100

struct listing {
    struct arena *a;
    const struct ruleset *rs;
    struct mutations *out;
    struct mutation at; /* what all of the item's have in common */
};

static bool push(struct listing *l, struct mutation m)
{
    struct mutation *slot = ARENA_PUSH(l->a, l->out->items, l->out->n, l->out->cap);
    if (!slot)
        return false;
    m.of_classifier = l->at.of_classifier;
    m.item = l->at.item;
    *slot = m;
    return true;
}

static bool equivalent(struct listing *l)
{
    l->out->equivalent++;
    return true;
}

/* ---- conditions ---- */

/* A sum moves by a yuan, all else by one: tests stand at 5,000 and 5,001. */
static int64_t step_of(const struct cond *c)
{
    return c->kind == COND_CLAIM ? YUAN : 1;
}

static bool range_end(struct listing *l, const struct cond *c, struct mutation m, int64_t to)
{
    int64_t other = m.part == PART_LOW ? c->high : c->low;
    m.to = to;
    return (m.part == PART_LOW ? to > other : to < other) || push(l, m);
}

/* Each end that is there, one step out and one step in. */
static bool list_range(struct listing *l, const struct cond *c, struct mutation m)
{
    int64_t step = step_of(c);
    m.kind = MUTATE_RANGE;
    m.part = PART_LOW;
    if (c->low > 0 && !(range_end(l, c, m, c->low - step) && range_end(l, c, m, c->low + step)))
        return false;
    m.part = PART_HIGH;
    return c->high >= INT64_MAX - step ||
           (range_end(l, c, m, c->high + step) && range_end(l, c, m, c->high - step));
}

static int bits_in(uint64_t set)
{
    return __builtin_popcountll(set);
}

/* One less of what is several: of one, nothing would be left, and the negation says as much. */
static bool list_members(struct listing *l, const struct cond *c, struct mutation m)
{
    bool set = cond_payload(c->kind) == PAYLOAD_SET;
    m.kind = MUTATE_DROP_MEMBER;
    if ((set ? bits_in(c->set) : c->n) < 2)
        return true;
    for (m.member = 0; m.member < (set ? 64 : c->n); m.member++)
        if ((!set || c->set >> m.member & 1) && !push(l, m))
            return false;
    return true;
}

/* Whether it is the only one of all its groups: to take it out would leave `{}`, which changes everything,
 * or nothing when it held anyway. */
static bool list_leaf(struct listing *l, const struct cond *when, int i)
{
    const struct cond *c = &when[i];
    struct mutation m = {.at = i, .line = c->line, .file = c->file};
    m.kind = MUTATE_NEGATE;
    if (!push(l, m))
        return false;
    m.kind = MUTATE_DROP_CONDITION;
    if (!push(l, m))
        return false;
    switch (cond_payload(c->kind)) {
    case PAYLOAD_RANGE:
        return list_range(l, c, m);
    case PAYLOAD_SET:
    case PAYLOAD_LIST:
    case PAYLOAD_STRINGS:
        return list_members(l, c, m);
    default:
        return true;
    }
}

static bool list_conditions(struct listing *l, const struct cond *when, int n)
{
    for (int i = 1; i < n; i++)
        if (cond_payload(when[i].kind) != PAYLOAD_GROUP && !list_leaf(l, when, i))
            return false;
    return true;
}

/* ---- rungs ---- */

/* The change is made, to see whether it makes a difference. */
static bool target_member(struct listing *l, struct mutation m, enum mutation_part part, int member)
{
    struct ruleset mutant;
    m.kind = MUTATE_TARGET;
    m.part = part;
    m.member = member;
    m.item = l->at.item;
    struct arena *scratch = arena_new(0);
    bool good = scratch && mutate_apply(scratch, l->rs, &m, &mutant);
    const struct rung *before = &l->rs->rules[m.item].rungs[m.at];
    const struct rung *after = good ? &mutant.rules[m.item].rungs[m.at] : before;
    bool idle =
        good && part < PART_JOINTLY && mutate_target_idle(l->rs, &before->to, &after->to);
    arena_free(scratch);
    return good && (idle ? equivalent(l) : push(l, m));
}

static bool list_bits(struct listing *l, struct mutation m, enum mutation_part part, uint64_t set)
{
    for (int i = 0; i < 64 && bits_in(set) > 1; i++)
        if ((set >> i & 1) && !target_member(l, m, part, i))
            return false;
    return true;
}

static bool list_places(struct listing *l, struct mutation m, enum mutation_part part, int n)
{
    for (int i = 0; i < n && n > 1; i++)
        if (!target_member(l, m, part, i))
            return false;
    return true;
}

static bool list_target(struct listing *l, struct mutation m, const struct rung *rung)
{
    const struct target *to = &rung->to;
    const struct {
        enum mutation_part part;
        bool there;
    } whole[] = {
        {PART_LEVELS, to->levels && (to->kinds || to->n_specialities || to->speciality_matching)},
        {PART_SPECIALITY, (to->n_specialities || to->speciality_matching) && (to->kinds || to->levels)},
        {PART_STATIONED, to->stationed && to->kinds},
        {PART_WHERE, to->where != TARGET_NEAREST},
        {PART_RATING, to->rating_at_least > 0},
        {PART_OPEN_NOW, to->open_now},
        {PART_LANGUAGES, to->n_languages > 0},
        {PART_JOINTLY, rung->jointly != NULL},
        {PART_RESPOND_WITHIN, rung->respond_within.count > 0},
        {PART_FINISH_WITHIN, rung->finish_within.count > 0},
    };
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        if (whole[i].there && !target_member(l, m, whole[i].part, -1))
            return false;
    return list_bits(l, m, PART_KINDS, to->kinds) && list_bits(l, m, PART_LEVELS, to->levels) &&
           list_places(l, m, PART_SPECIALITY, to->n_specialities) &&
           list_places(l, m, PART_ORGANISATION, to->n_organisations);
}

/* Two rungs that ask the same of the same. */
static bool same_rung(const struct rung *a, const struct rung *b)
{
    struct rung x = *a, y = *b;
    x.line = y.line = 0;
    x.file = y.file = NULL;
    return memcmp(&x, &y, sizeof x) == 0;
}

static bool list_pick(struct listing *l, struct mutation m, const struct rung *rung)
{
    m.kind = MUTATE_PICK;
    m.to = rung->pick == PICK_LEAST_LOADED ? PICK_BEST_RATED : PICK_LEAST_LOADED;
    return mutate_pick_idle(l->rs, rung) ? equivalent(l) : push(l, m);
}

static bool list_rungs(struct listing *l, const struct rule *rule)
{
    for (int i = 0; i < rule->n_rungs; i++) {
        const struct rung *rung = &rule->rungs[i];
        struct mutation m = {.kind = MUTATE_DROP_RUNG, .at = i, .line = rung->line, .file = rung->file};
        if (rule->n_rungs > 1 && !push(l, m))
            return false;
        m.kind = MUTATE_SWAP_RUNGS;
        if (i + 1 < rule->n_rungs && !(same_rung(rung, rung + 1) ? equivalent(l) : push(l, m)))
            return false;
        if (!list_pick(l, m, rung) || !list_target(l, m, rung))
            return false;
    }
    return true;
}

/* ---- items ---- */

static bool list_rule(struct listing *l, int i)
{
    const struct rule *rule = &l->rs->rules[i];
    struct mutation m = {.kind = MUTATE_DROP_RULE, .line = rule->line};
    l->at = (struct mutation){.item = i};
    if (!push(l, m))
        return false;
    m.kind = MUTATE_SWAP_RULES;
    if (i + 1 < l->rs->n_rules &&
        !(mutate_apart(l->rs, rule->when, rule[1].when) ? equivalent(l) : push(l, m)))
        return false;
    m.kind = MUTATE_OUTCOME;
    if (rule->outcome != OUTCOME_ASSIGNED && !push(l, m))
        return false;
    return list_conditions(l, rule->when, rule->n_when) && list_rungs(l, rule);
}

/* Whether conditions ask for what earlier classifiers may have changed. */
static bool asks_for_results(const struct classifier *c)
{
    for (int i = 0; i < c->n_when; i++)
        switch (c->when[i].kind) {
        case COND_CATEGORY_UNDER:
        case COND_CATEGORY_IS:
        case COND_CATEGORY_MISSING:
        case COND_TAGS:
            return true;
        default:
            break;
        }
    return false;
}

/* Two that do not hear of each other, and either only add tags or never meet. */
static bool order_is_idle(const struct ruleset *rs, const struct classifier *a, const struct classifier *b)
{
    if (asks_for_results(a) || asks_for_results(b))
        return false;
    return !classifier_sets_category(a) || !classifier_sets_category(b) || mutate_apart(rs, a->when, b->when);
}

static bool list_classifier(struct listing *l, int i)
{
    const struct classifier *c = &l->rs->classifiers[i];
    struct mutation m = {.kind = MUTATE_DROP_CLASSIFIER, .line = c->line};
    l->at = (struct mutation){.of_classifier = true, .item = i};
    if (!push(l, m))
        return false;
    m.kind = MUTATE_SWAP_CLASSIFIERS;
    if (i + 1 < l->rs->n_classifiers && !(order_is_idle(l->rs, c, c + 1) ? equivalent(l) : push(l, m)))
        return false;
    m.kind = MUTATE_DROP_CATEGORY;
    if (c->category >= 0 && c->n_tags && !push(l, m))
        return false;
    m.kind = MUTATE_DROP_TAG;
    bool several = c->n_tags > 1 || (c->n_tags && classifier_sets_category(c));
    for (m.member = 0; several && m.member < c->n_tags; m.member++)
        if (!push(l, m))
            return false;
    return list_conditions(l, c->when, c->n_when);
}

bool mutate_list(struct arena *a, const struct ruleset *rs, struct mutations *out)
{
    struct listing l = {a, rs, out, {0}};
    *out = (struct mutations){0};
    for (int i = 0; i < rs->n_classifiers; i++)
        if (!list_classifier(&l, i))
            return false;
    for (int i = 0; i < rs->n_rules; i++)
        if (!list_rule(&l, i))
            return false;
    return true;
}
