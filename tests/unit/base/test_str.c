/*
 * test_str.c - base/str.h
 */
#include "base/check.h"

static void equality(void **state)
{
    (void)state;
    assert_true(str_eq(STR("abc"), STR("abc")));
    assert_false(str_eq(STR("abc"), STR("abd")));
    assert_false(str_eq(STR("abc"), STR("ab")));
    assert_true(str_eq((struct str){NULL, 0}, STR("")));
    assert_true(str_eqz(STR("院"), "院"));
    assert_false(str_eqz(STR("a\0b"), "a"));
    assert_true(str_empty(str_from(NULL)));
    assert_int_equal(str_from("骑手").n, 6);
}

static void order(void **state)
{
    (void)state;
    static const char *const ascending[] = {"",  "3",  "32", "3201", "320102",          "3202",
                                            "a", "ab", "é",  "中",   "\xf0\x9f\x98\x80"};
    size_t n = sizeof ascending / sizeof *ascending;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            int c = str_cmp(str_from(ascending[i]), str_from(ascending[j]));
            assert_int_equal((c > 0) - (c < 0), (i > j) - (i < j));
        }
    }
    assert_int_equal(str_cmp((struct str){NULL, 0}, STR("")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(equality), cmocka_unit_test(order)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
