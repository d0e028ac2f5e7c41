/*
 * report.c - pages of referrals, read by ranges of ids
 */
#include "store/report.h"

#include "store/fields.h"
#include "store/rows.h"

static const struct statement report_referrals = {
    "report_referrals",
    "SELECT r.id, r.channel, r.place, r.category, d.state, d.conclusion, d.organisation FROM referral r "
    "LEFT JOIN docket d ON d.city = r.city AND d.referral = r.id "
    "WHERE r.city = $1::int4 AND r.arrived >= $2::timestamptz AND r.arrived < $3::timestamptz AND r.id > $4::uuid "
    "ORDER BY r.arrived, r.id LIMIT $5::int4",
};

static const struct statement report_offers = {
    "report_offers",
    "SELECT referral, organisation, status, offered, closed, finish_by FROM assignment "
    "WHERE city = $1::int4 AND referral > $2::uuid AND referral <= $3::uuid AND role = 0 ORDER BY referral, offered, id",
};

/* From a day before arrival on: daemons' clocks may differ, and older partitions need not be looked at. */
static const struct statement report_steps = {
    "report_steps",
    "SELECT referral, kind, at, body FROM journal WHERE city = $1::int4 AND referral > $2::uuid AND referral <= $3::uuid "
    "AND at >= $4::timestamptz - interval '1 day' ORDER BY referral, seq",
};
static const struct statement report_marks = {
    "report_marks",
    "SELECT referral, kind, at, body FROM journal WHERE city = $1::int4 AND referral > $2::uuid AND referral <= $3::uuid "
    "AND at >= $4::timestamptz - interval '1 day' AND kind = ANY ($5::int4[]) ORDER BY referral, seq",
};

/* The smallest id of a moment. */
static struct id id_floor(int64_t ms)
{
    struct id id = {{0}};
    for (int i = 0; i < 6; i++)
        id.b[i] = (unsigned char)(ms >> (40 - 8 * i));
    return id;
}

static enum db_result read_referrals(struct db *db, struct arena *a, const struct report_wish *w, const struct id *after,
                                     struct report_page *out)
{
    struct args args;
    int64_t from_ms = id_ms(*after) > w->since_ms ? id_ms(*after) : w->since_ms;
    args_init(&args);
    args_int4(&args, w->city);
    args_ms(&args, from_ms);
    args_ms(&args, w->until_ms);
    args_id(&args, after);
    args_int4(&args, w->rows);
    enum db_result r = pipe_one(db, &report_referrals, &args);
    if (r != DB_OK)
        return r;
    const PGresult *res = pipe_result(db, 0);
    int n = PQntuples(res);
    struct report_referral_row *rows = ARENA_ARRAY(a, (size_t)n + 1, struct report_referral_row);
    for (int i = 0; rows && i < n; i++) {
        struct fields f = {res, i, 0, a};
        rows[i].id = field_id(&f);
        rows[i].channel = (int)field_int(&f);
        rows[i].place = field_str(&f);
        rows[i].category = field_str(&f);
        rows[i].state = (int)field_int(&f);
        rows[i].conclusion = (int)field_int(&f);
        rows[i].organisation = field_str(&f);
    }
    out->referrals = rows;
    out->n_referrals = n;
    out->last = n < w->rows;
    return fields_done(db, a);
}

static void take_offers(struct arena *a, const PGresult *res, struct report_page *out)
{
    int n = PQntuples(res);
    struct report_offer_row *rows = ARENA_ARRAY(a, (size_t)n + 1, struct report_offer_row);
    for (int i = 0; rows && i < n; i++) {
        struct fields f = {res, i, 0, a};
        rows[i].referral = field_id(&f);
        rows[i].organisation = field_str(&f);
        rows[i].status = (int)field_int(&f);
        rows[i].offered_ms = field_ms(&f);
        rows[i].closed_ms = field_ms(&f);
        rows[i].finish_by_ms = field_ms(&f);
    }
    out->offers = rows;
    out->n_offers = n;
}

static void take_entries(struct arena *a, const PGresult *res, struct report_page *out)
{
    int n = PQntuples(res);
    struct report_entry *rows = ARENA_ARRAY(a, (size_t)n + 1, struct report_entry);
    for (int i = 0; rows && i < n; i++) {
        struct fields f = {res, i, 0, a};
        rows[i].referral = field_id(&f);
        rows[i].kind = (int)field_int(&f);
        rows[i].at_ms = field_ms(&f);
        rows[i].body = field_str(&f);
    }
    out->entries = rows;
    out->n_entries = n;
}

/* The kinds as a parameter. False when memory is out. */
static bool args_kinds(struct args *args, const struct report_wish *w, struct rows *kinds)
{
    rows_init(kinds, "i");
    for (int i = 0; i < w->n_kinds; i++) {
        put_int(kinds, w->kinds[i]);
        if (!rows_end(kinds))
            return false;
    }
    rows_args(kinds, args);
    return true;
}

/* What is in (after, upto]. */
static enum db_result read_rest(struct db *db, struct arena *a, const struct report_wish *w, const struct id *after,
                                const struct id *upto, struct report_page *out)
{
    struct rows kinds;
    struct args args;
    args_init(&args);
    args_int4(&args, w->city);
    args_id(&args, after);
    args_id(&args, upto);
    int offers = pipe_add(db, &report_offers, &args);
    args_ms(&args, w->since_ms);
    if (!w->whole && !args_kinds(&args, w, &kinds)) {
        rows_fini(&kinds);
        return pipe_drop(db);
    }
    int entries = pipe_add(db, w->whole ? &report_steps : &report_marks, &args);
    if (!w->whole)
        rows_fini(&kinds);
    enum db_result r = pipe_run(db);
    if (r != DB_OK)
        return r;
    take_offers(a, pipe_result(db, offers), out);
    take_entries(a, pipe_result(db, entries), out);
    return fields_done(db, a);
}

enum db_result report_read(struct db *db, struct arena *a, const struct report_wish *w, struct id *after, struct report_page *out)
{
    struct report_page page = {0};
    struct id from = id_is_zero(*after) ? id_floor(w->since_ms) : *after, upto = id_floor(w->until_ms);
    enum db_result r = read_referrals(db, a, w, &from, &page);
    if (r == DB_OK && !page.last)
        upto = page.referrals[page.n_referrals - 1].id;
    if (r == DB_OK)
        r = read_rest(db, a, w, &from, &upto, &page);
    if (r == DB_OK) {
        *after = upto;
        *out = page;
    }
    return r;
}
