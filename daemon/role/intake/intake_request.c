/* intake_request.c - a message from an agency: authorised, decoded, validated, decided, handed on */
#include "base/clock.h"
#include "base/log.h"
#include "role/intake/intake.h"
#include "role/office/posting.h"
#include "wire/limits.h"
#include "wire/reply.h"

enum { KEPT_FRAME_MAX = 4 * LIMIT_REFERRAL };

/* One message on its way through. */
struct arrival {
    struct intake *in;
    struct arena **arena;   /* nulled once somebody else owns it */
    const struct received *message;
    struct snapshot *snapshot;
    int peer_index;
    const struct peer *peer;
    struct request *request;
    int64_t now_ms;
};

static uint32_t retry_after(const struct arrival *v)
{
    return (uint32_t)v->in->office->settings.busy_retry_after_ms;
}

static void answer(const struct arrival *v, struct str frame)
{
    intake_send(v->in, v->message->routing_id, frame);
}

/* -- refusals of a whole message -- */

static void log_refused(const struct arrival *v, const struct faults *f)
{
    const struct fault *first = f->n ? &f->items[0] : NULL;
    metrics_add(&v->in->office->metrics, COUNT_REFUSED_MESSAGES, 1);
    log_event(LOG_WARNING, "message.refused", first ? fault_text(first->code) : "refused",
              LOG_FIELDS(LOG_S("peer", v->peer ? v->peer->id : STR("")), LOG_S("address", v->message->address),
                         LOG_Z("code", first ? fault_word(first->code) : ""), LOG_S("field", first ? first->field : STR("")),
                         LOG_I("faults", f->n)));
}

static void refuse(const struct arrival *v, enum fault_code code)
{
    struct faults f = {.arena = *v->arena};
    fault_add(&f, code, "%s", "");
    log_refused(v, &f);
    answer(v, reply_refusal(*v->arena, request_peek_id(*v->arena, v->message->frame), &f, 0));
}

static void busy(const struct arrival *v)
{
    struct faults none = {.arena = *v->arena};
    metrics_add(&v->in->office->metrics, COUNT_BUSY, 1);
    answer(v, reply_refusal(*v->arena, v->request->request_id, &none, retry_after(v)));
}

/* -- handing on -- */

static bool store_ready(const struct arrival *v)
{
    return atomic_load(&v->in->office->store_up) && !atomic_load(&v->in->office->draining);
}

static struct work *new_work(struct arrival *v, enum work_kind kind)
{
    struct work *w = work_in(v->arena, kind, ORIGIN_INTAKE, v->snapshot);
    if (!w)
        return NULL;
    w->routing_id = v->message->routing_id;
    w->request_id = v->request->request_id;
    w->peer = v->peer_index;
    w->agency = w->actor = v->peer->id;
    w->city = v->peer->city;
    w->arrived_ms = v->now_ms;
    w->arrived_mono_us = clock_mono_us();
    w->context_bytes = v->message->frame.n;
    return w;
}

/* Takes room for the work from the quota; answers BUSY, and takes the work over, where there is none. */
static bool admitted(struct arrival *v, struct work *w)
{
    if (store_ready(v) && quota_take(v->in->quota, w->actor, intake_items(w), intake_bytes(w)))
        return true;
    w->busy = true;
    intake_answer(v->in, w);
    return false;
}

/* Gives an admitted work to the keeper of its city. */
static void hand_on(struct arrival *v, struct work *w)
{
    struct intake *in = v->in;
    if (slot_post(in->keepers[keeper_of(w->city, in->office->settings.keepers)], (void **)&w))
        return;
    intake_arrived(w);
    w->busy = true;
    intake_back(in, w);
}

/* -- Submit -- */

static void log_invalid(const struct arrival *v, const struct work_item *item)
{
    const struct fault *first = &item->faults.items[0];
    log_event(LOG_WARNING, "referral.invalid", fault_text(first->code),
              LOG_FIELDS(LOG_S("peer", v->peer->id), LOG_S("agency_ref", item->agency_ref), LOG_Z("code", fault_word(first->code)),
                         LOG_S("field", first->field), LOG_I("faults", item->faults.n)));
}

