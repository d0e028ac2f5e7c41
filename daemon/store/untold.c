/*
 * untold.c - what receivers are still to hear of their assignments
 *
 * Set by the keeper in the transaction in which it happened, cleared once the message went out: so it is
 * told at least once, whichever daemon the receiver is connected to, and whenever it comes back.
 */
#include "store/desk.h"
#include "store/fields.h"
#include "store/rows.h"
#include "store/supplements.h"

#include "core/word.h"

static const struct statement list_untold = {
    "list_untold",
    "SELECT a.id, a.referral, a.receiver, a.status, a.notices, a.notice, d.state, d.due_kind, d.due_at, a.role, "
    "(SELECT p.status FROM assignment p WHERE p.city = a.city AND p.referral = a.referral AND p.role = 1 ORDER BY p.offered DESC LIMIT 1) "
    "FROM (SELECT DISTINCT city FROM chain) AS c JOIN assignment a ON a.city = c.city "
    "JOIN docket d ON d.city = a.city AND d.referral = a.referral WHERE a.receiver = ANY($1::text[]) AND NOT a.told "
    "ORDER BY a.closed, a.id LIMIT $2::int4",
};

static const struct statement mark_told = {
    "mark_told",
    "UPDATE assignment a SET told = true FROM unnest($1::int4[], $2::uuid[], $3::int4[], $4::int4[]) "
    "AS u(city, id, status, notice) "
    "WHERE a.city = u.city AND a.id = u.id AND a.status = u.status AND a.notice = u.notice AND NOT a.told",
};

static void read_row(struct fields *f, struct untold *u)
{
    u->assignment = field_id(f);
    u->referral = field_id(f);
    u->receiver = field_str(f);
    u->status = (int)field_int(f);
    u->notices = (unsigned)field_int(f);
    u->notice = (int)field_int(f);
    u->state = (int)field_int(f);
    u->due_kind = (int)field_int(f);
    u->due_ms = field_ms(f);
    u->role = (enum assignment_role)field_int(f);
    u->partner_status = (int)field_int(f);
}

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
    for (int i = 0; u && i < n; i++)
        read_row(&(struct fields){res, i, 0, a}, &u[i]);
    r = fields_done(db, a);
    if (r == DB_OK) {
        *out = u;
        *n_out = n;
    }
    return r;
}

static bool wants_supplements(const struct untold *u)
{
    return (u->notices & 1u << STEP_SUPPLEMENTED) != 0;
}

/* Read after the list, so that none is missing of which the list knew. */
static enum db_result add_supplements(struct db *db, struct arena *a, struct untold *u, int n)
{
    struct rows keys;
    bool room = true, any = false;
    rows_init(&keys, "iu");
    for (int i = 0; i < n && room; i++) {
        if (!wants_supplements(&u[i]))
            continue;
        put_int(&keys, id_city(u[i].referral));
        put_id(&keys, u[i].referral);
        room = rows_end(&keys);
        any = true;
    }
    enum db_result r = DB_OK;
    if (any && room) {
        int answer = supplements_ask(db, &keys);
        r = pipe_run(db);
        for (int i = 0; r == DB_OK && i < n; i++)
            if (wants_supplements(&u[i]))
                u[i].supplements = supplements_of(pipe_result(db, answer), a, u[i].referral);
        r = r == DB_OK ? fields_done(db, a) : r;
    }
    rows_fini(&keys);
    return room ? r : pipe_drop(db);
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
    return r == DB_OK ? add_supplements(db, a, *out, *n_out) : r;
}

enum db_result untold_mark(struct db *db, const struct told_mark *marks, int n)
{
    struct rows keys;
    bool room = true;
    if (n <= 0)
        return DB_OK;
    rows_init(&keys, "iuii");
    for (int i = 0; i < n && room; i++) {
        put_int(&keys, id_city(marks[i].assignment));
        put_id(&keys, marks[i].assignment);
        put_int(&keys, marks[i].status);
        put_int(&keys, marks[i].notice);
        room = rows_end(&keys);
    }
    enum db_result r = room ? rows_ask(db, &mark_told, &keys) : pipe_drop(db);
    rows_fini(&keys);
    return r;
}
