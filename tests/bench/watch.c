/*
 * watch.c - false alarms a year and detection delay of core/watch.h, over many seeded series
 *
 * A series is one key, such as labour disputes in one county. Without a burst every episode is a false alarm. With one, the delay is counted in
 * days from its first day: 0 is the same day; a burst is missed when nothing is raised before it has ended.
 */
#include "../bench/watch_series.h"

#include <stdio.h>
#include <stdlib.h>

enum { YEARS = 10, QUIET_SERIES = 500, BURST_SERIES = 500, BURST_DAYS = 28 };
#define FIRST 16436 /* 2015-01-01 */

static const struct calendar calendar = {.published_until = 30000, .mark = 1}; /* Monday to Friday */
static const double rates[] = {0.05, 0.2, 0.5, 1, 3, 10, 40}; /* a workday; a quarter of it on days off */

/* As shipped in config/watches.yaml: place-category-rising. */
static const struct watch rising = {
    .test = WATCH_RISE, .at_least = 8, .window = 14, .quiet = 14, .times = 200, .baseline = 56, .false_every = 36500};

static struct series *series;

static void begin(uint64_t seed, double rate, double spread, int days)
{
    *series = (struct series){.seed = seed, .workday = rate, .day_off = rate / 4, .spread = spread, .first = FIRST, .days = days};
}

/* Keys and years that go by from one false alarm to the next. */
static void tell_false(double rate, double spread)
{
    int reach = watch_reach(&rising), episodes = 0;
    for (int i = 0; i < QUIET_SERIES; i++) {
        begin((uint64_t)i * 7919 + 1, rate, spread, reach + YEARS * 365);
        series_make(series, &calendar);
        episodes += series_watch(series, &rising, &calendar, FIRST + reach, FIRST + reach + YEARS * 365 - 1).episodes;
    }
    printf("{\"what\": \"false alarms\", \"rate\": %g, \"spread\": %g, \"key_years\": %d, \"episodes\": %d, \"a_key_year\": %.5f}\n", rate,
           spread, QUIET_SERIES * YEARS, episodes, (double)episodes / (QUIET_SERIES * YEARS));
    fflush(stdout);
}

static int by_size(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static void tell_delay(double rate, double spread, double times)
{
    static int delays[BURST_SERIES];
    int reach = watch_reach(&rising), found = 0, more = 0;
    int32_t burst = FIRST + reach + 7;
    for (int i = 0; i < BURST_SERIES; i++) {
        begin((uint64_t)i * 104729 + 3, rate, spread, reach + 7 + BURST_DAYS + reach);
        series->burst_first = burst;
        series->burst_days = BURST_DAYS;
        series->burst_times = times;
        series_make(series, &calendar);
        struct series_result r = series_watch(series, &rising, &calendar, burst, burst + BURST_DAYS + reach - 1);
        more += r.episodes > 1;
        if (r.first_raised && r.first_raised < burst + BURST_DAYS)
            delays[found++] = r.first_raised - burst;
    }
    qsort(delays, (size_t)found, sizeof *delays, by_size);
    printf("{\"what\": \"delay\", \"rate\": %g, \"spread\": %g, \"times\": %g, \"bursts\": %d, \"found\": %d, \"median_days\": %d, "
           "\"p90_days\": %d, \"raised_twice\": %d}\n",
           rate, spread, times, BURST_SERIES, found, found ? delays[found / 2] : -1, found ? delays[found * 9 / 10] : -1, more);
    fflush(stdout);
}

int main(void)
{
    static const double spreads[] = {1, 2};
    static const double bursts[] = {2, 3, 5, 10};
    series = malloc(sizeof *series);
    if (!series)
        return 1;
    for (size_t k = 0; k < sizeof spreads / sizeof *spreads; k++)
        for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
            tell_false(rates[i], spreads[k]);
            for (size_t j = 0; j < sizeof bursts / sizeof *bursts; j++)
                tell_delay(rates[i], spreads[k], bursts[j]);
        }
    free(series);
    return 0;
}
