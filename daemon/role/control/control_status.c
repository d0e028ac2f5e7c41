/*
 * control_status.c - how the daemon is, and who may connect
 */
#include "role/control/control_parts.h"
#include "role/office/publish.h"

#include "base/clock.h"
#include "store/reader.h"

/* ---- status ---- */

static uint64_t counted(const struct office *o, enum counter c)
{
    return atomic_load(&o->metrics.counters[c]);
}

static int64_t gauged(const struct office *o, enum gauge g)
{
    return atomic_load(&o->metrics.gauges[g]);
}

static void sheet_daemon(struct clerk *c, struct job *j)
{
    static const struct sheet_column columns[] = {{"version", "version", CELL_TEXT},
                                                  {"daemon", "daemon", CELL_TEXT},
                                                  {"started", "started", CELL_TIME},
                                                  {"uptime_s", "uptime, seconds", CELL_INTEGER},
                                                  {"clock", "clock", CELL_TEXT},
                                                  {"healthy", "every thread turns", CELL_BOOL},
                                                  {"store_up", "PostgreSQL in reach", CELL_BOOL},
                                                  {"draining", "draining", CELL_BOOL},
                                                  {"ruleset", "rule set", CELL_TEXT},
                                                  {"ruleset_since", "in force here since", CELL_TIME},
                                                  {"rules", "rules", CELL_INTEGER},
                                                  {"organisations", "organisations", CELL_INTEGER},
                                                  {"in_flight", "in flight", CELL_INTEGER},
                                                  {"sessions", "receivers connected", CELL_INTEGER},
                                                  {"followers", "agencies following", CELL_INTEGER},
                                                  {"queue", "in the manual queue", CELL_INTEGER},
                                                  {"alerts", "early warnings not closed", CELL_INTEGER},
                                                  {"offers_waiting", "offers nobody holds", CELL_INTEGER},
                                                  {NULL, NULL, 0}};
    struct office *o = c->office;
    char id[ID_TEXT_SIZE], hex[DIGEST_HEX_SIZE] = "", which[32];
    int64_t silent, started = atomic_load(&c->bulletin->started_ms);
    struct snapshot *s = publication_get(o->publication);
    struct str *row = sheet_row(&j->sheets, sheet_add(&j->sheets, "daemon", "The daemon", columns, true));
    if (s)
        digest_hex(s->rules->hash, hex);
    if (row) {
        const struct str cells[] = {
            STR(VERSION),
            arena_str(j->arena, str_from(id_text(o->daemon, id))),
            cell_time(j->arena, started),
            cell_int(j->arena, (clock_now_ms() - started) / 1000),
            clock_followed() ? arena_printf(j->arena, "a test's: %s", clock_followed()) : STR("this machine's"),
            cell_bool(health_alive(o, c->bulletin, HEALTH_LIMIT_MS, which, &silent)),
            cell_bool(atomic_load(&o->store_up)),
            cell_bool(atomic_load(&o->draining)),
            arena_str(j->arena, str_from(hex)),
            cell_time(j->arena, atomic_load(&c->bulletin->in_force_ms)),
            cell_int(j->arena, s ? s->rules->n_rules : 0),
            cell_int(j->arena, s ? s->rules->roster.n : 0),
            cell_int(j->arena, gauged(o, GAUGE_IN_FLIGHT)),
            cell_int(j->arena, gauged(o, GAUGE_SESSIONS)),
            cell_int(j->arena, gauged(o, GAUGE_FOLLOWERS)),
            cell_int(j->arena, gauged(o, GAUGE_MANUAL_WAITING)),
            cell_int(j->arena, gauged(o, GAUGE_ALERTS)),
            cell_int(j->arena, gauged(o, GAUGE_OFFERS_WAITING)),
        };
        memcpy(row, cells, sizeof(cells));
    }
    snapshot_unref(s);
}

