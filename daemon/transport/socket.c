/*
 * socket.c - ROUTER and DEALER sockets: their settings, opening and closing
 */
#include "transport/socket.h"

#include "transport/door.h"
#include "transport/message.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <zmq.h>

/* From libzmq's draft section; the option works in every 4.3. */
#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93
#endif

/*
 * A peer may have RCVHWM frames waiting here, each up to this. What daemons send to their clients may be larger: those have asked
 * for it.
 */
#define FRAME_MAX       (INT64_C(5) * 1024 * 1024)
#define FRAME_MAX_HEARD (INT64_C(16) * 1024 * 1024)

struct number_option {
    int option, value;
};

/* What every socket has. No ZMQ_HEARTBEAT_*: with them libzmq 4.3 aborts or drops healthy peers. */
static const struct number_option common_options[] = {
    {ZMQ_LINGER, 2000},
    {ZMQ_SNDHWM, 1000},
    {ZMQ_RCVHWM, 64}, /* whole messages a peer; what is beyond waits in TCP */
    {ZMQ_HANDSHAKE_IVL, 5000},
};
static const struct number_option tcp_options[] = {
    {ZMQ_IPV6, 1},
    {ZMQ_TCP_KEEPALIVE, 1},
    {ZMQ_TCP_KEEPALIVE_IDLE, 60},
    {ZMQ_TCP_KEEPALIVE_INTVL, 10},
    {ZMQ_TCP_KEEPALIVE_CNT, 3},
    {ZMQ_TCP_MAXRT, 60000},
    {ZMQ_RECONNECT_IVL, 100},
    {ZMQ_RECONNECT_IVL_MAX, 2000},
    {ZMQ_BACKLOG, 1024},
};
static const struct number_option router_options[] = {
    {ZMQ_ROUTER_MANDATORY, 1},
    {ZMQ_ROUTER_HANDOVER, 0},
};

#define COUNT_OF(a) (int)(sizeof(a) / sizeof((a)[0]))

static bool set_numbers(void *z, const struct number_option *options, int n)
{
    for (int i = 0; i < n; i++)
        if (zmq_setsockopt(z, options[i].option, &options[i].value, sizeof(options[i].value)) != 0)
            return false;
    return true;
}

static struct socket *socket_make(struct hub *h, enum socket_kind kind, bool tcp)
{
    const bool router = kind != SOCKET_DEALER;
    const int64_t frame_max = router ? FRAME_MAX : FRAME_MAX_HEARD;
    struct socket *s = calloc(1, sizeof(*s));
    if (!s)
        return NULL;
    s->kind = kind;
    s->zmq = zmq_socket(hub_zmq(h), router ? ZMQ_ROUTER : ZMQ_DEALER);
    if (!s->zmq || !set_numbers(s->zmq, common_options, COUNT_OF(common_options)) ||
        (tcp && !set_numbers(s->zmq, tcp_options, COUNT_OF(tcp_options))) ||
        (router && !set_numbers(s->zmq, router_options, COUNT_OF(router_options))) ||
        zmq_setsockopt(s->zmq, ZMQ_MAXMSGSIZE, &frame_max, sizeof(frame_max)) != 0) {
        int failed = errno;
        socket_close(s);
        errno = failed;
        return NULL;
    }
    return s;
}

/* Says why in `why`, closes `s`, returns NULL. */
static struct socket *refuse(struct socket *s, const char *endpoint, char *why, size_t why_size)
{
    snprintf(why, why_size, "%s: %s", endpoint, zmq_strerror(errno));
    socket_close(s);
    return NULL;
}

/* tcp://[::ffff:10.0.0.1]:7410, as a socket for both families calls it, is tcp://10.0.0.1:7410. */
static bool endpoint_learn(struct socket *s)
{
    static const char mapped[] = "tcp://[::ffff:";
    const size_t n = sizeof(mapped) - 1;
    size_t size = sizeof(s->bound);
    const char *end;
    if (zmq_getsockopt(s->zmq, ZMQ_LAST_ENDPOINT, s->bound, &size) != 0)
        return false;
    end = strncmp(s->bound, mapped, n) == 0 ? strchr(s->bound, ']') : NULL;
    if (end)
        snprintf(s->endpoint, sizeof(s->endpoint), "tcp://%.*s%s", (int)(end - s->bound - (ptrdiff_t)n),
                 s->bound + n, end + 1);
    else
        memcpy(s->endpoint, s->bound, sizeof(s->endpoint));
    return true;
}

