/*
 * peer.h - who may connect: agencies and receivers, by CURVE key (对接单位)
 *
 * Immutable once built, counted, published whole beside the rule set. Authority is asked here at every message, so
 * that a revoked key stops at once.
 *
 * Threads: reading, ref and unref from any thread.
 */
#ifndef CORE_PEER_H
#define CORE_PEER_H

#include "base/arena.h"
#include "core/word.h"

#include <stdatomic.h>

enum peer_kind { PEER_AGENCY = 1, PEER_RECEIVER };

struct peer {
    enum peer_kind kind;
    struct str id, name;
    enum channel channel;      /* agency */
    struct str region_code;    /* agency: its subtree, normal form */
    int region;                /* agency: index in the rule set it was loaded with */
    int city;                  /* agency: shard, 3205 */
    const struct str *serves;  /* receiver: organisation ids it may serve, sorted; hubs' included */
    int n_serves;
    bool enrolled;             /* has at least one key */
};

struct peer_key {
    unsigned char key[32];
    int peer;
};

struct peers {
    atomic_int refs;
    struct arena *arena;      /* this struct lies in it too */
    const struct peer *items; /* sorted by id */
    int n;
    const struct peer_key *keys; /* sorted by key */
    int n_keys;
};

const struct peers *peers_ref(const struct peers *p);
void peers_unref(const struct peers *p); /* NULL is accepted */

int peers_by_id(const struct peers *p, struct str id);               /* -1 */
int peers_by_key(const struct peers *p, const unsigned char key[32]); /* -1 */
bool peer_serves(const struct peer *p, struct str organisation);

#endif
