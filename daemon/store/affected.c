/*
 * affected.c - open referrals that a rule set has decided
 */
#include "store/desk.h"
#include "store/fields.h"
#include "store/rows.h"
#include "store/version.h"

/* Outcome 1 with no rule: by hand. */
static const struct statement affected_in_city = {
    "affected_in_city",
    "SELECT d.referral, d.agency, d.agency_ref, d.organisation, e.rule, d.state, d.decisions, e.outcome = 1 AND e.rule = '', e.record "
    "FROM decision e JOIN docket d ON d.city = e.city AND d.referral = e.referral "
    "WHERE e.city = $1::int4 AND e.ruleset = $2::bytea AND e.referral > $3::uuid AND d.city = $1::int4 AND d.decisions = e.n "
    "AND d.due_at IS NOT NULL ORDER BY e.referral LIMIT $4::int4",
};

static const struct statement affected_total = {
    "affected_total",
    "SELECT count(*) FROM unnest($1::int4[]) AS u(city) JOIN decision e ON e.city = u.city JOIN docket d ON d.city = e.city "
    "AND d.city = u.city AND d.referral = e.referral WHERE e.ruleset = $2::bytea AND d.decisions = e.n AND d.due_at IS NOT NULL",
};

static void read_row(struct fields *f, struct affected_row *r)
{
    r->referral = field_id(f);
    r->agency = field_str(f);
    r->agency_ref = field_str(f);
    r->organisation = field_str(f);
    r->rule = field_str(f);
    r->state = (int)field_int(f);
    r->decisions = (int)field_int(f);
    r->by_hand = field_int(f) != 0;
    r->record = field_str(f);
}

static enum db_result list_city(struct db *db, struct arena *a, int city, struct digest hash, struct id after, int limit,
                                struct affected_row *rows, int *n)
{
    struct args args;
    args_init(&args);
    args_int4(&args, city);
    args_bytes(&args, hash.b, sizeof hash.b);
    args_id(&args, &after);
    args_int4(&args, limit);
    enum db_result r = pipe_one(db, &affected_in_city, &args);
    if (r != DB_OK)
        return r;
    for (int i = 0; i < PQntuples(pipe_result(db, 0)); i++) {
        struct fields f = {pipe_result(db, 0), i, 0, a};
        read_row(&f, &rows[(*n)++]);
    }
    return fields_done(db, a);
}

enum db_result affected_list(struct db *db, struct arena *a, struct digest hash, struct id after, int limit,
                             struct affected_row **out, int *n)
{
    static const struct id first;
    struct affected_row *rows = ARENA_ARRAY(a, (size_t)limit + 1, struct affected_row);
    int *cities, n_cities, done = 0;
    enum db_result r = rows ? city_list(db, a, &cities, &n_cities) : pipe_drop(db);
    int from = id_is_zero(after) ? 0 : id_city(after);
    for (int i = 0; r == DB_OK && i < n_cities && done < limit; i++)
        if (cities[i] >= from)
            r = list_city(db, a, cities[i], hash, cities[i] == from ? after : first, limit - done, rows, &done);
    if (r == DB_OK) {
        *out = rows;
        *n = done;
    }
    return r;
}

enum db_result affected_count(struct db *db, struct arena *a, struct digest hash, int64_t *out)
{
    struct rows keys;
    struct args args;
    int *cities, n;
    bool room = true;
    enum db_result r = city_list(db, a, &cities, &n);
    if (r != DB_OK)
        return r;
    rows_init(&keys, "i");
    for (int i = 0; i < n && room; i++) {
        put_int(&keys, cities[i]);
        room = rows_end(&keys);
    }
    args_init(&args);
    rows_args(&keys, &args);
    args_bytes(&args, hash.b, sizeof hash.b);
    r = room ? pipe_one(db, &affected_total, &args) : pipe_drop(db);
    rows_fini(&keys);
    if (r == DB_OK) {
        struct fields f = {pipe_result(db, 0), 0, 0, a};
        *out = field_int(&f);
    }
    return r;
}
