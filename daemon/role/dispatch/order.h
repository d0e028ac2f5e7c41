/*
 * order.h - letters between dispatch, which has the socket, and courier, which has the database
 *
 * Each has an arena of its own with all it points to, and is given away whole.
 */
#ifndef ROLE_ORDER_H
#define ROLE_ORDER_H

#include "role/dispatch/session_table.h"
#include "store/desk.h"

#define INBOX_COURIER_ORDERS   "inbox.courier.orders"
#define INBOX_DISPATCH_LETTERS "inbox.dispatch.letters"

enum letter_kind {
    /* dispatch to courier */
    LETTER_OPEN = 1, /* `wanted`: a session to open; in the place of the receiver's older one */
    LETTER_DECIDED,  /* `assignment` is no longer undecided: there is room for another */
    LETTER_CLOSE,    /* the session has ended */
    LETTER_TOLD,     /* the receiver has been told: `told` */
    /* courier to dispatch */
    LETTER_OPENED,   /* it is in PostgreSQL now */
    LETTER_UNOPENED, /* it could not be: the receiver may say Hello again */
    LETTER_RENAMED,  /* goes on as `renamed`; what was out is delivered again */
    LETTER_LOST,     /* it has ended; `reason` */
    LETTER_OFFER,    /* `frame` is for the receiver */
    LETTER_GONE,     /* `assignment` is not undecided any more */
    LETTER_CANCELLED, /* `assignment` is over: `frame` says so, and LETTER_TOLD is to come back */
    LETTER_NOTICE,    /* likewise, of one that goes on */
};

struct letter {
    enum letter_kind kind;
    struct arena *arena;
    struct id session, renamed;
    struct session wanted;
    struct id assignment, referral;
    struct told_mark told; /* CANCELLED, NOTICE: and back again */
    int term;
    int64_t respond_by_ms;
    struct str organisation, frame;
    const char *reason; /* a literal */
};

/* NULL when memory is out. */
struct letter *letter_new(enum letter_kind kind, struct id session);
void letter_free(struct letter *l); /* NULL is accepted */

#endif
