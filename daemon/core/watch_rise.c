/*
 * watch_rise.c - a rise found by the cumulative sum of log likelihood ratios
 *
 * With x referrals on a day on which m are expected, the logarithm of how much likelier x is when r times as many are expected
 * is x ln r - (r - 1) m. The sum of these, never let below 0, rises when more come than expected; the alarm is where it comes
 * to the logarithm of the days wanted between two false ones, for that many go by at the least on average (Lorden, Annals
 * of Mathematical Statistics 42, 1971, for a known expectation).
 *
 * What is expected is not known but estimated, from the days before the window; workdays and days off each by themselves. So that a quiet
 * estimate is no cause for alarm, a standard error is added. And counts vary more than Poisson's: the sum is divided by how much
 * more they did before the window (as in Farrington et al., Journal of the Royal Statistical Society A 159, 1996).
 */
#include "core/watch_rise.h"

#include <math.h>

struct kind_of_day {
    int days, referrals;
    double expected; /* a day */
};

struct baseline {
    struct kind_of_day kinds[2]; /* days off, workdays */
    double spread;               /* variance over mean, 1 at the least */
};

/* Referrals on `day`, going on from where the day before ended. */
static int on_day(const struct watch_count *counts, int n, int *at, int32_t day)
{
    int sum = 0;
    while (*at < n && counts[*at].day < day)
        (*at)++;
    for (; *at < n && counts[*at].day == day; (*at)++)
        sum += counts[*at].n;
    return sum;
}

static void estimate(struct kind_of_day *k)
{
    double seen = k->referrals + 0.5;
    k->expected = k->days ? (seen + sqrt(seen)) / k->days : 0;
}

/* From `first` on, up to `last`. */
static struct baseline look_before(const struct watch *w, const struct calendar *c, const struct watch_count *counts, int n,
                                   int32_t last)
{
    struct baseline b = {.spread = 1};
    double squares = 0;
    int at = 0;
    for (int32_t day = last - w->baseline + 1; day <= last; day++) {
        struct kind_of_day *k = &b.kinds[calendar_working(c, day)];
        k->days++;
        k->referrals += on_day(counts, n, &at, day);
    }
    estimate(&b.kinds[0]);
    estimate(&b.kinds[1]);
    at = 0;
    for (int32_t day = last - w->baseline + 1; day <= last; day++) {
        const struct kind_of_day *k = &b.kinds[calendar_working(c, day)];
        double mean = (k->referrals + 0.5) / k->days, away = on_day(counts, n, &at, day) - mean;
        squares += away * away / mean;
    }
    if (squares > w->baseline - 2 && w->baseline > 2)
        b.spread = squares / (w->baseline - 2);
    return b;
}

void watch_rise(const struct watch *w, const struct calendar *c, const struct watch_count *counts, int n, int32_t day,
                struct watch_view *v)
{
    int32_t first = day - w->window + 1;
    const struct baseline b = look_before(w, c, counts, n, first - 1);
    double ratio = (double)w->times / 100, score = 0;
    int at = 0, since_start = 0;
    v->since = first;
    for (int32_t d = first; d <= day; d++) {
        double expected = b.kinds[calendar_working(c, d)].expected;
        int seen = on_day(counts, n, &at, d);
        v->expected += expected;
        score += (seen * log(ratio) - (ratio - 1) * expected) / b.spread;
        since_start += seen;
        if (score <= 0) {
            score = 0;
            since_start = 0;
            v->since = d + 1;
        }
    }
    v->score = score;
    v->limit = log((double)w->false_every);
    v->alarm = score >= v->limit && since_start >= w->at_least;
}
