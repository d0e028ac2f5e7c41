/*
 * pipe.c - queueing and collecting in libpq's pipeline mode
 *
 * The socket is non-blocking and waited for here, so that a server that went silent is given up after STALL_MS: the
 * server's own limits (statement_timeout 30 s) are shorter.
 */
#include "base/clock.h"
#include "store/conn.h"
#include "store/wireform.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>

#define STALL_MS     45000
#define PLANS_MIN_MS 1000
#define PLANS_MAX_MS 600000

/* -- parameters -- */

void args_init(struct args *a)
{
    a->n = 0;
}

static unsigned char *args_fixed(struct args *a, int size)
{
    assert(a->n < ARGS_MAX);
    int i = a->n++;
    a->values[i] = (const char *)a->scratch[i];
    a->lengths[i] = size;
    a->formats[i] = 1;
    return a->scratch[i];
}

void args_int4(struct args *a, int v)
{
    wire_put4(args_fixed(a, 4), (uint32_t)v);
}

void args_int8(struct args *a, int64_t v)
{
    wire_put8(args_fixed(a, 8), (uint64_t)v);
}

void args_ms(struct args *a, int64_t ms)
{
    args_int8(a, wire_time(ms));
}

void args_bytes(struct args *a, const void *p, size_t n)
{
    assert(a->n < ARGS_MAX && n <= INT_MAX);
    int i = a->n++;
    a->values[i] = p ? p : "";
    a->lengths[i] = (int)n;
    a->formats[i] = 1;
}

void args_str(struct args *a, struct str s)
{
    args_bytes(a, s.p, s.n);
}

void args_id(struct args *a, const struct id *id)
{
    args_bytes(a, id->b, sizeof id->b);
}

/* -- queueing -- */

static void clear(struct db *db)
{
    for (int i = 0; i < db->n_answers; i++)
        PQclear(db->answers[i]);
    db->n_queue = db->n_added = db->n_answers = 0;
    db->ran = false;
    db->send_failed = false;
}

static bool enqueue(struct db *db, const struct statement *st, bool silent)
{
    if (db->n_queue == db->queue_cap) {
        int cap = db->queue_cap ? 2 * db->queue_cap : 64;
        struct queued *bigger = realloc(db->queue, (size_t)cap * sizeof *bigger);
        if (!bigger)
            return false;
        db->queue = bigger;
        PGresult **answers = realloc(db->answers, (size_t)cap * sizeof *answers);
        if (!answers)
            return false;
        db->answers = answers;
        db->queue_cap = cap;
    }
    db->queue[db->n_queue++] = (struct queued){st, silent};
    return true;
}

static bool is_prepared(const struct db *db, const struct statement *st)
{
    for (int i = 0; i < db->n_prepared; i++)
        if (db->prepared[i] == st)
            return true;
    return false;
}

static void unprepare(struct db *db, const struct statement *st)
{
    for (int i = 0; i < db->n_prepared; i++)
        if (db->prepared[i] == st)
            db->prepared[i--] = db->prepared[--db->n_prepared];
}

static bool prepare(struct db *db, const struct statement *st)
{
    if (is_prepared(db, st))
        return true;
    assert(db->n_prepared < PREPARED_MAX);
    if (!enqueue(db, st, true))
        return false;
    if (!PQsendPrepare(db->conn, st->name, st->sql, 0, NULL)) {
        db->n_queue--;
        return false;
    }
    db->prepared[db->n_prepared++] = st;
    return true;
}

/*
 * A plan made while a table was small does not suit it when it has grown, and statistics may come minutes later: so
 * plans are made anew after 1, 2, 4, ... seconds of a connection's life, and then every PLANS_MAX_MS.
 */
static bool freshen_plans(struct db *db)
{
    static const struct statement discard = {"discard_plans", "DISCARD PLANS"};
    int64_t now = clock_mono_ms();
    if (db->n_queue > 0 || now < db->plans_until)
        return true;
    db->plans_for = db->plans_for ? 2 * db->plans_for : PLANS_MIN_MS;
    if (db->plans_for > PLANS_MAX_MS)
        db->plans_for = PLANS_MAX_MS;
    db->plans_until = now + db->plans_for;
    if (!enqueue(db, &discard, true))
        return false;
    if (!PQsendQueryParams(db->conn, discard.sql, 0, NULL, NULL, NULL, NULL, 1)) {
        db->n_queue--;
        return false;
    }
    return true;
}