static void prepare_item(struct arrival *v, struct work *w, struct work_item *item, struct str bytes)
{
    struct snapshot *s = v->snapshot;
    item->bytes = bytes;
    item->content = digest_of(bytes.p, bytes.n);
    item->faults = (struct faults){.arena = w->arena};
    item->id = id_new(v->now_ms, v->peer->city);
    item->verdict = referral_decode(w->arena, s->rules, v->peer, v->now_ms, bytes, &item->referral, &item->agency_ref, &item->faults);
    if (item->verdict != REFERRAL_OK) {
        log_invalid(v, item);
        return;
    }
    int64_t start = clock_mono_us();
    const struct question q = {.referral = &item->referral, .load = snapshot_load(s), .now_ms = v->now_ms};
    if (!snapshot_decide(s, w->arena, &q, &item->decision, &item->turn)) {
        item->verdict = REFERRAL_FAULTY;
        fault_add(&item->faults, FAULT_OVERSIZE, "%s", "");
        return;
    }
    item->decided = true;
    intake_pending(s, item, 1);
    metrics_observe(&v->in->office->metrics, HIST_DECIDE_US, (uint64_t)(clock_mono_us() - start));
}

static void on_submit(struct arrival *v)
{
    const struct request_submit *submit = &v->request->submit;
    struct work *w = new_work(v, WORK_SUBMIT);
    bool to_keeper = false;
    if (!w)
        return;
    w->submit.items = ARENA_ARRAY(w->arena, (size_t)submit->n, struct work_item);
    if (!w->submit.items) {
        work_free(w);
        return;
    }
    w->submit.n = submit->n;
    if (!admitted(v, w))
        return;
    for (int i = 0; i < submit->n; i++) {
        prepare_item(v, w, &w->submit.items[i], submit->referrals[i]);
        /* A faulty one may be on record since it was not: the keeper knows. */
        to_keeper = to_keeper || w->submit.items[i].verdict != REFERRAL_FAULTY || !str_empty(w->submit.items[i].agency_ref);
    }
    if (to_keeper)
        hand_on(v, w);
    else
        intake_back(v->in, w);
}

/* A frame that is no message at all is kept as it came, and then refused. */
static void keep_frame(struct arrival *v, const struct faults *faults)
{
    struct work *w = new_work(v, WORK_SUBMIT);
    struct work_item *item = w ? ARENA_NEW(w->arena, struct work_item) : NULL;
    if (!item) {
        work_free(w);
        return;
    }
    item->bytes = v->message->frame;
    item->content = digest_of(item->bytes.p, item->bytes.n);
    item->verdict = REFERRAL_UNDECODABLE;
    item->faults = *faults;
    item->id = id_new(v->now_ms, v->peer->city);
    w->submit = (struct work_submit){.items = item, .n = 1, .whole_frame = true};
    if (admitted(v, w))
        hand_on(v, w);
}

/* -- the other messages -- */

static void on_supplement(struct arrival *v)
{
    struct work *w = new_work(v, WORK_EVENT);
    if (!w)
        return;
    w->event.event = EVENT_SUPPLEMENT;
    w->event.supplement = v->request->supplement;
    w->event.agency_ref = v->request->supplement.agency_ref;
    if (admitted(v, w))
        hand_on(v, w);
}

static void on_withdraw(struct arrival *v)
{
    struct work *w = new_work(v, WORK_EVENT);
    if (!w)
        return;
    w->event.event = EVENT_WITHDRAW;
    w->event.agency_ref = v->request->withdraw.agency_ref;
    w->event.text = v->request->withdraw.reason;
    if (admitted(v, w))
        hand_on(v, w);
}

static void on_proceed(struct arrival *v)
{
    struct work *w = new_work(v, WORK_EVENT);
    if (!w)
        return;
    w->event.event = EVENT_PROCEED;
    w->event.agency_ref = v->request->proceed.agency_ref;
    w->event.text = v->request->proceed.text;
    if (admitted(v, w))
        hand_on(v, w);
}

