/* snapshot.c - what the daemon decides by, swapped whole */
#include "role/office/snapshot.h"

#include <pthread.h>
#include <stdlib.h>

struct publication {
    pthread_mutex_t lock;
    struct snapshot *current;
};

static void free_board(struct snapshot *s)
{
    free(s->open);
    free(s->capacity);
    free(s->pending);
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
    if (!s->open || !s->capacity || !s->pending) {
        free_board(s);
        free(s);
        return NULL;
    }
    atomic_init(&s->refs, 1);
    for (size_t i = 0; i < n; i++)
        atomic_init(&s->capacity[i], (*rules)->roster.items[i].capacity);
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
    pthread_mutex_destroy(&p->lock);
    free(p);
}

void publication_swap(struct publication *p, struct snapshot **s)
{
    struct snapshot *old;
    pthread_mutex_lock(&p->lock);
    old = p->current;
    p->current = *s;
    pthread_mutex_unlock(&p->lock);
    *s = NULL;
    snapshot_unref(old);
}

struct snapshot *publication_get(struct publication *p)
{
    struct snapshot *s;
    pthread_mutex_lock(&p->lock);
    s = p->current ? snapshot_ref(p->current) : NULL;
    pthread_mutex_unlock(&p->lock);
    return s;
}
