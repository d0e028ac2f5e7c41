/*
 * coverage.c - tests followed on their way, and what they see noted
 */
#include "conf/coverage.h"
#include "conf/mutants.h"

static bool covered_init(struct arena *a, struct covered *c, int n_when, int n_rungs)
{
    c->seen = ARENA_ARRAY(a, (size_t)n_when + 1, unsigned char);
    c->rungs = ARENA_ARRAY(a, (size_t)n_rungs + 1, int);
    return c->seen && c->rungs;
}

static bool coverage_init(struct arena *a, const struct ruleset *rs, struct coverage *c)
{
    c->rules = ARENA_ARRAY(a, (size_t)rs->n_rules + 1, struct covered);
    c->classifiers = ARENA_ARRAY(a, (size_t)rs->n_classifiers + 1, struct covered);
    bool good = c->rules && c->classifiers;
    for (int i = 0; good && i < rs->n_rules; i++)
        good = covered_init(a, &c->rules[i], rs->rules[i].n_when, rs->rules[i].n_rungs);
    for (int i = 0; good && i < rs->n_classifiers; i++)
        good = covered_init(a, &c->classifiers[i], rs->classifiers[i].n_when, 0);
    return good;
}

/* Every condition is looked at, those behind one that fails too. */
static void see(struct covered *c, const struct match *m, const struct cond *when, int n)
{
    for (int i = 0; i < n; i++)
        if (cond_payload(when[i].kind) != PAYLOAD_GROUP)
            c->seen[i] |= match_holds(m, &when[i]) ? SEEN_TRUE : SEEN_FALSE;
}

static void see_rules(struct coverage *c, const struct ruleset *rs, const struct test_way *way)
{
    int decided = way->decision.rule, last = decided >= 0 ? decided : rs->n_rules - 1;
    for (int i = 0; i <= last; i++)
        see(&c->rules[i], &way->match, rs->rules[i].when, rs->rules[i].n_when);
    if (decided < 0)
        return;
    c->rules[decided].times++;
    if (way->decision.rung >= 0)
        c->rules[decided].rungs[way->decision.rung]++;
    for (int i = 0; i < way->n_rungs; i++)
        c->rules[decided].rungs[way->rungs[i]]++;
}

static void see_classifiers(struct coverage *c, const struct ruleset *rs, const struct test_way *way,
                            const struct test_step *steps)
{
    for (int i = 0; i < rs->n_classifiers; i++) {
        const struct classifier *k = &rs->classifiers[i];
        struct match m = test_step_match(way, &steps[i]);
        if (classifier_sets_category(k) && m.category >= 0)
            continue;
        see(&c->classifiers[i], &m, k->when, k->n_when);
        c->classifiers[i].times += match_holds(&m, k->when);
    }
}

bool coverage_find(struct arena *a, const struct ruleset *rs, const struct rule_tests *tests,
                   struct coverage *out)
{
    if (!coverage_init(a, rs, out))
        return false;
    for (int i = 0; i < tests->n; i++) {
        struct arena *scratch = arena_new(0);
        struct test_way way;
        const struct test_step *steps = NULL;
        if (scratch && test_way_find(scratch, rs, &tests->items[i], &way))
            steps = test_steps_find(scratch, rs, &tests->items[i]);
        if (steps) {
            see_rules(out, rs, &way);
            see_classifiers(out, rs, &way, steps);
        }
        arena_free(scratch);
        if (!steps)
            return false;
    }
    return true;
}
