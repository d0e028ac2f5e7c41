/*
 * test_region.c - core/region.h
 */
#include "base/arena.h"
#include "base/check.h"
#include "core/region.h"

static void levels_of_codes(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        int level;
    } cases[] = {{"", 0},          {"3", 0},          {"32", 1},           {"320", 0},
                 {"3205", 2},      {"32050", 0},      {"320505", 3},       {"32050500", 0},
                 {"320505001", 4}, {"3205050010", 0}, {"320505001001", 5}, {"3205050010010", 0},
                 {"32o5", 0},      {"3205 5", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(region_code_level(str_from(cases[i].code)), cases[i].level);
}

static void long_forms(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"32", "32"},
        {"3200", "32"},
        {"320000", "32"},
        {"320000000000", "32"},
        {"3205", "3205"},
        {"320500", "3205"},
        {"320500000", "3205"},
        {"320500000000", "3205"},
        {"320505", "320505"},
        {"320505000", "320505"},
        {"320505000000", "320505"},
        {"320505001", "320505001"},
        {"320505001000", "320505001"},
        {"320505001001", "320505001001"},
        {"320510", "320510"},
        {"320505100", "320505100"},
        {"x20500", "x20500"},
        {"32050", "32050"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_str(region_code_normal(str_from(cases[i][0])), cases[i][1]);
}

static struct region of(const char *code)
{
    return (struct region){.code = str_from(code)};
}

static void a_tree_is_linked(void **state)
{
    (void)state;
    struct region items[] = {of("320505001001"), of("3206"), of("32"),     of("320505"),   of("3205"),
                             of("320505001"),    of("33"),   of("320506"), of("320505002")};
    const char *why = NULL;
    assert_int_equal(regions_build(items, 9, &why), -1);
    static const struct {
        const char *code;
        int level, parent, end;
    } expected[] = {{"32", 1, -1, 8},       {"3205", 2, 0, 7},         {"320505", 3, 1, 6},
                    {"320505001", 4, 2, 5}, {"320505001001", 5, 3, 5}, {"320505002", 4, 2, 6},
                    {"320506", 3, 1, 7},    {"3206", 2, 0, 8},         {"33", 1, -1, 9}};
    struct regions r = {items, 9};
    for (int i = 0; i < 9; i++) {
        assert_str(items[i].code, expected[i].code);
        assert_int_equal(items[i].level, expected[i].level);
        assert_int_equal(items[i].parent, expected[i].parent);
        assert_int_equal(items[i].end, expected[i].end);
        assert_int_equal(region_find(&r, items[i].code), i);
    }
    assert_int_equal(region_find(&r, STR("320505000000")), 2);
    assert_int_equal(region_find(&r, STR("320000")), 0);
    assert_int_equal(region_find(&r, STR("320507")), -1);
    assert_int_equal(region_find(&r, STR("34")), -1);
    assert_int_equal(region_find(&r, STR("")), -1);
    assert_int_equal(region_find(&(struct regions){NULL, 0}, STR("32")), -1);
    assert_int_equal(region_at_level(&r, 4, LEVEL_CITY), 1);
    assert_int_equal(region_at_level(&r, 4, LEVEL_VILLAGE), 4);
    assert_int_equal(region_at_level(&r, 1, LEVEL_COUNTY), -1);
    assert_int_equal(region_at_level(&r, 0, LEVEL_PROVINCE), 0);
    assert_int_equal(region_city(&r, 4), 3205);
    assert_int_equal(region_city(&r, 1), 3205);
    assert_int_equal(region_city(&r, 0), 3200);
    assert_int_equal(region_city(&r, 8), 3300);
}

static void bad_trees_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *codes[4];
        const char *fault, *why;
    } cases[] = {
        {{"32", "320505"}, "320505", "missing"},
        {{"3205"}, "3205", "missing"},
        {{"32", "3205", "3206", "320705"}, "320705", "missing"},
        {{"32", "3205", "320505", "3205"}, "3205", "twice"},
        {{"32", "320"}, "320", "not a division code"},
        {{"32", "32a5"}, "32a5", "not a division code"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct region items[4];
        const char *why = NULL;
        int n = 0;
        for (; n < 4 && cases[i].codes[n]; n++)
            items[n] = of(cases[i].codes[n]);
        int fault = regions_build(items, n, &why);
        assert_true(fault >= 0);
        assert_str(items[fault].code, cases[i].fault);
        assert_non_null(strstr(why, cases[i].why));
    }
    assert_int_equal(regions_build(NULL, 0, NULL), -1);
}

static void within_is_having_the_prefix(void **state)
{
    (void)state;
    uint64_t random = 7;
    struct arena *a = arena_new(0);
    struct region *items = ARENA_ARRAY(a, 400, struct region);
    static const int width[] = {2, 2, 2, 3, 3};
    int n = 0;
    items[n++] = of("32");
    while (n < 400) { /* hang a new one on any that is not a village, unless it is there already */
        struct str parent = items[random_below(&random, n)].code;
        int level = region_code_level(parent);
        if (level == LEVEL_VILLAGE)
            continue;
        struct str code =
            arena_printf(a, STR_FMT "%0*d", STR_ARG(parent), width[level], 1 + random_below(&random, 30));
        bool there = false;
        for (int i = 0; i < n; i++)
            there |= str_eq(items[i].code, code);
        if (!there)
            items[n++] = (struct region){.code = code};
    }
    const char *why;
    assert_int_equal(regions_build(items, n, &why), -1);
    struct regions r = {items, n};
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
            struct str inner = items[i].code, outer = items[j].code;
            bool prefix = inner.n >= outer.n && memcmp(inner.p, outer.p, outer.n) == 0;
            assert_int_equal(region_within(&r, i, j), prefix);
        }
        for (int level = LEVEL_PROVINCE; level <= LEVEL_VILLAGE; level++) {
            int at = region_at_level(&r, i, (enum region_level)level);
            assert_int_equal(at >= 0, (int)items[i].level >= level);
            if (at >= 0)
                assert_true(region_within(&r, i, at) && (int)items[at].level == level);
        }
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_of_codes),
        cmocka_unit_test(long_forms),
        cmocka_unit_test(a_tree_is_linked),
        cmocka_unit_test(bad_trees_are_named),
        cmocka_unit_test(within_is_having_the_prefix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
