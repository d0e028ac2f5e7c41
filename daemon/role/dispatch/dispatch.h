/*
 * dispatch.h - the inside of the dispatch role: the thread (dispatch.c), what receivers ask
 * (dispatch_request.c), sessions (dispatch_session.c) and what comes back from keepers and courier
 * (dispatch_answer.c)
 */
#ifndef ROLE_DISPATCH_H
#define ROLE_DISPATCH_H

#include "role/dispatch/order.h"
#include "role/office/quota.h"
#include "role/office/roles.h"
#include "role/dispatch/session_table.h"
#include "role/office/work.h"
#include "transport/box.h"
#include "wire/fault.h"

#include <pthread.h>

#define SILENT_PINGS 3 /* a session that was not heard for so many ping intervals has ended */

struct dispatch {
    struct office *office;
    struct socket *socket;
    struct inbox *works, *letters;
    struct slot **keepers, *courier;
    struct session_table *sessions;
    struct quota *quota;
    pthread_t thread;
    bool started;
};

/* One message on its way through. */
struct call {
    struct dispatch *d;
    struct arena **arena; /* nulled once a keeper owns it */
    const struct received *message;
    struct snapshot *snapshot;
    int peer_index;
    const struct peer *peer;
    const struct request *request;
    struct session *session; /* the connection's, if it is the peer's */
    int64_t now_ms;
};

/* One message from a receiver: it is answered, or on its way to a keeper. Takes *a over when it keeps it. */
void dispatch_request(struct dispatch *d, struct arena **a, const struct received *message);
/* False when the receiver cannot be reached any more; its session has ended then. */
bool dispatch_send(struct dispatch *d, struct str routing_id, struct str frame);
uint32_t dispatch_retry_after(const struct dispatch *d);
/* A Refusal with the faults, or with a time to come back when there are none. */
void dispatch_refuse(const struct call *c, const struct faults *faults);

void dispatch_hello(struct call *c);
/* Ends a session here; the courier is told when `close`. `event` and `message` are for the log. */
void dispatch_end(struct dispatch *d, struct session *s, const char *event, const char *message, bool close);
void dispatch_end_silent(struct dispatch *d);
/* Takes *l over, also when it is NULL for want of memory; false when it could not be sent. */
bool dispatch_tell_courier(struct dispatch *d, struct letter *l);
/* The assignment is not undecided any more. */
void dispatch_decided(struct dispatch *d, struct session *s, struct id assignment);

/* Take over what comes in. */
void dispatch_work_back(struct dispatch *d, struct work *w);
void dispatch_letter(struct dispatch *d, struct letter *l);

#endif
