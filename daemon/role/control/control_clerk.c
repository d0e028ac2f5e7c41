/*
 * control_clerk.c - the threads that carry out referralctl's requests, each with a connection of its own
 */
#include "role/control/control_parts.h"

#include "transport/box.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

struct clerk_desk {
    struct clerk clerk;
    struct inbox *inbox;
    struct slot *back;
    pthread_t thread;
    bool running;
    pthread_mutex_t lock; /* over clerk.db, so that shutdown may cancel its statement */
    char why[256];        /* why there is no connection */
    atomic_bool busy; /* a job is being carried out */
};

struct clerk_desk *clerk_open(struct office *o, const struct bulletin *b, const char *inbox, char *why,
                              size_t why_size)
{
    struct clerk_desk *d = calloc(1, sizeof(*d));
    if (d && pthread_mutex_init(&d->lock, NULL) != 0) {
        free(d);
        d = NULL;
    }
    if (!d) {
        snprintf(why, why_size, "out of memory");
        return NULL;
    }
    d->clerk = (struct clerk){.office = o, .bulletin = b, .explained = explain_cache_new()};
    d->inbox = inbox_open(o->hub, inbox);
    if (!d->inbox || !d->clerk.explained) {
        snprintf(why, why_size, "cannot open the inbox %s", inbox);
        clerk_close(d);
        return NULL;
    }
    return d;
}

static void set_db(struct clerk_desk *d, struct db *db)
{
    pthread_mutex_lock(&d->lock);
    struct db *old = d->clerk.db;
    d->clerk.db = db;
    pthread_mutex_unlock(&d->lock);
    db_close(old);
}

static bool connect_db(struct clerk_desk *d)
{
    struct db *db = NULL;
    if (d->clerk.db)
        return true;
    if (db_open(d->clerk.office->settings.conninfo, "referrald control", &db, d->why, sizeof(d->why)) !=
        DB_OK)
        return false;
    set_db(d, db);
    return true;
}

bool clerk_ok(struct clerk *c, struct job *j, enum db_result r)
{
    switch (r) {
    case DB_OK:
        return true;
    case DB_LOST:
        c->lost = true;
        job_fail(j, "the connection to PostgreSQL was lost (%s); check the server, then try again",
                 db_error(c->db));
        return false;
    case DB_AGAIN:
        job_fail(j, "PostgreSQL was too busy for this (%s); try again", db_error(c->db));
        return false;
    case DB_WRONG:
    case DB_REFUSED:
        job_fail(
            j,
            "PostgreSQL refused the statement (%s); is the schema current? `referrald migrate` brings it up",
            db_error(c->db));
        return false;
    }
    return false;
}

static void clear_answer(struct job *j)
{
    j->sheets = (struct sheets){.arena = j->arena};
    job_drop_works(j);
}

/*
 * A connection that broke while it lay idle shows only now: so once more over a new one. The verbs only read,
 * but for the reload, which has connections of its own.
 */
static void carry_out(struct clerk_desk *d, struct job *j)
{
    operator_settle(j);
    for (int attempt = 0; attempt < 2; attempt++) {
        bool fresh = !d->clerk.db;
        clear_answer(j);
        d->clerk.lost = false;
        bool wanted = j->verb->needs_store || atomic_load(&d->clerk.office->store_up);
        if (wanted && !connect_db(d) && j->verb->needs_store) {
            job_fail(j, "PostgreSQL is out of reach (%s); this needs it. `referralctl status` works without",
                     d->why);
            return;
        }
        j->verb->run(&d->clerk, j);
        if (!d->clerk.lost)
            return;
        set_db(d, NULL);
        if (fresh)
            return;
    }
}

static void *clerk_main(void *context)
{
    struct clerk_desk *d = context;
    void *input = inbox_zmq(d->inbox);
    bool ready;
    d->back = slot_open(d->clerk.office->hub, INBOX_CONTROL_JOBS);
    while (d->back && !atomic_load(&d->clerk.office->stopping)) {
        if (box_wait(&input, 1, 250, &ready) <= 0)
            continue;
        struct job *j = inbox_take(d->inbox);
        if (!j)
            continue;
        atomic_store(&d->busy, true);
        carry_out(d, j);
        atomic_store(&d->busy, false);
        if (arena_overflowed(j->arena))
            job_fail(j, "the answer is too large; narrow the question");
        void *message = j;
        if (!slot_post(d->back, &message))
            job_free(j);
    }
    slot_close(d->back);
    d->back = NULL;
    return NULL;
}

bool clerk_start(struct clerk_desk *d)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    d->running = pthread_create(&d->thread, NULL, clerk_main, d) == 0;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return d->running;
}

void clerk_close(struct clerk_desk *d)
{
    if (!d)
        return;
    if (d->running) {
        pthread_mutex_lock(&d->lock);
        if (d->clerk.db && atomic_load(&d->busy)) /* cancelling asks the server, which takes its time when it is ill */
            db_cancel(d->clerk.db);
        pthread_mutex_unlock(&d->lock);
        pthread_join(d->thread, NULL);
    }
    for (struct job *j; d->inbox && (j = inbox_take(d->inbox));)
        job_free(j);
    inbox_close(d->inbox);
    db_close(d->clerk.db);
    explain_cache_free(d->clerk.explained);
    pthread_mutex_destroy(&d->lock);
    free(d);
}

bool clerk_region(struct clerk *c, struct job *j, struct str *prefix)
{
    struct str code = job_option(j, "region");
    *prefix = STR("");
    if (!code.p)
        return true;
    struct snapshot *s = publication_get(c->office->publication);
    bool known = !s || region_find(&s->rules->regions, code) >= 0;
    snapshot_unref(s);
    *prefix = region_code_normal(code);
    if (!known)
        job_fail(j, "no division has the code `" STR_FMT "`", STR_ARG(code));
    return known;
}
