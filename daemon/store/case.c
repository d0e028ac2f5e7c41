/*
 * case.c - everything about one referral, for queries and `referralctl explain`
 */
#include "store/docket.h"
#include "store/reader.h"

static const struct statement case_docket = {
    "case_docket",
    "SELECT referral, agency, agency_ref, state, channel, mode, due_kind, due_at, assignment, organisation, place, reason, "
    "decisions, conclusion, changed, clocks, wake_at, wake, risk FROM docket WHERE city = $1::int4 AND referral = $2::uuid",
};

static const struct statement case_assignments = {
    "case_assignments",
    "SELECT id, referral, agency, organisation, org_city, status, term, respond_by, finish_by, finish_count, finish_unit, "
    "answer, role FROM assignment WHERE city = $1::int4 AND referral = $2::uuid ORDER BY offered, id",
};

static const struct statement case_referral = {
    "case_referral",
    "SELECT arrived, parties, category, currency, claim_minor, sealed FROM referral "
    "WHERE city = $1::int4 AND id = $2::uuid AND arrived = $3::timestamptz",
};

static const struct statement case_submission = {
    "case_submission",
    "SELECT s.content, s.receipt FROM docket d JOIN submission s ON s.city = d.city AND s.agency = d.agency "
    "AND s.agency_ref = d.agency_ref WHERE d.city = $1::int4 AND d.referral = $2::uuid",
};

static const struct statement case_by_ref = {
    "case_by_ref",
    "SELECT referral FROM submission WHERE city = $1::int4 AND agency = $2::text AND agency_ref = $3::text",
};

/* Agency by agency: the key begins with city and agency. */
static const struct statement case_by_any_ref = {
    "case_by_any_ref",
    "SELECT s.referral FROM chain c JOIN submission s ON s.city = c.city AND s.agency = c.agency "
    "WHERE s.agency_ref = $1::text ORDER BY s.city, s.agency COLLATE \"C\" LIMIT $2::int4",
};

static const struct statement case_decisions = {
    "case_decisions",
    "SELECT n, at, record FROM decision WHERE city = $1::int4 AND referral = $2::uuid AND arrived = $3::timestamptz "
    "ORDER BY n",
};

static void case_args(struct args *args, const struct id *referral)
{
    args_init(args);
    args_int4(args, id_city(*referral));
    args_id(args, referral);
}

static void read_referral(struct fields *f, struct case_row *c)
{
    c->arrived_ms = field_ms(f);
    c->parties = (int)field_int(f);
    c->category = field_str(f);
    c->currency = field_str(f);
    c->has_claim = !field_null(f);
    c->claim_minor = field_int(f);
    c->sealed = field_str(f);
    c->docket.sealed = c->sealed;
}

enum db_result case_read(struct db *db, struct arena *a, struct id referral, struct case_row *out)
{
    struct args args;
    case_args(&args, &referral);
    int docket = pipe_add(db, &case_docket, &args);
    int assignments = pipe_add(db, &case_assignments, &args);
    int submission = pipe_add(db, &case_submission, &args);
    args_ms(&args, id_ms(referral));
    int whole = pipe_add(db, &case_referral, &args);
    enum db_result r = pipe_run(db);
    if (r != DB_OK)
        return r;
    struct case_row c = {.docket.referral = referral};
    struct fields f = {pipe_result(db, docket), 0, 0, a};
    c.found = PQntuples(f.res) > 0;
    if (c.found) {
        docket_fields(&f, &c.docket);
        c.risk = (int)field_int(&f);
        c.conclusion = c.docket.conclusion;
        docket_assignments(pipe_result(db, assignments), 0, a, &c.docket);
    }
    f = (struct fields){pipe_result(db, whole), 0, 0, a};
    if (PQntuples(f.res))
        read_referral(&f, &c);
    f = (struct fields){pipe_result(db, submission), 0, 0, a};
    if (PQntuples(f.res)) {
        c.content = field_digest(&f);
        c.receipt = field_str(&f);
    }
    r = fields_done(db, a);
    if (r == DB_OK)
        *out = c;
    return r;
}

enum db_result case_find(struct db *db, struct arena *a, int city, struct str agency, struct str agency_ref, struct id *out,
                         bool *found)
{
    struct args args;
    args_init(&args);
    args_int4(&args, city);
    args_str(&args, agency);
    args_str(&args, agency_ref);
    enum db_result r = pipe_one(db, &case_by_ref, &args);
    if (r != DB_OK)
        return r;
    struct fields f = {pipe_result(db, 0), 0, 0, a};
    *found = PQntuples(f.res) > 0;
    if (*found)
        *out = field_id(&f);
    return DB_OK;
}

enum db_result case_search(struct db *db, struct arena *a, struct str agency_ref, int limit, struct id **out, int *n)
{
    struct args args;
    args_init(&args);
    args_str(&args, agency_ref);
    args_int4(&args, limit);
    enum db_result r = pipe_one(db, &case_by_any_ref, &args);
    return r == DB_OK ? fields_ids(db, a, out, n) : r;
}

enum db_result decision_list(struct db *db, struct arena *a, struct id referral, struct decision_read **out, int *n)
{
    struct args args;
    case_args(&args, &referral);
    args_ms(&args, id_ms(referral));
    enum db_result r = pipe_one(db, &case_decisions, &args);
    if (r != DB_OK)
        return r;
    const PGresult *res = pipe_result(db, 0);
    int count = PQntuples(res);
    struct decision_read *d = ARENA_ARRAY(a, (size_t)count + 1, struct decision_read);
    for (int i = 0; d && i < count; i++) {
        struct fields f = {res, i, 0, a};
        d[i].n = (int)field_int(&f);
        d[i].at_ms = field_ms(&f);
        d[i].record = field_str(&f);
    }
    r = fields_done(db, a);
    if (r == DB_OK) {
        *out = d;
        *n = count;
    }
    return r;
}

enum db_result assignment_list(struct db *db, struct arena *a, struct id referral, struct assignment_row **out, int *n)
{
    struct args args;
    case_args(&args, &referral);
    enum db_result r = pipe_one(db, &case_assignments, &args);
    if (r != DB_OK)
        return r;
    const PGresult *res = pipe_result(db, 0);
    int count = PQntuples(res);
    struct assignment_row *rows = ARENA_ARRAY(a, (size_t)count + 1, struct assignment_row);
    for (int i = 0; rows && i < count; i++) {
        struct fields f = {res, i, 0, a};
        assignment_fields(&f, &rows[i]);
    }
    r = fields_done(db, a);
    if (r == DB_OK) {
        *out = rows;
        *n = count;
    }
    return r;
}
