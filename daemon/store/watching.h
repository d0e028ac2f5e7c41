/*
 * watching.h - early warning in PostgreSQL: what watches have counted, and episodes
 *
 * A sighting is written with its referral. A timer claims fresh ones city by city, counts their keys, and has the keeper open an
 * episode or add to it; a unique key in the database makes that one episode, whoever comes first. Claims run by
 * clock_lease_ms(), everything else by clock_now_ms().
 */
#ifndef STORE_WATCHING_H
#define STORE_WATCHING_H

#include "base/id.h"
#include "core/watch.h"
#include "store/batch.h"

/* One key of one watch. The mark is never shown to anybody. */
struct watched_key {
    int city;
    struct str watch, place, category, mark; /* empty: no part of the key */
};

/* -- for the keeper, in its transaction -- */

struct sighting_row {
    struct watched_key key;
    struct id referral;
    int k;
    int32_t day;
    struct str spot, agency, agency_ref;
};
bool batch_add_sighting(struct batch *b, const struct sighting_row *row);

struct episode_write {
    struct watched_key key;
    struct id id; /* when it is new */
    struct str name;
    int64_t raised_ms, look_ms;
    int32_t since;
    int seen, expected; /* expected: hundredths; 0: none */
};
/*
 * Opens it, or finds the one that is open; either way it is locked until the end of the transaction. With `open_only` none is
 * made: *found tells whether there is one.
 */
enum db_result batch_open_episode(struct batch *b, const struct episode_write *e, bool open_only, struct id *id, bool *found,
                                  bool *fresh) DB_CHECKED;

struct joined_referral {
    struct id referral;
    struct str agency, agency_ref;
    bool told; /* its agency had heard of the episode before */
};
/* Adds what was seen of the key from day `since` on and is not behind the episode yet, in order of agencies; *total: all behind it. */
enum db_result batch_join_episode(struct batch *b, const struct watched_key *key, struct id episode, int32_t since,
                                  struct joined_referral **out, int *n, int *total) DB_CHECKED;

/* -- for the timer -- */

/* Those of `cities` where there is something to look at. */
enum db_result watching_cities(struct db *db, struct arena *a, const int *cities, int n, int64_t now_ms, int64_t lease_ms, int **out,
                               int *n_out) DB_CHECKED;
struct sighting_claimed {
    struct watched_key key;
    struct id referral;
    int k;
};
enum db_result sighting_claim(struct db *db, struct arena *a, int city, int64_t lease_ms, int64_t until_ms, int limit,
                              struct sighting_claimed **out, int *n) DB_CHECKED;
/* Their keys were looked at. */
enum db_result sighting_done(struct db *db, const struct sighting_claimed *rows, int n) DB_CHECKED;

struct key_query {
    struct watched_key key;
    int32_t from;
    int digits; /* of the place that counts are told apart by; 0: by none */
};
struct key_counts {
    const struct watch_count *items; /* in order of days */
    int n;
    bool open; /* an episode is open */
};
/* `out`: one a query. */
enum db_result sighting_counts(struct db *db, struct arena *a, const struct key_query *queries, int n, struct key_counts *out) DB_CHECKED;
/* Sightings of `watch` from before `day`, some at a time; *gone tells how many. */
enum db_result sighting_forget(struct db *db, int city, struct str watch, int32_t day, int limit, int *gone) DB_CHECKED;

struct episode_claimed {
    struct id id;
    struct watched_key key;
    int64_t until_ms; /* of the claim */
};
enum db_result episode_claim(struct db *db, struct arena *a, int city, int64_t now_ms, int64_t lease_ms, int64_t until_ms, int limit,
                             struct episode_claimed **out, int *n) DB_CHECKED;
/* It goes on, and is looked at again at `look_ms`; 0: it is over. Neither, when somebody has added to it since it was claimed. */
enum db_result episode_settle(struct db *db, const struct episode_claimed *e, int64_t now_ms, int64_t look_ms) DB_CHECKED;

/* -- for people -- */

enum episode_closing { EPISODE_HANDLED = 1, EPISODE_KNOWN, EPISODE_FALSE };

struct episode_read {
    struct id id;
    struct str watch, name, place, category, who;
    int64_t raised_ms, over_ms, closed_ms; /* 0: not yet */
    int32_t since;
    int seen, expected, referrals, agencies, closing;
};
/* Newest first; `prefix` limits by the code of the place. *waiting: how many are not closed there. */
enum db_result episode_list(struct db *db, struct arena *a, struct str prefix, bool closed_too, int limit, struct episode_read **out,
                            int *n, int64_t *waiting) DB_CHECKED;
enum db_result episode_find(struct db *db, struct arena *a, struct id id, struct episode_read *out, bool *found) DB_CHECKED;
struct episode_member {
    struct id referral;
    struct str agency, agency_ref;
    int32_t day;
};
enum db_result episode_members(struct db *db, struct arena *a, struct id id, struct episode_member **out, int *n) DB_CHECKED;
/* *done false: it was closed before, or there is none. */
enum db_result episode_close(struct db *db, struct id id, struct str who, int closing, int64_t now_ms, bool *done) DB_CHECKED;
enum db_result episode_count(struct db *db, int64_t *waiting) DB_CHECKED;

#endif
