/*
 * mutants.c - mutations tried on the tests that they can touch
 */
#include "conf/mutants.h"

struct mutants {
    const struct ruleset *rs;
    const struct rule_tests *tests;
    struct test_way *ways;          /* one a test */
    const struct test_step **steps; /* one list a test */
};

struct mutants *mutants_new(struct arena *a, const struct ruleset *rs, const struct rule_tests *tests)
{
    struct mutants *m = ARENA_NEW(a, struct mutants);
    if (!m)
        return NULL;
    *m = (struct mutants){rs, tests, ARENA_ARRAY(a, (size_t)tests->n + 1, struct test_way),
                          ARENA_ARRAY(a, (size_t)tests->n + 1, const struct test_step *)};
    if (!m->ways || !m->steps)
        return NULL;
    for (int i = 0; i < tests->n; i++) {
        if (!test_way_find(a, rs, &tests->items[i], &m->ways[i]))
            return NULL;
        m->steps[i] = test_steps_find(a, rs, &tests->items[i]);
        if (!m->steps[i])
            return NULL;
    }
    return m;
}

/* ---- whom a mutation can touch ---- */

static bool touches_by_rule(const struct test_way *way, const struct mutation *x,
                            const struct ruleset *mutant)
{
    int decided = way->decision.rule;
    bool reached = decided < 0 || decided >= x->item;
    switch (x->kind) {
    case MUTATE_NEGATE:
    case MUTATE_DROP_CONDITION:
    case MUTATE_RANGE:
    case MUTATE_DROP_MEMBER:
        return reached && match_holds(&way->match, mutant->rules[x->item].when) != (decided == x->item);
    case MUTATE_SWAP_RULES: /* the next one is the first now */
        return decided == x->item && match_holds(&way->match, mutant->rules[x->item].when);
    default:
        return decided == x->item;
    }
}

/* Whether the classifier is looked at and its conditions hold, in the state before classifier `at`. */
static bool applies(const struct mutants *m, int test, const struct classifier *c, int at)
{
    struct match match = test_step_match(&m->ways[test], &m->steps[test][at]);
    return !(classifier_sets_category(c) && match.category >= 0) && match_holds(&match, c->when);
}

static bool touches_by_classifier(const struct mutants *m, int test, const struct mutation *x,
                                  const struct ruleset *mutant)
{
    const struct classifier *c = &m->rs->classifiers[x->item];
    bool does = applies(m, test, c, x->item);
    switch (x->kind) {
    case MUTATE_NEGATE:
    case MUTATE_DROP_CONDITION:
    case MUTATE_RANGE:
    case MUTATE_DROP_MEMBER:
        return applies(m, test, &mutant->classifiers[x->item], x->item) != does;
    case MUTATE_SWAP_CLASSIFIERS:
        return does || applies(m, test, c + 1, x->item);
    default:
        return does;
    }
}

static bool touches(const struct mutants *m, int test, const struct mutation *x, const struct ruleset *mutant)
{
    return x->of_classifier ? touches_by_classifier(m, test, x, mutant)
                            : touches_by_rule(&m->ways[test], x, mutant);
}

int mutants_try(const struct mutants *m, struct arena *a, const struct mutation *x)
{
    struct ruleset mutant;
    if (!mutate_apply(a, m->rs, x, &mutant))
        return MUTANT_FULL;
    for (int i = 0; i < m->tests->n; i++) {
        struct test_result result;
        if (!touches(m, i, x, &mutant))
            continue;
        if (!ruletest_run(a, &mutant, &m->tests->items[i], &result))
            return MUTANT_FULL;
        if (!result.passed)
            return i;
    }
    return MUTANT_UNNOTICED;
}
