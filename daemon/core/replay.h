/*
 * replay.h - how full each organisation would have been, had referrals gone elsewhere
 *
 * Three levels of open assignments run beside each other through a window of time:
 *   THEN    as it was: each assignment on record, from its offer to its close;
 *   WOULD   the same, but that a referral which now goes elsewhere is held there, for as long as it was held anywhere;
 *   WISHED  the same as WOULD, but that nobody is ever turned away because an organisation is full.
 * What a decision is told of an organisation is what was recorded when it was made, and where the record is silent THEN; to
 * both is added what has come and gone since: WOULD less THEN. So a referral that nothing has touched is decided as it was.
 *
 * Pure: time moves by replay_advance() alone. Threads: one at a time.
 */
#ifndef CORE_REPLAY_H
#define CORE_REPLAY_H

#include "base/id.h"
#include "core/decide.h"

enum replay_level { REPLAY_THEN, REPLAY_WOULD, REPLAY_WISHED };
#define REPLAY_LEVELS 3

/* One assignment on record. */
struct replay_span {
    struct id referral;
    int organisation;          /* number; they are the caller's, those of the roster first */
    unsigned char gone, opened; /* the replay's own marks: 0 */
    int64_t from_ms, until_ms; /* offered; closed, INT64_MAX: still open */
};

struct replay_account {
    int capacity;                /* of the new set; 0: not on its roster */
    int level[REPLAY_LEVELS];    /* now */
    int peak[REPLAY_LEVELS];     /* within the window, as all that follow */
    int64_t area[REPLAY_LEVELS]; /* level times milliseconds: the mean, once divided */
    int days_full[REPLAY_LEVELS]; /* days on which it was full at some moment */
    int days_over[REPLAY_LEVELS]; /* ... and held more than its capacity */
    int64_t given_ms, moved_ms;  /* last given one that was not moved; one that was */
    int64_t settled_ms[REPLAY_LEVELS];
    int32_t last_full[REPLAY_LEVELS], last_over[REPLAY_LEVELS]; /* days counted already; 0: none */
};

struct replay_world {
    int n_organisations;
    const int *capacity;          /* of each under the new set */
    struct replay_span *spans;    /* sorted by replay_sort() */
    size_t n_spans;
    int64_t since_ms, until_ms;   /* the window */
    int64_t assumed_hold_ms;      /* for a referral that nobody ever held */
};

struct replay;

/* By referral, and the offers of one in order of time. */
void replay_sort(struct replay_span *spans, size_t n);
/* The median time that closed ones were held, of an even sample; 30 days when none was closed. */
int64_t replay_usual_hold_ms(const struct replay_span *spans, size_t n);

/* Borrows the spans and marks them. NULL past the arena's budget. */
struct replay *replay_new(struct arena *a, const struct replay_world *w);
void replay_free(struct replay *r); /* what grows is not in the arena; NULL is accepted */
/* All that happened before `ms`. Time never goes back. */
void replay_advance(struct replay *r, int64_t ms);
/* To the end of the window: accounts are then whole. */
void replay_finish(struct replay *r);
const struct replay_account *replay_account(const struct replay *r, int organisation);

/* What a decision is told now. `seen`: as recorded; NULL: it was not looked at then. `capacity` is the one to hold it to. */
struct load replay_load(const struct replay *r, int organisation, const struct load *seen, int capacity);

/*
 * Which organisation a decision would have given it to if nobody were full: whom it chose, or on the rung where all that could
 * have taken it were full, the one of them with the smallest share of its capacity wished for. -1: nobody.
 */
int replay_wish(const struct replay *r, const struct decision *d);

/* The spans of a referral: *n of them. */
struct replay_span *replay_spans_of(const struct replay *r, struct id referral, int *n);
/*
 * A referral that came at `ms` is held by `organisation` (-1: nobody) in `level`, WOULD or WISHED, and by none of those whose
 * spans these are: until the last of them ended, or for the assumed time. *assumed is set when that was so. False: out of memory.
 */
bool replay_move(struct replay *r, enum replay_level level, struct replay_span *spans, int n, int64_t ms, int organisation,
                 bool *assumed);

#endif
