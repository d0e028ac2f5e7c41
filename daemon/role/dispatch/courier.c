/*
 * courier.c - the thread that keeps receivers' sessions in PostgreSQL and fetches their offers
 *
 * It may wait for PostgreSQL, so that dispatch need not. A session is a row that is renewed; whoever replaces
 * the row has the session, on whatever daemon. Hints from keepers make delivery prompt; a look every second
 * makes it true also for what other daemons commit.
 */
#include "role/dispatch/courier.h"

#include "base/clock.h"
#include "base/log.h"
#include "role/office/notice.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    RENEW_EVERY_MS = 10000,
    SESSION_LIFE_MS = 30000,
    LOOK_EVERY_MS = 1000,
    CHECK_EVERY_MS = 15000,
    WAIT_MS = 250,
    LETTERS_A_TURN = 1024,
};

bool courier_post(struct courier *c, struct letter *l)
{
    if (l && slot_post(c->dispatch, (void **)&l))
        return true;
    letter_free(l);
    return false;
}

void courier_lose(struct courier *c, struct session *s, const char *reason)
{
    struct letter *l = letter_new(LETTER_LOST, s->id);
    if (l)
        l->reason = reason;
    courier_post(c, l);
    session_remove(c->sessions, s);
}

/* -- orders -- */

static void close_row(struct courier *c, struct id session)
{
    struct db *db = link_db(&c->link);
    /* Else it ends by itself when it is not renewed. */
    if (db)
        (void)link_ok(&c->link, session_close(db, id_city(session), session), "session_close");
}

static void on_open(struct courier *c, struct letter *l)
{
    const struct session *w = &l->wanted;
    struct db *db = link_db(&c->link);
    struct session *s;
    bool ok = db && link_ok(&c->link,
                            session_open(db, id_city(w->id), w->receiver, w->id, c->office->daemon,
                                         clock_lease_ms() + SESSION_LIFE_MS),
                            "session_open");
    s = ok ? session_put(c->sessions, w) : NULL;
    if (s)
        s->look = true;
    if (!courier_post(c, letter_new(s ? LETTER_OPENED : LETTER_UNOPENED, w->id)))
        session_remove(c->sessions, s);
}

static void on_decided(struct courier *c, struct letter *l)
{
    struct session *s = session_of_id(c->sessions, l->session);
    if (s && offers_drop(&s->offers, l->assignment))
        s->look = true;
}

static void on_close(struct courier *c, struct letter *l)
{
    session_remove(c->sessions, session_of_id(c->sessions, l->session));
    close_row(c, l->session);
}

static void on_told(struct courier *c, struct letter *l)
{
    if (c->n_told < UNTOLD_AT_ONCE) /* else it is told once more */
        c->told[c->n_told++] = l->told;
    if (c->n_telling > 0)
        c->n_telling--;
}

static void (*const order_handlers[])(struct courier *, struct letter *) = {
    [LETTER_OPEN] = on_open,
    [LETTER_DECIDED] = on_decided,
    [LETTER_CLOSE] = on_close,
    [LETTER_TOLD] = on_told,
};

static void take_orders(struct courier *c)
{
    struct letter *l;
    for (int i = 0; i < LETTERS_A_TURN && (l = inbox_take(c->orders)) != NULL; i++) {
        order_handlers[l->kind](c, l);
        letter_free(l);
    }
}

/* -- hints -- */

/* The session of the organisation's hub, or else everyone who may serve it. */
static void look_for(struct courier *c, const struct snapshot *snapshot, struct str organisation)
{
    int at = roster_find(&snapshot->rules->roster, organisation);
    struct str hub = at < 0 ? (struct str){0} : snapshot->rules->roster.items[at].hub;
    struct session *one = str_empty(hub) ? NULL : session_of_receiver(c->sessions, hub);
    if (one) {
        one->look = true;
        return;
    }
    for (struct session *s = session_next(c->sessions, NULL); s; s = session_next(c->sessions, s)) {
        int peer = peers_by_id(snapshot->peers, s->receiver);
        if (peer >= 0 && peer_serves(&snapshot->peers->items[peer], organisation))
            s->look = true;
    }
}

static void take_hints(struct courier *c)
{
    struct snapshot *snapshot = publication_get(c->office->publication);
    struct notice *n;
    for (int i = 0; i < LETTERS_A_TURN && (n = inbox_take(c->hints)) != NULL; i++) {
        if (snapshot && n->kind == NOTICE_OFFER)
            look_for(c, snapshot, str_from(n->name));
        c->untold_hint |= n->kind == NOTICE_NEWS;
        free(n);
    }
    snapshot_unref(snapshot);
}

/* -- sessions -- */

static void drop_lost(struct courier *c, const struct id *ids, const bool *lost, int n)
{
    for (int i = 0; i < n; i++) {
        struct session *s = lost[i] ? session_of_id(c->sessions, ids[i]) : NULL;
        if (s)
            courier_lose(c, s,
                         "another connection of the receiver took over, or the database was away too long");
    }
}