int pipe_add(struct db *db, const struct statement *st, const struct args *args)
{
    if (db->ran)
        clear(db);
    if (db->lost || db->send_failed)
        return -1;
    if (!freshen_plans(db)) {
        db->send_failed = true;
        return -1;
    }
    if (!prepare(db, st) || !enqueue(db, st, false)) {
        db->send_failed = true;
        return -1;
    }
    int n = args ? args->n : 0;
    if (!PQsendQueryPrepared(db->conn, st->name, n, args ? args->values : NULL, args ? args->lengths : NULL,
                             args ? args->formats : NULL, 1)) {
        db->n_queue--;
        db->send_failed = true;
        return -1;
    }
    return db->n_added++;
}

/* -- collecting -- */

/* Sends what is left and waits until something can be read. */
static bool await(struct db *db)
{
    int pending = PQflush(db->conn);
    if (pending < 0)
        return false;
    struct pollfd p = {PQsocket(db->conn), (short)(POLLIN | (pending ? POLLOUT : 0)), 0};
    int n = poll(&p, 1, STALL_MS);
    if (n < 0)
        return errno == EINTR;
    if (n == 0) {
        snprintf(db->error, sizeof db->error, "the server has been silent for %d s", STALL_MS / 1000);
        db->lost = true;
        return false;
    }
    return !(p.revents & ~POLLOUT) || PQconsumeInput(db->conn) == 1;
}

/* The next result; NULL at the end of one statement's, and when the connection is gone. */
static PGresult *next_result(struct db *db)
{
    while (PQisBusy(db->conn))
        if (!await(db))
            break;
    return db->lost ? NULL : PQgetResult(db->conn);
}

static bool good(const PGresult *res)
{
    ExecStatusType s = PQresultStatus(res);
    return s == PGRES_COMMAND_OK || s == PGRES_TUPLES_OK;
}

static enum db_result gone(struct db *db)
{
    if (db->lost)
        return DB_LOST;
    return db_fail(db, DB_LOST, "connection lost");
}

/* One statement's answer. */
static enum db_result collect_one(struct db *db, const struct queued *q, enum db_result so_far)
{
    enum db_result r = so_far;
    PGresult *res = next_result(db);
    if (!res)
        return gone(db);
    if (!good(res) && q->silent)
        unprepare(db, q->st);
    if (!good(res) && so_far == DB_OK)
        r = db_fail_result(db, q->st->name, res);
    if (q->silent)
        PQclear(res);
    else
        db->answers[db->n_answers++] = res;
    if (PQstatus(db->conn) == CONNECTION_BAD)
        return gone(db);
    PGresult *end = r == DB_LOST ? NULL : next_result(db);
    if (end) {
        PQclear(end);
        return db_fail(db, DB_LOST, "%s: an unexpected second result", q->st->name);
    }
    return r;
}

static enum db_result collect(struct db *db)
{
    enum db_result r = DB_OK;
    for (int i = 0; i < db->n_queue && !db->lost; i++)
        r = collect_one(db, &db->queue[i], r);
    if (db->lost)
        return DB_LOST;
    PGresult *sync = next_result(db);
    bool synced = sync && PQresultStatus(sync) == PGRES_PIPELINE_SYNC;
    PQclear(sync);
    return synced ? r : gone(db);
}

enum db_result pipe_run(struct db *db)
{
    if (db->ran)
        clear(db);
    db->ran = true;
    if (db->lost)
        return DB_LOST;
    db->error[0] = 0;
    db->in_doubt = false;
    enum db_result r;
    if (db->send_failed || !PQpipelineSync(db->conn))
        r = db_fail(db, DB_LOST, "connection lost, or memory is out");
    else
        r = collect(db);
    if (r == DB_OK && db->in_doubt)
        r = db_fail(db, DB_LOST, "a commit may not have reached its synchronous standby");
    if (r != DB_OK) {
        clear(db);
        db->ran = true;
    }
    return r;
}

const PGresult *pipe_result(const struct db *db, int number)
{
    assert(db->ran && number >= 0 && number < db->n_answers);
    return db->answers[number];
}

PGresult *pipe_take(struct db *db, int number)
{
    assert(db->ran && number >= 0 && number < db->n_answers);
    PGresult *res = db->answers[number];
    db->answers[number] = NULL;
    return res;
}

enum db_result pipe_drop(struct db *db)
{
    return db_fail(db, DB_LOST, "memory is out");
}

enum db_result pipe_one(struct db *db, const struct statement *st, const struct args *args)
{
    pipe_add(db, st, args);
    return pipe_run(db);
}
