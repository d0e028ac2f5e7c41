/*
 * ceiling.c - the most that PostgreSQL takes of the same rows: plain libpq, arrays of 512, and nothing else to do
 *
 *   ceiling CONNINFO SECONDS CONNECTIONS   referrals a second: all rows of each, one transaction for 512 of them
 *   ceiling CONNINFO SECONDS single        latency of a commit of one row
 *
 * The rows have the columns, sizes and indexes of what the router writes for a referral that is assigned, the
 * statements are prepared and pipelined, the parameters binary. There is no decoding, validating, deciding, hashing, sealing, claiming,
 * locking or answering. Prints one JSON line. Writes into the schema `referral` of a database made for the bench.
 */
#include <libpq-fe.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROWS = 512, COLUMNS_MAX = 20, AGENCIES = 8 };
enum { INT4 = 23, INT8 = 20, TEXT = 25, BYTEA = 17, UUID = 2950, TIMESTAMPTZ = 1184 };

/* What stands in a column: made anew for each row, or the same for all. */
enum fill { END, CITY, ID, OTHER_ID, AGENCY, REF, NOW, LATER, SEQ, BYTES, SHORT_TEXT, NUMBER, NOTHING };

struct column {
    enum fill fill;
    int size_or_value;
    const char *text;
};

struct table {
    const char *name, *columns, *casts;
    int per_row; /* rows of this table for one referral */
    struct column column[COLUMNS_MAX];
};

static const struct table tables[] = {
    {"submission", "city, agency, agency_ref, content, referral, receipt", "int4 text text bytea uuid bytea", 1,
     {{CITY}, {AGENCY}, {REF}, {BYTES, 32}, {ID}, {BYTES, 290}}},
    {"referral", "city, arrived, id, agency, agency_ref, channel, mode, place, category, claim_minor, currency, parties, risk, sealed",
     "int4 timestamptz uuid text text int4 int4 text text int8 text int4 int4 bytea", 1,
     {{CITY}, {NOW}, {ID}, {AGENCY}, {REF}, {NUMBER, 1}, {NUMBER, 1}, {SHORT_TEXT, 0, "320505002004"}, {SHORT_TEXT, 0, "neighbour"},
      {SEQ}, {SHORT_TEXT, 0, "CNY"}, {NUMBER, 3}, {NUMBER, 0}, {BYTES, 1000}}},
    {"docket",
     "city, referral, agency, agency_ref, state, place, channel, mode, risk, due_kind, due_at, assignment, organisation, decisions, reason, "
     "changed, clocks, wake_at, wake, calendar",
     "int4 uuid text text int4 text int4 int4 int4 int4 timestamptz uuid text int4 text timestamptz bytea timestamptz int4 int8", 1,
     {{CITY}, {ID}, {AGENCY}, {REF}, {NUMBER, 1}, {SHORT_TEXT, 0, "320505002004"}, {NUMBER, 1}, {NUMBER, 1}, {NUMBER, 0}, {NUMBER, 1},
      {LATER}, {OTHER_ID}, {SHORT_TEXT, 0, "people-320505002004"}, {NUMBER, 1}, {SHORT_TEXT, 0, ""}, {NOW},
      {BYTES, 18}, {LATER}, {NUMBER, 18}, {SEQ}}},
    {"decision", "city, arrived, referral, n, at, ruleset, rule, outcome, record",
     "int4 timestamptz uuid int4 timestamptz bytea text int4 bytea", 1,
     {{CITY}, {NOW}, {ID}, {NUMBER, 1}, {NOW}, {BYTES, 32}, {SHORT_TEXT, 0, "neighbour-village"}, {NUMBER, 1}, {BYTES, 200}}},
    {"assignment",
     "city, id, referral, agency, organisation, org_city, status, term, session, respond_by, finish_count, finish_unit, offered",
     "int4 uuid uuid text text int4 int4 int4 uuid timestamptz int4 int4 timestamptz", 1,
     {{CITY}, {OTHER_ID}, {ID}, {AGENCY}, {SHORT_TEXT, 0, "people-320505002004"}, {CITY}, {NUMBER, 1}, {NUMBER, 0}, {NOTHING}, {LATER},
      {NUMBER, 30}, {NUMBER, 2}, {NOW}}},
    {"journal", "city, agency, seq, at, referral, kind, body, hash", "int4 text int8 timestamptz uuid int4 bytea bytea", 2,
     {{CITY}, {AGENCY}, {SEQ}, {NOW}, {ID}, {NUMBER, 1}, {BYTES, 240}, {BYTES, 32}}},
};
enum { TABLES = sizeof(tables) / sizeof(tables[0]) };

struct buffer {
    char *p;
    int n, cap;
};

