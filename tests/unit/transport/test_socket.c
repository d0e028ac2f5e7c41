/* Sockets over CURVE on the loopback: who gets in, whose key is told, what is dropped, who is gone. */
#include "transport/socket.h"

#include "base/clock.h"
#include "transport/box.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include <cmocka.h>

#define BUDGET ((size_t)4 * 1024 * 1024)
#define SOON   5000

struct stage {
    char dir[64];
    struct hub *hub, *client_hub;
    struct key_pair router, known, unknown;
    atomic_bool closed_door;
    atomic_int asked;
    struct socket *server;
    struct socket *clients[8];
    int n_clients;
    void *raw[4];
    int n_raw;
    struct arena *arena;
    char why[256];
};

static bool is_known(void *context, const unsigned char key[32], const char *address)
{
    struct stage *st = context;
    atomic_fetch_add(&st->asked, 1);
    return !atomic_load(&st->closed_door) && *address && memcmp(key, st->known.public_key, 32) == 0;
}

static int stage_up(void **state)
{
    struct stage *st = calloc(1, sizeof(*st));
    *state = st;
    strcpy(st->dir, "/tmp/referral-socket-XXXXXX");
    assert_non_null(mkdtemp(st->dir));
    st->client_hub = hub_open_client();
    assert_non_null(st->client_hub);
    assert_true(key_pair_create(st->dir, "router", &st->router, st->why, sizeof(st->why)));
    assert_true(key_pair_create(st->dir, "known", &st->known, st->why, sizeof(st->why)));
    assert_true(key_pair_create(st->dir, "unknown", &st->unknown, st->why, sizeof(st->why)));
    st->hub = hub_open(is_known, st, st->why, sizeof(st->why));
    assert_non_null(st->hub);
    st->server = socket_router(st->hub, "tcp://127.0.0.1:*", &st->router, "test", st->why, sizeof(st->why));
    if (!st->server)
        fail_msg("%s", st->why);
    st->arena = arena_new(BUDGET);
    return 0;
}

static int stage_down(void **state)
{
    static const char *const files[] = {"router.key",  "router.pub",  "known.key", "known.pub",
                                        "unknown.key", "unknown.pub", "sock"};
    struct stage *st = *state;
    char path[128];
    arena_free(st->arena);
    for (int i = 0; i < st->n_clients; i++)
        socket_close(st->clients[i]);
    for (int i = 0; i < st->n_raw; i++)
        zmq_close(st->raw[i]);
    socket_close(st->server);
    hub_close(st->client_hub);
    hub_close(st->hub);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", st->dir, files[i]);
        unlink(path);
    }
    rmdir(st->dir);
    free(st);
    return 0;
}

/* Closed when the test ends, however it ends. */
static struct socket *keep(struct stage *st, struct socket *s)
{
    assert_true(st->n_clients < 8);
    st->clients[st->n_clients++] = s;
    return s;
}

static void drop(struct stage *st, struct socket *s)
{
    for (int i = 0; i < st->n_clients; i++)
        if (st->clients[i] == s)
            st->clients[i] = NULL;
    socket_close(s);
}

static struct socket *client_of(struct stage *st, const struct key_pair *keys)
{
    struct socket *c = socket_dealer(st->client_hub, socket_endpoint(st->server), st->router.public_key, keys,
                                     st->why, sizeof(st->why));
    if (!c)
        fail_msg("%s", st->why);
    return keep(st, c);
}

/* A client with options of its own. */
static void *raw_client(struct stage *st, int type, const struct key_pair *keys)
{
    const int zero = 0;
    void *z = zmq_socket(hub_zmq(st->client_hub), type);
    zmq_setsockopt(z, ZMQ_LINGER, &zero, sizeof(zero));
    st->raw[st->n_raw++] = z;
    if (keys) {
        zmq_setsockopt(z, ZMQ_CURVE_SERVERKEY, st->router.public_key, 32);
        zmq_setsockopt(z, ZMQ_CURVE_PUBLICKEY, keys->public_key, 32);
        zmq_setsockopt(z, ZMQ_CURVE_SECRETKEY, keys->secret_key, 32);
    }
    return z;
}

