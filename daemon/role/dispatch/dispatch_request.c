/*
 * dispatch_request.c - a message from a receiver: authorised, decoded, handed on
 */
#include "base/clock.h"
#include "base/log.h"
#include "core/calendar.h"
#include "role/dispatch/dispatch.h"
#include "wire/reply.h"
#include "wire/request.h"

static struct str request_id(const struct call *c)
{
    return c->request ? c->request->request_id : STR("");
}

/* -- refusals -- */

void dispatch_refuse(const struct call *c, const struct faults *faults)
{
    const struct fault *first = faults->n ? &faults->items[0] : NULL;
    uint32_t later = first ? 0 : dispatch_retry_after(c->d);
    metrics_add(&c->d->office->metrics, first ? COUNT_REFUSED_MESSAGES : COUNT_BUSY, 1);
    if (first)
        log_event(LOG_WARNING, "message.refused", fault_text(first->code),
                  LOG_FIELDS(LOG_S("peer", c->peer ? c->peer->id : STR("")),
                             LOG_S("address", c->message->address), LOG_Z("code", fault_word(first->code)),
                             LOG_S("field", first->field), LOG_I("faults", faults->n)));
    dispatch_send(c->d, c->message->routing_id, reply_refusal(*c->arena, request_peek_id(*c->arena, c->message->frame), faults, later));
}

/* With a text of our own in the place of the code's, unless NULL. */
static void refuse(const struct call *c, enum fault_code code, const char *text, const char *text_zh)
{
    struct faults f = {.arena = *c->arena};
    fault_add(&f, code, "%s", "");
    if (text && f.n) {
        f.items[0].text = str_from(text);
        f.items[0].text_zh = str_from(text_zh);
    }
    dispatch_refuse(c, &f);
}

static void busy(const struct call *c)
{
    struct faults none = {.arena = *c->arena};
    dispatch_refuse(c, &none);
}

/* -- answers, for the keeper -- */

static enum event event_of(const struct request *r)
{
    static const enum event by_progress[] = {
        [PROGRESS_CONTACTED] = EVENT_CONTACT,       [PROGRESS_SUSPENDED] = EVENT_SUSPEND,
        [PROGRESS_RESUMED] = EVENT_RESUME,          [PROGRESS_EXTENDED] = EVENT_EXTEND,
        [PROGRESS_JOINT_REQUESTED] = EVENT_NOTE,    [PROGRESS_MEDIATOR_NAMED] = EVENT_NOTE,
        [PROGRESS_MEDIATOR_RECUSED] = EVENT_NOTE,   [PROGRESS_SHAM_SUSPECTED] = EVENT_SUSPECT,
    };
    static const enum event by_kind[] = {
        [REQUEST_ACCEPT] = EVENT_ACCEPT,
        [REQUEST_DECLINE] = EVENT_DECLINE,
        [REQUEST_CONCLUDE] = EVENT_CONCLUDE,
        [REQUEST_FOLLOW_UP] = EVENT_FOLLOW_UP,
    };
    return r->kind == REQUEST_PROGRESS ? by_progress[r->answer.progress] : by_kind[r->kind];
}

/* Takes the message's arena over when it succeeds. */
static struct work *work_of(struct call *c)
{
    const struct received *m = c->message;
    const size_t bytes = m->frame.n;
    struct work *w = work_in(c->arena, WORK_EVENT, ORIGIN_DISPATCH, c->snapshot);
    if (!w)
        return NULL;
    w->routing_id = m->routing_id;
    w->request_id = c->request->request_id;
    w->peer = c->peer_index;
    w->actor = c->peer->id;
    w->city = id_city(c->request->answer.assignment);
    w->arrived_ms = c->now_ms;
    w->arrived_mono_us = clock_mono_us();
    w->context_bytes = bytes;
    w->event.event = event_of(c->request);
    w->event.assignment = c->request->answer.assignment;
    w->event.answer = c->request->answer;
    w->event.faults = (struct faults){.arena = w->arena};
    w->event.answer_digest = c->request->answer.digest;
    return w;
}

