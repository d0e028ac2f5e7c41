/*
 * batch_lock.c - locking in order, and reading under the lock
 *
 * Each locking read names one city, and runs through the cities in ascending order; within a city by agency or
 * referral. So all keepers lock in the same order, and the tables can be distributed by city.
 */
#include "store/batch_inner.h"
#include "store/docket.h"

#include <stddef.h>
#include <stdlib.h>

static const struct statement make_heads = {
    "make_heads",
    "INSERT INTO chain (city, agency) SELECT u.city, u.agency FROM unnest($1::int4[], $2::text[]) AS u(city, agency) "
    "ON CONFLICT (city, agency) DO NOTHING",
};

static const struct statement lock_heads = {
    "lock_heads",
    "SELECT agency, seq, hash FROM chain WHERE city = $1::int4 AND agency = ANY($2::text[]) "
    "ORDER BY agency COLLATE \"C\" FOR UPDATE",
};

static const struct statement lock_dockets = {
    "lock_dockets",
    "SELECT referral, agency, agency_ref, state, channel, mode, due_kind, due_at, assignment, organisation, place, reason, "
    "decisions, conclusion, changed, clocks, wake_at, wake FROM docket WHERE city = $1::int4 AND referral = ANY($2::uuid[]) ORDER BY referral FOR UPDATE",
};

/*
 * What is being decided cannot be delivered anew meanwhile, which would raise its term behind the decision's back: delivery.c skips
 * what is locked.
 */
static const struct statement lock_offers = {
    "lock_offers",
    "SELECT id FROM assignment WHERE city = $1::int4 AND referral = ANY($2::uuid[]) AND status = 1 ORDER BY referral FOR UPDATE",
};

static const struct statement docket_history = {
    "docket_history",
    "SELECT id, referral, agency, organisation, org_city, status, term, respond_by, finish_by, finish_count, finish_unit, "
    "answer, role FROM assignment WHERE city = $1::int4 AND referral = ANY($2::uuid[]) ORDER BY referral, offered, id",
};

static const struct statement docket_sealed = {
    "docket_sealed",
    "SELECT r.id, r.sealed FROM unnest($1::int4[], $2::timestamptz[], $3::uuid[]) AS u(city, arrived, id) "
    "JOIN referral r ON r.city = u.city AND r.arrived = u.arrived AND r.id = u.id",
};

/* Of the newest decision; a referral has few. */
static const struct statement docket_records = {
    "docket_records",
    "SELECT d.referral, d.record FROM unnest($1::int4[], $2::timestamptz[], $3::uuid[]) AS u(city, arrived, id) "
    "JOIN decision d ON d.city = u.city AND d.arrived = u.arrived AND d.referral = u.id ORDER BY d.referral, d.n",
};

/* -- chain heads -- */

static int head_order(const void *x, const void *y)
{
    const struct chain_head *a = x, *b = y;
    return a->city != b->city ? (a->city > b->city) - (a->city < b->city) : str_cmp(a->agency, b->agency);
}

static int heads_end(const struct chain_head *heads, int n, int from)
{
    int end = from;
    while (end < n && heads[end].city == heads[from].city)
        end++;
    return end;
}

/* Returns the number of the first city's answer; the others follow. -1 when memory is out. */
static int queue_heads(struct batch *b, struct chain_head *heads, int n)
{
    if (n)
        qsort(heads, (size_t)n, sizeof *heads, head_order);
    struct rows *all = batch_lookup(b, LOOKUP_HEADS);
    bool room = true;
    for (int i = 0; i < n; i++) {
        put_int(all, heads[i].city);
        put_str(all, heads[i].agency);
        room = rows_end(all);
    }
    if (!room || n == 0)
        return -1;
    int made = batch_ask(b, &make_heads, all);
    for (int from = 0, end; from < n; from = end) {
        struct rows *agencies = batch_lookup(b, LOOKUP_TEXTS);
        end = heads_end(heads, n, from);
        for (int i = from; i < end; i++) {
            put_str(agencies, heads[i].agency);
            room = rows_end(agencies);
        }
        if (!room || batch_ask_city(b, &lock_heads, heads[from].city, agencies) < 0)
            return -1;
    }
    return made + 1;
}

static struct str text_at(const PGresult *res, int row)
{
    return (struct str){PQgetvalue(res, row, 0), (size_t)PQgetlength(res, row, 0)};
}

static enum db_result read_heads(struct batch *b, int answer, struct chain_head *heads, int n)
{
    for (int from = 0, end; from < n; from = end) {
        end = heads_end(heads, n, from);
        const PGresult *res = pipe_result(b->db, answer++);
        for (int i = from, row = 0; i < end; i++) {
            while (row < PQntuples(res) && str_cmp(text_at(res, row), heads[i].agency) < 0)
                row++;
            if (row == PQntuples(res) || !str_eq(text_at(res, row), heads[i].agency))
                return batch_over(b, db_fail(b->db, DB_WRONG, "lock_heads: a head is missing"));
            struct fields f = {res, row, 1, b->arena};
            heads[i].seq = (uint64_t)field_int(&f);
            heads[i].hash = field_digest(&f);
        }
    }
    return DB_OK;
}

/* -- dockets -- */

static int docket_order(const void *x, const void *y)
{
    const struct docket_row *a = x, *b = y;
    int c = id_city(a->referral), d = id_city(b->referral);
    return c != d ? (c > d) - (c < d) : memcmp(a->referral.b, b->referral.b, sizeof a->referral.b);
}