static void raw_connect(struct stage *st, void *z)
{
    assert_int_equal(zmq_connect(z, socket_endpoint(st->server)), 0);
}

static bool readable(struct socket *s, int timeout)
{
    void *z = socket_zmq(s);
    bool ready;
    return box_wait(&z, 1, timeout, &ready) == 1 && ready;
}

static enum receive_result receive(struct socket *s, struct arena *a, struct received *out)
{
    if (!readable(s, SOON))
        return RECEIVE_NONE;
    return socket_receive(s, a, out);
}

static void receives(struct stage *st, struct socket *s, const char *frame, struct received *out)
{
    assert_int_equal(receive(s, st->arena, out), RECEIVE_OK);
    assert_true(str_eqz(out->frame, frame));
}

static void known_key_gets_in(void **state)
{
    struct stage *st = *state;
    struct socket *c = client_of(st, &st->known);
    struct received in, back;
    assert_int_equal(socket_send(c, (struct str){0}, STR("hello")), SEND_OK);
    receives(st, st->server, "hello", &in);
    assert_memory_equal(in.key, st->known.public_key, 32);
    assert_true(str_eqz(in.address, "127.0.0.1"));
    assert_true(in.routing_id.n > 0);
    assert_int_equal(socket_receive(st->server, st->arena, &back), RECEIVE_NONE);
    assert_int_equal(socket_send(st->server, in.routing_id, STR("welcome")), SEND_OK);
    receives(st, c, "welcome", &back);
    assert_true(str_empty(back.routing_id));
    assert_int_equal(socket_refused(st->hub), 0);
    assert_memory_equal(socket_endpoint(st->server), "tcp://127.0.0.1:", 16);
}

static void wait_refused(struct stage *st)
{
    int64_t until = clock_mono_ms() + SOON;
    while (socket_refused(st->hub) == 0 && clock_mono_ms() < until)
        assert_false(readable(st->server, 20));
    assert_true(socket_refused(st->hub) > 0);
    assert_false(readable(st->server, 100));
}

static void unknown_key_stays_out(void **state)
{
    struct stage *st = *state;
    struct socket *c = client_of(st, &st->unknown);
    assert_int_equal(socket_send(c, (struct str){0}, STR("let me in")), SEND_OK);
    wait_refused(st);
    assert_true(atomic_load(&st->asked) > 0);
}

static void plain_client_stays_out(void **state)
{
    struct stage *st = *state;
    void *z = raw_client(st, ZMQ_DEALER, NULL);
    raw_connect(st, z);
    zmq_send(z, "", 0, ZMQ_SNDMORE);
    zmq_send(z, "hi", 2, 0);
    wait_refused(st);
    assert_int_equal(atomic_load(&st->asked), 0);
}

static void wrong_server_key_stays_out(void **state)
{
    struct stage *st = *state;
    struct socket *c = socket_dealer(st->client_hub, socket_endpoint(st->server), st->unknown.public_key,
                                     &st->known, st->why, sizeof(st->why));
    assert_non_null(keep(st, c));
    assert_int_equal(socket_send(c, (struct str){0}, STR("hi")), SEND_OK);
    wait_refused(st);
}

/* ZAP is asked at connection only: what comes later must carry the key, so that the roles can look again. */
static void revoked_later_is_visible(void **state)
{
    struct stage *st = *state;
    struct socket *c = client_of(st, &st->known);
    struct received in = {0};
    assert_int_equal(socket_send(c, (struct str){0}, STR("one")), SEND_OK);
    receives(st, st->server, "one", &in);
    atomic_store(&st->closed_door, true);
    assert_int_equal(socket_send(c, (struct str){0}, STR("two")), SEND_OK);
    receives(st, st->server, "two", &in);
    assert_memory_equal(in.key, st->known.public_key, 32);
    drop(st, c);
    c = client_of(st, &st->known);
    assert_int_equal(socket_send(c, (struct str){0}, STR("three")), SEND_OK);
    wait_refused(st);
}

