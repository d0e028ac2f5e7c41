/*
 * sighting.c - what watches have counted: claimed while it is fresh, counted by key, forgotten when it is old
 */
#include "store/fields.h"
#include "store/rows.h"
#include "store/watching.h"

#include <stdlib.h>

static const struct statement cities_to_look_at = {
    "watching_cities",
    "SELECT c.city FROM unnest($1::int4[]) AS c(city) WHERE EXISTS (SELECT 1 FROM sighting s WHERE s.city = c.city AND s.fresh "
    "AND (s.claim IS NULL OR s.claim <= $3::timestamptz)) OR EXISTS (SELECT 1 FROM episode e WHERE e.city = c.city "
    "AND e.look <= $2::timestamptz AND (e.claim IS NULL OR e.claim <= $3::timestamptz))",
};

static const struct statement claim_sightings = {
    "claim_sightings",
    "WITH picked AS (SELECT city, referral, watch, k FROM sighting WHERE city = $1::int4 AND fresh "
    "AND (claim IS NULL OR claim <= $2::timestamptz) ORDER BY referral LIMIT $4::int4 "
    "FOR UPDATE SKIP LOCKED) UPDATE sighting s SET claim = $3::timestamptz FROM picked p WHERE s.city = $1::int4 AND s.city = p.city "
    "AND s.referral = p.referral AND s.watch = p.watch AND s.k = p.k "
    "RETURNING s.watch, s.place, s.category, s.mark, s.referral, s.k",
};

static const struct statement settle_sightings = {
    "settle_sightings",
    "UPDATE sighting s SET fresh = false, claim = NULL "
    "FROM unnest($1::int4[], $2::uuid[], $3::text[], $4::int4[]) AS u(city, referral, watch, k) "
    "WHERE s.city = u.city AND s.referral = u.referral AND s.watch = u.watch AND s.k = u.k",
};

static const struct statement count_key = {
    "count_key",
    "SELECT u.at, s.day, left(s.spot, u.digits) AS spot, count(*) "
    "FROM unnest($1::int4[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::int4[], $7::int4[]) WITH ORDINALITY "
    "AS u(city, watch, place, category, mark, first, digits, at) JOIN sighting s ON s.city = u.city AND s.watch = u.watch "
    "AND s.place = u.place AND s.category = u.category AND s.mark = u.mark AND s.day >= u.first "
    "GROUP BY u.at, s.day, left(s.spot, u.digits) ORDER BY u.at, s.day, 3",
};

static const struct statement open_of_key = {
    "open_of_key",
    "SELECT u.at FROM unnest($1::int4[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::int4[], $7::int4[]) WITH ORDINALITY "
    "AS u(city, watch, place, category, mark, first, digits, at) JOIN episode e ON e.city = u.city AND e.watch = u.watch "
    "AND e.place = u.place AND e.category = u.category AND e.mark = u.mark AND e.over IS NULL",
};

static const struct statement forget_sightings = {
    "forget_sightings",
    "WITH old AS (SELECT city, referral, watch, k FROM sighting WHERE city = $1::int4 AND watch = $2::text AND day < $3::int4 "
    "AND NOT fresh ORDER BY day LIMIT $4::int4) DELETE FROM sighting s USING old o WHERE s.city = $1::int4 AND s.city = o.city "
    "AND s.referral = o.referral AND s.watch = o.watch AND s.k = o.k",
};

enum db_result watching_cities(struct db *db, struct arena *a, const int *cities, int n, int64_t now_ms, int64_t lease_ms, int **out,
                               int *n_out)
{
    struct rows keys;
    struct args args;
    bool room = true;
    rows_init(&keys, "i");
    for (int i = 0; i < n && room; i++) {
        put_int(&keys, cities[i]);
        room = rows_end(&keys);
    }
    args_init(&args);
    rows_args(&keys, &args);
    args_ms(&args, now_ms);
    args_ms(&args, lease_ms);
    enum db_result r = room ? pipe_one(db, &cities_to_look_at, &args) : pipe_drop(db);
    rows_fini(&keys);
    if (r != DB_OK)
        return r;
    const PGresult *res = pipe_result(db, 0);
    int count = PQntuples(res), *found = ARENA_ARRAY(a, (size_t)count + 1, int);
    for (int i = 0; found && i < count; i++)
        found[i] = (int)field_int(&(struct fields){res, i, 0, a});
    r = fields_done(db, a);
    if (r == DB_OK) {
        *out = found;
        *n_out = count;
    }
    return r;
}

