/*
 * watch_series.h - simulated days of one key: so many referrals on workdays, fewer on days off, and a burst
 *
 * Everything follows from the seed. For the bench and the unit tests of core/watch.h.
 */
#ifndef TESTS_BENCH_WATCH_SERIES_H
#define TESTS_BENCH_WATCH_SERIES_H

#include "core/watch.h"

#include <math.h>

#define SERIES_DAYS_MAX 8000

struct series {
    uint64_t seed;
    double workday, day_off; /* referrals a day */
    double spread;           /* variance over mean; 1: Poisson */
    int32_t first;
    int days;
    int32_t burst_first; /* 0: none */
    int burst_days;
    double burst_times;
    struct watch_count counts[SERIES_DAYS_MAX];
    int n;
};

/* splitmix64 (Steele, Lea and Flood, OOPSLA 2014). */
static inline double series_random(struct series *s)
{
    uint64_t x = s->seed += UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return ((double)((x ^ x >> 31) >> 11) + 0.5) / 9007199254740992.0;
}

/* Knuth's product of uniforms, in parts so that the exponential does not vanish. */
static inline int series_poisson(struct series *s, double mean)
{
    int n = 0;
    for (; mean > 0; mean -= 100) {
        double limit = exp(-(mean < 100 ? mean : 100)), p = series_random(s);
        for (; p > limit; p *= series_random(s))
            n++;
    }
    return n;
}

/* Batches that come by Poisson, of geometric size: variance is `spread` times the mean. */
static inline int series_day(struct series *s, double mean)
{
    if (s->spread <= 1)
        return series_poisson(s, mean);
    double size = (s->spread + 1) / 2; /* of a batch, on average */
    int n = 0;
    for (int left = series_poisson(s, mean / size); left > 0; left--)
        n += 1 + (int)(log(series_random(s)) / log(1 - 1 / size));
    return n;
}

static inline void series_make(struct series *s, const struct calendar *c)
{
    s->n = 0;
    for (int32_t day = s->first; day < s->first + s->days; day++) {
        double mean = calendar_working(c, day) ? s->workday : s->day_off;
        if (s->burst_first && day >= s->burst_first && day < s->burst_first + s->burst_days)
            mean *= s->burst_times;
        int n = series_day(s, mean);
        if (n > 0)
            s->counts[s->n++] = (struct watch_count){.day = day, .n = n};
    }
}

struct series_result {
    int episodes;           /* raised on the days looked at */
    int32_t first_raised;   /* 0: never */
    int32_t days_raised;
};

/* Looks at every day from `from` to `until`, as the daemon would. */
static inline struct series_result series_watch(const struct series *s, const struct watch *w, const struct calendar *c,
                                                int32_t from, int32_t until)
{
    struct series_result r = {0};
    bool raised = false;
    int low = 0, high = 0;
    for (int32_t day = from; day <= until; day++) {
        while (low < s->n && s->counts[low].day < day - watch_reach(w))
            low++;
        while (high < s->n && s->counts[high].day <= day)
            high++;
        struct watch_view v;
        enum watch_act act = watch_next(w, c, s->counts + low, high - low, day, raised, &v);
        raised = act == WATCH_RAISE || act == WATCH_STAY;
        r.days_raised += raised;
        if (act == WATCH_RAISE && r.episodes++ == 0)
            r.first_raised = day;
    }
    return r;
}

#endif
