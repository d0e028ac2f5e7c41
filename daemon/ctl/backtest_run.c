/*
 * backtest_run.c - the threads: one reads slices, workers open their referrals block by block, the caller counts in order
 *
 * A ring of slots, each a slice on its way. A slot is EMPTY until the reader fills it, READY while workers take blocks of it, DONE when
 * all blocks are open, and EMPTY again when it is counted. Everything about slots is under one lock; workers hold it only to take a
 * block and to give it back.
 */
#include "ctl/backtest.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { SLOTS = 4, SLICE_ROWS = 4096, BLOCK_ROWS = 128, TIMED_EVERY = 16, THREADS_MAX = 64 };

enum slot_state { SLOT_EMPTY, SLOT_READY, SLOT_DONE };

struct block {
    struct arena *arena;
    struct backtest_case *cases; /* BLOCK_ROWS, in the arena */
};

struct slot {
    enum slot_state state;
    struct replay_slice *slice;
    int n_rows, n_blocks, next, opened; /* blocks */
    struct block *blocks;               /* kept for the next slice, with their memory */
    int cap_blocks;
};

struct line {
    struct backtest *b;
    struct db *db;
    const struct replay_stretch *stretches;
    int n_stretches;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct slot slots[SLOTS];
    int filled; /* stretches handed to workers so far */
    bool stop;  /* everybody goes home */
    enum db_result result; /* of the reader */
    bool memory_out;
    int64_t reading_us, working_us, stage_ns[STAGE_COUNT];
};

static int64_t thread_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* ---- the reader ---- */

/* Under the lock: a slot for the slice, with its blocks. */
static bool fill_slot(struct slot *s, struct replay_slice *slice)
{
    int n = replay_slice_rows(slice), blocks = (n + BLOCK_ROWS - 1) / BLOCK_ROWS;
    if (blocks > s->cap_blocks) {
        struct block *grown = realloc(s->blocks, (size_t)blocks * sizeof *grown);
        if (!grown)
            return false;
        s->blocks = grown;
        for (; s->cap_blocks < blocks; s->cap_blocks++)
            s->blocks[s->cap_blocks] = (struct block){0};
    }
    s->slice = slice;
    s->n_rows = n;
    s->n_blocks = blocks;
    s->next = s->opened = 0;
    s->state = blocks ? SLOT_READY : SLOT_DONE;
    return true;
}

