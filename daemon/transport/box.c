/*
 * box.c - letter boxes over inproc: PUSH and PULL, a pointer in each message
 */
#include "transport/box.h"

#include "transport/lid.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

#define WAIT_MAX 32

/* libzmq hands the pointer over with a barrier that ThreadSanitizer cannot see in a library not built with
 * it. */
#ifdef __SANITIZE_THREAD__
void __tsan_acquire(void *address);
void __tsan_release(void *address);
#else
#define __tsan_acquire(address) ((void)(address))
#define __tsan_release(address) ((void)(address))
#endif

struct inbox {
    void *zmq;
    struct lid *lid;
};

struct slot {
    void *zmq;
    struct lid *lid;
};

static void lid_set(struct lid *l, bool open)
{
    pthread_rwlock_wrlock(&l->lock);
    l->open = open;
    pthread_rwlock_unlock(&l->lock);
}

static void *box_socket(struct hub *h, int type, const char *name)
{
    const int unlimited = 0, linger = 2000;
    char endpoint[128];
    void *s = zmq_socket(hub_zmq(h), type);
    if (!s)
        return NULL;
    snprintf(endpoint, sizeof(endpoint), "inproc://%s", name);
    if (zmq_setsockopt(s, ZMQ_SNDHWM, &unlimited, sizeof(unlimited)) != 0 ||
        zmq_setsockopt(s, ZMQ_RCVHWM, &unlimited, sizeof(unlimited)) != 0 ||
        zmq_setsockopt(s, ZMQ_LINGER, &linger, sizeof(linger)) != 0 ||
        (type == ZMQ_PULL ? zmq_bind(s, endpoint) : zmq_connect(s, endpoint)) != 0) {
        zmq_close(s);
        return NULL;
    }
    return s;
}

struct inbox *inbox_open(struct hub *h, const char *name)
{
    struct inbox *i = calloc(1, sizeof(*i));
    if (i && (!(i->lid = hub_lid(h, name)) || !(i->zmq = box_socket(h, ZMQ_PULL, name)))) {
        free(i);
        return NULL;
    }
    if (i)
        lid_set(i->lid, true);
    return i;
}

void inbox_shut(struct inbox *i)
{
    lid_set(i->lid, false);
}

void inbox_close(struct inbox *i)
{
    if (!i)
        return;
    inbox_shut(i);
    zmq_close(i->zmq);
    free(i);
}

void *inbox_zmq(struct inbox *i)
{
    return i->zmq;
}

void *inbox_take(struct inbox *i)
{
    void *message = NULL;
    int n;
    do
        n = zmq_recv(i->zmq, &message, sizeof(message), ZMQ_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return NULL;
    assert(n == (int)sizeof(message) && message);
    __tsan_acquire(message);
    return message;
}

struct slot *slot_open(struct hub *h, const char *name)
{
    struct slot *s = calloc(1, sizeof(*s));
    if (s && (!(s->lid = hub_lid(h, name)) || !(s->zmq = box_socket(h, ZMQ_PUSH, name)))) {
        free(s);
        s = NULL;
    }
    return s;
}

void slot_close(struct slot *s)
{
    if (!s)
        return;
    zmq_close(s->zmq);
    free(s);
}

bool slot_post(struct slot *s, void **message)
{
    int n = -1;
    assert(*message);
    if (!s)
        return false;
    __tsan_release(*message);
    pthread_rwlock_rdlock(&s->lid->lock);
    while (s->lid->open && (n = zmq_send(s->zmq, message, sizeof(*message), ZMQ_DONTWAIT)) < 0 &&
           errno == EINTR)
        continue;
    pthread_rwlock_unlock(&s->lid->lock);
    if (n < 0)
        return false;
    *message = NULL;
    return true;
}

int box_wait(void *const *zmq_sockets, int n, int timeout_ms, bool *ready)
{
    zmq_pollitem_t items[WAIT_MAX];
    assert(n > 0 && n <= WAIT_MAX);
    for (int i = 0; i < n; i++) {
        items[i] = (zmq_pollitem_t){.socket = zmq_sockets[i], .events = ZMQ_POLLIN};
        ready[i] = false;
    }
    int found = zmq_poll(items, n, timeout_ms);
    if (found <= 0)
        return 0;
    for (int i = 0; i < n; i++)
        ready[i] = (items[i].revents & ZMQ_POLLIN) != 0;
    return found;
}
