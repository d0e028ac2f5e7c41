/*
 * courier.h - the inside of the courier role: the thread and its sessions (courier.c), offers fetched and
 * sent off (courier_delivery.c), offers looked after (courier_check.c), what else they are to hear (courier_untold.c)
 */
#ifndef ROLE_COURIER_H
#define ROLE_COURIER_H

#include "role/office/link.h"
#include "role/dispatch/order.h"
#include "role/office/roles.h"
#include "store/desk.h"
#include "transport/box.h"

#include <pthread.h>

#define UNTOLD_AT_ONCE 256

struct courier {
    struct office *office;
    struct link link;
    struct inbox *hints, *orders;
    struct slot *dispatch;
    struct session_table *sessions; /* as dispatch has them; routing_id is the first id */
    int64_t next_renewal_ms, next_look_ms, next_check_ms, next_untold_ms; /* monotonic */
    bool untold_hint;                  /* there is something new to tell */
    int n_telling;                     /* given to dispatch, and nothing has come back yet */
    struct told_mark told[UNTOLD_AT_ONCE]; /* told, and not yet marked so */
    int n_told;
    pthread_t thread;
    bool started;
};

/* Takes *l over, also when it is NULL for want of memory; false when it could not be sent. */
bool courier_post(struct courier *c, struct letter *l);
/* Ends a session here and tells dispatch. `reason` is a literal. */
void courier_lose(struct courier *c, struct session *s, const char *reason);

/* Fetches what there is for sessions to be looked after. True when there is more to do at once. */
bool courier_deliver(struct courier *c, struct db *db);
/* Looks which offers have been decided elsewhere. */
void courier_check(struct courier *c, struct db *db);
/* Notes what was told in PostgreSQL, and hands dispatch what is to be told, if it is time to. */
void courier_tell(struct courier *c, struct db *db);
/* What agencies added, opened: serialised Supplements, and how many. What does not open is left out. */
int courier_supplements(struct arena *a, const struct keyring *personal, struct id referral,
                        const struct kept_supplements *kept, struct str **out);
/* One Assignment, serialised; .p NULL when the referral cannot be read. Exposed for its test. */
struct str courier_frame(struct arena *a, const struct keyring *personal, const struct snapshot *s,
                         const struct delivery *d, int64_t now_ms);

#endif
