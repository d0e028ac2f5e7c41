/*
 * test_arena.c - base/arena.h
 */
#include "base/arena.h"
#include "base/check.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

static void gives_zeroed_aligned_memory(void **state)
{
    (void)state;
    uint64_t random = 1;
    struct arena *a = arena_new(0);
    unsigned char *all[300];
    size_t sizes[300];
    for (int i = 0; i < 300; i++) {
        sizes[i] = (size_t)random_below(&random, i % 50 == 0 ? 200000 : 300);
        all[i] = arena_alloc(a, sizes[i]);
        assert_non_null(all[i]);
        assert_int_equal((uintptr_t)all[i] % _Alignof(max_align_t), 0);
        for (size_t k = 0; k < sizes[i]; k++)
            assert_int_equal(all[i][k], 0);
        memset(all[i], i & 0xff, sizes[i]);
    }
    for (int i = 0; i < 300; i++) { /* nobody wrote into another's */
        for (size_t k = 0; k < sizes[i]; k++)
            assert_int_equal(all[i][k], i & 0xff);
    }
    assert_false(arena_overflowed(a));
    arena_free(a);
}

static void reset_is_as_new(void **state)
{
    (void)state;
    struct arena *a = arena_new(100000);
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 40; i++) {
            size_t size = i % 10 == 9 ? 6000 : 100;
            unsigned char *p = arena_alloc(a, size);
            assert_non_null(p);
            for (size_t k = 0; k < size; k++)
                assert_int_equal(p[k], 0);
            memset(p, 0xee, size);
        }
        if (round == 3) {
            assert_null(arena_alloc(a, 100000));
            assert_true(arena_overflowed(a));
        }
        arena_reset(a);
        assert_false(arena_overflowed(a));
        assert_int_equal(arena_used(a), 0);
    }
    arena_free(a);
}

static void empty_allocations_are_distinct(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    void *p = arena_alloc(a, 0), *q = arena_alloc(a, 0);
    assert_non_null(p);
    assert_non_null(q);
    assert_ptr_not_equal(p, q);
    arena_free(a);
    arena_free(NULL);
}

static void budget_is_a_limit_and_sticky(void **state)
{
    (void)state;
    struct arena *a = arena_new(64);
    assert_non_null(arena_alloc(a, 48));
    assert_int_equal(arena_used(a), 48);
    assert_null(arena_alloc(a, 17));
    assert_true(arena_overflowed(a));
    assert_null(arena_alloc(a, 1));
    assert_null(arena_str(a, STR("x")).p);
    assert_null(arena_printf(a, "%d", 1).p);
    assert_int_equal(arena_used(a), 48);
    arena_free(a);

    a = arena_new(64);
    assert_non_null(arena_alloc(a, 64));
    assert_false(arena_overflowed(a));
    arena_free(a);
}

static void impossible_sizes_overflow(void **state)
{
    (void)state;
    static const size_t sizes[][2] = {{SIZE_MAX, 1}, {SIZE_MAX - 8, 1}, {SIZE_MAX / 2, 3}, {SIZE_MAX / 2, 1}};
    for (size_t i = 0; i < 4; i++) {
        struct arena *a = arena_new(1 << 20);
        assert_null(arena_array(a, sizes[i][0], sizes[i][1]));
        assert_true(arena_overflowed(a));
        arena_free(a);
    }
    struct arena *a = arena_new(1 << 20);
    assert_null(arena_bytes(a, "", SIZE_MAX).p);
    assert_true(arena_overflowed(a));
    arena_free(a);
}

static void copies_end_in_nul(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct str s = arena_bytes(a, "a\0b", 3);
    assert_int_equal(s.n, 3);
    assert_memory_equal(s.p, "a\0b", 4);
    assert_str(arena_str(a, (struct str){NULL, 0}), "");
    assert_int_equal(arena_str(a, STR("骑手")).p[6], '\0');
    assert_str(arena_printf(a, "%s-%03d", "hub", 7), "hub-007");
    struct str longer = arena_printf(a, "%5000d", 1);
    assert_int_equal(longer.n, 5000);
    assert_int_equal(longer.p[4999], '1');
    arena_free(a);
}

static void pushed_items_stay(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct item {
        int number;
        char text[20];
    } *items = NULL;
    size_t n = 0, cap = 0;
    for (int i = 0; i < 1000; i++) {
        struct item *item = ARENA_PUSH(a, items, n, cap);
        assert_non_null(item);
        assert_int_equal(item->number, 0);
        assert_int_equal(item->text[19], 0);
        item->number = i;
        item->text[19] = 'x';
    }
    assert_int_equal(n, 1000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(items[i].number, i);
    arena_free(a);
}

static void push_past_the_budget_keeps_the_array(void **state)
{
    (void)state;
    struct arena *a = arena_new(150);
    int64_t *items = NULL;
    size_t n = 0, cap = 0;
    for (int i = 0; i < 8; i++)
        *ARENA_PUSH(a, items, n, cap) = i;
    int64_t *before = items;
    assert_null(ARENA_PUSH(a, items, n, cap));
    assert_true(arena_overflowed(a));
    assert_int_equal(n, 8);
    assert_ptr_equal(items, before);
    for (int i = 0; i < 8; i++)
        assert_int_equal(items[i], i);
    arena_free(a);
}

/* Whatever was written before, what is given out after is zeroed; budget and overflow begin anew. */
static void reset_begins_anew(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 16, 100, 5000, 3, 70000, 4000, 300000, 24};
    struct arena *a = arena_new(1 << 20);
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 40; i++) {
            size_t n = sizes[(i + round) % 9];
            unsigned char *p = arena_alloc(a, n);
            for (size_t k = 0; p && k < n; k++)
                assert_int_equal(p[k], 0);
            if (p)
                memset(p, 0xAA, n);
        }
        assert_true(arena_overflowed(a));
        arena_reset(a);
        assert_false(arena_overflowed(a));
        assert_int_equal(arena_used(a), 0);
    }
    arena_reset(a);
    assert_non_null(arena_alloc(a, 1 << 20));
    assert_null(arena_alloc(a, 1));
    arena_free(a);
}

#if defined(__SANITIZE_ADDRESS__) && !defined(ARENA_SEPARATE)
#define SANITIZED_TESTS cmocka_unit_test(overruns_are_seen_under_asan),
static void overruns_are_seen_under_asan(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    char *p = arena_alloc(a, 10);
    assert_false(__asan_address_is_poisoned(p + 9));
    assert_true(__asan_address_is_poisoned(p + 10));
    arena_free(a);
    assert_true(__asan_address_is_poisoned(p));
}
#else
#define SANITIZED_TESTS
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(gives_zeroed_aligned_memory),
                                       cmocka_unit_test(reset_is_as_new),
                                       cmocka_unit_test(empty_allocations_are_distinct),
                                       cmocka_unit_test(budget_is_a_limit_and_sticky),
                                       cmocka_unit_test(impossible_sizes_overflow),
                                       cmocka_unit_test(copies_end_in_nul),
                                       cmocka_unit_test(pushed_items_stay),
                                       cmocka_unit_test(push_past_the_budget_keeps_the_array),
                                       cmocka_unit_test(reset_begins_anew),
                                       SANITIZED_TESTS};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
