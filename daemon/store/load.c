/*
 * load.c - how full the organisations are, and the capacity that the roster wants
 */
#include "store/desk.h"
#include "store/fields.h"
#include "store/rows.h"

#include <stdlib.h>

/* Rows in one statement: keepers wait for them until it is done. */
#define SYNC_ROWS 1000

/* Writes only what differs. A lower capacity than `open` waits until places come back. */
static const struct statement want_loads = {
    "want_loads",
    "INSERT INTO load (city, organisation, capacity, wanted) SELECT u.city, u.organisation, u.wanted, u.wanted "
    "FROM unnest($1::int4[], $2::text[], $3::int4[]) AS u(city, organisation, wanted) WHERE NOT EXISTS "
    "(SELECT 1 FROM load l WHERE l.city = u.city AND l.organisation = u.organisation AND l.wanted = u.wanted "
    "AND l.capacity = GREATEST(l.wanted, l.open)) "
    "ON CONFLICT (city, organisation) DO UPDATE SET wanted = excluded.wanted, "
    "capacity = GREATEST(excluded.wanted, load.open)",
};

static const struct statement all_loads = {
    "all_loads",
    "SELECT city, organisation, open, capacity, wanted FROM load WHERE open > 0 OR capacity <> wanted "
    "ORDER BY city, organisation COLLATE \"C\"",
};

static const struct statement all_turns = {
    "all_turns",
    "SELECT city, organisation, given FROM load WHERE given IS NOT NULL ORDER BY city, organisation COLLATE \"C\"",
};

static int load_order(const void *x, const void *y)
{
    const struct load_row *const *a = x, *const *b = y;
    int c = (*a)->city, d = (*b)->city;
    return c != d ? (c > d) - (c < d) : str_cmp((*a)->organisation, (*b)->organisation);
}

static enum db_result sync_some(struct db *db, struct rows *keys, const struct load_row *const *rows, int n, int *changed)
{
    rows_reset(keys);
    for (int i = 0; i < n; i++) {
        put_int(keys, rows[i]->city);
        put_str(keys, rows[i]->organisation);
        put_int(keys, rows[i]->wanted);
        if (!rows_end(keys))
            break;
    }
    enum db_result r = rows_ask(db, &want_loads, keys);
    if (r == DB_OK)
        *changed += atoi(PQcmdTuples((PGresult *)pipe_result(db, 0)));
    return r;
}

enum db_result load_sync(struct db *db, const struct load_row *rows, int n, int *changed)
{
    const struct load_row **sorted = malloc(((size_t)n + 1) * sizeof *sorted);
    struct rows keys;
    int done = 0;
    if (!sorted)
        return pipe_drop(db);
    for (int i = 0; i < n; i++)
        sorted[i] = &rows[i];
    qsort(sorted, (size_t)n, sizeof *sorted, load_order);
    rows_init(&keys, "iti");
    enum db_result r = DB_OK;
    for (int from = 0; from < n && r == DB_OK; from += SYNC_ROWS)
        r = sync_some(db, &keys, sorted + from, n - from < SYNC_ROWS ? n - from : SYNC_ROWS, &done);
    rows_fini(&keys);
    free(sorted);
    if (r == DB_OK)
        *changed = done;
    return r;
}

/* The rows of `st`, read one by one. */
static enum db_result read_loads(struct db *db, struct arena *a, const struct statement *st,
                                 void (*fill)(struct fields *, struct load_row *), struct load_row **out, int *n)
{
    enum db_result r = pipe_one(db, st, NULL);
    if (r != DB_OK)
        return r;
    const PGresult *res = pipe_result(db, 0);
    int count = PQntuples(res);
    struct load_row *l = ARENA_ARRAY(a, (size_t)count + 1, struct load_row);
    for (int i = 0; l && i < count; i++) {
        struct fields f = {res, i, 0, a};
        l[i].city = (int)field_int(&f);
        l[i].organisation = field_str(&f);
        fill(&f, &l[i]);
    }
    r = fields_done(db, a);
    if (r == DB_OK) {
        *out = l;
        *n = count;
    }
    return r;
}

static void fill_load(struct fields *f, struct load_row *l)
{
    l->open = (int)field_int(f);
    l->capacity = (int)field_int(f);
    l->wanted = (int)field_int(f);
}

static void fill_turn(struct fields *f, struct load_row *l)
{
    l->given_ms = field_ms(f);
}

enum db_result load_read(struct db *db, struct arena *a, struct load_row **out, int *n)
{
    return read_loads(db, a, &all_loads, fill_load, out, n);
}

enum db_result load_turns(struct db *db, struct arena *a, struct load_row **out, int *n)
{
    return read_loads(db, a, &all_turns, fill_turn, out, n);
}
