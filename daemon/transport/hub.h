/*
 * hub.h - the process's ZeroMQ context, and the door keeper in front of every CURVE socket (ZAP, RFC 27)
 *
 * hub_open() starts the ZAP thread before any socket exists, so that nothing is ever bound without
 * it. The handler asks `known` about each client key at connection; what it lets in is asked again at
 * every message, by key.
 */
#ifndef TRANSPORT_HUB_H
#define TRANSPORT_HUB_H

#include "base/str.h"

#include <stdint.h>

struct hub;

/* True when this CURVE key may connect at all. Called from the ZAP thread. */
typedef bool (*hub_known_fn)(void *context, const unsigned char key[32], const char *address);

/* NULL with a reason in `why`. One a process. */
struct hub *hub_open(hub_known_fn known, void *context, char *why, size_t why_size);
/* For clients (referralctl): no ZAP thread. */
struct hub *hub_open_client(void);
/* After every socket is closed. NULL is accepted. */
void hub_close(struct hub *h);
void *hub_zmq(struct hub *h);

#endif
