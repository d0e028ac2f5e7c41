/*
 * test_publication.c - role/office/snapshot.h: what was in force is freed by the publication, never by a reader
 */
#include "role/office/snapshot.h"

#include "base/check.h"

static struct snapshot *new_snapshot(void)
{
    struct arena *a = arena_new(0);
    struct ruleset *rs = ARENA_NEW(a, struct ruleset);
    const struct peers *none = NULL;
    rs->arena = a;
    atomic_init(&rs->refs, 1);
    const struct ruleset *rules = rs;
    struct snapshot *s = snapshot_new(&rules, &none);
    assert_non_null(s);
    return s;
}

static void publish(struct publication *p)
{
    struct snapshot *s = new_snapshot();
    publication_swap(p, &s);
    assert_null(s);
}

static void is_kept_while_it_is_read(void **state)
{
    (void)state;
    struct publication *p = publication_new();
    assert_null(publication_get(p));
    assert_int_equal(publication_tidy(p), 0);
    publish(p);
    struct snapshot *first = publication_get(p);
    publish(p);
    struct snapshot *second = publication_get(p);
    publish(p);
    assert_ptr_not_equal(first, second);
    assert_int_equal(publication_tidy(p), 2);
    assert_int_equal(first->rules->n_rules, 0); /* still there */
    snapshot_unref(first);
    assert_int_equal(publication_tidy(p), 1);
    assert_int_equal(second->rules->n_rules, 0);
    snapshot_unref(second);
    assert_int_equal(publication_tidy(p), 0);
    struct snapshot *third = publication_get(p);
    assert_non_null(third);
    snapshot_unref(third);
    publication_free(p);
}

static void a_reader_may_outlive_it(void **state)
{
    (void)state;
    struct publication *p = publication_new();
    publish(p);
    struct snapshot *first = publication_get(p);
    publish(p);
    publish(p);
    publication_free(p);
    assert_int_equal(first->rules->n_rules, 0);
    snapshot_unref(first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_kept_while_it_is_read),
        cmocka_unit_test(a_reader_may_outlive_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