struct worker {
    pthread_t thread;
    int number;
    uint64_t serial; /* of the next referral */
    int64_t now_us;  /* since 2000-01-01 */
};

static const char *conninfo;
static double seconds;
static atomic_ullong done;
static const char filler[1024];

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(PGconn *c, const char *what)
{
    fprintf(stderr, "ceiling: %s: %s\n", what, PQerrorMessage(c));
    exit(1);
}

/* -- parameters in PostgreSQL's binary form -- */

static void put(struct buffer *b, const void *p, int n)
{
    if (b->n + n > b->cap) {
        b->cap = (b->n + n) * 2;
        b->p = realloc(b->p, (size_t)b->cap);
    }
    if (n)
        memcpy(b->p + b->n, p, (size_t)n);
    b->n += n;
}

static void put32(struct buffer *b, uint32_t v)
{
    v = __builtin_bswap32(v);
    put(b, &v, 4);
}

static void put64(struct buffer *b, uint64_t v)
{
    put32(b, 8);
    v = __builtin_bswap64(v);
    put(b, &v, 8);
}

static void put_text(struct buffer *b, const char *s)
{
    put32(b, (uint32_t)strlen(s));
    put(b, s, (int)strlen(s));
}

/* Ids in order of time, as the router's are. */
static void put_id(struct buffer *b, const struct worker *w, uint64_t serial, int other)
{
    unsigned char id[16] = {0};
    uint64_t high = __builtin_bswap64(serial), low = __builtin_bswap64(((uint64_t)w->number << 8) + (uint64_t)other);
    memcpy(id, &high, 8);
    memcpy(id + 8, &low, 8);
    put32(b, 16);
    put(b, id, 16);
}

static void put_value(struct buffer *b, const struct worker *w, const struct column *c, uint64_t serial, int copy)
{
    char text[64];
    switch (c->fill) {
    case CITY:
        put32(b, 4);
        put32(b, 3201 + (uint32_t)w->number);
        break;
    case NUMBER:
        put32(b, 4);
        put32(b, (uint32_t)c->size_or_value);
        break;
    case ID:
    case OTHER_ID:
        put_id(b, w, serial, c->fill == OTHER_ID);
        break;
    case AGENCY:
        snprintf(text, sizeof(text), "court-3205%02d", (int)(serial % AGENCIES));
        put_text(b, text);
        break;
    case REF:
        snprintf(text, sizeof(text), "1a2b3c4d-court-3205%02d-%llu", (int)(serial % AGENCIES), (unsigned long long)serial);
        put_text(b, text);
        break;
    case NOW:
        put64(b, (uint64_t)w->now_us);
        break;
    case LATER:
        put64(b, (uint64_t)w->now_us + 3 * 86400 * UINT64_C(1000000));
        break;
    case SEQ:
        put64(b, serial * 2 + (uint64_t)copy);
        break;
    case BYTES:
        put32(b, (uint32_t)c->size_or_value);
        put(b, filler, c->size_or_value);
        break;
    case SHORT_TEXT:
        put_text(b, c->text);
        break;
    default:
        put32(b, UINT32_MAX); /* NULL */
    }
}

static uint32_t oid_of(const struct table *t, int column)
{
    static const struct {
        const char *name;
        uint32_t oid;
    } types[] = {{"int4", INT4}, {"int8", INT8}, {"text", TEXT}, {"bytea", BYTEA}, {"uuid", UUID}, {"timestamptz", TIMESTAMPTZ}};
    const char *p = t->casts;
    for (int i = 0; i < column; i++)
        p = strchr(p, ' ') + 1;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (strncmp(p, types[i].name, strlen(types[i].name)) == 0)
            return types[i].oid;
    abort();
}

static void fill_column(struct buffer *b, const struct worker *w, const struct table *t, int column, uint64_t first, int rows)
{
    b->n = 0;
    put32(b, 1);
    put32(b, t->column[column].fill == NOTHING);
    put32(b, oid_of(t, column));
    put32(b, (uint32_t)(rows * t->per_row));
    put32(b, 1);
    for (int i = 0; i < rows; i++)
        for (int k = 0; k < t->per_row; k++)
            put_value(b, w, &t->column[column], first + (uint64_t)i, k);
}

/* -- the transactions -- */

