/*
 * test_replay.c - core/replay.h
 */
#include "base/check.h"
#include "core/replay.h"

#define DAY INT64_C(86400000)
#define T0  (DAY * 20000 - 8 * 3600000) /* midnight in Asia/Shanghai */

enum { ORGS = 6 };

static struct arena *a;
static int capacity[ORGS];
static struct replay_span spans[600];
static size_t n_spans;
static struct replay *r;

static int setup(void **state)
{
    (void)state;
    a = arena_new(0);
    n_spans = 0;
    for (int i = 0; i < ORGS; i++)
        capacity[i] = 2;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    replay_free(r);
    r = NULL;
    arena_free(a);
    return 0;
}

static struct id referral(int n)
{
    return (struct id){{[0] = 1, [14] = (unsigned char)(n >> 8), [15] = (unsigned char)n}};
}

static void held(int number, int organisation, int64_t from, int64_t until)
{
    spans[n_spans++] = (struct replay_span){
        .referral = referral(number), .organisation = organisation, .from_ms = from, .until_ms = until};
}

static void start(int64_t since, int64_t until)
{
    replay_sort(spans, n_spans);
    const struct replay_world w = {.n_organisations = ORGS,
                                   .capacity = capacity,
                                   .spans = spans,
                                   .n_spans = n_spans,
                                   .since_ms = since,
                                   .until_ms = until,
                                   .assumed_hold_ms = 3 * DAY};
    r = replay_new(a, &w);
    assert_non_null(r);
}

/* Moves referral `number` at `ms`; whether its time was assumed. */
static bool move(int number, enum replay_level level, int64_t ms, int organisation)
{
    int n;
    bool assumed;
    struct replay_span *s = replay_spans_of(r, referral(number), &n);
    assert_true(replay_move(r, level, s, n, ms, organisation, &assumed));
    return assumed;
}

static int open_of(int organisation)
{
    return replay_load(r, organisation, NULL, 9).open;
}

static void untouched_levels_are_the_same(void **state)
{
    (void)state;
    held(1, 0, T0 - 5 * DAY, T0 + DAY);     /* from before the window */
    held(2, 0, T0 + DAY / 2, T0 + 2 * DAY); /* full for half a day */
    held(3, 1, T0 + 3 * DAY, INT64_MAX);    /* still open */
    held(4, 2, T0 - 9 * DAY, T0 - DAY);     /* over before the window */
    start(T0, T0 + 4 * DAY);
    replay_finish(r);
    for (int k = 0; k < REPLAY_LEVELS; k++) {
        assert_int_equal(replay_account(r, 0)->peak[k], 2);
        assert_int_equal(replay_account(r, 0)->area[k], DAY + 3 * DAY / 2);
        assert_int_equal(replay_account(r, 0)->days_full[k], 1);
        assert_int_equal(replay_account(r, 0)->days_over[k], 0);
        assert_int_equal(replay_account(r, 1)->peak[k], 1);
        assert_int_equal(replay_account(r, 1)->area[k], DAY);
        assert_int_equal(replay_account(r, 2)->peak[k], 0);
        assert_int_equal(replay_account(r, 2)->area[k], 0);
    }
}

static void a_moved_referral_is_held_elsewhere_as_long(void **state)
{
    (void)state;
    held(1, 0, T0 + DAY, T0 + 2 * DAY); /* declined there */
    held(1, 1, T0 + 2 * DAY, T0 + 4 * DAY);
    held(2, 0, T0 + DAY, T0 + 9 * DAY); /* stays */
    start(T0, T0 + 10 * DAY);
    replay_advance(r, T0 + DAY);
    assert_false(move(1, REPLAY_WOULD, T0 + DAY, 3));
    replay_advance(r, T0 + DAY + 1);
    assert_int_equal(open_of(0), 1);
    assert_int_equal(open_of(3), 1);
    replay_advance(r, T0 + 3 * DAY);
    assert_int_equal(open_of(1), 0);
    assert_int_equal(open_of(3), 1);
    replay_advance(r, T0 + 4 * DAY + 1);
    assert_int_equal(open_of(3), 0);
    replay_finish(r);
    assert_int_equal(replay_account(r, 3)->area[REPLAY_WOULD], 3 * DAY);
    assert_int_equal(replay_account(r, 3)->area[REPLAY_THEN], 0);
    assert_int_equal(replay_account(r, 3)->area[REPLAY_WISHED], 0);
    assert_int_equal(replay_account(r, 1)->area[REPLAY_WOULD], 0);
    assert_int_equal(replay_account(r, 1)->area[REPLAY_WISHED], 2 * DAY);
    assert_int_equal(replay_account(r, 0)->area[REPLAY_WOULD], 8 * DAY);
    assert_int_equal(replay_account(r, 0)->area[REPLAY_THEN], 9 * DAY);
    assert_int_equal(replay_account(r, 0)->peak[REPLAY_THEN], 2);
    assert_int_equal(replay_account(r, 0)->peak[REPLAY_WOULD], 1);
}

