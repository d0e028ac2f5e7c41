/*
 * test_counting.c - ctl/counting.h, ctl/window.h
 */
#include "base/check.h"
#include "ctl/counting.h"
#include "ctl/window.h"

static void pairs_are_counted_and_sorted(void **state)
{
    (void)state;
    struct pairs p = {0};
    static int64_t wanted[40][40];
    uint64_t seed = 7;
    memset(wanted, 0, sizeof wanted);
    for (int i = 0; i < 20000; i++) {
        int a = random_below(&seed, 40), b = random_below(&seed, random_below(&seed, 40) + 1);
        wanted[a][b]++;
        assert_true(pairs_add(&p, a - 2, b - 2)); /* numbers below zero are numbers too */
    }
    const struct pair *sorted = pairs_sorted(&p);
    int64_t sum = 0;
    for (size_t i = 0; i < p.n; i++) {
        assert_int_equal(sorted[i].n, wanted[sorted[i].a + 2][sorted[i].b + 2]);
        sum += sorted[i].n;
        if (i > 0)
            assert_true(sorted[i].n < sorted[i - 1].n || (sorted[i].n == sorted[i - 1].n && (sorted[i].a > sorted[i - 1].a ||
                        (sorted[i].a == sorted[i - 1].a && sorted[i].b > sorted[i - 1].b))));
    }
    assert_int_equal(sum, 20000);
    pairs_free(&p);
    assert_null(pairs_sorted(&p));
}

static void names_keep_their_numbers(void **state)
{
    (void)state;
    struct names n = {.arena = arena_new(0)};
    char text[16];
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 3000; i++) {
            struct str name = {text, (size_t)snprintf(text, sizeof text, "组织-%d", i)};
            assert_int_equal(counting_name(&n, i == 0 ? STR("") : name), i);
        }
    assert_int_equal(n.n, 3000);
    assert_int_equal(counting_find(&n, STR("组织-2999")), 2999);
    assert_int_equal(counting_find(&n, STR("组织-3000")), -1);
    assert_int_equal(counting_find(&(struct names){0}, STR("")), -1);
    assert_int_equal(n.n, 3000);
    assert_str(n.items[17], "组织-17");
    counting_forget(&n);
    arena_free(n.arena);
}

static void a_window_is_a_date_or_how_long_ago(void **state)
{
    (void)state;
    const int64_t hour = 3600000, now = 1772413200000; /* 2026-03-02 09:00 in Asia/Shanghai */
    const struct {
        const char *text;
        bool end;
        int64_t ms; /* 0: wrong */
    } cases[] = {
        {"90d", false, now - 90 * 24 * hour}, {"12h", true, now - 12 * hour},        {"6w", false, now - 42 * 24 * hour},
        {"0h", true, now},                    {"2026-03-02", false, now - 9 * hour}, {"2026-03-02", true, now + 15 * hour},
        {"2026-02-30", false, 0},             {"", false, 0},                        {"d", false, 0},
        {"90", false, 0},                     {"90days", false, 0},                  {"-90d", false, 0},
        {"9999999d", false, 0},               {"999999d", false, 0},                 {"yesterday", false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t ms = 0;
        assert_int_equal(window_parse(cases[i].text, now, cases[i].end, &ms), cases[i].ms != 0);
        if (cases[i].ms)
            assert_int_equal(ms, cases[i].ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_counted_and_sorted),
        cmocka_unit_test(names_keep_their_numbers),
        cmocka_unit_test(a_window_is_a_date_or_how_long_ago),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
