/*
 * timer.c - the thread that turns what is due into events, and keeps the board and the partitions fresh
 *
 * Due rows are claimed in PostgreSQL, city by city, oldest first, a bounded number at a time: any number of daemons may
 * run, and a backlog after a long stop is worked off in order without a storm. A claim that comes to nothing runs out after a
 * minute and is made again.
 *
 * Where a test drives the clock, the timer looks as soon as it was moved, and tells the driver when nothing is due any more.
 */
#include "base/clock.h"
#include "base/log.h"
#include "role/office/link.h"
#include "role/office/roles.h"
#include "role/office/work.h"
#include "role/timer/pace.h"
#include "role/timer/watching.h"
#include "store/desk.h"
#include "store/migrate.h"
#include "store/reader.h"
#include "transport/box.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    IN_FLIGHT_MAX = 512,
    CLAIM_MS = 60000,
    WORK_BUDGET = 64 * 1024,
    DUE_EVERY_MS = 1000,
    WATCHES_EVERY_MS = 1000,
    CLAIMED_LOOK_MS = 5000, /* whether others' claims have run out */
    BOARD_EVERY_MS = 5000,
    GAUGES_EVERY_MS = 30000,
    PARTITIONS_EVERY_MS = 3600000,
    MONTHS_AHEAD = 4,
    WAIT_MS = 250,
    DRIVEN_WAIT_MS = 10, /* where a test drives the clock */
};

struct timer {
    struct office *office;
    struct link link;
    struct inbox *works;
    struct slot *keepers[KEEPERS_MAX];
    int in_flight;
    int *cities;
    int n_cities;
    unsigned turn; /* which city comes first, so that none waits for another's backlog */
    int64_t counted; /* mark of the calendar that everything open was counted with; 0: not known */
    struct pace pace;
    bool watched; /* the last look at the watches found nothing to do */
    int64_t next_watches_ms;
    int64_t next_due_ms, next_recount_ms, next_board_ms, next_gauges_ms, next_partitions_ms; /* monotonic */
    pthread_t thread;
    bool started;
};

static void hand_on(struct timer *t, struct snapshot *s, const struct due_row *row, enum event event)
{
    struct work *w = work_new(WORK_EVENT, ORIGIN_TIMER, s, WORK_BUDGET);
    if (!w)
        return;
    w->agency = arena_str(w->arena, row->agency);
    w->actor = STR("timer");
    w->city = id_city(row->referral);
    w->arrived_ms = clock_now_ms();
    w->arrived_mono_us = clock_mono_us();
    w->event.event = event;
    w->event.referral = row->referral;
    w->event.wake_ms = row->wake_ms;
    if (slot_post(t->keepers[keeper_of(w->city, t->office->settings.keepers)], (void **)&w))
        t->in_flight++;
    else
        work_free(w);
}

static void refresh_cities(struct timer *t, struct arena *a)
{
    int *cities, n, *kept;
    if (!link_ok(&t->link, city_list(t->link.db, a, &cities, &n), "cities"))
        return;
    kept = realloc(t->cities, ((size_t)n + 1) * sizeof(*kept));
    if (!kept)
        return;
    if (n > 0)
        memcpy(kept, cities, (size_t)n * sizeof(*kept));
    t->cities = kept;
    t->n_cities = n;
}

/* A driver waits until this moment is settled. */
static bool driver_waits(void)
{
    return clock_followed() && clock_last_settled() != clock_now_ms();
}

/* Claims what is due in every city, as far as there is room. */
static void look_for_due(struct timer *t, struct snapshot *s)
{
    struct arena *a = arena_new(0);
    int64_t now = clock_now_ms(), lease = clock_lease_ms();
    bool nothing = t->in_flight == 0 && t->watched;
    int i, share;
    if (a && driver_waits())
        refresh_cities(t, a);
    share = t->n_cities > 0 ? IN_FLIGHT_MAX / t->n_cities + 1 : 0;
    for (i = 0; a && i < t->n_cities && t->in_flight < IN_FLIGHT_MAX && t->link.db; i++) {
        int city = t->cities[t->turn++ % (unsigned)t->n_cities];
        struct due_row *rows;
        int n = 0;
        if (!link_ok(&t->link, due_claim(t->link.db, a, city, now, lease, lease + CLAIM_MS, share, &rows, &n), "due rows"))
            break;
        nothing = nothing && n == 0;
        if (n == share)
            t->next_due_ms = 0; /* there is more: look again as soon as there is room */
        for (int j = 0; j < n; j++)
            if (rows[j].wake > 0 && rows[j].wake < EVENT_LIMIT)
                hand_on(t, s, &rows[j], (enum event)rows[j].wake);
    }
    if (nothing && i == t->n_cities)
        clock_settled(now);
    arena_free(a);
}