static void sheet_counts(struct clerk *c, struct job *j)
{
    static const struct sheet_column columns[] = {
        {"messages", "messages", CELL_INTEGER},      {"accepted", "accepted", CELL_INTEGER},
        {"manual", "manual", CELL_INTEGER},          {"refused", "refused", CELL_INTEGER},
        {"invalid", "invalid", CELL_INTEGER},        {"duplicate", "duplicate", CELL_INTEGER},
        {"conflict", "conflict", CELL_INTEGER},      {"busy", "busy", CELL_INTEGER},
        {"quarantined", "kept aside", CELL_INTEGER}, {"steps", "steps", CELL_INTEGER},
        {"delivered", "delivered", CELL_INTEGER},    {"unauthorised", "unauthorised", CELL_INTEGER},
        {"store_lost", "store lost", CELL_INTEGER},  {NULL, NULL, 0}};
    static const enum counter shown[] = {
        COUNT_MESSAGES_AGENCY, COUNT_ACCEPTED,     COUNT_MANUAL,    COUNT_REFUSED_BY_RULE, COUNT_INVALID,
        COUNT_DUPLICATE,       COUNT_CONFLICT,     COUNT_BUSY,      COUNT_QUARANTINED,     COUNT_EVENTS_DONE,
        COUNT_DELIVERED,       COUNT_UNAUTHORISED, COUNT_STORE_LOST};
    struct sheet *sheet = sheet_add(&j->sheets, "counts", "Since the start of this daemon", columns, true);
    struct str *row = sheet_row(&j->sheets, sheet);
    for (size_t i = 0; row && i < sizeof(shown) / sizeof(shown[0]); i++)
        row[i] = cell_int(j->arena, (int64_t)counted(c->office, shown[i]));
}

/* The upper bound of the bucket in which the share `percent` of the observations lies. */
static uint64_t quantile(const struct metrics *m, enum histogram h, unsigned percent)
{
    uint64_t total = 0, below = 0;
    for (int i = 0; i <= HISTOGRAM_BUCKETS; i++)
        total += atomic_load(&m->histograms[h].buckets[i]);
    for (int i = 0; i <= HISTOGRAM_BUCKETS; i++) {
        below += atomic_load(&m->histograms[h].buckets[i]);
        if (below * 100 >= total * percent)
            return UINT64_C(1) << i;
    }
    return 0;
}

static void sheet_latency(struct clerk *c, struct job *j)
{
    static const struct sheet_column columns[] = {{"what", "", CELL_TEXT},
                                                  {"count", "count", CELL_INTEGER},
                                                  {"p50_at_most", "half are at most", CELL_INTEGER},
                                                  {"p99_at_most", "99 of 100 at most", CELL_INTEGER},
                                                  {"unit", "unit", CELL_TEXT},
                                                  {NULL, NULL, 0}};
    static const struct {
        enum histogram h;
        const char *what, *unit;
    } rows[] = {{HIST_RECEIPT_US, "message to receipt", "us"},
                {HIST_COMMIT_US, "transaction", "us"},
                {HIST_DECIDE_US, "decision", "us"},
                {HIST_BATCH_ROWS, "works in a transaction", ""}};
    const struct metrics *m = &c->office->metrics;
    struct sheet *sheet = sheet_add(&j->sheets, "latency", "How long things take", columns, false);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t n = atomic_load(&m->histograms[rows[i].h].count);
        struct str *row = n ? sheet_row(&j->sheets, sheet) : NULL;
        if (!row)
            continue;
        row[0] = str_from(rows[i].what);
        row[1] = cell_int(j->arena, (int64_t)n);
        row[2] = cell_int(j->arena, (int64_t)quantile(m, rows[i].h, 50));
        row[3] = cell_int(j->arena, (int64_t)quantile(m, rows[i].h, 99));
        row[4] = str_from(rows[i].unit);
    }
}

static void sheet_states(struct clerk *c, struct job *j)
{
    static const struct sheet_column columns[] = {{"state", "state", CELL_TEXT},
                                                  {"zh", "状态", CELL_TEXT},
                                                  {"referrals", "referrals", CELL_INTEGER},
                                                  {NULL, NULL, 0}};
    struct state_count *counts;
    int n;
    if (!c->db || !clerk_ok(c, j, docket_counts(c->db, j->arena, &counts, &n)))
        return;
    struct sheet *sheet = sheet_add(&j->sheets, "states", "Referrals on record, by state", columns, false);
    for (int i = 0; i < n; i++) {
        struct str *row = sheet_row(&j->sheets, sheet);
        if (!row)
            return;
        row[0] = str_from(word_of(state_words, counts[i].state));
        row[1] = str_from(word_zh(state_words, counts[i].state));
        row[2] = cell_int(j->arena, counts[i].n);
    }
}

