/*
 * test_past.c - what came before: marks numbered within a set of parties, links, who has them; and whose turn it is
 */
#include "store/pg_fixture.h"

#include "store/desk.h"

#define CITY 3205

static struct db *db;
static struct arena *arena;

static int set_up(void **state)
{
    pg_empty(state);
    db = pg_open("past");
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

static struct batch *begin(struct db *on)
{
    struct batch *b = batch_new(on);
    assert_non_null(b);
    assert_int_equal(batch_begin(b), DB_OK);
    return b;
}

static struct mark mark(int i)
{
    struct mark m = {{0}};
    m.b[0] = (unsigned char)i;
    m.b[15] = 0xff;
    return m;
}

/* Looks back inside a transaction that is given up. */
static struct mark_found look(int city, struct mark m)
{
    struct batch *b = begin(db);
    struct mark_found found = {.city = city, .mark = m};
    batch_look_back(b, &found, 1, NULL, 0);
    assert_int_equal(batch_lock(b, NULL, 0, NULL, 0, NULL, 0), DB_OK);
    if (found.n_newest) { /* the batch's arena goes */
        struct id *copy = ARENA_ARRAY(arena, (size_t)found.n_newest, struct id);
        memcpy(copy, found.newest, (size_t)found.n_newest * sizeof *copy);
        found.newest = copy;
    }
    batch_free(b);
    return found;
}

static enum db_result add(struct db *on, int city, struct mark m, int n, struct id referral)
{
    struct batch *b = begin(on);
    assert_true(batch_add_mark(b, &(struct mark_row){.city = city, .mark = m, .n = n, .referral = referral}));
    enum db_result r = batch_commit(b);
    batch_free(b);
    return r;
}

static void test_marks(void **state)
{
    (void)state;
    struct mark_found none = look(CITY, mark(1));
    assert_true(none.count == 0 && none.last_n == 0 && none.last_ms == 0 && none.n_newest == 0);
    struct id ids[12];
    for (int i = 0; i < 12; i++) {
        ids[i] = id_new(NOON_MS + i * 1000, i % 2 ? CITY : 3200); /* whichever city the agency is of */
        assert_int_equal(add(db, CITY, mark(1), i + 1, ids[i]), DB_OK);
    }
    assert_int_equal(add(db, CITY, mark(2), 1, ids[0]), DB_OK);
    assert_int_equal(add(db, 3201, mark(1), 1, ids[1]), DB_OK);
    struct mark_found found = look(CITY, mark(1));
    assert_int_equal(found.count, 12);
    assert_int_equal(found.last_n, 12);
    assert_true(found.last_ms == NOON_MS + 11000);
    assert_int_equal(found.n_newest, MARK_NEWEST);
    for (int i = 0; i < found.n_newest; i++)
        assert_true(id_eq(found.newest[i], ids[11 - i]));
    assert_int_equal(look(CITY, mark(2)).count, 1);
    assert_int_equal(look(3201, mark(1)).count, 1);
}

/* Many at once, found or not, each answer where it belongs. */
static void test_many(void **state)
{
    (void)state;
    struct mark_found marks[40];
    for (int i = 0; i < 40; i++) {
        marks[i] = (struct mark_found){.city = CITY - i % 3, .mark = mark(i)};
        for (int n = 1; n <= i % 4; n++)
            assert_int_equal(add(db, CITY - i % 3, mark(i), n, id_new(NOON_MS, CITY)), DB_OK);
    }
    struct batch *b = begin(db);
    batch_look_back(b, marks, 40, NULL, 0);
    assert_int_equal(batch_lock(b, NULL, 0, NULL, 0, NULL, 0), DB_OK);
    for (int i = 0; i < 40; i++)
        assert_true(marks[i].count == i % 4 && marks[i].last_n == i % 4 && marks[i].n_newest == i % 4);
    batch_free(b);
}

/* A set of parties that comes for ever costs no more to look up, and the count is still right. */
static void test_very_many(void **state)
{
    (void)state;
    pg_sql(pg.conninfo, "INSERT INTO referral.party_mark SELECT 3205, '\\x090000000000000000000000000000ff', n, gen_random_uuid(), "
           "to_timestamp(1772413200 + n) FROM generate_series(1, 2500) AS n");
    struct mark_found found = look(CITY, mark(9));
    assert_true(found.count == 2500 && found.last_n == 2500 && found.n_newest == MARK_NEWEST);
    assert_true(found.last_ms == NOON_MS + 2500000);
    pg_sql(pg.conninfo, "DELETE FROM referral.party_mark WHERE n = 2400");
    assert_int_equal(look(CITY, mark(9)).count, 2499);
}

struct rival {
    struct db *db;
    struct mark mark;
    enum db_result result;
};

static void *other_keeper(void *arg)
{
    struct rival *r = arg;
    r->result = add(r->db, CITY, r->mark, 1, id_new(NOON_MS + 1, CITY));
    return NULL;
}

/* Two that both saw nothing: the second waits for the first, is turned down, and sees it when it looks again. */
static void test_race(void **state)
{
    (void)state;
    pthread_t thread;
    struct rival rival = {.db = pg_open("rival"), .mark = mark(7)};
    PGconn *first = PQconnectdb(pg.conninfo);
    PQclear(PQexec(first, "BEGIN; INSERT INTO referral.party_mark VALUES "
                          "(3205, '\\x070000000000000000000000000000ff', 1, gen_random_uuid(), now())"));
    assert_int_equal(pthread_create(&thread, NULL, other_keeper, &rival), 0);
    while (atol(pg_sql(pg.conninfo, "SELECT count(*) FROM pg_locks WHERE NOT granted")) == 0)
        ;
    PQclear(PQexec(first, "COMMIT"));
    PQfinish(first);
    pthread_join(thread, NULL);
    assert_int_equal(rival.result, DB_AGAIN);
    db_close(rival.db);
    struct mark_found found = look(CITY, mark(7));
    assert_true(found.count == 1 && found.last_n == 1);
    assert_int_equal(add(db, CITY, mark(7), found.last_n + 1, id_new(NOON_MS + 1, CITY)), DB_OK);
    assert_int_equal(look(CITY, mark(7)).count, 2);
}

static void keep_referral(const struct sample *s, struct chain_head *head)
{
    struct batch *b = begin(db);
    assert_int_equal(batch_lock(b, head, 1, NULL, 0, NULL, 0), DB_OK);
    sample_add(b, s, head);
    assert_true(batch_set_head(b, head));
    assert_int_equal(batch_commit(b), DB_OK);
    batch_free(b);
}

static void test_links_and_holders(void **state)
{
    (void)state;
    struct chain_head head = {.city = CITY, .agency = STR("法院")};
    struct sample s = {.city = CITY, .agency = head.agency, .agency_ref = STR("旧案"), .organisation = STR("村调委会"),
                       .referral = id_new(NOON_MS, CITY), .assignment = id_new(NOON_MS, CITY), .at_ms = NOON_MS,
                       .sealed = STR("s"), .record = STR("r"), .receipt = STR("t")};
    keep_referral(&s, &head);
    struct link_found links[] = {{.city = CITY, .agency = STR("法院"), .agency_ref = STR("没有")},
                                 {.city = CITY, .agency = STR("法院"), .agency_ref = STR("旧案")},
                                 {.city = CITY, .agency = STR("公安局"), .agency_ref = STR("旧案")},
                                 {.city = 3201, .agency = STR("法院"), .agency_ref = STR("旧案")}};
    struct batch *b = begin(db);
    batch_look_back(b, NULL, 0, links, 4);
    assert_int_equal(batch_lock(b, &head, 1, NULL, 0, NULL, 0), DB_OK);
    assert_true(!links[0].found && links[1].found && !links[2].found && !links[3].found);
    struct holder holders[] = {{.referral = id_new(NOON_MS, CITY)}, {.referral = links[1].referral}, {.referral = {{0}}}};
    assert_int_equal(batch_find_holders(b, holders, 3), DB_OK);
    assert_true(str_empty(holders[0].organisation) && str_eq(holders[1].organisation, STR("村调委会")) &&
                str_empty(holders[2].organisation));
    assert_int_equal(batch_lock(b, &head, 1, NULL, 0, NULL, 0), DB_OK); /* asked once only */
    batch_free(b);
}

/* The newest decision's record comes with a docket that wants it. */
static void test_record(void **state)
{
    (void)state;
    struct chain_head head = {.city = CITY, .agency = STR("法院")};
    struct sample s = {.city = CITY, .agency = head.agency, .agency_ref = STR("1"), .organisation = STR("o"),
                       .referral = id_new(NOON_MS, CITY), .assignment = id_new(NOON_MS, CITY), .at_ms = NOON_MS,
                       .sealed = STR("sealed"), .record = STR("first"), .receipt = STR("t")};
    keep_referral(&s, &head);
    struct batch *b = begin(db);
    assert_true(batch_add_decision(b, &(struct decision_row){.referral = s.referral, .n = 2, .at_ms = NOON_MS, .rule = STR("r"),
                                                              .record = STR("second"), .outcome = 1}));
    assert_int_equal(batch_commit(b), DB_OK);
    batch_free(b);
    b = begin(db);
    struct docket_row docket = {.referral = s.referral, .want_record = true};
    assert_int_equal(batch_lock(b, &head, 1, NULL, 0, &docket, 1), DB_OK);
    assert_true(docket.found && str_eq(docket.record, STR("second")) && str_empty(docket.sealed));
    docket = (struct docket_row){.referral = s.referral, .want_sealed = true};
    assert_int_equal(batch_lock(b, &head, 1, NULL, 0, &docket, 1), DB_OK);
    assert_true(str_empty(docket.record) && str_eq(docket.sealed, STR("sealed")));
    batch_free(b);
}

/* The mark goes with the rest, found by the city of the place; those of others stay. */
static void test_erased(void **state)
{
    (void)state;
    struct chain_head head = {.city = 3200, .agency = STR("省法院")};
    struct sample s = {.city = 3200, .agency = head.agency, .agency_ref = STR("1"), .organisation = STR("o"),
                       .referral = id_new(NOON_MS, 3200), .assignment = id_new(NOON_MS, 3200), .at_ms = NOON_MS,
                       .sealed = STR("sealed"), .record = STR("r"), .receipt = STR("t")};
    keep_referral(&s, &head); /* its place is 320505 */
    assert_int_equal(add(db, CITY, mark(1), 1, s.referral), DB_OK);
    assert_int_equal(add(db, CITY, mark(1), 2, id_new(NOON_MS, CITY)), DB_OK);
    struct batch *b = begin(db);
    assert_true(batch_erase(b, s.referral));
    assert_int_equal(batch_commit(b), DB_OK);
    batch_free(b);
    struct mark_found found = look(CITY, mark(1));
    assert_true(found.count == 1 && found.last_n == 2);
    assert_int_equal(pg_count("referral.referral WHERE sealed IS NULL"), 1);
}

/* -- turns -- */

static int64_t given(const char *organisation)
{
    return atoll(pg_sql(pg.conninfo, "SELECT coalesce((extract(epoch FROM given) * 1000)::bigint, 0) FROM referral.load "
                                     "WHERE organisation = '%s'", organisation));
}

static void claim(struct batch *b, struct str organisation, int64_t turn)
{
    struct claim c = {.city = CITY, .organisation = organisation, .wanted = 1};
    assert_int_equal(batch_claim(b, &c, 1), DB_OK);
    assert_int_equal(c.granted, 1);
    if (turn)
        batch_give(b, CITY, organisation, turn);
}

static void test_turns(void **state)
{
    (void)state;
    const struct load_row rows[] = {{.city = CITY, .organisation = STR("甲"), .wanted = 9},
                                    {.city = CITY, .organisation = STR("乙"), .wanted = 9}};
    int changed;
    assert_int_equal(load_sync(db, rows, 2, &changed), DB_OK);
    struct batch *b = begin(db);
    claim(b, STR("甲"), NOON_MS);
    claim(b, STR("甲"), NOON_MS + 2);
    claim(b, STR("甲"), NOON_MS + 1);
    claim(b, STR("乙"), 0);
    batch_give(b, CITY, STR("无"), NOON_MS); /* nobody's */
    assert_int_equal(batch_commit(b), DB_OK);
    batch_free(b);
    assert_true(given("甲") == NOON_MS + 2 && given("乙") == 0);
    b = begin(db); /* an older turn does not move it back, nor does a place given back */
    claim(b, STR("甲"), NOON_MS - 5000);
    assert_true(batch_release(b, CITY, STR("甲")));
    assert_int_equal(batch_commit(b), DB_OK);
    batch_free(b);
    assert_true(given("甲") == NOON_MS + 2);
}

/* Who was given something is read though it is empty. */
static void test_turns_read(void **state)
{
    (void)state;
    const struct load_row rows[] = {{.city = CITY, .organisation = STR("甲"), .wanted = 9},
                                    {.city = CITY, .organisation = STR("乙"), .wanted = 9}};
    struct load_row *read;
    int changed, n;
    assert_int_equal(load_sync(db, rows, 2, &changed), DB_OK);
    struct batch *b = begin(db);
    claim(b, STR("甲"), NOON_MS);
    claim(b, STR("乙"), 0);
    assert_int_equal(batch_commit(b), DB_OK);
    batch_free(b);
    b = begin(db);
    assert_true(batch_release(b, CITY, STR("甲")) && batch_release(b, CITY, STR("乙")));
    assert_int_equal(batch_commit(b), DB_OK);
    batch_free(b);
    assert_int_equal(load_read(db, arena, &read, &n), DB_OK);
    assert_int_equal(n, 0);
    assert_int_equal(load_turns(db, arena, &read, &n), DB_OK);
    assert_true(n == 1 && read[0].city == CITY && str_eq(read[0].organisation, STR("甲")) && read[0].given_ms == NOON_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_marks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_many, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_very_many, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_race, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_links_and_holders, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_record, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_erased, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_turns, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_turns_read, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, pg_create_schema, pg_drop);
}