/*
 * Another calendar is in force: what is open is counted anew, a share at a time, until nothing is left that was counted with
 * another one. So it is after a start, too, in case the calendar changed while nobody ran. What somebody has claimed is left: he
 * may be gone, and then it is counted once his claim has run out.
 */
static void recount(struct timer *t, struct snapshot *s)
{
    struct arena *a = arena_new(0);
    int64_t now = clock_lease_ms(), mark = s->rules->calendar.mark;
    bool handed = false, left = false, some;
    int i = 0;
    for (; a && i < t->n_cities && t->in_flight < IN_FLIGHT_MAX; i++) {
        struct due_row *rows;
        int n = 0, room = IN_FLIGHT_MAX - t->in_flight;
        if (!link_ok(&t->link, due_recount(t->link.db, a, t->cities[i], mark, now, now + CLAIM_MS, room, &rows, &n, &some), "recount"))
            break;
        for (int j = 0; j < n; j++)
            hand_on(t, s, &rows[j], EVENT_RECOUNT);
        handed = handed || n > 0;
        left = left || some;
    }
    if (i > 0 && i == t->n_cities && !left)
        t->counted = mark;
    else if (!handed)
        t->next_recount_ms = clock_mono_ms() + CLAIMED_LOOK_MS;
    arena_free(a);
}

/* Who is not on `loads` (sorted by city and id) is empty. */
static void note_loads(struct snapshot *s, const struct load_row *loads, int n, unsigned char *seen)
{
    for (int i = 0; i < n; i++) {
        int at = roster_find(&s->rules->roster, loads[i].organisation);
        if (at < 0)
            continue;
        seen[at] = 1;
        snapshot_set_load(s, at, loads[i].open, loads[i].capacity);
    }
    for (int i = 0; i < s->rules->roster.n; i++)
        if (!seen[i] && atomic_load_explicit(&s->open[i], memory_order_relaxed) != 0)
            snapshot_set_load(s, i, 0, s->rules->roster.items[i].capacity);
}

/* How full everybody is, as other daemons left it. */
static void refresh_board(struct timer *t, struct snapshot *s)
{
    struct arena *a = arena_new(0);
    unsigned char *seen = a ? ARENA_ARRAY(a, (size_t)s->rules->roster.n + 1, unsigned char) : NULL;
    struct load_row *loads;
    int n;
    if (seen) {
        refresh_cities(t, a);
        if (t->link.db && link_ok(&t->link, load_read(t->link.db, a, &loads, &n), "loads"))
            note_loads(s, loads, n, seen);
    }
    arena_free(a);
}

/* What only the database can count. */
static void refresh_gauges(struct timer *t)
{
    struct arena *a = arena_new(0);
    struct id *live;
    int64_t waiting;
    int n;
    if (a && link_ok(&t->link, queue_count(t->link.db, &waiting), "manual queue"))
        metrics_set(&t->office->metrics, GAUGE_MANUAL_WAITING, waiting);
    if (a && t->link.db && link_ok(&t->link, episode_count(t->link.db, &waiting), "alerts"))
        metrics_set(&t->office->metrics, GAUGE_ALERTS, waiting);
    if (a && t->link.db && link_ok(&t->link, session_live(t->link.db, a, clock_lease_ms(), &live, &n), "sessions") &&
        link_ok(&t->link, delivery_waiting(t->link.db, live, n, &waiting), "offers waiting"))
        metrics_set(&t->office->metrics, GAUGE_OFFERS_WAITING, waiting);
    arena_free(a);
}

static void make_partitions(struct timer *t)
{
    int made = 0;
    if (link_ok(&t->link, schema_partitions(t->link.db, clock_now_ms(), MONTHS_AHEAD, &made), "partitions") && made > 0)
        log_event(LOG_INFO, "store.partitions", "partitions for the coming months made", LOG_FIELDS(LOG_I("made", made)));
}

static bool is_time(int64_t *next, int64_t now, int64_t every)
{
    if (now < *next)
        return false;
    *next = now + every;
    return true;
}

