/*
 * test_ladder.c - core/ladder.h: who is looked at on a rung, and who is picked
 */
#include "core/ladder.h"
#include "core/world.h"

static struct world *w;
static struct ladder l;
static int partner;
static struct referral r;

static int setup(void **state)
{
    (void)state;
    w = world_new();
    r = world_referral(w, "320501001001");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    world_free(w);
    return 0;
}

/* Tries one rung anew; the id of who is picked. */
static const char *try(struct rung rung)
{
    struct rule rule = {.rungs = &rung, .n_rungs = 1};
    memset(&l, 0, sizeof l);
    l.rules = &w->rs;
    l.referral = &r;
    l.category = r.category;
    l.load = world_load(w);
    return world_id(w, ladder_try(&l, &rule, 0, &partner));
}

/* "id:passed id:passed ..." of what was looked at. */
static void assert_looked_at(const char *expected)
{
    char text[2000];
    size_t n = 0;
    text[0] = '\0';
    for (int i = 0; i < l.n_candidates; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s:%s", i ? " " : "",
                              world_id(w, l.candidates[i].organisation),
                              word_of(passed_words, (int)l.candidates[i].passed));
    assert_string_equal(text, expected);
    assert_int_equal(w->asked, l.n_candidates);
    w->asked = 0;
}

static void load(const char *id, int open, int capacity)
{
    w->loads[world_find(w, id)] = (struct load){open, capacity};
}

static void nearest_climbs_to_the_first_that_can(void **state)
{
    (void)state;
    world_org(w, "village", ORG_PEOPLE, "320501001001");
    world_org(w, "village-next", ORG_PEOPLE, "320501001200");
    world_org(w, "town", ORG_PEOPLE, "320501001");
    world_org(w, "county-b", ORG_PEOPLE, "320501");
    world_org(w, "county-a", ORG_PEOPLE, "320501");
    world_org(w, "county-centre", ORG_CENTRE, "320501");
    world_org(w, "city", ORG_PEOPLE, "3205");
    world_org(w, "province", ORG_PEOPLE, "32");
    world_org(w, "elsewhere", ORG_PEOPLE, "3201");
    world_roster(w);
    const struct rung people = {.to.kinds = 1 << ORG_PEOPLE};
    assert_string_equal(try(people), "village");
    assert_looked_at("village:chosen");
    load("village", 5, 5);
    load("town", 6, 5); /* over, as after a cut in capacity */
    assert_string_equal(try(people), "county-a");
    assert_looked_at("village:full town:full county-a:chosen county-b:not-picked");
    assert_string_equal(
        try((struct rung){.to.kinds = 1 << ORG_PEOPLE, .to.levels = 1 << LEVEL_CITY | 1 << LEVEL_PROVINCE}),
        "city");
    assert_looked_at("city:chosen");
    assert_string_equal(try((struct rung){.to.levels = 1 << LEVEL_COUNTY}), "county-a");
    assert_looked_at("county-a:chosen county-b:not-picked county-centre:not-picked");
    assert_string_equal(try((struct rung){.to.kinds = 1 << ORG_LABOUR}), "-");
    assert_looked_at("");
    r.place = world_place(w, "3205");
    assert_string_equal(try(people), "city");
    assert_looked_at("city:chosen");
}

static void within_and_is(void **state)
{
    (void)state;
    world_org(w, "village", ORG_PEOPLE, "320501001001");
    world_org(w, "county-1", ORG_PEOPLE, "320501");
    world_org(w, "county-2", ORG_CENTRE, "320502");
    world_org(w, "city", ORG_PEOPLE, "3205");
    world_org(w, "other-city", ORG_PEOPLE, "3201");
    world_roster(w);
    int city = world_place(w, "3205");
    load("city", 1, 10);
    assert_string_equal(try((struct rung){.to.where = TARGET_IS, .to.region = city}), "city");
    assert_looked_at("city:chosen");
    assert_string_equal(try((struct rung){.to.where = TARGET_WITHIN, .to.region = city}), "county-1");
    assert_looked_at("city:not-picked county-1:chosen county-2:not-picked village:not-picked");
    assert_string_equal(try((struct rung){.to.where = TARGET_WITHIN, .to.region = city, .to.kinds = 1 << ORG_CENTRE}),
                        "county-2");
    assert_looked_at("county-2:chosen");
    assert_string_equal(try((struct rung){.to.where = TARGET_WITHIN, .to.region = city, .to.levels = 1 << LEVEL_TOWN}),
                        "-");
    assert_looked_at("");
    r.place = world_place(w, "3201"); /* wherever the dispute is */
    assert_string_equal(try((struct rung){.to.where = TARGET_WITHIN, .to.region = world_place(w, "320501001")}),
                        "village");
    assert_looked_at("village:chosen");
}

