/*
 * test_pace.c - role/timer/pace.h
 */
#include "role/timer/pace.h"
#include "base/check.h"

static void at_its_own_pace_nothing_is_told(void **state)
{
    (void)state;
    struct pace p = {0};
    assert_int_equal(pace_step(&p, 1000000, 5000), 0);
    for (int64_t t = 0; t < 3600000; t += 250)
        assert_int_equal(pace_step(&p, 1000000 + t, 5000 + t), 0);
}

static void a_step_is_told_once_and_by_how_much(void **state)
{
    (void)state;
    struct pace p = {0};
    assert_int_equal(pace_step(&p, 1000000, 0), 0);
    assert_int_equal(pace_step(&p, 1000000 + 86400000, 10), 86400000 - 10);
    assert_int_equal(pace_step(&p, 1000000 + 86400010, 20), 0);
    assert_int_equal(pace_step(&p, 1000000, 20), -86400010);
    assert_int_equal(pace_step(&p, 1000000, 20), 0);
}

static void small_ones_add_up(void **state)
{
    (void)state;
    struct pace p = {0};
    int64_t told = 0;
    pace_step(&p, 0, 0);
    for (int i = 1; i <= 10; i++)
        told += pace_step(&p, i * 400, 0);
    assert_true(told > 4000 - PACE_TOLERANCE_MS - 1 && told <= 4000);
}

static void what_stands_still_falls_behind(void **state)
{
    (void)state;
    struct pace p = {0};
    pace_step(&p, 5000, 0);
    assert_int_equal(pace_step(&p, 5000, PACE_TOLERANCE_MS), 0);
    assert_int_equal(pace_step(&p, 5000, PACE_TOLERANCE_MS + 1), -PACE_TOLERANCE_MS - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(at_its_own_pace_nothing_is_told),
                                       cmocka_unit_test(a_step_is_told_once_and_by_how_much),
                                       cmocka_unit_test(small_ones_add_up),
                                       cmocka_unit_test(what_stands_still_falls_behind)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
