/*
 * session_table.c - three hash tables over the same sessions
 */
#include "role/dispatch/session_table.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>

static unsigned key_hash(const void *key, size_t size);

/* Seeded, since peers choose what is hashed; and running out of memory is an answer here, not an exit. */
#define HASH_FUNCTION(key, size, out) ((out) = key_hash((key), (size)))
#define HASH_NONFATAL_OOM             1
#define uthash_nonfatal_oom(element)  ((element)->failed = true)
#include <uthash.h>

struct session_links {
    struct session session; /* first: a session is its links' address */
    struct arena *arena;
    bool failed;
    UT_hash_handle by_route, by_receiver, by_id;
};

struct session_table {
    struct session_links *by_route, *by_receiver, *by_id;
};

static unsigned char seed[crypto_shorthash_KEYBYTES];

static unsigned key_hash(const void *key, size_t size)
{
    unsigned char hash[crypto_shorthash_BYTES];
    unsigned out;
    crypto_shorthash(hash, key, size, seed);
    memcpy(&out, hash, sizeof(out));
    return out;
}

/* -- offers -- */

void offers_fini(struct offers *o)
{
    free(o->items);
    *o = (struct offers){0};
}

int offers_room(const struct offers *o)
{
    return o->limit - o->n;
}

static int offers_find(const struct offers *o, struct id assignment)
{
    for (int i = 0; i < o->n; i++)
        if (id_eq(o->items[i].assignment, assignment))
            return i;
    return -1;
}

bool offers_put(struct offers *o, struct id assignment, int64_t respond_by_ms)
{
    int i = offers_find(o, assignment);
    if (i >= 0) {
        o->items[i].respond_by_ms = respond_by_ms;
        return true;
    }
    if (o->n >= o->limit)
        return false;
    if (o->n == o->cap) {
        int cap = o->cap ? o->cap * 2 : 8;
        struct offer *grown = realloc(o->items, (size_t)cap * sizeof(*grown));
        if (!grown)
            return false;
        o->items = grown;
        o->cap = cap;
    }
    o->items[o->n++] = (struct offer){assignment, respond_by_ms};
    return true;
}

bool offers_drop(struct offers *o, struct id assignment)
{
    int i = offers_find(o, assignment);
    if (i < 0)
        return false;
    o->items[i] = o->items[--o->n];
    return true;
}

/* -- the table -- */

struct session_table *session_table_new(void)
{
    struct session_table *t = sodium_init() < 0 ? NULL : calloc(1, sizeof(*t));
    if (t && sodium_is_zero(seed, sizeof(seed)))
        crypto_shorthash_keygen(seed);
    return t;
}

void session_table_free(struct session_table *t)
{
    if (!t)
        return;
    while (t->by_id)
        session_remove(t, &t->by_id->session);
    free(t);
}

int session_table_size(const struct session_table *t)
{
    return (int)HASH_CNT(by_id, t->by_id);
}

static void links_free(struct session_links *l)
{
    offers_fini(&l->session.offers);
    arena_free(l->arena);
}

static int by_text(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* A copy of `wanted` in an arena of its own. */
static struct session_links *links_new(const struct session *wanted)
{
    struct arena *a = arena_new(0);
    struct session_links *l = a ? ARENA_NEW(a, struct session_links) : NULL;
    size_t n = (size_t)wanted->n_organisations;
    struct str *organisations = l ? ARENA_ARRAY(a, n + 1, struct str) : NULL;
    if (!organisations) {
        arena_free(a);
        return NULL;
    }
    l->arena = a;
    l->session = *wanted;
    l->session.links = l;
    l->session.offers = (struct offers){.limit = wanted->offers.limit};
    l->session.receiver = arena_str(a, wanted->receiver);
    l->session.routing_id = arena_str(a, wanted->routing_id);
    l->session.request_id = arena_str(a, wanted->request_id);
    for (size_t i = 0; i < n; i++)
        organisations[i] = arena_str(a, wanted->organisations[i]);
    if (n)
        qsort(organisations, n, sizeof(*organisations), by_text);
    l->session.organisations = organisations;
    if (!arena_overflowed(a))
        return l;
    arena_free(a);
    return NULL;
}

struct session *session_put(struct session_table *t, const struct session *wanted)
{
    struct session_links *l = links_new(wanted);
    struct session *s = l ? &l->session : NULL;
    const struct session *key = s ? s : wanted; /* what `wanted` points to may go with an older one */
    session_remove(t, session_of_receiver(t, key->receiver));
    session_remove(t, session_of_route(t, key->routing_id));
    if (!s)
        return NULL;
    HASH_ADD_KEYPTR(by_id, t->by_id, s->id.b, sizeof(s->id.b), l);
    if (l->failed)
        goto failed;
    HASH_ADD_KEYPTR(by_receiver, t->by_receiver, s->receiver.p, s->receiver.n, l);
    if (l->failed) {
        HASH_DELETE(by_id, t->by_id, l);
        goto failed;
    }
    HASH_ADD_KEYPTR(by_route, t->by_route, s->routing_id.p, s->routing_id.n, l);
    if (l->failed) {
        HASH_DELETE(by_receiver, t->by_receiver, l);
        HASH_DELETE(by_id, t->by_id, l);
        goto failed;
    }
    return s;
failed:
    links_free(l);
    return NULL;
}

void session_remove(struct session_table *t, struct session *s)
{
    struct session_links *l = s ? s->links : NULL;
    if (!l)
        return;
    HASH_DELETE(by_route, t->by_route, l);
    HASH_DELETE(by_receiver, t->by_receiver, l);
    HASH_DELETE(by_id, t->by_id, l);
    links_free(l);
}

bool session_rename(struct session_table *t, struct session *s, struct id id)
{
    struct session_links *l = s->links;
    HASH_DELETE(by_id, t->by_id, l);
    s->id = id;
    s->offers.n = 0;
    HASH_ADD_KEYPTR(by_id, t->by_id, s->id.b, sizeof(s->id.b), l);
    if (!l->failed)
        return true;
    HASH_DELETE(by_route, t->by_route, l);
    HASH_DELETE(by_receiver, t->by_receiver, l);
    links_free(l);
    return false;
}

struct session *session_of_route(struct session_table *t, struct str routing_id)
{
    struct session_links *l;
    HASH_FIND(by_route, t->by_route, routing_id.p, routing_id.n, l);
    return l ? &l->session : NULL;
}

struct session *session_of_receiver(struct session_table *t, struct str receiver)
{
    struct session_links *l;
    HASH_FIND(by_receiver, t->by_receiver, receiver.p, receiver.n, l);
    return l ? &l->session : NULL;
}

struct session *session_of_id(struct session_table *t, struct id id)
{
    struct session_links *l;
    HASH_FIND(by_id, t->by_id, id.b, sizeof(id.b), l);
    return l ? &l->session : NULL;
}

struct session *session_next(struct session_table *t, const struct session *s)
{
    struct session_links *l = s ? s->links->by_id.next : t->by_id;
    return l ? &l->session : NULL;
}

struct session *session_silent(struct session_table *t, int64_t heard_before_ms)
{
    for (struct session *s = session_next(t, NULL); s; s = session_next(t, s))
        if (s->heard_ms < heard_before_ms)
            return s;
    return NULL;
}

bool session_names(const struct session *s, struct str organisation)
{
    return s->everything ||
           bsearch(&organisation, s->organisations, (size_t)s->n_organisations, sizeof(struct str), by_text);
}
