/*
 * peer.c - the registry's look-ups and its count of users
 */
#include "core/peer.h"

#include <assert.h>

const struct peers *peers_ref(const struct peers *p)
{
    int before = atomic_fetch_add_explicit(&((struct peers *)p)->refs, 1, memory_order_relaxed);
    assert(before > 0);
    return p;
}

void peers_unref(const struct peers *p)
{
    if (!p)
        return;
    int before = atomic_fetch_sub_explicit(&((struct peers *)p)->refs, 1, memory_order_acq_rel);
    assert(before > 0);
    if (before == 1)
        arena_free(p->arena); /* `p` lies in it */
}

int peers_by_id(const struct peers *p, struct str id)
{
    return STR_FIND_SORTED(p->items, p->n, id, id);
}

int peers_by_key(const struct peers *p, const unsigned char key[32])
{
    int low = 0, high = p->n_keys;
    while (low < high) {
        int middle = low + (high - low) / 2;
        int c = memcmp(p->keys[middle].key, key, 32);
        if (c == 0)
            return p->keys[middle].peer;
        if (c < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

bool peer_serves(const struct peer *p, struct str organisation)
{
    return str_in_sorted(p->serves, p->n_serves, organisation);
}
