/*
 * batch_claim.c - places taken and given back
 *
 * Load rows are the ones that keepers share: while one holds them, the others wait. So batch_claim() only looks, and the
 * places are taken at the very end, in the same pipeline as COMMIT: locked city by city in order of organisation, taken,
 * given back. If somebody was faster, that fails with DB_AGAIN and nothing is written. After MISSES_MAX such failures in a
 * row the rows are locked when they are looked at, and the places are certain.
 */
#include "store/batch_inner.h"

#include <stdlib.h>

#define MISSES_MAX 2

static const struct statement look_at_loads = {
    "look_at_loads",
    "SELECT l.city, l.organisation, l.open, l.capacity FROM unnest($1::int4[], $2::text[]) AS u(city, organisation) "
    "JOIN load l ON l.city = u.city AND l.organisation = u.organisation",
};

static const struct statement lock_loads = {
    "lock_loads",
    "SELECT city, organisation, open, capacity FROM load WHERE city = $1::int4 AND organisation = ANY($2::text[]) "
    "ORDER BY organisation COLLATE \"C\" FOR UPDATE",
};

static const struct statement take_places = {
    "take_places",
    "WITH done AS (UPDATE load SET open = load.open + u.places, given = GREATEST(load.given, u.turn) "
    "FROM unnest($1::int4[], $2::text[], $3::int4[], $4::timestamptz[]) AS u(city, organisation, places, turn) "
    "WHERE load.city = u.city AND load.organisation = u.organisation AND load.open + u.places <= load.capacity "
    "RETURNING load.city, load.organisation, load.open, load.capacity) "
    "SELECT done.city, done.organisation, done.open, done.capacity "
    "FROM (SELECT expect(count(*), cardinality($1::int4[]), 'P0R02') FROM done) AS checked LEFT JOIN done ON true",
};

/* A roster's lower capacity comes into force as places come back. */
static const struct statement release_places = {
    "release_places",
    "WITH done AS (UPDATE load SET open = load.open - u.places, capacity = CASE WHEN load.wanted < load.capacity "
    "THEN GREATEST(load.wanted, load.open - u.places) ELSE load.capacity END "
    "FROM unnest($1::int4[], $2::text[], $3::int4[]) AS u(city, organisation, places) "
    "WHERE load.city = u.city AND load.organisation = u.organisation "
    "RETURNING load.city, load.organisation, load.open, load.capacity) "
    "SELECT done.city, done.organisation, done.open, done.capacity "
    "FROM (SELECT expect(count(*), cardinality($1::int4[]), 'P0R01') FROM done) AS checked LEFT JOIN done ON true",
};

static int by_place(int city_a, struct str a, int city_b, struct str b)
{
    return city_a != city_b ? (city_a > city_b) - (city_a < city_b) : str_cmp(a, b);
}

static int claim_order(const void *x, const void *y)
{
    const struct claim *a = x, *b = y;
    return by_place(a->city, a->organisation, b->city, b->organisation);
}

static int place_order(const void *x, const void *y)
{
    const struct place *a = x, *b = y;
    return by_place(a->city, a->organisation, b->city, b->organisation);
}

static struct place *place_of(struct batch *b, size_t n, int city, struct str organisation)
{
    struct place key = {.city = city, .organisation = organisation};
    return n ? bsearch(&key, b->places, n, sizeof key, place_order) : NULL;
}

/* -- looking -- */

/* Adds the claimed organisations that this batch has not looked at yet; all are sorted afterwards. False: no memory. */
static bool add_places(struct batch *b, const struct claim *claims, int n)
{
    size_t known = b->n_places;
    for (int i = 0; i < n; i++) {
        if (place_of(b, known, claims[i].city, claims[i].organisation) ||
            (i > 0 && claim_order(&claims[i - 1], &claims[i]) == 0))
            continue;
        struct place *p = ARENA_PUSH(b->arena, b->places, b->n_places, b->cap_places);
        if (!p)
            return false;
        *p = (struct place){.city = claims[i].city, .organisation = claims[i].organisation, .fresh = true};
    }
    if (b->n_places)
        qsort(b->places, b->n_places, sizeof *b->places, place_order);
    return true;
}

