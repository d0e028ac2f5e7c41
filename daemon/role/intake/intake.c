/* intake.c - the thread that owns the agencies' socket */
#include "role/intake/intake.h"

#include "base/clock.h"
#include "base/log.h"
#include "role/office/posting.h"
#include "wire/limits.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    MESSAGES_A_TURN = 256,
    MESSAGE_BUDGET = 48 * 1024 * 1024,  /* one frame, what it unpacks to, and its answer */
    BYTES_IN_FLIGHT = 128 * 1024 * 1024,
};

bool intake_send(struct intake *in, struct str routing_id, struct str frame)
{
    return frame.p && socket_send(in->socket, routing_id, frame) == SEND_OK;
}

int intake_items(const struct work *w)
{
    return w->kind == WORK_SUBMIT ? w->submit.n : 1;
}

size_t intake_bytes(const struct work *w)
{
    return (size_t)w->context_bytes;
}

void intake_pending(struct snapshot *s, const struct work_item *item, int change)
{
    if (item->decision.outcome == OUTCOME_ASSIGNED)
        snapshot_pending(s, item->decision.organisation, change);
}

void intake_arrived(const struct work *w)
{
    for (int i = 0; w->kind == WORK_SUBMIT && i < w->submit.n; i++) {
        const struct work_item *item = &w->submit.items[i];
        if (!item->decided)
            continue;
        intake_pending(w->snapshot, item, -1);
        if (!item->turn_used)
            snapshot_give_turn_back(w->snapshot, &item->turn);
    }
}

void intake_back(struct intake *in, struct work *w)
{
    quota_give(in->quota, w->actor, intake_items(w), intake_bytes(w));
    intake_answer(in, w);
}

/* Everything that waits on the socket, up to a turn's worth. */
static void take_messages(struct intake *in)
{
    struct metrics *m = &in->office->metrics;
    for (int i = 0; i < MESSAGES_A_TURN; i++) {
        struct arena *a = arena_new(MESSAGE_BUDGET);
        struct received message;
        enum receive_result r = a ? socket_receive(in->socket, a, &message) : RECEIVE_NONE;
        if (r == RECEIVE_OK) {
            metrics_add(m, COUNT_MESSAGES_AGENCY, 1);
            intake_request(in, &a, &message);
        } else if (r == RECEIVE_NONSENSE) {
            metrics_add(m, COUNT_NONSENSE, 1);
        }
        arena_free(a);
        if (r == RECEIVE_NONE)
            return;
    }
}

static void take_answers(struct intake *in)
{
    struct work *w;
    while ((w = inbox_take(in->works)) != NULL) {
        intake_arrived(w);
        intake_back(in, w);
    }
}

static void take_postings(struct intake *in)
{
    struct posting *p;
    while ((p = inbox_take(in->postings)) != NULL) {
        if (p->frame.n > 0)
            intake_send(in, p->routing_id, p->frame);
        if (p->request_bytes > 0)
            quota_give(in->quota, p->agency, 1, p->request_bytes);
        posting_free(p);
    }
}

static bool open_slots(struct intake *in)
{
    char name[32];
    bool ok = true;
    for (int i = 0; i < in->office->settings.keepers; i++)
        ok = (in->keepers[i] = slot_open(in->office->hub, keeper_inbox(i, name))) && ok;
    in->feedback = slot_open(in->office->hub, INBOX_FEEDBACK_DESK);
    return ok && in->feedback;
}

static void close_slots(struct intake *in)
{
    for (int i = 0; i < in->office->settings.keepers; i++)
        slot_close(in->keepers[i]);
    slot_close(in->feedback);
}

static void *intake_main(void *arg)
{
    struct intake *in = arg;
    void *inputs[] = {inbox_zmq(in->works), inbox_zmq(in->postings), socket_zmq(in->socket)};
    bool ready[3];
    if (!open_slots(in))
        log_event(LOG_ERROR, "intake.start", "no memory for letter boxes", LOG_FIELDS(LOG_I("errno", 0)));
    while (!atomic_load(&in->office->stopping)) {
        atomic_store(&in->office->beats[BEAT_INTAKE], clock_mono_ms());
        box_wait(inputs, 3, 500, ready);
        take_answers(in);
        take_postings(in);
        take_messages(in);
        metrics_set(&in->office->metrics, GAUGE_IN_FLIGHT, quota_items(in->quota));
    }
    take_answers(in);
    close_slots(in);
    return NULL;
}

struct intake *intake_open(struct office *o, char *why, size_t why_size)
{
    struct intake *in = calloc(1, sizeof(*in));
    if (!in) {
        snprintf(why, why_size, "no memory");
        return NULL;
    }
    in->office = o;
    in->quota = quota_new(o->settings.in_flight, o->settings.in_flight_per_agency, BYTES_IN_FLIGHT);
    in->works = inbox_open(o->hub, origin_inboxes[ORIGIN_INTAKE]);
    in->postings = inbox_open(o->hub, INBOX_INTAKE_OUT);
    if (!in->quota || !in->works || !in->postings) {
        snprintf(why, why_size, "cannot open the inboxes of intake");
        intake_close(in);
        return NULL;
    }
    in->socket = socket_router(o->hub, o->settings.listen_agencies, &o->router_keys, "agencies", why, why_size);
    if (!in->socket) {
        intake_close(in);
        return NULL;
    }
    return in;
}

bool intake_start(struct intake *in)
{
    in->started = pthread_create(&in->thread, NULL, intake_main, in) == 0;
    if (in->started)
        pthread_setname_np(in->thread, "intake");
    return in->started;
}

const char *intake_endpoint(const struct intake *in)
{
    return socket_endpoint(in->socket);
}

void intake_close(struct intake *in)
{
    struct work *w;
    struct posting *p;
    if (!in)
        return;
    if (in->started)
        pthread_join(in->thread, NULL);
    if (in->works)
        inbox_shut(in->works);
    if (in->postings)
        inbox_shut(in->postings);
    while (in->works && (w = inbox_take(in->works)) != NULL)
        work_free(w);
    while (in->postings && (p = inbox_take(in->postings)) != NULL)
        posting_free(p);
    socket_close(in->socket);
    inbox_close(in->works);
    inbox_close(in->postings);
    quota_free(in->quota);
    free(in);
}
