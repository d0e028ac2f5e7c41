/*
 * due.c - what is due, shared out among daemons
 */
#include "store/desk.h"
#include "store/fields.h"

#include <stdlib.h>

static const struct statement claim_due = {
    "claim_due",
    "WITH picked AS (SELECT city, referral FROM docket WHERE city = $1::int4 AND wake_at <= $2::timestamptz "
    "AND (due_claim IS NULL OR due_claim <= $5::timestamptz) ORDER BY wake_at LIMIT $4::int4 FOR UPDATE SKIP LOCKED) "
    "UPDATE docket d SET due_claim = $3::timestamptz FROM picked p "
    "WHERE d.city = $1::int4 AND d.city = p.city AND d.referral = p.referral "
    "RETURNING d.referral, d.agency, d.wake, d.wake_at, d.state",
};

static const struct statement claim_recount = {
    "claim_recount",
    "WITH picked AS (SELECT city, referral FROM docket WHERE city = $1::int4 AND wake_at IS NOT NULL "
    "AND calendar IS DISTINCT FROM $5::int8 AND (due_claim IS NULL OR due_claim <= $2::timestamptz) LIMIT $4::int4 "
    "FOR UPDATE SKIP LOCKED) "
    "UPDATE docket d SET due_claim = $3::timestamptz FROM picked p "
    "WHERE d.city = $1::int4 AND d.city = p.city AND d.referral = p.referral "
    "RETURNING d.referral, d.agency, d.wake, d.wake_at, d.state",
};

static const struct statement recount_left = {
    "recount_left",
    "SELECT EXISTS (SELECT 1 FROM docket WHERE city = $1::int4 AND wake_at IS NOT NULL AND calendar IS DISTINCT FROM $2::int8)::int4",
};

/* What another daemon has claimed is free again when its claim ends. */
static const struct statement next_due = {
    "next_due",
    "SELECT LEAST((SELECT wake_at FROM docket WHERE city = $1::int4 AND wake_at IS NOT NULL AND due_claim IS NULL "
    "ORDER BY wake_at LIMIT 1), (SELECT due_claim FROM docket WHERE city = $1::int4 AND due_claim IS NOT NULL "
    "ORDER BY due_claim LIMIT 1))",
};

/* An agency that has written has a chain. */
static const struct statement all_cities = {
    "all_cities",
    "SELECT DISTINCT city FROM chain WHERE seq > 0 ORDER BY city",
};

static int due_order(const void *x, const void *y)
{
    const struct due_row *a = x, *b = y;
    if (a->wake_ms != b->wake_ms)
        return (a->wake_ms > b->wake_ms) - (a->wake_ms < b->wake_ms);
    return memcmp(a->referral.b, b->referral.b, sizeof a->referral.b);
}

static enum db_result claim(struct db *db, struct arena *a, const struct statement *st, const struct args *args,
                            struct due_row **out, int *n)
{
    enum db_result r = pipe_one(db, st, args);
    if (r != DB_OK)
        return r;
    const PGresult *res = pipe_result(db, 0);
    int count = PQntuples(res);
    struct due_row *d = ARENA_ARRAY(a, (size_t)count + 1, struct due_row);
    for (int i = 0; d && i < count; i++) {
        struct fields f = {res, i, 0, a};
        d[i].referral = field_id(&f);
        d[i].agency = field_str(&f);
        d[i].wake = (int)field_int(&f);
        d[i].wake_ms = field_ms(&f);
        d[i].state = (int)field_int(&f);
    }
    r = fields_done(db, a);
    if (r != DB_OK)
        return r;
    qsort(d, (size_t)count, sizeof *d, due_order);
    *out = d;
    *n = count;
    return DB_OK;
}

static void claim_args(struct args *args, int city, int64_t now_ms, int64_t until_ms, int limit)
{
    args_init(args);
    args_int4(args, city);
    args_ms(args, now_ms);
    args_ms(args, until_ms);
    args_int4(args, limit);
}

enum db_result due_claim(struct db *db, struct arena *a, int city, int64_t now_ms, int64_t free_ms, int64_t until_ms, int limit,
                         struct due_row **out, int *n)
{
    struct args args;
    claim_args(&args, city, now_ms, until_ms, limit);
    args_ms(&args, free_ms);
    return claim(db, a, &claim_due, &args, out, n);
}

enum db_result due_recount(struct db *db, struct arena *a, int city, int64_t calendar, int64_t free_ms, int64_t until_ms, int limit,
                           struct due_row **out, int *n, bool *left)
{
    struct args args;
    claim_args(&args, city, free_ms, until_ms, limit);
    args_int8(&args, calendar);
    enum db_result r = claim(db, a, &claim_recount, &args, out, n);
    *left = true;
    if (r != DB_OK || *n > 0)
        return r;
    args_init(&args);
    args_int4(&args, city);
    args_int8(&args, calendar);
    r = pipe_one(db, &recount_left, &args);
    if (r == DB_OK) {
        struct fields f = {pipe_result(db, 0), 0, 0, NULL};
        *left = field_int(&f) != 0;
    }
    return r;
}

enum db_result due_next(struct db *db, int city, int64_t *out_ms)
{
    struct args args;
    args_init(&args);
    args_int4(&args, city);
    enum db_result r = pipe_one(db, &next_due, &args);
    if (r != DB_OK)
        return r;
    struct fields f = {pipe_result(db, 0), 0, 0, NULL};
    *out_ms = field_ms(&f);
    return DB_OK;
}

enum db_result city_list(struct db *db, struct arena *a, int **out, int *n)
{
    enum db_result r = pipe_one(db, &all_cities, NULL);
    if (r != DB_OK)
        return r;
    const PGresult *res = pipe_result(db, 0);
    int count = PQntuples(res);
    int *cities = ARENA_ARRAY(a, (size_t)count + 1, int);
    for (int i = 0; cities && i < count; i++) {
        struct fields f = {res, i, 0, a};
        cities[i] = (int)field_int(&f);
    }
    r = fields_done(db, a);
    if (r == DB_OK) {
        *out = cities;
        *n = count;
    }
    return r;
}
