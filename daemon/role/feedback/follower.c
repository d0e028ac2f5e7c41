/* follower.c - the list of those who follow: hundreds at most, looked through */
#include "role/feedback/follower.h"

#include <stdlib.h>

static char *copy(struct str s)
{
    char *p = malloc(s.n + 1);
    if (p) {
        memcpy(p, s.p, s.n);
        p[s.n] = '\0';
    }
    return p;
}

void followers_free(struct followers *f)
{
    for (size_t i = 0; i < f->n; i++) {
        free(f->items[i].agency);
        free(f->items[i].routing_id);
    }
    free(f->items);
    *f = (struct followers){0};
}

struct follower *followers_find(struct followers *f, int city, struct str agency)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->items[i].city == city && str_eqz(agency, f->items[i].agency))
            return &f->items[i];
    return NULL;
}

static struct follower *append(struct followers *f, int city, struct str agency)
{
    struct follower fresh = {.city = city};
    if (f->n == f->cap) {
        size_t cap = f->cap ? f->cap * 2 : 32;
        struct follower *grown = realloc(f->items, cap * sizeof(*grown));
        if (!grown)
            return NULL;
        f->items = grown;
        f->cap = cap;
    }
    fresh.agency = copy(agency);
    if (!fresh.agency)
        return NULL;
    f->items[f->n] = fresh;
    return &f->items[f->n++];
}

struct follower *followers_put(struct followers *f, int city, struct str agency, struct str routing_id,
                               const unsigned char key[32])
{
    struct follower *one = followers_find(f, city, agency);
    char *id = copy(routing_id);
    if (!one && id)
        one = append(f, city, agency);
    if (!one || !id) {
        free(id);
        return NULL;
    }
    free(one->routing_id);
    one->routing_id = id;
    one->routing_id_size = routing_id.n;
    memcpy(one->key, key, sizeof(one->key));
    one->dirty = true;
    one->greeted = false;
    return one;
}

void followers_drop(struct followers *f, struct follower *one)
{
    free(one->agency);
    free(one->routing_id);
    *one = f->items[--f->n];
}
