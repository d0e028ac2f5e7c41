/*
 * history.c - months of stored referrals, made in minutes: what the daemon would have written, by COPY
 *
 *   history CONFIG CONNINFO PERSONAL.keys REFERRALS.jsonl COUNT DAYS
 *
 * COUNT referrals that arrived in the DAYS before today, in working hours mostly: the texts of REFERRALS.jsonl, sent by
 * the agencies of CONFIG about places of their regions. Each is decided by CONFIG's rules under the load of those before it,
 * sealed under the key file and held by its organisation for days or weeks; some are declined and decided again. Writes
 * chain, referral, decision, assignment and load, in a schema that is there and empty. The same arguments make the
 * same history, but for ids and nonces. Prints one JSON line.
 */
#include "base/clock.h"
#include "base/id.h"
#include "base/seal.h"
#include "conf/load.h"
#include "ctl/jsonl.h"
#include "store/bind.h"
#include "store/wireform.h"
#include "wire/record.h"
#include "wire/referral.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

enum { SAMPLES_MAX = 4096, STREAM_BYTES = 1 << 18, TRIES = 3 };
#define DAY_MS INT64_C(86400000)

static void die(const char *what, const char *why)
{
    fprintf(stderr, "history: %s: %s\n", what, why);
    exit(1);
}

/* -- chance, the same at every run -- */

static uint64_t state = 88172645463325252u;

static uint64_t chance(uint64_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (state >> 11) % below;
}

/* -- COPY in binary -- */

struct stream {
    PGconn *conn;
    unsigned char *p;
    size_t n, cap;
};

static unsigned char *room(struct stream *s, size_t n)
{
    if (s->n + n > s->cap)
        s->p = realloc(s->p, s->cap = (s->n + n) * 2);
    s->n += n;
    return s->p + s->n - n;
}

static void put_raw(struct stream *s, const void *p, size_t n)
{
    if (n)
        memcpy(room(s, n), p, n);
}

static void put_bytes(struct stream *s, const void *p, size_t n)
{
    wire_put4(room(s, 4), (uint32_t)n);
    put_raw(s, p, n);
}

static void put_text(struct stream *s, struct str t)
{
    put_bytes(s, t.p, t.n);
}

static void put_2(struct stream *s, int v)
{
    wire_put4(room(s, 4), 2);
    wire_put2(room(s, 2), (uint16_t)v);
}

static void put_4(struct stream *s, int v)
{
    wire_put4(room(s, 4), 4);
    wire_put4(room(s, 4), (uint32_t)v);
}

static void put_8(struct stream *s, int64_t v)
{
    wire_put4(room(s, 4), 8);
    wire_put8(room(s, 8), (uint64_t)v);
}

static void put_time(struct stream *s, int64_t ms)
{
    put_8(s, wire_time(ms));
}

static void put_null(struct stream *s)
{
    wire_put4(room(s, 4), UINT32_MAX);
}

static void send_off(struct stream *s)
{
    if (s->n && PQputCopyData(s->conn, (const char *)s->p, (int)s->n) != 1)
        die("copy", PQerrorMessage(s->conn));
    s->n = 0;
}

static void row(struct stream *s, int columns)
{
    if (s->n >= STREAM_BYTES)
        send_off(s);
    wire_put2(room(s, 2), (uint16_t)columns);
}

