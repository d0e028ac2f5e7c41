/* watching.c - sightings and open episodes held against the watches of the rule set */
#include "role/timer/watching.h"

#include "base/clock.h"
#include "store/watching.h"

#include <stdlib.h>

enum {
    CLAIM_MS = 60000,
    SIGHTINGS_AT_ONCE = 1000, /* of a city */
    EPISODES_AT_ONCE = 100,   /* likewise */
    FORGET_AT_ONCE = 5000,
    FORGET_ROUNDS = 20,
    WORK_BUDGET = 1024 * 1024,
};

/* The keys of one claim, each once, with what was claimed of it. */
struct look {
    struct watching *w;
    int32_t today;
    const struct watch **watches; /* of each query; NULL: no longer in the rule set */
    struct key_query *queries;
    struct key_counts *counts;
    int n;
};

static const struct watch *watch_named(const struct ruleset *rules, struct str id)
{
    for (int i = 0; i < rules->n_watches; i++)
        if (str_eq(rules->watches[i].id, id))
            return &rules->watches[i];
    return NULL;
}

static int key_cmp(const struct watched_key *a, const struct watched_key *b)
{
    int c = str_cmp(a->watch, b->watch);
    c = c ? c : str_cmp(a->place, b->place);
    c = c ? c : str_cmp(a->category, b->category);
    return c ? c : str_cmp(a->mark, b->mark);
}

static int sighting_cmp(const void *a, const void *b)
{
    return key_cmp(&((const struct sighting_claimed *)a)->key, &((const struct sighting_claimed *)b)->key);
}

static bool look_new(struct look *l, struct watching *w, int n)
{
    *l = (struct look){.w = w, .today = calendar_day_of_ms(clock_now_ms())};
    l->watches = ARENA_ARRAY(w->arena, (size_t)n + 1, const struct watch *);
    l->queries = ARENA_ARRAY(w->arena, (size_t)n + 1, struct key_query);
    l->counts = ARENA_ARRAY(w->arena, (size_t)n + 1, struct key_counts);
    return l->watches && l->queries && l->counts;
}

/* A watch that is gone looks back to nothing. */
static void ask(struct look *l, const struct watched_key *key)
{
    static const int digits[] = {[LEVEL_PROVINCE] = 2, [LEVEL_CITY] = 4, [LEVEL_COUNTY] = 6, [LEVEL_TOWN] = 9, [LEVEL_VILLAGE] = 12};
    const struct watch *watch = watch_named(l->w->snapshot->rules, key->watch);
    l->watches[l->n] = watch;
    l->queries[l->n++] = (struct key_query){
        .key = *key,
        .from = watch ? l->today - watch_reach(watch) : l->today + 1,
        .digits = watch && watch->test == WATCH_PLACES ? digits[watch->level] : 0,
    };
}

static enum watch_act next(const struct look *l, int i, bool raised, struct watch_view *view)
{
    const struct key_counts *c = &l->counts[i];
    return watch_next(l->watches[i], &l->w->snapshot->rules->calendar, c->items, c->n, l->today, raised, view);
}

/* ---- fresh sightings ---- */

static struct watched_key key_kept(struct arena *a, const struct watched_key *k)
{
    return (struct watched_key){k->city, arena_str(a, k->watch), arena_str(a, k->place), arena_str(a, k->category), arena_str(a, k->mark)};
}

static void fill(struct work *w, const struct look *l, int i, const struct watch_view *view, const struct sighting_claimed *seen, int n)
{
    const struct watch *watch = l->watches[i];
    struct sighting_claimed *kept = ARENA_ARRAY(w->arena, (size_t)n, struct sighting_claimed);
    w->agency = STR("");
    w->actor = STR("timer");
    w->city = l->queries[i].key.city;
    w->arrived_ms = clock_now_ms();
    w->arrived_mono_us = clock_mono_us();
    w->warning = (struct work_warning){
        .key = key_kept(w->arena, &l->queries[i].key),
        .episode = id_new(w->arrived_ms, w->city),
        .alarm = view->alarm,
        .look_ms = calendar_ms_of_day(l->today + 1),
        .since = view->since,
        .seen = watch->test == WATCH_PLACES ? view->places : view->referrals,
        .expected = (int)(view->expected * 100 + 0.5),
        .seen_rows = kept,
        .n_seen_rows = kept ? n : 0,
    };
    for (int k = 0; kept && k < n; k++) {
        kept[k] = seen[k];
        kept[k].key = w->warning.key;
    }
}

/* False: it is not handed on now, and looked at again when the claim has run out. */
static bool hand_on(struct look *l, int i, const struct watch_view *view, const struct sighting_claimed *seen, int n)
{
    struct watching *w = l->w;
    struct work *work = w->room > 0 ? work_new(WORK_WARNING, ORIGIN_TIMER, w->snapshot, WORK_BUDGET) : NULL;
    if (work)
        fill(work, l, i, view, seen, n);
    struct work **slot = work && !arena_overflowed(work->arena) ? ARENA_PUSH(w->arena, w->works, w->n_works, w->cap_works) : NULL;
    if (!slot) {
        work_free(work);
        return false;
    }
    *slot = work;
    w->room--;
    return true;
}

