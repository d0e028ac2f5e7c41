/*
 * episode.c - episodes: opened once, joined by what comes later, looked at again until they are over
 */
#include "store/batch_inner.h"
#include "store/watching.h"

static const struct statement open_episode = {
    "open_episode",
    "INSERT INTO episode (city, id, watch, name, place, category, mark, raised, since, seen, expected, look) "
    "VALUES ($1::int4, $6::uuid, $2::text, $7::text, $3::text, $4::text, $5::bytea, $8::timestamptz, $9::int4, $10::int4, "
    "NULLIF($11::int4, 0), $12::timestamptz) "
    "ON CONFLICT (city, watch, place, category, mark) WHERE over IS NULL DO UPDATE SET claim = NULL RETURNING id",
};

static const struct statement find_open_episode = {
    "find_open_episode",
    "UPDATE episode SET claim = NULL WHERE city = $1::int4 AND watch = $2::text AND place = $3::text AND category = $4::text "
    "AND mark = $5::bytea AND over IS NULL RETURNING id",
};

static const struct statement join_episode = {
    "join_episode",
    "WITH added AS (INSERT INTO episode_referral (city, episode, referral, agency, "
    "agency_ref, day) SELECT DISTINCT s.city, $6::uuid, s.referral, s.agency, s.agency_ref, s.day FROM sighting s WHERE s.city = $1::int4 "
    "AND s.watch = $2::text AND s.place = $3::text AND s.category = $4::text AND s.mark = $5::bytea AND s.day >= $7::int4 "
    "ON CONFLICT DO NOTHING RETURNING city, referral, agency, "
    "agency_ref) SELECT a.referral, a.agency, a.agency_ref, EXISTS (SELECT 1 FROM episode_referral r WHERE r.city = a.city "
    "AND r.episode = $6::uuid AND r.agency = a.agency)::int4 FROM added a ORDER BY a.agency, a.referral",
};

/* After it, for the statement itself does not see what it adds. */
static const struct statement count_episode = {
    "count_episode",
    "UPDATE episode SET referrals = (SELECT count(*) FROM episode_referral r WHERE r.city = $1::int4 AND r.episode = $2::uuid) "
    "WHERE city = $1::int4 AND id = $2::uuid RETURNING referrals",
};

static const struct statement claim_episodes = {
    "claim_episodes",
    "WITH picked AS (SELECT city, id FROM episode WHERE city = $1::int4 AND look <= $2::timestamptz "
    "AND (claim IS NULL OR claim <= $3::timestamptz) ORDER BY look LIMIT $5::int4 FOR UPDATE "
    "SKIP LOCKED) UPDATE episode e SET claim = $4::timestamptz FROM picked p WHERE e.city = $1::int4 AND e.city = p.city AND e.id = p.id "
    "RETURNING e.id, e.watch, e.place, e.category, e.mark",
};

/* Whoever adds to it takes the claim away, so that what was seen meanwhile keeps it from ending. */
static const struct statement put_off_episode = {
    "put_off_episode",
    "UPDATE episode SET look = $4::timestamptz, claim = NULL WHERE city = $1::int4 AND id = $2::uuid AND over IS NULL "
    "AND claim = $3::timestamptz",
};
static const struct statement end_episode = {
    "end_episode",
    "UPDATE episode SET over = $4::timestamptz, look = NULL, claim = NULL, mark = ''::bytea WHERE city = $1::int4 "
    "AND id = $2::uuid AND over IS NULL AND claim = $3::timestamptz",
};

static void key_args(struct args *args, const struct watched_key *k)
{
    args_init(args);
    args_int4(args, k->city);
    args_str(args, k->watch);
    args_str(args, k->place);
    args_str(args, k->category);
    args_str(args, k->mark);
}

static enum db_result ask(struct batch *b, const struct statement *st, const struct args *args, const PGresult **out)
{
    batch_enter(b);
    int answer = pipe_add(b->db, st, args);
    enum db_result r = batch_run(b);
    if (r == DB_OK)
        *out = pipe_result(b->db, answer);
    return r;
}

