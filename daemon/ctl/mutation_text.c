/*
 * mutation_text.c - mutations told in the terms of the rules
 */
#include "ctl/mutation_text.h"

const char *const mutation_kind_names[MUTATION_KINDS] = {
    [MUTATE_NEGATE] = "condition turned round",
    [MUTATE_DROP_CONDITION] = "condition dropped",
    [MUTATE_RANGE] = "end of a range moved",
    [MUTATE_DROP_MEMBER] = "word or value dropped",
    [MUTATE_DROP_RULE] = "rule dropped",
    [MUTATE_SWAP_RULES] = "rules swapped",
    [MUTATE_OUTCOME] = "code changed",
    [MUTATE_DROP_RUNG] = "rung dropped",
    [MUTATE_SWAP_RUNGS] = "rungs swapped",
    [MUTATE_PICK] = "pick changed",
    [MUTATE_TARGET] = "target loosened or narrowed",
    [MUTATE_DROP_CLASSIFIER] = "classifier dropped",
    [MUTATE_SWAP_CLASSIFIERS] = "classifiers swapped",
    [MUTATE_DROP_CATEGORY] = "category not set",
    [MUTATE_DROP_TAG] = "tag not set",
};

static struct str of_condition(const struct wording *w, const struct mutation *m, const struct cond *when)
{
    const struct cond *c = &when[m->at];
    struct wording all = *w;
    struct str text = wording_condition(w, c);
    all.most = 0;
    switch (m->kind) {
    case MUTATE_NEGATE:
        return arena_printf(w->a, "not `" STR_FMT "`", STR_ARG(text));
    case MUTATE_DROP_CONDITION:
        return arena_printf(w->a, "without `" STR_FMT "`", STR_ARG(text));
    case MUTATE_DROP_MEMBER: {
        struct str member = wording_member(&all, c, m->member);
        return arena_printf(w->a, "`" STR_FMT "` without " STR_FMT, STR_ARG(text), STR_ARG(member));
    }
    default: {
        struct cond moved = *c;
        *(m->part == PART_LOW ? &moved.low : &moved.high) = m->to;
        struct str now = wording_condition(w, &moved);
        return arena_printf(w->a, "`" STR_FMT "` as `" STR_FMT "`", STR_ARG(text), STR_ARG(now));
    }
    }
}

static struct str of_target(const struct wording *w, const struct mutation *m, const struct target *to)
{
    static const char *const parts[] = {
        [PART_KINDS] = "kind",
        [PART_LEVELS] = "level",
        [PART_SPECIALITY] = "speciality",
        [PART_ORGANISATION] = "organisation",
        [PART_STATIONED] = "stationed",
        [PART_WHERE] = "its region",
        [PART_RATING] = "rating",
        [PART_OPEN_NOW] = "open_now",
        [PART_LANGUAGES] = "languages",
        [PART_JOINTLY] = "jointly",
        [PART_RESPOND_WITHIN] = "respond_within",
        [PART_FINISH_WITHIN] = "finish_within",
    };
    struct str member = STR("");
    if (m->member >= 0 && m->part == PART_KINDS)
        member = str_from(word_of(org_kind_words, m->member));
    else if (m->member >= 0 && m->part == PART_LEVELS)
        member = str_from(word_of(region_level_words, m->member));
    else if (m->member >= 0 && m->part == PART_SPECIALITY)
        member = w->rs->categories.items[to->specialities[m->member]].code;
    else if (m->member >= 0)
        member = w->rs->roster.items[to->organisations[m->member]].id;
    return arena_printf(w->a, "rung %d without %s%s" STR_FMT, m->at + 1, parts[m->part], member.n ? " " : "",
                        STR_ARG(member));
}

static struct str of_rule(const struct wording *w, const struct mutation *m)
{
    const struct rule *rule = &w->rs->rules[m->item];
    switch (m->kind) {
    case MUTATE_DROP_RULE:
        return STR("without the rule");
    case MUTATE_SWAP_RULES:
        return arena_printf(w->a, "behind the next rule, " STR_FMT, STR_ARG(rule[1].id));
    case MUTATE_OUTCOME:
        return arena_printf(w->a, "another code than " STR_FMT, STR_ARG(rule->code));
    case MUTATE_DROP_RUNG: {
        struct str target = wording_target(w, &rule->rungs[m->at].to);
        return arena_printf(w->a, "without rung %d, `" STR_FMT "`", m->at + 1, STR_ARG(target));
    }
    case MUTATE_SWAP_RUNGS:
        return arena_printf(w->a, "rungs %d and %d swapped", m->at + 1, m->at + 2);
    case MUTATE_PICK:
        return arena_printf(w->a, "rung %d picks %s, not %s", m->at + 1, word_of(pick_words, (int)m->to + 1),
                            word_of(pick_words, (int)rule->rungs[m->at].pick + 1));
    case MUTATE_TARGET:
        return of_target(w, m, &rule->rungs[m->at].to);
    default:
        return of_condition(w, m, rule->when);
    }
}

static struct str of_classifier(const struct wording *w, const struct mutation *m)
{
    const struct classifier *c = &w->rs->classifiers[m->item];
    switch (m->kind) {
    case MUTATE_DROP_CLASSIFIER:
        return STR("without the classifier");
    case MUTATE_SWAP_CLASSIFIERS:
        return arena_printf(w->a, "behind the next classifier, " STR_FMT, STR_ARG(c[1].id));
    case MUTATE_DROP_CATEGORY:
        return arena_printf(w->a, "without setting category " STR_FMT,
                            STR_ARG(w->rs->categories.items[c->category].code));
    case MUTATE_DROP_TAG:
        return arena_printf(w->a, "without setting tag " STR_FMT, STR_ARG(c->tags[m->member]));
    default:
        return of_condition(w, m, c->when);
    }
}

struct str mutation_text(const struct wording *w, const struct mutation *m)
{
    return m->of_classifier ? of_classifier(w, m) : of_rule(w, m);
}