/* Follow, Ack and Query read PostgreSQL: feedback may wait for it, this thread may not. */
static void on_desk(struct arrival *v)
{
    struct desk_request *r = ARENA_NEW(*v->arena, struct desk_request);
    size_t bytes = v->message->frame.n;
    if (!r || !store_ready(v) || !quota_take(v->in->quota, v->peer->id, 1, bytes)) {
        busy(v);
        return;
    }
    *r = (struct desk_request){.arena = *v->arena,
                               .snapshot = snapshot_ref(v->snapshot),
                               .peer = v->peer_index,
                               .routing_id = v->message->routing_id,
                               .request = *v->request,
                               .bytes = bytes};
    memcpy(r->key, v->message->key, sizeof(r->key));
    *v->arena = NULL;
    if (!slot_post(v->in->feedback, (void **)&r)) {
        quota_give(v->in->quota, v->peer->id, 1, bytes);
        desk_request_free(r);
    }
}

static void on_ping(struct arrival *v)
{
    answer(v, reply_pong(*v->arena, v->request->request_id));
}

static void (*const handlers[])(struct arrival *) = {
    [REQUEST_SUBMIT] = on_submit, [REQUEST_SUPPLEMENT] = on_supplement, [REQUEST_WITHDRAW] = on_withdraw,
    [REQUEST_QUERY] = on_desk,    [REQUEST_FOLLOW] = on_desk,           [REQUEST_ACK] = on_desk,
    [REQUEST_PING] = on_ping,     [REQUEST_PROCEED] = on_proceed,
};

/* -- the door -- */

/* The registry is asked at every message, so that a revoked key stops at once. */
static bool authorised(struct arrival *v)
{
    char key[KEY_Z85_SIZE];
    int i = peers_by_key(v->snapshot->peers, v->message->key);
    if (i < 0) {
        metrics_add(&v->in->office->metrics, COUNT_UNAUTHORISED, 1);
        log_event(LOG_WARNING, "peer.revoked", "a key that is no longer on the list still sends; refused",
                  LOG_FIELDS(LOG_Z("key", key_text(v->message->key, key)), LOG_S("address", v->message->address)));
        refuse(v, FAULT_NOT_PERMITTED);
        return false;
    }
    v->peer_index = i;
    v->peer = &v->snapshot->peers->items[i];
    if (v->peer->kind != PEER_AGENCY) {
        metrics_add(&v->in->office->metrics, COUNT_UNAUTHORISED, 1);
        log_event(LOG_WARNING, "peer.wrong-endpoint", "a receiver's key on the agencies' endpoint; refused",
                  LOG_FIELDS(LOG_S("peer", v->peer->id), LOG_S("address", v->message->address)));
        refuse(v, FAULT_NOT_PERMITTED);
        return false;
    }
    /* A routing id that a client chose could be taken by another one later, with what is sent to it. */
    if (v->message->chosen_id)
        refuse(v, FAULT_NOT_PERMITTED);
    return !v->message->chosen_id;
}

/* Worth keeping as it came: no message, but not larger than any referral that could have been in it. */
static bool to_be_kept(const struct faults *f, struct str frame)
{
    return f->n > 0 && f->items[0].code == FAULT_MALFORMED && frame.n <= KEPT_FRAME_MAX;
}

void intake_request(struct intake *in, struct arena **a, const struct received *message)
{
    struct request *request = ARENA_NEW(*a, struct request);
    struct faults faults = {.arena = *a};
    struct arrival v = {.in = in, .arena = a, .message = message, .now_ms = clock_now_ms()};
    struct received copy;
    v.snapshot = publication_get(in->office->publication);
    if (!request || !v.snapshot)
        goto out;
    /* The message struct is the caller's; what it points to lies in the arena and goes with it. */
    copy = *message;
    v.message = &copy;
    v.request = request;
    if (!authorised(&v))
        goto out;
    if (!request_decode(*a, message->frame, SIDE_AGENCY, calendar_day_of_ms(v.now_ms), request, &faults)) {
        log_refused(&v, &faults);
        if (to_be_kept(&faults, message->frame))
            keep_frame(&v, &faults);
        else
            answer(&v, reply_refusal(*a, request->request_id, &faults, 0));
        goto out;
    }
    handlers[request->kind](&v);
out:
    snapshot_unref(v.snapshot);
}
