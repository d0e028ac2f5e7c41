/*
 * queue.c - the manual queue, and how many dockets stand where
 */
#include "store/fields.h"
#include "store/reader.h"

static const struct statement queue_rows = {
    "queue_rows",
    "SELECT referral, agency, agency_ref, place, reason, channel, mode, risk, changed, due_at FROM docket "
    "WHERE state = 4 AND starts_with(place, $1::text) ORDER BY changed, referral LIMIT $2::int4",
};

static const struct statement queue_total = {
    "queue_total",
    "SELECT count(*) FROM docket WHERE state = 4 AND starts_with(place, $1::text)",
};

static const struct statement queue_length = {
    "queue_length",
    "SELECT count(*) FROM docket WHERE state = 4",
};

static const struct statement count_states = {
    "count_states",
    "SELECT state, count(*) FROM docket GROUP BY state ORDER BY state",
};

static void read_queue_row(struct fields *f, struct queue_row *q)
{
    q->referral = field_id(f);
    q->agency = field_str(f);
    q->agency_ref = field_str(f);
    q->place = field_str(f);
    q->reason = field_str(f);
    q->channel = (int)field_int(f);
    q->mode = (int)field_int(f);
    q->risk = (int)field_int(f);
    q->since_ms = field_ms(f);
    q->due_ms = field_ms(f);
}

enum db_result queue_list(struct db *db, struct arena *a, struct str place_prefix, int limit, struct queue_row **out, int *n,
                          int64_t *total)
{
    struct args args;
    args_init(&args);
    args_str(&args, place_prefix);
    int all = pipe_add(db, &queue_total, &args);
    args_int4(&args, limit);
    int some = pipe_add(db, &queue_rows, &args);
    enum db_result r = pipe_run(db);
    if (r != DB_OK)
        return r;
    const PGresult *res = pipe_result(db, some);
    int count = PQntuples(res);
    struct queue_row *q = ARENA_ARRAY(a, (size_t)count + 1, struct queue_row);
    for (int i = 0; q && i < count; i++) {
        struct fields f = {res, i, 0, a};
        read_queue_row(&f, &q[i]);
    }
    r = fields_done(db, a);
    if (r != DB_OK)
        return r;
    struct fields f = {pipe_result(db, all), 0, 0, a};
    *total = field_int(&f);
    *out = q;
    *n = count;
    return DB_OK;
}

enum db_result docket_counts(struct db *db, struct arena *a, struct state_count **out, int *n)
{
    enum db_result r = pipe_one(db, &count_states, NULL);
    if (r != DB_OK)
        return r;
    const PGresult *res = pipe_result(db, 0);
    int count = PQntuples(res);
    struct state_count *c = ARENA_ARRAY(a, (size_t)count + 1, struct state_count);
    for (int i = 0; c && i < count; i++) {
        struct fields f = {res, i, 0, a};
        c[i].state = (int)field_int(&f);
        c[i].n = field_int(&f);
    }
    r = fields_done(db, a);
    if (r == DB_OK) {
        *out = c;
        *n = count;
    }
    return r;
}

enum db_result queue_count(struct db *db, int64_t *out)
{
    enum db_result r = pipe_one(db, &queue_length, NULL);
    if (r != DB_OK)
        return r;
    struct fields f = {pipe_result(db, 0), 0, 0, NULL};
    *out = field_int(&f);
    return DB_OK;
}
