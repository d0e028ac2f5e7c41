/*
 * journal.c - journals, their chains and cursors, as followers read them
 */
#include "store/docket.h"
#include "store/reader.h"
#include "store/rows.h"

#include <stdlib.h>

static const struct statement journal_window = {
    "journal_window",
    "SELECT j.seq, j.at, j.referral, j.kind, j.body, n.sealed, j.hash FROM journal j "
    "LEFT JOIN note n ON n.city = j.city AND n.agency = j.agency AND n.seq = j.seq "
    "WHERE j.city = $1::int4 AND j.agency = $2::text AND j.seq > $3::int8 ORDER BY j.seq LIMIT $4::int4",
};

static const struct statement journal_hash = {
    "journal_hash",
    "SELECT hash FROM journal WHERE city = $1::int4 AND agency = $2::text AND seq = $3::int8",
};

/* From a day before arrival on: daemons' clocks may differ, and older partitions need not be looked at. */
static const struct statement journal_case = {
    "journal_case",
    "SELECT j.seq, j.at, j.referral, j.kind, j.body, n.sealed, j.hash FROM journal j "
    "LEFT JOIN note n ON n.city = j.city AND n.agency = j.agency AND n.seq = j.seq "
    "WHERE j.city = $1::int4 AND j.referral = $2::uuid AND j.at >= $3::timestamptz - interval '1 day' ORDER BY j.seq",
};

static const struct statement chain_one = {
    "chain_one",
    "SELECT seq, cursor_seq, hash FROM chain WHERE city = $1::int4 AND agency = $2::text",
};

static const struct statement chain_all = {
    "chain_all",
    "SELECT city, agency, seq, cursor_seq, hash FROM chain ORDER BY city, agency COLLATE \"C\"",
};

static const struct statement chain_some = {
    "chain_some",
    "SELECT u.at, c.seq, c.cursor_seq, c.hash FROM unnest($1::int4[], $2::text[]) WITH ORDINALITY AS u(city, agency, at) "
    "JOIN chain c ON c.city = u.city AND c.agency = u.agency",
};

static const struct statement cursor_move = {
    "cursor_move",
    "UPDATE chain SET cursor_seq = $3::int8 WHERE city = $1::int4 AND agency = $2::text AND cursor_seq < $3::int8 "
    "AND seq >= $3::int8",
};

/* -- entries -- */

static enum db_result read_entries(struct db *db, struct arena *a, const PGresult *res, struct journal_entry **out, int *n)
{
    int count = PQntuples(res);
    struct journal_entry *e = ARENA_ARRAY(a, (size_t)count + 1, struct journal_entry);
    for (int i = 0; e && i < count; i++) {
        struct fields f = {res, i, 0, a};
        e[i].seq = (uint64_t)field_int(&f);
        e[i].at_ms = field_ms(&f);
        e[i].referral = field_id(&f);
        e[i].kind = (int)field_int(&f);
        e[i].body = field_str(&f);
        e[i].note_sealed = field_str(&f);
        e[i].hash = field_digest(&f);
    }
    enum db_result r = fields_done(db, a);
    if (r == DB_OK) {
        *out = e;
        *n = count;
    }
    return r;
}

enum db_result journal_read(struct db *db, struct arena *a, int city, struct str agency, uint64_t after, int limit,
                            struct journal_entry **out, int *n, struct digest *previous)
{
    struct args args;
    args_init(&args);
    args_int4(&args, city);
    args_str(&args, agency);
    args_int8(&args, (int64_t)after);
    int hash = pipe_add(db, &journal_hash, &args);
    args_int4(&args, limit);
    int window = pipe_add(db, &journal_window, &args);
    enum db_result r = pipe_run(db);
    if (r == DB_OK)
        r = read_entries(db, a, pipe_result(db, window), out, n);
    if (r != DB_OK)
        return r;
    struct fields f = {pipe_result(db, hash), 0, 0, a};
    *previous = PQntuples(f.res) ? field_digest(&f) : (struct digest){{0}};
    return DB_OK;
}

enum db_result journal_of_referral(struct db *db, struct arena *a, struct id referral, struct journal_entry **out, int *n)
{
    struct args args;
    args_init(&args);
    args_int4(&args, id_city(referral));
    args_id(&args, &referral);
    args_ms(&args, id_ms(referral));
    enum db_result r = pipe_one(db, &journal_case, &args);
    return r == DB_OK ? read_entries(db, a, pipe_result(db, 0), out, n) : r;
}