enum db_result sighting_claim(struct db *db, struct arena *a, int city, int64_t lease_ms, int64_t until_ms, int limit,
                              struct sighting_claimed **out, int *n)
{
    struct args args;
    args_init(&args);
    args_int4(&args, city);
    args_ms(&args, lease_ms);
    args_ms(&args, until_ms);
    args_int4(&args, limit);
    enum db_result r = pipe_one(db, &claim_sightings, &args);
    if (r != DB_OK)
        return r;
    const PGresult *res = pipe_result(db, 0);
    int count = PQntuples(res);
    struct sighting_claimed *s = ARENA_ARRAY(a, (size_t)count + 1, struct sighting_claimed);
    for (int i = 0; s && i < count; i++) {
        struct fields f = {res, i, 0, a};
        s[i].key.city = city;
        s[i].key.watch = field_str(&f);
        s[i].key.place = field_str(&f);
        s[i].key.category = field_str(&f);
        s[i].key.mark = field_str(&f);
        s[i].referral = field_id(&f);
        s[i].k = (int)field_int(&f);
    }
    r = fields_done(db, a);
    if (r == DB_OK) {
        *out = s;
        *n = count;
    }
    return r;
}

enum db_result sighting_done(struct db *db, const struct sighting_claimed *rows, int n)
{
    struct rows keys;
    bool room = true;
    if (n == 0)
        return DB_OK;
    rows_init(&keys, "iuti");
    for (int i = 0; i < n && room; i++) {
        put_int(&keys, rows[i].key.city);
        put_id(&keys, rows[i].referral);
        put_str(&keys, rows[i].key.watch);
        put_int(&keys, rows[i].k);
        room = rows_end(&keys);
    }
    enum db_result r = room ? rows_ask(db, &settle_sightings, &keys) : pipe_drop(db);
    rows_fini(&keys);
    return r;
}

static void read_counts(const PGresult *counts, const PGresult *open, struct arena *a, struct key_counts *out)
{
    int n = PQntuples(counts);
    struct watch_count *items = ARENA_ARRAY(a, (size_t)n + 1, struct watch_count);
    for (int i = 0; items && i < n; i++) {
        struct fields f = {counts, i, 0, a};
        struct key_counts *k = &out[field_int(&f) - 1];
        items[i].day = (int32_t)field_int(&f);
        items[i].place = field_str(&f);
        items[i].n = (int)field_int(&f);
        if (k->n++ == 0)
            k->items = &items[i];
    }
    for (int i = 0; i < PQntuples(open); i++)
        out[field_int(&(struct fields){open, i, 0, a}) - 1].open = true;
}

enum db_result sighting_counts(struct db *db, struct arena *a, const struct key_query *queries, int n, struct key_counts *out)
{
    struct rows keys;
    struct args args;
    bool room = true;
    if (n == 0)
        return DB_OK;
    rows_init(&keys, "itttbii");
    for (int i = 0; i < n && room; i++) {
        const struct watched_key *k = &queries[i].key;
        out[i] = (struct key_counts){0};
        put_int(&keys, k->city);
        put_str(&keys, k->watch);
        put_str(&keys, k->place);
        put_str(&keys, k->category);
        put_str(&keys, k->mark);
        put_int(&keys, queries[i].from);
        put_int(&keys, queries[i].digits);
        room = rows_end(&keys);
    }
    args_init(&args);
    rows_args(&keys, &args);
    int counts = room ? pipe_add(db, &count_key, &args) : -1;
    int open = room ? pipe_add(db, &open_of_key, &args) : -1;
    enum db_result r = room ? pipe_run(db) : pipe_drop(db);
    rows_fini(&keys);
    if (r != DB_OK)
        return r;
    read_counts(pipe_result(db, counts), pipe_result(db, open), a, out);
    return fields_done(db, a);
}

enum db_result sighting_forget(struct db *db, int city, struct str watch, int32_t day, int limit, int *gone)
{
    struct args args;
    args_init(&args);
    args_int4(&args, city);
    args_str(&args, watch);
    args_int4(&args, day);
    args_int4(&args, limit);
    enum db_result r = pipe_one(db, &forget_sightings, &args);
    if (r == DB_OK)
        *gone = atoi(PQcmdTuples((PGresult *)pipe_result(db, 0)));
    return r;
}
