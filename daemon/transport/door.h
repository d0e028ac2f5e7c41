/*
 * door.h - the door keeper's thread: ZAP requests (RFC 27) and failed handshakes
 *
 * Private to transport/. Only CURVE is let in, and only keys that `known` knows.
 *
 * Threads: open and close from one thread; door_watch and door_refused from any.
 */
#ifndef TRANSPORT_DOOR_H
#define TRANSPORT_DOOR_H

#include "transport/hub.h"

struct door;

/* Binds the handler in `context` and starts its thread. NULL with a reason. */
struct door *door_open(void *zmq_context, hub_known_fn known, void *context, char *why, size_t why_size);
/* Joins the thread, which ends when the context was shut down. NULL is accepted. */
void door_close(struct door *d);

/* Counts handshakes that fail on `zmq_socket`; before it is bound. */
bool door_watch(struct door *d, void *zmq_socket);
uint64_t door_refused(const struct door *d);

struct door *hub_door(const struct hub *h); /* NULL in a client */

#endif
