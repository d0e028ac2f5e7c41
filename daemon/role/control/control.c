/*
 * control.c - the front of the control role: sockets, watchdog, reload; never waits for PostgreSQL
 */
#include "role/control/control.h"

#include "role/control/control_parts.h"

#include "base/clock.h"
#include "base/log.h"
#include "transport/box.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>

enum { TURN_MS = 250, REQUESTS_A_TURN = 16, JOBS_MAX = 64 };

struct control {
    struct office *office;
    struct bulletin bulletin;
    struct socket *socket;
    struct inbox *works; /* back from the keepers */
    struct inbox *jobs;  /* back from the clerks */
    struct clerk_desk *clerks[CLERK_COUNT];
    struct slot *to_clerks[CLERK_COUNT];
    struct slot *to_keepers[KEEPERS_MAX];
    struct http *http;
    pthread_t thread;
    bool running;
    atomic_bool reload_wanted;
    bool reloading;
    int in_hand;                /* jobs with clerks and keepers */
    struct job *away[JOBS_MAX]; /* those whose work is with a keeper */
    struct digest in_force;
    uint64_t watchdog_us; /* 0: none */
    int64_t watchdog_fed_ms;
    bool watchdog_hungry; /* told once that it is not fed */
};

static const char *const clerk_inboxes[CLERK_COUNT] = {
    [CLERK_QUICK] = "inbox.control.quick", [CLERK_SLOW] = "inbox.control.slow"};

/* ---- answers ---- */

static void answer(struct control *c, struct job **job)
{
    struct job *j = *job;
    *job = NULL;
    if (!str_empty(j->routing_id)) {
        struct str bytes = control_reply_encode(j->arena, &j->sheets);
        if (!bytes.p) {
            j->sheets = (struct sheets){.arena = j->arena,
                                        .error = STR("the answer is too large; narrow the question")};
            struct arena *small = arena_new(64 * 1024);
            bytes = small ? control_reply_encode(small, &j->sheets) : bytes;
            if (bytes.p)
                socket_send(c->socket, j->routing_id, bytes);
            arena_free(small);
        } else {
            socket_send(c->socket, j->routing_id, bytes); /* a client that is gone needs no answer */
        }
    }
    job_free(j);
}

/* Gives the job to its clerk, or answers at once: then false. */
static bool hand_on(struct control *c, struct job **job)
{
    struct job *j = *job;
    void *message = j;
    if (c->in_hand >= JOBS_MAX) {
        job_fail(j, "too many requests at once; try again in a moment");
    } else if (slot_post(c->to_clerks[j->verb->clerk], &message)) {
        c->in_hand++;
        *job = NULL;
        return true;
    } else {
        job_fail(j, "the daemon is on its way down");
    }
    answer(c, job);
    return false;
}

static bool take_request(struct control *c)
{
    struct received r;
    struct job *j = job_new();
    if (!j)
        return false;
    enum receive_result result = socket_receive(c->socket, j->arena, &r);
    if (result != RECEIVE_OK) {
        job_free(j);
        return result != RECEIVE_NONE;
    }
    j->routing_id = r.routing_id;
    j->uid = r.uid;
    if (!control_request_decode(j->arena, r.frame, &j->request)) {
        job_fail(j, "not a request of this version; are referralctl and referrald (%s) of one version?",
                 VERSION);
        answer(c, &j);
    } else if (!job_parse(j)) {
        answer(c, &j);
    } else {
        hand_on(c, &j);
    }
    return true;
}

/* ---- acts on the manual queue: on to the keeper, and back ---- */

/* Puts `now` in the place of `before`; there is room for all that may be in hand. */
static void exchange(struct control *c, const struct job *before, struct job *now)
{
    int i = 0;
    while (c->away[i] != before)
        i++;
    c->away[i] = now;
}

static bool post(struct control *c, struct job *j, struct work *w)
{
    void *message = w;
    w->context = j;
    return slot_post(c->to_keepers[keeper_of(w->city, c->office->settings.keepers)], &message);
}

