/*
 * dossier.c - what a dossier reads beside the case itself, and who opened it
 */
#include "store/dossier.h"

#include "store/fields.h"

static const struct statement dossier_supplements = {
    "dossier_supplements",
    "SELECT supplement_ref, seq, sealed FROM supplement WHERE city = $1::int4 AND referral = $2::uuid ORDER BY seq",
};

static const struct statement dossier_open = {
    "dossier_open",
    "INSERT INTO dossier_opening (city, id, referral, at, who, sealed) "
    "VALUES ($1::int4, $2::uuid, $3::uuid, $4::timestamptz, $5::text, $6::bytea)",
};

static const struct statement dossier_openings = {
    "dossier_openings",
    "SELECT id, referral, at, who, sealed FROM dossier_opening WHERE city = $1::int4 AND referral = $2::uuid ORDER BY at, id",
};

static void referral_args(struct args *args, const struct id *referral)
{
    args_init(args);
    args_int4(args, id_city(*referral));
    args_id(args, referral);
}

enum db_result supplement_list(struct db *db, struct arena *a, struct id referral, struct supplement_read **out, int *n)
{
    struct args args;
    referral_args(&args, &referral);
    enum db_result r = pipe_one(db, &dossier_supplements, &args);
    if (r != DB_OK)
        return r;
    const PGresult *res = pipe_result(db, 0);
    int count = PQntuples(res);
    struct supplement_read *rows = ARENA_ARRAY(a, (size_t)count + 1, struct supplement_read);
    for (int i = 0; rows && i < count; i++) {
        struct fields f = {res, i, 0, a};
        rows[i].ref = field_str(&f);
        rows[i].seq = (uint64_t)field_int(&f);
        rows[i].sealed = field_str(&f);
    }
    *out = rows;
    *n = count;
    return fields_done(db, a);
}

enum db_result opening_add(struct db *db, const struct dossier_opening *o)
{
    struct args args;
    args_init(&args);
    args_int4(&args, id_city(o->referral));
    args_id(&args, &o->id);
    args_id(&args, &o->referral);
    args_ms(&args, o->at_ms);
    args_str(&args, o->who);
    args_bytes(&args, o->sealed.p, o->sealed.n);
    return pipe_one(db, &dossier_open, &args);
}

enum db_result opening_list(struct db *db, struct arena *a, struct id referral, struct dossier_opening **out, int *n)
{
    struct args args;
    referral_args(&args, &referral);
    enum db_result r = pipe_one(db, &dossier_openings, &args);
    if (r != DB_OK)
        return r;
    const PGresult *res = pipe_result(db, 0);
    int count = PQntuples(res);
    struct dossier_opening *rows = ARENA_ARRAY(a, (size_t)count + 1, struct dossier_opening);
    for (int i = 0; rows && i < count; i++) {
        struct fields f = {res, i, 0, a};
        rows[i].id = field_id(&f);
        rows[i].referral = field_id(&f);
        rows[i].at_ms = field_ms(&f);
        rows[i].who = field_str(&f);
        rows[i].sealed = field_str(&f);
    }
    *out = rows;
    *n = count;
    return fields_done(db, a);
}
