/*
 * test_locks.c - keepers on overlapping agencies and dockets: no update lost, no gap in a journal, and what happens
 * when the connection dies under a commit
 */
#include "store/pg_fixture.h"

#include "store/reader.h"

#include <stdatomic.h>

#define KEEPERS  4
#define AGENCIES 6
#define ROUNDS   40

static atomic_int moved[AGENCIES], again, failed;
static struct id dockets[AGENCIES];
static const char *const names[AGENCIES] = {"公安", "信访", "法院", "a", "b", "c"};

static int city_of(int agency)
{
    return 3201 + agency % 3;
}

static int set_up(void **state)
{
    pg_empty(state);
    return 0;
}

static enum db_result make_dockets(struct db *db)
{
    struct batch *b = batch_new(db);
    struct chain_head heads[AGENCIES];
    enum db_result r = batch_begin(b);
    for (int i = 0; i < AGENCIES; i++)
        heads[i] = (struct chain_head){.city = city_of(i), .agency = str_from(names[i])};
    if (r == DB_OK)
        r = batch_lock(b, heads, AGENCIES, NULL, 0, NULL, 0);
    for (int i = 0; r == DB_OK && i < AGENCIES; i++) {
        dockets[i] = id_new(NOON_MS, city_of(i));
        struct docket_write w = sample_docket(&(struct sample){.agency = str_from(names[i]), .referral = dockets[i],
            .organisation = STR("o"), .assignment = dockets[i], .at_ms = NOON_MS});
        w.decisions = 0;
        assert_true(batch_add_docket(b, &w));
    }
    if (r == DB_OK)
        r = batch_commit(b);
    batch_free(b);
    return r;
}

/* One step for each of the chosen agencies: a journal entry, and `decisions` counted up in its docket. */
static enum db_result step(struct db *db, const int *chosen, int n)
{
    struct chain_head heads[AGENCIES];
    struct docket_row rows[AGENCIES];
    for (int i = 0; i < n; i++) {
        heads[i] = (struct chain_head){.city = city_of(chosen[i]), .agency = str_from(names[chosen[i]])};
        rows[i] = (struct docket_row){.referral = dockets[chosen[i]]};
    }
    struct batch *b = batch_new(db);
    enum db_result r = batch_begin(b);
    if (r == DB_OK)
        r = batch_lock(b, heads, n, NULL, 0, rows, n);
    for (int i = 0; r == DB_OK && i < n; i++) {
        struct docket_write w = sample_docket(&(struct sample){.referral = rows[i].referral, .organisation = STR("o"),
            .assignment = rows[i].referral, .at_ms = NOON_MS});
        assert_true(rows[i].found);
        w.decisions = rows[i].decisions + 1;
        heads[i].hash = digest_chain(heads[i].hash, "step", 4);
        heads[i].seq++;
        assert_true(batch_change_docket(b, &w) && batch_set_head(b, &heads[i]) &&
                    batch_add_journal(b, &(struct journal_row){.city = heads[i].city, .agency = heads[i].agency,
                        .seq = heads[i].seq, .at_ms = NOON_MS, .kind = 1, .body = STR("step"), .hash = heads[i].hash}));
    }
    if (r == DB_OK)
        r = batch_commit(b);
    batch_free(b);
    return r;
}

static void *keep(void *arg)
{
    unsigned seed = (unsigned)(uintptr_t)arg;
    struct db *db = pg_open("keeper");
    for (int round = 0; round < ROUNDS; round++) {
        int chosen[AGENCIES], n = 0;
        for (int i = AGENCIES - 1; i >= 0; i--) /* not in the order of locking */
            if (rand_r(&seed) % 3)
                chosen[n++] = i;
        enum db_result r = step(db, chosen, n);
        for (int i = 0; r == DB_OK && i < n; i++)
            atomic_fetch_add(&moved[chosen[i]], 1);
        if (r != DB_OK)
            atomic_fetch_add(r == DB_AGAIN ? &again : &failed, 1);
    }
    db_close(db);
    return NULL;
}

static void test_overlapping(void **state)
{
    (void)state;
    struct db *db = pg_open("main");
    assert_int_equal(make_dockets(db), DB_OK);
    pthread_t t[KEEPERS];
    for (int i = 0; i < KEEPERS; i++)
        assert_int_equal(pthread_create(&t[i], NULL, keep, (void *)(uintptr_t)(i + 1)), 0);
    for (int i = 0; i < KEEPERS; i++)
        pthread_join(t[i], NULL);
    assert_int_equal(atomic_load(&failed), 0);
    assert_int_equal(atomic_load(&again), 0); /* always the same order: nobody deadlocks */
    struct arena *a = arena_new(0);
    for (int i = 0; i < AGENCIES; i++) {
        struct case_row c;
        struct journal_entry *e;
        struct digest previous, hash = {{0}};
        int n;
        assert_int_equal(case_read(db, a, dockets[i], &c), DB_OK);
        assert_int_equal(c.docket.decisions, atomic_load(&moved[i]));
        assert_int_equal(journal_read(db, a, city_of(i), str_from(names[i]), 0, 1000, &e, &n, &previous), DB_OK);
        assert_int_equal(n, atomic_load(&moved[i]));
        for (int k = 0; k < n; k++) {
            hash = digest_chain(hash, e[k].body.p, e[k].body.n);
            assert_true(e[k].seq == (uint64_t)k + 1 && digest_eq(e[k].hash, hash));
        }
    }
    arena_free(a);
    db_close(db);
}

/* -- a connection that dies under a commit -- */

static void *step_in_thread(void *arg)
{
    static const int chosen[] = {0};
    return (void *)(uintptr_t)step(arg, chosen, 1);
}

static void test_killed(void **state)
{
    (void)state;
    struct db *db = pg_open("victim");
    assert_int_equal(make_dockets(db), DB_OK);
    PGconn *c = PQconnectdb(pg.conninfo);
    PQclear(PQexec(c, "BEGIN; LOCK TABLE referral.journal IN ACCESS EXCLUSIVE MODE"));
    pthread_t t;
    void *result;
    assert_int_equal(pthread_create(&t, NULL, step_in_thread, db), 0);
    while (!*pg_sql(pg.conninfo, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim' "
                                 "AND wait_event_type = 'Lock'"))
        ;
    pthread_join(t, &result);
    assert_int_equal((uintptr_t)result, DB_LOST);
    assert_non_null(strstr(db_error(db), "57P01"));
    PQfinish(c);
    struct batch *b = batch_new(db);
    assert_int_equal(batch_begin(b), DB_LOST);
    batch_free(b);
    db_close(db);
    db = pg_open("victim");
    static const int chosen[] = {0};
    assert_int_equal(step(db, chosen, 1), DB_OK);
    assert_int_equal(pg_count("referral.journal"), 1);
    db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_overlapping, set_up),
        cmocka_unit_test_setup(test_killed, set_up),
    };
    return cmocka_run_group_tests(tests, pg_create_schema, pg_drop);
}
