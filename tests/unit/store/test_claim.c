/*
 * test_claim.c - places: never more open than the capacity, whoever asks, and a roster's changes
 */
#include "store/pg_fixture.h"

#include "store/desk.h"

#include <stdatomic.h>

#define ORGANISATIONS 20
#define CAPACITY      7
#define KEEPERS       4

static struct db *db;
static struct arena *arena;

static int set_up(void **state)
{
    pg_empty(state);
    db = pg_open("claim");
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

static int sync_one(struct str organisation, int wanted)
{
    int changed = -1;
    struct load_row row = {.city = 3205, .organisation = organisation, .wanted = wanted};
    assert_int_equal(load_sync(db, &row, 1, &changed), DB_OK);
    return changed;
}

static struct load_row load_of(struct str organisation)
{
    struct load_row row = {.organisation = organisation};
    char *text = pg_sql(pg.conninfo, "SELECT open || ' ' || capacity || ' ' || wanted FROM referral.load WHERE organisation = '" STR_FMT "' "
                        "AND city = 3205", STR_ARG(organisation));
    assert_int_equal(sscanf(text, "%d %d %d", &row.open, &row.capacity, &row.wanted), 3);
    return row;
}

/* Only who is not empty at the roster's capacity is read. */
static void test_read(void **state)
{
    (void)state;
    sync_one(STR("empty"), 5);
    sync_one(STR("busy"), 5);
    pg_sql(pg.conninfo, "UPDATE referral.load SET open = 3 WHERE organisation = 'busy'");
    struct load_row *rows;
    int n;
    assert_int_equal(load_read(db, arena, &rows, &n), DB_OK);
    assert_int_equal(n, 1);
    assert_true(str_eq(rows[0].organisation, STR("busy")) && rows[0].open == 3 && rows[0].capacity == 5);
    pg_sql(pg.conninfo, "UPDATE referral.load SET open = 0, wanted = 4 WHERE organisation = 'busy'");
    assert_int_equal(load_read(db, arena, &rows, &n), DB_OK);
    assert_int_equal(n, 1);
}

static void test_partial(void **state)
{
    (void)state;
    sync_one(STR("small"), 2);
    sync_one(STR("村调委会"), 10);
    struct claim claims[] = {
        {.city = 3205, .organisation = STR("村调委会"), .wanted = 3}, {.city = 3205, .organisation = STR("small"), .wanted = 5},
        {.city = 3205, .organisation = STR("nobody"), .wanted = 1},   {.city = 3201, .organisation = STR("small"), .wanted = 1},
        {.city = 3205, .organisation = STR("small"), .wanted = 1},
    };
    struct batch *b = begin(db);
    assert_int_equal(batch_claim(b, claims, 5), DB_OK);
    assert_true(claims[0].city == 3201 && claims[0].granted == 0 && claims[0].capacity == 0);
    assert_true(str_eq(claims[1].organisation, STR("nobody")) && claims[1].granted == 0);
    assert_true(str_eq(claims[2].organisation, STR("small")) && str_eq(claims[3].organisation, STR("small")));
    assert_int_equal(claims[2].granted + claims[3].granted, 2);
    assert_true(claims[3].open == 2 && claims[3].capacity == 2);
    assert_true(claims[4].granted == 3 && claims[4].open == 3 && claims[4].capacity == 10);
    struct claim more = {.city = 3205, .organisation = STR("small"), .wanted = 1};
    assert_int_equal(batch_claim(b, &more, 1), DB_OK);
    assert_int_equal(more.granted, 0); /* this batch has them already */
    more.organisation = STR("村调委会");
    assert_int_equal(batch_claim(b, &more, 1), DB_OK);
    assert_true(more.granted == 1 && more.open == 4);
    assert_int_equal(batch_commit(b), DB_OK);
    int n;
    const struct claim *loads = batch_loads(b, &n);
    assert_int_equal(n, 2);
    assert_true(str_eq(loads[0].organisation, STR("small")) && loads[0].open == 2 && loads[0].capacity == 2);
    assert_true(str_eq(loads[1].organisation, STR("村调委会")) && loads[1].open == 4);
    batch_free(b);
    assert_int_equal(load_of(STR("small")).open, 2);
    b = begin(db);
    assert_int_equal(batch_claim(b, &more, 1), DB_OK);
    batch_free(b);
    assert_int_equal(load_of(STR("村调委会")).open, 4); /* given up: nothing was taken */
}

static void test_release(void **state)
{
    (void)state;
    sync_one(STR("o"), 5);
    struct claim claim = {.city = 3205, .organisation = STR("o"), .wanted = 5};
    struct batch *b = begin(db);
    assert_int_equal(batch_claim(b, &claim, 1), DB_OK);
    assert_int_equal(batch_commit(b), DB_OK);
    batch_free(b);
    /* The roster says 2 now: in force as places come back. */
    assert_int_equal(sync_one(STR("o"), 2), 1);
    assert_int_equal(sync_one(STR("o"), 2), 0);
    assert_true(load_of(STR("o")).capacity == 5 && load_of(STR("o")).wanted == 2);
    for (int open = 5; open > 0;) {
        int back = open == 5 ? 2 : 1;
        b = begin(db);
        for (int i = 0; i < back; i++)
            assert_true(batch_release(b, 3205, STR("o")));
        assert_int_equal(batch_commit(b), DB_OK);
        int n;
        const struct claim *loads = batch_loads(b, &n);
        open -= back;
        assert_true(n == 1 && loads[0].open == open && loads[0].capacity == (open > 2 ? open : 2));
        batch_free(b);
    }
    /* More back than was taken, or to nobody: our own bug, and nothing is written. */
    static const struct str wrong[] = {{"o", 1}, {"nobody", 6}};
    for (int i = 0; i < 2; i++) {
        b = begin(db);
        assert_true(batch_release(b, 3205, wrong[i]));
        assert_int_equal(batch_commit(b), DB_WRONG);
        batch_free(b);
    }
    assert_int_equal(sync_one(STR("o"), 9), 1);
    assert_int_equal(load_of(STR("o")).capacity, 9);
}

/* Both at once in one batch: the place given back is not the one taken. */
static void test_take_and_give(void **state)
{
    (void)state;
    sync_one(STR("o"), 1);
    struct claim claim = {.city = 3205, .organisation = STR("o"), .wanted = 1};
    struct batch *b = begin(db);
    assert_int_equal(batch_claim(b, &claim, 1), DB_OK);
    assert_true(claim.granted == 1 && batch_release(b, 3205, STR("o")));
    assert_int_equal(batch_commit(b), DB_OK);
    int n;
    const struct claim *loads = batch_loads(b, &n);
    assert_true(n == 1 && loads[0].open == 0);
    batch_free(b);
}

/* Somebody takes the last place between the look and the commit. */
static void test_overtaken(void **state)
{
    (void)state;
    struct db *other = pg_open("faster");
    sync_one(STR("o"), 1);
    sync_one(STR("p"), 100);
    for (int round = 0; round < 2; round++) {
        struct claim mine[] = {{.city = 3205, .organisation = STR("o"), .wanted = 1},
                               {.city = 3205, .organisation = STR("p"), .wanted = 1}};
        struct claim theirs = mine[0];
        struct batch *b = begin(db), *c = begin(other);
        assert_int_equal(batch_claim(b, mine, 2), DB_OK);
        assert_int_equal(mine[0].granted, 1);
        assert_int_equal(batch_claim(c, &theirs, 1), DB_OK);
        assert_int_equal(theirs.granted, 1);
        assert_int_equal(batch_commit(c), DB_OK);
        assert_true(batch_add_quarantine(b, &(struct quarantine_row){.id = id_new(NOON_MS, 3205), .at_ms = NOON_MS}));
        assert_int_equal(batch_commit(b), DB_AGAIN);
        batch_free(b);
        batch_free(c);
        c = begin(other);
        assert_true(batch_release(c, 3205, STR("o")));
        assert_int_equal(batch_commit(c), DB_OK);
        batch_free(c);
    }
    assert_int_equal(pg_count("referral.quarantine"), 0);
    assert_int_equal(load_of(STR("p")).open, 0);
    /* After two such failures the rows are locked at the look, and the place is certain. */
    struct claim mine = {.city = 3205, .organisation = STR("o"), .wanted = 1}, theirs = mine;
    struct batch *b = begin(db), *c = begin(other);
    assert_int_equal(batch_claim(b, &mine, 1), DB_OK);
    assert_int_equal(batch_claim(c, &theirs, 1), DB_OK);
    assert_int_equal(mine.granted, 1);
    assert_int_equal(batch_commit(b), DB_OK);
    assert_int_equal(batch_commit(c), DB_AGAIN);
    batch_free(b);
    batch_free(c);
    assert_int_equal(load_of(STR("o")).open, 1);
    db_close(other);
}

/* -- many at once -- */

static atomic_int taken, again, failed;

static void *keep(void *arg)
{
    unsigned seed = (unsigned)(uintptr_t)arg;
    struct db *mine = pg_open("keeper");
    for (int round = 0; round < 40; round++) {
        struct claim claims[6];
        struct batch *b = begin(mine);
        for (int i = 0; i < 6; i++) {
            static _Thread_local char names[6][16];
            snprintf(names[i], sizeof names[i], "o%d", (int)((unsigned)rand_r(&seed) % ORGANISATIONS));
            claims[i] = (struct claim){.city = 3201 + i % 2, .organisation = str_from(names[i]), .wanted = 1 + i % 2};
        }
        enum db_result r = batch_claim(b, claims, 6);
        int granted = 0;
        for (int i = 0; r == DB_OK && i < 6; i++)
            granted += claims[i].granted;
        if (r == DB_OK && round % 3 == 2 && granted && claims[0].granted) {
            granted--; /* gives one back at once */
            r = batch_release(b, claims[0].city, claims[0].organisation) ? DB_OK : DB_LOST;
        }
        if (r == DB_OK)
            r = batch_commit(b);
        if (r == DB_OK)
            atomic_fetch_add(&taken, granted);
        else
            atomic_fetch_add(r == DB_AGAIN ? &again : &failed, 1);
        batch_free(b);
    }
    db_close(mine);
    return NULL;
}

static void test_keepers(void **state)
{
    (void)state;
    struct load_row rows[2 * ORGANISATIONS];
    for (int i = 0; i < 2 * ORGANISATIONS; i++)
        rows[i] = (struct load_row){.city = 3201 + i % 2, .organisation = TEXT(arena, "o%d", i / 2), .wanted = CAPACITY};
    int changed;
    assert_int_equal(load_sync(db, rows, 2 * ORGANISATIONS, &changed), DB_OK);
    assert_int_equal(changed, 2 * ORGANISATIONS);
    pthread_t t[KEEPERS];
    for (int i = 0; i < KEEPERS; i++)
        assert_int_equal(pthread_create(&t[i], NULL, keep, (void *)(uintptr_t)(i + 1)), 0);
    for (int i = 0; i < KEEPERS; i++)
        pthread_join(t[i], NULL);
    assert_int_equal(atomic_load(&failed), 0);
    assert_string_equal(pg_sql(pg.conninfo, "SELECT count(*) FROM referral.load WHERE open > capacity"), "0");
    assert_int_equal(atol(pg_sql(pg.conninfo, "SELECT sum(open) FROM referral.load")), atomic_load(&taken));
    assert_true(atomic_load(&taken) > ORGANISATIONS * CAPACITY); /* nearly all are full by now */
}

static void test_many_loads(void **state)
{
    (void)state;
    enum { MANY = 2500 };
    struct load_row *rows = calloc(MANY, sizeof *rows);
    for (int i = 0; i < MANY; i++)
        rows[i] = (struct load_row){.city = 3201 + i % 13, .organisation = TEXT(arena, "调委会%d", MANY - i), .wanted = i % 9};
    int changed;
    assert_int_equal(load_sync(db, rows, MANY, &changed), DB_OK);
    assert_int_equal(changed, MANY);
    rows[77].wanted++;
    assert_int_equal(load_sync(db, rows, MANY, &changed), DB_OK);
    assert_int_equal(changed, 1);
    assert_int_equal(load_sync(db, rows, 0, &changed), DB_OK);
    assert_int_equal(changed, 0);
    free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_partial, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_release, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_take_and_give, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_overtaken, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_keepers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_many_loads, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, pg_create_schema, pg_drop);
}
