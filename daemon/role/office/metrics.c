/*
 * metrics.c - the table of names, and the text that Prometheus reads
 */
#include "role/office/metrics.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* Members of a family stand together; the first one carries the help for all. */
struct counter_name {
    const char *name, *label, *value, *help;
};

static const struct counter_name counter_names[COUNTER_COUNT] = {
    [COUNT_MESSAGES_AGENCY] = {"referrald_messages_total", "side", "agency",
                               "Messages received, by endpoint."},
    [COUNT_MESSAGES_ORGANISATION] = {"referrald_messages_total", "side", "organisation", NULL},
    [COUNT_NONSENSE] = {"referrald_nonsense_total", NULL, NULL,
                        "Messages without a delimiter or a key; not answered."},
    [COUNT_REFUSED_MESSAGES] = {"referrald_refused_messages_total", NULL, NULL,
                                "Messages refused as a whole."},
    [COUNT_ACCEPTED] = {"referrald_receipts_total", "status", "accepted", "Receipts given, by status."},
    [COUNT_MANUAL] = {"referrald_receipts_total", "status", "manual", NULL},
    [COUNT_REFUSED_BY_RULE] = {"referrald_receipts_total", "status", "refused", NULL},
    [COUNT_INVALID] = {"referrald_receipts_total", "status", "invalid", NULL},
    [COUNT_DUPLICATE] = {"referrald_receipts_total", "status", "duplicate", NULL},
    [COUNT_CONFLICT] = {"referrald_receipts_total", "status", "conflict", NULL},
    [COUNT_BUSY] = {"referrald_receipts_total", "status", "busy", NULL},
    [COUNT_QUARANTINED] = {"referrald_quarantined_total", NULL, NULL,
                           "Referrals that could not be decoded, kept aside as raw bytes."},
    [COUNT_EVENTS_DONE] = {"referrald_steps_total", "result", "done",
                           "Steps after the first, recorded or refused."},
    [COUNT_EVENTS_REFUSED] = {"referrald_steps_total", "result", "refused", NULL},
    [COUNT_BATCHES] = {"referrald_batches_total", NULL, NULL, "Transactions of the keepers."},
    [COUNT_BATCH_RETRIES] = {"referrald_batch_retries_total", NULL, NULL,
                             "Transactions rolled back by the server and done again."},
    [COUNT_BATCH_REPLAYS] = {"referrald_batch_replays_total", NULL, NULL,
                             "Transactions whose commit was in doubt, replayed."},
    [COUNT_REDECIDED] = {"referrald_redecided_total", NULL, NULL,
                         "Decisions made anew because the place was gone at commit."},
    [COUNT_DELIVERED] = {"referrald_deliveries_total", NULL, NULL, "Assignments sent to receivers."},
    [COUNT_STORE_LOST] = {"referrald_store_lost_total", NULL, NULL, "Connections to PostgreSQL lost."},
    [COUNT_RELOADS] = {"referrald_reloads_total", NULL, NULL, "Configurations published."},
    [COUNT_RELOADS_FAILED] = {"referrald_reloads_failed_total", NULL, NULL,
                              "Configurations turned down; the old one kept serving."},
    [COUNT_UNAUTHORISED] = {"referrald_unauthorised_total", NULL, NULL,
                            "Messages from keys that are no longer, or not, on the list."},
    [COUNT_WARNINGS] = {"referrald_warnings_total", NULL, NULL, "Early warnings raised by this daemon."},
};

static const struct {
    const char *name, *help;
} gauge_names[GAUGE_COUNT] = {
    [GAUGE_IN_FLIGHT] = {"referrald_in_flight", "Referrals between receipt of the message and commit."},
    [GAUGE_SESSIONS] = {"referrald_sessions", "Receivers connected to this daemon."},
    [GAUGE_FOLLOWERS] = {"referrald_followers", "Agencies that follow their journal here."},
    [GAUGE_MANUAL_WAITING] = {"referrald_manual_queue", "Referrals that wait for a person to place them."},
    [GAUGE_OFFERS_WAITING] = {"referrald_offers_waiting", "Open offers that no live receiver holds."},
    [GAUGE_ALERTS] = {"referrald_alerts", "Early warnings that nobody has closed yet."},
};

