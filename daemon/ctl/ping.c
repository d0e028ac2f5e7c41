/*
 * ping.c - a connection tested, and what is wrong with it told apart
 *
 * To a client every failure of CURVE looks like a time-out. So the steps are watched one by one: TCP, the
 * handshake (through the socket's monitor), the key list, and what the router says to a message.
 */
#include "ctl/command.h"

#include "base/clock.h"
#include "ctl/json.h"
#include "ctl/link.h"

#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

enum outcome_of_ping {
    PING_OK,
    PING_NO_TCP,
    PING_NO_HANDSHAKE,
    PING_KEY_UNKNOWN,
    PING_NOT_PERMITTED,
    PING_SILENT
};

static const struct {
    const char *word, *what, *todo;
    int code;
} outcomes[] = {
    [PING_OK] = {"ok", "the router answers and lets this key in", "", CTL_OK},
    [PING_NO_TCP] =
        {"no-listener", "no TCP connection",
         "is the address right? does referrald run there (listen.agencies, listen.organisations)? does a "
         "firewall stand between?",
         CTL_NO_ANSWER},
    [PING_NO_HANDSHAKE] =
        {"handshake-failed", "TCP connects, the CURVE handshake fails",
         "most often --router-key is not this router's key: compare with router.pub on the router. "
         "Or something else listens there",
         CTL_NO_ANSWER},
    [PING_KEY_UNKNOWN] =
        {"key-unknown", "the router does not know this key",
         "the router's administrator puts the .pub file into keys/peers/<id>.pub and reloads", CTL_NO},
    [PING_NOT_PERMITTED] = {"not-permitted", "the key is known, but may not speak here",
                            "agencies use listen.agencies, organisations and hubs listen.organisations",
                            CTL_NO},
    [PING_SILENT] = {"silent", "the connection stands, but no answer comes",
                     "the router may be overloaded: see /readyz and its log", CTL_NO_ANSWER},
};

struct probe {
    const struct call *call;
    unsigned char router[32];
    struct key_pair own;
    int64_t wait_ms;
    char detail[600];
    int64_t took_us;
};

/* ---- TCP alone ---- */

/* "tcp://host:port" or "tcp://[v6]:port" */
static bool split_endpoint(const char *endpoint, char host[256], char port[16])
{
    const char *rest = strncmp(endpoint, "tcp://", 6) == 0 ? endpoint + 6 : NULL;
    const char *colon = rest ? strrchr(rest, ':') : NULL;
    if (!colon || colon == rest || colon - rest > 250 || strlen(colon + 1) > 15 || !colon[1])
        return false;
    bool bracketed = rest[0] == '[' && colon[-1] == ']';
    snprintf(host, 256, "%.*s", (int)(colon - rest) - 2 * bracketed, rest + bracketed);
    snprintf(port, 16, "%s", colon + 1);
    return true;
}

static int connect_within(const struct addrinfo *at, int64_t wait_ms)
{
    int fd = socket(at->ai_family, at->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, at->ai_protocol);
    if (fd < 0)
        return errno;
    int failed = connect(fd, at->ai_addr, at->ai_addrlen) == 0 ? 0 : errno;
    if (failed == EINPROGRESS) {
        struct pollfd p = {.fd = fd, .events = POLLOUT};
        socklen_t size = sizeof(failed);
        failed = ETIMEDOUT;
        if (poll(&p, 1, (int)wait_ms) == 1)
            getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &size);
    }
    close(fd);
    return failed;
}