/* All of them; the answer waits until the last one is back. */
static void pass_to_keepers(struct control *c, struct job **job)
{
    struct job *j = *job;
    while (j->n_posted < j->n_works && post(c, j, j->works[j->n_posted]))
        j->n_posted++;
    if (j->n_posted < j->n_works) {
        job_drop_works(j);
        job_fail(j, j->n_posted ? "the daemon is on its way down; not everything was done: ask again when it is back"
                                : "the daemon is on its way down; nothing was done");
    }
    if (j->n_posted > 0) {
        exchange(c, NULL, j);
        *job = NULL;
        return;
    }
    c->in_hand--;
    answer(c, job);
}

static void take_work_back(struct control *c, struct work *w)
{
    struct job *j = w->context;
    j->n_back++;
    j->verb->finish(j, w);
    work_free(w);
    if (j->n_back < j->n_posted)
        return;
    exchange(c, j, NULL);
    c->in_hand--;
    answer(c, &j);
}

/* A success is told by office_publish(). */
static void log_reload(const struct job *j)
{
    struct str why = j->sheets.error;
    if (why.n > 2000)
        why.n = 2000;
    if (!str_empty(why))
        log_event(LOG_ERROR, "reload.failed", "the configuration was turned down; the old one keeps serving",
                  LOG_FIELDS(LOG_S("who", j->request.operator_name), LOG_S("why", why)));
}

static void take_job_back(struct control *c, struct job *j)
{
    if (j->verb->run == verb_reload) {
        c->reloading = c->reloading && !str_empty(j->routing_id);
        log_reload(j);
    }
    if (j->n_works > 0 && str_empty(j->sheets.error)) {
        pass_to_keepers(c, &j);
        return;
    }
    c->in_hand--;
    answer(c, &j);
}

/* ---- each turn ---- */

void control_request_reload(struct control *c)
{
    atomic_store(&c->reload_wanted, true);
}

static void reload_if_wanted(struct control *c)
{
    static const struct str words[] = {{"reload", 6}};
    if (c->reloading || !atomic_exchange(&c->reload_wanted, false))
        return;
    struct job *j = job_new();
    if (!j) {
        atomic_store(&c->reload_wanted, true);
        return;
    }
    j->request = (struct control_request){.words = words, .n = 1, .operator_name = STR("SIGHUP")};
    c->reloading = job_parse(j) && hand_on(c, &j);
    if (!c->reloading)
        atomic_store(&c->reload_wanted, true); /* at the next turn */
}

static void note_in_force(struct control *c)
{
    struct snapshot *s = publication_get(c->office->publication);
    if (s && !digest_eq(s->rules->hash, c->in_force)) {
        c->in_force = s->rules->hash;
        atomic_store(&c->bulletin.in_force_ms, clock_now_ms());
    }
    snapshot_unref(s);
}

/* systemd restarts us when this stays away: so it is sent only while every role turns. */
static void feed_watchdog(struct control *c)
{
    char which[32];
    int64_t silent, now = clock_mono_ms();
    if (c->watchdog_us == 0 || now - c->watchdog_fed_ms < (int64_t)(c->watchdog_us / 3000))
        return;
    if (health_alive(c->office, &c->bulletin, HEALTH_LIMIT_MS, which, &silent)) {
        sd_notify(0, "WATCHDOG=1");
        c->watchdog_fed_ms = now;
        c->watchdog_hungry = false;
    } else if (!c->watchdog_hungry) {
        c->watchdog_hungry = true;
        log_event(LOG_ERROR, "watchdog.starved", "a thread no longer turns; systemd will restart the daemon",
                  LOG_FIELDS(LOG_Z("thread", which), LOG_I("silent_ms", silent)));
    }
}

static void serve(struct control *c, const bool *ready)
{
    for (int i = 0; ready[0] && i < REQUESTS_A_TURN; i++)
        if (!take_request(c))
            break;
    for (struct job *j; ready[1] && (j = inbox_take(c->jobs));)
        take_job_back(c, j);
    for (struct work *w; ready[2] && (w = inbox_take(c->works));)
        take_work_back(c, w);
}

