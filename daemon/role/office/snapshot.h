/*
 * snapshot.h - what the daemon decides by at this moment, published whole
 *
 * Rule set, peers, and the board: how full each organisation is and when it last had a turn, as far as this daemon knows. Readers take a
 * reference for one message; publishing swaps the pointer. Whoever took over the old one's reference frees it: the publication, once no
 * reader is left, for that takes milliseconds and a reader has a receipt to give.
 *
 * Threads: any.
 */
#ifndef ROLE_SNAPSHOT_H
#define ROLE_SNAPSHOT_H

#include "core/decide.h"
#include "core/peer.h"
#include "core/ruleset.h"

#include <pthread.h>

struct snapshot {
    atomic_int refs;
    const struct ruleset *rules;
    const struct peers *peers;
    unsigned needs; /* enum ruleset_need: what the rules ask for */
    /* One an organisation, by index in rules->roster. Hints: the database has the last word. */
    atomic_int *open;
    atomic_int *capacity;
    /* Decided for it and on the way to the database: sways the choice between organisations, never makes one full. */
    atomic_int *pending;
    /* When each was last given something, decided or on record (ms); kept only when the rules take turns. */
    atomic_llong *given;
    pthread_mutex_t turns; /* held while one is decided, when the rules take turns */
    struct snapshot *retired; /* of a publication: the one retired before */
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

/*
 * Notes a turn that was given; never moves one back. Of those on record only as the snapshot is made: from then on each daemon counts
 * its own, so that each is in order by itself whatever the others do.
 */
void snapshot_note_given(struct snapshot *s, int organisation, int64_t given_ms);

/* -- deciding by it -- */

/* The turn that a decision took. */
struct turn {
    int organisation;  /* -1: nobody was given anything, or no rung of these rules takes turns */
    int64_t at_ms;
    int64_t before_ms; /* what stood there */
};
struct question {
    const struct referral *referral;
    const int *excluded;
    int n_excluded;
    struct load_view load;
    int64_t now_ms;
};
/*
 * decide(), and the turn taken before anybody else decides by this snapshot: so turns are in order whichever threads
 * decide. False only when the arena is past its budget.
 */
bool snapshot_decide(struct snapshot *s, struct arena *a, const struct question *q, struct decision *out, struct turn *turn);
/* Nothing came of it: whose turn it was has it again, unless there was another one since. */
void snapshot_give_turn_back(struct snapshot *s, const struct turn *t);

struct publication;
struct publication *publication_new(void);
void publication_free(struct publication *p);
/* Takes over *s and makes it current. */
void publication_swap(struct publication *p, struct snapshot **s);
/* The current one, with a reference for the caller. NULL before the first. */
struct snapshot *publication_get(struct publication *p);
/* Frees the ones before it that nobody reads any more; to be called now and then. Returns how many are left. */
int publication_tidy(struct publication *p);

#endif
