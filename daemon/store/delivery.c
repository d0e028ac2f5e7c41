/*
 * delivery.c - open offers handed to the session that fetches them
 *
 * First the oldest open offers are looked up without locking, over all cities; then they are taken city by city,
 * each only if its term is still the one seen: so nobody takes what somebody else took meanwhile, and nobody waits. The
 * taking and the reading of what goes with it are one transaction: what is not handed back is not taken.
 */
#include "store/desk.h"
#include "store/fields.h"
#include "store/rows.h"
#include "store/supplements.h"

#include <stdlib.h>

static const struct statement waiting_offers = {
    "waiting_offers",
    "SELECT a.city, a.id, a.term, a.referral FROM (SELECT DISTINCT city FROM chain) AS c "
    "JOIN assignment a ON a.city = c.city WHERE a.organisation = ANY($1::text[]) AND a.status = 1 "
    "AND (a.session IS NULL OR a.session NOT IN (SELECT unnest($2::uuid[]))) ORDER BY a.offered, a.id LIMIT $3::int4",
};

static const struct statement take_offers = {
    "take_offers",
    "WITH picked AS (SELECT a.city, a.id FROM assignment a JOIN unnest($2::uuid[], $3::int4[]) AS u(id, term) "
    "ON a.id = u.id AND a.term = u.term WHERE a.city = $1::int4 AND a.status = 1 FOR UPDATE OF a SKIP LOCKED) "
    "UPDATE assignment a SET session = $4::uuid, receiver = $5::text, term = a.term + 1 FROM picked p "
    "WHERE a.city = $1::int4 AND a.city = p.city AND a.id = p.id "
    "RETURNING a.id, a.term, a.agency, a.organisation, a.respond_by, a.finish_count, a.finish_unit, a.role",
};

static const struct statement offer_referrals = {
    "offer_referrals",
    "SELECT r.id, r.category, r.mode, r.sealed, d.clocks FROM unnest($1::int4[], $2::timestamptz[], $3::uuid[]) "
    "AS u(city, arrived, id) JOIN referral r ON r.city = u.city AND r.arrived = u.arrived AND r.id = u.id "
    "JOIN docket d ON d.city = u.city AND d.referral = u.id",
};

static const struct statement offer_records = {
    "offer_records",
    "SELECT d.referral, d.record FROM unnest($1::int4[], $2::timestamptz[], $3::uuid[]) AS u(city, arrived, id) "
    "JOIN decision d ON d.city = u.city AND d.arrived = u.arrived AND d.referral = u.id ORDER BY d.referral, d.n",
};

static const struct statement count_waiting = {
    "count_waiting",
    "SELECT count(*) FROM assignment WHERE status = 1 "
    "AND (session IS NULL OR session NOT IN (SELECT unnest($1::uuid[])))",
};

struct offer {
    int city, term, answer; /* answer: of its city's statement */
    struct id id, referral;
    int order;
};

/* Columns of lookups. */
struct keys {
    struct rows organisations, live, taken, referrals, supplemented;
};

static void keys_init(struct keys *k)
{
    rows_init(&k->organisations, "t");
    rows_init(&k->live, "u");
    rows_init(&k->taken, "ui");
    rows_init(&k->referrals, "izu");
    rows_init(&k->supplemented, "iu");
}

static void keys_fini(struct keys *k)
{
    rows_fini(&k->organisations);
    rows_fini(&k->live);
    rows_fini(&k->taken);
    rows_fini(&k->referrals);
    rows_fini(&k->supplemented);
}

static bool put_ids(struct rows *r, const struct id *ids, int n)
{
    bool room = true;
    for (int i = 0; i < n && room; i++) {
        put_id(r, ids[i]);
        room = rows_end(r);
    }
    return room;
}

static bool put_texts(struct rows *r, const struct str *texts, int n)
{
    bool room = true;
    for (int i = 0; i < n && room; i++) {
        put_str(r, texts[i]);
        room = rows_end(r);
    }
    return room;
}

