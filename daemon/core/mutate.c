/*
 * mutate.c - one mutation made: the item that changes is copied, the rest shared
 */
#include "core/mutate.h"

#include <assert.h>

struct ruleset mutate_plain(const struct ruleset *rs)
{
    struct ruleset copy = *rs;
    copy.rule_index = copy.classifier_index = NULL;
    return copy;
}

enum cond_payload cond_payload(enum cond_kind kind)
{
    static const enum cond_payload payloads[COND_KIND_LIMIT] = {
        [COND_ALL] = PAYLOAD_GROUP,
        [COND_ANY] = PAYLOAD_GROUP,
        [COND_NOT] = PAYLOAD_GROUP,
        [COND_CHANNEL] = PAYLOAD_SET,
        [COND_MODE] = PAYLOAD_SET,
        [COND_CATEGORY_UNDER] = PAYLOAD_LIST,
        [COND_CATEGORY_IS] = PAYLOAD_LIST,
        [COND_CATEGORY_MISSING] = PAYLOAD_NONE,
        [COND_REGION_WITHIN] = PAYLOAD_LIST,
        [COND_REGION_IS] = PAYLOAD_LIST,
        [COND_REGION_LEVEL] = PAYLOAD_SET,
        [COND_REGION_KIND] = PAYLOAD_SET,
        [COND_CLAIM] = PAYLOAD_RANGE,
        [COND_CLAIM_MISSING] = PAYLOAD_NONE,
        [COND_TAGS] = PAYLOAD_STRINGS,
        [COND_OFFENCE] = PAYLOAD_STRINGS,
        [COND_SOURCE_CATEGORY] = PAYLOAD_STRINGS,
        [COND_AGENCY] = PAYLOAD_STRINGS,
        [COND_RISK] = PAYLOAD_SET,
        [COND_TEXT] = PAYLOAD_LIST,
        [COND_PARTY] = PAYLOAD_PARTY,
        [COND_PARTIES] = PAYLOAD_RANGE,
        [COND_SAME_VILLAGE] = PAYLOAD_NONE,
        [COND_AGE] = PAYLOAD_RANGE,
        [COND_AGE_MISSING] = PAYLOAD_NONE,
        [COND_ARRIVED] = PAYLOAD_RANGE,
        [COND_WORKING_TIME] = PAYLOAD_NONE,
        [COND_EARLIER] = PAYLOAD_RANGE,
        [COND_EARLIER_COUNT] = PAYLOAD_RANGE,
    };
    assert(kind >= 0 && kind < COND_KIND_LIMIT);
    return payloads[kind];
}

int cond_parent(const struct cond *when, int at)
{
    int parent = -1;
    for (int i = 0; i < at; i++)
        if (when[i].span && i + when[i].span >= at)
            parent = i;
    return parent;
}

/* A list without one of its elements. */
static void *without(struct arena *a, const void *items, int n, int drop, size_t size)
{
    char *copy = arena_array(a, (size_t)n, size);
    if (!copy)
        return NULL;
    memcpy(copy, items, (size_t)drop * size);
    memcpy(copy + (size_t)drop * size, (const char *)items + (size_t)(drop + 1) * size,
           (size_t)(n - drop - 1) * size);
    return copy;
}

static void *copy_of(struct arena *a, const void *items, int n, size_t size)
{
    void *copy = arena_array(a, (size_t)n + 1, size); /* one more: a group may be put in */
    if (copy && n)
        memcpy(copy, items, (size_t)n * size);
    return copy;
}

/* ---- conditions ---- */

/* Groups around `at` grow by `by`. */
static void stretch(struct cond *when, int at, int by)
{
    for (int i = 0; i < at; i++)
        if (when[i].span && i + when[i].span >= at)
            when[i].span += by;
}

static void negate(struct cond *when, int *n, int at)
{
    stretch(when, at, 1);
    memmove(&when[at + 1], &when[at], (size_t)(*n - at) * sizeof *when);
    when[at] = (struct cond){.kind = COND_NOT,
                             .span = 1 + when[at + 1].span,
                             .line = when[at + 1].line,
                             .file = when[at + 1].file};
    (*n)++;
}

/* Takes out node `at` with all below it, and every group but the first that is empty then. */
static void drop(struct cond *when, int *n, int at)
{
    int parent = cond_parent(when, at);
    while (parent > 0 && when[parent].span == 1 + when[at].span) {
        at = parent;
        parent = cond_parent(when, at);
    }
    int gone = 1 + when[at].span;
    stretch(when, at, -gone);
    memmove(&when[at], &when[at + gone], (size_t)(*n - at - gone) * sizeof *when);
    *n -= gone;
}

static bool drop_member(struct arena *a, struct cond *c, int member)
{
    switch (cond_payload(c->kind)) {
    case PAYLOAD_SET:
        c->set &= ~((uint64_t)1 << member);
        return true;
    case PAYLOAD_LIST:
        c->list = without(a, c->list, c->n--, member, sizeof *c->list);
        return c->list != NULL;
    case PAYLOAD_STRINGS:
        c->strings = without(a, c->strings, c->n--, member, sizeof *c->strings);
        return c->strings != NULL;
    default:
        return true;
    }
}

