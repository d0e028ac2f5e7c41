/*
 * test_spans.c - core/spans.h, against sets of single numbers
 */
#include "base/check.h"
#include "core/spans.h"

#define SIZE 24

static uint32_t bits_of(struct spans s)
{
    uint32_t bits = 0;
    int last = -1;
    for (int i = 0; i < s.n; i++) {
        assert_true(s.items[i].first > last && s.items[i].end > s.items[i].first && s.items[i].end <= SIZE);
        for (int k = s.items[i].first; k < s.items[i].end; k++)
            bits |= UINT32_C(1) << k;
        last = s.items[i].end; /* the next one may not touch it */
    }
    return bits;
}

static struct spans random_spans(struct arena *a, uint64_t *random, uint32_t *bits)
{
    int n = random_below(random, 6);
    struct span *runs = ARENA_ARRAY(a, 6, struct span);
    *bits = 0;
    for (int i = 0; i < n; i++) {
        int first = random_below(random, SIZE), end = first + random_below(random, SIZE - first + 1);
        runs[i] = (struct span){first, end};
        for (int k = first; k < end; k++)
            *bits |= UINT32_C(1) << k;
    }
    return spans_merged(a, runs, n);
}

static void are_sets(void **state)
{
    (void)state;
    uint64_t random = 3;
    for (int round = 0; round < 5000; round++) {
        struct arena *a = arena_new(0);
        uint32_t x_bits, y_bits;
        struct spans x = random_spans(a, &random, &x_bits), y = random_spans(a, &random, &y_bits);
        assert_int_equal(bits_of(x), x_bits);
        assert_int_equal(bits_of(y), y_bits);
        assert_int_equal(bits_of(spans_both(a, x, y)), x_bits & y_bits);
        assert_int_equal(bits_of(spans_either(a, x, y)), x_bits | y_bits);
        assert_int_equal(bits_of(spans_other(a, x, SIZE)), ~x_bits & ((UINT32_C(1) << SIZE) - 1));
        arena_free(a);
    }
}

static void one_run(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    assert_int_equal(bits_of(spans_one(a, 2, 5)), 0x1c);
    assert_int_equal(spans_one(a, 5, 5).n, 0);
    arena_free(a);
}

static void past_the_budget_nothing(void **state)
{
    (void)state;
    struct arena *a = arena_new(1);
    struct span runs[2] = {{0, 1}, {3, 4}};
    assert_int_equal(spans_merged(a, runs, 2).n, 0);
    assert_true(arena_overflowed(a));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(are_sets),
        cmocka_unit_test(one_run),
        cmocka_unit_test(past_the_budget_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
