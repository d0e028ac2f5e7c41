/*
 * door.c - the door keeper's thread
 *
 * It polls three kinds of socket: the ZAP handler, a pipe through which new monitors are handed over, and the
 * monitors. libzmq's I/O thread waits for whoever reads a monitor, so they are all read here, without limit.
 */
#include "transport/door.h"

#include "transport/keys.h"
#include "transport/message.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

#define MONITORS_MAX    16
#define ZAP_FRAMES      7
#define ZAP_ENDPOINT    "inproc://zeromq.zap.01"
#define WATCH_ENDPOINT  "inproc://door.watch"
#define HANDSHAKE_FAILS (ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL)

struct door {
    void *context;
    void *zap, *watches; /* the thread's own once it runs */
    void *monitors[MONITORS_MAX];
    int n_monitors;
    pthread_mutex_t lock; /* of what follows */
    void *watch_sender;
    void *watched[MONITORS_MAX]; /* every monitor there is, also those on their way to the thread */
    int n_watched;
    unsigned serial;
    pthread_t thread;
    hub_known_fn known;
    void *known_context;
    atomic_ullong refused;
};

/* Text that libzmq sends: version, request id, domain, address, routing id, mechanism; then the credentials.
 */
enum zap_frame {
    ZAP_VERSION,
    ZAP_REQUEST,
    ZAP_DOMAIN,
    ZAP_ADDRESS,
    ZAP_ROUTING_ID,
    ZAP_MECHANISM,
    ZAP_CREDENTIALS
};

struct zap_request {
    char frames[ZAP_FRAMES][256]; /* NUL-terminated */
    size_t sizes[ZAP_FRAMES];
    int n;      /* frames that came, whether kept or not */
    bool whole; /* every frame fitted */
};

/* Reads all frames of a request. False when nothing waits, or the context ends (errno). */
static bool zap_read(void *socket, struct zap_request *r)
{
    int more = 1;
    memset(r, 0, sizeof(*r));
    r->whole = true;
    while (more) {
        size_t size = sizeof(more);
        char discarded[256];
        char *into = r->n < ZAP_FRAMES ? r->frames[r->n] : discarded;
        int got = zmq_recv(socket, into, 255, ZMQ_DONTWAIT);
        if (got < 0)
            return false;
        if (got > 255 || r->n >= ZAP_FRAMES)
            r->whole = false;
        else
            r->sizes[r->n] = (size_t)got;
        r->n++;
        if (zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &size) != 0)
            return false;
    }
    return true;
}

/* True when the client may come in; `user` is then its key as text. */
static bool zap_judge(struct door *d, const struct zap_request *r, char user[KEY_Z85_SIZE])
{
    unsigned char key[32];
    if (!r->whole || r->n != ZAP_FRAMES || strcmp(r->frames[ZAP_VERSION], "1.0") != 0)
        return false;
    if (r->sizes[ZAP_DOMAIN] == 0 || strcmp(r->frames[ZAP_MECHANISM], "CURVE") != 0)
        return false;
    if (r->sizes[ZAP_CREDENTIALS] != sizeof(key))
        return false;
    memcpy(key, r->frames[ZAP_CREDENTIALS], sizeof(key));
    key_text(key, user);
    return d->known(d->known_context, key, address_plain(r->frames[ZAP_ADDRESS]));
}

/* False when the context ends. */
static bool zap_answer(struct door *d)
{
    struct zap_request r;
    char user[KEY_Z85_SIZE] = "";
    if (!zap_read(d->zap, &r))
        return errno != ETERM;
    bool in = zap_judge(d, &r, user);
    if (!in)
        atomic_fetch_add_explicit(&d->refused, 1, memory_order_relaxed);
    const char *const answer[] = {
        "1.0", r.frames[ZAP_REQUEST], in ? "200" : "400", in ? "OK" : "refused", in ? user : "", ""};
    const int last = (int)(sizeof(answer) / sizeof(answer[0])) - 1;
    for (int i = 0; i <= last; i++) {
        size_t size = i == 1 ? r.sizes[ZAP_REQUEST] : strlen(answer[i]);
        if (zmq_send(d->zap, answer[i], size, i < last ? ZMQ_SNDMORE : 0) < 0)
            return errno != ETERM;
    }
    return true;
}

/* A monitor handed over by door_watch(). */
static bool watch_take(struct door *d)
{
    void *monitor;
    if (zmq_recv(d->watches, &monitor, sizeof(monitor), ZMQ_DONTWAIT) != (int)sizeof(monitor))
        return errno != ETERM;
    assert(d->n_monitors < MONITORS_MAX);
    d->monitors[d->n_monitors++] = monitor;
    return true;
}

static void watch_forget(struct door *d, void *monitor)
{
    pthread_mutex_lock(&d->lock);
    for (int i = 0; i < d->n_watched; i++)
        if (d->watched[i] == monitor)
            d->watched[i] = d->watched[--d->n_watched];
    pthread_mutex_unlock(&d->lock);
    zmq_close(monitor);
}

