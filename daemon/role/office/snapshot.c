/* snapshot.c - what the daemon decides by, swapped whole */
#include "role/office/snapshot.h"

#include <stdlib.h>

struct publication {
    pthread_mutex_t lock;
    struct snapshot *current;
    struct snapshot *retired; /* each with the reference that it had as the current one */
};

static void free_board(struct snapshot *s)
{
    free(s->open);
    free(s->capacity);
    free(s->pending);
    free(s->given);
    pthread_mutex_destroy(&s->turns);
}

struct snapshot *snapshot_new(const struct ruleset **rules, const struct peers **peers)
{
    struct snapshot *s = calloc(1, sizeof(*s));
    size_t n = (size_t)(*rules)->roster.n;
    if (!s)
        return NULL;
    s->open = calloc(n + 1, sizeof(*s->open));
    s->capacity = calloc(n + 1, sizeof(*s->capacity));
    s->pending = calloc(n + 1, sizeof(*s->pending));
    s->given = calloc(n + 1, sizeof(*s->given));
    pthread_mutex_init(&s->turns, NULL);
    if (!s->open || !s->capacity || !s->pending || !s->given) {
        free_board(s);
        free(s);
        return NULL;
    }
    atomic_init(&s->refs, 1);
    for (size_t i = 0; i < n; i++)
        atomic_init(&s->capacity[i], (*rules)->roster.items[i].capacity);
    s->needs = ruleset_needs(*rules);
    s->rules = *rules;
    s->peers = *peers;
    *rules = NULL;
    *peers = NULL;
    return s;
}

struct snapshot *snapshot_ref(struct snapshot *s)
{
    atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
    return s;
}

void snapshot_unref(struct snapshot *s)
{
    if (!s || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1)
        return;
    ruleset_unref(s->rules);
    peers_unref(s->peers);
    free_board(s);
    free(s);
}

static struct load load_of(void *context, int organisation)
{
    struct snapshot *s = context;
    struct load load = {
        .open = atomic_load_explicit(&s->open[organisation], memory_order_relaxed),
        .capacity = atomic_load_explicit(&s->capacity[organisation], memory_order_relaxed),
        .given_ms = atomic_load_explicit(&s->given[organisation], memory_order_relaxed),
    };
    int pending = atomic_load_explicit(&s->pending[organisation], memory_order_relaxed);
    /* Some of what is pending may be a repeat or fail: only the database can say that the last place is gone. */
    if (load.open < load.capacity)
        load.open = load.open + pending < load.capacity ? load.open + pending : load.capacity - 1;
    return load;
}

struct load_view snapshot_load(struct snapshot *s)
{
    return (struct load_view){.of = load_of, .context = s};
}

void snapshot_pending(struct snapshot *s, int organisation, int change)
{
    atomic_fetch_add_explicit(&s->pending[organisation], change, memory_order_relaxed);
}

void snapshot_set_load(struct snapshot *s, int organisation, int open, int capacity)
{
    atomic_store_explicit(&s->open[organisation], open, memory_order_relaxed);
    atomic_store_explicit(&s->capacity[organisation], capacity, memory_order_relaxed);
}

void snapshot_note_load(struct snapshot *s, struct str organisation, int open, int capacity)
{
    int i = roster_find(&s->rules->roster, organisation);
    if (i >= 0)
        snapshot_set_load(s, i, open, capacity);
}

void snapshot_note_given(struct snapshot *s, int organisation, int64_t given_ms)
{
    if (!(s->needs & NEEDS_TURNS))
        return;
    long long known = atomic_load_explicit(&s->given[organisation], memory_order_relaxed);
    while (known < given_ms && !atomic_compare_exchange_weak_explicit(&s->given[organisation], &known, given_ms,
                                                                      memory_order_relaxed, memory_order_relaxed))
        ;
}

/* When the rung takes turns: now, or just after the latest turn among those that were looked at. */
static void take_turn(struct snapshot *s, const struct decision *d, struct turn *out)
{
    bool in_turn = d->rule >= 0 && d->rung >= 0 && s->rules->rules[d->rule].rungs[d->rung].pick == PICK_ROUND_ROBIN;
    if (d->outcome != OUTCOME_ASSIGNED)
        return;
    for (int i = 0; in_turn && i < d->n_candidates; i++) {
        const struct candidate *c = &d->candidates[i];
        if (c->rung == d->rung && !c->partner && out->at_ms <= c->given_ms)
            out->at_ms = c->given_ms + 1;
    }
    out->organisation = d->organisation;
    out->before_ms = atomic_load_explicit(&s->given[d->organisation], memory_order_relaxed);
    snapshot_note_given(s, d->organisation, out->at_ms);
}

void snapshot_give_turn_back(struct snapshot *s, const struct turn *t)
{
    long long mine = t->at_ms;
    if (t->organisation >= 0)
        atomic_compare_exchange_strong(&s->given[t->organisation], &mine, t->before_ms);
}

bool snapshot_decide(struct snapshot *s, struct arena *a, const struct question *q, struct decision *out, struct turn *turn)
{
    bool turns = s->needs & NEEDS_TURNS;
    *turn = (struct turn){.organisation = -1, .at_ms = q->now_ms};
    if (turns)
        pthread_mutex_lock(&s->turns);
    bool ok = decide(a, s->rules, q->referral, q->excluded, q->n_excluded, q->load, out);
    if (ok && turns)
        take_turn(s, out, turn);
    if (turns)
        pthread_mutex_unlock(&s->turns);
    return ok;
}

struct publication *publication_new(void)
{
    struct publication *p = calloc(1, sizeof(*p));
    if (p && pthread_mutex_init(&p->lock, NULL) != 0) {
        free(p);
        p = NULL;
    }
    return p;
}

void publication_free(struct publication *p)
{
    if (!p)
        return;
    snapshot_unref(p->current);
    for (struct snapshot *s = p->retired, *next; s; s = next) {
        next = s->retired;
        snapshot_unref(s);
    }
    pthread_mutex_destroy(&p->lock);
    free(p);
}

void publication_swap(struct publication *p, struct snapshot **s)
{
    pthread_mutex_lock(&p->lock);
    if (p->current) {
        p->current->retired = p->retired;
        p->retired = p->current;
    }
    p->current = *s;
    pthread_mutex_unlock(&p->lock);
    *s = NULL;
}

int publication_tidy(struct publication *p)
{
    struct snapshot *idle = NULL;
    int left = 0;
    pthread_mutex_lock(&p->lock);
    for (struct snapshot **at = &p->retired; *at;) {
        struct snapshot *s = *at;
        if (atomic_load_explicit(&s->refs, memory_order_acquire) > 1) { /* nobody can take another: it is not current */
            at = &s->retired;
            left++;
            continue;
        }
        *at = s->retired;
        s->retired = idle;
        idle = s;
    }
    pthread_mutex_unlock(&p->lock);
    for (struct snapshot *next; idle; idle = next) {
        next = idle->retired;
        snapshot_unref(idle);
    }
    return left;
}

struct snapshot *publication_get(struct publication *p)
{
    struct snapshot *s;
    pthread_mutex_lock(&p->lock);
    s = p->current ? snapshot_ref(p->current) : NULL;
    pthread_mutex_unlock(&p->lock);
    return s;
}
