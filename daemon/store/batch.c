/*
 * batch.c - a batch's life: begun, run, committed or rolled back
 */
#include "store/batch_inner.h"

#include <assert.h>
#include <stdlib.h>

static const struct statement begin = {"begin", "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"};
static const struct statement commit = {"commit", "COMMIT"};
static const struct statement rollback = {"rollback", "ROLLBACK"};

static const char *const lookup_types[LOOKUP_COUNT] = {
    [LOOKUP_TEXTS] = "t",   [LOOKUP_IDS] = "u",         [LOOKUP_HEADS] = "it",  [LOOKUP_PLACED] = "iu",
    [LOOKUP_REFS] = "itt",  [LOOKUP_REFERRALS] = "izu", [LOOKUP_TAKEN] = "itiz",
    [LOOKUP_GIVEN] = "iti", [LOOKUP_MARKS] = "ib",      [LOOKUP_SUPPLEMENTS] = "iut",
};

struct rows *batch_lookup(struct batch *b, enum lookup which)
{
    rows_reset(&b->lookups[which]);
    return &b->lookups[which];
}

int batch_ask(struct batch *b, const struct statement *st, struct rows *keys)
{
    if (keys->failed)
        return -1;
    struct args args;
    args_init(&args);
    rows_args(keys, &args);
    return pipe_add(b->db, st, &args);
}

enum db_result batch_answer(struct batch *b, const struct statement *st, struct rows *keys, const PGresult **out)
{
    batch_enter(b);
    int answer = batch_ask(b, st, keys);
    enum db_result r = batch_run(b);
    if (r == DB_OK)
        *out = pipe_result(b->db, answer);
    return r;
}

int batch_ask_city(struct batch *b, const struct statement *st, int city, struct rows *keys)
{
    if (keys->failed)
        return -1;
    struct args args;
    args_init(&args);
    args_int4(&args, city);
    rows_args(keys, &args);
    return pipe_add(b->db, st, &args);
}

enum db_result batch_have_read(struct batch *b)
{
    enum db_result r = fields_done(b->db, b->arena);
    return r == DB_OK ? r : batch_over(b, r);
}

static struct batch *make(struct db *db)
{
    struct batch *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    b->db = db;
    batch_init_writes(b);
    for (int i = 0; i < LOOKUP_COUNT; i++)
        rows_init(&b->lookups[i], lookup_types[i]);
    return b;
}

struct batch *batch_new(struct db *db)
{
    if (!db->batch && !(db->batch = make(db)))
        return NULL;
    struct batch *b = db->batch;
    assert(!b->taken);
    b->arena = arena_new(0);
    if (!b->arena)
        return NULL;
    b->taken = true;
    b->state = BATCH_NEW;
    b->places = b->releases = NULL;
    b->loads = NULL;
    b->past.n_marks = b->past.n_links = 0;
    b->past.failed = false;
    b->n_places = b->cap_places = b->n_releases = b->cap_releases = b->n_loads = b->cap_loads = 0;
    return b;
}

static void release_memory(struct batch *b)
{
    for (int i = 0; i < WRITE_COUNT; i++)
        rows_fini(&b->writes[i]);
    for (int i = 0; i < LOOKUP_COUNT; i++)
        rows_fini(&b->lookups[i]);
    free(b);
}

void batch_free(struct batch *b)
{
    if (!b)
        return;
    if (b->state == BATCH_OPEN)
        batch_over(b, DB_OK);
    arena_free(b->arena);
    b->arena = NULL;
    b->taken = false;
    if (!b->db) {
        release_memory(b);
        return;
    }
    for (int i = 0; i < WRITE_COUNT; i++)
        rows_reset(&b->writes[i]);
}

/* The connection closes. A batch that somebody still holds is left to batch_free(). */
void batch_destroy(struct batch *b)
{
    if (!b)
        return;
    b->db = NULL;
    b->state = BATCH_OVER;
    if (!b->taken)
        release_memory(b);
}

struct arena *batch_arena(struct batch *b)
{
    return b->arena;
}

enum db_result batch_begin(struct batch *b)
{
    assert(b->state == BATCH_NEW);
    if (b->db->lost)
        return batch_over(b, DB_LOST);
    b->state = BATCH_BEGUN;
    return DB_OK;
}

void batch_enter(struct batch *b)
{
    assert(b->state == BATCH_BEGUN || b->state == BATCH_OPEN);
    if (b->state == BATCH_OPEN)
        return;
    b->durable = durable_ask(b->db);
    pipe_add(b->db, &begin, NULL);
}

enum db_result batch_over(struct batch *b, enum db_result r)
{
    bool open = b->state == BATCH_OPEN;
    b->state = BATCH_OVER;
    if (!open || b->db->lost)
        return r;
    char told[sizeof b->db->error];
    memcpy(told, b->db->error, sizeof told);
    if (pipe_one(b->db, &rollback, NULL) == DB_OK)
        memcpy(b->db->error, told, sizeof told);
    return r;
}

enum db_result batch_no_memory(struct batch *b)
{
    return batch_over(b, db_fail(b->db, DB_LOST, "memory is out"));
}

/* The server's settings may be reloaded at any time: they are looked at again at each transaction's start. */
static enum db_result still_durable(struct batch *b)
{
    char why[256];
    if (durable_judge(pipe_result(b->db, b->durable), why, sizeof why))
        return DB_OK;
    return db_fail(b->db, DB_LOST, "%s", why);
}

enum db_result batch_run(struct batch *b)
{
    bool first = b->state == BATCH_BEGUN;
    b->state = BATCH_OPEN;
    enum db_result r = pipe_run(b->db);
    if (r == DB_OK && first)
        r = still_durable(b);
    return r == DB_OK ? r : batch_over(b, r);
}

/* A transaction that has failed answers COMMIT with "ROLLBACK". */
static enum db_result committed(struct batch *b, int answer)
{
    const char *tag = PQcmdStatus((PGresult *)pipe_result(b->db, answer));
    if (strcmp(tag, "COMMIT") == 0)
        return DB_OK;
    return db_fail(b->db, DB_WRONG, "commit: the transaction had failed before");
}

/* Counts commits in a row that failed because somebody else took the last places. */
static void note_miss(struct db *db, enum db_result r)
{
    if (r == DB_OK)
        db->claim_misses = 0;
    else if (strstr(db->error, SQLSTATE_TAKEN))
        db->claim_misses++;
}

enum db_result batch_commit(struct batch *b)
{
    assert(b->state == BATCH_BEGUN || b->state == BATCH_OPEN);
    if (b->state == BATCH_BEGUN && !batch_has_writes(b)) {
        b->state = BATCH_OVER;
        return DB_OK;
    }
    for (int i = 0; i < WRITE_COUNT; i++)
        if (b->writes[i].failed)
            return batch_no_memory(b);
    batch_enter(b);
    batch_queue_writes(b);
    if (!batch_queue_places(b))
        return batch_no_memory(b);
    int answer = pipe_add(b->db, &commit, NULL);
    enum db_result r = batch_run(b);
    note_miss(b->db, r);
    if (r != DB_OK)
        return r;
    b->state = BATCH_OVER;
    r = committed(b, answer);
    return r == DB_OK ? batch_read_places(b) : r;
}
