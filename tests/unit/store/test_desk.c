/*
 * test_desk.c - what several daemons share: due rows, sessions, deliveries
 */
#include "store/pg_fixture.h"

#include "core/word.h"
#include "store/desk.h"

#include <stdatomic.h>

#define MANY 120

static struct db *db;
static struct arena *arena;
static struct id session_a, session_b, daemon_id;

static int set_up(void **state)
{
    pg_empty(state);
    db = pg_open("desk");
    arena = arena_new(0);
    session_a = id_new(NOON_MS, 3205);
    session_b = id_new(NOON_MS, 3205);
    daemon_id = id_new(NOON_MS, 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    db_close(db);
    arena_free(arena);
    return 0;
}

/* Offers 0..n-1, due and offered a millisecond apart, in two cities, to organisations o0, o1, o2. */
static void make_offers(int n, struct sample *out)
{
    struct chain_head heads[2] = {{.city = 3201, .agency = STR("a")}, {.city = 3205, .agency = STR("b")}};
    struct batch *b = batch_new(db);
    assert_int_equal(batch_begin(b), DB_OK);
    assert_int_equal(batch_lock(b, heads, 2, NULL, 0, NULL, 0), DB_OK);
    for (int i = 0; i < n; i++) {
        struct chain_head *h = &heads[i % 2];
        out[i] = (struct sample){.city = h->city, .agency = h->agency, .agency_ref = TEXT(arena, "%d", i),
            .organisation = TEXT(arena, "o%d", i % 3), .referral = id_new(NOON_MS + i, h->city),
            .assignment = id_new(NOON_MS + i, h->city), .at_ms = NOON_MS + i, .sealed = TEXT(arena, "sealed %d", i),
            .record = TEXT(arena, "record %d", i)};
        sample_add(b, &out[i], h);
    }
    assert_true(batch_set_head(b, &heads[0]) && batch_set_head(b, &heads[1]));
    assert_int_equal(batch_commit(b), DB_OK);
    batch_free(b);
}

/* -- due rows -- */

static void test_due(void **state)
{
    (void)state;
    struct sample offers[10];
    struct due_row *due;
    int64_t next;
    int n, *cities;
    assert_int_equal(due_next(db, 3205, &next), DB_OK);
    assert_true(next == 0);
    assert_int_equal(city_list(db, arena, &cities, &n), DB_OK);
    assert_int_equal(n, 0);
    make_offers(10, offers);
    assert_int_equal(city_list(db, arena, &cities, &n), DB_OK);
    assert_true(n == 2 && cities[0] == 3201 && cities[1] == 3205);
    assert_int_equal(due_next(db, 3205, &next), DB_OK);
    assert_true(next == NOON_MS + 2); /* offer 1, due 1 ms after it came */
    assert_int_equal(due_claim(db, arena, 3205, NOON_MS + 1, NOON_MS + 1, NOON_MS + 100, 10, &due, &n), DB_OK);
    assert_int_equal(n, 0);
    assert_int_equal(due_claim(db, arena, 3205, NOON_MS + 50, NOON_MS + 50, NOON_MS + 100, 3, &due, &n), DB_OK);
    assert_int_equal(n, 3);
    for (int i = 0; i < 3; i++)
        assert_true(id_eq(due[i].referral, offers[2 * i + 1].referral) && due[i].wake_ms == NOON_MS + 2 * i + 2 &&
                    due[i].wake == 3 && due[i].state == 1 && str_eq(due[i].agency, STR("b")));
    assert_int_equal(due_next(db, 3205, &next), DB_OK);
    assert_true(next == NOON_MS + 8);
    assert_int_equal(due_claim(db, arena, 3205, NOON_MS + 50, NOON_MS + 50, NOON_MS + 100, 10, &due, &n), DB_OK);
    assert_int_equal(n, 2);
    assert_int_equal(due_next(db, 3205, &next), DB_OK);
    assert_true(next == NOON_MS + 100); /* when the claims end, should their holder be gone */
    assert_int_equal(due_claim(db, arena, 3205, NOON_MS + 100, NOON_MS + 100, NOON_MS + 200, 10, &due, &n), DB_OK);
    assert_int_equal(n, 5);
}

/* The keeper that moves a docket on also ends the timer's claim on it. */
static void test_due_moved(void **state)
{
    (void)state;
    struct sample offers[2];
    struct due_row *due;
    int n;
    make_offers(2, offers);
    assert_int_equal(due_claim(db, arena, 3205, NOON_MS + 50, NOON_MS + 50, NOON_MS + 100, 10, &due, &n), DB_OK);
    assert_int_equal(n, 1);
    struct docket_write w = sample_docket(&offers[1]);
    w.wake_ms = NOON_MS + 60;
    struct batch *b = batch_new(db);
    assert_int_equal(batch_begin(b), DB_OK);
    assert_true(batch_change_docket(b, &w));
    assert_int_equal(batch_commit(b), DB_OK);
    batch_free(b);
    assert_int_equal(due_claim(db, arena, 3205, NOON_MS + 70, NOON_MS + 70, NOON_MS + 100, 10, &due, &n), DB_OK);
    assert_true(n == 1 && due[0].wake_ms == NOON_MS + 60);
}

struct claimer {
    struct id taken[MANY];
    int n;
};

static void *claim_all(void *arg)
{
    struct claimer *c = arg;
    struct db *mine = pg_open("timer");
    struct arena *a = arena_new(0);
    struct due_row *due;
    int n = 0;
    for (int quiet = 0; quiet < 3; quiet = n ? 0 : quiet + 1) {
        assert_int_equal(due_claim(mine, a, 3201, NOON_MS + MANY, NOON_MS + MANY, NOON_MS + 2 * MANY, 3, &due, &n), DB_OK);
        for (int i = 0; i < n; i++)
            c->taken[c->n++] = due[i].referral;
    }
    arena_free(a);
    db_close(mine);
    return NULL;
}

static int id_cmp(const void *x, const void *y)
{
    return memcmp(x, y, sizeof(struct id));
}

/* No two timers get the same row; together they get all. */
static void test_due_shared(void **state)
{
    (void)state;
    static struct sample offers[2 * MANY];
    static struct claimer c[3];
    static struct id all[3 * MANY];
    pthread_t t[3];
    int n = 0;
    memset(c, 0, sizeof c);
    make_offers(MANY, offers);
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&t[i], NULL, claim_all, &c[i]), 0);
    for (int i = 0; i < 3; i++) {
        pthread_join(t[i], NULL);
        memcpy(all + n, c[i].taken, (size_t)c[i].n * sizeof *all);
        n += c[i].n;
    }
    assert_int_equal(n, MANY / 2);
    qsort(all, (size_t)n, sizeof *all, id_cmp);
    for (int i = 1; i < n; i++)
        assert_false(id_eq(all[i - 1], all[i]));
}

