/*
 * snapshot.h - what the daemon decides by at this moment, published whole
 *
 * Rule set, peers, and the board: how full each organisation is as far as this daemon knows. Readers take a
 * reference for one message; publishing swaps the pointer; the last reader of the old one frees it.
 *
 * Threads: any.
 */
#ifndef ROLE_SNAPSHOT_H
#define ROLE_SNAPSHOT_H

#include "core/load.h"
#include "core/peer.h"
#include "core/ruleset.h"

struct snapshot {
    atomic_int refs;
    const struct ruleset *rules;
    const struct peers *peers;
    /* One an organisation, by index in rules->roster. Hints: the database has the last word. */
    atomic_int *open;
    atomic_int *capacity;
    /* Decided for it and on the way to the database: sways the choice between organisations, never makes one full. */
    atomic_int *pending;
};

/* Takes over both references. The board starts empty, with the roster's capacities. NULL when memory is out. */
struct snapshot *snapshot_new(const struct ruleset **rules, const struct peers **peers);
struct snapshot *snapshot_ref(struct snapshot *s);
void snapshot_unref(struct snapshot *s); /* NULL is accepted */
/* What decide() asks. */
struct load_view snapshot_load(struct snapshot *s);
/* One more (1) or one fewer (-1) on the way to the database. */
void snapshot_pending(struct snapshot *s, int organisation, int change);
/* Notes what the database said, of the organisation with this index in the roster. */
void snapshot_set_load(struct snapshot *s, int organisation, int open, int capacity);
/* Likewise by id. Unknown organisations are ignored. */
void snapshot_note_load(struct snapshot *s, struct str organisation, int open, int capacity);

struct publication;
struct publication *publication_new(void);
void publication_free(struct publication *p);
/* Takes over *s and makes it current. */
void publication_swap(struct publication *p, struct snapshot **s);
/* The current one, with a reference for the caller. NULL before the first. */
struct snapshot *publication_get(struct publication *p);

#endif