static void renew(struct courier *c, struct db *db)
{
    int size = session_table_size(c->sessions), n = 0;
    struct arena *a = arena_new(0);
    int *cities = a ? ARENA_ARRAY(a, (size_t)size + 1, int) : NULL;
    struct id *ids = a ? ARENA_ARRAY(a, (size_t)size + 1, struct id) : NULL;
    bool *lost = a ? ARENA_ARRAY(a, (size_t)size + 1, bool) : NULL;
    int64_t now = clock_lease_ms();
    if (cities && ids && lost && size > 0) {
        for (struct session *s = session_next(c->sessions, NULL); s; s = session_next(c->sessions, s), n++) {
            ids[n] = s->id;
            cities[n] = id_city(s->id);
        }
        if (link_ok(&c->link, session_renew(db, cities, ids, n, now, now + SESSION_LIFE_MS, lost),
                    "session_renew")) {
            drop_lost(c, ids, lost, n);
            c->next_renewal_ms = clock_mono_ms() + RENEW_EVERY_MS;
        }
    }
    arena_free(a);
}

/*
 * Where the connection was lost while offers were being taken, nobody knows whether they were. Under a new id
 * the session gets all that the old one had once more, with newer terms.
 */
static void open_anew(struct courier *c, struct db *db)
{
    struct session *next;
    for (struct session *s = session_next(c->sessions, NULL); s; s = next) {
        struct letter *l;
        struct id id = id_new(clock_now_ms(), id_city(s->id));
        next = session_next(c->sessions, s);
        if (!s->doubt)
            continue;
        if (!link_ok(&c->link,
                     session_open(db, id_city(id), s->receiver, id, c->office->daemon,
                                  clock_lease_ms() + SESSION_LIFE_MS),
                     "session_open"))
            return;
        l = letter_new(LETTER_RENAMED, s->id);
        if (l)
            l->renamed = id;
        if (!courier_post(c, l)) {
            session_remove(c->sessions, s);
            continue;
        }
        s->doubt = false;
        s->look = true;
        (void)session_rename(c->sessions, s, id);
    }
}

static void look_at_all(struct courier *c)
{
    for (struct session *s = session_next(c->sessions, NULL); s; s = session_next(c->sessions, s))
        s->look = true;
    c->next_look_ms = clock_mono_ms() + LOOK_EVERY_MS;
}

/* What is due, with a connection; true when there is more to do at once. */
static bool serve(struct courier *c)
{
    const int64_t now = clock_mono_ms();
    const bool was_away = !c->link.db;
    struct db *db = link_db(&c->link);
    if (!db)
        return false;
    if (was_away || now >= c->next_renewal_ms)
        renew(c, db);
    if (c->link.db)
        open_anew(c, c->link.db);
    if (now >= c->next_look_ms)
        look_at_all(c);
    if (c->link.db && now >= c->next_check_ms) {
        courier_check(c, c->link.db);
        c->next_check_ms = now + CHECK_EVERY_MS;
    }
    if (c->link.db)
        courier_tell(c, c->link.db);
    return c->link.db && !atomic_load(&c->office->draining) && courier_deliver(c, c->link.db);
}

static void close_all(struct courier *c)
{
    for (struct session *s = session_next(c->sessions, NULL); s && c->link.db;
         s = session_next(c->sessions, s))
        (void)link_ok(&c->link, session_close(c->link.db, id_city(s->id), s->id), "session_close");
}

static void *courier_main(void *arg)
{
    struct courier *c = arg;
    void *const inputs[] = {inbox_zmq(c->orders), inbox_zmq(c->hints)};
    bool ready[2], more = false;
    c->dispatch = slot_open(c->office->hub, INBOX_DISPATCH_LETTERS);
    if (!c->dispatch)
        log_event(LOG_ERROR, "courier.start", "no memory for letter boxes",
                  LOG_FIELDS(LOG_Z("role", "courier")));
    while (c->dispatch && !atomic_load(&c->office->stopping)) {
        atomic_store(&c->office->beats[BEAT_COURIER], clock_mono_ms());
        box_wait(inputs, 2, more ? 0 : WAIT_MS, ready);
        take_orders(c);
        take_hints(c);
        more = serve(c);
    }
    close_all(c);
    slot_close(c->dispatch);
    link_close(&c->link);
    return NULL;
}

struct courier *courier_open(struct office *o, char *why, size_t why_size)
{
    struct courier *c = calloc(1, sizeof(*c));
    if (!c) {
        snprintf(why, why_size, "no memory");
        return NULL;
    }
    c->office = o;
    link_init(&c->link, o, "courier");
    c->sessions = session_table_new();
    c->hints = inbox_open(o->hub, INBOX_COURIER);
    c->orders = inbox_open(o->hub, INBOX_COURIER_ORDERS);
    if (!c->sessions || !c->hints || !c->orders) {
        snprintf(why, why_size, "cannot open the inboxes of courier");
        courier_close(c);
        return NULL;
    }
    return c;
}

bool courier_start(struct courier *c)
{
    c->started = pthread_create(&c->thread, NULL, courier_main, c) == 0;
    if (c->started)
        pthread_setname_np(c->thread, "courier");
    return c->started;
}

void courier_close(struct courier *c)
{
    struct notice *n;
    struct letter *l;
    if (!c)
        return;
    if (c->started)
        pthread_join(c->thread, NULL);
    if (c->hints)
        inbox_shut(c->hints);
    if (c->orders)
        inbox_shut(c->orders);
    while (c->hints && (n = inbox_take(c->hints)) != NULL)
        free(n);
    while (c->orders && (l = inbox_take(c->orders)) != NULL)
        letter_free(l);
    inbox_close(c->hints);
    inbox_close(c->orders);
    session_table_free(c->sessions);
    free(c);
}