/* To the keeper of the city; answered busy where there is no room, or nobody to do it. */
static void on_answer(struct call *c)
{
    struct dispatch *d = c->d;
    struct office *o = d->office;
    struct work *w = work_of(c);
    if (!w) {
        busy(c);
        return;
    }
    if (!atomic_load(&o->store_up) || atomic_load(&o->draining) ||
        !quota_take(d->quota, w->actor, 1, w->context_bytes)) {
        w->busy = true;
        dispatch_work_back(d, w);
        return;
    }
    w->context = d; /* counted */
    if (!slot_post(d->keepers[keeper_of(w->city, o->settings.keepers)], (void **)&w)) {
        w->busy = true;
        dispatch_work_back(d, w);
    }
}

static void on_ping(struct call *c)
{
    dispatch_send(c->d, c->message->routing_id, reply_pong(*c->arena, request_id(c)));
}

static const struct handler {
    void (*handle)(struct call *c);
    bool needs_session;
} handlers[] = {
    [REQUEST_HELLO] = {dispatch_hello, false}, [REQUEST_ACCEPT] = {on_answer, true},
    [REQUEST_DECLINE] = {on_answer, true},     [REQUEST_PROGRESS] = {on_answer, true},
    [REQUEST_CONCLUDE] = {on_answer, true},    [REQUEST_FOLLOW_UP] = {on_answer, true},
    [REQUEST_PING] = {on_ping, true},
};

/* -- the door -- */

static bool turned_away(const struct call *c, const char *event, const char *message)
{
    char key[KEY_Z85_SIZE];
    metrics_add(&c->d->office->metrics, COUNT_UNAUTHORISED, 1);
    log_event(LOG_WARNING, event, message,
              LOG_FIELDS(LOG_S("peer", c->peer ? c->peer->id : STR("")),
                         LOG_Z("key", key_text(c->message->key, key)),
                         LOG_S("address", c->message->address)));
    refuse(c, FAULT_NOT_PERMITTED, NULL, NULL);
    return false;
}

/* The registry is asked at every message, so that a revoked key stops at once. */
static bool authorised(struct call *c)
{
    struct session *s = session_of_route(c->d->sessions, c->message->routing_id);
    int i = peers_by_key(c->snapshot->peers, c->message->key);
    if (i < 0) {
        if (s)
            dispatch_end(c->d, s, "session.lost", "its key is no longer on the list", true);
        return turned_away(c, "peer.revoked", "a key that is no longer on the list still sends; refused");
    }
    c->peer_index = i;
    c->peer = &c->snapshot->peers->items[i];
    if (c->peer->kind != PEER_RECEIVER)
        return turned_away(c, "peer.wrong-endpoint",
                           "an agency's key on the organisations' endpoint; refused");
    if (s && str_eq(s->receiver, c->peer->id) && memcmp(s->key, c->message->key, sizeof(s->key)) == 0)
        c->session = s;
    return true;
}

static void handle(struct call *c)
{
    const struct handler *h = &handlers[c->request->kind];
    if (c->message->chosen_id) {
        refuse(c, FAULT_NOT_PERMITTED, "leave the routing id (ZMQ_ROUTING_ID) to the router",
               "请勿设置 ZMQ_ROUTING_ID，由路由器分配");
        return;
    }
    if (c->session)
        c->session->heard_ms = clock_mono_ms();
    if (!h->needs_session || (c->session && c->session->open))
        h->handle(c);
    else if (c->session)
        busy(c); /* its Hello is still on the way to PostgreSQL */
    else
        refuse(c, FAULT_NOT_PERMITTED, "no session on this connection: say Hello",
               "此连接没有会话，请先发送 Hello");
}

void dispatch_request(struct dispatch *d, struct arena **a, const struct received *message)
{
    struct request *request = ARENA_NEW(*a, struct request);
    struct call c = {.d = d, .arena = a, .message = message, .now_ms = clock_now_ms()};
    struct faults faults = {.arena = *a};
    c.snapshot = publication_get(d->office->publication);
    if (!request || !c.snapshot)
        goto out;
    c.request = request;
    if (!authorised(&c))
        goto out;
    if (request_decode(*a, message->frame, SIDE_ORGANISATION, calendar_day_of_ms(c.now_ms), request, &faults))
        handle(&c);
    else
        dispatch_refuse(&c, &faults);
out:
    snapshot_unref(c.snapshot);
}