static int dockets_end(const struct docket_row *dockets, int n, int from)
{
    int end = from, city = id_city(dockets[from].referral);
    while (end < n && id_city(dockets[end].referral) == city)
        end++;
    return end;
}

/* Answers come in pairs for each city: the dockets, their assignments. */
static int queue_dockets(struct batch *b, struct docket_row *dockets, int n)
{
    if (n)
        qsort(dockets, (size_t)n, sizeof *dockets, docket_order);
    int first = -1;
    bool room = true;
    for (int from = 0, end; from < n; from = end) {
        struct rows *ids = batch_lookup(b, LOOKUP_IDS);
        int city = id_city(dockets[from].referral);
        end = dockets_end(dockets, n, from);
        for (int i = from; i < end; i++) {
            put_id(ids, dockets[i].referral);
            room = rows_end(ids);
        }
        if (!room)
            return -1;
        int answer = batch_ask_city(b, &lock_dockets, city, ids);
        if (answer < 0 || batch_ask_city(b, &lock_offers, city, ids) < 0 || batch_ask_city(b, &docket_history, city, ids) < 0)
            return -1;
        first = first < 0 ? answer : first;
    }
    return first;
}

/* Brings `row` to the docket; false when it is not there. */
static bool docket_at(const PGresult *res, int *row, struct id referral)
{
    int c = -1;
    while (*row < PQntuples(res) && (c = memcmp(PQgetvalue(res, *row, 0), referral.b, sizeof referral.b)) < 0)
        ++*row;
    return *row < PQntuples(res) && c == 0;
}

static void read_dockets(struct batch *b, int answer, struct docket_row *dockets, int n)
{
    for (int from = 0, end; from < n; from = end) {
        end = dockets_end(dockets, n, from);
        const PGresult *res = pipe_result(b->db, answer), *history = pipe_result(b->db, answer + 2);
        for (int i = from, row = 0, past = 0; i < end; i++) {
            struct docket_row *d = &dockets[i];
            *d = (struct docket_row){
                .referral = d->referral, .want_named = d->want_named, .want_sealed = d->want_sealed, .want_record = d->want_record};
            if (!docket_at(res, &row, d->referral))
                continue;
            struct fields f = {res, row, 0, b->arena};
            docket_fields(&f, d);
            past = docket_assignments(history, past, b->arena, d);
        }
        answer += 3;
    }
}

static bool wants_sealed(const struct docket_row *d)
{
    return d->want_sealed;
}

static bool wants_record(const struct docket_row *d)
{
    return d->want_record;
}

/* What stands beside the dockets, for those that want it. -1: nobody does, or memory is out. */
static int queue_beside(struct batch *b, const struct statement *st, bool (*wants)(const struct docket_row *),
                        const struct docket_row *dockets, int n)
{
    struct rows *keys = batch_lookup(b, LOOKUP_REFERRALS);
    bool room = true;
    for (int i = 0; i < n; i++) {
        if (!wants(&dockets[i]))
            continue;
        put_int(keys, id_city(dockets[i].referral));
        put_ms(keys, id_ms(dockets[i].referral));
        put_id(keys, dockets[i].referral);
        room = rows_end(keys);
    }
    b->past.failed |= !room;
    return room && keys->n ? batch_ask(b, st, keys) : -1;
}

/* `at`: where in a docket_row. The last one of a referral stays. */
static void read_beside(struct batch *b, int answer, struct docket_row *dockets, int n, size_t at)
{
    const PGresult *res = answer < 0 ? NULL : pipe_result(b->db, answer);
    for (int i = 0; i < (res ? PQntuples(res) : 0); i++) {
        struct fields f = {res, i, 0, b->arena};
        struct docket_row key = {.referral = field_id(&f)};
        struct str bytes = field_str(&f);
        struct docket_row *d = bsearch(&key, dockets, (size_t)n, sizeof *dockets, docket_order);
        if (d)
            *(struct str *)((char *)d + at) = bytes;
    }
}

enum db_result batch_lock(struct batch *b, struct chain_head *heads, int n_heads, struct submission_row *subs, int n_subs,
                          struct docket_row *dockets, int n_dockets)
{
    if (n_heads == 0 && n_subs == 0 && n_dockets == 0 && b->past.n_marks == 0 && b->past.n_links == 0)
        return DB_OK;
    batch_enter(b);
    int head = queue_heads(b, heads, n_heads);
    int docket = queue_dockets(b, dockets, n_dockets);
    int sealed = queue_beside(b, &docket_sealed, wants_sealed, dockets, n_dockets);
    int record = queue_beside(b, &docket_records, wants_record, dockets, n_dockets);
    int sub = n_subs ? batch_queue_submissions(b, subs, n_subs) : -1;
    bool past = batch_queue_past(b);
    enum db_result r = batch_run(b);
    if (r != DB_OK)
        return r;
    if ((n_heads && head < 0) || (n_dockets && docket < 0) || (n_subs && sub < 0) || !past || b->past.failed)
        return batch_no_memory(b);
    r = read_heads(b, head, heads, n_heads);
    if (r != DB_OK)
        return r;
    read_dockets(b, docket, dockets, n_dockets);
    read_beside(b, sealed, dockets, n_dockets, offsetof(struct docket_row, sealed));
    read_beside(b, record, dockets, n_dockets, offsetof(struct docket_row, record));
    batch_read_past(b);
    if (sub >= 0)
        batch_read_submissions(b, sub, subs);
    return batch_have_read(b);
}
