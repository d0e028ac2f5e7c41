/*
 * migrate.h - the schema this binary knows, and the one the database has
 */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "store/db.h"

struct migration {
    int number;
    const char *name;
    const char *sql;
};
extern const struct migration migrations[]; /* ends with number 0 */

enum schema_state { SCHEMA_EMPTY, SCHEMA_OLDER, SCHEMA_CURRENT, SCHEMA_UNKNOWN };

/* UNKNOWN: newer than this binary, or a migration whose text differs from ours. `why` says which and what to do. */
enum db_result schema_check(struct db *db, enum schema_state *state, char *why, size_t why_size) DB_CHECKED;
/* Applies what is missing, each in its own transaction, under an advisory lock; `told` is called for each. */
enum db_result schema_migrate(struct db *db, void (*told)(void *ctx, const struct migration *m), void *ctx, char *why,
                              size_t why_size) DB_CHECKED;
/* Partitions for this month and the next ones. Sets *made. */
enum db_result schema_partitions(struct db *db, int64_t now_ms, int months, int *made) DB_CHECKED;

#endif
