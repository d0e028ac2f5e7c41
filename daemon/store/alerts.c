/*
 * alerts.c - episodes as people look at them
 */
#include "store/fields.h"
#include "store/watching.h"

static const struct statement list_episodes = {
    "list_episodes",
    "SELECT e.id, e.watch, e.name, e.place, e.category, e.who, e.raised, e.over, e.closed, e.since, e.seen, e.expected, e.referrals, "
    "(SELECT count(DISTINCT r.agency) FROM episode_referral r WHERE r.city = e.city AND r.episode = e.id), e.closing "
    "FROM episode e WHERE starts_with(e.place, $1::text) ORDER BY e.raised DESC, e.id LIMIT $2::int4",
};

static const struct statement list_waiting = {
    "list_waiting_episodes",
    "SELECT e.id, e.watch, e.name, e.place, e.category, e.who, e.raised, e.over, e.closed, e.since, e.seen, e.expected, e.referrals, "
    "(SELECT count(DISTINCT r.agency) FROM episode_referral r WHERE r.city = e.city AND r.episode = e.id), e.closing "
    "FROM episode e WHERE e.closed IS NULL AND starts_with(e.place, $1::text) ORDER BY e.raised DESC, e.id LIMIT $2::int4",
};

static const struct statement waiting_episodes = {
    "waiting_episodes",
    "SELECT count(*) FROM episode WHERE closed IS NULL AND starts_with(place, $1::text)",
};

static const struct statement one_episode = {
    "one_episode",
    "SELECT e.id, e.watch, e.name, e.place, e.category, e.who, e.raised, e.over, e.closed, e.since, e.seen, e.expected, e.referrals, "
    "(SELECT count(DISTINCT r.agency) FROM episode_referral r WHERE r.city = e.city AND r.episode = e.id), e.closing "
    "FROM episode e WHERE e.city = $1::int4 AND e.id = $2::uuid",
};

static const struct statement members_of_episode = {
    "members_of_episode",
    "SELECT referral, agency, agency_ref, day FROM episode_referral WHERE city = $1::int4 AND episode = $2::uuid "
    "ORDER BY day, referral",
};

static const struct statement close_episode = {
    "close_episode",
    "UPDATE episode SET closed = $3::timestamptz, who = $4::text, closing = $5::int4 WHERE city = $1::int4 AND id = $2::uuid "
    "AND closed IS NULL RETURNING 1",
};

static void read_episode(struct fields *f, struct episode_read *e)
{
    e->id = field_id(f);
    e->watch = field_str(f);
    e->name = field_str(f);
    e->place = field_str(f);
    e->category = field_str(f);
    e->who = field_str(f);
    e->raised_ms = field_ms(f);
    e->over_ms = field_ms(f);
    e->closed_ms = field_ms(f);
    e->since = (int32_t)field_int(f);
    e->seen = (int)field_int(f);
    e->expected = (int)field_int(f);
    e->referrals = (int)field_int(f);
    e->agencies = (int)field_int(f);
    e->closing = (int)field_int(f);
}

enum db_result episode_list(struct db *db, struct arena *a, struct str prefix, bool closed_too, int limit, struct episode_read **out,
                            int *n, int64_t *waiting)
{
    struct args args;
    args_init(&args);
    args_str(&args, prefix);
    int all = pipe_add(db, &waiting_episodes, &args);
    args_int4(&args, limit);
    int some = pipe_add(db, closed_too ? &list_episodes : &list_waiting, &args);
    enum db_result r = pipe_run(db);
    if (r != DB_OK)
        return r;
    const PGresult *res = pipe_result(db, some);
    int count = PQntuples(res);
    struct episode_read *e = ARENA_ARRAY(a, (size_t)count + 1, struct episode_read);
    for (int i = 0; e && i < count; i++)
        read_episode(&(struct fields){res, i, 0, a}, &e[i]);
    *waiting = field_int(&(struct fields){pipe_result(db, all), 0, 0, a});
    r = fields_done(db, a);
    if (r == DB_OK) {
        *out = e;
        *n = count;
    }
    return r;
}

static void id_args(struct args *args, const struct id *id)
{
    args_init(args);
    args_int4(args, id_city(*id));
    args_id(args, id);
}

enum db_result episode_find(struct db *db, struct arena *a, struct id id, struct episode_read *out, bool *found)
{
    struct args args;
    id_args(&args, &id);
    enum db_result r = pipe_one(db, &one_episode, &args);
    if (r != DB_OK)
        return r;
    *found = PQntuples(pipe_result(db, 0)) > 0;
    if (*found)
        read_episode(&(struct fields){pipe_result(db, 0), 0, 0, a}, out);
    return fields_done(db, a);
}

enum db_result episode_members(struct db *db, struct arena *a, struct id id, struct episode_member **out, int *n)
{
    struct args args;
    id_args(&args, &id);
    enum db_result r = pipe_one(db, &members_of_episode, &args);
    if (r != DB_OK)
        return r;
    const PGresult *res = pipe_result(db, 0);
    int count = PQntuples(res);
    struct episode_member *m = ARENA_ARRAY(a, (size_t)count + 1, struct episode_member);
    for (int i = 0; m && i < count; i++) {
        struct fields f = {res, i, 0, a};
        m[i].referral = field_id(&f);
        m[i].agency = field_str(&f);
        m[i].agency_ref = field_str(&f);
        m[i].day = (int32_t)field_int(&f);
    }
    r = fields_done(db, a);
    if (r == DB_OK) {
        *out = m;
        *n = count;
    }
    return r;
}

enum db_result episode_close(struct db *db, struct id id, struct str who, int closing, int64_t now_ms, bool *done)
{
    struct args args;
    id_args(&args, &id);
    args_ms(&args, now_ms);
    args_str(&args, who);
    args_int4(&args, closing);
    enum db_result r = pipe_one(db, &close_episode, &args);
    if (r == DB_OK)
        *done = PQntuples(pipe_result(db, 0)) > 0;
    return r;
}

enum db_result episode_count(struct db *db, int64_t *waiting)
{
    struct args args;
    args_init(&args);
    args_str(&args, STR(""));
    enum db_result r = pipe_one(db, &waiting_episodes, &args);
    if (r == DB_OK)
        *waiting = field_int(&(struct fields){pipe_result(db, 0), 0, 0, NULL});
    return r;
}
