/*
 * test_db.c - connections, SQLSTATEs, schema states, the least that the daemon's role needs
 */
#include "store/pg_fixture.h"

#include "store/conn.h"
#include "store/desk.h"
#include "store/wireform.h"

static void test_sqlstates(void **state)
{
    (void)state;
    static const struct { const char *sqlstate; enum db_result result; const char *constraint; } cases[] = {
        {"40001", DB_AGAIN}, {"40P01", DB_AGAIN}, {"55P03", DB_AGAIN}, {"57014", DB_AGAIN}, {"P0R02", DB_AGAIN},
        {"40003", DB_LOST},  {"08006", DB_LOST},  {"57P01", DB_LOST},  {"57P02", DB_LOST},  {"57P03", DB_LOST},
        {"53300", DB_LOST},  {"53100", DB_LOST},  {"25006", DB_LOST},  {"58030", DB_LOST},
        {"42P01", DB_WRONG}, {"42501", DB_WRONG}, {"P0R01", DB_WRONG}, {"XX000", DB_WRONG}, {"54001", DB_WRONG},
        {"22021", DB_REFUSED}, {"54000", DB_REFUSED},
        {"23505", DB_REFUSED, "submission_pkey"}, {"23505", DB_REFUSED, "referral_202603_pkey"},
        {"23514", DB_REFUSED, "docket_check"},
        /* No partition, and a column that no value was sent for: no constraint is named. */
        {"23514", DB_WRONG}, {"23502", DB_WRONG},
        /* What we count ourselves does not add up. */
        {"23505", DB_WRONG, "journal_202603_pkey"}, {"23505", DB_WRONG, "note_pkey"}, {"23514", DB_WRONG, "load_check"},
        {"23514", DB_WRONG, "chain_check1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(sqlstate_result(cases[i].sqlstate, cases[i].constraint ? cases[i].constraint : ""), cases[i].result);
}

static void test_times(void **state)
{
    (void)state;
    static const int64_t ms[] = {0, 1, -1, NOON_MS, WIRE_EPOCH_MS, WIRE_EPOCH_MS - 1, INT64_C(281474976710655)};
    for (size_t i = 0; i < sizeof ms / sizeof ms[0]; i++)
        assert_true(wire_ms(wire_time(ms[i])) == ms[i]);
    assert_true(wire_time(WIRE_EPOCH_MS) == 0);
    assert_true(wire_ms(-1) == WIRE_EPOCH_MS - 1 && wire_ms(999) == WIRE_EPOCH_MS);
}

static void test_unreachable(void **state)
{
    (void)state;
    struct db *db = NULL;
    char why[256];
    assert_int_equal(db_open("host=/nonexistent dbname=x", "test", &db, why, sizeof why), DB_LOST);
    assert_null(strchr(why, '\n'));
    assert_int_equal(db_open("pasword=geheim", "test", &db, why, sizeof why), DB_WRONG);
    assert_null(strstr(why, "geheim"));
    assert_null(db);
    db_close(NULL);
}

/* -- the schema -- */

static enum schema_state state_of(struct db *db, char *why, size_t size)
{
    enum schema_state s;
    assert_int_equal(schema_check(db, &s, why, size), DB_OK);
    return s;
}

static void count_told(void *ctx, const struct migration *m)
{
    assert_non_null(m->name);
    ++*(int *)ctx;
}

static void test_schema_states(void **state)
{
    (void)state;
    char why[256];
    int told = 0, known = 0;
    while (migrations[known].number)
        known++;
    struct db *db = pg_open("schema");
    assert_int_equal(state_of(db, why, sizeof why), SCHEMA_EMPTY);
    assert_non_null(strstr(why, "migrate"));
    assert_int_equal(schema_migrate(db, count_told, &told, why, sizeof why), DB_OK);
    assert_int_equal(told, known);
    assert_int_equal(state_of(db, why, sizeof why), SCHEMA_CURRENT);
    assert_int_equal(schema_migrate(db, count_told, &told, why, sizeof why), DB_OK);
    assert_int_equal(told, known); /* nothing left to do */

    pg_sql(pg.conninfo, "INSERT INTO referral.schema_migration VALUES (9999, 'future', '', now())");
    assert_int_equal(state_of(db, why, sizeof why), SCHEMA_UNKNOWN);
    assert_non_null(strstr(why, "9999"));
    assert_int_equal(schema_migrate(db, count_told, &told, why, sizeof why), DB_WRONG);
    pg_sql(pg.conninfo, "DELETE FROM referral.schema_migration WHERE number = 9999");
    pg_sql(pg.conninfo, "UPDATE referral.schema_migration SET sha256 = sha256('other') WHERE number = 1");
    assert_int_equal(state_of(db, why, sizeof why), SCHEMA_UNKNOWN);
    pg_sql(pg.conninfo, "DELETE FROM referral.schema_migration");
    assert_int_equal(state_of(db, why, sizeof why), SCHEMA_EMPTY);
    /* The tables are there, so that the migration fails: whole, with the lock given back. */
    assert_int_equal(schema_migrate(db, count_told, &told, why, sizeof why), DB_WRONG);
    assert_string_equal(pg_sql(pg.conninfo, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), "0");
    pg_sql(pg.conninfo, "DROP SCHEMA referral CASCADE");
    assert_int_equal(schema_migrate(db, count_told, &told, why, sizeof why), DB_OK);
    assert_int_equal(state_of(db, why, sizeof why), SCHEMA_CURRENT);
    db_close(db);
}

static void *migrate_in_thread(void *arg)
{
    char why[256];
    struct db *db = pg_open("race");
    enum db_result r = schema_migrate(db, NULL, NULL, why, sizeof why);
    int made;
    if (r == DB_OK)
        r = schema_partitions(db, NOON_MS, 12, &made);
    *(enum db_result *)arg = r;
    db_close(db);
    return NULL;
}

/* Several daemons that start at once migrate once. */
static void test_migration_race(void **state)
{
    (void)state;
    pthread_t t[4];
    enum db_result r[4];
    pg_sql(pg.conninfo, "DROP SCHEMA referral CASCADE");
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&t[i], NULL, migrate_in_thread, &r[i]), 0);
    for (int i = 0; i < 4; i++) {
        pthread_join(t[i], NULL);
        assert_int_equal(r[i], DB_OK);
    }
}

