/*
 * dossier_sample.c - whom a sample is drawn from, and samples that were drawn
 */
#include "store/dossier.h"

#include "store/fields.h"
#include "store/rows.h"

static const struct statement concluded_cases = {
    "concluded_cases",
    "SELECT r.id, r.channel, d.conclusion, r.place, d.organisation FROM referral r "
    "JOIN docket d ON d.city = r.city AND d.referral = r.id "
    "WHERE r.city = $1::int4 AND r.arrived >= $2::timestamptz AND r.arrived < $3::timestamptz AND r.id > $4::uuid "
    "AND d.conclusion IS NOT NULL AND d.organisation IS NOT NULL ORDER BY r.arrived, r.id LIMIT $5::int4",
};

static const struct statement sample_add = {
    "sample_add",
    "INSERT INTO dossier_sample (hash, at, who, period, strata, size, seed, population) "
    "VALUES ($1::bytea, $2::timestamptz, $3::text, $4::text, $5::int4, $6::int4, $7::text, $8::int8) ON CONFLICT DO NOTHING",
};

static const struct statement sample_members = {
    "sample_members",
    "INSERT INTO dossier_member (sample, n, referral, organisation, stratum, population) "
    "SELECT $1::bytea, u.n, u.referral, u.organisation, u.stratum, u.population "
    "FROM unnest($2::int4[], $3::uuid[], $4::text[], $5::text[], $6::int8[]) AS u(n, referral, organisation, stratum, population) "
    "ON CONFLICT DO NOTHING",
};

static const struct statement samples_newest = {
    "samples_newest",
    "SELECT s.hash, s.at, s.who, s.period, s.strata, s.size, s.seed, s.population, "
    "(SELECT count(*) FROM dossier_member m WHERE m.sample = s.hash) FROM dossier_sample s ORDER BY s.at DESC LIMIT $1::int4",
};

static const struct statement samples_between = {
    "samples_between",
    "SELECT s.hash, s.at, s.who, s.period, s.strata, s.size, s.seed, s.population, "
    "(SELECT count(*) FROM dossier_member m WHERE m.sample = s.hash) FROM dossier_sample s "
    "WHERE s.hash >= $1::bytea AND s.hash <= $2::bytea ORDER BY s.hash LIMIT $3::int4",
};

static const struct statement members_of = {
    "members_of",
    "SELECT n, referral, organisation, stratum, population FROM dossier_member WHERE sample = $1::bytea ORDER BY n",
};

static const struct statement member_is = {
    "member_is",
    "SELECT n FROM dossier_member WHERE sample = $1::bytea AND referral = $2::uuid",
};

/* ---- whom it is drawn from ---- */

enum db_result concluded_page(struct db *db, struct arena *a, int city, int64_t since_ms, int64_t until_ms, int limit, struct id *after,
                              struct concluded_row **out, int *n)
{
    struct args args;
    args_init(&args);
    args_int4(&args, city);
    args_ms(&args, id_ms(*after) > since_ms ? id_ms(*after) : since_ms);
    args_ms(&args, until_ms);
    args_id(&args, after);
    args_int4(&args, limit);
    enum db_result r = pipe_one(db, &concluded_cases, &args);
    if (r != DB_OK)
        return r;
    const PGresult *res = pipe_result(db, 0);
    int count = PQntuples(res);
    struct concluded_row *rows = ARENA_ARRAY(a, (size_t)count + 1, struct concluded_row);
    for (int i = 0; rows && i < count; i++) {
        struct fields f = {res, i, 0, a};
        rows[i].id = field_id(&f);
        rows[i].channel = (int)field_int(&f);
        rows[i].conclusion = (int)field_int(&f);
        rows[i].place = field_str(&f);
        rows[i].organisation = field_str(&f);
    }
    if (rows && count)
        *after = rows[count - 1].id;
    *out = rows;
    *n = count;
    return fields_done(db, a);
}

/* ---- samples ---- */

static void hash_args(struct args *args, const struct digest *hash)
{
    args_init(args);
    args_bytes(args, hash->b, sizeof hash->b);
}

