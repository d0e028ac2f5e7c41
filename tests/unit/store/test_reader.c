/*
 * test_reader.c - journals from a cursor, cases, the manual queue
 */
#include "store/pg_fixture.h"

#include "store/reader.h"
#include "store/tally.h"

#define ENTRIES 50

static struct db *db;
static struct arena *arena;
static struct sample samples[ENTRIES / 2];

static int set_up(void **state)
{
    pg_empty(state);
    db = pg_open("reader");
    arena = arena_new(0);
    struct chain_head head = {.city = 3205, .agency = STR("法院")};
    struct batch *b = batch_new(db);
    assert_int_equal(batch_begin(b), DB_OK);
    assert_int_equal(batch_lock(b, &head, 1, NULL, 0, NULL, 0), DB_OK);
    for (int i = 0; i < ENTRIES / 2; i++) {
        /* Over two months, so that two partitions hold the journal. */
        int64_t at = NOON_MS + i * INT64_C(86400000) * 2;
        samples[i] = (struct sample){.city = 3205, .agency = head.agency, .agency_ref = TEXT(arena, "%d", i),
            .organisation = STR("o"), .referral = id_new(at, 3205), .assignment = id_new(at, 3205), .at_ms = at,
            .sealed = STR("note"), .record = STR("record"), .receipt = STR("receipt")};
        sample_add(b, &samples[i], &head);
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

static void test_journal_windows(void **state)
{
    (void)state;
    struct journal_entry *e;
    struct digest previous, hash = {{0}};
    int n;
    for (uint64_t after = 0; after < ENTRIES; after += 7) {
        assert_int_equal(journal_read(db, arena, 3205, STR("法院"), after, 7, &e, &n, &previous), DB_OK);
        assert_int_equal(n, ENTRIES - after < 7 ? ENTRIES - after : 7);
        assert_true(digest_eq(previous, hash));
        for (int i = 0; i < n; i++) {
            assert_int_equal(e[i].seq, after + (uint64_t)i + 1);
            hash = digest_chain(hash, e[i].body.p, e[i].body.n);
            assert_true(digest_eq(e[i].hash, hash));
            assert_true(e[i].at_ms == samples[(e[i].seq - 1) / 2].at_ms);
            assert_true(str_eq(e[i].note_sealed, e[i].seq % 2 ? STR("") : STR("note")));
        }
    }
    assert_int_equal(journal_read(db, arena, 3205, STR("法院"), ENTRIES, 7, &e, &n, &previous), DB_OK);
    assert_true(n == 0 && digest_eq(previous, hash));
    assert_int_equal(journal_read(db, arena, 3205, STR("法院"), ENTRIES + 9, 7, &e, &n, &previous), DB_OK);
    assert_int_equal(n, 0);
    assert_int_equal(journal_read(db, arena, 3206, STR("法院"), 0, 7, &e, &n, &previous), DB_OK);
    assert_int_equal(n, 0);
    assert_int_equal(journal_of_referral(db, arena, samples[3].referral, &e, &n), DB_OK);
    assert_true(n == 2 && e[0].seq == 7 && e[1].seq == 8 && e[1].kind == 2);
}

static void test_cursor(void **state)
{
    (void)state;
    struct chain_row c, some[3] = {{.city = 3205, .agency = STR("none")}, {.city = 3205, .agency = STR("法院")}};
    uint64_t stored;
    bool ahead, found;
    assert_int_equal(cursor_store(db, 3205, STR("法院"), 20, &stored, &ahead), DB_OK);
    assert_true(stored == 20 && !ahead);
    assert_int_equal(cursor_store(db, 3205, STR("法院"), 10, &stored, &ahead), DB_OK);
    assert_true(stored == 20 && !ahead); /* never back */
    assert_int_equal(cursor_store(db, 3205, STR("法院"), ENTRIES + 1, &stored, &ahead), DB_OK);
    assert_true(stored == 20 && ahead); /* never past the end */
    assert_int_equal(cursor_store(db, 3205, STR("法院"), UINT64_MAX, &stored, &ahead), DB_OK);
    assert_true(stored == 20 && ahead);
    assert_int_equal(cursor_store(db, 3205, STR("法院"), ENTRIES, &stored, &ahead), DB_OK);
    assert_true(stored == ENTRIES && !ahead);
    assert_int_equal(cursor_store(db, 3205, STR("none"), 1, &stored, &ahead), DB_OK);
    assert_true(stored == 0 && ahead);
    assert_int_equal(chain_read(db, arena, 3205, STR("法院"), &c, &found), DB_OK);
    assert_true(found && c.seq == ENTRIES && c.cursor == ENTRIES && str_eq(c.agency, STR("法院")));
    assert_int_equal(chain_read(db, arena, 3205, STR("none"), &c, &found), DB_OK);
    assert_false(found);
    assert_int_equal(chain_poll(db, arena, some, 2), DB_OK);
    assert_true(some[0].seq == 0 && some[1].seq == ENTRIES);
}

/* An agency whose journal stands under one city may not be enrolled under another. */
static void test_chain_elsewhere(void **state)
{
    (void)state;
    const struct str ids[] = {STR("z-new"), STR("法院"), STR("a-moved")};
    const int right[] = {3201, 3205, 3206}, wrong[] = {3201, 3206, 3206};
    struct chain_row *out;
    int n;
    pg_sql(pg.conninfo, "INSERT INTO referral.chain (city, agency) VALUES (3205, 'a-moved'), (3206, 'a-moved'), (3205, 'b-gone')");
    assert_int_equal(chain_elsewhere(db, arena, ids, wrong, 3, &out, &n), DB_OK);
    assert_int_equal(n, 2);
    for (int i = 0; i < 2; i++)
        assert_true(out[i].city == 3205 && str_eq(out[i].agency, str_eq(out[i].agency, STR("法院")) ? STR("法院") : STR("a-moved")));
    assert_int_equal(chain_elsewhere(db, arena, ids, right, 2, &out, &n), DB_OK);
    assert_int_equal(n, 0);
    assert_int_equal(chain_elsewhere(db, arena, NULL, NULL, 0, &out, &n), DB_OK);
    assert_int_equal(n, 0);
}

static void test_cases(void **state)
{
    (void)state;
    struct id found_id, *ids;
    struct case_row c;
    struct decision_read *d;
    bool found;
    int n;
    assert_int_equal(case_find(db, arena, 3205, STR("法院"), STR("4"), &found_id, &found), DB_OK);
    assert_true(found && id_eq(found_id, samples[4].referral));
    assert_int_equal(case_find(db, arena, 3205, STR("法院"), STR("no"), &found_id, &found), DB_OK);
    assert_false(found);
    assert_int_equal(case_search(db, arena, STR("5"), 10, &ids, &n), DB_OK);
    assert_true(n == 1 && id_eq(ids[0], samples[5].referral));
    assert_int_equal(case_read(db, arena, id_new(NOON_MS, 3205), &c), DB_OK);
    assert_false(c.found);
    assert_int_equal(decision_list(db, arena, samples[20].referral, &d, &n), DB_OK);
    assert_true(n == 1 && d[0].n == 1 && str_eq(d[0].record, STR("record")) && d[0].at_ms == samples[20].at_ms);
    /* Erased: everything else stays. */
    pg_sql(pg.conninfo, "UPDATE referral.referral SET sealed = NULL");
    assert_int_equal(case_read(db, arena, samples[1].referral, &c), DB_OK);
    assert_true(c.found && c.sealed.n == 0 && c.parties == 2 && str_eq(c.receipt, STR("receipt")));
}

static void test_queue(void **state)
{
    (void)state;
    struct queue_row *q;
    struct state_count *counts;
    int64_t total;
    int n;
    struct batch *b = batch_new(db);
    assert_int_equal(batch_begin(b), DB_OK);
    for (int i = 0; i < 6; i++) {
        struct docket_write w = {.referral = samples[i].referral, .state = 4, .due_kind = 3, .due_ms = NOON_MS + 100, .wake_ms = NOON_MS + 90, .wake = 15,
                                 .decisions = 1, .reason = STR("nobody-free"), .changed_ms = NOON_MS - i};
        assert_true(batch_change_docket(b, &w));
    }
    assert_int_equal(batch_commit(b), DB_OK);
    batch_free(b);
    assert_int_equal(queue_list(db, arena, STR(""), 4, &q, &n, &total), DB_OK);
    assert_true(n == 4 && total == 6 && id_eq(q[0].referral, samples[5].referral)); /* oldest first */
    assert_true(str_eq(q[0].reason, STR("nobody-free")) && q[0].since_ms == NOON_MS - 5 && q[0].due_ms == NOON_MS + 100);
    assert_int_equal(queue_list(db, arena, STR("3205"), 100, &q, &n, &total), DB_OK);
    assert_true(n == 6 && str_eq(q[0].place, STR("320505")));
    assert_int_equal(queue_list(db, arena, STR("32_"), 100, &q, &n, &total), DB_OK);
    assert_true(n == 0 && total == 0);
    assert_int_equal(docket_counts(db, arena, &counts, &n), DB_OK);
    assert_true(n == 2 && counts[0].state == 1 && counts[0].n == ENTRIES / 2 - 6 && counts[1].state == 4 && counts[1].n == 6);
}

static void test_rules_tallied(void **state)
{
    (void)state;
    const int64_t day = INT64_C(86400000);
    struct rule_tally *t;
    int n;
    assert_int_equal(rule_tally(db, arena, NOON_MS, NOON_MS + 60 * day, &t, &n), DB_OK);
    assert_true(n == 1 && str_eq(t[0].rule, STR("court-labour")));
    assert_true(t[0].assigned == ENTRIES / 2 && t[0].manual == 0 && t[0].refused == 0);
    assert_true(t[0].last_ms == samples[ENTRIES / 2 - 1].at_ms);
    /* The first is in the window, the last is not; a second decision is not counted. */
    pg_sql(pg.conninfo, "INSERT INTO referral.decision SELECT city, arrived, referral, 2, at, ruleset, 'other', 2, record "
                        "FROM referral.decision");
    pg_sql(pg.conninfo, "UPDATE referral.decision SET rule = '', outcome = 2 WHERE n = 1 AND arrived = to_timestamp(%lld)",
           (long long)(samples[1].at_ms / 1000));
    assert_int_equal(rule_tally(db, arena, samples[1].at_ms, samples[5].at_ms, &t, &n), DB_OK);
    assert_true(n == 2 && str_empty(t[0].rule) && t[0].manual == 1 && t[0].assigned == 0 && t[1].assigned == 3);
    assert_int_equal(rule_tally(db, arena, NOON_MS + 60 * day, NOON_MS + 61 * day, &t, &n), DB_OK);
    assert_int_equal(n, 0);
}

static void test_a_reader_cannot_write(void **state)
{
    (void)state;
    struct db *reader;
    char why[200];
    struct rule_tally *t;
    uint64_t stored;
    bool ahead;
    int n;
    assert_int_equal(db_open_reader(pg.conninfo, "reader", &reader, why, sizeof why), DB_OK);
    assert_int_equal(rule_tally(reader, arena, 0, NOON_MS, &t, &n), DB_OK);
    assert_int_not_equal(cursor_store(reader, 3205, STR("法院"), 20, &stored, &ahead), DB_OK);
    db_close(reader);
    assert_int_equal(cursor_store(db, 3205, STR("法院"), 0, &stored, &ahead), DB_OK);
    assert_int_equal(stored, 0);
    assert_int_equal(db_open_reader("host=/nonexistent dbname=x", "reader", &reader, why, sizeof why), DB_LOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_journal_windows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cursor, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_chain_elsewhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cases, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_queue, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rules_tallied, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_reader_cannot_write, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, pg_create_schema, pg_drop);
}
