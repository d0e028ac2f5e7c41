/*
 * dispatch_stage.h - a dispatch thread between two receivers on real sockets and the test, which plays keeper
 * and courier
 */
#ifndef TESTS_UNIT_ROLE_DISPATCH_STAGE_H
#define TESTS_UNIT_ROLE_DISPATCH_STAGE_H

#include "role/dispatch/dispatch.h"
#include "wire/client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { SOON_MS = 5000 };

struct stage {
    struct office office;
    struct hub *client_hub;
    struct dispatch *dispatch;
    struct inbox *keeper, *courier;
    struct slot *works, *letters;
    struct key_pair hub, own, agency;
    struct socket *clients[4];
    int n_clients;
    struct arena *arena;
    char dir[64], why[256];
};

static const struct str hub_serves[] = {{"medical-3205", 12}, {"people-320505001001", 19}};
static const struct str own_serves[] = {{"finance-32", 10}};

static inline bool everybody(void *context, const unsigned char key[32], const char *address)
{
    (void)context;
    (void)key;
    (void)address;
    return true;
}

static inline int by_key(const void *a, const void *b)
{
    return memcmp(((const struct peer_key *)a)->key, ((const struct peer_key *)b)->key, 32);
}

/* Publishes a registry of a hub, an organisation of its own and an agency; `revoked` leaves out the hub's
 * key. */
static inline void stage_publish(struct stage *st, bool revoked)
{
    struct arena *pa = arena_new(0), *ra = arena_new(0);
    struct peers *peers = ARENA_NEW(pa, struct peers);
    struct peer *items = ARENA_ARRAY(pa, 3, struct peer);
    struct peer_key *keys = ARENA_ARRAY(pa, 3, struct peer_key);
    struct ruleset *rules = ARENA_NEW(ra, struct ruleset);
    items[0] =
        (struct peer){.kind = PEER_AGENCY, .id = STR("court-3205"), .name = STR("苏州中院"), .city = 3205};
    items[1] =
        (struct peer){.kind = PEER_RECEIVER, .id = STR("hub-320505"), .serves = hub_serves, .n_serves = 2};
    items[2] = (struct peer){
        .kind = PEER_RECEIVER, .id = STR("own-finance-32"), .serves = own_serves, .n_serves = 1};
    memcpy(keys[0].key, st->agency.public_key, 32);
    memcpy(keys[1].key, st->own.public_key, 32);
    memcpy(keys[2].key, st->hub.public_key, 32);
    keys[1].peer = 2;
    keys[2].peer = 1;
    *peers = (struct peers){.arena = pa, .items = items, .n = 3, .keys = keys, .n_keys = revoked ? 2 : 3};
    qsort(keys, (size_t)peers->n_keys, sizeof(*keys), by_key);
    atomic_init(&peers->refs, 1);
    rules->arena = ra;
    atomic_init(&rules->refs, 1);
    const struct peers *p = peers;
    const struct ruleset *r = rules;
    struct snapshot *s = snapshot_new(&r, &p);
    publication_swap(st->office.publication, &s);
}

static inline int stage_up_with(void **state, int ping_interval_ms)
{
    struct stage *st = calloc(1, sizeof(*st));
    struct office *o = &st->office;
    *state = st;
    strcpy(st->dir, "/tmp/referral-dispatch-XXXXXX");
    assert_non_null(mkdtemp(st->dir));
    o->settings.listen_organisations = "tcp://127.0.0.1:*";
    o->settings.keepers = 1;
    o->settings.in_flight = 2;
    o->settings.in_flight_per_agency = 2;
    o->settings.busy_retry_after_ms = 1500;
    o->settings.ping_interval_ms = ping_interval_ms;
    log_setup(LOG_TEXT, LOG_ERROR);
    assert_true(key_pair_create(st->dir, "router", &o->router_keys, st->why, sizeof(st->why)));
    assert_true(key_pair_create(st->dir, "hub", &st->hub, st->why, sizeof(st->why)));
    assert_true(key_pair_create(st->dir, "own", &st->own, st->why, sizeof(st->why)));
    assert_true(key_pair_create(st->dir, "agency", &st->agency, st->why, sizeof(st->why)));
    o->hub = hub_open(everybody, st, st->why, sizeof(st->why));
    st->client_hub = hub_open_client();
    o->publication = publication_new();
    atomic_store(&o->store_up, true);
    stage_publish(st, false);
    char name[32];
    st->keeper = inbox_open(o->hub, keeper_inbox(0, name));
    st->courier = inbox_open(o->hub, INBOX_COURIER_ORDERS);
    st->dispatch = dispatch_open(o, st->why, sizeof(st->why));
    if (!st->dispatch)
        fail_msg("%s", st->why);
    st->works = slot_open(o->hub, origin_inboxes[ORIGIN_DISPATCH]);
    st->letters = slot_open(o->hub, INBOX_DISPATCH_LETTERS);
    st->arena = arena_new(0);
    assert_true(dispatch_start(st->dispatch));
    return 0;
}