/* What is left of the claim: those whose key calls for nothing. */
static void settle(struct look *l, struct sighting_claimed *rows, const int *ends)
{
    int idle = 0;
    for (int i = 0, from = 0; i < l->n; from = ends[i++]) {
        struct watch_view view;
        enum watch_act act = l->watches[i] ? next(l, i, l->counts[i].open, &view) : WATCH_NOTHING;
        if (act == WATCH_RAISE || act == WATCH_STAY) {
            hand_on(l, i, &view, rows + from, ends[i] - from);
            continue;
        }
        for (int k = from; k < ends[i]; k++)
            rows[idle++] = rows[k];
    }
    link_ok(l->w->link, sighting_done(l->w->link->db, rows, idle), "sightings");
}

static void look_at_sightings(struct watching *w, int city)
{
    struct sighting_claimed *rows;
    struct look l;
    int64_t lease = clock_lease_ms();
    int n;
    if (!link_ok(w->link, sighting_claim(w->link->db, w->arena, city, lease, lease + CLAIM_MS, SIGHTINGS_AT_ONCE, &rows, &n), "sightings"))
        return;
    int *ends = ARENA_ARRAY(w->arena, (size_t)n + 1, int);
    if (n == 0 || !ends || !look_new(&l, w, n))
        return;
    qsort(rows, (size_t)n, sizeof(*rows), sighting_cmp);
    for (int i = 0; i < n; i++) {
        if (i == 0 || sighting_cmp(&rows[i - 1], &rows[i]) != 0)
            ask(&l, &rows[i].key);
        ends[l.n - 1] = i + 1;
    }
    if (link_ok(w->link, sighting_counts(w->link->db, w->arena, l.queries, l.n, l.counts), "sightings"))
        settle(&l, rows, ends);
}

/* ---- open episodes ---- */

static void look_at_episodes(struct watching *w, int city)
{
    struct episode_claimed *rows;
    struct look l;
    int64_t now = clock_now_ms(), lease = clock_lease_ms();
    int n;
    if (!link_ok(w->link, episode_claim(w->link->db, w->arena, city, now, lease, lease + CLAIM_MS, EPISODES_AT_ONCE, &rows, &n), "episodes") ||
        n == 0 || !look_new(&l, w, n))
        return;
    for (int i = 0; i < n; i++)
        ask(&l, &rows[i].key);
    if (!link_ok(w->link, sighting_counts(w->link->db, w->arena, l.queries, l.n, l.counts), "sightings"))
        return;
    for (int i = 0; i < n && w->link->db; i++) {
        struct watch_view view;
        bool goes_on = l.watches[i] && next(&l, i, true, &view) == WATCH_STAY;
        link_ok(w->link, episode_settle(w->link->db, &rows[i], now, goes_on ? calendar_ms_of_day(l.today + 1) : 0), "episodes");
    }
}

/* ---- a turn ---- */

/* Under which keys may stand: those of all cities, and of the province. */
static int *all_cities(struct arena *a, const struct regions *g, int *n)
{
    int *cities = ARENA_ARRAY(a, (size_t)g->n + 1, int);
    *n = 0;
    for (int i = 0; cities && i < g->n; i++)
        if (g->items[i].level == LEVEL_PROVINCE || g->items[i].level == LEVEL_CITY)
            cities[(*n)++] = region_city(g, i);
    return cities;
}

void watching_look(struct watching *w)
{
    int n, n_all, *cities, *all = all_cities(w->arena, &w->snapshot->rules->regions, &n_all);
    if (!all || !link_ok(w->link, watching_cities(w->link->db, w->arena, all, n_all, clock_now_ms(), clock_lease_ms(), &cities, &n), "watches"))
        return;
    w->some = n > 0;
    for (int i = 0; i < n && w->room > 0; i++) {
        if (w->link->db)
            look_at_sightings(w, cities[i]);
        if (w->link->db)
            look_at_episodes(w, cities[i]);
    }
}

void watching_done(struct link *link, const struct work *w)
{
    if (!w->busy && w->warning.done && link->db)
        link_ok(link, sighting_done(link->db, w->warning.seen_rows, w->warning.n_seen_rows), "sightings");
}

void watching_forget(struct link *link, const struct ruleset *rules)
{
    struct arena *a = arena_new(0);
    int n = 0, *cities = a ? all_cities(a, &rules->regions, &n) : NULL;
    int32_t today = calendar_day_of_ms(clock_now_ms());
    for (int i = 0; cities && i < n; i++)
        for (int k = 0; k < rules->n_watches; k++) {
            const struct watch *w = &rules->watches[k];
            int gone = FORGET_AT_ONCE;
            for (int round = 0; round < FORGET_ROUNDS && gone == FORGET_AT_ONCE && link->db; round++)
                if (!link_ok(link, sighting_forget(link->db, cities[i], w->id, today - watch_reach(w), FORGET_AT_ONCE, &gone), "sightings"))
                    break;
        }
    arena_free(a);
}