/* -- chains -- */

static void read_chain(struct fields *f, struct chain_row *c)
{
    c->seq = (uint64_t)field_int(f);
    c->cursor = (uint64_t)field_int(f);
    c->hash = field_digest(f);
}

enum db_result chain_read(struct db *db, struct arena *a, int city, struct str agency, struct chain_row *out, bool *found)
{
    struct args args;
    args_init(&args);
    args_int4(&args, city);
    args_str(&args, agency);
    enum db_result r = pipe_one(db, &chain_one, &args);
    if (r != DB_OK)
        return r;
    struct fields f = {pipe_result(db, 0), 0, 0, a};
    struct chain_row c = {.city = city, .agency = agency};
    *found = PQntuples(f.res) > 0;
    if (*found)
        read_chain(&f, &c);
    *out = c;
    return DB_OK;
}

enum db_result chain_list(struct db *db, struct arena *a, struct chain_row **out, int *n)
{
    enum db_result r = pipe_one(db, &chain_all, NULL);
    if (r != DB_OK)
        return r;
    const PGresult *res = pipe_result(db, 0);
    int count = PQntuples(res);
    struct chain_row *c = ARENA_ARRAY(a, (size_t)count + 1, struct chain_row);
    for (int i = 0; c && i < count; i++) {
        struct fields f = {res, i, 0, a};
        c[i].city = (int)field_int(&f);
        c[i].agency = field_str(&f);
        read_chain(&f, &c[i]);
    }
    r = fields_done(db, a);
    if (r == DB_OK) {
        *out = c;
        *n = count;
    }
    return r;
}

struct home { struct str id; int city; };

static int home_order(const void *x, const void *y)
{
    const struct home *a = x, *b = y;
    return str_cmp(a->id, b->id);
}

enum db_result chain_elsewhere(struct db *db, struct arena *a, const struct str *ids, const int *cities, int n,
                               struct chain_row **out, int *n_out)
{
    struct chain_row *all;
    int count, kept = 0;
    enum db_result r = chain_list(db, a, &all, &count);
    if (r != DB_OK)
        return r;
    struct home *homes = ARENA_ARRAY(a, (size_t)n + 1, struct home);
    for (int i = 0; homes && i < n; i++)
        homes[i] = (struct home){ids[i], cities[i]};
    r = fields_done(db, a);
    if (r != DB_OK)
        return r;
    qsort(homes, (size_t)n, sizeof *homes, home_order);
    for (int i = 0; i < count; i++) {
        struct home key = {.id = all[i].agency};
        const struct home *home = bsearch(&key, homes, (size_t)n, sizeof *homes, home_order);
        if (home && home->city != all[i].city)
            all[kept++] = all[i];
    }
    *out = all;
    *n_out = kept;
    return DB_OK;
}

enum db_result chain_poll(struct db *db, struct arena *a, struct chain_row *rows, int n)
{
    struct rows keys;
    rows_init(&keys, "it");
    for (int i = 0; i < n; i++) {
        rows[i] = (struct chain_row){.city = rows[i].city, .agency = rows[i].agency};
        put_int(&keys, rows[i].city);
        put_str(&keys, rows[i].agency);
        if (!rows_end(&keys))
            break;
    }
    enum db_result r = rows_ask(db, &chain_some, &keys);
    rows_fini(&keys);
    if (r != DB_OK)
        return r;
    const PGresult *res = pipe_result(db, 0);
    for (int i = 0; i < PQntuples(res); i++) {
        struct fields f = {res, i, 0, a};
        int64_t at = field_int(&f);
        read_chain(&f, &rows[at - 1]);
    }
    return DB_OK;
}

enum db_result cursor_store(struct db *db, int city, struct str agency, uint64_t seq, uint64_t *stored, bool *ahead)
{
    struct args args;
    args_init(&args);
    args_int4(&args, city);
    args_str(&args, agency);
    int64_t wanted = seq > INT64_MAX ? INT64_MAX : (int64_t)seq;
    args_int8(&args, wanted);
    pipe_add(db, &cursor_move, &args);
    args.n = 2;
    int answer = pipe_add(db, &chain_one, &args);
    enum db_result r = pipe_run(db);
    if (r != DB_OK)
        return r;
    struct fields f = {pipe_result(db, answer), 0, 0, NULL};
    struct chain_row c = {0};
    if (PQntuples(f.res))
        read_chain(&f, &c);
    *stored = c.cursor;
    *ahead = seq > c.seq;
    return DB_OK;
}
