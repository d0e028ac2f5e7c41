/*
 * batch_claim.c - places taken and given back
 *
 * Load rows are locked city by city, in order of organisation, those that will be given back at commit included:
 * so a batch that calls batch_release() before batch_claim() cannot deadlock with another of its kind. What is
 * granted is worked out here from the locked rows, by the same formula as in SQL; the two are compared.
 */
#include "store/batch_inner.h"

#include <stdlib.h>

static const struct statement lock_loads = {
    "lock_loads",
    "SELECT organisation, open, capacity FROM load WHERE city = $1::int4 AND organisation = ANY($2::text[]) "
    "ORDER BY organisation COLLATE \"C\" FOR UPDATE",
};

static const struct statement claim_places = {
    "claim_places",
    "UPDATE load SET open = load.open + LEAST(u.wanted, load.capacity - load.open) "
    "FROM unnest($1::int4[], $2::text[], $3::int4[]) AS u(city, organisation, wanted) "
    "WHERE load.city = u.city AND load.organisation = u.organisation AND load.open < load.capacity AND u.wanted > 0",
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
    "FROM (SELECT expect(count(*), cardinality($1::int4[])) FROM done) AS checked LEFT JOIN done ON true",
};

/* One organisation of a claim: what is wanted by all rows together, and how it stands. */
struct place {
    int city;
    struct str organisation;
    int wanted, granted;
    int open, capacity; /* as locked */
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

static int release_order(const void *x, const void *y)
{
    const struct release *a = x, *b = y;
    return by_place(a->city, a->organisation, b->city, b->organisation);
}

static int place_order(const void *x, const void *y)
{
    const struct place *a = x, *b = y;
    return by_place(a->city, a->organisation, b->city, b->organisation);
}

/* -- what a batch remembers -- */

static bool note_load(struct batch *b, int city, struct str organisation, int open, int capacity)
{
    struct claim *c = ARENA_PUSH(b->arena, b->loads, b->n_loads, b->cap_loads);
    if (c)
        *c = (struct claim){.city = city, .organisation = organisation, .open = open, .capacity = capacity};
    return c != NULL;
}

bool batch_release(struct batch *b, int city, struct str organisation)
{
    struct release *r = ARENA_PUSH(b->arena, b->releases, b->n_releases, b->cap_releases);
    if (r)
        *r = (struct release){city, organisation, 1};
    return r != NULL;
}

/* Sorted, one an organisation. */
static void gather_releases(struct batch *b)
{
    size_t kept = 0;
    if (b->n_releases == 0)
        return;
    qsort(b->releases, b->n_releases, sizeof *b->releases, release_order);
    for (size_t i = 1; i < b->n_releases; i++) {
        if (release_order(&b->releases[kept], &b->releases[i]) == 0)
            b->releases[kept].places += b->releases[i].places;
        else
            b->releases[++kept] = b->releases[i];
    }
    b->n_releases = kept + 1;
}

/* -- claiming -- */

/* Every organisation that is to be locked, sorted, once; NULL when memory is out. */
static struct place *gather_places(struct batch *b, const struct claim *claims, int n, int *n_places)
{
    gather_releases(b);
    struct place *p = ARENA_ARRAY(b->arena, (size_t)n + b->n_releases, struct place);
    if (!p)
        return NULL;
    int k = 0, kept = 0;
    for (int i = 0; i < n; i++)
        p[k++] = (struct place){.city = claims[i].city, .organisation = claims[i].organisation, .wanted = claims[i].wanted};
    for (size_t i = 0; i < b->n_releases; i++)
        p[k++] = (struct place){.city = b->releases[i].city, .organisation = b->releases[i].organisation};
    qsort(p, (size_t)k, sizeof *p, place_order);
    for (int i = 1; i < k; i++) {
        if (place_order(&p[kept], &p[i]) == 0)
            p[kept].wanted += p[i].wanted;
        else
            p[++kept] = p[i];
    }
    *n_places = kept + 1;
    return p;
}

static int places_end(const struct place *p, int n, int from)
{
    int end = from;
    while (end < n && p[end].city == p[from].city)
        end++;
    return end;
}

/* Returns the number of the first city's answer; the others follow, then that of the claim. -1: memory is out. */
static int queue_claim(struct batch *b, const struct place *p, int n)
{
    struct rows *wanted = batch_lookup(b, LOOKUP_LOADS);
    int first = -1;
    bool room = true;
    for (int from = 0, end; from < n; from = end) {
        struct rows *names = batch_lookup(b, LOOKUP_TEXTS);
        end = places_end(p, n, from);
        for (int i = from; i < end && room; i++) {
            put_str(names, p[i].organisation);
            put_int(wanted, p[i].city);
            put_str(wanted, p[i].organisation);
            put_int(wanted, p[i].wanted);
            room = rows_end(names) && rows_end(wanted);
        }
        int answer = room ? batch_ask_city(b, &lock_loads, p[from].city, names) : -1;
        if (answer < 0)
            return -1;
        first = first < 0 ? answer : first;
    }
    return batch_ask(b, &claim_places, wanted) < 0 ? -1 : first;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* Reads the locked rows; returns the number of the claim's own answer. *granting: how many rows it should have changed. */
static int read_places(struct batch *b, int answer, struct place *p, int n, int *granting)
{
    *granting = 0;
    for (int from = 0, end; from < n; from = end) {
        const PGresult *res = pipe_result(b->db, answer++);
        end = places_end(p, n, from);
        for (int i = from, row = 0; i < end && row < PQntuples(res); i++) {
            struct fields f = {res, row, 0, NULL};
            if (!str_eq(field_borrow(&f), p[i].organisation))
                continue; /* no such row: both are sorted, so the next one may be it */
            p[i].open = (int)field_int(&f);
            p[i].capacity = (int)field_int(&f);
            if (p[i].wanted > 0 && p[i].open < p[i].capacity)
                p[i].granted = least(p[i].wanted, p[i].capacity - p[i].open);
            *granting += p[i].granted > 0;
            row++;
        }
    }
    return answer;
}

/* Hands what an organisation granted to the claims on it, in order. */
static void deal(struct batch *b, struct place *p, int n, struct claim *claims, int n_claims)
{
    int at = 0;
    for (int i = 0; i < n_claims; i++) {
        struct claim *c = &claims[i];
        while (by_place(p[at].city, p[at].organisation, c->city, c->organisation) < 0)
            at++;
        c->granted = least(c->wanted > 0 ? c->wanted : 0, p[at].granted);
        p[at].granted -= c->granted;
        p[at].open += c->granted;
        c->open = p[at].open;
        c->capacity = p[at].capacity;
    }
    for (int i = 0; i < n; i++)
        if (p[i].capacity > 0 && p[i].wanted > 0)
            note_load(b, p[i].city, p[i].organisation, p[i].open, p[i].capacity);
}

enum db_result batch_claim(struct batch *b, struct claim *claims, int n)
{
    if (n == 0)
        return DB_OK;
    int n_places, granting;
    qsort(claims, (size_t)n, sizeof *claims, claim_order);
    struct place *p = gather_places(b, claims, n, &n_places);
    if (!p)
        return batch_no_memory(b);
    batch_enter(b);
    int answer = queue_claim(b, p, n_places);
    enum db_result r = batch_run(b);
    if (r != DB_OK)
        return r;
    if (answer < 0)
        return batch_no_memory(b);
    answer = read_places(b, answer, p, n_places, &granting);
    if (atoi(PQcmdTuples((PGresult *)pipe_result(b->db, answer))) != granting)
        return batch_over(b, db_fail(b->db, DB_WRONG, "claim_places: granted otherwise than worked out"));
    deal(b, p, n_places, claims, n);
    return batch_have_read(b);
}

/* -- giving back -- */

int batch_queue_releases(struct batch *b)
{
    if (b->n_releases == 0)
        return -1;
    gather_releases(b);
    struct rows *loads = batch_lookup(b, LOOKUP_LOADS);
    bool room = true;
    for (size_t i = 0; i < b->n_releases; i++) {
        put_int(loads, b->releases[i].city);
        put_str(loads, b->releases[i].organisation);
        put_int(loads, b->releases[i].places);
        room = rows_end(loads);
    }
    return room ? batch_ask(b, &release_places, loads) : -1;
}

enum db_result batch_read_releases(struct batch *b, int answer)
{
    const PGresult *res = pipe_result(b->db, answer);
    for (int i = 0; i < PQntuples(res); i++) {
        struct fields f = {res, i, 0, b->arena};
        int city = (int)field_int(&f);
        struct str organisation = field_str(&f);
        int open = (int)field_int(&f);
        note_load(b, city, organisation, open, (int)field_int(&f));
    }
    return fields_done(b->db, b->arena);
}

void batch_settle_loads(struct batch *b)
{
    /* Later news of the same organisation replaces earlier: remember the order, which qsort does not keep. */
    size_t kept = 0;
    for (size_t i = 0; i < b->n_loads; i++)
        b->loads[i].granted = (int)i;
    if (b->n_loads == 0)
        return;
    qsort(b->loads, b->n_loads, sizeof *b->loads, claim_order);
    for (size_t i = 1; i < b->n_loads; i++) {
        if (claim_order(&b->loads[kept], &b->loads[i]) != 0)
            b->loads[++kept] = b->loads[i];
        else if (b->loads[kept].granted < b->loads[i].granted)
            b->loads[kept] = b->loads[i];
    }
    b->n_loads = kept + 1;
    for (size_t i = 0; i < b->n_loads; i++)
        b->loads[i].granted = 0;
}

const struct claim *batch_loads(const struct batch *b, int *n)
{
    *n = (int)b->n_loads;
    return b->loads;
}