/* Places [from, end) of one city. */
static size_t city_end(const struct batch *b, size_t from)
{
    size_t end = from;
    while (end < b->n_places && b->places[end].city == b->places[from].city)
        end++;
    return end;
}

typedef bool (*place_filter)(const struct place *);

static bool is_fresh(const struct place *p)
{
    return p->fresh;
}

static bool is_moved(const struct place *p)
{
    return p->taken || p->given;
}

/* Locks those that pass, city by city. *n: how many statements. Returns the first one's number; -1: no memory. */
static int queue_locks(struct batch *b, place_filter wanted, int *n)
{
    int first = -1;
    bool room = true;
    *n = 0;
    for (size_t from = 0, end; from < b->n_places; from = end) {
        struct rows *names = batch_lookup(b, LOOKUP_TEXTS);
        end = city_end(b, from);
        for (size_t i = from; i < end; i++) {
            if (!wanted(&b->places[i]))
                continue;
            put_str(names, b->places[i].organisation);
            room = rows_end(names);
        }
        if (room && names->n == 0)
            continue;
        int answer = room ? batch_ask_city(b, &lock_loads, b->places[from].city, names) : -1;
        if (answer < 0)
            return -1;
        first = *n ? first : answer;
        ++*n;
    }
    return first;
}

static int queue_look(struct batch *b, int *n)
{
    struct rows *keys = batch_lookup(b, LOOKUP_HEADS);
    bool room = true;
    *n = 1;
    for (size_t i = 0; i < b->n_places; i++) {
        if (!b->places[i].fresh)
            continue;
        put_int(keys, b->places[i].city);
        put_str(keys, b->places[i].organisation);
        room = rows_end(keys);
    }
    return room ? batch_ask(b, &look_at_loads, keys) : -1;
}

static void read_places(struct batch *b, int answer, int n)
{
    for (int k = 0; k < n; k++) {
        const PGresult *res = pipe_result(b->db, answer + k);
        for (int i = 0; i < PQntuples(res); i++) {
            struct fields f = {res, i, 0, NULL};
            int city = (int)field_int(&f);
            struct place *p = place_of(b, b->n_places, city, field_borrow(&f));
            if (!p)
                continue;
            p->open = (int)field_int(&f);
            p->capacity = (int)field_int(&f);
        }
    }
    for (size_t i = 0; i < b->n_places; i++)
        b->places[i].fresh = false;
}

static enum db_result look(struct batch *b)
{
    bool fresh = false;
    for (size_t i = 0; i < b->n_places; i++)
        fresh |= b->places[i].fresh;
    if (!fresh)
        return DB_OK;
    int n;
    batch_enter(b);
    int answer = b->db->claim_misses >= MISSES_MAX ? queue_locks(b, is_fresh, &n) : queue_look(b, &n);
    enum db_result r = batch_run(b);
    if (r != DB_OK)
        return r;
    if (answer < 0)
        return batch_no_memory(b);
    read_places(b, answer, n);
    return DB_OK;
}

enum db_result batch_claim(struct batch *b, struct claim *claims, int n)
{
    if (n == 0)
        return DB_OK;
    qsort(claims, (size_t)n, sizeof *claims, claim_order);
    if (!add_places(b, claims, n))
        return batch_no_memory(b);
    enum db_result r = look(b);
    if (r != DB_OK)
        return r;
    for (int i = 0; i < n; i++) {
        struct claim *c = &claims[i];
        struct place *p = place_of(b, b->n_places, c->city, c->organisation);
        int left = p->capacity - p->open - p->taken;
        c->granted = c->wanted < left ? c->wanted : left;
        if (c->granted < 0)
            c->granted = 0;
        p->taken += c->granted;
        c->open = p->open + p->taken;
        c->capacity = p->capacity;
    }
    return DB_OK;
}

