/*
 * db.h - one connection to PostgreSQL, and what its results mean for the caller
 *
 * Blocking, with time limits: connect 5 s, statements 30 s, TCP user timeout 10 s. search_path is
 * `referral`. Every connection checks that commits are durable before it is used, and stays READ COMMITTED.
 *
 * Threads: one at a time. Errors: db_error() is fit for a log: SQLSTATE and primary message, never
 * DETAIL, which may quote rows.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "base/arena.h"

enum db_result {
    DB_OK,
    DB_AGAIN, /* rolled back by the server (deadlock, serialisation, lock time-out): do it again */
    DB_LOST,  /* connection gone, or server going down: if this was a commit, its outcome is unknown */
    DB_WRONG, /* a statement, a privilege, the schema, a missing partition: no row of the caller's is at fault */
    DB_REFUSED, /* refused for good: a value of the caller's own rows; after DB_WRONG too nothing was committed */
};

#define DB_CHECKED __attribute__((warn_unused_result))

struct db;

/* Connects; `name` shows in pg_stat_activity. DB_LOST when it can't be reached, DB_WRONG when it will not do. */
enum db_result db_open(const char *conninfo, const char *name, struct db **out, char *why, size_t why_size) DB_CHECKED;
/*
 * The same for reading alone, beside daemons that serve: a standby where the string lists one, transactions READ ONLY and
 * REPEATABLE READ, 120 s a statement.
 */
enum db_result db_open_reader(const char *conninfo, const char *name, struct db **out, char *why, size_t why_size) DB_CHECKED;
void db_close(struct db *db); /* NULL is accepted */
const char *db_error(const struct db *db);

/*
 * Refuses a server that could lose a commit: fsync, full_page_writes on, synchronous_commit on or stronger
 * (PostgreSQL 15 manual, section 20.5), and a standby that is not read-write. `why` names the setting.
 */
enum db_result db_check_durable(struct db *db, char *why, size_t why_size) DB_CHECKED;

/* Looks, without asking the server anything, whether an idle connection still stands: one that was closed shows at once. */
bool db_alive(struct db *db);

/* Cancels a statement that runs on another thread, at shutdown. */
void db_cancel(struct db *db);

#endif