static bool tcp_connects(struct probe *p)
{
    char host[256], port[16];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
    const char *endpoint = call_value(p->call, OPT_ENDPOINT, "");
    if (!split_endpoint(endpoint, host, port)) {
        snprintf(p->detail, sizeof(p->detail), "%.200s: not of the form tcp://ADDRESS:PORT", endpoint);
        return false;
    }
    int failed = getaddrinfo(host, port, &hints, &list);
    if (failed != 0) {
        snprintf(p->detail, sizeof(p->detail), "%s: %s", host, gai_strerror(failed));
        return false;
    }
    failed = ECONNREFUSED;
    for (const struct addrinfo *at = list; at && failed != 0; at = at->ai_next)
        failed = connect_within(at, p->wait_ms);
    freeaddrinfo(list);
    if (failed != 0)
        snprintf(p->detail, sizeof(p->detail), "%s port %s: %s", host, port, strerror(failed));
    return failed == 0;
}

/* ---- the handshake, as the monitor tells it ---- */

/* One event of the monitor; false when none waits. */
static bool next_event(void *monitor, uint16_t *event, uint32_t *value)
{
    zmq_msg_t frame;
    bool got = false;
    zmq_msg_init(&frame);
    if (zmq_msg_recv(&frame, monitor, ZMQ_DONTWAIT) >= 6) {
        const char *bytes = zmq_msg_data(&frame);
        memcpy(event, bytes, sizeof(*event));
        memcpy(value, bytes + sizeof(*event), sizeof(*value));
        got = true;
    }
    while (got && zmq_msg_more(&frame) && zmq_msg_recv(&frame, monitor, ZMQ_DONTWAIT) >= 0)
        ; /* the address */
    zmq_msg_close(&frame);
    return got;
}

static enum outcome_of_ping watch_handshake(struct probe *p, void *monitor)
{
    int64_t until = clock_mono_ms() + p->wait_ms;
    uint16_t event;
    uint32_t value;
    for (int64_t left; (left = until - clock_mono_ms()) > 0;) {
        zmq_pollitem_t item = {.socket = monitor, .events = ZMQ_POLLIN};
        if (zmq_poll(&item, 1, (long)left) <= 0 || !next_event(monitor, &event, &value))
            continue;
        switch (event) {
        case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
            return PING_OK;
        case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
            snprintf(p->detail, sizeof(p->detail), "the router's door keeper says %" PRIu32, value);
            return PING_KEY_UNKNOWN;
        case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
        case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
        case ZMQ_EVENT_DISCONNECTED:
            return PING_NO_HANDSHAKE;
        default:
            break;
        }
    }
    snprintf(p->detail, sizeof(p->detail), "nothing came of it within %" PRId64 " s", p->wait_ms / 1000);
    return PING_NO_HANDSHAKE;
}

/* ---- a message ---- */

/*
 * A refusal is an answer too: the key was let in. A receiver that has not said Hello is told so, with words
 * of its own; Hello itself would take the session from whoever has it. The table's plain text means that the
 * key is wrong here.
 */
static enum outcome_of_ping read_refusal(struct probe *p, const struct faults *f)
{
    if (!f || f->n == 0)
        return PING_OK;
    const struct fault *first = &f->items[0];
    snprintf(p->detail, sizeof(p->detail), STR_FMT, STR_ARG(first->text));
    bool plain = str_eqz(first->text, fault_text(FAULT_NOT_PERMITTED));
    return first->code == FAULT_NOT_PERMITTED && plain ? PING_NOT_PERMITTED : PING_OK;
}

static enum outcome_of_ping exchange(struct probe *p, void *dealer)
{
    struct arena *a = arena_new(0);
    struct server_message m;
    char buffer[65536];
    enum outcome_of_ping result = PING_SILENT;
    int64_t until = clock_mono_ms() + p->wait_ms, start = clock_mono_us();
    struct str ping = a ? client_ping(a, STR("ping-1")) : (struct str){NULL, 0};
    if (ping.p && zmq_send(dealer, "", 0, ZMQ_SNDMORE) == 0 && zmq_send(dealer, ping.p, ping.n, 0) >= 0)
        for (int64_t left; result == PING_SILENT && (left = until - clock_mono_ms()) > 0;) {
            zmq_pollitem_t item = {.socket = dealer, .events = ZMQ_POLLIN};
            int n = zmq_poll(&item, 1, (long)left) > 0 ? zmq_recv(dealer, buffer, sizeof(buffer), 0) : 0;
            if (n <= 0 || n > (int)sizeof(buffer) || !client_decode(a, (struct str){buffer, (size_t)n}, &m))
                continue;
            p->took_us = clock_mono_us() - start;
            if (m.kind == SERVER_PONG)
                result = PING_OK;
            if (m.kind == SERVER_REFUSAL)
                result = read_refusal(p, m.refusal.faults);
        }
    arena_free(a);
    return result;
}