static void *read_slices(void *context)
{
    struct line *l = context;
    enum db_result r = DB_OK;
    for (int i = 0; i < l->n_stretches && r == DB_OK; i++) {
        struct slot *s = &l->slots[i % SLOTS];
        struct replay_slice *slice = NULL;
        pthread_mutex_lock(&l->lock);
        while (s->state != SLOT_EMPTY && !l->stop)
            pthread_cond_wait(&l->changed, &l->lock);
        bool stop = l->stop;
        pthread_mutex_unlock(&l->lock);
        if (stop)
            break;
        r = replay_fetch(l->db, &l->b->window, &l->stretches[i], &slice);
        pthread_mutex_lock(&l->lock);
        if (r == DB_OK && fill_slot(s, slice)) {
            l->filled = i + 1;
        } else {
            replay_slice_free(slice);
            l->memory_out |= r == DB_OK;
            l->result = r;
            l->stop = true;
        }
        pthread_cond_broadcast(&l->changed);
        pthread_mutex_unlock(&l->lock);
    }
    pthread_mutex_lock(&l->lock);
    l->reading_us = thread_us();
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

/* ---- workers ---- */

static bool open_block(struct line *l, struct slot *s, int number, struct arena *scratch, int64_t stage_ns[STAGE_COUNT])
{
    struct block *b = &s->blocks[number];
    int from = number * BLOCK_ROWS, n = s->n_rows - from < BLOCK_ROWS ? s->n_rows - from : BLOCK_ROWS;
    if (b->arena)
        arena_reset(b->arena);
    else
        b->arena = arena_new(0);
    b->cases = b->arena ? ARENA_ARRAY(b->arena, BLOCK_ROWS, struct backtest_case) : NULL;
    const struct backtest_memory memory = {.kept = b->arena, .scratch = scratch};
    for (int i = 0; b->cases && i < n; i++) {
        struct replay_row row;
        replay_slice_row(s->slice, from + i, &row);
        backtest_open(&l->b->set, &memory, &row, &b->cases[i], i % TIMED_EVERY ? NULL : stage_ns);
    }
    return b->arena && !arena_overflowed(b->arena);
}

/* Under the lock: the oldest slot with a block that nobody has taken; NULL when there is none now. */
static struct slot *slot_to_open(struct line *l)
{
    for (int i = l->filled > SLOTS ? l->filled - SLOTS : 0; i < l->filled; i++) {
        struct slot *s = &l->slots[i % SLOTS];
        if (s->state == SLOT_READY && s->next < s->n_blocks)
            return s;
    }
    return NULL;
}

static void *open_slices(void *context)
{
    struct line *l = context;
    struct arena *scratch = arena_new(0);
    int64_t stage_ns[STAGE_COUNT] = {0};
    pthread_mutex_lock(&l->lock);
    l->memory_out |= !scratch;
    l->stop |= !scratch;
    for (;;) {
        struct slot *s;
        while (!(s = slot_to_open(l)) && !l->stop)
            pthread_cond_wait(&l->changed, &l->lock);
        if (l->stop)
            break;
        int number = s->next++;
        pthread_mutex_unlock(&l->lock);
        bool good = open_block(l, s, number, scratch, stage_ns);
        pthread_mutex_lock(&l->lock);
        if (!good)
            l->memory_out = l->stop = true;
        if (++s->opened == s->n_blocks)
            s->state = SLOT_DONE;
        if (s->state == SLOT_DONE || l->stop)
            pthread_cond_broadcast(&l->changed);
    }
    l->working_us += thread_us();
    for (int i = 0; i < STAGE_COUNT; i++)
        l->stage_ns[i] += stage_ns[i] * TIMED_EVERY;
    pthread_mutex_unlock(&l->lock);
    arena_free(scratch);
    return NULL;
}

/* ---- the count ---- */

static bool count_slice(struct line *l, struct slot *s, struct progress *progress)
{
    for (int i = 0; i < s->n_rows; i++) {
        struct block *b = &s->blocks[i / BLOCK_ROWS];
        if (!backtest_count(l->b, b->arena, &b->cases[i % BLOCK_ROWS]))
            return false;
        if (i % 512 == 0)
            progress_at(progress, (uint64_t)l->b->tally.referrals);
    }
    return true;
}

/* In order; a slot that is not there yet is waited for. */
static void count_all(struct line *l, struct progress *progress)
{
    for (int i = 0; i < l->n_stretches; i++) {
        struct slot *s = &l->slots[i % SLOTS];
        int64_t since = clock_mono_us();
        pthread_mutex_lock(&l->lock);
        while ((l->filled <= i || s->state != SLOT_DONE) && !l->stop)
            pthread_cond_wait(&l->changed, &l->lock);
        bool stop = l->stop;
        pthread_mutex_unlock(&l->lock);
        l->b->waited_us += clock_mono_us() - since;
        bool good = !stop && count_slice(l, s, progress);
        pthread_mutex_lock(&l->lock);
        if (!stop && !good)
            l->memory_out = true;
        l->stop |= !good;
        if (good) {
            replay_slice_free(s->slice);
            s->slice = NULL;
            s->state = SLOT_EMPTY;
        }
        pthread_cond_broadcast(&l->changed);
        pthread_mutex_unlock(&l->lock);
        if (!good)
            return;
    }
}

static void line_free(struct line *l)
{
    for (int i = 0; i < SLOTS; i++) {
        replay_slice_free(l->slots[i].slice);
        for (int k = 0; k < l->slots[i].cap_blocks; k++)
            arena_free(l->slots[i].blocks[k].arena);
        free(l->slots[i].blocks);
    }
    pthread_cond_destroy(&l->changed);
    pthread_mutex_destroy(&l->lock);
}

/* Starts the threads, counts, and sees them home. */
static void work_through(struct line *l, struct progress *progress)
{
    pthread_t threads[THREADS_MAX + 1];
    int started = 0, wanted = l->b->threads < THREADS_MAX ? l->b->threads : THREADS_MAX;
    bool reading = pthread_create(&threads[started], NULL, read_slices, l) == 0;
    started += reading;
    while (reading && started <= wanted && pthread_create(&threads[started], NULL, open_slices, l) == 0)
        started++;
    if (started < 2)
        l->memory_out = true;
    else
        count_all(l, progress);
    pthread_mutex_lock(&l->lock);
    l->stop = true;
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
    while (started)
        pthread_join(threads[--started], NULL);
}

enum db_result backtest_run(struct backtest *b, struct db *db, struct progress *progress)
{
    int64_t total, start = clock_mono_us(), cpu = thread_us();
    struct replay_stretch *stretches;
    struct line l = {.b = b, .db = db};
    enum db_result r = replay_plan(db, b->arena, &b->window, SLICE_ROWS, &stretches, &l.n_stretches, &total);
    if (r != DB_OK)
        return r;
    l.stretches = stretches;
    *progress = progress_start(stderr, "replaying", (uint64_t)total);
    pthread_mutex_init(&l.lock, NULL);
    pthread_cond_init(&l.changed, NULL);
    work_through(&l, progress);
    progress_end(progress);
    line_free(&l);
    if (l.result != DB_OK || l.memory_out)
        return l.result != DB_OK ? l.result : DB_LOST;
    replay_finish(b->replay);
    b->took_us = clock_mono_us() - start;
    b->counting_us = thread_us() - cpu;
    b->reading_us = l.reading_us;
    b->working_us = l.working_us;
    memcpy(b->stage_ns, l.stage_ns, sizeof l.stage_ns);
    return DB_OK;
}
