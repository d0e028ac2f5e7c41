/*
 * link.h - a role's connection to PostgreSQL, which comes back by itself
 *
 * Tries again after 0.1 s, doubling up to 5 s, half of each wait at random, so that many daemons do not
 * knock together. Logs when it is lost and when it is back. The keepers' links keep office->store_up: the others may
 * come and go, commits do not depend on them.
 *
 * Threads: one link a role.
 */
#ifndef ROLE_LINK_H
#define ROLE_LINK_H

#include "role/office/office.h"
#include "store/db.h"

struct link {
    struct office *office;
    const char *name;
    struct db *db;       /* NULL: not there */
    int keeper;          /* its number; -1: not a keeper's, whose state says nothing about committing */
    int wait_ms;         /* the next back-off */
    int64_t next_try_ms; /* monotonic */
};

void link_init(struct link *l, struct office *o, const char *name);
void link_close(struct link *l);
/* The connection, opened if it is time to; NULL when it is not there now. */
struct db *link_db(struct link *l);
/* In an idle turn: notices a connection that was closed meanwhile, and opens one that is missing. */
void link_look(struct link *l);
/* Milliseconds until link_db() tries again; 0: at once. */
int link_wait_ms(const struct link *l);
/* Reports a DB_LOST: closes the connection. */
void link_lost(struct link *l);
/* For results of single statements: true for DB_OK; anything else is logged, DB_LOST closes the connection. */
bool link_ok(struct link *l, enum db_result r, const char *what);

#endif
