/*
 * keeper.c - the thread that owns a connection to PostgreSQL and commits what it is given
 *
 * Takes whatever waits (natural group commit, no linger), runs it as one transaction, gives the answers back. A batch whose
 * commit is in doubt is run again after reconnecting: the keys in the database tell what was done. A batch with a value that
 * the database will not have is split until the work that spoils it stands alone. What is wrong with the database itself is
 * nobody's fault who sends: BUSY.
 */
#include "base/clock.h"
#include "base/log.h"
#include "role/keeper/ledger.h"
#include "role/office/link.h"
#include "role/office/notice.h"
#include "role/office/posting.h"
#include "role/office/roles.h"
#include "store/migrate.h"
#include "transport/box.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    AGAIN_MAX = 20,        /* transactions in a row that the server rolled back, before senders are told BUSY */
    LOST_MAX = 5,          /* connections in a row that the same batch was lost with, likewise */
    LOST_PAUSE_MS = 200,   /* before the third of them; doubling */
    WRONG_PAUSE_MS = 200,
    MONTHS_AHEAD = 2,
    QUEUE_MAX = 1024,      /* works taken from the inbox at once */
};

_Static_assert(BEAT_KEEPER + KEEPERS_MAX <= sizeof(((struct office *)0)->beats) / sizeof(((struct office *)0)->beats[0]),
               "each keeper has a beat of its own");

struct keeper {
    struct office *office;
    int number;
    char name[32];
    struct inbox *inbox;
    struct slot *back[ORIGIN_COUNT];
    struct slot *courier, *feedback;
    struct link link;
    struct ledger ledger;
    struct work *submits[QUEUE_MAX], *events[QUEUE_MAX], *warnings[QUEUE_MAX];
    int n_submits, n_events, n_warnings, rows;
    pthread_t thread;
    bool started;
};

static bool stopping(const struct keeper *k)
{
    return atomic_load(&k->office->stopping);
}

static void beat(struct keeper *k)
{
    atomic_store(&k->office->beats[BEAT_KEEPER + k->number], clock_mono_ms());
}

/* Waits a while, unless the daemon is told to stop. */
static void pause_ms(struct keeper *k, int ms)
{
    for (int left = ms; left > 0 && !stopping(k); left -= 100) {
        struct timespec t = {.tv_nsec = (left < 100 ? left : 100) * 1000000L};
        beat(k);
        nanosleep(&t, NULL);
    }
}

/* Until PostgreSQL is there; false when the daemon stops first. */
static bool connected(struct keeper *k)
{
    while (!link_db(&k->link) && !stopping(k))
        pause_ms(k, link_wait_ms(&k->link));
    return k->link.db != NULL;
}

/* -- answers and hints -- */

static void give_back(struct keeper *k, struct work *w)
{
    if (!slot_post(k->back[w->origin], (void **)&w))
        work_free(w);
}

static void give_back_busy(struct keeper *k, struct work **works, int n)
{
    for (int i = 0; i < n; i++) {
        works[i]->busy = true;
        give_back(k, works[i]);
    }
}

static void send_notices(struct keeper *k)
{
    struct ledger *l = &k->ledger;
    for (size_t i = 0; i < l->n_notices; i++) {
        struct notice *n = l->notices[i];
        if (!slot_post(n->kind == NOTICE_ADVANCED ? k->feedback : k->courier, (void **)&n))
            free(n);
    }
    l->n_notices = 0;
}

static void note_loads(struct keeper *k)
{
    int n;
    const struct claim *loads = batch_loads(k->ledger.batch, &n);
    struct snapshot *s = publication_get(k->office->publication);
    for (int i = 0; s && i < n; i++)
        snapshot_note_load(s, loads[i].organisation, loads[i].open, loads[i].capacity);
    snapshot_unref(s);
}

/* -- batches -- */

typedef enum db_result (*ledger_fn)(struct ledger *, struct work **, int);

/*
 * The batch was lost with its connection, for the `lost`th time. True when it may be run again: a connection that can be opened
 * but not used to commit, over and over, would keep everybody waiting for ever.
 */
