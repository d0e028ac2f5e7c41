/*
 * test_durable.c - a receipt means committed: servers that would make that a lie are refused, doubts are told
 *
 * On a server of its own, whose configuration it changes.
 */
#include "store/pg_fixture.h"

#include "base/clock.h"

/* Changes the server's configuration, and waits until a new session sees it. */
static void configure(const char *name, const char *value)
{
    if (value)
        pg_sql(pg.server, "ALTER SYSTEM SET %s = %s", name, value);
    else
        pg_sql(pg.server, "ALTER SYSTEM RESET %s", name);
    pg_sql(pg.server, "SELECT pg_reload_conf()");
    int64_t end = clock_mono_ms() + 20000;
    for (;;) {
        bool applied = value ? strstr(value, pg_sql(pg.server, "SHOW %s", name)) != NULL
                             : !*pg_sql(pg.server, "SELECT name FROM pg_settings WHERE name = '%s' AND sourcefile LIKE "
                                                   "'%%auto.conf'", name);
        if (applied)
            return;
        assert_true(clock_mono_ms() < end);
    }
}

static void refused(const char *expected)
{
    struct db *db = NULL;
    char why[256] = "";
    assert_int_equal(db_open(pg.conninfo, "test", &db, why, sizeof why), DB_WRONG);
    assert_null(db);
    if (!strstr(why, expected))
        fail_msg("`%s` does not tell of %s", why, expected);
}

static void test_good(void **state)
{
    (void)state;
    char why[256];
    struct db *db = pg_open("test");
    assert_int_equal(db_check_durable(db, why, sizeof why), DB_OK);
    db_close(db);
}

static void test_server_settings(void **state)
{
    (void)state;
    struct db *db = pg_open("before");
    static const char *const names[] = {"fsync", "full_page_writes", "synchronous_commit"};
    for (int i = 0; i < 3; i++) {
        configure(names[i], "'off'");
        refused(names[i]);
        configure(names[i], NULL);
    }
    /* What was open keeps its synchronous_commit, and notices a change of the others before it writes anything. */
    char why[256];
    configure("synchronous_commit", "'off'");
    assert_int_equal(db_check_durable(db, why, sizeof why), DB_OK);
    configure("synchronous_commit", NULL);
    configure("fsync", "'off'");
    struct batch *b = batch_new(db);
    struct chain_head head = {.city = 3205, .agency = STR("a")};
    assert_int_equal(batch_begin(b), DB_OK);
    int64_t end = clock_mono_ms() + 20000;
    enum db_result r;
    while ((r = batch_lock(b, &head, 1, NULL, 0, NULL, 0)) == DB_OK && clock_mono_ms() < end) {
        batch_free(b);
        b = batch_new(db);
        assert_int_equal(batch_begin(b), DB_OK);
    }
    assert_int_equal(r, DB_LOST);
    assert_non_null(strstr(db_error(db), "fsync"));
    batch_free(b);
    db_close(db);
    configure("fsync", NULL);
}

static void test_database_settings(void **state)
{
    (void)state;
    static const struct { const char *name, *value; } weak[] = {
        {"synchronous_commit", "off"}, {"default_transaction_read_only", "on"},
    };
    for (int i = 0; i < 2; i++) {
        struct db *db = NULL;
        char why[256];
        pg_sql(pg.server, "ALTER DATABASE %s SET %s = %s", pg.name, weak[i].name, weak[i].value);
        assert_int_not_equal(db_open(pg.conninfo, "test", &db, why, sizeof why), DB_OK);
        pg_sql(pg.server, "ALTER DATABASE %s RESET %s", pg.name, weak[i].name);
    }
    pg_sql(pg.server, "ALTER DATABASE %s SET synchronous_commit = local", pg.name);
    db_close(pg_open("test")); /* without standbys that is as good as on */
    configure("synchronous_standby_names", "'nobody'");
    refused("synchronous_commit");
    configure("synchronous_standby_names", NULL);
    pg_sql(pg.server, "ALTER DATABASE %s RESET synchronous_commit", pg.name);
}

/* -- a standby that never answers -- */

struct committer {
    struct db *db;
    struct str agency_ref;
    enum db_result result;
};

static void *commit_one(void *arg)
{
    struct committer *c = arg;
    struct batch *b = batch_new(c->db);
    struct chain_head head = {.city = 3205, .agency = STR("a")};
    c->result = batch_begin(b);
    if (c->result == DB_OK)
        c->result = batch_lock(b, &head, 1, NULL, 0, NULL, 0);
    if (c->result == DB_OK) {
        sample_add(b, &(struct sample){.city = 3205, .agency = head.agency, .agency_ref = c->agency_ref,
            .organisation = STR("o"), .referral = id_new(NOON_MS, 3205), .assignment = id_new(NOON_MS, 3205),
            .at_ms = NOON_MS, .receipt = STR("receipt")}, &head);
        c->result = batch_set_head(b, &head) ? batch_commit(b) : DB_LOST;
    }
    batch_free(b);
    return NULL;
}

static void in_doubt(const char *function, const char *ref)
{
    struct committer c = {.db = pg_open("waits"), .agency_ref = str_from(ref)};
    pthread_t thread;
    configure("synchronous_standby_names", "'nobody'");
    assert_int_equal(pthread_create(&thread, NULL, commit_one, &c), 0);
    int64_t end = clock_mono_ms() + 20000;
    while (!*pg_sql(pg.server, "SELECT %s(pid) FROM pg_stat_activity WHERE application_name = 'waits' "
                               "AND wait_event = 'SyncRep'", function))
        assert_true(clock_mono_ms() < end);
    pthread_join(thread, NULL);
    assert_int_equal(c.result, DB_LOST);
    configure("synchronous_standby_names", NULL);

    /* It did commit here: who does it again finds the first answer. */
    struct batch *b;
    assert_int_equal(batch_begin(b = batch_new(c.db)), DB_LOST); /* this connection is of no use any more */
    batch_free(b);
    db_close(c.db);
    c.db = pg_open("again");
    struct submission_row sub = {.city = 3205, .agency = STR("a"), .agency_ref = c.agency_ref};
    assert_int_equal(batch_begin(b = batch_new(c.db)), DB_OK);
    assert_int_equal(batch_lock(b, NULL, 0, &sub, 1, NULL, 0), DB_OK);
    assert_true(sub.found && str_eq(sub.receipt, STR("receipt")));
    batch_free(b);
    db_close(c.db);
}

static void test_cancelled_wait(void **state)
{
    (void)state;
    in_doubt("pg_cancel_backend", "cancelled");
}

static void test_terminated_wait(void **state)
{
    (void)state;
    in_doubt("pg_terminate_backend", "terminated");
}

static int own_server(void **state)
{
    pg_own_server();
    return pg_create_schema(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_server_settings),
        cmocka_unit_test(test_database_settings),
        cmocka_unit_test(test_cancelled_wait),
        cmocka_unit_test(test_terminated_wait),
    };
    return cmocka_run_group_tests(tests, own_server, pg_drop);
}
