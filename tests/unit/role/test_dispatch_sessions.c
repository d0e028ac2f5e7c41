/* The session table: one session a receiver, one a connection; offers within credit. */
#include "role/dispatch/session_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct id number(int n)
{
    struct id id = {{0}};
    memcpy(id.b, &n, sizeof(n));
    return id;
}

static struct session *put(struct session_table *t, int n, const char *receiver, const char *route)
{
    const struct session wanted = {
        .id = number(n),
        .receiver = str_from(receiver),
        .routing_id = str_from(route),
        .request_id = STR("r-1"),
        .everything = true,
        .offers = {.limit = 3},
    };
    return session_put(t, &wanted);
}

static void found_by_each_name(void **state)
{
    struct session_table *t = session_table_new();
    struct session *a = put(t, 1, "hub-3205", "aaaa"), *b = put(t, 2, "hub-3201", "bbbb");
    (void)state;
    assert_int_equal(session_table_size(t), 2);
    assert_ptr_equal(session_of_receiver(t, STR("hub-3205")), a);
    assert_ptr_equal(session_of_id(t, number(2)), b);
    assert_ptr_equal(session_of_route(t, STR("bbbb")), b);
    assert_null(session_of_route(t, STR("cccc")));
    assert_null(session_of_route(t, (struct str){0}));
    assert_null(session_of_receiver(t, STR("hub-32")));
    assert_null(session_of_id(t, number(3)));
    assert_true(str_eqz(a->request_id, "r-1"));
    session_remove(t, a);
    session_remove(t, NULL);
    assert_int_equal(session_table_size(t), 1);
    assert_null(session_of_receiver(t, STR("hub-3205")));
    session_table_free(t);
    session_table_free(NULL);
}

static void newer_hello_takes_over(void **state)
{
    struct session_table *t = session_table_new();
    struct session *a;
    (void)state;
    put(t, 1, "hub-3205", "aaaa");
    a = put(t, 2, "hub-3205", "bbbb");
    assert_int_equal(session_table_size(t), 1);
    assert_null(session_of_id(t, number(1)));
    assert_null(session_of_route(t, STR("aaaa")));
    assert_ptr_equal(session_of_route(t, STR("bbbb")), a);
    /* Another receiver on the same connection. */
    a = put(t, 3, "hub-3201", "bbbb");
    assert_int_equal(session_table_size(t), 1);
    assert_null(session_of_receiver(t, STR("hub-3205")));
    assert_ptr_equal(session_of_id(t, number(3)), a);
    /* What is wanted may point into what it replaces. */
    struct session again = *a;
    again.id = number(4);
    a = session_put(t, &again);
    assert_ptr_equal(session_of_receiver(t, STR("hub-3201")), a);
    assert_int_equal(session_table_size(t), 1);
    session_table_free(t);
}

static void many_sessions(void **state)
{
    struct session_table *t = session_table_new();
    int seen = 0;
    (void)state;
    for (int i = 0; i < 5000; i++) {
        char receiver[32], route[32];
        snprintf(receiver, sizeof(receiver), "hub-%d", i);
        snprintf(route, sizeof(route), "route-%d", i);
        struct session *s = put(t, i, receiver, route);
        assert_non_null(s);
        s->heard_ms = i;
    }
    for (struct session *s = session_next(t, NULL); s; s = session_next(t, s))
        seen++;
    assert_int_equal(seen, 5000);
    assert_null(session_silent(t, 0));
    seen = 0;
    for (struct session *s; (s = session_silent(t, 100)) != NULL; seen++)
        session_remove(t, s);
    assert_int_equal(seen, 100);
    assert_int_equal(session_table_size(t), 4900);
    session_table_free(t);
}

static void renamed_goes_on(void **state)
{
    struct session_table *t = session_table_new();
    struct session *a = put(t, 1, "hub-3205", "aaaa");
    (void)state;
    assert_true(offers_put(&a->offers, number(10), 5));
    assert_true(session_rename(t, a, number(2)));
    assert_null(session_of_id(t, number(1)));
    assert_ptr_equal(session_of_id(t, number(2)), a);
    assert_ptr_equal(session_of_route(t, STR("aaaa")), a);
    assert_int_equal(offers_room(&a->offers), 3);
    session_table_free(t);
}

static void offers_stay_within_credit(void **state)
{
    struct offers o = {.limit = 3};
    (void)state;
    assert_int_equal(offers_room(&o), 3);
    assert_true(offers_put(&o, number(1), 10));
    assert_true(offers_put(&o, number(2), 20));
    assert_true(offers_put(&o, number(2), 30)); /* once more, with a newer term */
    assert_int_equal(offers_room(&o), 1);
    assert_true(offers_put(&o, number(3), 40));
    assert_false(offers_put(&o, number(4), 50));
    assert_true(offers_put(&o, number(1), 60));
    assert_true(offers_drop(&o, number(2)));
    assert_false(offers_drop(&o, number(2)));
    assert_int_equal(offers_room(&o), 1);
    assert_true(offers_put(&o, number(4), 50));
    offers_fini(&o);
    offers_fini(&o);
}

static void offers_up_to_the_largest_credit(void **state)
{
    struct offers o = {.limit = 1000};
    (void)state;
    for (int i = 0; i < 1000; i++)
        assert_true(offers_put(&o, number(i), i));
    assert_false(offers_put(&o, number(1000), 0));
    for (int i = 999; i >= 0; i -= 2)
        assert_true(offers_drop(&o, number(i)));
    assert_int_equal(offers_room(&o), 500);
    for (int i = 0; i < 1000; i += 2)
        assert_true(offers_drop(&o, number(i)));
    assert_int_equal(offers_room(&o), 1000);
    offers_fini(&o);
}

static void names_what_it_serves(void **state)
{
    static const struct str organisations[] = {
        {"people-320505001002", 19}, {"medical-3205", 12}, {"people-320505001001", 19}};
    struct session_table *t = session_table_new();
    struct session wanted = {.id = number(1),
                             .receiver = STR("hub"),
                             .routing_id = STR("r"),
                             .organisations = organisations,
                             .n_organisations = 3};
    struct session *s = session_put(t, &wanted);
    (void)state;
    assert_true(session_names(s, STR("medical-3205")));
    assert_true(session_names(s, STR("people-320505001001")));
    assert_true(session_names(s, STR("people-320505001002")));
    assert_false(session_names(s, STR("medical-3201")));
    assert_false(session_names(s, STR("")));
    wanted.n_organisations = 0;
    wanted.everything = true;
    assert_true(session_names(session_put(t, &wanted), STR("anything")));
    session_table_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(found_by_each_name),
        cmocka_unit_test(newer_hello_takes_over),
        cmocka_unit_test(many_sessions),
        cmocka_unit_test(renamed_goes_on),
        cmocka_unit_test(offers_stay_within_credit),
        cmocka_unit_test(offers_up_to_the_largest_credit),
        cmocka_unit_test(names_what_it_serves),
    };
    return cmocka_run_group_tests_name("role/session_table", tests, NULL, NULL);
}