static void the_least_loaded_share(void **state)
{
    (void)state;
    world_org(w, "a", ORG_PEOPLE, "320501");
    world_org(w, "b", ORG_PEOPLE, "320501");
    world_org(w, "c", ORG_PEOPLE, "320501");
    world_roster(w);
    static const struct {
        struct load a, b, c;
        const char *picked;
    } cases[] = {
        {{0, 10}, {0, 10}, {0, 10}, "a"},
        {{1, 10}, {0, 10}, {0, 10}, "b"},
        {{5, 10}, {50, 100}, {3, 6}, "a"}, /* equal shares */
        {{5, 10}, {49, 100}, {3, 6}, "b"},
        {{0, 0}, {99999, 100000}, {100000, 100000}, "b"},
        {{2000000000, 2000000001},
         {2000000001, 2000000002},
         {2147483646, 2147483647},
         "a"}, /* needs 64 bits */
        {{2147483646, 2147483647}, {2000000001, 2000000002}, {2000000000, 2000000001}, "c"},
        {{1, 1}, {2, 1}, {0, 0}, "-"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        w->loads[0] = cases[i].a;
        w->loads[1] = cases[i].b;
        w->loads[2] = cases[i].c;
        assert_string_equal(try((struct rung){.to.kinds = 1 << ORG_PEOPLE}), cases[i].picked);
    }
}

static void the_best_rated_then_least_loaded(void **state)
{
    (void)state;
    world_org(w, "a", ORG_PEOPLE, "320501")->rating = 3;
    world_org(w, "b", ORG_PEOPLE, "320501")->rating = 5;
    world_org(w, "c", ORG_PEOPLE, "320501")->rating = 5;
    world_roster(w);
    const struct rung rung = {.pick = PICK_BEST_RATED};
    assert_string_equal(try(rung), "b");
    load("b", 4, 10);
    load("c", 3, 10);
    assert_string_equal(try(rung), "c");
    load("c", 10, 10);
    load("b", 10, 10);
    assert_string_equal(try(rung), "a");
}

static void specialities(void **state)
{
    (void)state;
    const int labour[] = {LABOUR}, overtime[] = {OVERTIME}, both[] = {NEIGHBOUR, WAGES}, wages[] = {WAGES};
    struct organisation *o = world_org(w, "broad", ORG_INDUSTRY, "320501");
    o->specialities = labour;
    o->n_specialities = 1;
    o = world_org(w, "narrow", ORG_INDUSTRY, "320501");
    o->specialities = overtime;
    o->n_specialities = 1;
    o = world_org(w, "two", ORG_INDUSTRY, "320501");
    o->specialities = both;
    o->n_specialities = 2;
    world_org(w, "none", ORG_INDUSTRY, "320501");
    world_roster(w);
    try((struct rung){.to.specialities = wages, .to.n_specialities = 1});
    assert_looked_at("broad:chosen two:not-picked"); /* one of its own covers wages */
    try((struct rung){.to.specialities = (const int[]){OVERTIME, NEIGHBOUR}, .to.n_specialities = 2});
    assert_looked_at("broad:chosen narrow:not-picked two:not-picked");
    r.category = OVERTIME;
    try((struct rung){.to.speciality_matching = true});
    assert_looked_at("broad:chosen narrow:not-picked two:not-picked");
    r.category = NEIGHBOUR;
    try((struct rung){.to.speciality_matching = true});
    assert_looked_at("two:chosen");
    r.category = -1;
    try((struct rung){.to.speciality_matching = true});
    assert_looked_at("");
    try((struct rung){0});
    assert_looked_at("broad:chosen narrow:not-picked none:not-picked two:not-picked");
}

static void rooms_serve_their_agencies_alone(void **state)
{
    (void)state;
    const struct str own[] = {STR("court-320501")}, other[] = {STR("court-3201")};
    const char *const ids[] = {"room-1", "room-2", "room-other"}, *const regions[] = {"320501", "3201",
                                                                                      "320501"};
    for (int i = 0; i < 3; i++) {
        struct organisation *o = world_org(w, ids[i], ORG_COURT_ROOM, regions[i]);
        o->agencies = i == 2 ? other : own;
        o->n_agencies = 1;
    }
    world_org(w, "people", ORG_PEOPLE, "320501");
    world_roster(w);
    try((struct rung){.to.stationed = true}); /* wherever it is */
    assert_looked_at("room-1:chosen room-2:not-picked");
    try((struct rung){.to.stationed = true, .to.where = TARGET_WITHIN, .to.region = world_place(w, "3201")});
    assert_looked_at("room-2:chosen");
    try((struct rung){.to.stationed = true, .to.where = TARGET_IS, .to.region = world_place(w, "32")});
    assert_looked_at("");
    try((struct rung){.to.stationed = true, .to.kinds = 1 << ORG_PEOPLE});
    assert_looked_at("");
    try((struct rung){.to.levels = 1 << LEVEL_COUNTY});
    assert_looked_at("people:chosen room-1:not-picked");
    r.agency = STR("police-320501");
    try((struct rung){.to.levels = 1 << LEVEL_COUNTY});
    assert_looked_at("people:chosen");
    try((struct rung){.to.stationed = true});
    assert_looked_at("");
}

static void a_list_of_organisations(void **state)
{
    (void)state;
    world_org(w, "a", ORG_PEOPLE, "3201");
    world_org(w, "b", ORG_CENTRE, "320501");
    world_org(w, "c", ORG_PEOPLE, "320502");
    world_roster(w);
    const int list[] = {2, 0, 1};
    try((struct rung){.to.organisations = list, .to.n_organisations = 3});
    assert_looked_at("c:not-picked a:chosen b:not-picked"); /* in the list's order, picked by load and id */
    try((struct rung){.to.organisations = list, .to.n_organisations = 3, .to.kinds = 1 << ORG_PEOPLE});
    assert_looked_at("c:not-picked a:chosen");
    try((struct rung){.to.organisations = list,
                      .to.n_organisations = 3,
                      .to.where = TARGET_WITHIN,
                      .to.region = world_place(w, "3205")});
    assert_looked_at("c:not-picked b:chosen");
    load("a", 10, 10);
    try((struct rung){.to.organisations = list, .to.n_organisations = 2});
    assert_looked_at("c:chosen a:full");
}

static void closed_then_excluded_then_full(void **state)
{
    (void)state;
    world_org(w, "a", ORG_PEOPLE, "320501")->closed = true;
    world_org(w, "b", ORG_PEOPLE, "320501");
    world_org(w, "c", ORG_PEOPLE, "320501");
    world_roster(w);
    for (int i = 0; i < 3; i++)
        w->loads[i] = (struct load){10, 10};
    const int excluded[] = {0, 1};
    struct rung rung = {0};
    struct rule rule = {.rungs = &rung, .n_rungs = 1};
    l = (struct ladder){.rules = &w->rs,
                        .referral = &r,
                        .category = -1,
                        .excluded = excluded,
                        .n_excluded = 2,
                        .load = world_load(w)};
    assert_int_equal(ladder_try(&l, &rule, 0, &partner), -1);
    assert_looked_at("a:closed b:excluded c:full");
}

/* However many stand on one rung, the later ones are looked at too. */
static void more_than_can_be_looked_at(void **state)
{
    (void)state;
    char id[32];
    for (int i = 0; i < 1000; i++) {
        snprintf(id, sizeof id, "people-%04d", i);
        world_org(w, id, ORG_PEOPLE, "320501");
    }
    for (int i = 0; i < 100; i++) {
        snprintf(id, sizeof id, "centre-%04d", i);
        world_org(w, id, ORG_CENTRE, "320501");
    }
    world_roster(w);
    for (int i = 0; i < 1100; i++)
        w->loads[i] = (struct load){10, 10};
    const struct rung rungs[] = {{.to.kinds = 1 << ORG_PEOPLE}, {.to.kinds = 1 << ORG_CENTRE}};
    const struct rule rule = {.rungs = rungs, .n_rungs = 2};
    memset(&l, 0, sizeof l);
    l.rules = &w->rs;
    l.referral = &r;
    l.load = world_load(w);
    assert_int_equal(ladder_try(&l, &rule, 0, &partner), -1);
    assert_true(l.truncated);
    assert_int_equal(l.n_candidates, DECIDE_CANDIDATES_MAX - 32);
    load("centre-0031", 0, 10);
    load("centre-0032", 0, 10);
    l.truncated = false;
    assert_string_equal(world_id(w, ladder_try(&l, &rule, 1, &partner)), "centre-0031");
    assert_true(l.truncated);
    assert_int_equal(l.n_candidates, DECIDE_CANDIDATES_MAX);
    assert_int_equal(l.candidates[DECIDE_CANDIDATES_MAX - 1].rung, 1);
}

int main(void)
{
#define WITH(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH(nearest_climbs_to_the_first_that_can),
        WITH(within_and_is),
        WITH(the_least_loaded_share),
        WITH(the_best_rated_then_least_loaded),
        WITH(specialities),
        WITH(rooms_serve_their_agencies_alone),
        WITH(a_list_of_organisations),
        WITH(closed_then_excluded_then_full),
        WITH(more_than_can_be_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
