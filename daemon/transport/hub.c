/*
 * hub.c - the ZeroMQ context
 */
#include "transport/hub.h"

#include "transport/door.h"
#include "transport/socket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

#define SOCKETS_MAX 4096 /* a slot is a socket: roles times keepers */

struct hub {
    void *context;
    struct door *door;
};

struct hub *hub_open_client(void)
{
    struct hub *h = calloc(1, sizeof(*h));
    if (!h)
        return NULL;
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

uint64_t socket_refused(const struct hub *h)
{
    return h->door ? door_refused(h->door) : 0;
}
