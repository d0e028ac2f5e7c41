/*
 * test_decide.c - core/decide.h
 */
#include "core/world.h"

#define ALWAYS ((const struct cond[]){{.kind = COND_ALL}})

static struct world *w;
static struct arena *results;

static int setup(void **state)
{
    (void)state;
    w = world_new();
    results = arena_new(0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(results);
    world_free(w);
    return 0;
}

static struct decision run(const struct referral *r)
{
    struct decision d;
    assert_true(decide(results, &w->rs, r, NULL, 0, world_load(w), &d));
    return d;
}

static void words(const struct str *list, int n)
{
    w->rs.words = textscan_build(w->a, list, n);
    assert_non_null(w->rs.words);
}

/* The second step under other loads, without the first again: the same as deciding whole. */
static void two_steps_make_the_same_decision(void **state)
{
    (void)state;
    world_org(w, "a", ORG_PEOPLE, "320501001001")->capacity = 1;
    world_org(w, "b", ORG_PEOPLE, "320501001")->capacity = 1;
    world_roster(w);
    static const struct rung ladder[] = {{.to = {.kinds = 1u << ORG_PEOPLE}}, {.to = {.kinds = 1u << ORG_PEOPLE}}};
    w->rs.rules = (const struct rule[]){
        {.id = STR("all"), .when = ALWAYS, .n_when = 1, .outcome = OUTCOME_ASSIGNED, .rungs = ladder, .n_rungs = 2}};
    w->rs.n_rules = 1;
    struct referral r = world_referral(w, "320501001001");
    struct decision first;
    assert_true(decide_rule(results, &w->rs, &r, &first));
    assert_int_equal(first.outcome, OUTCOME_ASSIGNED);
    assert_int_equal(first.organisation, -1);
    for (int full = 0; full < 4; full++) {
        w->loads[0].open = full & 1;
        w->loads[1].open = full >> 1;
        struct decision whole = run(&r), again = first;
        assert_true(decide_place(results, &w->rs, &r, NULL, 0, world_load(w), &again));
        assert_int_equal(again.outcome, whole.outcome);
        assert_int_equal(again.organisation, whole.organisation);
        assert_int_equal(again.n_candidates, whole.n_candidates);
        assert_int_equal(again.outcome, full == 3 ? OUTCOME_MANUAL : OUTCOME_ASSIGNED);
    }
}

static void no_rule_means_manual(void **state)
{
    (void)state;
    world_roster(w);
    struct referral r = world_referral(w, "320501001001");
    struct decision d = run(&r);
    assert_int_equal(d.outcome, OUTCOME_MANUAL);
    assert_str(d.code, "no-rule");
    assert_int_equal(d.rule, -1);
    assert_int_equal(d.rung, -1);
    assert_int_equal(d.organisation, -1);
    assert_int_equal(d.classifier, -1);
    assert_int_equal(d.category, -1);
    assert_int_equal(d.n_candidates, 0);
    assert_false(d.truncated);
}

static void the_first_rule_that_matches_decides(void **state)
{
    (void)state;
    static const struct cond police[] = {{.kind = COND_ALL, .span = 1, .line = 3},
                                         {.kind = COND_CHANNEL, .line = 4, .set = 1 << CHANNEL_POLICE}};
    const struct rule rules[] = {
        {.id = STR("a"), .when = police, .n_when = 2, .outcome = OUTCOME_MANUAL, .code = STR("police")},
        {.id = STR("b"),
         .when = ALWAYS,
         .n_when = 1,
         .outcome = OUTCOME_REFUSED,
         .code = STR("not-reconcilable")},
        {.id = STR("c"), .when = ALWAYS, .n_when = 1, .outcome = OUTCOME_MANUAL, .code = STR("late")},
    };
    world_roster(w);
    w->rs.rules = rules;
    w->rs.n_rules = 3;
    struct referral r = world_referral(w, "3205");
    struct decision d = run(&r);
    assert_int_equal(d.rule, 1);
    assert_int_equal(d.outcome, OUTCOME_REFUSED);
    assert_str(d.code, "not-reconcilable");
    r.channel = CHANNEL_POLICE;
    d = run(&r);
    assert_int_equal(d.rule, 0);
    assert_int_equal(d.outcome, OUTCOME_MANUAL);
    assert_str(d.code, "police");

    struct rule_trace *traces;
    int n;
    r.channel = CHANNEL_COURT;
    assert_true(decide_trace(results, &w->rs, &r, 1, &traces, &n));
    assert_int_equal(n, 2);
    assert_int_equal(traces[0].rule, 0);
    assert_false(traces[0].matched);
    assert_int_equal(traces[0].failed_line, 4);
    assert_true(traces[1].matched);
    assert_true(decide_trace(results, &w->rs, &r, 99, &traces, &n));
    assert_int_equal(n, 3);
    assert_true(decide_trace(results, &w->rs, &r, -1, &traces, &n));
    assert_int_equal(n, 0);
}

static void classifiers_fill_in_what_is_missing(void **state)
{
    (void)state;
    const struct cond wage[] = {{.kind = COND_ALL, .span = 1},
                                {.kind = COND_TEXT, .list = (const int[]){0}, .n = 1}},
                      noise[] = {{.kind = COND_ALL, .span = 1},
                                 {.kind = COND_TEXT, .list = (const int[]){1, 2}, .n = 2}},
                      tagged[] = {{.kind = COND_ALL, .span = 1},
                                  {.kind = COND_TAGS, .strings = (const struct str[]){{"wages", 5}}, .n = 1}};
    const struct classifier classifiers[] = {
        {.when = wage,
         .n_when = 2,
         .category = WAGES,
         .tags = (const struct str[]){STR("wages"), STR("arrears")},
         .n_tags = 2},
        {.when = noise,
         .n_when = 2,
         .category = NEIGHBOUR,
         .tags = (const struct str[]){STR("noise")},
         .n_tags = 1},
        {.when = tagged,
         .n_when = 2,
         .category = -1,
         .tags = (const struct str[]){STR("arrears"), STR("pay")},
         .n_tags = 2},
    };
    world_roster(w);
    words((const struct str[]){STR("拖欠工资"), STR("噪音"), STR("漏水")}, 3);
    w->rs.classifiers = classifiers;
    w->rs.n_classifiers = 3;
    struct referral r = world_referral(w, "320501");
    r.folded = STR("楼上噪音,另被拖欠工资");
    r.tags = (const struct str[]){STR("vip"), STR("arrears"), STR("vip")};
    r.n_tags = 3;
    struct decision d = run(&r);
    assert_int_equal(d.category, WAGES);
    assert_int_equal(d.classifier, 0);
    assert_int_equal(d.n_tags, 4);
    assert_str(d.tags[0], "arrears");
    assert_str(d.tags[1], "pay");
    assert_str(d.tags[2], "vip");
    assert_str(d.tags[3], "wages");

    r.category = OVERTIME; /* given: only what sets no category applies, and its tag is not there */
    d = run(&r);
    assert_int_equal(d.category, OVERTIME);
    assert_int_equal(d.classifier, -1);
    assert_int_equal(d.n_tags, 2);

    r.category = -1;
    r.folded = STR("屋顶漏水");
    d = run(&r);
    assert_int_equal(d.category, NEIGHBOUR);
    assert_int_equal(d.classifier, 1);
    assert_int_equal(d.n_tags, 3);
}

static void a_ladder_is_climbed_to_its_end(void **state)
{
    (void)state;
    const struct rung rungs[] = {
        {.to.kinds = 1 << ORG_LABOUR, .respond_within = {1, DURATION_DAYS}},
        {.to.kinds = 1 << ORG_PEOPLE, .finish_within = {2, DURATION_MONTHS}},
        {.to.kinds = 1 << ORG_CENTRE},
    };
    const struct rule rules[] = {
        {.when = ALWAYS, .n_when = 1, .outcome = OUTCOME_ASSIGNED, .rungs = rungs, .n_rungs = 3}};
    world_org(w, "labour-3201", ORG_LABOUR, "3201");
    world_org(w, "people-320501001001", ORG_PEOPLE, "320501001001");
    world_org(w, "people-320501", ORG_PEOPLE, "320501");
    world_org(w, "centre-320501", ORG_CENTRE, "320501");
    world_roster(w);
    w->rs.rules = rules;
    w->rs.n_rules = 1;
    struct referral r = world_referral(w, "320501001001");
    struct decision d = run(&r);
    assert_int_equal(d.outcome, OUTCOME_ASSIGNED);
    assert_null(d.code.p);
    assert_int_equal(d.rung, 1);
    assert_string_equal(world_id(w, d.organisation), "people-320501001001");
    assert_int_equal(d.respond_within.count, 3);
    assert_int_equal(d.respond_within.unit, DURATION_WORKDAYS);
    assert_int_equal(d.finish_within.count, 2);
    assert_int_equal(d.finish_within.unit, DURATION_MONTHS);
    assert_int_equal(d.n_candidates, 1);
    assert_int_equal(d.candidates[0].passed, PASSED_CHOSEN);
    assert_int_equal(d.candidates[0].rung, 1);

    w->orgs[world_find(w, "people-320501001001")].closed = true;
    w->loads[world_find(w, "people-320501")] = (struct load){10, 10};
    d = run(&r);
    assert_int_equal(d.rung, 2);
    assert_string_equal(world_id(w, d.organisation), "centre-320501");
    assert_int_equal(d.n_candidates, 3);
    assert_int_equal(d.candidates[0].passed, PASSED_CLOSED);
    assert_int_equal(d.candidates[1].passed, PASSED_FULL);
    assert_int_equal(d.candidates[1].open, 10);
    assert_int_equal(d.candidates[2].passed, PASSED_CHOSEN);

    int gone = world_find(w, "centre-320501");
    assert_true(decide(results, &w->rs, &r, &gone, 1, world_load(w), &d));
    assert_int_equal(d.outcome, OUTCOME_MANUAL);
    assert_str(d.code, "ladder-exhausted");
    assert_int_equal(d.rule, 0);
    assert_int_equal(d.rung, -1);
    assert_int_equal(d.organisation, -1);
    assert_int_equal(d.candidates[2].passed, PASSED_EXCLUDED);
}

static bool same(const struct decision *a, const struct decision *b)
{
    return a->outcome == b->outcome && a->rule == b->rule && a->rung == b->rung &&
           a->organisation == b->organisation && a->category == b->category && a->n_tags == b->n_tags &&
           a->n_candidates == b->n_candidates &&
           (a->n_candidates == 0 ||
            memcmp(a->candidates, b->candidates, (size_t)a->n_candidates * sizeof *a->candidates) == 0);
}

static bool available(int organisation, const int *excluded, int n)
{
    for (int i = 0; i < n; i++) {
        if (excluded[i] == organisation)
            return false;
    }
    return !w->orgs[organisation].closed && w->loads[organisation].open < w->loads[organisation].capacity;
}

static bool preferred(enum pick pick, int a, int b)
{
    const struct organisation *x = &w->orgs[a], *y = &w->orgs[b];
    double share_x = (double)w->loads[a].open / w->loads[a].capacity,
           share_y = (double)w->loads[b].open / w->loads[b].capacity;
    if (pick == PICK_BEST_RATED && x->rating != y->rating)
        return x->rating > y->rating;
    return share_x != share_y ? share_x < share_y : strcmp(x->id.p, y->id.p) < 0;
}

static bool below(int inner, int outer)
{
    struct str i = w->rs.regions.items[inner].code, o = w->rs.regions.items[outer].code;
    return i.n >= o.n && memcmp(i.p, o.p, o.n) == 0;
}

/* The rung by brute force: everybody on the roster, each rule of docs/configuration.md in turn. */
static int expected_pick(const struct rung *rung, int place, const int *excluded, int n)
{
    int best = -1;
    for (int level = LEVEL_VILLAGE; level >= LEVEL_PROVINCE && best < 0; level--) {
        for (int i = 0; i < w->n_orgs; i++) {
            const struct organisation *o = &w->orgs[i];
            enum region_level own = w->rs.regions.items[o->region].level;
            bool here = rung->to.where == TARGET_IS       ? o->region == rung->to.region
                        : rung->to.where == TARGET_WITHIN ? below(o->region, rung->to.region)
                                                       : below(place, o->region) && (int)own == level;
            if (!here || (rung->to.kinds && !(rung->to.kinds >> o->kind & 1)) ||
                (rung->to.levels && !(rung->to.levels >> own & 1)))
                continue;
            if (available(i, excluded, n) && (best < 0 || preferred(rung->pick, i, best)))
                best = i;
        }
    }
    return best;
}

static void random_rung(uint64_t *random, struct rung *rung)
{
    *rung = (struct rung){
        .to.kinds = (uint64_t)random_below(random, 16) << 1,
        .to.levels = (uint64_t)random_below(random, 32) << 1,
        .to.where = (enum target_region)random_below(random, 3),
        .to.region = random_below(random, w->rs.regions.n),
        .pick = (enum pick)random_below(random, 2),
    };
}

static void assert_candidates_are_true(const struct decision *d, const int *excluded, int n)
{
    int chosen = 0;
    for (int i = 0; i < d->n_candidates; i++) {
        const struct candidate *c = &d->candidates[i];
        assert_int_equal(available(c->organisation, excluded, n),
                         c->passed == PASSED_CHOSEN || c->passed == PASSED_PICK);
        assert_int_equal(c->open, w->loads[c->organisation].open);
        assert_int_equal(c->capacity, w->loads[c->organisation].capacity);
        if (c->passed == PASSED_CHOSEN)
            assert_int_equal(c->organisation, d->organisation);
        if (c->passed == PASSED_PICK)
            assert_int_equal(c->rung, d->rung);
        chosen += c->passed == PASSED_CHOSEN;
    }
    assert_int_equal(chosen, d->outcome == OUTCOME_ASSIGNED);
}

static void random_world(uint64_t *random)
{
    char id[32];
    for (int i = 0; i < 200; i++) {
        snprintf(id, sizeof id, "o-%03d", i);
        const char *region = w->rs.regions.items[random_below(random, w->rs.regions.n)].code.p;
        struct organisation *o = world_org(w, id, (enum org_kind)(1 + random_below(random, 4)), region);
        o->rating = 1 + random_below(random, 5);
        o->capacity = 1 + random_below(random, 12);
        o->closed = random_below(random, 5) == 0;
    }
    world_roster(w);
}

/* Against brute force: nobody full, closed or excluded is ever picked, and nobody is missed; twice is the
 * same. */
static void random_worlds(void **state)
{
    (void)state;
    uint64_t random = 20261123;
    int excluded[30], assigned = 0;
    random_world(&random);
    for (int round = 0; round < 3000; round++) {
        struct rung rungs[3];
        for (int i = 0; i < 3; i++)
            random_rung(&random, &rungs[i]);
        struct rule rule = {.when = ALWAYS,
                            .n_when = 1,
                            .outcome = OUTCOME_ASSIGNED,
                            .rungs = rungs,
                            .n_rungs = 1 + random_below(&random, 3)};
        w->rs.rules = &rule;
        w->rs.n_rules = 1;
        for (int i = 0; i < w->n_orgs; i++)
            w->loads[i].open = random_below(&random, 3) ? w->loads[i].capacity : random_below(&random, 12);
        for (int i = 0; i < 30; i++)
            excluded[i] = random_below(&random, w->n_orgs);
        struct referral r = world_referral(w, "32");
        r.place = random_below(&random, w->rs.regions.n);
        struct decision d, again;
        struct arena *a = arena_new(0);
        assert_true(decide(a, &w->rs, &r, excluded, 30, world_load(w), &d));
        assert_true(decide(a, &w->rs, &r, excluded, 30, world_load(w), &again));
        assert_true(same(&d, &again));
        assert_candidates_are_true(&d, excluded, 30);
        int pick = -1, rung = -1;
        for (int i = 0; i < rule.n_rungs && pick < 0; i++) {
            pick = expected_pick(&rungs[i], r.place, excluded, 30);
            rung = pick < 0 ? -1 : i;
        }
        assert_string_equal(world_id(w, d.organisation), world_id(w, pick));
        assert_int_equal(d.rung, rung);
        assigned += d.outcome == OUTCOME_ASSIGNED;
        arena_free(a);
    }
    assert_true(assigned > 500 && assigned < 2900);
}

static void a_small_arena_fails_cleanly(void **state)
{
    (void)state;
    const struct rung rungs[] = {{.to.kinds = 1 << ORG_PEOPLE}};
    const struct rule rules[] = {
        {.when = ALWAYS, .n_when = 1, .outcome = OUTCOME_ASSIGNED, .rungs = rungs, .n_rungs = 1}};
    world_org(w, "p", ORG_PEOPLE, "3205");
    world_roster(w);
    words((const struct str[]){STR("a")}, 1);
    w->rs.rules = rules;
    w->rs.n_rules = 1;
    struct referral r = world_referral(w, "3205");
    r.tags = (const struct str[]){STR("t")};
    r.n_tags = 1;
    struct decision d = {.rule = 77};
    for (size_t budget = 16;; budget += 16) {
        struct arena *a = arena_new(budget);
        bool good = decide(a, &w->rs, &r, NULL, 0, world_load(w), &d);
        assert_int_equal(good, !arena_overflowed(a));
        arena_free(a);
        if (good)
            break;
        assert_int_equal(d.rule, 77);
        assert_true(budget < 4096);
    }
    assert_int_equal(d.rule, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(two_steps_make_the_same_decision, setup, teardown),
        cmocka_unit_test_setup_teardown(no_rule_means_manual, setup, teardown),
        cmocka_unit_test_setup_teardown(the_first_rule_that_matches_decides, setup, teardown),
        cmocka_unit_test_setup_teardown(classifiers_fill_in_what_is_missing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_ladder_is_climbed_to_its_end, setup, teardown),
        cmocka_unit_test_setup_teardown(random_worlds, setup, teardown),
        cmocka_unit_test_setup_teardown(a_small_arena_fails_cleanly, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