static PGconn *open_connection(void)
{
    PGconn *c = PQconnectdb(conninfo);
    if (PQstatus(c) != CONNECTION_OK || PQresultStatus(PQexec(c, "SET search_path = referral")) != PGRES_COMMAND_OK)
        die(c, "connect");
    for (int i = 0; i < TABLES; i++) {
        char sql[1024], params[512] = "", cast[16];
        const char *p = tables[i].casts;
        for (int k = 1; p; k++) {
            sscanf(p, "%15s", cast);
            snprintf(params + strlen(params), sizeof(params) - strlen(params), "%s$%d::%s[]", k > 1 ? ", " : "", k, cast);
            p = strchr(p, ' ');
            p = p ? p + 1 : NULL;
        }
        snprintf(sql, sizeof(sql), "INSERT INTO %s (%s) SELECT * FROM unnest(%s)", tables[i].name, tables[i].columns, params);
        if (PQresultStatus(PQprepare(c, tables[i].name, sql, 0, NULL)) != PGRES_COMMAND_OK)
            die(c, sql);
    }
    return c;
}

static void queue_table(PGconn *c, const struct worker *w, const struct table *t, struct buffer *buffers, int rows)
{
    const char *values[COLUMNS_MAX];
    int lengths[COLUMNS_MAX], formats[COLUMNS_MAX], n = 0;
    for (; n < COLUMNS_MAX && t->column[n].fill != END; n++) {
        fill_column(&buffers[n], w, t, n, w->serial, rows);
        values[n] = buffers[n].p;
        lengths[n] = buffers[n].n;
        formats[n] = 1;
    }
    if (!PQsendQueryPrepared(c, t->name, n, values, lengths, formats, 1))
        die(c, t->name);
}

static void transaction(PGconn *c, struct worker *w, struct buffer *buffers, int rows, int n_tables)
{
    struct timespec wall;
    int left = n_tables + 2;
    clock_gettime(CLOCK_REALTIME, &wall);
    w->now_us = ((int64_t)wall.tv_sec - 946684800) * 1000000 + wall.tv_nsec / 1000;
    if (!PQenterPipelineMode(c) || !PQsendQueryParams(c, "BEGIN", 0, NULL, NULL, NULL, NULL, 1))
        die(c, "begin");
    for (int i = 0; i < n_tables; i++)
        queue_table(c, w, &tables[i], buffers, rows);
    if (!PQsendQueryParams(c, "COMMIT", 0, NULL, NULL, NULL, NULL, 1) || !PQpipelineSync(c))
        die(c, "commit");
    while (left > 0) {
        PGresult *r = PQgetResult(c);
        if (!r)
            continue;
        if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK)
            die(c, "rows");
        left--;
        PQclear(r);
        PQclear(PQgetResult(c));
    }
    PQclear(PQgetResult(c)); /* the sync */
    PQexitPipelineMode(c);
    w->serial += (uint64_t)rows;
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct buffer buffers[COLUMNS_MAX] = {0};
    PGconn *c = open_connection();
    double end = now_s() + seconds;
    w->serial = (uint64_t)time(NULL) << 24;
    while (now_s() < end) {
        transaction(c, w, buffers, ROWS, TABLES);
        atomic_fetch_add(&done, ROWS);
    }
    PQfinish(c);
    for (int i = 0; i < COLUMNS_MAX; i++)
        free(buffers[i].p);
    return NULL;
}

static void ceiling(int connections)
{
    struct worker workers[16] = {0};
    double start = now_s();
    for (int i = 0; i < connections; i++) {
        workers[i].number = i;
        pthread_create(&workers[i].thread, NULL, work, &workers[i]);
    }
    for (int i = 0; i < connections; i++)
        pthread_join(workers[i].thread, NULL);
    printf("{\"referrals\": %llu, \"per_s\": %.1f}\n", atomic_load(&done), (double)atomic_load(&done) / (now_s() - start));
}

static int cmp(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* One row, one commit, one after the other. */
static void single(void)
{
    enum { MAX = 200000 };
    double *took = malloc(MAX * sizeof(*took)), end = now_s() + seconds;
    struct worker w = {.number = 9, .serial = (uint64_t)time(NULL) << 24};
    struct buffer buffers[COLUMNS_MAX] = {0};
    PGconn *c = open_connection();
    int n = 0;
    while (now_s() < end && n < MAX) {
        double start = now_s();
        transaction(c, &w, buffers, 1, 1);
        took[n++] = now_s() - start;
    }
    PQfinish(c);
    qsort(took, (size_t)n, sizeof(*took), cmp);
    printf("{\"commits\": %d, \"p50_ms\": %.3f, \"p99_ms\": %.3f}\n", n, took[n / 2] * 1e3, took[(int)(n * 0.99)] * 1e3);
    free(took);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return fprintf(stderr, "usage: ceiling CONNINFO SECONDS CONNECTIONS|single\n"), 2;
    conninfo = argv[1];
    seconds = atof(argv[2]);
    if (strcmp(argv[3], "single") == 0)
        single();
    else
        ceiling(atoi(argv[3]));
    return 0;
}
