/*
 * message.c - one message in, one message out
 *
 * On the wire: [routing id (ROUTER)] [empty delimiter] [payload]. libzmq hands over whole messages only, so
 * that reading the frames of one never waits.
 */
#include "transport/message.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <zmq.h>

#define DROP_AT_ONCE 1024 /* frames of a nonsense message dropped in one turn */

/* The next frame of the message. False when there is none. */
static bool frame_next(struct socket *s, zmq_msg_t *frame)
{
    int n;
    do
        n = zmq_msg_recv(frame, s->zmq, ZMQ_DONTWAIT);
    while (n < 0 && errno == EINTR);
    return n >= 0;
}

/* Drops what is left of a message, `frame` being the last one read; the rest of a very long one next time. */
static enum receive_result drop_rest(struct socket *s, zmq_msg_t *frame)
{
    int dropped = 0;
    s->inside = zmq_msg_more(frame) != 0;
    while (s->inside && dropped++ < DROP_AT_ONCE && frame_next(s, frame))
        s->inside = zmq_msg_more(frame) != 0;
    return RECEIVE_NONSENSE;
}

/* The client's key, as the ZAP handler named it. Set on the payload frame, NULL on others. */
static bool key_of(zmq_msg_t *payload, unsigned char key[32])
{
    const char *user = zmq_msg_gets(payload, "User-Id");
    return user && strlen(user) == KEY_Z85_SIZE - 1 && zmq_z85_decode(key, user);
}

const char *address_plain(const char *address)
{
    static const char mapped[] = "::ffff:";
    if (!address)
        return "";
    return strncmp(address, mapped, sizeof(mapped) - 1) == 0 ? address + sizeof(mapped) - 1 : address;
}

/*
 * libzmq puts what SO_PEERCRED says behind the address of an ipc:// peer: "localhost:UID:GID:PID".
 */
static int64_t uid_of(const char *address)
{
    const char *part = address ? strchr(address, ':') : NULL;
    char *end;
    unsigned long uid;
    if (!part || part[1] < '0' || part[1] > '9')
        return -1;
    uid = strtoul(part + 1, &end, 10);
    return *end == ':' && strchr(end + 1, ':') && uid < UINT32_MAX ? (int64_t)uid : -1;
}

static enum receive_result payload_take(struct socket *s, zmq_msg_t *payload, struct arena *a,
                                        struct received *out)
{
    size_t size = zmq_msg_size(payload);
    const char *address;
    if (s->kind == SOCKET_ROUTER && !key_of(payload, out->key))
        return RECEIVE_NONSENSE;
    address = s->kind == SOCKET_DEALER ? NULL : zmq_msg_gets(payload, "Peer-Address");
    out->uid = s->kind == SOCKET_LOCAL ? uid_of(address) : -1;
    out->address = arena_str(a, str_from(address_plain(address)));
    if (!out->address.p)
        return RECEIVE_NONSENSE;
    out->frame = arena_bytes(a, zmq_msg_data(payload), size);
    if (out->frame.p)
        return RECEIVE_OK;
    out->frame.n = size;
    return RECEIVE_NO_ROOM;
}

/* Reads [routing id] [delimiter] up to the payload. */
static bool envelope_take(struct socket *s, zmq_msg_t *frame, struct arena *a, struct received *out)
{
    if (s->kind != SOCKET_DEALER) {
        out->routing_id = arena_bytes(a, zmq_msg_data(frame), zmq_msg_size(frame));
        /* Those that libzmq makes up begin with 0, and it takes no such one from a client. */
        out->chosen_id = zmq_msg_size(frame) > 0 && *(const char *)zmq_msg_data(frame) != 0;
        if (!out->routing_id.p || !zmq_msg_more(frame) || !frame_next(s, frame))
            return false;
    }
    return zmq_msg_size(frame) == 0 && zmq_msg_more(frame) && frame_next(s, frame);
}

enum receive_result socket_receive(struct socket *s, struct arena *a, struct received *out)
{
    struct received got = {0};
    enum receive_result result = RECEIVE_NONE;
    zmq_msg_t frame;
    zmq_msg_init(&frame);
    if (!frame_next(s, &frame)) {
        s->inside = false;
        goto out;
    }
    if (s->inside || !envelope_take(s, &frame, a, &got) || zmq_msg_more(&frame)) {
        result = drop_rest(s, &frame);
        goto out;
    }
    result = payload_take(s, &frame, a, &got);
    if (result == RECEIVE_OK || result == RECEIVE_NO_ROOM)
        *out = got;
out:
    zmq_msg_close(&frame);
    return result;
}

static enum send_result send_failure(void)
{
    return errno == EAGAIN ? SEND_FULL : SEND_GONE;
}

static int send_part(struct socket *s, struct str part, int flags)
{
    int n;
    do
        n = zmq_send(s->zmq, part.p, part.n, flags | ZMQ_DONTWAIT);
    while (n < 0 && errno == EINTR);
    return n;
}

enum send_result socket_send(struct socket *s, struct str routing_id, struct str frame)
{
    const bool router = s->kind != SOCKET_DEALER;
    assert(frame.p);
    if (router && (str_empty(routing_id) || send_part(s, routing_id, ZMQ_SNDMORE) < 0))
        return str_empty(routing_id) ? SEND_GONE : send_failure();
    /* From here on libzmq either takes all parts or drops them with the peer. */
    if (send_part(s, (struct str){"", 0}, ZMQ_SNDMORE) < 0 || send_part(s, frame, 0) < 0)
        return send_failure();
    return SEND_OK;
}
