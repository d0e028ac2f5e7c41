/*
 * test_id.c - base/id.h
 */
#include "base/id.h"
#include "base/check.h"

static void tells_city_and_time(void **state)
{
    (void)state;
    static const int64_t times[] = {0, 1, 1795420800123, ((int64_t)1 << 48) - 1};
    static const int cities[] = {0, 3200, 3205, 3213, 9999};
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < 5; j++) {
            struct id id = id_new(times[i], cities[j]);
            assert_int_equal(id_city(id), cities[j]);
            assert_true(id_ms(id) == times[i]);
            assert_int_equal(id.b[6] >> 4, 8);
            assert_int_equal(id.b[8] >> 6, 2);
            assert_false(id_is_zero(id));
        }
    }
    assert_true(id_is_zero((struct id){{0}}));
}

static void never_the_same(void **state)
{
    (void)state;
    enum { N = 2000 };
    static struct id ids[N];
    unsigned seen[16] = {0};
    for (int i = 0; i < N; i++) {
        ids[i] = id_new(1795420800123, 3205);
        for (int k = 0; k < 16; k++)
            seen[k] |= ids[i].b[k] ^ ids[0].b[k];
        for (int j = 0; j < i; j++)
            assert_false(id_eq(ids[i], ids[j]));
    }
    static const unsigned char random_bits[16] = {0, 0, 0,    0,    0,    0,    0x0f, 0xff,
                                                  0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    for (int k = 0; k < 16; k++)
        assert_int_equal(seen[k], random_bits[k]);
}

static void text_form_and_back(void **state)
{
    (void)state;
    struct id id = {{0x01, 0xa2, 0x07, 0x7f, 0x9c, 0x7b, 0x8a, 0xbc, 0x8c, 0x85, 1, 2, 3, 4, 5, 0xff}}, back;
    char text[ID_TEXT_SIZE];
    assert_string_equal(id_text(id, text), "01a2077f-9c7b-8abc-8c85-0102030405ff");
    assert_int_equal(id_city(id), 3205);
    assert_true(id_parse(str_from(text), &back));
    assert_true(id_eq(id, back));
    for (int i = 0; i < 200; i++) {
        id = id_new(1795420800000 + i, 3200 + i % 14);
        assert_true(id_parse(str_from(id_text(id, text)), &back));
        assert_true(id_eq(id, back));
    }
}

static void text_order_is_time_order(void **state)
{
    (void)state;
    char a[ID_TEXT_SIZE], b[ID_TEXT_SIZE];
    for (int64_t ms = 1; ms < (int64_t)1 << 47; ms *= 7)
        assert_true(strcmp(id_text(id_new(ms, 9999), a), id_text(id_new(ms + 1, 0), b)) < 0);
}

static void other_texts_are_no_ids(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "01a2077f-9c7b-8abc-8c85-0102030405f",
        "01a2077f-9c7b-8abc-8c85-0102030405ff0",
        "01A2077F-9c7b-8abc-8c85-0102030405ff", /* capitals */
        "01a2077f-9c7b-4abc-8c85-0102030405ff", /* version 4 */
        "01a2077f-9c7b-8abc-cc85-0102030405ff", /* other variant */
        "01a2077f-9c7b-8abc-bfff-0102030405ff", /* city 16383 */
        "01a2077f-9c7b-8abc-a710-0102030405ff", /* city 10000 */
        "01a2077f09c7b-8abc-8c85-0102030405ff",
        "01a2077f-9c7b-8abc-8c850-102030405ff",
        "01a2077f-9c7b-8abc-8c85-01020304 5ff",
        "{1a2077f-9c7b-8abc-8c85-0102030405f}",
    };
    struct id id = {{9}}, was = id;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(id_parse(str_from(wrong[i]), &id));
        assert_true(id_eq(id, was));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_city_and_time),    cmocka_unit_test(never_the_same),
        cmocka_unit_test(text_form_and_back),     cmocka_unit_test(text_order_is_time_order),
        cmocka_unit_test(other_texts_are_no_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