static void two_keys_are_told_apart(void **state)
{
    struct stage *st = *state;
    struct socket *a = client_of(st, &st->known), *b = client_of(st, &st->known);
    struct received first, second, back;
    assert_int_equal(socket_send(a, (struct str){0}, STR("a")), SEND_OK);
    receives(st, st->server, "a", &first);
    assert_int_equal(socket_send(b, (struct str){0}, STR("b")), SEND_OK);
    receives(st, st->server, "b", &second);
    assert_false(str_eq(first.routing_id, second.routing_id));
    assert_int_equal(socket_send(st->server, second.routing_id, STR("to b")), SEND_OK);
    assert_int_equal(socket_send(st->server, first.routing_id, STR("to a")), SEND_OK);
    receives(st, a, "to a", &back);
    receives(st, b, "to b", &back);
}

static void req_looks_like_dealer(void **state)
{
    struct stage *st = *state;
    void *z = raw_client(st, ZMQ_REQ, &st->known);
    char answer[16] = "";
    struct received in;
    raw_connect(st, z);
    assert_int_equal(zmq_send(z, "ping", 4, 0), 4);
    receives(st, st->server, "ping", &in);
    assert_int_equal(socket_send(st->server, in.routing_id, STR("pong")), SEND_OK);
    assert_int_equal(zmq_recv(z, answer, sizeof(answer), 0), 4);
    assert_string_equal(answer, "pong");
}

static void send_frames(void *z, int n, bool delimiter)
{
    if (delimiter)
        zmq_send(z, "", 0, n ? ZMQ_SNDMORE : 0);
    for (int i = 0; i < n; i++)
        zmq_send(z, "x", 1, i + 1 < n ? ZMQ_SNDMORE : 0);
}

static void nonsense_is_dropped_whole(void **state)
{
    struct stage *st = *state;
    void *z = raw_client(st, ZMQ_DEALER, &st->known);
    struct received in;
    enum receive_result r;
    int nonsense = 0;
    raw_connect(st, z);
    send_frames(z, 1, false);   /* no delimiter */
    send_frames(z, 3, false);   /* neither */
    send_frames(z, 0, true);    /* delimiter alone */
    send_frames(z, 2, true);    /* a frame too many */
    send_frames(z, 5000, true); /* very many */
    zmq_send(z, "", 0, ZMQ_SNDMORE);
    zmq_send(z, "sense", 5, 0);
    while ((r = receive(st->server, st->arena, &in)) == RECEIVE_NONSENSE)
        nonsense++;
    assert_int_equal(r, RECEIVE_OK);
    assert_true(str_eqz(in.frame, "sense"));
    assert_true(nonsense >= 5 && nonsense < 20);
}

/* Whoever chooses a routing id can choose one that was somebody else's. */
static void chosen_routing_id_is_told(void **state)
{
    struct stage *st = *state;
    void *z = raw_client(st, ZMQ_DEALER, &st->known);
    struct received in;
    zmq_setsockopt(z, ZMQ_ROUTING_ID, "hub-320505", 10);
    raw_connect(st, z);
    send_frames(z, 1, true);
    receives(st, st->server, "x", &in);
    assert_true(in.chosen_id);
    assert_true(str_eqz(in.routing_id, "hub-320505"));
    struct socket *c = client_of(st, &st->known);
    assert_int_equal(socket_send(c, (struct str){0}, STR("y")), SEND_OK);
    receives(st, st->server, "y", &in);
    assert_false(in.chosen_id);
    assert_int_equal(in.uid, -1);
}

static void empty_payload_is_a_message(void **state)
{
    struct stage *st = *state;
    struct socket *c = client_of(st, &st->known);
    struct received in;
    assert_int_equal(socket_send(c, (struct str){0}, STR("")), SEND_OK);
    assert_int_equal(receive(st->server, st->arena, &in), RECEIVE_OK);
    assert_int_equal(in.frame.n, 0);
}