void batch_give(struct batch *b, int city, struct str organisation, int64_t at_ms)
{
    struct place *p = place_of(b, b->n_places, city, organisation);
    if (p && p->turn_ms < at_ms)
        p->turn_ms = at_ms;
}

/* -- giving back -- */

bool batch_release(struct batch *b, int city, struct str organisation)
{
    struct place *r = ARENA_PUSH(b->arena, b->releases, b->n_releases, b->cap_releases);
    if (r)
        *r = (struct place){.city = city, .organisation = organisation, .given = 1};
    return r != NULL;
}

/* Makes one list of what is taken and given, an organisation once. */
static bool merge_releases(struct batch *b)
{
    size_t kept = 0;
    for (size_t i = 0; i < b->n_releases; i++) {
        struct place *p = ARENA_PUSH(b->arena, b->places, b->n_places, b->cap_places);
        if (!p)
            return false;
        *p = b->releases[i];
    }
    b->n_releases = 0;
    if (b->n_places == 0)
        return true;
    qsort(b->places, b->n_places, sizeof *b->places, place_order);
    for (size_t i = 1; i < b->n_places; i++) {
        struct place *p = &b->places[kept];
        if (place_order(p, &b->places[i]) != 0) {
            b->places[++kept] = b->places[i];
            continue;
        }
        p->taken += b->places[i].taken;
        p->given += b->places[i].given;
    }
    b->n_places = kept + 1;
    return true;
}

/* -- at commit -- */

static int taken(const struct place *p)
{
    return p->taken;
}

static int given(const struct place *p)
{
    return p->given;
}

/* *answer: -1 when nothing is to be done. False: no memory. */
static bool queue_places(struct batch *b, const struct statement *st, enum lookup as, int (*places)(const struct place *),
                         int *answer)
{
    struct rows *loads = batch_lookup(b, as);
    *answer = -1;
    for (size_t i = 0; i < b->n_places; i++) {
        if (!places(&b->places[i]))
            continue;
        put_int(loads, b->places[i].city);
        put_str(loads, b->places[i].organisation);
        put_int(loads, places(&b->places[i]));
        if (as == LOOKUP_TAKEN)
            put_ms_or_null(loads, b->places[i].turn_ms);
        if (!rows_end(loads))
            return false;
    }
    if (loads->n == 0)
        return true;
    *answer = batch_ask(b, st, loads);
    return true;
}

bool batch_queue_places(struct batch *b)
{
    int n;
    if (!merge_releases(b))
        return false;
    bool locked = queue_locks(b, is_moved, &n) >= 0 || n == 0;
    return locked && queue_places(b, &take_places, LOOKUP_TAKEN, taken, &b->took) &&
           queue_places(b, &release_places, LOOKUP_GIVEN, given, &b->gave);
}

static bool read_loads(struct batch *b, int answer)
{
    if (answer < 0)
        return true;
    const PGresult *res = pipe_result(b->db, answer);
    for (int i = 0; i < PQntuples(res); i++) {
        struct fields f = {res, i, 0, b->arena};
        int city = (int)field_int(&f);
        struct place *p = place_of(b, b->n_places, city, field_borrow(&f));
        if (!p)
            continue;
        p->open = (int)field_int(&f);
        p->capacity = (int)field_int(&f);
    }
    return true;
}

/* What was given back is newer than what was taken. */
enum db_result batch_read_places(struct batch *b)
{
    read_loads(b, b->took);
    read_loads(b, b->gave);
    for (size_t i = 0; i < b->n_places; i++) {
        const struct place *p = &b->places[i];
        if (!is_moved(p))
            continue;
        struct claim *c = ARENA_PUSH(b->arena, b->loads, b->n_loads, b->cap_loads);
        if (c)
            *c = (struct claim){.city = p->city, .organisation = p->organisation, .granted = p->taken, .open = p->open,
                                .capacity = p->capacity};
    }
    return fields_done(b->db, b->arena);
}

const struct claim *batch_loads(const struct batch *b, int *n)
{
    *n = (int)b->n_loads;
    return b->loads;
}
