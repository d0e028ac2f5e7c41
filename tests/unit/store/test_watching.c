/*
 * test_watching.c - sightings counted by key and claimed once; one open episode a key, whoever comes first; nobody told twice
 */
#include "store/pg_fixture.h"

#include "store/watching.h"

#define CITY 3205
#define DAY  20514 /* 2026-03-02 */

static struct db *db;
static struct arena *arena;

static int set_up(void **state)
{
    pg_empty(state);
    db = pg_open("watching");
    arena = arena_new(0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    db_close(db);
    arena_free(arena);
    return 0;
}

static const struct watched_key here = {CITY, STR("violence"), STR("320505"), STR(""), STR("")};

static struct id see(struct watched_key key, int32_t day, const char *spot, const char *agency)
{
    static int number;
    struct batch *b = batch_new(db);
    struct id id = id_new(NOON_MS + ++number, CITY);
    const struct sighting_row row = {
        .key = key, .referral = id, .day = day, .spot = str_from(spot), .agency = str_from(agency), .agency_ref = STR("1号")};
    assert_int_equal(batch_begin(b), DB_OK);
    assert_true(batch_add_sighting(b, &row));
    assert_int_equal(batch_commit(b), DB_OK);
    batch_free(b);
    return id;
}

static int claim(int64_t lease_ms, struct sighting_claimed **rows)
{
    int n;
    assert_int_equal(sighting_claim(db, arena, CITY, lease_ms, lease_ms + 1000, 100, rows, &n), DB_OK);
    return n;
}

static void test_claimed_once_and_again_when_the_claim_has_run_out(void **state)
{
    (void)state;
    struct sighting_claimed *rows;
    const int cities[] = {3200, CITY};
    int *some, n;
    assert_int_equal(watching_cities(db, arena, cities, 2, NOON_MS, NOON_MS, &some, &n), DB_OK);
    assert_int_equal(n, 0);
    see(here, DAY, "320505002004", "court");
    assert_int_equal(watching_cities(db, arena, cities, 2, NOON_MS, NOON_MS, &some, &n), DB_OK);
    assert_true(n == 1 && some[0] == CITY);
    assert_int_equal(claim(NOON_MS, &rows), 1);
    assert_true(str_eqz(rows[0].key.place, "320505") && str_empty(rows[0].key.mark));
    assert_int_equal(claim(NOON_MS + 999, &rows), 0);
    assert_int_equal(claim(NOON_MS + 1000, &rows), 1);
    assert_int_equal(sighting_done(db, rows, 1), DB_OK);
    assert_int_equal(claim(NOON_MS + 9000, &rows), 0);
}

static void test_counted_by_key_day_and_place(void **state)
{
    (void)state;
    struct watched_key other = here;
    other.mark = STR("0123456789abcdef");
    see(here, DAY - 3, "320505002004", "court");
    see(here, DAY - 1, "320505002004", "court");
    see(here, DAY - 1, "320505002005", "police");
    see(here, DAY - 1, "320505003001", "police");
    see(other, DAY, "320505003001", "police");
    const struct key_query queries[] = {{here, DAY - 2, 0}, {here, DAY - 3, 9}, {other, DAY - 9, 0}};
    struct key_counts counts[3];
    assert_int_equal(sighting_counts(db, arena, queries, 3, counts), DB_OK);
    assert_true(counts[0].n == 1 && counts[0].items[0].n == 3 && counts[0].items[0].day == DAY - 1 && !counts[0].open);
    assert_true(counts[1].n == 3 && counts[1].items[0].day == DAY - 3 && counts[1].items[1].n == 2);
    assert_true(str_eqz(counts[1].items[1].place, "320505002") && str_eqz(counts[1].items[2].place, "320505003"));
    assert_true(counts[2].n == 1 && counts[2].items[0].n == 1);
    int gone;
    struct sighting_claimed *rows;
    assert_int_equal(sighting_forget(db, CITY, here.watch, DAY, 10, &gone), DB_OK);
    assert_int_equal(gone, 0); /* nobody has looked at them */
    int n = claim(NOON_MS, &rows);
    assert_int_equal(sighting_done(db, rows, n), DB_OK);
    assert_int_equal(sighting_forget(db, CITY, here.watch, DAY, 2, &gone), DB_OK);
    assert_int_equal(gone, 2);
    assert_int_equal(pg_count("referral.sighting"), 3);
}

/* One transaction of a keeper. */
struct opened {
    struct id id;
    bool found, fresh;
    struct joined_referral *joined;
    int n, total;
};
static struct opened open_in(struct db *on, bool open_only, int32_t since)
{
    struct opened o = {0};
    struct batch *b = batch_new(on);
    const struct episode_write e = {.key = here, .id = id_new(NOON_MS, CITY), .name = STR("有暴力风险"), .raised_ms = NOON_MS,
                                    .look_ms = NOON_MS + 1000, .since = since, .seen = 3};
    assert_int_equal(batch_begin(b), DB_OK);
    assert_int_equal(batch_open_episode(b, &e, open_only, &o.id, &o.found, &o.fresh), DB_OK);
    if (o.found) {
        struct joined_referral *joined;
        assert_int_equal(batch_join_episode(b, &here, o.id, since, &joined, &o.n, &o.total), DB_OK);
        o.joined = ARENA_ARRAY(arena, (size_t)o.n + 1, struct joined_referral);
        for (int i = 0; i < o.n; i++) {
            o.joined[i] = joined[i];
            o.joined[i].agency = arena_str(arena, joined[i].agency);
        }
    }
    assert_int_equal(batch_commit(b), DB_OK);
    batch_free(b);
    return o;
}

static void test_one_open_episode_and_each_agency_told_once(void **state)
{
    (void)state;
    see(here, DAY - 9, "320505", "court"); /* too old */
    see(here, DAY, "320505", "police");
    see(here, DAY, "320505", "court");
    assert_false(open_in(db, true, DAY).found);
    struct opened first = open_in(db, false, DAY);
    assert_true(first.found && first.fresh && first.n == 2 && first.total == 2);
    assert_true(str_eqz(first.joined[0].agency, "court") && !first.joined[0].told && !first.joined[1].told);
    struct opened same = open_in(db, false, DAY);
    assert_true(same.found && !same.fresh && id_eq(same.id, first.id) && same.n == 0 && same.total == 2);
    see(here, DAY + 1, "320505", "court");
    see(here, DAY + 1, "320505", "petition");
    struct opened more = open_in(db, true, DAY);
    assert_true(more.found && more.n == 2 && more.total == 4);
    assert_true(more.joined[0].told && !more.joined[1].told && str_eqz(more.joined[1].agency, "petition"));
}

/* Two keepers at the same moment: the second waits for the first, and finds its episode. */
static void *second_keeper(void *arg)
{
    struct db *on = pg_open("second");
    *(struct opened *)arg = open_in(on, false, DAY);
    db_close(on);
    return NULL;
}

static void test_two_at_once_make_one(void **state)
{
    (void)state;
    struct opened o = {0};
    struct id id;
    bool found, fresh;
    struct joined_referral *joined;
    int n, total;
    pthread_t thread;
    see(here, DAY, "320505", "court");
    struct batch *b = batch_new(db);
    const struct episode_write e = {.key = here, .id = id_new(NOON_MS, CITY), .name = STR("甲"), .raised_ms = NOON_MS,
                                    .look_ms = NOON_MS + 1000, .since = DAY, .seen = 3};
    assert_int_equal(batch_begin(b), DB_OK);
    assert_int_equal(batch_open_episode(b, &e, false, &id, &found, &fresh), DB_OK);
    assert_int_equal(pthread_create(&thread, NULL, second_keeper, &o), 0);
    while (atol(pg_sql(pg.conninfo, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                                    "AND wait_event_type = 'Lock'")) == 0)
        ;
    assert_int_equal(batch_join_episode(b, &here, id, DAY, &joined, &n, &total), DB_OK);
    assert_true(fresh && n == 1);
    assert_int_equal(batch_commit(b), DB_OK);
    batch_free(b);
    pthread_join(thread, NULL);
    assert_true(o.found && !o.fresh && id_eq(o.id, id) && o.n == 0);
    assert_int_equal(pg_count("referral.episode"), 1);
}

static void test_an_episode_ends_unless_somebody_adds_to_it(void **state)
{
    (void)state;
    struct episode_claimed *rows, *again;
    struct episode_read e;
    bool found, done;
    int n;
    see(here, DAY, "320505", "court");
    struct id id = open_in(db, false, DAY).id;
    assert_int_equal(episode_claim(db, arena, CITY, NOON_MS, NOON_MS, NOON_MS + 60000, 10, &rows, &n), DB_OK);
    assert_int_equal(n, 0); /* not yet */
    assert_int_equal(episode_claim(db, arena, CITY, NOON_MS + 1000, NOON_MS, NOON_MS + 60000, 10, &rows, &n), DB_OK);
    assert_true(n == 1 && id_eq(rows[0].id, id));
    assert_int_equal(episode_claim(db, arena, CITY, NOON_MS + 1000, NOON_MS, NOON_MS + 60000, 10, &again, &n), DB_OK);
    assert_int_equal(n, 0); /* claimed */
    open_in(db, true, DAY);
    assert_int_equal(episode_settle(db, &rows[0], NOON_MS + 2000, 0), DB_OK);
    assert_int_equal(episode_find(db, arena, id, &e, &found), DB_OK);
    assert_true(found && e.over_ms == 0 && e.referrals == 1 && e.agencies == 1);
    assert_int_equal(episode_claim(db, arena, CITY, NOON_MS + 1000, NOON_MS, NOON_MS + 60000, 10, &rows, &n), DB_OK);
    assert_int_equal(n, 1);
    assert_int_equal(episode_settle(db, &rows[0], NOON_MS + 2000, 0), DB_OK);
    assert_int_equal(episode_find(db, arena, id, &e, &found), DB_OK);
    assert_true(e.over_ms == NOON_MS + 2000 && e.closed_ms == 0);
    assert_int_equal(episode_close(db, id, STR("wang"), EPISODE_FALSE, NOON_MS + 3000, &done), DB_OK);
    assert_true(done);
    assert_int_equal(episode_close(db, id, STR("li"), EPISODE_HANDLED, NOON_MS + 4000, &done), DB_OK);
    assert_false(done);
    struct opened next = open_in(db, false, DAY);
    assert_true(next.fresh && !id_eq(next.id, id) && next.n == 1 && !next.joined[0].told);
    int64_t waiting;
    struct episode_read *list;
    assert_int_equal(episode_list(db, arena, STR("3205"), true, 10, &list, &n, &waiting), DB_OK);
    assert_true(n == 2 && waiting == 1);
    assert_int_equal(episode_list(db, arena, STR("3201"), true, 10, &list, &n, &waiting), DB_OK);
    assert_true(n == 0 && waiting == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_claimed_once_and_again_when_the_claim_has_run_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_counted_by_key_day_and_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_open_episode_and_each_agency_told_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_two_at_once_make_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_episode_ends_unless_somebody_adds_to_it, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, pg_create_schema, pg_drop);
}