static bool may_replay(struct keeper *k, int lost, int n)
{
    char error[320];
    snprintf(error, sizeof(error), "%s", db_error(k->link.db));
    metrics_add(&k->office->metrics, COUNT_BATCH_REPLAYS, 1);
    link_lost(&k->link);
    if (lost < LOST_MAX) {
        if (lost > 1)
            pause_ms(k, LOST_PAUSE_MS << (lost - 2));
        return true;
    }
    log_event(LOG_ERROR, "store.exhausted", "the same batch was lost again and again; its senders are told BUSY",
              LOG_FIELDS(LOG_Z("role", k->name), LOG_I("works", n), LOG_Z("error", error)));
    return false;
}

/* Runs until the database has answered: OK, WRONG, REFUSED; or AGAIN or LOST too many times, or the daemon stops. */
static enum db_result run_settled(struct keeper *k, ledger_fn run, struct work **works, int n)
{
    struct metrics *m = &k->office->metrics;
    for (int tries = 0, lost = 0;;) {
        int64_t start = clock_mono_us();
        enum db_result r;
        if (!connected(k))
            return DB_LOST;
        beat(k);
        k->ledger.db = k->link.db;
        r = run(&k->ledger, works, n);
        if (r == DB_OK) {
            metrics_observe(m, HIST_COMMIT_US, (uint64_t)(clock_mono_us() - start));
            metrics_observe(m, HIST_BATCH_ROWS, (uint64_t)n);
            metrics_add(m, COUNT_BATCHES, 1);
            note_loads(k);
            send_notices(k);
        }
        ledger_end(&k->ledger);
        if (r == DB_LOST) {
            if (!may_replay(k, ++lost, n))
                return r;
        } else if (r == DB_AGAIN && ++tries < AGAIN_MAX) {
            metrics_add(m, COUNT_BATCH_RETRIES, 1);
            pause_ms(k, 1 + (int)randombytes_uniform(20));
        } else {
            return r;
        }
    }
}

/* What may be missing is a partition that nobody made in time. True when there was one to make. */
static bool mended(struct keeper *k)
{
    int made = 0;
    return link_ok(&k->link, schema_partitions(k->link.db, clock_now_ms(), MONTHS_AHEAD, &made), "partitions") && made > 0;
}

/* run_settled(), and once more after what is wrong with the database could be mended. */
static enum db_result run_mended(struct keeper *k, ledger_fn run, struct work **works, int n)
{
    enum db_result r = run_settled(k, run, works, n);
    if (r != DB_WRONG)
        return r;
    log_event(LOG_ERROR, "store.wrong", "the database is not as it should be; senders are told BUSY",
              LOG_FIELDS(LOG_Z("role", k->name), LOG_I("works", n), LOG_Z("error", db_error(k->link.db))));
    if (mended(k))
        r = run_settled(k, run, works, n);
    if (r == DB_WRONG)
        pause_ms(k, WRONG_PAUSE_MS);
    return r;
}

/* The database will not have this work: its raw bytes are kept aside and the sender is told. */
static bool set_aside(struct keeper *k, struct work *w)
{
    bool ok = true;
    enum db_result r;
    if (w->kind != WORK_SUBMIT)
        return false;
    for (int i = 0; i < w->submit.n && ok; i++) {
        struct work one = *w;
        struct work *works = &one;
        one.submit.items = &w->submit.items[i];
        one.submit.n = 1;
        r = run_settled(k, ledger_submit, &works, 1);
        if (r == DB_OK)
            continue;
        if (r != DB_REFUSED)
            return false;
        fault_add(&w->submit.items[i].faults, FAULT_MALFORMED, "%s", "");
        w->submit.items[i].verdict = REFERRAL_UNDECODABLE;
        ok = run_settled(k, ledger_submit, &works, 1) == DB_OK;
    }
    return ok;
}

static void run_batch(struct keeper *k, ledger_fn run, struct work **works, int n)
{
    while (n > 0) {
        enum db_result r = run_mended(k, run, works, n);
        int done = r == DB_OK ? n - k->ledger.n_deferred : n;
        if (r == DB_OK) {
            for (int i = 0; i < done; i++)
                give_back(k, works[i]);
        } else if (r != DB_REFUSED) {
            give_back_busy(k, works, n);
        } else if (n > 1) {
            run_batch(k, run, works, n / 2);
            done = n / 2;
        } else {
            log_event(LOG_ERROR, "batch.poison", "PostgreSQL refuses this work for good; its raw bytes are kept aside",
                      LOG_FIELDS(LOG_S("peer", works[0]->actor), LOG_Z("error", k->link.db ? db_error(k->link.db) : "")));
            works[0]->busy = !set_aside(k, works[0]);
            give_back(k, works[0]);
        }
        works += done;
        n -= done;
    }
}

