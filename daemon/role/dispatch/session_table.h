/*
 * session_table.h - receivers' sessions, found by connection, by receiver and by id; what each holds
 * undecided
 *
 * Pure: no socket, no clock. A receiver has one session, a connection has one; putting a new one takes
 * the place of both. Keys that a peer can influence are hashed with a seed of this process.
 *
 * Threads: one at a time.
 */
#ifndef ROLE_SESSION_TABLE_H
#define ROLE_SESSION_TABLE_H

#include "base/arena.h"
#include "base/id.h"

/* An offer that is out: delivered, neither accepted nor declined. */
struct offer {
    struct id assignment;
    int64_t respond_by_ms;
};

/* The offers that one session holds; `limit` is its credit. Zeroed with a limit it is empty. */
struct offers {
    struct offer *items;
    int n, cap, limit;
};
void offers_fini(struct offers *o);
/* How many more may be put. */
int offers_room(const struct offers *o);
/* Puts one; one that is there already only has its time changed. False when there is no room or memory is
 * out. */
bool offers_put(struct offers *o, struct id assignment, int64_t respond_by_ms);
/* True when it was there. */
bool offers_drop(struct offers *o, struct id assignment);

struct session {
    struct id id;
    struct str receiver, routing_id;
    struct str request_id;           /* of the Hello that is still to be answered */
    unsigned char key[32];           /* under which it was opened */
    bool open;                       /* false until PostgreSQL has it */
    int serves;                      /* organisations, for the answer */
    bool everything;                 /* all that the receiver may serve at the time */
    const struct str *organisations; /* sorted, else */
    int n_organisations;
    struct offers offers;
    int64_t since_ms, heard_ms;  /* monotonic: Hello, last sign of life */
    bool look;                   /* courier: there may be offers for it */
    bool doubt;                  /* courier: offers may have been lost on their way from PostgreSQL */
    struct session_links *links; /* the table's own */
};

struct session_table;
struct session_table *session_table_new(void); /* NULL when memory is out */
void session_table_free(struct session_table *t);
int session_table_size(const struct session_table *t);

/*
 * Puts a session like `wanted`, whose strings are copied. Sessions of the same receiver and of the same
 * connection are removed. NULL when memory is out; the older ones are gone then too.
 */
struct session *session_put(struct session_table *t, const struct session *wanted);
/* Ends it and frees what it holds. */
void session_remove(struct session_table *t, struct session *s);
/* The same connection under another id; its offers are forgotten, being delivered again. False when memory is
 * out. */
bool session_rename(struct session_table *t, struct session *s, struct id id);

struct session *session_of_route(struct session_table *t, struct str routing_id);
struct session *session_of_receiver(struct session_table *t, struct str receiver);
struct session *session_of_id(struct session_table *t, struct id id);
/* One that was last heard before `heard_before_ms`; NULL when there is none. */
struct session *session_silent(struct session_table *t, int64_t heard_before_ms);
/* The next one after `s`, in no order; the first for NULL. */
struct session *session_next(struct session_table *t, const struct session *s);
/* True when it named `organisation`, or serves everything. */
bool session_names(const struct session *s, struct str organisation);

#endif
