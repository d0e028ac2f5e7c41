/*
 * dispatch_session.c - how a session begins and ends
 */
#include "base/clock.h"
#include "base/log.h"
#include "role/dispatch/dispatch.h"
#include "wire/reply.h"
#include "wire/request.h"

/*
 * Sessions belong to receivers, not to agencies' cities: a few thousand small rows, all in one place.
 */
#define SESSION_CITY 0
#define OPENING_MS   15000 /* longer than PostgreSQL may take; then another Hello begins anew */

bool dispatch_tell_courier(struct dispatch *d, struct letter *l)
{
    if (l && slot_post(d->courier, (void **)&l))
        return true;
    letter_free(l);
    return false;
}

void dispatch_end(struct dispatch *d, struct session *s, const char *event, const char *message, bool close)
{
    char id[ID_TEXT_SIZE];
    log_event(LOG_INFO, event, message,
              LOG_FIELDS(LOG_S("peer", s->receiver), LOG_Z("session", id_text(s->id, id)),
                         LOG_I("undecided", s->offers.n)));
    /* If the courier cannot be told, the row ends by itself once it is not renewed; the courier finds that
     * out. */
    if (close)
        (void)dispatch_tell_courier(d, letter_new(LETTER_CLOSE, s->id));
    session_remove(d->sessions, s);
}

void dispatch_end_silent(struct dispatch *d)
{
    const int64_t patience = (int64_t)SILENT_PINGS * d->office->settings.ping_interval_ms;
    struct session *s;
    while ((s = session_silent(d->sessions, clock_mono_ms() - patience)) != NULL)
        dispatch_end(d, s, "session.lost", "nothing was heard for three ping intervals", true);
}

void dispatch_decided(struct dispatch *d, struct session *s, struct id assignment)
{
    struct letter *l;
    if (!offers_drop(&s->offers, assignment))
        return;
    l = letter_new(LETTER_DECIDED, s->id);
    if (l)
        l->assignment = assignment;
    (void)dispatch_tell_courier(d, l); /* else the courier's own look at the database finds it */
}

/* -- Hello -- */

static void answer_hello(const struct call *c, const struct hello_reply *r)
{
    dispatch_send(c->d, c->message->routing_id, reply_hello(*c->arena, c->request->request_id, r));
}

static void unwelcome(const struct call *c, const struct faults *faults, uint32_t retry_after_ms)
{
    const struct hello_reply r = {.faults = faults, .retry_after_ms = retry_after_ms};
    metrics_add(&c->d->office->metrics, retry_after_ms ? COUNT_BUSY : COUNT_REFUSED_MESSAGES, 1);
    answer_hello(c, &r);
}

/* All that are not the receiver's become faults. */
static bool all_served(const struct call *c, struct faults *faults)
{
    const struct request_hello *hello = &c->request->hello;
    for (int i = 0; i < hello->n; i++)
        if (!peer_serves(c->peer, hello->organisations[i]))
            fault_add(faults, FAULT_ORGANISATION_NOT_YOURS, "organisations[%d]", i);
    if (faults->n == 0)
        return true;
    log_event(LOG_WARNING, "message.refused", fault_text(FAULT_ORGANISATION_NOT_YOURS),
              LOG_FIELDS(LOG_S("peer", c->peer->id), LOG_S("address", c->message->address),
                         LOG_Z("code", fault_word(FAULT_ORGANISATION_NOT_YOURS)),
                         LOG_S("field", faults->items[0].field),
                         LOG_I("faults", faults->n + faults->left_out)));
    return false;
}

static struct session wanted_session(const struct call *c)
{
    const struct request_hello *hello = &c->request->hello;
    struct session s = {
        .id = id_new(c->now_ms, SESSION_CITY),
        .receiver = c->peer->id,
        .routing_id = c->message->routing_id,
        .request_id = c->request->request_id,
        .everything = hello->n == 0,
        .serves = hello->n == 0 ? c->peer->n_serves : hello->n,
        .organisations = hello->organisations,
        .n_organisations = hello->n,
        .offers = {.limit = (int)hello->credit},
        .since_ms = clock_mono_ms(),
        .heard_ms = clock_mono_ms(),
    };
    memcpy(s.key, c->message->key, sizeof(s.key));
    return s;
}

/* The courier's own copy. */
static struct letter *opening(const struct session *s)
{
    struct letter *l = letter_new(LETTER_OPEN, s->id);
    struct str *organisations = l ? ARENA_ARRAY(l->arena, (size_t)s->n_organisations + 1, struct str) : NULL;
    if (!organisations) {
        letter_free(l);
        return NULL;
    }
    l->wanted = *s;
    l->wanted.receiver = arena_str(l->arena, s->receiver);
    l->wanted.routing_id = arena_bytes(l->arena, s->id.b, sizeof(s->id.b));
    l->wanted.request_id = (struct str){"", 0};
    for (int i = 0; i < s->n_organisations; i++)
        organisations[i] = arena_str(l->arena, s->organisations[i]);
    l->wanted.organisations = organisations;
    return l;
}

/* True when the Hello that the connection sent before is on its way to PostgreSQL. */
static bool still_opening(const struct session *s)
{
    return s && !s->open && clock_mono_ms() - s->since_ms < OPENING_MS;
}

void dispatch_hello(struct call *c)
{
    struct dispatch *d = c->d;
    struct office *o = d->office;
    struct faults faults = {.arena = *c->arena};
    struct session *older = session_of_receiver(d->sessions, c->peer->id), *s;
    struct session wanted;
    if (atomic_load(&o->draining) || still_opening(c->session)) {
        dispatch_refuse(c, &faults);
        return;
    }
    if (!all_served(c, &faults)) {
        unwelcome(c, &faults, 0);
        return;
    }
    if (!atomic_load(&o->store_up)) {
        unwelcome(c, &faults, dispatch_retry_after(d));
        return;
    }
    if (older)
        dispatch_end(d, older, "session.superseded", "the receiver said Hello again", false);
    wanted = wanted_session(c);
    s = session_put(d->sessions, &wanted);
    if (!s || !dispatch_tell_courier(d, opening(s))) {
        session_remove(d->sessions, s);
        unwelcome(c, &faults, dispatch_retry_after(d));
    }
}