static void test_partitions(void **state)
{
    (void)state;
    struct db *db = pg_open("partitions");
    int made;
    const int64_t far = INT64_C(1893456000000); /* 2030-01-01 00:00 UTC */
    assert_int_equal(schema_partitions(db, far, 2, &made), DB_OK);
    assert_int_equal(made, 3 * 3); /* December too: what arrived before midnight may be written after it */
    assert_int_equal(schema_partitions(db, far, 2, &made), DB_OK);
    assert_int_equal(made, 0);
    assert_int_equal(schema_partitions(db, far, 3, &made), DB_OK);
    assert_int_equal(made, 3);
    assert_string_equal(pg_sql(pg.conninfo, "SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = "
                                            "'journal_203001'"),
                        "FOR VALUES FROM ('2030-01-01 00:00:00+00') TO ('2030-02-01 00:00:00+00')");
    /* A partition has what its parent has. */
    assert_string_equal(pg_sql(pg.conninfo, "SELECT count(*) FROM pg_index WHERE indrelid = 'referral.journal_203001'::regclass"),
                        "2");
    assert_string_equal(pg_sql(pg.conninfo, "SELECT attstorage FROM pg_attribute WHERE attrelid = "
                                            "'referral.referral_203001'::regclass AND attname = 'sealed'"), "e");
    db_close(db);
}

/* -- the daemon's role has no more than the list at the head of 0001_spine.sql -- */