/* -- looking -- */

static int offer_order(const void *x, const void *y)
{
    const struct offer *a = x, *b = y;
    return a->city != b->city ? (a->city > b->city) - (a->city < b->city) : memcmp(a->id.b, b->id.b, sizeof a->id.b);
}

static int id_order(const void *key, const void *item)
{
    const struct id *a = key;
    const struct offer *b = item;
    int c = id_city(*a);
    return c != b->city ? (c > b->city) - (c < b->city) : memcmp(a->b, b->id.b, sizeof a->b);
}

/* Candidates, sorted by city and id; `order` is that of their age. */
static enum db_result look(struct db *db, struct arena *a, struct keys *k, int limit, struct offer **out, int *n)
{
    struct args args;
    args_init(&args);
    rows_args(&k->organisations, &args);
    rows_args(&k->live, &args);
    args_int4(&args, limit);
    enum db_result r = pipe_one(db, &waiting_offers, &args);
    if (r != DB_OK)
        return r;
    const PGresult *res = pipe_result(db, 0);
    int count = PQntuples(res);
    struct offer *o = ARENA_ARRAY(a, (size_t)count + 1, struct offer);
    for (int i = 0; o && i < count; i++) {
        struct fields f = {res, i, 0, a};
        o[i].city = (int)field_int(&f);
        o[i].id = field_id(&f);
        o[i].term = (int)field_int(&f);
        o[i].referral = field_id(&f);
        o[i].order = i;
    }
    r = fields_done(db, a);
    if (r != DB_OK)
        return r;
    qsort(o, (size_t)count, sizeof *o, offer_order);
    *out = o;
    *n = count;
    return DB_OK;
}

/* -- taking -- */

static bool queue_takes(struct db *db, struct keys *k, struct offer *o, int n, const struct taker *by)
{
    for (int from = 0, end; from < n; from = end) {
        rows_reset(&k->taken);
        for (end = from; end < n && o[end].city == o[from].city; end++) {
            put_id(&k->taken, o[end].id);
            put_int(&k->taken, o[end].term);
            if (!rows_end(&k->taken))
                return false;
        }
        struct args args;
        args_init(&args);
        args_int4(&args, o[from].city);
        rows_args(&k->taken, &args);
        args_id(&args, &by->session);
        args_str(&args, by->receiver);
        o[from].answer = pipe_add(db, &take_offers, &args);
    }
    return true;
}

struct answers {
    int referrals, records, supplements;
};

static bool queue_details(struct db *db, struct keys *k, const struct offer *o, int n, struct answers *at)
{
    struct args args;
    for (int i = 0; i < n; i++) {
        put_int(&k->referrals, o[i].city);
        put_ms(&k->referrals, id_ms(o[i].referral));
        put_id(&k->referrals, o[i].referral);
        put_int(&k->supplemented, o[i].city);
        put_id(&k->supplemented, o[i].referral);
        if (!rows_end(&k->referrals) || !rows_end(&k->supplemented))
            return false;
    }
    args_init(&args);
    rows_args(&k->referrals, &args);
    at->referrals = pipe_add(db, &offer_referrals, &args);
    at->records = pipe_add(db, &offer_records, &args);
    at->supplements = supplements_ask(db, &k->supplemented);
    return true;
}

/* -- reading -- */

