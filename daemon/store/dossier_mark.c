/*
 * dossier_mark.c - reviewers' marks: added, never changed; the newest counts
 */
#include "store/dossier.h"

#include "store/fields.h"
#include "store/rows.h"

static const struct statement dossier_mark_add = {
    "dossier_mark_add",
    "INSERT INTO dossier_mark (city, id, sample, referral, at, who, score, findings, sealed) VALUES ($1::int4, $2::uuid, $3::bytea, "
    "$4::uuid, $5::timestamptz, $6::text, $7::int4, $8::text, nullif($9::bytea, ''::bytea))",
};

static const struct statement dossier_marks_newest = {
    "dossier_marks_newest",
    "SELECT DISTINCT ON (k.referral) k.id, k.referral, k.sample, k.at, k.who, k.score, k.findings, k.sealed "
    "FROM unnest($1::int4[]) AS c(city) JOIN dossier_mark k ON k.city = c.city WHERE k.sample = $2::bytea "
    "ORDER BY k.referral, k.at DESC, k.id DESC",
};

static const struct statement dossier_marks_of = {
    "dossier_marks_of",
    "SELECT id, referral, sample, at, who, score, findings, sealed FROM dossier_mark "
    "WHERE city = $1::int4 AND referral = $2::uuid ORDER BY at, id",
};

enum db_result mark_add(struct db *db, const struct review_mark *m)
{
    struct args args;
    args_init(&args);
    args_int4(&args, id_city(m->referral));
    args_id(&args, &m->id);
    args_bytes(&args, m->sample.b, sizeof m->sample.b);
    args_id(&args, &m->referral);
    args_ms(&args, m->at_ms);
    args_str(&args, m->who);
    args_int4(&args, m->score);
    args_str(&args, m->findings);
    args_bytes(&args, m->sealed.p, m->sealed.n);
    return pipe_one(db, &dossier_mark_add, &args);
}

static enum db_result read_marks(struct db *db, struct arena *a, struct review_mark **out, int *n)
{
    const PGresult *res = pipe_result(db, 0);
    int count = PQntuples(res);
    struct review_mark *rows = ARENA_ARRAY(a, (size_t)count + 1, struct review_mark);
    for (int i = 0; rows && i < count; i++) {
        struct fields f = {res, i, 0, a};
        rows[i].id = field_id(&f);
        rows[i].referral = field_id(&f);
        rows[i].sample = field_digest(&f);
        rows[i].at_ms = field_ms(&f);
        rows[i].who = field_str(&f);
        rows[i].score = (int)field_int(&f);
        rows[i].findings = field_str(&f);
        rows[i].sealed = field_str(&f);
    }
    *out = rows;
    *n = count;
    return fields_done(db, a);
}

/* Each city once. */
static bool put_cities(struct rows *r, const struct member_row *members, int n)
{
    rows_init(r, "i");
    for (int i = 0; i < n; i++) {
        int city = id_city(members[i].referral);
        bool again = false;
        for (int k = 0; k < i && !again; k++)
            again = id_city(members[k].referral) == city;
        if (again)
            continue;
        put_int(r, city);
        if (!rows_end(r))
            return false;
    }
    return true;
}

enum db_result mark_newest(struct db *db, struct arena *a, struct digest sample, const struct member_row *members, int n_members,
                           struct review_mark **out, int *n)
{
    struct rows cities;
    struct args args;
    enum db_result r;
    args_init(&args);
    if (put_cities(&cities, members, n_members)) {
        rows_args(&cities, &args);
        args_bytes(&args, sample.b, sizeof sample.b);
        r = pipe_one(db, &dossier_marks_newest, &args);
    } else {
        r = pipe_drop(db);
    }
    rows_fini(&cities);
    return r == DB_OK ? read_marks(db, a, out, n) : r;
}

enum db_result mark_list(struct db *db, struct arena *a, struct id referral, struct review_mark **out, int *n)
{
    struct args args;
    args_init(&args);
    args_int4(&args, id_city(referral));
    args_id(&args, &referral);
    enum db_result r = pipe_one(db, &dossier_marks_of, &args);
    return r == DB_OK ? read_marks(db, a, out, n) : r;
}
