/*
 * desk.h - shared work of several daemons over one database: loads, due rows, sessions, deliveries
 *
 * Everything here is claimed by UPDATE ... RETURNING or under an equality on the city, so that any number of
 * daemons may run, and so that the schema can be sharded.
 */
#ifndef STORE_DESK_H
#define STORE_DESK_H

#include "base/id.h"
#include "store/batch.h"

struct load_row { int city; struct str organisation; int open, capacity, wanted; int64_t given_ms; };
/* Makes `wanted` the roster's capacity; in force at once where `open` allows it, else as places come back. */
enum db_result load_sync(struct db *db, const struct load_row *rows, int n, int *changed) DB_CHECKED;
/* Those that are not empty at their roster's capacity. */
enum db_result load_read(struct db *db, struct arena *a, struct load_row **out, int *n) DB_CHECKED;
/* All that were ever given anything: city, organisation and given_ms only. */
enum db_result load_turns(struct db *db, struct arena *a, struct load_row **out, int *n) DB_CHECKED;

/* What happens to a referral by itself: `wake` is an event of core/lifecycle.h. */
struct due_row { struct id referral; struct str agency; int wake; int64_t wake_ms; int state; };
/*
 * Rows of `city` whose time has come by `now_ms`, oldest first, claimed for this daemon until `until_ms`; SKIP LOCKED. What
 * somebody claimed until `free_ms` or before is free again: claims run by clock_lease_ms().
 */
enum db_result due_claim(struct db *db, struct arena *a, int city, int64_t now_ms, int64_t free_ms, int64_t until_ms, int limit,
                         struct due_row **out, int *n) DB_CHECKED;
/*
 * Open rows of `city` counted with another calendar than the one marked so; claimed likewise. wake and wake_ms are as they were. None
 * handed out: *left tells whether there are any that somebody has claimed; else it is true.
 */
enum db_result due_recount(struct db *db, struct arena *a, int city, int64_t calendar, int64_t free_ms, int64_t until_ms, int limit,
                           struct due_row **out, int *n, bool *left) DB_CHECKED;
/* The earliest due time of a city that is not claimed; 0: none. */
enum db_result due_next(struct db *db, int city, int64_t *out_ms) DB_CHECKED;
/* Cities that have any journal, and so all that have dockets. */
enum db_result city_list(struct db *db, struct arena *a, int **out, int *n) DB_CHECKED;

/* Times of sessions are those of clock_lease_ms(). Takes over the receiver's session; whoever had it is superseded. */
enum db_result session_open(struct db *db, int city, struct str receiver, struct id session, struct id daemon,
                            int64_t until_ms) DB_CHECKED;
/* Prolongs those still ours; `lost[i]` tells which were taken over or expired. */
enum db_result session_renew(struct db *db, const int *cities, const struct id *sessions, int n, int64_t now_ms, int64_t until_ms,
                             bool *lost) DB_CHECKED;
enum db_result session_close(struct db *db, int city, struct id session) DB_CHECKED;
enum db_result session_live(struct db *db, struct arena *a, int64_t now_ms, struct id **out, int *n) DB_CHECKED;

/* Of a referral: what its agency has added, sealed, in the order it came. */
struct kept_supplements {
    const struct str *refs, *sealed;
    int n;
};

struct delivery {
    struct id assignment, referral;
    int term;
    struct str agency, organisation, category;
    struct str sealed;    /* the referral's bytes */
    struct str record;    /* of the newest decision: category and tags */
    struct str clocks;    /* as in docket_row */
    int64_t respond_by_ms;
    int finish_count, finish_unit, mode;
    enum assignment_role role;
    struct kept_supplements supplements;
};
struct taker { struct id session; struct str receiver; };
/*
 * Open offers to `organisations` that no live session has: they become `by`'s, with the next term. Up to `limit`.
 */
enum db_result delivery_take(struct db *db, struct arena *a, const struct taker *by, const struct str *organisations, int n,
                             const struct id *live, int n_live, int limit, struct delivery **out, int *n_out) DB_CHECKED;
/* Open offers to `organisations` at all that nobody live holds; for the alert "offers nobody fetches". */
enum db_result delivery_waiting(struct db *db, const struct id *live, int n_live, int64_t *out) DB_CHECKED;

/* An assignment that was delivered to `receiver`, of which it does not know everything yet: that it is over, or what happened. */
struct untold {
    struct id assignment, referral;
    struct str receiver;
    int status;
    unsigned notices; /* step kinds, a bit each; counts while it is open, or followed up */
    int notice;       /* tells what was listed from what has come since */
    int state, due_kind;
    int64_t due_ms;
    enum assignment_role role;
    int partner_status; /* of the partner's assignment in joint mediation; 0: there is none */
    struct kept_supplements supplements; /* with 1 << STEP_SUPPLEMENTED */
};
/* The oldest up to `limit` of these receivers. */
enum db_result untold_list(struct db *db, struct arena *a, const struct str *receivers, int n, int limit, struct untold **out,
                           int *n_out) DB_CHECKED;
/* What the receivers know now. */
struct told_mark {
    struct id assignment;
    int status, notice; /* as listed; what has changed since is still to be told */
};
enum db_result untold_mark(struct db *db, const struct told_mark *marks, int n) DB_CHECKED;

#endif
