/* test_quota.c - role/office/quota.h: what is in flight never passes a limit, and nobody's share is another's */
#include "base/check.h"
#include "role/office/quota.h"

#include <stdio.h>

static void limits_hold_and_give_back_restores(void **state)
{
    (void)state;
    struct quota *q = quota_new(10, 4, 1000);
    assert_non_null(q);
    assert_true(quota_take(q, STR("a"), 4, 100));
    assert_false(quota_take(q, STR("a"), 1, 1)); /* its share of items is used */
    assert_true(quota_take(q, STR("b"), 4, 100)); /* another's is not */
    assert_false(quota_take(q, STR("c"), 3, 1));  /* eleven in all */
    assert_true(quota_take(q, STR("c"), 1, 100));
    assert_false(quota_take(q, STR("c"), 1, 26)); /* an eighth of the bytes */
    assert_true(quota_take(q, STR("c"), 1, 25));
    assert_int_equal(quota_items(q), 10);
    quota_give(q, STR("a"), 4, 100);
    assert_int_equal(quota_items(q), 6);
    assert_true(quota_take(q, STR("a"), 4, 100));
    quota_free(q);
}

/* A Submit larger than the agency's share could never be sent if it had to fit. */
static void a_large_message_passes_alone(void **state)
{
    (void)state;
    struct quota *q = quota_new(100, 4, 1000);
    assert_true(quota_take(q, STR("a"), 64, 10));
    assert_false(quota_take(q, STR("a"), 1, 10));
    quota_give(q, STR("a"), 64, 10);
    assert_true(quota_take(q, STR("a"), 1, 10));
    assert_false(quota_take(q, STR("a"), 64, 10));
    quota_free(q);
}

static void hundreds_of_agencies_keep_their_counts(void **state)
{
    (void)state;
    struct quota *q = quota_new(1000000, 1000, 1000000);
    char id[16];
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 600; i++) {
            snprintf(id, sizeof(id), "agency-%d", (i * 7919) % 600);
            assert_true(quota_take(q, str_from(id), 1 + i % 3, 1));
        }
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 600; i++) {
            snprintf(id, sizeof(id), "agency-%d", (i * 7919) % 600);
            quota_give(q, str_from(id), 1 + i % 3, 1);
        }
    assert_int_equal(quota_items(q), 0);
    quota_free(q);
    quota_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_hold_and_give_back_restores),
        cmocka_unit_test(a_large_message_passes_alone),
        cmocka_unit_test(hundreds_of_agencies_keep_their_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