/* -- sessions -- */

static void test_sessions(void **state)
{
    (void)state;
    struct id *live, both[2];
    int n, cities[2] = {3205, 3205};
    bool lost[2];
    both[0] = session_a;
    both[1] = session_b;
    assert_int_equal(session_open(db, 3205, STR("苏州中心"), session_a, daemon_id, NOON_MS + 100), DB_OK);
    assert_int_equal(session_renew(db, cities, both, 2, NOON_MS, NOON_MS + 200, lost), DB_OK);
    assert_true(!lost[0] && lost[1]);
    /* The newest Hello has it. */
    assert_int_equal(session_open(db, 3205, STR("苏州中心"), session_b, daemon_id, NOON_MS + 200), DB_OK);
    assert_int_equal(session_renew(db, cities, both, 2, NOON_MS, NOON_MS + 300, lost), DB_OK);
    assert_true(lost[0] && !lost[1]);
    assert_int_equal(session_live(db, arena, NOON_MS + 299, &live, &n), DB_OK);
    assert_true(n == 1 && id_eq(live[0], session_b));
    assert_int_equal(session_live(db, arena, NOON_MS + 300, &live, &n), DB_OK);
    assert_int_equal(n, 0);
    assert_int_equal(session_renew(db, cities, both, 2, NOON_MS + 300, NOON_MS + 400, lost), DB_OK);
    assert_true(lost[1]); /* too late */
    assert_int_equal(session_close(db, 3205, session_a), DB_OK); /* not its own any more */
    assert_int_equal(pg_count("referral.session"), 1);
    assert_int_equal(session_close(db, 3205, session_b), DB_OK);
    assert_int_equal(pg_count("referral.session"), 0);
}

/* -- deliveries -- */

