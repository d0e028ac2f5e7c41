/*
 * socket.h - the ROUTER sockets of the daemon, the DEALER sockets of its tools, the local control socket
 *
 * Settings follow what was measured: no ZMQ heartbeats, TCP keepalive instead, ROUTER_MANDATORY, no
 * handover, bounded linger, handshake within 5 s, a hard frame limit of 5 MiB (a peer past it is
 * disconnected; a smaller frame past the protocol's limit gets a coded refusal).
 *
 * Threads: a socket belongs to the thread that uses it; opened there or handed over before first use.
 */
#ifndef TRANSPORT_SOCKET_H
#define TRANSPORT_SOCKET_H

#include "base/arena.h"
#include "transport/hub.h"
#include "transport/keys.h"

struct socket;

/* CURVE server, ZAP domain enforced. NULL with a reason. */
struct socket *socket_router(struct hub *h, const char *endpoint, const struct key_pair *keys,
                             const char *domain, char *why, size_t why_size);
/* CURVE client. */
struct socket *socket_dealer(struct hub *h, const char *endpoint, const unsigned char server_key[32],
                             const struct key_pair *keys, char *why, size_t why_size);
/* ipc:// ROUTER of the control role, mode 0660; removes a stale socket file; and its client. */
struct socket *socket_control(struct hub *h, const char *endpoint, char *why, size_t why_size);
struct socket *socket_control_client(struct hub *h, const char *endpoint, char *why, size_t why_size);
void socket_close(struct socket *s); /* NULL is accepted */
/*
 * Stops listening. Messages already here can still be read, but libzmq ends the connections with their
 * listener, so that nobody can be answered: for the end of draining. To keep newcomers out before, let
 * hub_known_fn say no.
 */
void socket_unbind(struct socket *s);
const char *socket_endpoint(const struct socket *s); /* as bound: the port is known */
void *socket_zmq(struct socket *s);

struct received {
    struct str routing_id; /* ROUTER only */
    unsigned char key[32]; /* CURVE ROUTER only: the client's key */
    struct str address;    /* peer's IP address, for the log */
    struct str frame;      /* payload */
    int64_t uid;           /* control ROUTER only: the user of the process that connected, as the kernel knows it; -1: not known */
    /*
     * ROUTER: the client chose its routing id (ZMQ_ROUTING_ID) instead of leaving that to the router. Once it
     * is gone any other peer may take the same one, so that nothing that is sent later may go there.
     */
    bool chosen_id;
};

enum receive_result {
    RECEIVE_OK,
    RECEIVE_NONE,     /* nothing waits */
    RECEIVE_NONSENSE, /* not [delimiter][payload], or without a key: count it, there is nothing to answer */
    RECEIVE_NO_ROOM,  /* the payload does not fit into the arena: all is set but frame.p, frame.n is its size;
                         refuse it */
};
/* Takes one message without waiting; copies into `a`. A REQ and a DEALER client look the same. */
enum receive_result socket_receive(struct socket *s, struct arena *a, struct received *out);

enum send_result { SEND_OK, SEND_FULL, SEND_GONE };
/* ROUTER: to `routing_id`; DEALER: leave it empty. Never waits. */
enum send_result socket_send(struct socket *s, struct str routing_id, struct str frame);

/* Client keys that the ZAP handler turned away so far, and handshakes that failed. */
uint64_t socket_refused(const struct hub *h);

#endif
