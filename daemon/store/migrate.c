/*
 * migrate.c - bringing the database to the schema this binary knows
 *
 * What was applied stands in referral.schema_migration, with the SHA-256 of its text: a migration that was
 * changed after it was released is told from the original.
 */
#include "store/migrate.h"
#include "store/conn.h"
#include "store/fields.h"

#include "base/digest.h"

#include <stdio.h>

/* One number for all daemons of a database: "referral" in ASCII. */
static const struct statement lock_schema = {"lock_schema", "SELECT pg_advisory_lock(x'726566657272616c'::int8)"};
static const struct statement unlock_schema = {"unlock_schema", "SELECT pg_advisory_unlock(x'726566657272616c'::int8)"};

static const struct statement has_schema = {
    "has_schema",
    "SELECT count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = 'referral' AND c.relname = 'schema_migration'",
};

static const struct statement applied = {
    "applied",
    "SELECT number, sha256 FROM referral.schema_migration ORDER BY number",
};

static const struct statement record = {
    "record",
    "INSERT INTO referral.schema_migration (number, name, sha256, applied) "
    "VALUES ($1::int4, $2::text, $3::bytea, clock_timestamp())",
};

static const struct statement make_partitions = {
    "make_partitions",
    "SELECT ensure_partitions(($1::timestamptz AT TIME ZONE 'UTC')::date, $2::int4)",
};

static const char bootstrap[] =
    "CREATE SCHEMA IF NOT EXISTS referral; "
    "CREATE TABLE IF NOT EXISTS referral.schema_migration (number int PRIMARY KEY, name text NOT NULL, "
    "sha256 bytea NOT NULL, applied timestamptz NOT NULL)";

static int known_migrations(void)
{
    int n = 0;
    while (migrations[n].number)
        n++;
    return n;
}

static struct digest text_digest(const struct migration *m)
{
    return digest_of(m->sql, strlen(m->sql));
}

/* What is applied against what we know, both in order. *done: how many of ours are there. */
static enum schema_state compare(const PGresult *res, int *done, char *why, size_t why_size)
{
    int known = known_migrations(), n = PQntuples(res);
    for (int i = 0; i < n; i++) {
        struct fields f = {res, i, 0, NULL};
        int number = (int)field_int(&f);
        if (i >= known || number != migrations[i].number) {
            snprintf(why, why_size, "the database has migration %d, which this program does not know: install the newer "
                                    "version", number);
            return SCHEMA_UNKNOWN;
        }
        if (!digest_eq(field_digest(&f), text_digest(&migrations[i]))) {
            snprintf(why, why_size, "migration %d was applied from another text than this program's: it was made by "
                                    "another build; restore the right one", number);
            return SCHEMA_UNKNOWN;
        }
    }
    *done = n;
    if (n == known)
        return SCHEMA_CURRENT;
    snprintf(why, why_size, n ? "the schema is older than this program: run `referrald migrate`"
                              : "the database has no schema yet: run `referrald migrate`");
    return n ? SCHEMA_OLDER : SCHEMA_EMPTY;
}

static enum db_result check(struct db *db, enum schema_state *state, int *done, char *why, size_t why_size)
{
    *done = 0;
    why[0] = 0;
    enum db_result r = pipe_one(db, &has_schema, NULL);
    if (r == DB_OK) {
        struct fields f = {pipe_result(db, 0), 0, 0, NULL};
        if (field_int(&f) == 0) {
            snprintf(why, why_size, "the database has no schema yet: run `referrald migrate`");
            *state = SCHEMA_EMPTY;
            return DB_OK;
        }
        r = pipe_one(db, &applied, NULL);
    }
    if (r == DB_OK)
        *state = compare(pipe_result(db, 0), done, why, why_size);
    else
        snprintf(why, why_size, "%s", db_error(db));
    return r;
}

enum db_result schema_check(struct db *db, enum schema_state *state, char *why, size_t why_size)
{
    int done;
    return check(db, state, &done, why, why_size);
}

static enum db_result note(struct db *db, const struct migration *m)
{
    struct digest digest = text_digest(m);
    struct args args;
    args_init(&args);
    args_int4(&args, m->number);
    args_str(&args, str_from(m->name));
    args_bytes(&args, digest.b, sizeof digest.b);
    return pipe_one(db, &record, &args);
}

static enum db_result apply(struct db *db, const struct migration *m)
{
    enum db_result r = db_script(db, m->name, "BEGIN; SET LOCAL statement_timeout = 0");
    if (r == DB_OK)
        r = db_script(db, m->name, m->sql);
    if (r == DB_OK)
        r = note(db, m);
    if (r == DB_OK)
        return db_script(db, m->name, "COMMIT");
    char told[sizeof db->error];
    memcpy(told, db->error, sizeof told);
    if (db_script(db, m->name, "ROLLBACK") == DB_OK)
        memcpy(db->error, told, sizeof told);
    return r;
}

static enum db_result migrate(struct db *db, void (*told)(void *, const struct migration *), void *ctx, char *why, size_t why_size)
{
    enum schema_state state;
    int done;
    enum db_result r = db_script(db, "bootstrap", bootstrap);
    if (r == DB_OK)
        r = check(db, &state, &done, why, why_size);
    if (r == DB_OK && state == SCHEMA_UNKNOWN)
        return db_fail(db, DB_WRONG, "%s", why);
    for (; r == DB_OK && migrations[done].number; done++) {
        r = apply(db, &migrations[done]);
        if (r == DB_OK && told)
            told(ctx, &migrations[done]);
    }
    if (r != DB_OK)
        snprintf(why, why_size, "%s", db_error(db));
    return r;
}

enum db_result schema_migrate(struct db *db, void (*told)(void *ctx, const struct migration *m), void *ctx, char *why,
                              size_t why_size)
{
    why[0] = 0;
    enum db_result r = pipe_one(db, &lock_schema, NULL);
    if (r != DB_OK) {
        snprintf(why, why_size, "%s", db_error(db));
        return r;
    }
    r = migrate(db, told, ctx, why, why_size);
    if (db->lost)
        return r;
    enum db_result unlocked = pipe_one(db, &unlock_schema, NULL);
    return r == DB_OK ? unlocked : r;
}

/* From yesterday's month on: what arrived just before midnight may be written after it. */
enum db_result schema_partitions(struct db *db, int64_t now_ms, int months, int *made)
{
    const int64_t day = INT64_C(86400000);
    struct args args;
    args_init(&args);
    args_ms(&args, now_ms - day);
    args_int4(&args, months + 1);
    enum db_result r = pipe_one(db, &make_partitions, &args);
    if (r != DB_OK)
        return r;
    struct fields f = {pipe_result(db, 0), 0, 0, NULL};
    *made = (int)field_int(&f);
    return DB_OK;
}
