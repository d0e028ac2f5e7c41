/*
 * replay.h - stored referrals read in the order of their arrival, with their first decisions, for making these again
 *
 * One READ ONLY, REPEATABLE READ transaction on a connection of db_open_reader(): all of it is one moment's state. What is read is
 * bounded: a slice of time holds some thousand referrals, and only slices that the caller still works on are kept.
 *
 * Threads: a slice may be read from any thread and freed from another than the one that fetched it.
 */
#ifndef STORE_REPLAY_H
#define STORE_REPLAY_H

#include "base/id.h"
#include "store/db.h"

/* Which referrals: arrived in [since, until), in a place whose code begins so (empty: anywhere). */
struct replay_window {
    int64_t since_ms, until_ms;
    struct str place_prefix;
};

/* Where a slice begins and ends, and about how many referrals it has. */
struct replay_stretch {
    int64_t from_ms, until_ms;
    int64_t n;
};

/* Begins the transaction; replay_end() or db_close() ends it. */
enum db_result replay_begin(struct db *db) DB_CHECKED;
enum db_result replay_end(struct db *db) DB_CHECKED;

/* The window cut into stretches of about `rows` referrals, oldest first; *total is how many there are. Counts minute by minute. */
enum db_result replay_plan(struct db *db, struct arena *a, const struct replay_window *w, int64_t rows,
                           struct replay_stretch **out, int *n, int64_t *total) DB_CHECKED;

struct replay_row {
    struct id id;
    int64_t arrived_ms;
    int city, channel;
    struct str agency, place;
    struct str sealed; /* .p NULL: erased */
    struct str record; /* of the first decision; .p NULL: there is none */
};

struct replay_slice;
enum db_result replay_fetch(struct db *db, const struct replay_window *w, const struct replay_stretch *s,
                            struct replay_slice **out) DB_CHECKED;
int replay_slice_rows(const struct replay_slice *s);
/* In the order of arrival. Strings lie in the slice. */
void replay_slice_row(const struct replay_slice *s, int i, struct replay_row *out);
void replay_slice_free(struct replay_slice *s); /* NULL is accepted */

/* An assignment that was open at some time of the window, whenever its referral arrived. */
struct replay_held {
    struct id referral;
    struct str organisation; /* valid in the call alone */
    int64_t offered_ms, closed_ms; /* closed: INT64_MAX while open */
};
/* Calls `each` for every one; false from it ends the walk. */
enum db_result replay_assignments(struct db *db, int64_t since_ms, int64_t until_ms,
                                  bool (*each)(void *context, const struct replay_held *h), void *context) DB_CHECKED;

/* The capacity that the roster in force wants, of each organisation. */
struct replay_capacity {
    struct str organisation;
    int wanted;
};
enum db_result replay_capacities(struct db *db, struct arena *a, struct replay_capacity **out, int *n) DB_CHECKED;

#endif