/* One event: a frame with its number and value, a frame with the address. */
static bool monitor_take(struct door *d, int i)
{
    unsigned char event[6] = {0};
    char address[256];
    uint16_t number;
    if (zmq_recv(d->monitors[i], event, sizeof(event), ZMQ_DONTWAIT) < 0)
        return errno != ETERM;
    (void)zmq_recv(d->monitors[i], address, sizeof(address), ZMQ_DONTWAIT);
    memcpy(&number, event, sizeof(number));
    if (number & HANDSHAKE_FAILS)
        atomic_fetch_add_explicit(&d->refused, 1, memory_order_relaxed);
    if (number == ZMQ_EVENT_MONITOR_STOPPED) {
        watch_forget(d, d->monitors[i]);
        d->monitors[i] = d->monitors[--d->n_monitors];
    }
    return true;
}

static bool door_turn(struct door *d)
{
    zmq_pollitem_t items[2 + MONITORS_MAX] = {{.socket = d->zap, .events = ZMQ_POLLIN},
                                              {.socket = d->watches, .events = ZMQ_POLLIN}};
    int n = 2 + d->n_monitors;
    for (int i = 2; i < n; i++)
        items[i] = (zmq_pollitem_t){.socket = d->monitors[i - 2], .events = ZMQ_POLLIN};
    if (zmq_poll(items, n, -1) < 0)
        return errno == EINTR;
    /* From the last: one that stops gives its place to the one behind it, which has been looked at. */
    for (int i = n - 1; i >= 2; i--)
        if (items[i].revents && !monitor_take(d, i - 2))
            return false;
    if (items[1].revents && !watch_take(d))
        return false;
    return !items[0].revents || zap_answer(d);
}

static void *door_run(void *context)
{
    struct door *d = context;
    pthread_setname_np(pthread_self(), "door");
    while (door_turn(d))
        continue;
    zmq_close(d->watches);
    zmq_close(d->zap);
    return NULL;
}

static void *open_quiet(void *context, int type)
{
    const int zero = 0;
    void *s = zmq_socket(context, type);
    if (s && (zmq_setsockopt(s, ZMQ_LINGER, &zero, sizeof(zero)) != 0 ||
              zmq_setsockopt(s, ZMQ_RCVHWM, &zero, sizeof(zero)) != 0 ||
              zmq_setsockopt(s, ZMQ_SNDHWM, &zero, sizeof(zero)) != 0)) {
        zmq_close(s);
        s = NULL;
    }
    return s;
}

struct door *door_open(void *zmq_context, hub_known_fn known, void *context, char *why, size_t why_size)
{
    struct door *d = calloc(1, sizeof(*d));
    int failed = ENOMEM;
    if (!d)
        goto out;
    *d = (struct door){.context = zmq_context, .known = known, .known_context = context};
    pthread_mutex_init(&d->lock, NULL);
    d->zap = open_quiet(zmq_context, ZMQ_REP);
    d->watches = open_quiet(zmq_context, ZMQ_PULL);
    d->watch_sender = open_quiet(zmq_context, ZMQ_PUSH);
    if (!d->zap || !d->watches || !d->watch_sender || zmq_bind(d->zap, ZAP_ENDPOINT) != 0 ||
        zmq_bind(d->watches, WATCH_ENDPOINT) != 0 || zmq_connect(d->watch_sender, WATCH_ENDPOINT) != 0) {
        failed = errno;
        goto out;
    }
    failed = pthread_create(&d->thread, NULL, door_run, d);
    if (!failed)
        return d;
out:
    snprintf(why, why_size, "cannot start the ZAP handler: %s", zmq_strerror(failed));
    if (d) {
        void *const opened[] = {d->zap, d->watches, d->watch_sender};
        for (int i = 0; i < 3; i++)
            if (opened[i])
                zmq_close(opened[i]);
        pthread_mutex_destroy(&d->lock);
        free(d);
    }
    return NULL;
}

void door_close(struct door *d)
{
    if (!d)
        return;
    zmq_close(d->watch_sender);
    pthread_join(d->thread, NULL);
    for (int i = 0; i < d->n_watched; i++)
        zmq_close(d->watched[i]);
    pthread_mutex_destroy(&d->lock);
    free(d);
}

bool door_watch(struct door *d, void *zmq_socket)
{
    char endpoint[48];
    bool ok = false;
    void *monitor = open_quiet(d->context, ZMQ_PAIR);
    if (!monitor)
        return false;
    pthread_mutex_lock(&d->lock);
    if (d->n_watched == MONITORS_MAX)
        goto out;
    snprintf(endpoint, sizeof(endpoint), "inproc://door.monitor.%u", d->serial++);
    /* Connected before there is anything to tell: an event without a reader would stop libzmq's I/O thread.
     */
    if (zmq_socket_monitor(zmq_socket, endpoint, HANDSHAKE_FAILS | ZMQ_EVENT_MONITOR_STOPPED) != 0)
        goto out;
    if (zmq_connect(monitor, endpoint) != 0 ||
        zmq_send(d->watch_sender, &monitor, sizeof(monitor), ZMQ_DONTWAIT) < 0) {
        zmq_socket_monitor(zmq_socket, NULL, 0);
        goto out;
    }
    d->watched[d->n_watched++] = monitor;
    ok = true;
out:
    pthread_mutex_unlock(&d->lock);
    if (!ok)
        zmq_close(monitor);
    return ok;
}

uint64_t door_refused(const struct door *d)
{
    return atomic_load_explicit(&d->refused, memory_order_relaxed);
}