struct socket *socket_router(struct hub *h, const char *endpoint, const struct key_pair *keys,
                             const char *domain, char *why, size_t why_size)
{
    const int yes = 1;
    struct socket *s;
    /* Without a handler, or with an empty domain, libzmq lets every key in. */
    if (!hub_door(h) || !domain || !*domain) {
        snprintf(why, why_size, "%s: no ZAP handler or no domain: would be open to everybody", endpoint);
        return NULL;
    }
    s = socket_make(h, SOCKET_ROUTER, true);
    if (!s || zmq_setsockopt(s->zmq, ZMQ_CURVE_SERVER, &yes, sizeof(yes)) != 0 ||
        zmq_setsockopt(s->zmq, ZMQ_CURVE_SECRETKEY, keys->secret_key, sizeof(keys->secret_key)) != 0 ||
        zmq_setsockopt(s->zmq, ZMQ_ZAP_DOMAIN, domain, strlen(domain)) != 0 ||
        zmq_setsockopt(s->zmq, ZMQ_ZAP_ENFORCE_DOMAIN, &yes, sizeof(yes)) != 0 ||
        !door_watch(hub_door(h), s->zmq) || zmq_bind(s->zmq, endpoint) != 0 || !endpoint_learn(s))
        return refuse(s, endpoint, why, why_size);
    return s;
}

struct socket *socket_dealer(struct hub *h, const char *endpoint, const unsigned char server_key[32],
                             const struct key_pair *keys, char *why, size_t why_size)
{
    struct socket *s = socket_make(h, SOCKET_DEALER, true);
    if (!s || zmq_setsockopt(s->zmq, ZMQ_CURVE_SERVERKEY, server_key, 32) != 0 ||
        zmq_setsockopt(s->zmq, ZMQ_CURVE_PUBLICKEY, keys->public_key, sizeof(keys->public_key)) != 0 ||
        zmq_setsockopt(s->zmq, ZMQ_CURVE_SECRETKEY, keys->secret_key, sizeof(keys->secret_key)) != 0 ||
        zmq_connect(s->zmq, endpoint) != 0 || !endpoint_learn(s))
        return refuse(s, endpoint, why, why_size);
    return s;
}

/* The path of an ipc:// endpoint; NULL for another kind, or an abstract name, which has no file mode to guard
 * it. */
static const char *ipc_path(const char *endpoint)
{
    const char *path = strncmp(endpoint, "ipc://", 6) == 0 ? endpoint + 6 : NULL;
    return path && *path == '/' ? path : NULL;
}

/* True when somebody listens at `path`: libzmq would take the name away from them. */
static bool ipc_taken(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    bool taken = false;
    int fd;
    if (strlen(path) >= sizeof(address.sun_path))
        return false; /* zmq_bind says so */
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return false;
    memcpy(address.sun_path, path, strlen(path) + 1);
    taken = connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 || errno == EAGAIN;
    close(fd);
    return taken;
}

struct socket *socket_control(struct hub *h, const char *endpoint, char *why, size_t why_size)
{
    const char *path = ipc_path(endpoint);
    struct socket *s;
    mode_t before;
    int bound;
    if (!path || ipc_taken(path)) {
        snprintf(why, why_size, "%s: %s", endpoint,
                 path ? "another process listens here" : "should be ipc:// and an absolute path");
        return NULL;
    }
    s = socket_make(h, SOCKET_LOCAL, false);
    if (!s)
        return refuse(s, endpoint, why, why_size);
    before = umask(0117); /* never open to others, not for a moment */
    bound = zmq_bind(s->zmq, endpoint);
    umask(before);
    if (bound != 0 || chmod(path, 0660) != 0 || !endpoint_learn(s))
        return refuse(s, endpoint, why, why_size);
    return s;
}

struct socket *socket_control_client(struct hub *h, const char *endpoint, char *why, size_t why_size)
{
    struct socket *s = socket_make(h, SOCKET_DEALER, false);
    if (!s || zmq_connect(s->zmq, endpoint) != 0 || !endpoint_learn(s))
        return refuse(s, endpoint, why, why_size);
    return s;
}

void socket_close(struct socket *s)
{
    if (!s)
        return;
    if (s->zmq)
        zmq_close(s->zmq);
    free(s);
}

void socket_unbind(struct socket *s)
{
    if (!s->unbound)
        (void)zmq_unbind(s->zmq, s->bound);
    s->unbound = true;
}

const char *socket_endpoint(const struct socket *s)
{
    return s->endpoint;
}

void *socket_zmq(struct socket *s)
{
    return s->zmq;
}