static bool put_members(struct rows *r, const struct member_row *members, int n)
{
    rows_init(r, "iuttl");
    for (int i = 0; i < n; i++) {
        put_int(r, members[i].n);
        put_id(r, members[i].referral);
        put_str(r, members[i].organisation);
        put_str(r, members[i].stratum);
        put_int(r, members[i].population);
        if (!rows_end(r))
            return false;
    }
    return true;
}

enum db_result sample_keep(struct db *db, const struct sample_row *s, const struct member_row *members, int n)
{
    struct args args;
    struct rows rows;
    bool room = put_members(&rows, members, n);
    hash_args(&args, &s->hash);
    args_ms(&args, s->at_ms);
    args_str(&args, s->who);
    args_str(&args, s->period);
    args_int4(&args, s->by);
    args_int4(&args, s->size);
    args_str(&args, s->seed);
    args_int8(&args, s->population);
    pipe_add(db, &sample_add, &args);
    hash_args(&args, &s->hash);
    rows_args(&rows, &args);
    if (room && n > 0)
        pipe_add(db, &sample_members, &args);
    enum db_result r = room ? pipe_run(db) : pipe_drop(db);
    rows_fini(&rows);
    return r;
}

static enum db_result read_samples(struct db *db, struct arena *a, struct sample_row **out, int *n)
{
    const PGresult *res = pipe_result(db, 0);
    int count = PQntuples(res);
    struct sample_row *rows = ARENA_ARRAY(a, (size_t)count + 1, struct sample_row);
    for (int i = 0; rows && i < count; i++) {
        struct fields f = {res, i, 0, a};
        rows[i].hash = field_digest(&f);
        rows[i].at_ms = field_ms(&f);
        rows[i].who = field_str(&f);
        rows[i].period = field_str(&f);
        rows[i].by = (int)field_int(&f);
        rows[i].size = (int)field_int(&f);
        rows[i].seed = field_str(&f);
        rows[i].population = field_int(&f);
        rows[i].members = (int)field_int(&f);
    }
    *out = rows;
    *n = count;
    return fields_done(db, a);
}

enum db_result sample_list(struct db *db, struct arena *a, int limit, struct sample_row **out, int *n)
{
    struct args args;
    args_init(&args);
    args_int4(&args, limit);
    enum db_result r = pipe_one(db, &samples_newest, &args);
    return r == DB_OK ? read_samples(db, a, out, n) : r;
}

enum db_result sample_between(struct db *db, struct arena *a, struct digest low, struct digest high, int limit, struct sample_row **out,
                              int *n)
{
    struct args args;
    hash_args(&args, &low);
    args_bytes(&args, high.b, sizeof high.b);
    args_int4(&args, limit);
    enum db_result r = pipe_one(db, &samples_between, &args);
    return r == DB_OK ? read_samples(db, a, out, n) : r;
}

enum db_result member_list(struct db *db, struct arena *a, struct digest sample, struct member_row **out, int *n)
{
    struct args args;
    hash_args(&args, &sample);
    enum db_result r = pipe_one(db, &members_of, &args);
    if (r != DB_OK)
        return r;
    const PGresult *res = pipe_result(db, 0);
    int count = PQntuples(res);
    struct member_row *rows = ARENA_ARRAY(a, (size_t)count + 1, struct member_row);
    for (int i = 0; rows && i < count; i++) {
        struct fields f = {res, i, 0, a};
        rows[i].n = (int)field_int(&f);
        rows[i].referral = field_id(&f);
        rows[i].organisation = field_str(&f);
        rows[i].stratum = field_str(&f);
        rows[i].population = field_int(&f);
    }
    *out = rows;
    *n = count;
    return fields_done(db, a);
}

enum db_result member_find(struct db *db, struct digest sample, struct id referral, bool *found)
{
    struct args args;
    hash_args(&args, &sample);
    args_id(&args, &referral);
    enum db_result r = pipe_one(db, &member_is, &args);
    if (r == DB_OK)
        *found = PQntuples(pipe_result(db, 0)) > 0;
    return r;
}