/* Fills those that were taken, each in its place by age; the others stay with term 0. */
static void read_taken(struct db *db, struct arena *a, const struct offer *o, int n, struct delivery *d)
{
    for (int from = 0, end; from < n; from = end) {
        const PGresult *res = pipe_result(db, o[from].answer);
        for (end = from; end < n && o[end].city == o[from].city;)
            end++;
        for (int i = 0; i < PQntuples(res); i++) {
            struct fields f = {res, i, 0, a};
            struct id id = field_id(&f);
            const struct offer *one = bsearch(&id, o + from, (size_t)(end - from), sizeof *o, id_order);
            if (!one)
                continue;
            struct delivery *to = &d[one->order];
            to->assignment = id;
            to->referral = one->referral;
            to->term = (int)field_int(&f);
            to->agency = field_str(&f);
            to->organisation = field_str(&f);
            to->respond_by_ms = field_ms(&f);
            to->finish_count = (int)field_int(&f);
            to->finish_unit = (int)field_int(&f);
            to->role = (enum assignment_role)field_int(&f);
        }
    }
}

static void read_referral(const PGresult *res, struct arena *a, struct delivery *d)
{
    for (int i = 0; i < PQntuples(res); i++) {
        struct fields f = {res, i, 0, a};
        if (!id_eq(field_id(&f), d->referral))
            continue;
        d->category = field_str(&f);
        d->mode = (int)field_int(&f);
        d->sealed = field_str(&f);
        d->clocks = field_str(&f);
        return;
    }
}

/* The last one is the newest. */
static void read_record(const PGresult *res, struct arena *a, struct delivery *d)
{
    for (int i = PQntuples(res) - 1; i >= 0; i--) {
        struct fields f = {res, i, 0, a};
        if (!id_eq(field_id(&f), d->referral))
            continue;
        d->record = field_str(&f);
        return;
    }
}

/* Leaves only what was taken, with all that goes with it. */
static int complete(struct db *db, struct arena *a, const struct answers *at, struct delivery *d, int n)
{
    int kept = 0;
    for (int i = 0; i < n; i++) {
        if (d[i].term == 0)
            continue;
        d[kept] = d[i];
        read_referral(pipe_result(db, at->referrals), a, &d[kept]);
        read_record(pipe_result(db, at->records), a, &d[kept]);
        d[kept].supplements = supplements_of(pipe_result(db, at->supplements), a, d[kept].referral);
        kept++;
    }
    return kept;
}

static enum db_result take(struct db *db, struct arena *a, struct keys *k, const struct taker *by, int limit,
                           struct delivery **out, int *n_out)
{
    struct offer *o;
    struct answers at;
    int n;
    enum db_result r = look(db, a, k, limit, &o, &n);
    if (r != DB_OK || n == 0)
        return r;
    struct delivery *d = ARENA_ARRAY(a, (size_t)n, struct delivery);
    if (!d || !queue_takes(db, k, o, n, by) || !queue_details(db, k, o, n, &at))
        return pipe_drop(db);
    r = pipe_run(db);
    if (r != DB_OK)
        return r;
    read_taken(db, a, o, n, d);
    n = complete(db, a, &at, d, n);
    r = fields_done(db, a);
    if (r == DB_OK) {
        *out = d;
        *n_out = n;
    }
    return r;
}

enum db_result delivery_take(struct db *db, struct arena *a, const struct taker *by, const struct str *organisations, int n,
                             const struct id *live, int n_live, int limit, struct delivery **out, int *n_out)
{
    struct keys k;
    *out = NULL;
    *n_out = 0;
    if (n <= 0 || limit <= 0)
        return DB_OK;
    keys_init(&k);
    bool room = put_texts(&k.organisations, organisations, n) && put_ids(&k.live, live, n_live);
    enum db_result r = room ? take(db, a, &k, by, limit, out, n_out) : pipe_drop(db);
    keys_fini(&k);
    return r;
}

enum db_result delivery_waiting(struct db *db, const struct id *live, int n_live, int64_t *out)
{
    struct rows keys;
    rows_init(&keys, "u");
    enum db_result r = put_ids(&keys, live, n_live) ? rows_ask(db, &count_waiting, &keys) : pipe_drop(db);
    rows_fini(&keys);
    if (r != DB_OK)
        return r;
    struct fields f = {pipe_result(db, 0), 0, 0, NULL};
    *out = field_int(&f);
    return DB_OK;
}
