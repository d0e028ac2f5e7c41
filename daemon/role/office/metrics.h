/*
 * metrics.h - counters and histograms, written by any thread, read by /metrics
 *
 * One table (metrics.c) gives each its name, help and labels; docs/operations.md lists the same names.
 */
#ifndef ROLE_METRICS_H
#define ROLE_METRICS_H

#include <stdatomic.h>
#include <stdint.h>
#include <stddef.h>

enum counter {
    COUNT_MESSAGES_AGENCY,      /* frames received on the agencies' endpoint */
    COUNT_MESSAGES_ORGANISATION,
    COUNT_NONSENSE,             /* messages without delimiter or key */
    COUNT_REFUSED_MESSAGES,     /* whole messages refused */
    COUNT_ACCEPTED,             /* receipts by status */
    COUNT_MANUAL,
    COUNT_REFUSED_BY_RULE,
    COUNT_INVALID,              /* refused by validation, not stored */
    COUNT_DUPLICATE,
    COUNT_CONFLICT,
    COUNT_BUSY,
    COUNT_QUARANTINED,
    COUNT_EVENTS_DONE,          /* steps recorded after the first */
    COUNT_EVENTS_REFUSED,
    COUNT_BATCHES,
    COUNT_BATCH_RETRIES,
    COUNT_BATCH_REPLAYS,        /* commit in doubt */
    COUNT_REDECIDED,            /* place gone at commit: decided anew */
    COUNT_DELIVERED,
    COUNT_STORE_LOST,
    COUNT_RELOADS,
    COUNT_RELOADS_FAILED,
    COUNT_UNAUTHORISED,
    COUNT_WARNINGS,             /* episodes of early warning raised here */
    COUNTER_COUNT
};

enum gauge { GAUGE_IN_FLIGHT, GAUGE_SESSIONS, GAUGE_FOLLOWERS, GAUGE_MANUAL_WAITING, GAUGE_OFFERS_WAITING, GAUGE_ALERTS, GAUGE_COUNT };

enum histogram { HIST_RECEIPT_US, HIST_COMMIT_US, HIST_BATCH_ROWS, HIST_DECIDE_US, HISTOGRAM_COUNT };
#define HISTOGRAM_BUCKETS 24 /* powers of two from 1 */

struct metrics {
    atomic_ullong counters[COUNTER_COUNT];
    atomic_llong gauges[GAUGE_COUNT];
    struct {
        atomic_ullong buckets[HISTOGRAM_BUCKETS + 1];
        atomic_ullong sum, count;
    } histograms[HISTOGRAM_COUNT];
};

void metrics_add(struct metrics *m, enum counter c, uint64_t n);
void metrics_set(struct metrics *m, enum gauge g, int64_t v);
void metrics_observe(struct metrics *m, enum histogram h, uint64_t v);
/* Prometheus text exposition format 0.0.4 into `out`; returns the length it needs (like snprintf). */
size_t metrics_text(const struct metrics *m, char *out, size_t size);

#endif