/* What was seen then, and what has come and gone since. */
static void recorded_load_moves_by_the_difference(void **state)
{
    (void)state;
    held(1, 0, T0, INT64_MAX);
    start(T0 - 1, T0 + DAY);
    const struct load seen = {.open = 7, .capacity = 9, .given_ms = 55};
    replay_advance(r, T0);
    assert_int_equal(replay_load(r, 1, &seen, 8).open, 7);
    assert_int_equal(replay_load(r, 1, &seen, 8).capacity, 8);
    assert_int_equal(replay_load(r, 1, &seen, 8).given_ms, 55);
    move(1, REPLAY_WOULD, T0, 1);
    replay_advance(r, T0 + 1);
    assert_int_equal(replay_load(r, 1, &seen, 8).open, 8);
    assert_int_equal(replay_load(r, 1, &seen, 8).given_ms, T0);
    assert_int_equal(replay_load(r, 0, &seen, 8).open, 6);
    const struct load none = {.open = 0};
    assert_int_equal(replay_load(r, 0, &none, 8).open, 0); /* not below */
    assert_int_equal(replay_load(r, 2, NULL, 8).open, 0);
}

static void who_was_never_held_is_held_the_usual_time(void **state)
{
    (void)state;
    start(T0, T0 + 10 * DAY);
    replay_advance(r, T0 + DAY);
    assert_true(move(5, REPLAY_WOULD, T0 + DAY, 2));
    assert_false(move(6, REPLAY_WOULD, T0 + DAY, -1)); /* nobody holds it now either */
    replay_advance(r, T0 + 4 * DAY);
    assert_int_equal(open_of(2), 1);
    replay_finish(r);
    assert_int_equal(replay_account(r, 2)->area[REPLAY_WOULD], 3 * DAY);
}

/* The clocks of two daemons differ: an offer may bear an earlier time than the arrival. */
static void what_had_opened_is_taken_back(void **state)
{
    (void)state;
    held(1, 0, T0 + DAY - 5, T0 + 3 * DAY);
    start(T0, T0 + 10 * DAY);
    replay_advance(r, T0 + DAY);
    assert_int_equal(open_of(0), 1);
    move(1, REPLAY_WOULD, T0 + DAY, -1);
    assert_int_equal(open_of(0), 0);
    replay_advance(r, T0 + 4 * DAY);
    assert_int_equal(open_of(0), 0);
    replay_finish(r);
    assert_int_equal(replay_account(r, 0)->area[REPLAY_THEN], 2 * DAY + 5);
    assert_int_equal(replay_account(r, 0)->area[REPLAY_WOULD], 5);
}

static struct candidate full(int organisation, int rung, int open, int of)
{
    return (struct candidate){.organisation = organisation, .rung = rung, .passed = PASSED_FULL, .open = open, .capacity = of};
}

static void the_wish_is_the_first_rung_that_could_take_it(void **state)
{
    (void)state;
    start(T0, T0 + 10 * DAY);
    struct candidate list[] = {{.organisation = 0, .passed = PASSED_CLOSED}, full(1, 1, 4, 4), full(2, 1, 2, 2),
                               {.organisation = 3, .rung = 2, .passed = PASSED_CHOSEN}};
    struct decision d = {.outcome = OUTCOME_ASSIGNED, .rung = 2, .organisation = 3, .candidates = list, .n_candidates = 4};
    assert_int_equal(replay_wish(r, &d), 1); /* the first of two that nobody wished for yet */
    move(1, REPLAY_WISHED, T0 + 1, 1);
    assert_int_equal(replay_wish(r, &d), 2); /* 0 of 2 is less than 1 of 4 */
    move(2, REPLAY_WISHED, T0 + 1, 2);
    assert_int_equal(replay_wish(r, &d), 1); /* 1 of 4 is less than 1 of 2 */
    d.rung = 1; /* one that was full beside the one chosen changes nothing */
    list[3].rung = 1;
    assert_int_equal(replay_wish(r, &d), 3);
    d = (struct decision){.outcome = OUTCOME_MANUAL, .rung = -1, .organisation = -1, .candidates = list, .n_candidates = 3};
    assert_int_equal(replay_wish(r, &d), 1);
    d.n_candidates = 1;
    assert_int_equal(replay_wish(r, &d), -1);
}

static void a_capacity_wished_beyond_is_counted_by_days(void **state)
{
    (void)state;
    start(T0, T0 + 10 * DAY);
    for (int i = 0; i < 3; i++) {
        replay_advance(r, T0 + i * DAY + 1);
        move(i, REPLAY_WISHED, T0 + i * DAY + 1, 4); /* three days each: two are full from day 1, three are too many on day 2 */
    }
    replay_finish(r);
    assert_int_equal(replay_account(r, 4)->peak[REPLAY_WISHED], 3);
    assert_int_equal(replay_account(r, 4)->days_full[REPLAY_WISHED], 4);
    assert_int_equal(replay_account(r, 4)->days_over[REPLAY_WISHED], 2);
    assert_int_equal(replay_account(r, 4)->peak[REPLAY_WOULD], 0);
}

