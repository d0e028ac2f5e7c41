/*
 * test_reroute.c - core/reroute.h: who has it keeps it, unless a rule and not the load says otherwise
 */
#include "core/reroute.h"
#include "core/world.h"

static struct world *w;
static struct rule rule;
static struct rung rungs[2];
static struct cond always = {.kind = COND_ALL};
static struct referral r;

static int setup(void **state)
{
    (void)state;
    w = world_new();
    world_org(w, "a", ORG_PEOPLE, "320501");
    world_org(w, "b", ORG_PEOPLE, "320501");
    world_org(w, "centre", ORG_CENTRE, "320501");
    world_roster(w);
    r = world_referral(w, "320501001001");
    memset(rungs, 0, sizeof rungs);
    rungs[0].to.kinds = 1 << ORG_PEOPLE;
    rungs[1].to.kinds = 1 << ORG_CENTRE;
    rule = (struct rule){.id = STR("rule"), .when = &always, .n_when = 1, .outcome = OUTCOME_ASSIGNED, .rungs = rungs, .n_rungs = 2};
    w->rs.rules = &rule;
    w->rs.n_rules = 1;
    w->rs.words = textscan_build(w->a, NULL, 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    world_free(w);
    return 0;
}

static struct decision decided(const char *holder)
{
    struct reroute_load load = {world_load(w), holder ? world_find(w, holder) : -1};
    struct decision d;
    assert_true(decide(w->a, &w->rs, &r, NULL, 0, reroute_load(&load), &d));
    return d;
}

static bool keeps(const char *holder)
{
    struct decision d = decided(holder);
    return reroute_keeps(&w->rs, &d, world_find(w, holder));
}

static void load(const char *id, int open, int capacity)
{
    w->loads[world_find(w, id)] = (struct load){open, capacity, 0};
}

static void its_own_place_is_not_counted(void **state)
{
    (void)state;
    load("a", 1, 1);
    load("b", 1, 1);
    assert_string_equal(world_id(w, decided(NULL).organisation), "centre");
    assert_string_equal(world_id(w, decided("b").organisation), "b");
    assert_true(keeps("b"));
    load("a", 0, 0); /* a place that it has left already, as after a cut */
    assert_int_equal(decided("a").organisation, world_find(w, "centre"));
}

static void load_alone_moves_nothing(void **state)
{
    (void)state;
    static const enum pick by_load[] = {PICK_LEAST_LOADED, PICK_ROUND_ROBIN, PICK_WEIGHTED};
    load("a", 1, 10);
    load("b", 9, 10);
    for (size_t i = 0; i < 3; i++) {
        rungs[0].pick = by_load[i];
        assert_true(keeps("a") && keeps("b"));
    }
}

static void a_better_rating_moves(void **state)
{
    (void)state;
    rungs[0].pick = PICK_BEST_RATED;
    load("b", 5, 10);
    assert_true(keeps("b"));
    w->orgs[world_find(w, "a")].rating = 5;
    assert_false(keeps("b"));
    assert_true(keeps("a"));
}

static void another_rung_moves(void **state)
{
    (void)state;
    assert_false(keeps("centre")); /* the first rung has room, and the centre stands on the second */
    load("a", 10, 10);
    load("b", 10, 10);
    assert_true(keeps("centre"));
}

static void who_could_not_take_it_does_not_keep_it(void **state)
{
    (void)state;
    w->orgs[world_find(w, "b")].closed = true;
    assert_false(keeps("b"));
}

static void without_a_ladder_or_a_holder_nobody_keeps(void **state)
{
    (void)state;
    struct decision d = decided(NULL);
    assert_false(reroute_keeps(&w->rs, &d, -1));
    rule.outcome = OUTCOME_MANUAL;
    d = decided("a");
    assert_false(reroute_keeps(&w->rs, &d, world_find(w, "a")));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(its_own_place_is_not_counted), T(load_alone_moves_nothing),
        T(a_better_rating_moves),        T(another_rung_moves),
        T(who_could_not_take_it_does_not_keep_it), T(without_a_ladder_or_a_holder_nobody_keeps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