static void test_least_privilege(void **state)
{
    (void)state;
    char conninfo[800], why[256];
    pg_sql(pg.conninfo, "CREATE ROLE %s_role LOGIN", pg.name);
    pg_sql(pg.conninfo, "GRANT USAGE ON SCHEMA referral TO %1$s_role; "
        "GRANT EXECUTE ON FUNCTION referral.ensure_partitions(date, int), referral.expect(bigint, int, text), "
        "referral.erase_personal(int, timestamptz, uuid) TO %1$s_role; "
        "GRANT SELECT ON referral.schema_migration TO %1$s_role; "
        "GRANT SELECT, INSERT ON referral.submission, referral.referral, referral.decision, referral.journal, referral.note, "
        "referral.supplement, referral.quarantine, referral.ruleset_file, referral.ruleset, referral.publication, referral.proposal TO %1$s_role; "
        "GRANT SELECT, INSERT, UPDATE ON referral.chain, referral.docket, referral.assignment, referral.load TO %1$s_role; "
        "GRANT SELECT, INSERT, UPDATE, DELETE ON referral.session TO %1$s_role", pg.name);
    snprintf(conninfo, sizeof conninfo, "%s user=%s_role", pg.conninfo, pg.name);
    struct db *db = NULL;
    if (db_open(conninfo, "role", &db, why, sizeof why) != DB_OK)
        fail_msg("%s", why);
    assert_int_equal(state_of(db, why, sizeof why), SCHEMA_CURRENT);
    int made, changed;
    assert_int_equal(schema_partitions(db, NOON_MS, 14, &made), DB_OK);
    assert_int_equal(load_sync(db, &(struct load_row){.city = 3205, .organisation = STR("o"), .wanted = 1}, 1, &changed), DB_OK);
    struct chain_head head = {.city = 3205, .agency = STR("a")};
    struct claim claim = {.city = 3205, .organisation = STR("o"), .wanted = 1};
    struct sample s = {.city = 3205, .agency = STR("a"), .agency_ref = STR("1"), .organisation = STR("o"),
                       .referral = id_new(NOON_MS, 3205), .assignment = id_new(NOON_MS, 3205), .at_ms = NOON_MS,
                       .sealed = STR("x")};
    struct batch *b = batch_new(db);
    assert_int_equal(batch_begin(b), DB_OK);
    assert_int_equal(batch_lock(b, &head, 1, NULL, 0, NULL, 0), DB_OK);
    assert_int_equal(batch_claim(b, &claim, 1), DB_OK);
    assert_int_equal(claim.granted, 1);
    sample_add(b, &s, &head);
    assert_true(batch_set_head(b, &head) && batch_release(b, 3205, STR("o")));
    if (batch_commit(b) != DB_OK)
        fail_msg("%s", db_error(db));
    batch_free(b);
    b = batch_new(db);
    assert_int_equal(batch_begin(b), DB_OK);
    assert_true(batch_erase(b, s.referral));
    assert_int_equal(batch_commit(b), DB_OK);
    batch_free(b);
    struct id session = id_new(NOON_MS, 3205), *ids;
    struct arena *a = arena_new(0);
    int n;
    assert_int_equal(session_open(db, 3205, STR("r"), session, session, NOON_MS + 1000), DB_OK);
    assert_int_equal(session_live(db, a, NOON_MS, &ids, &n), DB_OK);
    assert_int_equal(n, 1);
    assert_int_equal(session_close(db, 3205, session), DB_OK);
    struct due_row *due;
    assert_int_equal(due_claim(db, a, 3205, NOON_MS + 10, NOON_MS + 10, NOON_MS + 20, 5, &due, &n), DB_OK);
    assert_int_equal(n, 1);
    arena_free(a);
    db_close(db);
    pg_sql(pg.conninfo, "DROP OWNED BY %1$s_role; DROP ROLE %1$s_role", pg.name);
}

/* -- cancelling -- */

static void *hold(void *arg)
{
    struct db *db = arg;
    struct load_row row = {.city = 3201, .organisation = STR("held"), .wanted = 1};
    int changed;
    enum db_result r = load_sync(db, &row, 1, &changed);
    return r == DB_AGAIN ? db : NULL;
}

static void test_cancel(void **state)
{
    (void)state;
    struct db *db = pg_open("cancelled");
    pthread_t thread;
    void *again;
    PGconn *c = PQconnectdb(pg.conninfo);
    PQclear(PQexec(c, "BEGIN; LOCK TABLE referral.load"));
    assert_int_equal(pthread_create(&thread, NULL, hold, db), 0);
    while (!*pg_sql(pg.conninfo, "SELECT pid FROM pg_stat_activity WHERE application_name = 'cancelled' "
                                 "AND wait_event_type = 'Lock'"))
        ;
    db_cancel(db);
    pthread_join(thread, &again);
    assert_ptr_equal(again, db);
    PQfinish(c);
    assert_ptr_equal(hold(db), NULL); /* the connection is still good */
    db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sqlstates),      cmocka_unit_test(test_times),
        cmocka_unit_test(test_unreachable),    cmocka_unit_test(test_schema_states),
        cmocka_unit_test(test_migration_race), cmocka_unit_test(test_partitions),
        cmocka_unit_test(test_least_privilege), cmocka_unit_test(test_cancel),
    };
    return cmocka_run_group_tests(tests, pg_create, pg_drop);
}
