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

/* Whatever stands around it, one condition or one rung is enough. */
static void needs(void **state)
{
    (void)state;
    const struct cond plain[] = {{.kind = COND_ALL, .span = 1}, {.kind = COND_CHANNEL}};
    const struct cond asks[][3] = {
        {{.kind = COND_ALL, .span = 2}, {.kind = COND_NOT, .span = 1}, {.kind = COND_EARLIER}},
        {{.kind = COND_ALL, .span = 2}, {.kind = COND_CHANNEL}, {.kind = COND_EARLIER_COUNT}}};
    const struct rung rungs[][2] = {{{.pick = PICK_LEAST_LOADED}, {.pick = PICK_WEIGHTED}},
                                    {{.pick = PICK_LEAST_LOADED}, {.pick = PICK_STICKY}},
                                    {{.pick = PICK_ROUND_ROBIN}, {.pick = PICK_BEST_RATED}}};
    static const unsigned of_rungs[] = {0, NEEDS_EARLIER, NEEDS_TURNS};
    for (int r = 0; r < 3; r++) {
        for (int c = -1; c < 2; c++) {
            const struct rule rules[] = {{.when = plain, .n_when = 2},
                                         {.when = c < 0 ? plain : asks[c], .n_when = c < 0 ? 2 : 3, .rungs = rungs[r], .n_rungs = 2}};
            const struct classifier classifiers[] = {{.when = c < 0 ? plain : asks[c], .n_when = c < 0 ? 2 : 3}};
            unsigned asked = c < 0 ? 0 : NEEDS_EARLIER;
            assert_int_equal(ruleset_needs(&(struct ruleset){.rules = rules, .n_rules = 2}), of_rungs[r] | asked);
            assert_int_equal(ruleset_needs(&(struct ruleset){.classifiers = classifiers, .n_classifiers = 1}), asked);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(counted), cmocka_unit_test(the_last_user_frees), cmocka_unit_test(needs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