enum db_result batch_open_episode(struct batch *b, const struct episode_write *e, bool open_only, struct id *id, bool *found,
                                  bool *fresh)
{
    struct args args;
    const PGresult *res;
    key_args(&args, &e->key);
    if (!open_only) {
        args_id(&args, &e->id);
        args_str(&args, e->name);
        args_ms(&args, e->raised_ms);
        args_int4(&args, e->since);
        args_int4(&args, e->seen);
        args_int4(&args, e->expected);
        args_ms(&args, e->look_ms);
    }
    enum db_result r = ask(b, open_only ? &find_open_episode : &open_episode, &args, &res);
    if (r != DB_OK)
        return r;
    *found = PQntuples(res) > 0;
    if (*found)
        *id = field_id(&(struct fields){res, 0, 0, b->arena});
    *fresh = *found && id_eq(*id, e->id);
    return DB_OK;
}

static enum db_result count_members(struct batch *b, int city, struct id episode, int *total)
{
    struct args args;
    const PGresult *res;
    args_init(&args);
    args_int4(&args, city);
    args_id(&args, &episode);
    enum db_result r = ask(b, &count_episode, &args, &res);
    if (r == DB_OK)
        *total = PQntuples(res) ? (int)field_int(&(struct fields){res, 0, 0, b->arena}) : 0;
    return r;
}

enum db_result batch_join_episode(struct batch *b, const struct watched_key *key, struct id episode, int32_t since,
                                  struct joined_referral **out, int *n, int *total)
{
    struct args args;
    const PGresult *res;
    key_args(&args, key);
    args_id(&args, &episode);
    args_int4(&args, since);
    enum db_result r = ask(b, &join_episode, &args, &res);
    if (r != DB_OK)
        return r;
    int count = PQntuples(res);
    struct joined_referral *j = ARENA_ARRAY(b->arena, (size_t)count + 1, struct joined_referral);
    for (int i = 0; j && i < count; i++) {
        struct fields f = {res, i, 0, b->arena};
        j[i].referral = field_id(&f);
        j[i].agency = field_str(&f);
        j[i].agency_ref = field_str(&f);
        j[i].told = field_int(&f) != 0;
    }
    r = batch_have_read(b);
    if (r != DB_OK)
        return r;
    *out = j;
    *n = count;
    return count_members(b, key->city, episode, total);
}

enum db_result episode_claim(struct db *db, struct arena *a, int city, int64_t now_ms, int64_t lease_ms, int64_t until_ms, int limit,
                             struct episode_claimed **out, int *n)
{
    struct args args;
    args_init(&args);
    args_int4(&args, city);
    args_ms(&args, now_ms);
    args_ms(&args, lease_ms);
    args_ms(&args, until_ms);
    args_int4(&args, limit);
    enum db_result r = pipe_one(db, &claim_episodes, &args);
    if (r != DB_OK)
        return r;
    const PGresult *res = pipe_result(db, 0);
    int count = PQntuples(res);
    struct episode_claimed *e = ARENA_ARRAY(a, (size_t)count + 1, struct episode_claimed);
    for (int i = 0; e && i < count; i++) {
        struct fields f = {res, i, 0, a};
        e[i].id = field_id(&f);
        e[i].key.city = city;
        e[i].key.watch = field_str(&f);
        e[i].key.place = field_str(&f);
        e[i].key.category = field_str(&f);
        e[i].key.mark = field_str(&f);
        e[i].until_ms = until_ms;
    }
    r = fields_done(db, a);
    if (r == DB_OK) {
        *out = e;
        *n = count;
    }
    return r;
}

enum db_result episode_settle(struct db *db, const struct episode_claimed *e, int64_t now_ms, int64_t look_ms)
{
    struct args args;
    args_init(&args);
    args_int4(&args, e->key.city);
    args_id(&args, &e->id);
    args_ms(&args, e->until_ms);
    args_ms(&args, look_ms ? look_ms : now_ms);
    return pipe_one(db, look_ms ? &put_off_episode : &end_episode, &args);
}
