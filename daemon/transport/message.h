/*
 * message.h - inside of a socket, shared by its opening (socket.c) and its messages (message.c)
 *
 * Private to transport/.
 */
#ifndef TRANSPORT_MESSAGE_H
#define TRANSPORT_MESSAGE_H

#include "transport/socket.h"

enum socket_kind {
    SOCKET_ROUTER = 1, /* CURVE: every message must come with a key */
    SOCKET_LOCAL,      /* ROUTER on ipc://, guarded by its file's mode */
    SOCKET_DEALER,
};

struct socket {
    void *zmq;
    enum socket_kind kind;
    bool unbound;
    bool inside;        /* the last message was so long that its rest is still to be dropped */
    char bound[256];    /* as libzmq names it */
    char endpoint[256]; /* as a person does */
};

/* An IPv4 address without the prefix that a dual-stack socket gives it (RFC 4291, 2.5.5.2); "" for NULL. */
const char *address_plain(const char *address);

#endif