/* Takes what waits, up to the size of a batch. */
static void collect(struct keeper *k)
{
    k->n_submits = k->n_events = k->n_warnings = k->rows = 0;
    while (k->rows < k->office->settings.batch_rows && k->n_submits < QUEUE_MAX && k->n_events < QUEUE_MAX &&
           k->n_warnings < QUEUE_MAX) {
        struct work *w = inbox_take(k->inbox);
        if (!w)
            break;
        if (w->kind == WORK_SUBMIT) {
            k->submits[k->n_submits++] = w;
            k->rows += w->submit.n;
        } else if (w->kind == WORK_WARNING) {
            k->warnings[k->n_warnings++] = w;
            k->rows++;
        } else {
            k->events[k->n_events++] = w;
            k->rows++;
        }
    }
}

static bool open_slots(struct keeper *k)
{
    struct hub *h = k->office->hub;
    bool ok = true;
    for (int i = 0; i < ORIGIN_COUNT; i++)
        ok = (k->back[i] = slot_open(h, origin_inboxes[i])) && ok;
    k->courier = slot_open(h, INBOX_COURIER);
    k->feedback = slot_open(h, INBOX_FEEDBACK);
    return ok && k->courier && k->feedback;
}

static void close_slots(struct keeper *k)
{
    for (int i = 0; i < ORIGIN_COUNT; i++)
        slot_close(k->back[i]);
    slot_close(k->courier);
    slot_close(k->feedback);
}

static void *keeper_main(void *arg)
{
    struct keeper *k = arg;
    void *input = inbox_zmq(k->inbox);
    bool ready, able = open_slots(k);
    if (!able)
        log_event(LOG_ERROR, "keeper.start", "no memory for letter boxes", LOG_FIELDS(LOG_Z("keeper", k->name)));
    for (bool last = !able; !last;) {
        last = stopping(k); /* one more turn then: what was handed on before is still committed */
        beat(k);
        box_wait(&input, 1, last ? 0 : 500, &ready);
        if (!last)
            link_look(&k->link); /* also when there is nothing to do: until then senders are told BUSY */
        collect(k);
        run_batch(k, ledger_submit, k->submits, k->n_submits);
        run_batch(k, ledger_events, k->events, k->n_events);
        run_batch(k, ledger_warnings, k->warnings, k->n_warnings);
    }
    close_slots(k);
    link_close(&k->link);
    return NULL;
}

struct keeper *keeper_open(struct office *o, int number, char *why, size_t why_size)
{
    struct keeper *k = calloc(1, sizeof(*k));
    char box[32];
    if (!k) {
        snprintf(why, why_size, "no memory");
        return NULL;
    }
    k->office = o;
    k->number = number;
    k->ledger.office = o;
    snprintf(k->name, sizeof(k->name), "keeper.%d", number);
    link_init(&k->link, o, k->name);
    k->link.keeper = number;
    k->inbox = inbox_open(o->hub, keeper_inbox(number, box));
    if (!k->inbox) {
        snprintf(why, why_size, "cannot open the inbox of keeper %d", number);
        keeper_close(k);
        return NULL;
    }
    return k;
}

bool keeper_start(struct keeper *k)
{
    k->started = pthread_create(&k->thread, NULL, keeper_main, k) == 0;
    if (k->started)
        pthread_setname_np(k->thread, k->name);
    return k->started;
}

void keeper_close(struct keeper *k)
{
    struct work *w;
    if (!k)
        return;
    if (k->started)
        pthread_join(k->thread, NULL);
    if (k->inbox)
        inbox_shut(k->inbox);
    while (k->inbox && (w = inbox_take(k->inbox)) != NULL)
        work_free(w);
    inbox_close(k->inbox);
    free(k);
}
