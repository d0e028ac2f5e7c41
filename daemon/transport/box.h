/*
 * box.h - letter boxes between threads: whole messages by pointer, always given, never lent
 *
 * One inbox a role; anybody may hold slots to it, one slot a sending thread. Over inproc, unbounded:
 * what bounds it is the number of messages allowed in flight (role/limits). After inbox_shut() or
 * inbox_close() a posted message comes back to the sender (slot_post returns false). To end: shut, take what
 * is left, close.
 *
 * Threads: an inbox belongs to its reader, a slot to its sender. Inboxes are opened before the threads start.
 */
#ifndef TRANSPORT_BOX_H
#define TRANSPORT_BOX_H

#include "transport/hub.h"

struct inbox;
struct slot;

struct inbox *inbox_open(struct hub *h, const char *name);
void inbox_close(struct inbox *i); /* NULL is accepted */
/* From now on every post is given back; what was posted before can still be taken. So that closing loses
 * nothing. */
void inbox_shut(struct inbox *i);
void *inbox_zmq(struct inbox *i);
/* The next message, which is the caller's from now on; NULL when none waits. */
void *inbox_take(struct inbox *i);

struct slot *slot_open(struct hub *h, const char *name);
void slot_close(struct slot *s); /* NULL is accepted */
/* Gives *message away and nulls it; false (message kept) only when the box is gone, `s` is NULL or memory is out. */
bool slot_post(struct slot *s, void **message);

/* Waits until one of the inputs is readable: `ready[i]` tells. Returns their number; 0 after `timeout_ms`
 * (-1: for ever). */
int box_wait(void *const *zmq_sockets, int n, int timeout_ms, bool *ready);

#endif
