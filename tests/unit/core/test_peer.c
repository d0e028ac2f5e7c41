/*
 * test_peer.c - core/peer.h
 */
#include "base/check.h"
#include "core/peer.h"

#include <pthread.h>

static struct peers *registry(int n)
{
    struct arena *a = arena_new(0);
    struct peers *p = ARENA_NEW(a, struct peers);
    struct peer *items = ARENA_ARRAY(a, (size_t)n, struct peer);
    struct peer_key *keys = ARENA_ARRAY(a, (size_t)n * 2, struct peer_key);
    for (int i = 0; i < n; i++)
        items[i] = (struct peer){.kind = PEER_AGENCY, .id = arena_printf(a, "court-%04d", i * 2)};
    for (int i = 0; i < n * 2; i++) { /* two keys a peer; the first byte is the high one, and above 127 too */
        keys[i].key[0] = (unsigned char)(i * 256 / (n * 2));
        keys[i].key[31] = (unsigned char)i;
        keys[i].peer = i % n;
    }
    p->refs = 1;
    p->arena = a;
    p->items = items;
    p->n = n;
    p->keys = keys;
    p->n_keys = n * 2;
    return p;
}

static void look_ups(void **state)
{
    (void)state;
    struct peers *p = registry(100);
    char id[32];
    for (int i = 0; i < 200; i++) {
        snprintf(id, sizeof id, "court-%04d", i);
        assert_int_equal(peers_by_id(p, str_from(id)), i % 2 ? -1 : i / 2);
    }
    assert_int_equal(peers_by_id(p, STR("")), -1);
    assert_int_equal(peers_by_id(p, STR("court-00000")), -1);
    for (int i = 0; i < 200; i++) {
        unsigned char key[32];
        memcpy(key, p->keys[i].key, 32);
        assert_int_equal(peers_by_key(p, key), i % 100);
        key[16] ^= 1;
        assert_int_equal(peers_by_key(p, key), -1);
    }
    peers_unref(p);
}

static void an_empty_registry(void **state)
{
    (void)state;
    static const unsigned char key[32];
    struct peers *p = registry(0);
    assert_int_equal(peers_by_id(p, STR("court")), -1);
    assert_int_equal(peers_by_key(p, key), -1);
    peers_unref(p);
    peers_unref(NULL);
}

static void who_serves_what(void **state)
{
    (void)state;
    const struct str serves[] = {STR("people-320501"), STR("people-320501001"), STR("people-320502")};
    struct peer hub = {.kind = PEER_RECEIVER, .serves = serves, .n_serves = 3};
    for (int i = 0; i < 3; i++)
        assert_true(peer_serves(&hub, serves[i]));
    static const char *const others[] = {"", "people-3205", "people-3205010", "people-320503", "aaa", "zzz"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(peer_serves(&hub, str_from(others[i])));
    struct peer agency = {.kind = PEER_AGENCY};
    assert_false(peer_serves(&agency, serves[0]));
}

static void *use(void *arg)
{
    const struct peers *p = arg;
    for (int i = 0; i < 20000; i++) {
        const struct peers *mine = peers_ref(p);
        if (peers_by_id(mine, STR("court-0002")) != 1)
            abort();
        peers_unref(mine);
    }
    peers_unref(p); /* the one it was given */
    return NULL;
}

/* The last of many users frees it; a leak or an early free shows under the sanitizers. */
static void the_last_user_frees(void **state)
{
    (void)state;
    struct peers *p = registry(3);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use, (void *)peers_ref(p)), 0);
    peers_unref(p);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(look_ups), cmocka_unit_test(an_empty_registry),
                                       cmocka_unit_test(who_serves_what),
                                       cmocka_unit_test(the_last_user_frees)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
