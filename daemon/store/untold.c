/*
 * untold.c - assignments that are over and whose receivers are still to hear of it
 *
 * Set by the keeper in the transaction that ends the assignment, cleared once the message went out: so it is
 * told at least once, whichever daemon the receiver is connected to, and whenever it comes back.
 */
#include "store/desk.h"
#include "store/fields.h"
#include "store/rows.h"

static const struct statement list_untold = {
    "list_untold",
    "SELECT a.id, a.receiver, a.status FROM (SELECT DISTINCT city FROM chain) AS c "
    "JOIN assignment a ON a.city = c.city WHERE a.receiver = ANY($1::text[]) AND NOT a.told "
    "ORDER BY a.closed, a.id LIMIT $2::int4",
};

static const struct statement mark_told = {
    "mark_told",
    "UPDATE assignment a SET told = true FROM unnest($1::int4[], $2::uuid[]) AS u(city, id) "
    "WHERE a.city = u.city AND a.id = u.id AND NOT a.told",
};

static enum db_result list(struct db *db, struct arena *a, struct rows *keys, int limit, struct untold **out,
                           int *n_out)
{
    struct args args;
    args_init(&args);
    rows_args(keys, &args);
    args_int4(&args, limit);
    enum db_result r = pipe_one(db, &list_untold, &args);
    if (r != DB_OK)
        return r;
    const PGresult *res = pipe_result(db, 0);
    int n = PQntuples(res);
    struct untold *u = ARENA_ARRAY(a, (size_t)n + 1, struct untold);
    for (int i = 0; u && i < n; i++) {
        struct fields f = {res, i, 0, a};
        u[i].assignment = field_id(&f);
        u[i].receiver = field_str(&f);
        u[i].status = (int)field_int(&f);
    }
    r = fields_done(db, a);
    if (r == DB_OK) {
        *out = u;
        *n_out = n;
    }
    return r;
}

enum db_result untold_list(struct db *db, struct arena *a, const struct str *receivers, int n, int limit,
                           struct untold **out, int *n_out)
{
    struct rows keys;
    bool room = true;
    *out = NULL;
    *n_out = 0;
    if (n <= 0 || limit <= 0)
        return DB_OK;
    rows_init(&keys, "t");
    for (int i = 0; i < n && room; i++) {
        put_str(&keys, receivers[i]);
        room = rows_end(&keys);
    }
    enum db_result r = room ? list(db, a, &keys, limit, out, n_out) : pipe_drop(db);
    rows_fini(&keys);
    return r;
}

enum db_result untold_mark(struct db *db, const struct id *assignments, int n)
{
    struct rows keys;
    bool room = true;
    if (n <= 0)
        return DB_OK;
    rows_init(&keys, "iu");
    for (int i = 0; i < n && room; i++) {
        put_int(&keys, id_city(assignments[i]));
        put_id(&keys, assignments[i]);
        room = rows_end(&keys);
    }
    enum db_result r = room ? rows_ask(db, &mark_told, &keys) : pipe_drop(db);
    rows_fini(&keys);
    return r;
}