static void the_usual_hold_is_a_median_of_closed_ones(void **state)
{
    (void)state;
    assert_int_equal(replay_usual_hold_ms(spans, 0), 30 * DAY);
    for (int i = 1; i <= 99; i++)
        held(i, 0, T0, i % 2 ? T0 + i * DAY : INT64_MAX);
    replay_sort(spans, n_spans);
    assert_int_equal(replay_usual_hold_ms(spans, n_spans), 51 * DAY);
}

/* ---- against a walk over all milliseconds ---- */

static uint64_t seed;

static int chance(int below)
{
    return random_below(&seed, below);
}

enum { CASES = 40, TIME = 300 };

struct fate {
    int moved[REPLAY_LEVELS]; /* -2: not moved */
};

/* Who holds what at `t`, told from the start. */
static int level_at(int organisation, int level, int64_t t, const struct replay_span *copy, size_t n, const struct fate *fates)
{
    int sum = 0;
    for (int c = 0; c < CASES; c++) {
        int64_t at = T0 + c * 7, last = 0;
        bool any = false;
        for (size_t i = 0; i < n; i++) {
            if (!id_eq(copy[i].referral, referral(c)))
                continue;
            any = true;
            last = copy[i].until_ms > last ? copy[i].until_ms : last;
            bool there = copy[i].organisation == organisation && copy[i].from_ms <= t && t < copy[i].until_ms;
            sum += there && (fates[c].moved[level] == -2 || t < at); /* until it was moved, if it had opened before */
        }
        if (fates[c].moved[level] == organisation)
            sum += at <= t && t < (any ? last : at + 3 * DAY);
    }
    return sum;
}

static void random_histories(void **state)
{
    (void)state;
    struct replay_span copy[600];
    for (int round = 0; round < 60; round++) {
        struct fate fates[CASES];
        seed = (uint64_t)round + 1;
        teardown(NULL);
        setup(NULL);
        for (int c = 0; c < CASES; c++) {
            int64_t t = T0 + c * 7 + chance(7) - 2;
            for (int k = chance(4); k; k--) {
                int64_t until = chance(9) ? t + 1 + chance(60) : INT64_MAX;
                held(c, chance(ORGS), t, until);
                t = until;
                if (until == INT64_MAX)
                    break;
            }
        }
        start(T0, T0 + TIME);
        memcpy(copy, spans, sizeof copy);
        for (int c = 0; c < CASES; c++) {
            int64_t at = T0 + c * 7;
            replay_advance(r, at);
            for (int k = REPLAY_WOULD; k < REPLAY_LEVELS; k++) {
                fates[c].moved[k] = chance(2) ? chance(ORGS + 1) - 1 : -2;
                if (fates[c].moved[k] > -2)
                    move(c, (enum replay_level)k, at, fates[c].moved[k]);
            }
            fates[c].moved[REPLAY_THEN] = -2;
        }
        replay_finish(r);
        for (int o = 0; o < ORGS; o++)
            for (int k = 0; k < REPLAY_LEVELS; k++) {
                int64_t area = 0;
                int peak = 0;
                for (int64_t t = T0; t < T0 + TIME; t++) {
                    int level = level_at(o, k, t, copy, n_spans, fates);
                    area += level;
                    peak = level > peak ? level : peak;
                }
                assert_int_equal(replay_account(r, o)->area[k], area);
                assert_int_equal(replay_account(r, o)->peak[k], peak);
                assert_int_equal(replay_account(r, o)->days_full[k], peak >= capacity[o]);
                assert_int_equal(replay_account(r, o)->days_over[k], peak > capacity[o]);
            }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(untouched_levels_are_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(a_moved_referral_is_held_elsewhere_as_long, setup, teardown),
        cmocka_unit_test_setup_teardown(recorded_load_moves_by_the_difference, setup, teardown),
        cmocka_unit_test_setup_teardown(who_was_never_held_is_held_the_usual_time, setup, teardown),
        cmocka_unit_test_setup_teardown(what_had_opened_is_taken_back, setup, teardown),
        cmocka_unit_test_setup_teardown(the_wish_is_the_first_rung_that_could_take_it, setup, teardown),
        cmocka_unit_test_setup_teardown(a_capacity_wished_beyond_is_counted_by_days, setup, teardown),
        cmocka_unit_test_setup_teardown(the_usual_hold_is_a_median_of_closed_ones, setup, teardown),
        cmocka_unit_test_setup_teardown(random_histories, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