static const char *const directory_words[] = {
    [STANDING_FIRST] = "not published yet",
    [STANDING_SAME] = "as published",
    [STANDING_CHANGED] = "edited since: `reload` publishes it",
    [STANDING_PINNED] = "pinned: still the set that was rolled back from",
    [STANDING_AWAITS] = "edited since: `reload` publishes it",
    [STANDING_UNAPPROVED] = "another set, not approved: `rules propose`",
};

/* What all daemons over the database should have in force, and how the directory here stands to it. */
static void sheet_publication(struct clerk *c, struct job *j)
{
    static const struct sheet_column columns[] = {{"ruleset", "rule set", CELL_TEXT},
                                                  {"at", "published", CELL_TIME},
                                                  {"who", "by", CELL_TEXT},
                                                  {"reason", "why", CELL_TEXT},
                                                  {"in_force", "in force here", CELL_BOOL},
                                                  {"approval", "needs two people", CELL_BOOL},
                                                  {"directory", "the directory", CELL_TEXT},
                                                  {NULL, NULL, 0}};
    struct standing_view v;
    if (!c->db || !office_standing(c->office, c->db, j->arena, &v) || !v.published)
        return;
    struct snapshot *s = publication_get(c->office->publication);
    struct str *row = sheet_row(&j->sheets, sheet_add(&j->sheets, "publication", "Published last", columns, true));
    if (row) {
        row[0] = cell_whole_hash(j->arena, v.newest.hash);
        row[1] = cell_time(j->arena, v.newest.at_ms);
        row[2] = v.newest.who;
        row[3] = v.newest.reason;
        row[4] = cell_bool(s && digest_eq(s->rules->hash, v.newest.hash));
        row[5] = cell_bool(c->office->settings.approval);
        row[6] = v.readable ? str_from(directory_words[v.standing]) : STR("cannot be read: `referralctl check`");
    }
    snapshot_unref(s);
}

void verb_status(struct clerk *c, struct job *j)
{
    sheet_daemon(c, j);
    sheet_publication(c, j);
    sheet_counts(c, j);
    sheet_latency(c, j);
    sheet_states(c, j);
}

/* ---- peer list ---- */

void verb_peers(struct clerk *c, struct job *j)
{
    static const struct sheet_column columns[] = {{"id", "id", CELL_TEXT},
                                                  {"kind", "kind", CELL_TEXT},
                                                  {"name", "name", CELL_TEXT},
                                                  {"channel", "channel", CELL_TEXT},
                                                  {"region", "region", CELL_TEXT},
                                                  {"enrolled", "enrolled", CELL_BOOL},
                                                  {"organisations", "organisations", CELL_INTEGER},
                                                  {NULL, NULL, 0}};
    struct snapshot *s = publication_get(c->office->publication);
    if (!s) {
        job_fail(j, "no configuration is published yet; the log says why");
        return;
    }
    struct sheet *sheet = sheet_add(&j->sheets, "peers", "Agencies and receivers", columns, false);
    for (int i = 0; i < s->peers->n; i++) {
        const struct peer *p = &s->peers->items[i];
        struct str *row = sheet_row(&j->sheets, sheet);
        if (!row)
            break;
        row[0] = arena_str(j->arena, p->id);
        row[1] = p->kind == PEER_AGENCY ? STR("agency") : STR("receiver");
        row[2] = arena_str(j->arena, p->name);
        row[3] = cell_word(channel_words, (int)p->channel);
        row[4] = arena_str(j->arena, p->region_code);
        row[5] = cell_bool(p->enrolled);
        row[6] = p->kind == PEER_RECEIVER ? cell_int(j->arena, p->n_serves) : STR("");
    }
    snapshot_unref(s);
}