static struct stream stream_open(const char *conninfo, const char *copy)
{
    static const char header[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0";
    struct stream s = {.conn = PQconnectdb(conninfo)};
    PQclear(PQexec(s.conn, "SET search_path = referral; SET synchronous_commit = off"));
    PGresult *res = PQexec(s.conn, copy);
    if (PQresultStatus(res) != PGRES_COPY_IN)
        die(copy, PQerrorMessage(s.conn));
    PQclear(res);
    put_raw(&s, header, 19);
    return s;
}

static void stream_close(struct stream *s)
{
    wire_put2(room(s, 2), UINT16_MAX);
    send_off(s);
    PGresult *res = PQputCopyEnd(s->conn, NULL) == 1 ? PQgetResult(s->conn) : NULL;
    if (PQresultStatus(res) != PGRES_COMMAND_OK)
        die("end of copy", PQerrorMessage(s->conn));
    PQclear(res);
    PQfinish(s->conn);
    free(s->p);
}

/* -- the world -- */

struct held { /* a place to be given back */
    int64_t until_ms;
    int organisation;
};

static struct {
    const struct ruleset *rules;
    const struct peers *peers;
    struct keyring *keys;
    struct client_referral samples[SAMPLES_MAX];
    int n_samples, agencies, by_channel[CHANNEL_COUNT][SAMPLES_MAX], n_by_channel[CHANNEL_COUNT];
    int *agency_of; /* peers that are agencies with samples of their channel */
    int *open;      /* by organisation */
    int64_t *given_ms;
    struct held *heap;
    size_t n_heap, cap_heap;
    struct stream referral, decision, assignment;
    uint64_t assigned, manual, refused, sealed_bytes, record_bytes;
    uint32_t serial;
} h;

static void hold(int64_t until_ms, int organisation)
{
    if (h.n_heap == h.cap_heap)
        h.heap = realloc(h.heap, (h.cap_heap = h.cap_heap ? h.cap_heap * 2 : 1024) * sizeof *h.heap);
    size_t i = h.n_heap++;
    for (; i && h.heap[(i - 1) / 2].until_ms > until_ms; i = (i - 1) / 2)
        h.heap[i] = h.heap[(i - 1) / 2];
    h.heap[i] = (struct held){until_ms, organisation};
    h.open[organisation]++;
}

static void give_back(int64_t now_ms)
{
    while (h.n_heap && h.heap[0].until_ms <= now_ms) {
        struct held last = h.heap[--h.n_heap];
        h.open[h.heap[0].organisation]--;
        size_t i = 0, child;
        while ((child = 2 * i + 1) < h.n_heap) {
            child += child + 1 < h.n_heap && h.heap[child + 1].until_ms < h.heap[child].until_ms;
            if (h.heap[child].until_ms >= last.until_ms)
                break;
            h.heap[i] = h.heap[child];
            i = child;
        }
        h.heap[i] = last;
    }
}

static struct load load_of(void *context, int organisation)
{
    (void)context;
    return (struct load){h.open[organisation], h.rules->roster.items[organisation].capacity, h.given_ms[organisation]};
}

static void read_configuration(const char *dir)
{
    struct arena *a = arena_new(0);
    struct diag *diag = diag_new();
    struct source all;
    if (source_read_dir(a, dir, diag, &all) && (h.rules = conf_load_ruleset(&all, false, diag)))
        h.peers = conf_load_peers(&all, h.rules, "/nonexistent", diag);
    if (!h.peers) {
        diag_print(diag, stderr, false);
        exit(1);
    }
    h.open = calloc((size_t)h.rules->roster.n, sizeof *h.open);
    h.given_ms = calloc((size_t)h.rules->roster.n, sizeof *h.given_ms);
}

static void read_samples(const char *path, int32_t today)
{
    static char line[1 << 16];
    FILE *f = fopen(path, "re");
    struct arena *a = arena_new(0);
    for (unsigned number = 1; f && fgets(line, sizeof line, f) && h.n_samples < SAMPLES_MAX; number++) {
        struct jsonl x = {.arena = a, .err = stderr, .file = path, .line = number, .today = today, .ref_prefix = "x"};
        struct client_referral *r = &h.samples[h.n_samples];
        if (!jsonl_read(&x, arena_str(a, str_from(line)), r))
            exit(1);
        h.by_channel[r->channel][h.n_by_channel[r->channel]++] = h.n_samples++;
    }
    if (!h.n_samples)
        die(path, "no referral in it");
    fclose(f);
    h.agency_of = calloc((size_t)h.peers->n, sizeof *h.agency_of);
    for (int i = 0; i < h.peers->n; i++)
        if (h.peers->items[i].kind == PEER_AGENCY && h.n_by_channel[h.peers->items[i].channel])
            h.agency_of[h.agencies++] = i;
}

/* -- one referral -- */

/* A place in the agency's region, as low down as it goes. */
static struct str place_of(const struct peer *p)
{
    const struct regions *regions = &h.rules->regions;
    int end = regions->items[p->region].end;
    for (;;) {
        int i = p->region + (int)chance((uint64_t)(end - p->region));
        if (regions->items[i].end == i + 1)
            return regions->items[i].code;
    }
}

static struct str bytes_of(struct arena *a, const struct peer *p, struct str ref)
{
    struct client_referral r = h.samples[h.by_channel[p->channel][chance((uint64_t)h.n_by_channel[p->channel])]];
    for (uint64_t more = chance(7); more; more--) { /* samples are shorter than what courts write */
        const struct client_referral *other = &h.samples[h.by_channel[p->channel][chance((uint64_t)h.n_by_channel[p->channel])]];
        r.summary = arena_printf(a, STR_FMT STR_FMT, STR_ARG(r.summary), STR_ARG(other->summary));
    }
    r.agency_ref = ref;
    r.place_code = place_of(p);
    if (r.has_claim)
        r.claim_minor = r.claim_minor * (int64_t)(20 + chance(400)) / 100;
    return client_referral_encode(a, &r);
}

static void write_referral(struct arena *a, struct id id, const struct referral *r, const struct decision *d, int city,
                           int64_t at, struct str bytes)
{
    char bound[BIND_SIZE];
    struct stream *s = &h.referral;
    struct str sealed = seal(h.keys, a, bytes, bind_referral(bound, id));
    row(s, 14);
    put_4(s, city);
    put_time(s, at);
    put_bytes(s, id.b, sizeof id.b);
    put_text(s, r->agency);
    put_text(s, r->agency_ref);
    put_2(s, (int)r->channel);
    put_2(s, (int)r->mode);
    put_text(s, h.rules->regions.items[r->place].code);
    put_text(s, d->category >= 0 ? h.rules->categories.items[d->category].code : STR(""));
    if (r->has_claim)
        put_8(s, r->claim_minor);
    else
        put_null(s);
    put_text(s, str_from(r->currency));
    put_2(s, r->n_parties);
    put_2(s, (int)r->risk);
    put_text(s, sealed);
    h.sealed_bytes += sealed.n;
}

static void write_decision(struct arena *a, struct id id, const struct decision *d, const int *excluded, int n, int city,
                           int64_t arrived, int64_t at)
{
    struct record record;
    struct stream *s = &h.decision;
    if (!record_of(a, h.rules, d, excluded, n, arrived, &record))
        die("record", "memory is out");
    struct str bytes = record_encode(a, &record);
    row(s, 9);
    put_4(s, city);
    put_time(s, arrived);
    put_bytes(s, id.b, sizeof id.b);
    put_2(s, n + 1);
    put_time(s, at);
    put_bytes(s, h.rules->hash.b, sizeof h.rules->hash.b);
    put_text(s, record.rule);
    put_2(s, (int)d->outcome);
    put_text(s, bytes);
    h.record_bytes += bytes.n;
}

static void write_assignment(struct id referral, struct str agency, int organisation, int city, int64_t offered,
                             int64_t closed, bool declined, int64_t now)
{
    struct stream *s = &h.assignment;
    const struct organisation *o = &h.rules->roster.items[organisation];
    struct id id = id_new(offered, city);
    row(s, 18);
    put_4(s, city);
    put_bytes(s, id.b, sizeof id.b);
    put_bytes(s, referral.b, sizeof referral.b);
    put_text(s, agency);
    put_text(s, o->id);
    put_4(s, region_city(&h.rules->regions, o->region));
    put_2(s, closed > now ? 2 : declined ? 3 : 6);
    put_4(s, 1);
    put_null(s);
    put_null(s);
    put_bytes(s, "\1", 1);
    put_time(s, offered + 3 * DAY_MS);
    put_2(s, 30);
    put_2(s, 2);
    put_null(s);
    put_null(s);
    put_time(s, offered);
    if (closed > now)
        put_null(s);
    else
        put_time(s, closed);
}

static void one(struct arena *a, int64_t at, int64_t now)
{
    const struct peer *p = &h.peers->items[h.agency_of[chance((uint64_t)h.agencies)]];
    struct id id = id_new(at, p->city);
    struct str bytes = bytes_of(a, p, arena_printf(a, "(2026)%u", ++h.serial));
    struct referral r;
    struct decision d;
    int excluded[TRIES];
    int64_t when = at;
    if (!referral_reopen(a, h.rules, p->id, at, bytes, &r))
        die("a referral", "its bytes do not read back");
    give_back(at);
    for (int n = 0; n < TRIES; n++) {
        if (!decide(a, h.rules, &r, excluded, n, (struct load_view){load_of, NULL}, &d))
            die("decide", "memory is out");
        if (n == 0)
            write_referral(a, id, &r, &d, p->city, at, bytes);
        write_decision(a, id, &d, excluded, n, p->city, at, when);
        h.assigned += n == 0 && d.outcome == OUTCOME_ASSIGNED;
        h.manual += n == 0 && d.outcome == OUTCOME_MANUAL;
        h.refused += n == 0 && d.outcome == OUTCOME_REFUSED;
        if (d.outcome != OUTCOME_ASSIGNED)
            return;
        bool declined = n + 1 < TRIES && chance(100) < 6;
        int64_t closed = when + (declined ? (int64_t)chance(3 * DAY_MS) : 2 * DAY_MS + (int64_t)chance(36 * DAY_MS));
        write_assignment(id, p->id, d.organisation, p->city, when, closed, declined, now);
        hold(closed, d.organisation);
        h.given_ms[d.organisation] = when;
        if (!declined || closed > now)
            return;
        excluded[n] = d.organisation;
        when = closed;
    }
}

/* -- the whole -- */

/* How much arrives in an hour of the day. */
static int busy(int hour, bool working)
{
    static const int hours[24] = {1, 1, 1, 1, 1, 1, 2, 4, 30, 60, 60, 40, 12, 40, 60, 55, 40, 12, 6, 5, 4, 3, 2, 1};
    return working ? hours[hour] : 1 + hours[hour] / 15;
}

static void fill(uint64_t count, int days, int64_t now)
{
    int64_t first = calendar_ms_of_day(calendar_day_of_ms(now) - days);
    uint64_t weight = 0, passed = 0, done = 0;
    for (int i = 0; i < days * 24; i++)
        weight += (uint64_t)busy(i % 24, calendar_working(&h.rules->calendar, calendar_day_of_ms(first + i / 24 * DAY_MS)));
    for (int i = 0; i < days * 24; i++) {
        passed += (uint64_t)busy(i % 24, calendar_working(&h.rules->calendar, calendar_day_of_ms(first + i / 24 * DAY_MS)));
        uint64_t wanted = count * passed / weight, here = wanted - done;
        for (uint64_t k = 0; done < wanted; k++, done++) {
            struct arena *a = arena_new(0);
            one(a, first + (int64_t)i * 3600000 + (int64_t)(k * 3600000 / here), now);
            arena_free(a);
        }
    }
    give_back(now);
}

static void write_rest(const char *conninfo)
{
    struct stream chain = stream_open(conninfo, "COPY chain (city, agency) FROM STDIN BINARY");
    for (int i = 0; i < h.agencies; i++) {
        row(&chain, 2);
        put_4(&chain, h.peers->items[h.agency_of[i]].city);
        put_text(&chain, h.peers->items[h.agency_of[i]].id);
    }
    stream_close(&chain);
    struct stream load = stream_open(conninfo, "COPY load (city, organisation, open, capacity, wanted) FROM STDIN BINARY");
    for (int i = 0; i < h.rules->roster.n; i++) {
        const struct organisation *o = &h.rules->roster.items[i];
        row(&load, 5);
        put_4(&load, region_city(&h.rules->regions, o->region));
        put_text(&load, o->id);
        put_4(&load, h.open[i]);
        put_4(&load, o->capacity);
        put_4(&load, o->capacity);
    }
    stream_close(&load);
}

int main(int argc, char **argv)
{
    char why[200];
    int64_t now = clock_now_ms(), start = clock_mono_ms();
    if (argc != 7)
        return fprintf(stderr, "usage: history CONFIG CONNINFO PERSONAL.keys REFERRALS.jsonl COUNT DAYS\n"), 2;
    if (!(h.keys = keyring_load(argv[3], why, sizeof why)))
        die(argv[3], why);
    read_configuration(argv[1]);
    read_samples(argv[4], calendar_day_of_ms(now));
    now = calendar_ms_of_day(calendar_day_of_ms(now));
    h.referral = stream_open(argv[2], "COPY referral FROM STDIN BINARY");
    h.decision = stream_open(argv[2], "COPY decision FROM STDIN BINARY");
    h.assignment = stream_open(argv[2], "COPY assignment FROM STDIN BINARY");
    fill(strtoull(argv[5], NULL, 10), atoi(argv[6]), now);
    stream_close(&h.referral);
    stream_close(&h.decision);
    stream_close(&h.assignment);
    write_rest(argv[2]);
    printf("{\"referrals\": %u, \"assigned\": %llu, \"manual\": %llu, \"refused\": %llu, \"sealed_bytes\": %llu, "
           "\"record_bytes\": %llu, \"seconds\": %.1f}\n",
           h.serial, (unsigned long long)h.assigned, (unsigned long long)h.manual, (unsigned long long)h.refused,
           (unsigned long long)(h.sealed_bytes / (h.serial ? h.serial : 1)),
           (unsigned long long)(h.record_bytes / (h.serial ? h.serial : 1)), (double)(clock_mono_ms() - start) / 1000);
    return 0;
}
