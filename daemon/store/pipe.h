/*
 * pipe.h - statements sent together, answered together: libpq's pipeline mode
 *
 * Statements are prepared once a connection, under their name; parameters and results are binary. What is
 * queued goes out with pipe_run(), which waits for all answers. The first error ends the pipeline: nothing after it
 * was executed. Outside a BEGIN ... COMMIT one pipeline is one transaction.
 *
 * The SQL stands as one string literal a statement, so that tests/system/test_schema.py can read it.
 */
#ifndef STORE_PIPE_H
#define STORE_PIPE_H

#include "base/id.h"
#include "store/db.h"

#include <libpq-fe.h>

struct statement {
    const char *name; /* unique in store/ */
    const char *sql;
};

#define ARGS_MAX 24

/* Parameters of one statement. What is pointed to has to live until pipe_add(). */
struct args {
    int n;
    const char *values[ARGS_MAX];
    int lengths[ARGS_MAX];
    int formats[ARGS_MAX];
    unsigned char scratch[ARGS_MAX][8];
};

void args_init(struct args *a);
void args_int4(struct args *a, int v);
void args_int8(struct args *a, int64_t v);
void args_ms(struct args *a, int64_t ms);
void args_bytes(struct args *a, const void *p, size_t n); /* text, bytea, or an array ready made */
void args_str(struct args *a, struct str s);
void args_id(struct args *a, const struct id *id);

/*
 * Queues a statement; `args` may be NULL. Returns its number among what is queued, for pipe_result(). Clears the
 * results of the run before. A failure to queue is reported by pipe_run().
 */
int pipe_add(struct db *db, const struct statement *st, const struct args *args);
/* Sends, waits, collects. After anything but DB_OK there are no results. */
enum db_result pipe_run(struct db *db) DB_CHECKED;
/* Valid until the next pipe_add(). */
const PGresult *pipe_result(const struct db *db, int number);
/* The same, now the caller's, to be freed with PQclear(). */
PGresult *pipe_take(struct db *db, int number);

/* Memory ran out while queueing: nothing of it is sent. Says DB_LOST. */
enum db_result pipe_drop(struct db *db);

/* One statement by itself. */
enum db_result pipe_one(struct db *db, const struct statement *st, const struct args *args) DB_CHECKED;

#endif
