/*
 * session.c - who has a receiver's connection now
 */
#include "store/desk.h"
#include "store/fields.h"
#include "store/rows.h"

static const struct statement open_session = {
    "open_session",
    "INSERT INTO session (city, receiver, id, daemon, until) "
    "VALUES ($1::int4, $2::text, $3::uuid, $4::uuid, $5::timestamptz) ON CONFLICT (city, receiver) "
    "DO UPDATE SET id = excluded.id, daemon = excluded.daemon, until = excluded.until",
};

static const struct statement renew_sessions = {
    "renew_sessions",
    "UPDATE session s SET until = $4::timestamptz FROM unnest($1::int4[], $2::uuid[]) WITH ORDINALITY AS u(city, id, at) "
    "WHERE s.city = u.city AND s.id = u.id AND s.until > $3::timestamptz RETURNING u.at",
};

static const struct statement close_session = {
    "close_session",
    "DELETE FROM session WHERE city = $1::int4 AND id = $2::uuid",
};

static const struct statement live_sessions = {
    "live_sessions",
    "SELECT id FROM session WHERE until > $1::timestamptz ORDER BY id",
};

enum db_result session_open(struct db *db, int city, struct str receiver, struct id session, struct id daemon,
                            int64_t until_ms)
{
    struct args args;
    args_init(&args);
    args_int4(&args, city);
    args_str(&args, receiver);
    args_id(&args, &session);
    args_id(&args, &daemon);
    args_ms(&args, until_ms);
    return pipe_one(db, &open_session, &args);
}

static enum db_result renew(struct db *db, struct rows *keys, int64_t now_ms, int64_t until_ms)
{
    struct args args;
    args_init(&args);
    rows_args(keys, &args);
    args_ms(&args, now_ms);
    args_ms(&args, until_ms);
    return pipe_one(db, &renew_sessions, &args);
}

enum db_result session_renew(struct db *db, const int *cities, const struct id *sessions, int n, int64_t now_ms, int64_t until_ms,
                             bool *lost)
{
    struct rows keys;
    bool room = true;
    rows_init(&keys, "iu");
    for (int i = 0; i < n && room; i++) {
        put_int(&keys, cities[i]);
        put_id(&keys, sessions[i]);
        room = rows_end(&keys);
    }
    enum db_result r = room ? renew(db, &keys, now_ms, until_ms) : pipe_drop(db);
    rows_fini(&keys);
    if (r != DB_OK)
        return r;
    const PGresult *res = pipe_result(db, 0);
    for (int i = 0; i < n; i++)
        lost[i] = true;
    for (int i = 0; i < PQntuples(res); i++) {
        struct fields f = {res, i, 0, NULL};
        lost[field_int(&f) - 1] = false;
    }
    return DB_OK;
}

enum db_result session_close(struct db *db, int city, struct id session)
{
    struct args args;
    args_init(&args);
    args_int4(&args, city);
    args_id(&args, &session);
    return pipe_one(db, &close_session, &args);
}

enum db_result session_live(struct db *db, struct arena *a, int64_t now_ms, struct id **out, int *n)
{
    struct args args;
    args_init(&args);
    args_ms(&args, now_ms);
    enum db_result r = pipe_one(db, &live_sessions, &args);
    return r == DB_OK ? fields_ids(db, a, out, n) : r;
}
