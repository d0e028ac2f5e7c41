/*
 * test_category.c - core/category.h
 */
#include "base/check.h"
#include "core/category.h"

static struct category item(const char *code, const char *parent)
{
    return (struct category){.code = str_from(code), .parent_code = str_from(parent)};
}

static void tree_and_names(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct category items[] = {item("wages", "labour"), item("labour", ""), item("overtime", "wages"),
                               item("neighbour", ""), item("injury", "labour")};
    struct category_name names[] = {
        {STR("wages"), 0},  {STR("labour"), 1},   {STR("overtime"), 2}, {STR("neighbour"), 3},
        {STR("injury"), 4}, {STR("工资"), 0},     {STR("劳动纠纷"), 1}, {STR("纠纷"), 1},
        {STR("纠纷"), 3},   {STR("劳动纠纷"), 1}, {STR("wages"), 2}, /* a name that is another's code */
        {STR("薪酬"), 2},   {STR("薪酬"), 1},     {STR("薪酬"), 0},     /* one under the other */
    };
    struct categories c;
    const char *why = NULL;
    assert_int_equal(categories_build(a, items, 5, names, 14, &c, &why), -1);
    static const struct {
        const char *text;
        int category;
    } cases[] = {{"wages", 0},    {"labour", 1}, {"overtime", 2}, {"neighbour", 3},
                 {"injury", 4},   {"工资", 0},   {"劳动纠纷", 1}, {"纠纷", -1},
                 {"nothing", -1}, {"", -1},      {"Wages", -1},  {"薪酬", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(category_find(&c, str_from(cases[i].text)), cases[i].category);
    assert_int_equal(c.n_names, 9);
    static const bool under[5][5] = {
        /* in:       wages labour overtime neighbour injury */
        {true, true, false, false, false}, {false, true, false, false, false},
        {true, true, true, false, false},  {false, false, false, true, false},
        {false, true, false, false, true},
    };
    for (int i = 0; i < 5; i++) {
        for (int j = 0; j < 5; j++)
            assert_int_equal(category_under(&c, i, j), under[i][j]);
    }
    assert_int_equal(items[0].parent, 1);
    assert_int_equal(items[1].parent, -1);
    arena_free(a);
}

static void faults(void **state)
{
    (void)state;
    static const struct {
        const char *tree[4][2];
        int n, fault;
        const char *why;
    } cases[] = {
        {{{"a", ""}, {"b", "x"}}, 2, 1, "unknown"},
        {{{"a", ""}, {"b", "a"}, {"a", ""}}, 3, 2, "twice"},
        {{{"a", ""}, {"b", "c"}, {"c", "b"}, {"d", "a"}}, 4, 1, "circle"},
        {{{"a", "a"}}, 1, 0, "circle"},
        {{{"a", ""}, {"a", "x"}, {"b", "y"}}, 3, 1, "twice"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *a = arena_new(0);
        struct category items[4];
        struct categories c;
        const char *why = NULL;
        for (int k = 0; k < cases[i].n; k++)
            items[k] = item(cases[i].tree[k][0], cases[i].tree[k][1]);
        assert_int_equal(categories_build(a, items, cases[i].n, NULL, 0, &c, &why), cases[i].fault);
        assert_non_null(strstr(why, cases[i].why));
        arena_free(a);
    }
}

static void nothing_is_a_tree_too(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct categories c;
    const char *why;
    assert_int_equal(categories_build(a, NULL, 0, NULL, 0, &c, &why), -1);
    assert_int_equal(category_find(&c, STR("labour")), -1);
    arena_free(a);
    a = arena_new(16);
    struct category one = item("a", "");
    assert_int_equal(categories_build(a, &one, 1, NULL, 0, &c, &why), -1);
    assert_true(arena_overflowed(a));
    assert_int_equal(c.n, 0);
    arena_free(a);
}

static bool climbs_to(const struct category *items, int inner, int outer)
{
    while (inner >= 0 && inner != outer)
        inner = items[inner].parent;
    return inner == outer;
}

static void random_forests(void **state)
{
    (void)state;
    uint64_t random = 3;
    for (int round = 0; round < 20; round++) {
        enum { N = 120 };
        struct arena *a = arena_new(0);
        struct category items[N];
        int at[N];
        for (int i = 0; i < N; i++)
            at[i] = i;
        for (int i = N - 1; i > 0; i--) { /* parents may stand behind their children in the file */
            int k = random_below(&random, i + 1), t = at[i];
            at[i] = at[k];
            at[k] = t;
        }
        for (int i = 0; i < N; i++) {
            items[at[i]] = (struct category){.code = arena_printf(a, "c%d", at[i])};
            if (i > 0 && random_below(&random, 10))
                items[at[i]].parent_code = arena_printf(a, "c%d", at[random_below(&random, i)]);
        }
        struct categories c;
        const char *why;
        assert_int_equal(categories_build(a, items, N, NULL, 0, &c, &why), -1);
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < N; j++)
                assert_int_equal(category_under(&c, i, j), climbs_to(items, i, j));
        }
        arena_free(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(tree_and_names), cmocka_unit_test(faults),
                                       cmocka_unit_test(nothing_is_a_tree_too),
                                       cmocka_unit_test(random_forests)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