static void test_delivery(void **state)
{
    (void)state;
    struct sample offers[9];
    struct delivery *d;
    const struct str o1 = STR("o1"), all[] = {STR("o0"), STR("o1"), STR("o2"), STR("nobody")};
    const struct taker by_a = {session_a, STR("hub-a")}, by_b = {session_b, STR("hub-b")};
    int64_t waiting;
    int n;
    make_offers(9, offers);
    struct batch *b = batch_new(db);
    assert_int_equal(batch_begin(b), DB_OK);
    for (int i = 0; i < 2; i++)
        assert_true(batch_add_supplement(b, &(struct supplement_row){.referral = offers[1].referral,
            .supplement_ref = i ? STR("first") : STR("second"), .sealed = i ? STR("s1") : STR("s2"), .seq = i ? 1 : 2}));
    assert_true(batch_add_decision(b, &(struct decision_row){.referral = offers[1].referral, .n = 2, .at_ms = NOON_MS,
        .rule = STR("r"), .record = STR("newer"), .outcome = 1}));
    assert_int_equal(batch_commit(b), DB_OK);
    batch_free(b);

    assert_int_equal(delivery_waiting(db, NULL, 0, &waiting), DB_OK);
    assert_int_equal(waiting, 9);
    assert_int_equal(delivery_take(db, arena, &by_a, &o1, 1, &session_a, 1, 2, &d, &n), DB_OK);
    assert_int_equal(n, 2); /* the oldest two, of both cities */
    assert_true(id_eq(d[0].assignment, offers[1].assignment) && id_eq(d[1].assignment, offers[4].assignment));
    assert_true(id_eq(d[0].referral, offers[1].referral) && d[0].term == 1 && str_eq(d[0].agency, STR("b")));
    assert_true(str_eq(d[0].sealed, STR("sealed 1")) && str_eq(d[0].record, STR("newer")));
    assert_true(str_eq(d[1].sealed, STR("sealed 4")) && str_eq(d[1].record, STR("record 4")));
    assert_true(str_eq(d[0].category, STR("labour")) && d[0].mode == 1 && d[0].finish_count == 30);
    assert_true(d[0].respond_by_ms == NOON_MS + 2 && d[1].supplements.n == 0);
    assert_int_equal(d[0].supplements.n, 2);
    assert_true(str_eq(d[0].supplements.sealed[0], STR("s1")) && str_eq(d[0].supplements.refs[1], STR("second")));

    assert_int_equal(delivery_take(db, arena, &by_a, &o1, 1, &session_a, 1, 10, &d, &n), DB_OK);
    assert_int_equal(n, 1); /* what it has already does not come again */
    assert_int_equal(delivery_take(db, arena, &by_b, &o1, 1, &session_a, 1, 10, &d, &n), DB_OK);
    assert_int_equal(n, 0); /* a live session has them */
    assert_int_equal(delivery_take(db, arena, &by_b, all, 4, &session_b, 1, 100, &d, &n), DB_OK);
    assert_int_equal(n, 9); /* the other one is gone: again, under the next term */
    for (int i = 0; i < 9; i++)
        assert_int_equal(d[i].term, i % 3 == 1 ? 2 : 1);
    assert_int_equal(delivery_waiting(db, &session_b, 1, &waiting), DB_OK);
    assert_int_equal(waiting, 0);
    assert_int_equal(delivery_take(db, arena, &by_a, NULL, 0, NULL, 0, 100, &d, &n), DB_OK);
    assert_int_equal(n, 0);
}

/* While an answer to it is being written, an offer is not delivered anew: its term would be another than the one answered. */
static void test_delivery_waits_for_a_decision(void **state)
{
    (void)state;
    struct sample offers[2];
    struct delivery *d;
    const struct taker by = {session_a, STR("hub-a")};
    const struct str all[] = {STR("o0"), STR("o1")};
    int n;
    make_offers(2, offers);
    struct db *keeper = pg_open("keeper");
    struct docket_row docket = {.referral = offers[1].referral};
    struct batch *b = batch_new(keeper);
    assert_int_equal(batch_begin(b), DB_OK);
    assert_int_equal(batch_lock(b, NULL, 0, NULL, 0, &docket, 1), DB_OK);
    assert_true(docket.found && docket.current.term == 0 && docket.current.status == ASSIGNMENT_OFFERED);
    assert_int_equal(delivery_take(db, arena, &by, all, 2, NULL, 0, 9, &d, &n), DB_OK);
    assert_true(n == 1 && id_eq(d[0].assignment, offers[0].assignment));
    assert_true(batch_change_assignment(b, &(struct assignment_change){.id = offers[1].assignment, .status = ASSIGNMENT_ACCEPTED}));
    assert_int_equal(batch_commit(b), DB_OK);
    batch_free(b);
    db_close(keeper);
    assert_int_equal(delivery_take(db, arena, &by, all, 2, &session_a, 1, 9, &d, &n), DB_OK);
    assert_int_equal(n, 0);
    assert_int_equal(pg_count("referral.assignment WHERE status = 2 AND term = 0"), 1);
}

/* -- cancellations -- */

