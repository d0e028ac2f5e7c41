/*
 * test_ladder_picks.c - core/ladder.h: turns, lots, acquaintance, conditions on candidates, partners, neighbours
 */
#include "core/ladder.h"
#include "core/world.h"

static struct world *w;
static struct ladder l;
static struct referral r;
static int partner;

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

static const char *why(const char *id)
{
    for (int i = 0; i < l.n_candidates; i++) {
        if (l.candidates[i].organisation == world_find(w, id))
            return word_of(passed_words, (int)l.candidates[i].passed);
    }
    return "-";
}

static void three_in_the_county(void)
{
    world_org(w, "a", ORG_PEOPLE, "320501")->weight = 1;
    world_org(w, "b", ORG_PEOPLE, "320501")->weight = 2;
    world_org(w, "c", ORG_PEOPLE, "320501")->weight = 5;
    world_roster(w);
}

static void round_robin_takes_who_waited_longest(void **state)
{
    (void)state;
    three_in_the_county();
    const struct rung rung = {.pick = PICK_ROUND_ROBIN};
    const char *const turns[] = {"a", "b", "c", "a", "b", "c"};
    for (int i = 0; i < 6; i++) {
        const char *id = try(rung);
        assert_string_equal(id, turns[i]);
        w->loads[world_find(w, id)].given_ms = 1000 + i;
    }
    w->loads[world_find(w, "a")].open = 10;
    assert_string_equal(try(rung), "b");
    assert_string_equal(why("a"), "full");
}

static void weighted_follows_the_weights(void **state)
{
    (void)state;
    int got[3] = {0};
    three_in_the_county();
    for (int i = 0; i < 8000; i++) {
        char ref[16];
        snprintf(ref, sizeof ref, "no-%d", i);
        r.agency_ref = str_from(ref);
        const char *id = try((struct rung){.pick = PICK_WEIGHTED});
        got[id[0] - 'a']++;
        assert_string_equal(try((struct rung){.pick = PICK_WEIGHTED}), id); /* the same referral draws the same lot */
    }
    assert_in_range(got[0], 850, 1150);
    assert_in_range(got[1], 1800, 2200);
    assert_in_range(got[2], 4750, 5250);
}

static void weighted_draws_among_those_that_can(void **state)
{
    (void)state;
    three_in_the_county();
    w->loads[world_find(w, "c")].open = 10;
    w->loads[world_find(w, "b")].open = 10;
    assert_string_equal(try((struct rung){.pick = PICK_WEIGHTED}), "a");
    w->loads[world_find(w, "a")].open = 10;
    assert_string_equal(try((struct rung){.pick = PICK_WEIGHTED}), "-");
}

static void sticky_goes_to_who_knows_the_parties(void **state)
{
    (void)state;
    three_in_the_county();
    const struct rung rung = {.pick = PICK_STICKY};
    w->loads[world_find(w, "c")].open = 9;
    assert_string_equal(try(rung), "a");
    r.earlier.organisation = world_find(w, "c");
    assert_string_equal(try(rung), "c");
    w->loads[world_find(w, "c")].open = 10;
    assert_string_equal(try(rung), "a");
}

static void conditions_on_the_candidate(void **state)
{
    (void)state;
    static const struct opening morning = {0x7F, 9 * 60, 12 * 60};
    static const struct str languages[] = {{"english", 7}, {"korean", 6}};
    struct organisation *o = world_org(w, "good", ORG_PEOPLE, "320501");
    o->rating = 4;
    o->hours = (struct hours){&morning, 1};
    o->languages = languages;
    o->n_languages = 2;
    world_org(w, "plain", ORG_PEOPLE, "320501");
    world_roster(w);
    w->loads[world_find(w, "good")].open = 5;
    assert_string_equal(try((struct rung){0}), "plain");
    assert_string_equal(try((struct rung){.to.rating_at_least = 4}), "good");
    assert_string_equal(why("plain"), "rating");
    assert_string_equal(try((struct rung){.to.languages = languages, .to.n_languages = 2}), "good");
    assert_string_equal(why("plain"), "language");
    r.arrived_ms = calendar_ms_of_day(20000) + 10 * 3600000;
    assert_string_equal(try((struct rung){.to = {.open_now = true, .rating_at_least = 4}}), "good");
    r.arrived_ms += 2 * 3600000;
    assert_string_equal(try((struct rung){.to = {.open_now = true, .rating_at_least = 4}}), "-");
    assert_string_equal(why("good"), "shut");
    assert_string_equal(try((struct rung){.to.open_now = true}), "plain"); /* without hours it is always open */
}

