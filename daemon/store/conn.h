/*
 * conn.h - the inside of struct db, for the files of store/ alone
 */
#ifndef STORE_CONN_H
#define STORE_CONN_H

#include "store/pipe.h"

#include <pthread.h>

#define PREPARED_MAX 128

/* Our own codes, raised by the function expect(): a row of ours is missing; places were taken by somebody else. */
#define SQLSTATE_MISSING "P0R01"
#define SQLSTATE_TAKEN   "P0R02"

struct queued {
    const struct statement *st;
    bool silent; /* a PREPARE or the like: nobody asks for its answer */
};

struct batch;

struct db {
    PGconn *conn;
    PGcancel *cancel;
    pthread_mutex_t cancel_lock;
    bool lost;     /* of no use any more: every call says DB_LOST */
    bool in_doubt; /* the server says that a commit may not have reached its standby */
    struct queued *queue;
    PGresult **answers; /* of executions, as many as the queue is long */
    int n_queue, queue_cap, n_added, n_answers;
    int64_t plans_until, plans_for; /* when plans are next made anew; the interval */
    bool ran;         /* there are answers, or none were to be had */
    bool send_failed; /* a statement could not be queued */
    const struct statement *prepared[PREPARED_MAX];
    int n_prepared;
    int claim_misses; /* commits in a row whose places were taken meanwhile */
    struct batch *batch; /* kept for its buffers; lives as long as the connection */
    char error[320];
};

/* Records what went wrong, for db_error(); returns `r`. DB_LOST makes the connection unusable. */
enum db_result db_fail(struct db *db, enum db_result r, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* The same from a server's error. `what` is the statement's name. */
enum db_result db_fail_result(struct db *db, const char *what, const PGresult *res);
/* `constraint` is the name of the one that was broken, or empty. */
enum db_result sqlstate_result(const char *sqlstate, const char *constraint);

/* Text by the simple protocol: several statements, no parameters. For migrations. */
enum db_result db_script(struct db *db, const char *what, const char *sql) DB_CHECKED;

/* Queues the question, and judges its answer after pipe_run(): DB_OK when commits are durable. */
int durable_ask(struct db *db);
bool durable_judge(const PGresult *res, char *why, size_t why_size);

/* batch.c: for db_close(). */
void batch_destroy(struct batch *b);

#endif
