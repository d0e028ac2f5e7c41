/*
 * dispatch.c - the thread that owns the organisations' socket
 */
#include "role/dispatch/dispatch.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    MESSAGES_A_TURN = 256,
    LETTERS_A_TURN = 1024,
    MESSAGE_BUDGET = 48 * 1024 * 1024, /* one frame, what it unpacks to, and its answer */
    BYTES_IN_FLIGHT = 64 * 1024 * 1024,
    WAIT_MS = 500,
};

bool dispatch_send(struct dispatch *d, struct str routing_id, struct str frame)
{
    struct session *s;
    enum send_result r = frame.p ? socket_send(d->socket, routing_id, frame) : SEND_OK;
    if (r == SEND_OK)
        return true;
    /* One that does not read what it gets is as good as gone: its offers go to whoever says Hello next. */
    s = session_of_route(d->sessions, routing_id);
    if (s)
        dispatch_end(d, s, "session.lost",
                     r == SEND_GONE ? "the receiver's connection is gone" : "the receiver does not read",
                     true);
    return false;
}

uint32_t dispatch_retry_after(const struct dispatch *d)
{
    return (uint32_t)d->office->settings.busy_retry_after_ms;
}

static void take_messages(struct dispatch *d)
{
    struct metrics *m = &d->office->metrics;
    for (int i = 0; i < MESSAGES_A_TURN; i++) {
        struct arena *a = arena_new(MESSAGE_BUDGET);
        struct received message;
        enum receive_result r = a ? socket_receive(d->socket, a, &message) : RECEIVE_NONE;
        if (r == RECEIVE_OK) {
            metrics_add(m, COUNT_MESSAGES_ORGANISATION, 1);
            dispatch_request(d, &a, &message);
        } else if (r != RECEIVE_NONE) {
            metrics_add(m, COUNT_NONSENSE, 1);
        }
        arena_free(a);
        if (r == RECEIVE_NONE)
            return;
    }
}

static void take_letters(struct dispatch *d)
{
    struct work *w;
    struct letter *l;
    while ((w = inbox_take(d->works)) != NULL)
        dispatch_work_back(d, w);
    for (int i = 0; i < LETTERS_A_TURN && (l = inbox_take(d->letters)) != NULL; i++)
        dispatch_letter(d, l);
}

static bool open_slots(struct dispatch *d)
{
    const int n = d->office->settings.keepers;
    char name[32];
    d->keepers = calloc((size_t)n, sizeof(*d->keepers));
    d->courier = slot_open(d->office->hub, INBOX_COURIER_ORDERS);
    for (int i = 0; d->keepers && i < n; i++)
        if (!(d->keepers[i] = slot_open(d->office->hub, keeper_inbox(i, name))))
            return false;
    return d->keepers && d->courier;
}

static void close_slots(struct dispatch *d)
{
    for (int i = 0; d->keepers && i < d->office->settings.keepers; i++)
        slot_close(d->keepers[i]);
    free(d->keepers);
    slot_close(d->courier);
}

static void *dispatch_main(void *arg)
{
    struct dispatch *d = arg;
    struct office *o = d->office;
    void *const inputs[] = {inbox_zmq(d->works), inbox_zmq(d->letters), socket_zmq(d->socket)};
    bool ready[3];
    bool able = open_slots(d);
    if (!able)
        log_event(LOG_ERROR, "dispatch.start", "no memory for letter boxes",
                  LOG_FIELDS(LOG_I("keepers", o->settings.keepers)));
    while (able && !atomic_load(&o->stopping)) {
        atomic_store(&o->beats[BEAT_DISPATCH], clock_mono_ms());
        box_wait(inputs, 3, WAIT_MS, ready);
        take_letters(d);
        take_messages(d);
        dispatch_end_silent(d);
        metrics_set(&o->metrics, GAUGE_SESSIONS, session_table_size(d->sessions));
    }
    /* The courier closes the sessions in PostgreSQL. What keepers have done by now is still told. */
    take_letters(d);
    metrics_set(&o->metrics, GAUGE_SESSIONS, 0);
    close_slots(d);
    return NULL;
}

struct dispatch *dispatch_open(struct office *o, char *why, size_t why_size)
{
    struct dispatch *d = calloc(1, sizeof(*d));
    if (!d) {
        snprintf(why, why_size, "no memory");
        return NULL;
    }
    d->office = o;
    d->sessions = session_table_new();
    d->quota = quota_new(o->settings.in_flight, o->settings.in_flight_per_agency, BYTES_IN_FLIGHT);
    d->works = inbox_open(o->hub, origin_inboxes[ORIGIN_DISPATCH]);
    d->letters = inbox_open(o->hub, INBOX_DISPATCH_LETTERS);
    if (!d->sessions || !d->quota || !d->works || !d->letters)
        snprintf(why, why_size, "cannot open the inboxes of dispatch");
    else
        d->socket = socket_router(o->hub, o->settings.listen_organisations, &o->router_keys, "organisations",
                                  why, why_size);
    if (!d->socket) {
        dispatch_close(d);
        return NULL;
    }
    return d;
}

bool dispatch_start(struct dispatch *d)
{
    d->started = pthread_create(&d->thread, NULL, dispatch_main, d) == 0;
    if (d->started)
        pthread_setname_np(d->thread, "dispatch");
    return d->started;
}

const char *dispatch_endpoint(const struct dispatch *d)
{
    return socket_endpoint(d->socket);
}

void dispatch_close(struct dispatch *d)
{
    struct work *w;
    struct letter *l;
    if (!d)
        return;
    if (d->started)
        pthread_join(d->thread, NULL);
    struct inbox *const boxes[] = {d->works, d->letters};
    for (int i = 0; i < 2; i++)
        if (boxes[i])
            inbox_shut(boxes[i]);
    while (d->works && (w = inbox_take(d->works)) != NULL)
        work_free(w);
    while (d->letters && (l = inbox_take(d->letters)) != NULL)
        letter_free(l);
    socket_close(d->socket);
    inbox_close(d->works);
    inbox_close(d->letters);
    session_table_free(d->sessions);
    quota_free(d->quota);
    free(d);
}