/* Another time, another partition, and other things that are due. */
static void watch_clock(struct timer *t)
{
    bool driven = clock_followed() != NULL;
    int64_t step = pace_step(&t->pace, clock_now_ms(), driven ? 0 : clock_mono_ms());
    if (step != 0)
        t->next_due_ms = t->next_partitions_ms = 0;
    if (step < 0)
        log_event(LOG_WARNING, "clock.back", "the clock was set back: what is due waits until it is that time again",
                  LOG_FIELDS(LOG_I("seconds", -step / 1000)));
    else if (step > 0 && !driven)
        log_event(LOG_WARNING, "clock.ahead", "the clock was set ahead, or the machine slept: what has become due is done now",
                  LOG_FIELDS(LOG_I("seconds", step / 1000)));
}

static void look_at_watches(struct timer *t, struct snapshot *s)
{
    struct watching w = {.link = &t->link, .arena = arena_new(0), .snapshot = s, .room = IN_FLIGHT_MAX - t->in_flight};
    if (!w.arena)
        return;
    watching_look(&w);
    t->watched = !w.some && t->link.db;
    for (size_t i = 0; i < w.n_works; i++) {
        struct work *work = w.works[i];
        if (slot_post(t->keepers[keeper_of(work->city, t->office->settings.keepers)], (void **)&work))
            t->in_flight++;
        else
            work_free(work);
    }
    arena_free(w.arena);
}

static bool may_hand_on(const struct timer *t)
{
    return t->link.db && !atomic_load(&t->office->draining) && t->in_flight < IN_FLIGHT_MAX;
}

static void turn(struct timer *t)
{
    int64_t now = clock_mono_ms();
    struct snapshot *s = publication_get(t->office->publication);
    if (!s || !link_db(&t->link))
        goto out;
    if (is_time(&t->next_board_ms, now, BOARD_EVERY_MS))
        refresh_board(t, s);
    if (t->link.db && is_time(&t->next_gauges_ms, now, GAUGES_EVERY_MS))
        refresh_gauges(t);
    if (t->link.db && is_time(&t->next_partitions_ms, now, PARTITIONS_EVERY_MS)) {
        make_partitions(t);
        watching_forget(&t->link, s->rules);
    }
    if (may_hand_on(t) && (is_time(&t->next_watches_ms, now, WATCHES_EVERY_MS) || driver_waits()))
        look_at_watches(t, s);
    if (may_hand_on(t) && (is_time(&t->next_due_ms, now, DUE_EVERY_MS) || driver_waits()))
        look_for_due(t, s);
    if (may_hand_on(t) && t->counted != s->rules->calendar.mark && is_time(&t->next_recount_ms, now, DUE_EVERY_MS))
        recount(t, s);
out:
    snapshot_unref(s);
    publication_tidy(t->office->publication);
}

static void *timer_main(void *arg)
{
    struct timer *t = arg;
    void *input = inbox_zmq(t->works);
    struct work *w;
    char name[32];
    bool ready, ok = true;
    for (int i = 0; i < t->office->settings.keepers; i++)
        ok = (t->keepers[i] = slot_open(t->office->hub, keeper_inbox(i, name))) && ok;
    while (ok && !atomic_load(&t->office->stopping)) {
        atomic_store(&t->office->beats[BEAT_TIMER], clock_mono_ms());
        box_wait(&input, 1, clock_followed() ? DRIVEN_WAIT_MS : WAIT_MS, &ready);
        while ((w = inbox_take(t->works)) != NULL) {
            t->in_flight--;
            if (w->kind == WORK_WARNING)
                watching_done(&t->link, w);
            work_free(w);
        }
        watch_clock(t);
        turn(t);
    }
    for (int i = 0; i < t->office->settings.keepers; i++)
        slot_close(t->keepers[i]);
    link_close(&t->link);
    return NULL;
}

struct timer *timer_open(struct office *o, char *why, size_t why_size)
{
    struct timer *t = calloc(1, sizeof(*t));
    if (!t) {
        snprintf(why, why_size, "no memory");
        return NULL;
    }
    t->office = o;
    link_init(&t->link, o, "timer");
    t->works = inbox_open(o->hub, origin_inboxes[ORIGIN_TIMER]);
    if (!t->works) {
        snprintf(why, why_size, "cannot open the inbox of timer");
        timer_close(t);
        return NULL;
    }
    return t;
}

bool timer_start(struct timer *t)
{
    t->started = pthread_create(&t->thread, NULL, timer_main, t) == 0;
    if (t->started)
        pthread_setname_np(t->thread, "timer");
    return t->started;
}

void timer_close(struct timer *t)
{
    struct work *w;
    if (!t)
        return;
    if (t->started)
        pthread_join(t->thread, NULL);
    if (t->works)
        inbox_shut(t->works);
    while (t->works && (w = inbox_take(t->works)) != NULL)
        work_free(w);
    inbox_close(t->works);
    free(t->cities);
    free(t);
}