static void gone_peer_is_told(void **state)
{
    struct stage *st = *state;
    struct socket *c = client_of(st, &st->known);
    struct received in;
    enum send_result r = SEND_OK;
    int64_t until = clock_mono_ms() + SOON;
    assert_int_equal(socket_send(st->server, STR("nobody"), STR("x")), SEND_GONE);
    assert_int_equal(socket_send(st->server, (struct str){0}, STR("x")), SEND_GONE);
    assert_int_equal(socket_send(c, (struct str){0}, STR("bye")), SEND_OK);
    receives(st, st->server, "bye", &in);
    drop(st, c);
    while (r != SEND_GONE && clock_mono_ms() < until) {
        r = socket_send(st->server, in.routing_id, STR("still there?"));
        readable(st->server, 5);
    }
    assert_int_equal(r, SEND_GONE);
}

static void full_peer_is_told(void **state)
{
    struct stage *st = *state;
    const int one = 1;
    void *z = raw_client(st, ZMQ_DEALER, &st->known);
    char *big = calloc(1, 65536);
    struct received in;
    enum send_result r = SEND_OK;
    zmq_setsockopt(z, ZMQ_RCVHWM, &one, sizeof(one));
    raw_connect(st, z);
    send_frames(z, 1, true);
    receives(st, st->server, "x", &in);
    for (int i = 0; i < 20000 && r == SEND_OK; i++)
        r = socket_send(st->server, in.routing_id, (struct str){big, 65536});
    assert_int_equal(r, SEND_FULL);
    /* The others are still served. */
    struct socket *c = client_of(st, &st->known);
    assert_int_equal(socket_send(c, (struct str){0}, STR("me too")), SEND_OK);
    receives(st, st->server, "me too", &in);
    assert_int_equal(socket_send(st->server, in.routing_id, STR("sure")), SEND_OK);
    receives(st, c, "sure", &in);
    drop(st, c);
    free(big);
}

/* Past 5 MiB the connection is cut; the client comes back and is served. */
static void huge_frame_disconnects(void **state)
{
    struct stage *st = *state;
    const size_t size = (size_t)5 * 1024 * 1024 + 1;
    struct socket *c = client_of(st, &st->known);
    char *huge = calloc(1, size);
    struct received in;
    int64_t until = clock_mono_ms() + SOON;
    enum receive_result r = RECEIVE_NONE;
    assert_int_equal(socket_send(c, (struct str){0}, (struct str){huge, size}), SEND_OK);
    while (r != RECEIVE_OK && clock_mono_ms() < until) {
        assert_int_equal(socket_send(c, (struct str){0}, STR("small")), SEND_OK);
        if (readable(st->server, 50))
            r = socket_receive(st->server, st->arena, &in);
    }
    assert_int_equal(r, RECEIVE_OK);
    assert_true(str_eqz(in.frame, "small"));
    drop(st, c);
    free(huge);
}

static void frame_beyond_the_arena(void **state)
{
    struct stage *st = *state;
    const size_t size = BUDGET + 1;
    struct socket *c = client_of(st, &st->known);
    char *large = calloc(1, size);
    struct received in;
    assert_int_equal(socket_send(c, (struct str){0}, (struct str){large, size}), SEND_OK);
    assert_int_equal(receive(st->server, st->arena, &in), RECEIVE_NO_ROOM);
    assert_null(in.frame.p);
    assert_int_equal(in.frame.n, size);
    assert_memory_equal(in.key, st->known.public_key, 32);
    assert_int_equal(socket_send(st->server, in.routing_id, STR("too large")), SEND_OK);
    free(large);
}