static void end(struct id assignment, int status)
{
    struct batch *b = batch_new(db);
    assert_int_equal(batch_begin(b), DB_OK);
    assert_true(batch_change_assignment(b, &(struct assignment_change){.id = assignment, .status = status,
        .closed_ms = status > ASSIGNMENT_ACCEPTED ? NOON_MS + 9 : 0}));
    assert_int_equal(batch_commit(b), DB_OK);
    batch_free(b);
}

/* Whoever had it is to be told of a lapse and a cancellation, until it is marked; of what it said itself, never. */
static void test_untold(void **state)
{
    (void)state;
    struct sample offers[9];
    struct delivery *d;
    struct untold *u;
    const struct taker by_a = {session_a, STR("hub-a")}, by_b = {session_b, STR("hub-b")};
    const struct str organisations[] = {STR("o0"), STR("o1"), STR("o2")}, a[] = {STR("hub-x"), STR("hub-a")}, b = STR("hub-b");
    int n;
    make_offers(9, offers);
    assert_int_equal(delivery_take(db, arena, &by_a, organisations, 3, NULL, 0, 7, &d, &n), DB_OK);
    assert_int_equal(n, 7);
    struct id lapsed = d[0].assignment, accepted = d[1].assignment, declined = d[2].assignment, concluded = d[3].assignment;
    struct id taken_over = d[4].assignment, waiting = d[5].assignment;
    assert_int_equal(delivery_take(db, arena, &by_b, organisations, 3, NULL, 0, 9, &d, &n), DB_OK);
    assert_int_equal(n, 9);
    assert_int_equal(delivery_take(db, arena, &by_a, organisations, 3, NULL, 0, 4, &d, &n), DB_OK);
    assert_int_equal(n, 4);
    end(accepted, ASSIGNMENT_ACCEPTED);
    end(accepted, ASSIGNMENT_CANCELLED);
    end(declined, ASSIGNMENT_DECLINED);
    end(concluded, ASSIGNMENT_CONCLUDED);
    end(taken_over, ASSIGNMENT_LAPSED);
    end(lapsed, ASSIGNMENT_LAPSED);
    assert_int_equal(untold_list(db, arena, a, 2, 10, &u, &n), DB_OK);
    assert_int_equal(n, 2);
    int at = id_eq(u[0].assignment, lapsed) ? 0 : 1;
    assert_true(id_eq(u[at].assignment, lapsed) && u[at].status == ASSIGNMENT_LAPSED && str_eq(u[at].receiver, STR("hub-a")));
    assert_true(id_eq(u[!at].assignment, accepted) && u[!at].status == ASSIGNMENT_CANCELLED);
    assert_int_equal(untold_list(db, arena, a, 2, 1, &u, &n), DB_OK);
    assert_int_equal(n, 1);
    assert_int_equal(untold_list(db, arena, &b, 1, 10, &u, &n), DB_OK);
    assert_true(n == 1 && id_eq(u[0].assignment, taken_over));
    const struct told_mark known[] = {{lapsed, ASSIGNMENT_LAPSED, 0}, {waiting, ASSIGNMENT_OFFERED, 0}, {id_new(NOON_MS, 3205), 1, 0}};
    assert_int_equal(untold_mark(db, known, 3), DB_OK);
    end(lapsed, ASSIGNMENT_LAPSED); /* written again, as an erasure does: nothing new */
    assert_int_equal(untold_list(db, arena, a, 2, 10, &u, &n), DB_OK);
    assert_true(n == 1 && id_eq(u[0].assignment, accepted));
    end(waiting, ASSIGNMENT_CANCELLED); /* was marked when there was nothing to mark */
    assert_int_equal(untold_list(db, arena, &b, 1, 10, &u, &n), DB_OK);
    assert_int_equal(n, 2);
    assert_int_equal(untold_list(db, arena, NULL, 0, 10, &u, &n), DB_OK);
    assert_int_equal(n, 0);
}

static void happens(struct id assignment, int status, int step)
{
    struct batch *b = batch_new(db);
    assert_int_equal(batch_begin(b), DB_OK);
    assert_true(batch_change_assignment(b, &(struct assignment_change){.id = assignment, .status = status, .notices = 1u << step}));
    assert_int_equal(batch_commit(b), DB_OK);
    batch_free(b);
}