static inline int stage_up(void **state)
{
    return stage_up_with(state, 60000);
}

static inline int stage_up_impatient(void **state)
{
    return stage_up_with(state, 100);
}

static inline int stage_down(void **state)
{
    static const char *const names[] = {"router", "hub", "own", "agency"};
    struct stage *st = *state;
    struct work *w;
    struct letter *l;
    atomic_store(&st->office.stopping, true);
    dispatch_close(st->dispatch);
    inbox_shut(st->keeper);
    inbox_shut(st->courier);
    while ((w = inbox_take(st->keeper)) != NULL)
        work_free(w);
    while ((l = inbox_take(st->courier)) != NULL)
        letter_free(l);
    inbox_close(st->keeper);
    inbox_close(st->courier);
    slot_close(st->works);
    slot_close(st->letters);
    for (int i = 0; i < st->n_clients; i++)
        socket_close(st->clients[i]);
    hub_close(st->client_hub);
    hub_close(st->office.hub);
    publication_free(st->office.publication);
    arena_free(st->arena);
    for (int i = 0; i < 4; i++) {
        char path[128];
        snprintf(path, sizeof(path), "%s/%s.key", st->dir, names[i]);
        unlink(path);
        snprintf(path, sizeof(path), "%s/%s.pub", st->dir, names[i]);
        unlink(path);
    }
    rmdir(st->dir);
    free(st);
    return 0;
}

static inline struct socket *stage_client(struct stage *st, const struct key_pair *keys)
{
    struct socket *c = socket_dealer(st->client_hub, dispatch_endpoint(st->dispatch),
                                     st->office.router_keys.public_key, keys, st->why, sizeof(st->why));
    if (!c)
        fail_msg("%s", st->why);
    return st->clients[st->n_clients++] = c;
}

static inline void say(struct socket *c, struct str frame)
{
    assert_int_equal(socket_send(c, (struct str){0}, frame), SEND_OK);
}

static inline struct server_message heard(struct stage *st, struct socket *c)
{
    struct server_message m;
    struct received in;
    void *z = socket_zmq(c);
    bool ready;
    assert_int_equal(box_wait(&z, 1, SOON_MS, &ready), 1);
    assert_int_equal(socket_receive(c, st->arena, &in), RECEIVE_OK);
    assert_true(client_decode(st->arena, in.frame, &m));
    return m;
}

static inline void *taken(struct inbox *i)
{
    void *z = inbox_zmq(i);
    bool ready;
    assert_int_equal(box_wait(&z, 1, SOON_MS, &ready), 1);
    return inbox_take(i);
}

static inline struct letter *ordered(struct stage *st, enum letter_kind kind)
{
    struct letter *l = taken(st->courier);
    assert_int_equal(l->kind, kind);
    return l;
}

static inline void write_letter(struct stage *st, struct letter *l)
{
    assert_true(slot_post(st->letters, (void **)&l));
}

/* Says Hello for everything, plays the courier that opens it, and returns the session's id. */
static inline struct id greet(struct stage *st, struct socket *c, uint32_t credit)
{
    say(c, client_hello(st->arena, STR("hello-1"), NULL, 0, credit));
    struct letter *l = ordered(st, LETTER_OPEN);
    struct id id = l->session;
    letter_free(l);
    write_letter(st, letter_new(LETTER_OPENED, id));
    struct server_message m = heard(st, c);
    assert_int_equal(m.kind, SERVER_HELLO_REPLY);
    assert_true(m.hello.welcome);
    return id;
}

#endif