static bool open_slots(struct control *c)
{
    char name[32];
    bool open = true;
    for (int i = 0; i < CLERK_COUNT; i++) {
        c->to_clerks[i] = slot_open(c->office->hub, clerk_inboxes[i]);
        open = open && c->to_clerks[i];
    }
    for (int i = 0; i < c->office->settings.keepers; i++) {
        c->to_keepers[i] = slot_open(c->office->hub, keeper_inbox(i, name));
        open = open && c->to_keepers[i];
    }
    return open;
}

static void *control_main(void *context)
{
    struct control *c = context;
    void *inputs[] = {socket_zmq(c->socket), inbox_zmq(c->jobs), inbox_zmq(c->works)};
    bool ready[3];
    if (!open_slots(c))
        log_event(LOG_ERROR, "control.failed", "cannot reach the other roles' inboxes", LOG_FIELDS());
    else
        while (!atomic_load(&c->office->stopping)) {
            atomic_store(&c->bulletin.turn_mono_ms, clock_mono_ms());
            note_in_force(c);
            reload_if_wanted(c);
            feed_watchdog(c);
            if (box_wait(inputs, 3, TURN_MS, ready) > 0)
                serve(c, ready);
        }
    for (int i = 0; i < CLERK_COUNT; i++)
        slot_close(c->to_clerks[i]);
    for (int i = 0; i < KEEPERS_MAX; i++)
        slot_close(c->to_keepers[i]);
    return NULL;
}

/* ---- opening and closing ---- */

static bool open_parts(struct control *c, char *why, size_t why_size)
{
    struct office *o = c->office;
    c->works = inbox_open(o->hub, origin_inboxes[ORIGIN_CONTROL]);
    c->jobs = inbox_open(o->hub, INBOX_CONTROL_JOBS);
    if (!c->works || !c->jobs) {
        snprintf(why, why_size, "cannot open the control role's inboxes");
        return false;
    }
    for (int i = 0; i < CLERK_COUNT; i++) {
        c->clerks[i] = clerk_open(o, &c->bulletin, clerk_inboxes[i], why, why_size);
        if (!c->clerks[i])
            return false;
    }
    c->socket = socket_control(o->hub, o->settings.listen_control, why, why_size);
    return c->socket && http_open(o, &c->bulletin, &c->http, why, why_size);
}

struct control *control_open(struct office *o, char *why, size_t why_size)
{
    struct control *c = calloc(1, sizeof(*c));
    if (!c) {
        snprintf(why, why_size, "out of memory");
        return NULL;
    }
    c->office = o;
    atomic_store(&c->bulletin.started_ms, clock_now_ms());
    atomic_store(&c->bulletin.turn_mono_ms, clock_mono_ms());
    if (!open_parts(c, why, why_size)) {
        control_close(c);
        return NULL;
    }
    return c;
}

bool control_start(struct control *c)
{
    sigset_t all, old;
    if (sd_watchdog_enabled(0, &c->watchdog_us) <= 0)
        c->watchdog_us = 0;
    bool started = clerk_start(c->clerks[CLERK_QUICK]) && clerk_start(c->clerks[CLERK_SLOW]);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    c->running = started && pthread_create(&c->thread, NULL, control_main, c) == 0;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return c->running;
}

void control_close(struct control *c)
{
    if (!c)
        return;
    http_close(c->http);
    if (c->running)
        pthread_join(c->thread, NULL);
    for (int i = 0; i < CLERK_COUNT; i++)
        clerk_close(c->clerks[i]);
    for (struct job *j; c->jobs && (j = inbox_take(c->jobs));)
        job_free(j);
    for (struct work *w; c->works && (w = inbox_take(c->works));)
        work_free(w);
    for (int i = 0; i < JOBS_MAX; i++)
        job_free(c->away[i]);
    inbox_close(c->jobs);
    inbox_close(c->works);
    socket_close(c->socket);
    free(c);
}