static void unbound_still_reads_what_came(void **state)
{
    struct stage *st = *state;
    struct socket *c = client_of(st, &st->known);
    struct received in;
    enum send_result r = SEND_OK;
    int64_t until = clock_mono_ms() + SOON;
    assert_int_equal(socket_send(c, (struct str){0}, STR("first")), SEND_OK);
    assert_int_equal(socket_send(c, (struct str){0}, STR("second")), SEND_OK);
    receives(st, st->server, "first", &in);
    assert_true(readable(st->server, SOON));
    socket_unbind(st->server);
    socket_unbind(st->server);
    receives(st, st->server, "second", &in);
    while (r != SEND_GONE && clock_mono_ms() < until) {
        readable(st->server, 5);
        r = socket_send(st->server, in.routing_id, STR("too late"));
    }
    assert_int_equal(r, SEND_GONE);
    assert_int_equal(socket_send(c, (struct str){0}, STR("late")), SEND_OK);
    assert_false(readable(st->server, 300));
}

static void control_is_local_and_narrow(void **state)
{
    struct stage *st = *state;
    char endpoint[192], path[128];
    struct stat sb;
    struct socket *s, *c;
    struct received in;
    snprintf(path, sizeof(path), "%s/sock", st->dir);
    snprintf(endpoint, sizeof(endpoint), "ipc://%s", path);
    s = socket_control(st->hub, endpoint, st->why, sizeof(st->why));
    if (!s)
        fail_msg("%s", st->why);
    keep(st, s);
    assert_int_equal(stat(path, &sb), 0);
    assert_int_equal(sb.st_mode & 0777, 0660);
    c = keep(st, socket_control_client(st->client_hub, endpoint, st->why, sizeof(st->why)));
    assert_non_null(c);
    assert_int_equal(socket_send(c, (struct str){0}, STR("status")), SEND_OK);
    receives(st, s, "status", &in);
    assert_int_equal(in.uid, getuid());
    assert_int_equal(socket_send(s, in.routing_id, STR("fine")), SEND_OK);
    receives(st, c, "fine", &in);
    /* A second daemon must not take the name away. */
    assert_null(socket_control(st->hub, endpoint, st->why, sizeof(st->why)));
    assert_non_null(strstr(st->why, "another process"));
    assert_null(socket_control(st->hub, "tcp://127.0.0.1:*", st->why, sizeof(st->why)));
    assert_null(socket_control(st->hub, "ipc://@abstract", st->why, sizeof(st->why)));
}

static void stale_control_file_is_replaced(void **state)
{
    struct stage *st = *state;
    char endpoint[192], path[128];
    snprintf(path, sizeof(path), "%s/sock", st->dir);
    snprintf(endpoint, sizeof(endpoint), "ipc://%s", path);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fclose(f);
    struct socket *s = socket_control(st->hub, endpoint, st->why, sizeof(st->why));
    assert_non_null(keep(st, s));
}

static void router_needs_door_and_domain(void **state)
{
    struct stage *st = *state;
    assert_null(
        socket_router(st->client_hub, "tcp://127.0.0.1:*", &st->router, "test", st->why, sizeof(st->why)));
    assert_null(socket_router(st->hub, "tcp://127.0.0.1:*", &st->router, "", st->why, sizeof(st->why)));
    assert_non_null(strstr(st->why, "open to everybody"));
    assert_null(
        socket_router(st->hub, socket_endpoint(st->server), &st->router, "test", st->why, sizeof(st->why)));
    assert_non_null(strstr(st->why, "in use"));
    assert_null(socket_router(st->hub, "nonsense", &st->router, "test", st->why, sizeof(st->why)));
}

#define T(f) cmocka_unit_test_setup_teardown(f, stage_up, stage_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(known_key_gets_in),
        T(unknown_key_stays_out),
        T(plain_client_stays_out),
        T(wrong_server_key_stays_out),
        T(revoked_later_is_visible),
        T(two_keys_are_told_apart),
        T(req_looks_like_dealer),
        T(nonsense_is_dropped_whole),
        T(chosen_routing_id_is_told),
        T(empty_payload_is_a_message),
        T(gone_peer_is_told),
        T(full_peer_is_told),
        T(huge_frame_disconnects),
        T(frame_beyond_the_arena),
        T(unbound_still_reads_what_came),
        T(control_is_local_and_narrow),
        T(stale_control_file_is_replaced),
        T(router_needs_door_and_domain),
    };
    return cmocka_run_group_tests_name("transport/socket", tests, NULL, NULL);
}