static bool change_conditions(struct arena *a, const struct mutation *m, const struct cond **when,
                              int *n_when)
{
    struct cond *copy = copy_of(a, *when, *n_when, sizeof *copy);
    if (!copy)
        return false;
    bool good = true;
    if (m->kind == MUTATE_NEGATE)
        negate(copy, n_when, m->at);
    else if (m->kind == MUTATE_DROP_CONDITION)
        drop(copy, n_when, m->at);
    else if (m->kind == MUTATE_DROP_MEMBER)
        good = drop_member(a, &copy[m->at], m->member);
    else if (m->part == PART_LOW)
        copy[m->at].low = m->to;
    else
        copy[m->at].high = m->to;
    *when = copy;
    return good;
}

/* ---- rungs ---- */

static bool change_target(struct arena *a, const struct mutation *m, struct rung *rung)
{
    struct target *to = &rung->to;
    bool whole = m->member < 0;
    uint64_t bit = whole ? UINT64_MAX : (uint64_t)1 << m->member;
    switch (m->part) {
    case PART_KINDS:
        to->kinds &= ~bit;
        break;
    case PART_LEVELS:
        to->levels &= ~bit;
        break;
    case PART_SPECIALITY:
        to->speciality_matching = false;
        if (!whole)
            to->specialities = without(a, to->specialities, to->n_specialities--, m->member, sizeof(int));
        else
            to->n_specialities = 0;
        break;
    case PART_ORGANISATION:
        to->organisations = without(a, to->organisations, to->n_organisations--, m->member, sizeof(int));
        break;
    case PART_STATIONED:
        to->stationed = false;
        break;
    case PART_WHERE:
        to->where = TARGET_NEAREST;
        break;
    case PART_RATING:
        to->rating_at_least = 0;
        break;
    case PART_OPEN_NOW:
        to->open_now = false;
        break;
    case PART_LANGUAGES:
        to->n_languages = 0;
        break;
    case PART_RESPOND_WITHIN:
        rung->respond_within = (struct duration){0};
        break;
    case PART_FINISH_WITHIN:
        rung->finish_within = (struct duration){0};
        break;
    default:
        rung->jointly = NULL;
    }
    return !arena_overflowed(a);
}

static bool change_rungs(struct arena *a, const struct mutation *m, struct rule *rule)
{
    struct rung *rungs = copy_of(a, rule->rungs, rule->n_rungs, sizeof *rungs);
    bool good = rungs != NULL;
    if (good && m->kind == MUTATE_DROP_RUNG) {
        rule->n_rungs--;
        memmove(&rungs[m->at], &rungs[m->at + 1], (size_t)(rule->n_rungs - m->at) * sizeof *rungs);
    } else if (good && m->kind == MUTATE_SWAP_RUNGS) {
        struct rung first = rungs[m->at];
        rungs[m->at] = rungs[m->at + 1];
        rungs[m->at + 1] = first;
    } else if (good && m->kind == MUTATE_PICK) {
        rungs[m->at].pick = (enum pick)m->to;
    } else if (good) {
        good = change_target(a, m, &rungs[m->at]);
    }
    rule->rungs = rungs;
    return good;
}

/* ---- items ---- */

static bool change_rule(struct arena *a, const struct mutation *m, struct rule *rules, int *n)
{
    struct rule *rule = &rules[m->item], first = *rule;
    switch (m->kind) {
    case MUTATE_DROP_RULE:
        memmove(rule, rule + 1, (size_t)(--*n - m->item) * sizeof *rules);
        return true;
    case MUTATE_SWAP_RULES:
        rule[0] = rule[1];
        rule[1] = first;
        return true;
    case MUTATE_OUTCOME:
        rule->code = STR("mutant");
        return true;
    case MUTATE_DROP_RUNG:
    case MUTATE_SWAP_RUNGS:
    case MUTATE_PICK:
    case MUTATE_TARGET:
        return change_rungs(a, m, rule);
    default:
        return change_conditions(a, m, &rule->when, &rule->n_when);
    }
}

static bool change_classifier(struct arena *a, const struct mutation *m, struct classifier *all, int *n)
{
    struct classifier *c = &all[m->item], first = *c;
    switch (m->kind) {
    case MUTATE_DROP_CLASSIFIER:
        memmove(c, c + 1, (size_t)(--*n - m->item) * sizeof *all);
        return true;
    case MUTATE_SWAP_CLASSIFIERS:
        c[0] = c[1];
        c[1] = first;
        return true;
    case MUTATE_DROP_CATEGORY:
        c->category = -1;
        return true;
    case MUTATE_DROP_TAG:
        c->tags = without(a, c->tags, c->n_tags--, m->member, sizeof *c->tags);
        return c->tags != NULL;
    default:
        return change_conditions(a, m, &c->when, &c->n_when);
    }
}

bool mutate_apply(struct arena *a, const struct ruleset *rs, const struct mutation *m, struct ruleset *out)
{
    *out = mutate_plain(rs);
    if (m->of_classifier) {
        struct classifier *all = copy_of(a, rs->classifiers, rs->n_classifiers, sizeof *all);
        out->classifiers = all;
        return all && change_classifier(a, m, all, &out->n_classifiers);
    }
    struct rule *rules = copy_of(a, rs->rules, rs->n_rules, sizeof *rules);
    out->rules = rules;
    return rules && change_rule(a, m, rules, &out->n_rules);
}