/* `unit`: how many of the measured units make one of the exported ones. */
static const struct {
    const char *name, *help;
    double unit;
} histogram_names[HISTOGRAM_COUNT] = {
    [HIST_RECEIPT_US] = {"referrald_receipt_seconds", "From arrival of a Submit to its receipts.", 1e6},
    [HIST_COMMIT_US] = {"referrald_commit_seconds", "One transaction of a keeper, first statement to commit.",
                        1e6},
    [HIST_BATCH_ROWS] = {"referrald_batch_rows", "Works in one transaction.", 1},
    [HIST_DECIDE_US] = {"referrald_decide_seconds", "One evaluation of the rules.", 1e6},
};

void metrics_add(struct metrics *m, enum counter c, uint64_t n)
{
    atomic_fetch_add_explicit(&m->counters[c], n, memory_order_relaxed);
}

void metrics_set(struct metrics *m, enum gauge g, int64_t v)
{
    atomic_store_explicit(&m->gauges[g], v, memory_order_relaxed);
}

/* The first bucket whose upper bound, a power of two, is not below `v`. */
static int bucket_of(uint64_t v)
{
    if (v <= 1)
        return 0;
    int bits = 64 - __builtin_clzll(v - 1);
    return bits < HISTOGRAM_BUCKETS ? bits : HISTOGRAM_BUCKETS;
}

void metrics_observe(struct metrics *m, enum histogram h, uint64_t v)
{
    atomic_fetch_add_explicit(&m->histograms[h].buckets[bucket_of(v)], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&m->histograms[h].sum, v, memory_order_relaxed);
    atomic_fetch_add_explicit(&m->histograms[h].count, 1, memory_order_relaxed);
}

struct out {
    char *p;
    size_t size, n; /* n goes on counting past size */
};

__attribute__((format(printf, 2, 3))) static void say(struct out *o, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    size_t room = o->n < o->size ? o->size - o->n : 0;
    int n = vsnprintf(room ? o->p + o->n : NULL, room, fmt, ap);
    va_end(ap);
    if (n > 0)
        o->n += (size_t)n;
}

static void say_head(struct out *o, const char *name, const char *help, const char *type)
{
    say(o, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void say_counters(struct out *o, const struct metrics *m)
{
    for (int i = 0; i < COUNTER_COUNT; i++) {
        const struct counter_name *c = &counter_names[i];
        if (c->help)
            say_head(o, c->name, c->help, "counter");
        unsigned long long v = atomic_load_explicit(&m->counters[i], memory_order_relaxed);
        if (c->label)
            say(o, "%s{%s=\"%s\"} %llu\n", c->name, c->label, c->value, v);
        else
            say(o, "%s %llu\n", c->name, v);
    }
}

static void say_gauges(struct out *o, const struct metrics *m)
{
    for (int i = 0; i < GAUGE_COUNT; i++) {
        say_head(o, gauge_names[i].name, gauge_names[i].help, "gauge");
        say(o, "%s %lld\n", gauge_names[i].name, atomic_load_explicit(&m->gauges[i], memory_order_relaxed));
    }
}

/*
 * The count is the sum of the buckets read here, not the counter beside them: another thread may be between
 * the two, and a scraper expects the last bucket and the count to agree.
 */
static void say_histogram(struct out *o, const struct metrics *m, int h)
{
    const char *name = histogram_names[h].name;
    double unit = histogram_names[h].unit;
    unsigned long long below = 0;
    say_head(o, name, histogram_names[h].help, "histogram");
    for (int i = 0; i < HISTOGRAM_BUCKETS; i++) {
        below += atomic_load_explicit(&m->histograms[h].buckets[i], memory_order_relaxed);
        say(o, "%s_bucket{le=\"%.9g\"} %llu\n", name, (double)(UINT64_C(1) << i) / unit, below);
    }
    below += atomic_load_explicit(&m->histograms[h].buckets[HISTOGRAM_BUCKETS], memory_order_relaxed);
    say(o, "%s_bucket{le=\"+Inf\"} %llu\n", name, below);
    double sum = (double)atomic_load_explicit(&m->histograms[h].sum, memory_order_relaxed);
    say(o, "%s_sum %.12g\n%s_count %llu\n", name, sum / unit, name, below);
}

size_t metrics_text(const struct metrics *m, char *out, size_t size)
{
    struct out o = {.p = out, .size = size};
    say_counters(&o, m);
    say_gauges(&o, m);
    for (int i = 0; i < HISTOGRAM_COUNT; i++)
        say_histogram(&o, m, i);
    return o.n;
}
