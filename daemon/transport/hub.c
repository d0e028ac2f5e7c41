/*
 * hub.c - the ZeroMQ context
 */
#include "transport/hub.h"

#include "transport/door.h"
#include "transport/lid.h"
#include "transport/socket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

#define SOCKETS_MAX 4096 /* a slot is a socket: roles times keepers */

struct hub {
    void *context;
    struct door *door;
    pthread_mutex_t lock;
    struct lid *lids; /* under `lock` */
};

struct hub *hub_open_client(void)
{
    struct hub *h = calloc(1, sizeof(*h));
    if (!h)
        return NULL;
    pthread_mutex_init(&h->lock, NULL);
    h->context = zmq_ctx_new();
    if (!h->context || zmq_ctx_set(h->context, ZMQ_MAX_SOCKETS, SOCKETS_MAX) != 0 ||
        zmq_ctx_set(h->context, ZMQ_IO_THREADS, 1) != 0) {
        hub_close(h);
        return NULL;
    }
    return h;
}

struct hub *hub_open(hub_known_fn known, void *context, char *why, size_t why_size)
{
    struct hub *h;
    if (!zmq_has("curve")) {
        snprintf(why, why_size, "this libzmq was built without CURVE");
        return NULL;
    }
    h = hub_open_client();
    if (!h) {
        snprintf(why, why_size, "cannot make a ZeroMQ context: %s", zmq_strerror(errno));
        return NULL;
    }
    h->door = door_open(h->context, known, context, why, why_size);
    if (!h->door) {
        hub_close(h);
        return NULL;
    }
    return h;
}

void hub_close(struct hub *h)
{
    if (!h)
        return;
    if (h->context) {
        zmq_ctx_shutdown(h->context); /* ends the door keeper's poll */
        door_close(h->door);
        while (zmq_ctx_term(h->context) != 0 && errno == EINTR)
            continue;
    }
    while (h->lids) {
        struct lid *next = h->lids->next;
        pthread_rwlock_destroy(&h->lids->lock);
        free(h->lids);
        h->lids = next;
    }
    pthread_mutex_destroy(&h->lock);
    free(h);
}

void *hub_zmq(struct hub *h)
{
    return h->context;
}

struct door *hub_door(const struct hub *h)
{
    return h->door;
}

struct lid *hub_lid(struct hub *h, const char *name)
{
    struct lid *l;
    pthread_mutex_lock(&h->lock);
    for (l = h->lids; l; l = l->next)
        if (strcmp(l->name, name) == 0)
            break;
    if (!l && strlen(name) < sizeof(l->name) && (l = calloc(1, sizeof(*l)))) {
        strcpy(l->name, name);
        pthread_rwlockattr_t attr;
        pthread_rwlockattr_init(&attr);
        /* Whoever shuts a box must not wait for ever for those who post. */
        pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
        pthread_rwlock_init(&l->lock, &attr);
        pthread_rwlockattr_destroy(&attr);
        l->next = h->lids;
        h->lids = l;
    }
    pthread_mutex_unlock(&h->lock);
    return l;
}

uint64_t socket_refused(const struct hub *h)
{
    return h->door ? door_refused(h->door) : 0;
}
