/* quota.c - what is in flight, per agency in a sorted array: there are hundreds of them, and they stay */
#include "role/office/quota.h"

#include <assert.h>
#include <stdlib.h>

enum { BYTES_SHARE = 8 }; /* one agency may hold an eighth of the bytes */

struct holder {
    char *id;
    size_t n_id;
    int items;
    size_t bytes;
};

struct quota {
    int max_items, max_items_per_agency, items;
    size_t max_bytes, bytes;
    struct holder *holders; /* sorted by id */
    size_t n, cap;
};

struct quota *quota_new(int items, int items_per_agency, size_t bytes)
{
    struct quota *q = calloc(1, sizeof(*q));
    if (q)
        *q = (struct quota){.max_items = items, .max_items_per_agency = items_per_agency, .max_bytes = bytes};
    return q;
}

void quota_free(struct quota *q)
{
    if (!q)
        return;
    for (size_t i = 0; i < q->n; i++)
        free(q->holders[i].id);
    free(q->holders);
    free(q);
}

/* Where `id` is, or belongs. */
static size_t place_of(const struct quota *q, struct str id, bool *found)
{
    size_t low = 0, high = q->n;
    *found = false;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int c = str_cmp((struct str){q->holders[mid].id, q->holders[mid].n_id}, id);
        if (c == 0) {
            *found = true;
            return mid;
        }
        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static struct holder *holder_of(struct quota *q, struct str id)
{
    bool found;
    size_t at = place_of(q, id, &found);
    if (found)
        return &q->holders[at];
    if (q->n == q->cap) {
        size_t cap = q->cap ? q->cap * 2 : 64;
        struct holder *grown = realloc(q->holders, cap * sizeof(*grown));
        if (!grown)
            return NULL;
        q->holders = grown;
        q->cap = cap;
    }
    struct holder fresh = {.id = malloc(id.n + 1), .n_id = id.n};
    if (!fresh.id)
        return NULL;
    memcpy(fresh.id, id.p, id.n);
    memmove(&q->holders[at + 1], &q->holders[at], (q->n - at) * sizeof(*q->holders));
    q->holders[at] = fresh;
    q->n++;
    return &q->holders[at];
}

bool quota_take(struct quota *q, struct str agency, int items, size_t bytes)
{
    struct holder *h;
    if (q->items + items > q->max_items || q->bytes + bytes > q->max_bytes)
        return false;
    h = holder_of(q, agency);
    /* A message larger than the agency's share may pass alone, or it could never be sent. */
    if (!h || (h->items > 0 && (h->items + items > q->max_items_per_agency || h->bytes + bytes > q->max_bytes / BYTES_SHARE)))
        return false;
    h->items += items;
    h->bytes += bytes;
    q->items += items;
    q->bytes += bytes;
    return true;
}

void quota_give(struct quota *q, struct str agency, int items, size_t bytes)
{
    struct holder *h = holder_of(q, agency);
    assert(h && h->items >= items && h->bytes >= bytes && q->items >= items && q->bytes >= bytes);
    h->items -= items;
    h->bytes -= bytes;
    q->items -= items;
    q->bytes -= bytes;
}

int quota_items(const struct quota *q)
{
    return q->items;
}
