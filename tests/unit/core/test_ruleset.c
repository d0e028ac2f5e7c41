/*
 * test_ruleset.c - core/ruleset.h
 */
#include "base/check.h"
#include "core/ruleset.h"

#include <pthread.h>

static struct ruleset *make(void)
{
    struct arena *a = arena_new(0);
    struct ruleset *r = ARENA_NEW(a, struct ruleset);
    r->refs = 1;
    r->arena = a;
    r->hash = digest_of("rules", 5);
    return r;
}

static void counted(void **state)
{
    (void)state;
    struct ruleset *r = make();
    assert_ptr_equal(ruleset_ref(r), r);
    assert_int_equal(r->refs, 2);
    ruleset_unref(r);
    assert_int_equal(r->refs, 1);
    assert_true(digest_eq(r->hash, digest_of("rules", 5)));
    ruleset_unref(r);
    ruleset_unref(NULL);
}

static void *use(void *arg)
{
    const struct ruleset *r = arg;
    for (int i = 0; i < 20000; i++) {
        const struct ruleset *mine = ruleset_ref(r);
        if (mine->n_rules != 0)
            abort();
        ruleset_unref(mine);
    }
    ruleset_unref(r);
    return NULL;
}

static void the_last_user_frees(void **state)
{
    (void)state;
    struct ruleset *r = make();
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use, (void *)ruleset_ref(r)), 0);
    ruleset_unref(r);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(counted), cmocka_unit_test(the_last_user_frees)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
