/*
 * replay.c - reading stored referrals slice by slice
 *
 * Both tables of a slice are read through their keys, city by city and within a stretch of time, which in tables that are written in
 * order of time are neighbouring pages.
 */
#include "store/replay.h"

#include "store/fields.h"
#include "store/rows.h"
#include "store/wireform.h"

#include <stdlib.h>

#define MINUTE_MS  INT64_C(60000)
#define FETCH_ROWS "20000"

static const struct statement replay_begins = {"replay_begins", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"};
static const struct statement replay_ends = {"replay_ends", "COMMIT"};

static const struct statement replay_minutes = {
    "replay_minutes",
    "SELECT date_trunc('minute', r.arrived), count(*) FROM (SELECT DISTINCT city FROM chain) AS c "
    "JOIN referral r ON r.city = c.city WHERE r.arrived >= $1::timestamptz AND r.arrived < $2::timestamptz GROUP BY 1 ORDER BY 1",
};

static const struct statement replay_minutes_there = {
    "replay_minutes_there",
    "SELECT date_trunc('minute', r.arrived), count(*) FROM (SELECT DISTINCT city FROM chain) AS c "
    "JOIN referral r ON r.city = c.city WHERE r.arrived >= $1::timestamptz AND r.arrived < $2::timestamptz "
    "AND starts_with(r.place, $3::text) GROUP BY 1 ORDER BY 1",
};

static const struct statement replay_cities = {"replay_cities", "SELECT array_agg(DISTINCT city ORDER BY city) FROM chain"};

static const struct statement replay_rows = {
    "replay_rows",
    "SELECT r.id, r.arrived, r.city, r.channel, r.agency, r.place, r.sealed, d.record FROM referral r "
    "LEFT JOIN decision d ON d.city = r.city AND d.arrived = r.arrived AND d.referral = r.id AND d.n = 1 "
    "AND d.city = ANY ($1::int4[]) AND d.arrived >= $2::timestamptz AND d.arrived < $3::timestamptz "
    "WHERE r.city = ANY ($1::int4[]) AND r.arrived >= $2::timestamptz AND r.arrived < $3::timestamptz "
    "AND starts_with(r.place, $4::text)",
};

static const struct statement replay_holds_open = {
    "replay_holds_open",
    "DECLARE replay_holds NO SCROLL CURSOR FOR SELECT referral, organisation, offered, closed FROM assignment "
    "WHERE role = 0 AND offered < $2::timestamptz AND (closed IS NULL OR closed >= $1::timestamptz)",
};
static const struct statement replay_holds_next = {"replay_holds_next", "FETCH FORWARD " FETCH_ROWS " FROM replay_holds"};
static const struct statement replay_holds_close = {"replay_holds_close", "CLOSE replay_holds"};

static const struct statement replay_wanted = {"replay_wanted", "SELECT organisation, wanted FROM load"};

enum db_result replay_begin(struct db *db)
{
    return pipe_one(db, &replay_begins, NULL);
}

enum db_result replay_end(struct db *db)
{
    return pipe_one(db, &replay_ends, NULL);
}

/* ---- the plan ---- */

struct planning {
    struct arena *arena;
    struct replay_stretch *items;
    size_t n, cap;
    int64_t rows, until_ms;
};

static void add_stretch(struct planning *p, int64_t from_ms, int64_t until_ms, int64_t n)
{
    struct replay_stretch *s = ARENA_PUSH(p->arena, p->items, p->n, p->cap);
    if (s)
        *s = (struct replay_stretch){from_ms, until_ms, n};
}

/* A minute joins the stretch before it, or begins one; one that is too full by itself is cut evenly. */
static void add_minute(struct planning *p, int64_t from_ms, int64_t n)
{
    struct replay_stretch *last = p->n ? &p->items[p->n - 1] : NULL;
    int64_t until_ms = from_ms + MINUTE_MS, parts = (n + p->rows - 1) / p->rows;
    if (last && last->n + n <= p->rows) {
        last->until_ms = until_ms;
        last->n += n;
        return;
    }
    for (int64_t i = 0; i < parts; i++)
        add_stretch(p, from_ms + MINUTE_MS * i / parts, from_ms + MINUTE_MS * (i + 1) / parts, n * (i + 1) / parts - n * i / parts);
}

enum db_result replay_plan(struct db *db, struct arena *a, const struct replay_window *w, int64_t rows,
                           struct replay_stretch **out, int *n, int64_t *total)
{
    struct planning p = {.arena = a, .rows = rows};
    struct args args;
    args_init(&args);
    args_ms(&args, w->since_ms);
    args_ms(&args, w->until_ms);
    if (w->place_prefix.n)
        args_str(&args, w->place_prefix);
    enum db_result r = pipe_one(db, w->place_prefix.n ? &replay_minutes_there : &replay_minutes, &args);
    if (r != DB_OK)
        return r;
    const PGresult *res = pipe_result(db, 0);
    int64_t all = 0;
    for (int i = 0; i < PQntuples(res); i++) {
        struct fields f = {res, i, 0, a};
        int64_t minute = field_ms(&f), count = field_int(&f);
        add_minute(&p, minute, count);
        all += count;
    }
    for (size_t i = 0; i < p.n; i++) { /* the window need not begin or end on a minute */
        if (p.items[i].from_ms < w->since_ms)
            p.items[i].from_ms = w->since_ms;
        if (p.items[i].until_ms > w->until_ms)
            p.items[i].until_ms = w->until_ms;
    }
    r = fields_done(db, a);
    if (r == DB_OK) {
        *out = p.items;
        *n = (int)p.n;
        *total = all;
    }
    return r;
}

/* ---- a slice ---- */

struct ordinal {
    int64_t us;
    const unsigned char *id;
    int row;
};

struct replay_slice {
    PGresult *res;
    struct ordinal *order;
    int n;
};

enum { ID, ARRIVED, CITY, CHANNEL, AGENCY, PLACE, SEALED, RECORD };

static int ordinal_cmp(const void *pa, const void *pb)
{
    const struct ordinal *a = pa, *b = pb;
    if (a->us != b->us)
        return a->us < b->us ? -1 : 1;
    return memcmp(a->id, b->id, sizeof(struct id));
}

static struct replay_slice *slice_of(PGresult *res)
{
    struct replay_slice *s = calloc(1, sizeof *s);
    int n = PQntuples(res);
    if (s && (s->order = malloc(((size_t)n + 1) * sizeof *s->order))) {
        s->res = res;
        s->n = n;
        for (int i = 0; i < n; i++)
            s->order[i] = (struct ordinal){wire_get((const unsigned char *)PQgetvalue(res, i, ARRIVED), 8),
                                           (const unsigned char *)PQgetvalue(res, i, ID), i};
        qsort(s->order, (size_t)n, sizeof *s->order, ordinal_cmp);
        return s;
    }
    free(s);
    PQclear(res);
    return NULL;
}

enum db_result replay_fetch(struct db *db, const struct replay_window *w, const struct replay_stretch *s, struct replay_slice **out)
{
    struct args args;
    enum db_result r = pipe_one(db, &replay_cities, NULL);
    if (r != DB_OK)
        return r;
    PGresult *cities = pipe_take(db, 0);
    args_init(&args);
    args_bytes(&args, PQgetvalue(cities, 0, 0), (size_t)PQgetlength(cities, 0, 0));
    args_ms(&args, s->from_ms);
    args_ms(&args, s->until_ms);
    args_str(&args, w->place_prefix);
    r = pipe_one(db, &replay_rows, &args);
    PQclear(cities);
    if (r != DB_OK)
        return r;
    struct replay_slice *slice = slice_of(pipe_take(db, 0));
    if (!slice)
        return pipe_drop(db);
    *out = slice;
    return DB_OK;
}

int replay_slice_rows(const struct replay_slice *s)
{
    return s->n;
}

static struct str value(const struct replay_slice *s, int row, int col)
{
    if (PQgetisnull(s->res, row, col))
        return (struct str){NULL, 0};
    return (struct str){PQgetvalue(s->res, row, col), (size_t)PQgetlength(s->res, row, col)};
}

static int64_t number(const struct replay_slice *s, int row, int col)
{
    struct str v = value(s, row, col);
    return v.n ? wire_get((const unsigned char *)v.p, (int)v.n) : 0;
}

void replay_slice_row(const struct replay_slice *s, int i, struct replay_row *out)
{
    int row = s->order[i].row;
    memcpy(out->id.b, s->order[i].id, sizeof out->id.b);
    out->arrived_ms = wire_ms(s->order[i].us);
    out->city = (int)number(s, row, CITY);
    out->channel = (int)number(s, row, CHANNEL);
    out->agency = value(s, row, AGENCY);
    out->place = value(s, row, PLACE);
    out->sealed = value(s, row, SEALED);
    out->record = value(s, row, RECORD);
}

void replay_slice_free(struct replay_slice *s)
{
    if (!s)
        return;
    PQclear(s->res);
    free(s->order);
    free(s);
}

/* ---- assignments ---- */

/* False: the caller wants no more. */
static bool tell_holds(const PGresult *res, bool (*each)(void *, const struct replay_held *), void *context)
{
    int n = PQntuples(res);
    for (int i = 0; i < n; i++) {
        struct fields f = {res, i, 0, NULL};
        struct replay_held h = {.referral = field_id(&f), .organisation = field_borrow(&f), .offered_ms = field_ms(&f)};
        h.closed_ms = field_null(&f) ? INT64_MAX : field_ms(&f);
        if (!each(context, &h))
            return false;
    }
    return n > 0;
}

enum db_result replay_assignments(struct db *db, int64_t since_ms, int64_t until_ms,
                                  bool (*each)(void *context, const struct replay_held *h), void *context)
{
    struct args args;
    args_init(&args);
    args_ms(&args, since_ms);
    args_ms(&args, until_ms);
    enum db_result r = pipe_one(db, &replay_holds_open, &args);
    while (r == DB_OK) {
        r = pipe_one(db, &replay_holds_next, NULL);
        if (r != DB_OK || !tell_holds(pipe_result(db, 0), each, context))
            break;
    }
    return r == DB_OK ? pipe_one(db, &replay_holds_close, NULL) : r;
}

enum db_result replay_capacities(struct db *db, struct arena *a, struct replay_capacity **out, int *n)
{
    enum db_result r = pipe_one(db, &replay_wanted, NULL);
    if (r != DB_OK)
        return r;
    const PGresult *res = pipe_result(db, 0);
    int count = PQntuples(res);
    struct replay_capacity *rows = ARENA_ARRAY(a, (size_t)count + 1, struct replay_capacity);
    for (int i = 0; rows && i < count; i++) {
        struct fields f = {res, i, 0, a};
        rows[i].organisation = field_str(&f);
        rows[i].wanted = (int)field_int(&f);
    }
    r = fields_done(db, a);
    if (r == DB_OK) {
        *out = rows;
        *n = count;
    }
    return r;
}