/* What happens to an offer that is out is told until it is marked; what comes in between is not taken for told. */
static void test_untold_notices(void **state)
{
    (void)state;
    struct sample offers[2];
    struct delivery *d;
    struct untold *u;
    const struct taker by = {session_a, STR("hub-a")};
    const struct str organisations[] = {STR("o0"), STR("o1")}, hub = STR("hub-a");
    int n;
    make_offers(2, offers);
    assert_int_equal(delivery_take(db, arena, &by, organisations, 2, NULL, 0, 1, &d, &n), DB_OK);
    struct id out = d[0].assignment, in = id_eq(out, offers[0].assignment) ? offers[1].assignment : offers[0].assignment;
    happens(in, ASSIGNMENT_OFFERED, STEP_WARNED); /* nobody has it: it will come with all there is */
    assert_int_equal(untold_list(db, arena, &hub, 1, 10, &u, &n), DB_OK);
    assert_int_equal(n, 0);
    happens(out, ASSIGNMENT_OFFERED, STEP_WARNED);
    assert_int_equal(untold_list(db, arena, &hub, 1, 10, &u, &n), DB_OK);
    assert_true(n == 1 && id_eq(u[0].assignment, out) && u[0].notices == 1u << STEP_WARNED);
    assert_true(u[0].state == STATE_OFFERED && u[0].due_ms > 0 && u[0].supplements.n == 0);
    const struct told_mark first = {out, u[0].status, u[0].notice};
    happens(out, ASSIGNMENT_ACCEPTED, STEP_SUPPLEMENTED);
    assert_int_equal(untold_mark(db, &first, 1), DB_OK);
    assert_int_equal(untold_list(db, arena, &hub, 1, 10, &u, &n), DB_OK);
    assert_true(n == 1 && u[0].notices == (1u << STEP_WARNED | 1u << STEP_SUPPLEMENTED) && u[0].status == ASSIGNMENT_ACCEPTED);
    assert_int_equal(untold_mark(db, &(struct told_mark){out, u[0].status, u[0].notice}, 1), DB_OK);
    assert_int_equal(untold_list(db, arena, &hub, 1, 10, &u, &n), DB_OK);
    assert_int_equal(n, 0);
    happens(out, ASSIGNMENT_ACCEPTED, STEP_OVERDUE); /* and what was told is not told again */
    assert_int_equal(untold_list(db, arena, &hub, 1, 10, &u, &n), DB_OK);
    assert_true(n == 1 && u[0].notices == 1u << STEP_OVERDUE);
    end(out, ASSIGNMENT_CONCLUDED); /* by the receiver itself: there is nothing left to tell */
    assert_int_equal(untold_list(db, arena, &hub, 1, 10, &u, &n), DB_OK);
    assert_int_equal(n, 0);
}

/* An offer that nobody has seen ends in silence. */
static void test_untold_never_delivered(void **state)
{
    (void)state;
    struct sample offers[2];
    make_offers(2, offers);
    end(offers[0].assignment, ASSIGNMENT_CANCELLED);
    assert_int_equal(pg_count("referral.assignment WHERE NOT told"), 0);
    assert_int_equal(pg_count("referral.assignment WHERE status = 5"), 1);
}

static atomic_int delivered;

static void *fetch_all(void *arg)
{
    struct db *mine = pg_open("dispatch");
    struct arena *a = arena_new(0);
    const struct str all[] = {STR("o0"), STR("o1"), STR("o2")};
    struct id live[2] = {session_a, session_b};
    struct delivery *d;
    int n = 0;
    for (int quiet = 0; quiet < 3; quiet = n ? 0 : quiet + 1) {
        assert_int_equal(delivery_take(mine, a, &(struct taker){*(struct id *)arg, STR("hub")}, all, 3, live, 2, 4, &d, &n), DB_OK);
        for (int i = 0; i < n; i++)
            assert_int_equal(d[i].term, 1);
        atomic_fetch_add(&delivered, n);
    }
    arena_free(a);
    db_close(mine);
    return NULL;
}

/* Two daemons that serve the same organisations: each offer goes to one of them. */
static void test_delivery_shared(void **state)
{
    (void)state;
    static struct sample offers[MANY];
    pthread_t t[2];
    make_offers(MANY, offers);
    assert_int_equal(pthread_create(&t[0], NULL, fetch_all, &session_a), 0);
    assert_int_equal(pthread_create(&t[1], NULL, fetch_all, &session_b), 0);
    pthread_join(t[0], NULL);
    pthread_join(t[1], NULL);
    assert_int_equal(atomic_load(&delivered), MANY);
    assert_int_equal(pg_count("referral.assignment WHERE term <> 1"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_due, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_due_moved, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_due_shared, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_sessions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_delivery, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_delivery_shared, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_delivery_waits_for_a_decision, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_untold, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_untold_notices, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_untold_never_delivered, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, pg_create_schema, pg_drop);
}
