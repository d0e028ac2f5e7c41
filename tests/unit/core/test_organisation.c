/*
 * test_organisation.c - core/organisation.h
 */
#include "core/world.h"

static void found_by_id(void **state)
{
    (void)state;
    struct world *w = world_new();
    world_org(w, "people-320502", ORG_PEOPLE, "320502");
    world_org(w, "centre-3205", ORG_CENTRE, "3205");
    world_org(w, "people-32", ORG_PEOPLE, "32");
    world_roster(w);
    const struct roster *r = &w->rs.roster;
    assert_str(r->items[0].id, "centre-3205");
    assert_str(r->items[1].id, "people-32");
    assert_str(r->items[2].id, "people-320502");
    for (int i = 0; i < 3; i++)
        assert_int_equal(roster_find(r, r->items[i].id), i);
    assert_int_equal(roster_find(r, STR("people-3205")), -1);
    assert_int_equal(roster_find(r, STR("")), -1);
    assert_int_equal(roster_find(r, STR("zzz")), -1);
    world_free(w);
}

static void an_empty_roster(void **state)
{
    (void)state;
    struct world *w = world_new();
    world_roster(w);
    int n = 7;
    assert_int_equal(roster_find(&w->rs.roster, STR("a")), -1);
    roster_stations(&w->rs.roster, STR("a"), &n);
    assert_int_equal(n, 0);
    for (int i = 0; i <= w->rs.regions.n; i++)
        assert_int_equal(w->rs.roster.region_start[i], 0);
    struct arena *small = arena_new(64);
    roster_build(small, w->orgs, 0, &w->rs.regions, &w->rs.roster);
    assert_true(arena_overflowed(small));
    assert_int_equal(w->rs.roster.n, 0);
    arena_free(small);
    world_free(w);
}

static void indices_hold_everyone_once_in_order(void **state)
{
    (void)state;
    uint64_t random = 9;
    char id[32];
    struct world *w = world_new();
    for (int i = 0; i < 500; i++) {
        snprintf(id, sizeof id, "o-%03d", (i * 7919) % 500);
        world_org(w, id, (enum org_kind)(1 + random_below(&random, 14)),
                  w->rs.regions.items[random_below(&random, w->rs.regions.n)].code.p);
    }
    world_roster(w);
    const struct roster *r = &w->rs.roster;
    int seen = 0;
    for (int region = 0; region < w->rs.regions.n; region++) {
        for (int i = r->region_start[region]; i < r->region_start[region + 1]; i++, seen++) {
            assert_int_equal(r->items[r->by_region[i]].region, region);
            assert_true(i == r->region_start[region] || r->by_region[i] > r->by_region[i - 1]);
        }
    }
    assert_int_equal(seen, 500);
    seen = 0;
    for (int g = 0; g < ROSTER_GROUPS; g++) {
        for (int i = r->group_start[g]; i < r->group_start[g + 1]; i++, seen++) {
            const struct organisation *o = &r->items[r->by_group[i]],
                                      *before = i > r->group_start[g] ? &r->items[r->by_group[i - 1]] : NULL;
            assert_int_equal(ROSTER_GROUP_OF(o->kind, w->rs.regions.items[o->region].level), g);
            assert_true(!before || before->region < o->region || (before->region == o->region && before < o));
        }
        for (int region = 0; region <= w->rs.regions.n; region++) {
            int from = roster_group_from(r, g, region);
            assert_true(from >= r->group_start[g] && from <= r->group_start[g + 1]);
            assert_true(from == r->group_start[g + 1] || r->items[r->by_group[from]].region >= region);
            assert_true(from == r->group_start[g] || r->items[r->by_group[from - 1]].region < region);
        }
    }
    assert_int_equal(seen, 500);
    world_free(w);
}

static void stations_of_an_agency(void **state)
{
    (void)state;
    struct world *w = world_new();
    const struct str both[] = {STR("court-3205"), STR("court-320501")}, one[] = {STR("court-3205")};
    struct organisation *o = world_org(w, "room-b", ORG_COURT_ROOM, "3205");
    o->agencies = both;
    o->n_agencies = 2;
    o = world_org(w, "room-a", ORG_COURT_ROOM, "3205");
    o->agencies = one;
    o->n_agencies = 1;
    world_org(w, "people", ORG_PEOPLE, "3205");
    world_roster(w);
    int n;
    const struct station *s = roster_stations(&w->rs.roster, STR("court-3205"), &n);
    assert_int_equal(n, 2);
    assert_string_equal(world_id(w, s[0].organisation), "room-a");
    assert_string_equal(world_id(w, s[1].organisation), "room-b");
    s = roster_stations(&w->rs.roster, STR("court-320501"), &n);
    assert_int_equal(n, 1);
    assert_string_equal(world_id(w, s[0].organisation), "room-b");
    roster_stations(&w->rs.roster, STR("court-32"), &n);
    assert_int_equal(n, 0);
    roster_stations(&w->rs.roster, STR("zz"), &n);
    assert_int_equal(n, 0);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(found_by_id), cmocka_unit_test(an_empty_roster),
                                       cmocka_unit_test(indices_hold_everyone_once_in_order),
                                       cmocka_unit_test(stations_of_an_agency)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
