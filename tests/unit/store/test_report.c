/*
 * test_report.c - store/report.h: every referral of a period on one page, with its offers and steps
 */
#include "store/pg_fixture.h"

#include "store/replay.h"
#include "store/desk.h"
#include "store/report.h"

enum { REFERRALS = 25, HOUR_MS = 3600000 };
#define DAY INT64_C(86400000)

static struct db *db;
static struct arena *arena;
static struct id ids[REFERRALS];

static int64_t arrival(int i)
{
    return NOON_MS + i * 2 * DAY; /* over two months, so that two partitions hold them */
}

static int set_up(void **state)
{
    pg_empty(state);
    db = pg_open("report");
    arena = arena_new(0);
    struct chain_head head = {.city = 3205, .agency = STR("法院")};
    struct batch *b = batch_new(db);
    assert_int_equal(batch_begin(b), DB_OK);
    assert_int_equal(batch_lock(b, &head, 1, NULL, 0, NULL, 0), DB_OK);
    for (int i = 0; i < REFERRALS; i++) {
        ids[i] = id_new(arrival(i), 3205);
        struct sample s = {.city = 3205, .agency = head.agency, .agency_ref = arena_printf(arena, "%d", i), .organisation = STR("o"),
                           .referral = ids[i], .assignment = id_new(arrival(i), 3205), .at_ms = arrival(i), .sealed = STR("x"),
                           .record = STR("record"), .receipt = STR("receipt")};
        sample_add(b, &s, &head);
    }
    assert_true(batch_set_head(b, &head));
    assert_int_equal(batch_commit(b), DB_OK);
    batch_free(b);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    db_close(db);
    arena_free(arena);
    return 0;
}

/* What all pages of a wish have: referrals in order, offers, entries. */
struct read {
    int referrals, offers, entries, pages, strangers;
};

static struct read read_all(const struct report_wish *w)
{
    struct read r = {0};
    struct report_page page = {0};
    struct id after = {{0}}, last = {{0}};
    assert_int_equal(replay_begin(db), DB_OK);
    while (!page.last) {
        assert_int_equal(report_read(db, arena, w, &after, &page), DB_OK);
        for (int i = 0; i < page.n_referrals; i++) {
            assert_true(memcmp(page.referrals[i].id.b, last.b, sizeof last.b) > 0);
            last = page.referrals[i].id;
            assert_true(str_eq(page.referrals[i].place, STR("320505")) && str_eq(page.referrals[i].category, STR("labour")));
            assert_true(page.referrals[i].channel == 1 && page.referrals[i].state == 1 && page.referrals[i].conclusion == 0);
            assert_true(str_eq(page.referrals[i].organisation, STR("o")));
        }
        for (int i = 0; i < page.n_offers; i++)
            assert_true(page.offers[i].status == ASSIGNMENT_OFFERED && page.offers[i].closed_ms == 0 && page.offers[i].finish_by_ms == 0);
        for (int i = 0; i < page.n_entries; i++) {
            bool known = false;
            for (int k = 0; k < page.n_referrals; k++)
                known |= id_eq(page.entries[i].referral, page.referrals[k].id);
            r.strangers += !known;
            assert_true(page.entries[i].body.n > 0);
        }
        r.referrals += page.n_referrals;
        r.offers += page.n_offers;
        r.entries += page.n_entries;
        r.pages++;
    }
    assert_int_equal(replay_end(db), DB_OK);
    return r;
}

static void every_referral_is_on_one_page(void **state)
{
    (void)state;
    for (int rows = 1; rows <= REFERRALS + 1; rows += 4) {
        struct report_wish w = {.city = 3205, .since_ms = arrival(0), .until_ms = arrival(REFERRALS), .whole = true, .rows = rows};
        struct read r = read_all(&w);
        assert_true(r.referrals == REFERRALS && r.offers == REFERRALS && r.entries == 2 * REFERRALS && r.strangers == 0);
        assert_int_equal(r.pages, REFERRALS / rows + 1);
    }
}

static void a_period_begins_and_ends_where_it_says(void **state)
{
    (void)state;
    struct report_wish w = {.city = 3205, .since_ms = arrival(3), .until_ms = arrival(10), .whole = true, .rows = 4};
    struct read r = read_all(&w);
    assert_true(r.referrals == 7 && r.offers == 7 && r.entries == 14);
    w.since_ms++;
    assert_int_equal(read_all(&w).referrals, 6);
    w.until_ms++;
    assert_int_equal(read_all(&w).referrals, 7);
    w.city = 3206;
    assert_int_equal(read_all(&w).referrals, 0);
}

static void only_the_kinds_that_are_wanted(void **state)
{
    (void)state;
    const int kinds[] = {2, 99};
    struct report_wish w = {.city = 3205, .since_ms = arrival(0), .until_ms = arrival(REFERRALS), .kinds = kinds, .n_kinds = 2, .rows = 10};
    assert_int_equal(read_all(&w).entries, REFERRALS);
    w.n_kinds = 0;
    assert_int_equal(read_all(&w).entries, 0);
}

static void a_journal_without_a_referral_is_seen(void **state)
{
    (void)state;
    struct report_wish w = {.city = 3205, .since_ms = arrival(0), .until_ms = arrival(REFERRALS), .whole = true, .rows = 10};
    char id[ID_TEXT_SIZE];
    const int gone[] = {0, 9, 10, REFERRALS - 1}; /* the first, the last of a page, the first of the next, the last of all */
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++)
        pg_sql(pg.conninfo, "DELETE FROM referral.referral WHERE id = '%s'", id_text(ids[gone[i]], id));
    struct read r = read_all(&w);
    assert_true(r.referrals == REFERRALS - 4 && r.entries == 2 * REFERRALS && r.strangers == 8);
    pg_sql(pg.conninfo, "DELETE FROM referral.docket WHERE referral = '%s'", id_text(ids[5], id));
    struct report_page page;
    struct id after = {{0}};
    w.rows = 100;
    assert_int_equal(report_read(db, arena, &w, &after, &page), DB_OK);
    for (int i = 0; i < page.n_referrals; i++)
        assert_int_equal(page.referrals[i].state, id_eq(page.referrals[i].id, ids[5]) ? 0 : 1);
}

static void cities_are_those_with_a_journal(void **state)
{
    (void)state;
    int *cities, n;
    pg_sql(pg.conninfo, "INSERT INTO referral.chain (city, agency, seq) VALUES (3201, 'a', 1), (3205, 'b', 2), (3206, 'c', 0)");
    assert_int_equal(city_list(db, arena, &cities, &n), DB_OK);
    assert_true(n == 2 && cities[0] == 3201 && cities[1] == 3205);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_referral_is_on_one_page, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_period_begins_and_ends_where_it_says, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_the_kinds_that_are_wanted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_journal_without_a_referral_is_seen, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cities_are_those_with_a_journal, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, pg_create_schema, pg_drop);
}