static void nobody_with_an_interest(void **state)
{
    (void)state;
    static const struct str codes[] = {{"91320000MA1AAAAA1A", 18}, {"91320000MA1BBBBB1B", 18}};
    struct party_facts parties[] = {
        {.role = PARTY_APPLICANT, .kind = PARTY_PERSON, .address = -1},
        {.role = PARTY_RESPONDENT, .kind = PARTY_ENTERPRISE, .address = -1, .credit_code = codes[1]},
    };
    struct organisation *o = world_org(w, "in-house", ORG_ENTERPRISE, "320501001");
    o->interests = codes;
    o->n_interests = 2;
    world_org(w, "village", ORG_PEOPLE, "320501001001");
    world_org(w, "village-next", ORG_PEOPLE, "320501001200");
    world_org(w, "town", ORG_PEOPLE, "320501001");
    world_roster(w);
    r.parties = parties;
    r.n_parties = 2;
    assert_string_equal(try((struct rung){.to.kinds = 1 << ORG_ENTERPRISE}), "-");
    assert_string_equal(why("in-house"), "conflict");
    parties[1].credit_code = STR("91320000MA1CCCCC1C");
    assert_string_equal(try((struct rung){.to.kinds = 1 << ORG_ENTERPRISE}), "in-house");
    parties[1] = (struct party_facts){.role = PARTY_RESPONDENT, .kind = PARTY_VILLAGE_BODY, .address = -1};
    assert_string_equal(try((struct rung){.to.kinds = 1 << ORG_PEOPLE}), "town"); /* the place is its village */
    assert_string_equal(why("village"), "conflict");
    parties[1].address = world_place(w, "320501001200");
    assert_string_equal(try((struct rung){.to.kinds = 1 << ORG_PEOPLE}), "village");
    parties[1].address = world_place(w, "320501001");
    assert_string_equal(try((struct rung){.to = {.kinds = 1 << ORG_PEOPLE, .levels = 1 << LEVEL_TOWN}}), "town");
}

static void a_partner_or_not_at_all(void **state)
{
    (void)state;
    world_org(w, "office", ORG_ADMINISTRATIVE, "320501");
    world_org(w, "people", ORG_PEOPLE, "320501001");
    world_roster(w);
    const struct target people = {.kinds = 1 << ORG_PEOPLE}, same = {.kinds = 1 << ORG_ADMINISTRATIVE};
    struct rung rung = {.to.kinds = 1 << ORG_ADMINISTRATIVE, .jointly = &people};
    assert_string_equal(try(rung), "office");
    assert_string_equal(world_id(w, partner), "people");
    assert_string_equal(why("people"), "partner");
    assert_true(l.candidates[1].partner && !l.candidates[0].partner);
    w->loads[world_find(w, "people")].open = 10;
    assert_string_equal(try(rung), "-");
    assert_int_equal(partner, -1);
    assert_string_equal(why("office"), "alone");
    assert_string_equal(why("people"), "full");
    rung.jointly = &same; /* nobody is partner to itself */
    assert_string_equal(try(rung), "-");
    assert_int_equal(l.n_candidates, 1);
}

static void in_the_counties_around(void **state)
{
    (void)state;
    int here = world_place(w, "320501"), next = world_place(w, "320502"), far = world_place(w, "320101");
    const struct region_pair pairs[] = {{far, here}, {here, next}, {next, here}};
    world_org(w, "here", ORG_PEOPLE, "320501");
    world_org(w, "next-county", ORG_PEOPLE, "320502");
    world_org(w, "next-town", ORG_PEOPLE, "320502001");
    world_org(w, "far", ORG_PEOPLE, "320101");
    world_roster(w);
    w->rs.regions.neighbours = pairs;
    w->rs.regions.n_neighbours = 3;
    struct rung rung = {.to.where = TARGET_NEIGHBOURING};
    assert_string_equal(try(rung), "next-county");
    assert_string_equal(why("here"), "-");
    assert_string_equal(why("far"), "-");
    rung.to.levels = 1 << LEVEL_TOWN;
    assert_string_equal(try(rung), "next-town");
    const int list[] = {world_find(w, "far"), world_find(w, "next-county")};
    rung = (struct rung){.to = {.organisations = list, .n_organisations = 2, .where = TARGET_NEIGHBOURING}};
    assert_string_equal(try(rung), "next-county");
    r.place = world_place(w, "3205");
    assert_string_equal(try((struct rung){.to.where = TARGET_NEIGHBOURING}), "-");
    r.place = far;
    assert_string_equal(try((struct rung){.to.where = TARGET_NEIGHBOURING}), "here");
}

/* However many could lead, a partner is still looked for. */
static void room_is_left_for_a_partner(void **state)
{
    (void)state;
    char id[32];
    for (int i = 0; i < 600; i++) {
        snprintf(id, sizeof id, "lead-%03d", i);
        world_org(w, id, ORG_PEOPLE, "320501");
    }
    world_org(w, "office", ORG_ADMINISTRATIVE, "320501");
    world_roster(w);
    const struct target office = {.kinds = 1 << ORG_ADMINISTRATIVE};
    assert_string_equal(try((struct rung){.to.kinds = 1 << ORG_PEOPLE, .jointly = &office}), "lead-000");
    assert_string_equal(world_id(w, partner), "office");
    assert_true(l.truncated);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(round_robin_takes_who_waited_longest),
        TEST(weighted_follows_the_weights),
        TEST(weighted_draws_among_those_that_can),
        TEST(sticky_goes_to_who_knows_the_parties),
        TEST(conditions_on_the_candidate),
        TEST(nobody_with_an_interest),
        TEST(a_partner_or_not_at_all),
        TEST(in_the_counties_around),
        TEST(room_is_left_for_a_partner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