static enum outcome_of_ping probe_curve(struct probe *p, void *context)
{
    static const char at[] = "inproc://ping-monitor";
    const int none = 0, events = ZMQ_EVENT_ALL;
    void *dealer = zmq_socket(context, ZMQ_DEALER), *monitor = zmq_socket(context, ZMQ_PAIR);
    enum outcome_of_ping result = PING_NO_HANDSHAKE;
    if (dealer && monitor && zmq_setsockopt(dealer, ZMQ_LINGER, &none, sizeof(none)) == 0 &&
        zmq_setsockopt(dealer, ZMQ_CURVE_SERVERKEY, p->router, 32) == 0 &&
        zmq_setsockopt(dealer, ZMQ_CURVE_PUBLICKEY, p->own.public_key, 32) == 0 &&
        zmq_setsockopt(dealer, ZMQ_CURVE_SECRETKEY, p->own.secret_key, 32) == 0 &&
        zmq_socket_monitor(dealer, at, events) == 0 && zmq_connect(monitor, at) == 0 &&
        zmq_connect(dealer, call_value(p->call, OPT_ENDPOINT, "")) == 0) {
        result = watch_handshake(p, monitor);
        if (result == PING_OK)
            result = exchange(p, dealer);
    } else {
        snprintf(p->detail, sizeof(p->detail), "%s", zmq_strerror(errno));
    }
    if (dealer)
        zmq_socket_monitor(dealer, NULL, 0);
    if (monitor)
        zmq_close(monitor);
    if (dealer)
        zmq_close(dealer);
    return result;
}

/* ---- the command ---- */

static void report(const struct probe *p, enum outcome_of_ping result)
{
    if (call_has(p->call, OPT_JSON)) {
        struct json_out j = {.out = stdout};
        json_open(&j, '{');
        json_key(&j, "result");
        json_text(&j, str_from(outcomes[result].word));
        json_key(&j, "what");
        json_text(&j, str_from(outcomes[result].what));
        json_key(&j, "detail");
        json_text(&j, str_from(p->detail));
        json_key(&j, "todo");
        json_text(&j, str_from(outcomes[result].todo));
        json_key(&j, "round_trip_us");
        json_int(&j, p->took_us);
        json_close(&j, '}');
        printf("\n");
        return;
    }
    printf("%s: %s", outcomes[result].word, outcomes[result].what);
    if (p->detail[0])
        printf(" (%s)", p->detail);
    if (result == PING_OK)
        printf(", round trip %" PRId64 ".%03d ms", p->took_us / 1000, (int)(p->took_us % 1000));
    printf("\n");
    if (outcomes[result].todo[0])
        printf("  %s\n", outcomes[result].todo);
}

int run_ping(const struct call *c)
{
    struct probe p = {.call = c};
    int64_t wait_s;
    if (!call_number(c, OPT_TIMEOUT, 1, 3600, 5, &wait_s) || !link_keys(c, p.router, &p.own))
        return CTL_USAGE;
    p.wait_ms = wait_s * 1000;
    enum outcome_of_ping result = PING_NO_TCP;
    if (tcp_connects(&p)) {
        void *context = zmq_ctx_new();
        result = context ? probe_curve(&p, context) : PING_SILENT;
        if (context)
            zmq_ctx_term(context);
    }
    report(&p, result);
    return outcomes[result].code;
}
