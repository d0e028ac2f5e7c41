/* test_follower.c - role/feedback/follower.h: one stream an agency, the newest connection has it */
#include "base/check.h"
#include "role/feedback/follower.h"

static const unsigned char key[32] = {7};

static void a_new_follow_replaces_the_old_stream(void **state)
{
    (void)state;
    struct followers f = {0};
    struct follower *one = followers_put(&f, 3205, STR("court-320505"), STR("\0\1\2"), key);
    assert_non_null(one);
    one->sent = 7;
    one->greeted = true;
    one->dirty = false;
    struct follower *again = followers_put(&f, 3205, STR("court-320505"), STR("\0\3"), key);
    assert_int_equal(f.n, 1);
    assert_true(again->dirty);
    assert_false(again->greeted);
    assert_int_equal(again->routing_id_size, 2);
    assert_memory_equal(again->routing_id, "\0\3", 2);
    followers_free(&f);
    assert_int_equal(f.n, 0);
}

static void a_dropped_stream_leaves_the_others(void **state)
{
    (void)state;
    struct followers f = {0};
    followers_put(&f, 3201, STR("a"), STR("1"), key);
    followers_put(&f, 3202, STR("b"), STR("2"), key);
    followers_drop(&f, followers_find(&f, 3201, STR("a")));
    assert_int_equal(f.n, 1);
    assert_null(followers_find(&f, 3201, STR("a")));
    assert_memory_equal(followers_find(&f, 3202, STR("b"))->key, key, 32);
    followers_free(&f);
}

static void cities_keep_agencies_of_the_same_name_apart(void **state)
{
    (void)state;
    struct followers f = {0};
    for (int city = 3201; city < 3201 + 100; city++)
        assert_non_null(followers_put(&f, city, STR("court"), STR("x"), key));
    assert_int_equal(f.n, 100);
    assert_int_equal(followers_find(&f, 3250, STR("court"))->city, 3250);
    assert_null(followers_find(&f, 3200, STR("court")));
    assert_null(followers_find(&f, 3250, STR("cour")));
    followers_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_follow_replaces_the_old_stream),
        cmocka_unit_test(a_dropped_stream_leaves_the_others),
        cmocka_unit_test(cities_keep_agencies_of_the_same_name_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
