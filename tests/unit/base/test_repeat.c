/*
 * test_repeat.c - base/repeat.h
 */
#include "base/repeat.h"
#include "base/check.h"

static struct repeat r;

static int setup(void **state)
{
    (void)state;
    memset(&r, 0, sizeof r);
    return 0;
}

static bool pass(const char *what, const char *who, int64_t now)
{
    return repeat_pass(&r, str_from(what), str_from(who), 2, now);
}

static void ten_pass_and_the_rest_is_told_once(void **state)
{
    (void)state;
    struct repeat_told told;
    for (int i = 0; i < 10; i++)
        assert_true(pass("curve.refused", "hub-3205", 1000 + i));
    for (int i = 0; i < 25; i++)
        assert_false(pass("curve.refused", "hub-3205", 1100 + i));
    assert_false(repeat_tell(&r, 10999, &told));
    assert_true(repeat_tell(&r, 12000, &told));
    assert_string_equal(told.what, "curve.refused");
    assert_string_equal(told.who, "hub-3205");
    assert_int_equal(told.level, 2);
    assert_int_equal(told.held, 25);
    assert_false(repeat_tell(&r, 14000, &told));
    assert_true(pass("curve.refused", "hub-3205", 14000));
}

static void others_are_not_concerned(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++)
        pass("a", "x", 0);
    assert_false(pass("a", "x", 0));
    assert_true(pass("a", "y", 0));
    assert_true(pass("b", "x", 0));
    assert_true(pass("ax", "", 0));
    assert_true(pass("", "ax", 0));
}

static void slow_lines_always_pass(void **state)
{
    (void)state;
    struct repeat_told told;
    for (int64_t now = 0; now < 1000000; now += 1100) {
        assert_true(pass("slow", "", now));
        assert_false(repeat_tell(&r, now, &told));
    }
}

static void a_flood_counts_exactly(void **state)
{
    (void)state;
    struct repeat_told told;
    uint64_t passed = 0, held = 0;
    for (int64_t now = 0; now < 100000; now++) {
        while (repeat_tell(&r, now, &told))
            held += told.held;
        passed += pass("flood", "p", now);
    }
    while (repeat_tell(&r, 200000, &told))
        held += told.held;
    assert_int_equal(passed + held, 100000);
    assert_true(passed >= 80 && passed <= 110);
}

static void a_full_table_lets_lines_pass(void **state)
{
    (void)state;
    char who[32];
    struct repeat_told told;
    int told_of = 0, held = 0;
    for (int i = 0; i < 1000; i++) {
        snprintf(who, sizeof who, "peer-%d", i);
        for (int k = 0; k < 12; k++)
            held += !pass("e", who, 5);
    }
    assert_true(held > 0 && held <= 2 * REPEAT_SLOTS);
    while (repeat_tell(&r, 50000, &told)) {
        assert_int_equal(told.held, 2);
        told_of++;
    }
    assert_int_equal(told_of * 2, held);
}

static void long_names_are_cut(void **state)
{
    (void)state;
    char long_name[201] = {0};
    struct repeat_told told;
    memset(long_name, 'n', 200);
    for (int i = 0; i < 12; i++)
        assert_int_equal(pass(long_name, long_name, 0), i < 10);
    assert_true(repeat_tell(&r, 20000, &told));
    assert_int_equal(strlen(told.what), REPEAT_TEXT - 1);
    assert_int_equal(strlen(told.who), REPEAT_TEXT - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(ten_pass_and_the_rest_is_told_once, setup),
        cmocka_unit_test_setup(others_are_not_concerned, setup),
        cmocka_unit_test_setup(slow_lines_always_pass, setup),
        cmocka_unit_test_setup(a_flood_counts_exactly, setup),
        cmocka_unit_test_setup(a_full_table_lets_lines_pass, setup),
        cmocka_unit_test_setup(long_names_are_cut, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
