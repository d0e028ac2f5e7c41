/*
 * dispatch_answer.c - what keepers and the courier say, told to the receivers
 */
#include "base/clock.h"
#include "base/log.h"
#include "role/dispatch/dispatch.h"
#include "wire/reply.h"


/* -- works that keepers give back -- */

/* True when, after this answer, the offer is not the receiver's to decide any more. */
static bool settles(const struct work_event *e)
{
    if (e->done)
        return true;
    for (size_t i = 0; i < e->faults.n; i++) {
        enum fault_code code = e->faults.items[i].code;
        if (code == FAULT_ASSIGNMENT_UNKNOWN || code == FAULT_ASSIGNMENT_CLOSED ||
            code == FAULT_STATE_FORBIDS)
            return true;
    }
    return false;
}

static void log_refused(const struct work *w)
{
    char id[ID_TEXT_SIZE];
    const struct fault *first = w->event.faults.n ? &w->event.faults.items[0] : NULL;
    log_event(LOG_WARNING, "answer.refused", first ? fault_text(first->code) : "refused",
              LOG_FIELDS(LOG_S("peer", w->actor), LOG_Z("assignment", id_text(w->event.assignment, id)),
                         LOG_Z("step", word_of(event_words, (int)w->event.event)),
                         LOG_Z("code", first ? fault_word(first->code) : ""),
                         LOG_I("faults", w->event.faults.n)));
}

void dispatch_work_back(struct dispatch *d, struct work *w)
{
    const struct work_event *e = &w->event;
    struct session *s = session_of_receiver(d->sessions, w->actor);
    const struct step_reply r = {
        .done = e->done,
        .faults = &e->faults,
        .journal_seq = e->journal_seq,
        .journal_hash = e->done && !e->repeat ? &e->journal_hash : NULL,
        .retry_after_ms = w->busy ? dispatch_retry_after(d) : 0,
    };
    if (w->context)
        quota_give(d->quota, w->actor, 1, w->context_bytes);
    if (w->busy)
        metrics_add(&d->office->metrics, COUNT_BUSY, 1);
    else if (!e->done)
        log_refused(w);
    if (s && !w->busy && settles(e))
        dispatch_decided(d, s, e->assignment);
    dispatch_send(d, w->routing_id, reply_step(w->arena, w->request_id, &r));
    work_free(w);
}

/* -- the courier's letters -- */

static void on_opened(struct dispatch *d, struct session *s, struct letter *l)
{
    char id[ID_TEXT_SIZE];
    const struct hello_reply r = {
        .welcome = true,
        .organisations = (uint32_t)s->serves,
        .ping_interval_ms = (uint32_t)d->office->settings.ping_interval_ms,
    };
    s->open = true;
    log_event(LOG_INFO, "session.opened", "a receiver is here",
              LOG_FIELDS(LOG_S("peer", s->receiver), LOG_Z("session", id_text(s->id, id)),
                         LOG_I("organisations", s->serves), LOG_I("credit", s->offers.limit)));
    dispatch_send(d, s->routing_id, reply_hello(l->arena, s->request_id, &r));
}

static void on_unopened(struct dispatch *d, struct session *s, struct letter *l)
{
    struct faults none = {.arena = l->arena};
    const struct hello_reply r = {.faults = &none, .retry_after_ms = dispatch_retry_after(d)};
    struct str to = arena_bytes(l->arena, s->routing_id.p, s->routing_id.n);
    struct str frame = reply_hello(l->arena, s->request_id, &r);
    metrics_add(&d->office->metrics, COUNT_BUSY, 1);
    session_remove(d->sessions, s);
    dispatch_send(d, to, frame);
}

static void on_renamed(struct dispatch *d, struct session *s, struct letter *l)
{
    (void)session_rename(d->sessions, s, l->renamed);
}

static void on_lost(struct dispatch *d, struct session *s, struct letter *l)
{
    dispatch_end(d, s, "session.lost", l->reason ? l->reason : "ended", false);
}

static void on_offer(struct dispatch *d, struct session *s, struct letter *l)
{
    char assignment[ID_TEXT_SIZE], referral[ID_TEXT_SIZE];
    struct str peer = arena_str(l->arena, s->receiver);
    if (!offers_put(&s->offers, l->assignment, l->respond_by_ms)) {
        dispatch_end(d, s, "session.lost", "no memory to remember what was delivered", true);
        return;
    }
    if (!dispatch_send(d, s->routing_id, l->frame))
        return;
    metrics_add(&d->office->metrics, COUNT_DELIVERED, 1);
    log_event(LOG_INFO, "assignment.delivered", "an offer went out",
              LOG_FIELDS(LOG_Z("referral", id_text(l->referral, referral)),
                         LOG_Z("assignment", id_text(l->assignment, assignment)),
                         LOG_S("organisation", l->organisation), LOG_S("peer", peer),
                         LOG_I("term", l->term)));
}

static void on_gone(struct dispatch *d, struct session *s, struct letter *l)
{
    (void)d;
    (void)offers_drop(&s->offers, l->assignment);
}

static void on_notice(struct dispatch *d, struct session *s, struct letter *l)
{
    struct letter *told;
    if (!l->frame.p || !dispatch_send(d, s->routing_id, l->frame))
        return;
    told = letter_new(LETTER_TOLD, l->session);
    if (told)
        told->told = l->told;
    (void)dispatch_tell_courier(d, told); /* else it is told once more */
}

/* Whether the receiver has accepted it already or not. */
static void on_cancelled(struct dispatch *d, struct session *s, struct letter *l)
{
    (void)offers_drop(&s->offers, l->assignment);
    on_notice(d, s, l);
}

static void (*const letter_handlers[])(struct dispatch *, struct session *, struct letter *) = {
    [LETTER_OPENED] = on_opened, [LETTER_UNOPENED] = on_unopened, [LETTER_RENAMED] = on_renamed,
    [LETTER_LOST] = on_lost,     [LETTER_OFFER] = on_offer,       [LETTER_GONE] = on_gone,
    [LETTER_CANCELLED] = on_cancelled, [LETTER_NOTICE] = on_notice,
};

void dispatch_letter(struct dispatch *d, struct letter *l)
{
    struct session *s = session_of_id(d->sessions, l->session);
    const bool alive = l->kind == LETTER_OPENED || l->kind == LETTER_RENAMED || l->kind == LETTER_OFFER;
    if (s)
        letter_handlers[l->kind](d, s, l);
    else if (alive) /* it has ended here meanwhile: the courier must not go on with it */
        (void)dispatch_tell_courier(
            d, letter_new(LETTER_CLOSE, l->kind == LETTER_RENAMED ? l->renamed : l->session));
    letter_free(l);
}
