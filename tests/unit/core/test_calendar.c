/*
 * test_calendar.c - core/calendar.h, with the holidays of 2026
 */
#include "base/check.h"
#include "core/calendar.h"

#include <time.h>

/* Days off and make-up workdays of 2026 as published by the State Council (国办发明电〔2025〕). */
static const struct {
    const char *first, *last;
    bool working;
} published[] = {
    {"2026-01-01", "2026-01-03", false}, {"2026-01-04", "2026-01-04", true},
    {"2026-02-14", "2026-02-14", true},  {"2026-02-15", "2026-02-23", false},
    {"2026-02-28", "2026-02-28", true},  {"2026-04-04", "2026-04-06", false},
    {"2026-05-01", "2026-05-05", false}, {"2026-05-09", "2026-05-09", true},
    {"2026-06-19", "2026-06-21", false}, {"2026-09-20", "2026-09-20", true},
    {"2026-09-25", "2026-09-27", false}, {"2026-10-01", "2026-10-07", false},
    {"2026-10-10", "2026-10-10", true},
};

static struct calendar_day days[80];
static struct calendar cn;

static int32_t day(const char *iso)
{
    int32_t d;
    assert_true(calendar_parse_day(str_from(iso), &d));
    return d;
}

static int setup(void **state)
{
    (void)state;
    int n = 0;
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        for (int32_t d = day(published[i].first); d <= day(published[i].last); d++)
            days[n++] = (struct calendar_day){d, published[i].working};
    }
    cn = (struct calendar){days, n, day("2026-12-31")};
    return 0;
}

static void days_agree_with_the_system(void **state)
{
    (void)state;
    char text[11], expected[64];
    for (int32_t d = -200000; d < 300000; d += 1 + (d > -1000 && d < 40000 ? 0 : 6)) {
        time_t t = (time_t)d * 86400;
        struct tm tm;
        gmtime_r(&t, &tm);
        snprintf(expected, sizeof expected, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
        assert_string_equal(calendar_day_text(d, text), expected);
        assert_int_equal(day(text), d);
    }
}

static void shanghai_midnight(void **state)
{
    (void)state;
    int64_t midnight = calendar_ms_of_day(day("2026-11-23"));
    assert_true(midnight == 1795363200000);
    assert_int_equal(calendar_day_of_ms(midnight), day("2026-11-23"));
    assert_int_equal(calendar_day_of_ms(midnight - 1), day("2026-11-22"));
    assert_int_equal(calendar_day_of_ms(midnight + 86399999), day("2026-11-23"));
    assert_int_equal(calendar_day_of_ms(0), 0);
    assert_int_equal(calendar_day_of_ms(-8 * 3600000), 0);
    assert_int_equal(calendar_day_of_ms(-8 * 3600000 - 1), -1);
    for (int32_t d = -1000; d < 1000; d++)
        assert_int_equal(calendar_day_of_ms(calendar_ms_of_day(d)), d);
}

static void days_that_do_not_exist(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",           "2026-02-29", "2026-13-01",  "2026-00-10", "2026-01-00",
                                        "2026-01-32", "2026-04-31", "1900-02-29",  "0000-01-01", "2026-1-01",
                                        "2026/01/01", "2026-01-1",  "2026-01-011", "20260-1-01", "-026-01-01",
                                        "2026-01-0x", " 2026-01-1", "２０２６"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int32_t d = 12345;
        assert_false(calendar_parse_day(str_from(wrong[i]), &d));
        assert_int_equal(d, 12345);
    }
    int32_t d;
    assert_true(calendar_parse_day(STR("2000-02-29"), &d));
    assert_true(calendar_parse_day(STR("2028-02-29"), &d));
    assert_false(calendar_parse_day((struct str){"2026-01-01", 9}, &d));
}

static void working_days_of_2026(void **state)
{
    (void)state;
    static const struct {
        const char *day;
        bool working;
    } cases[] = {
        {"2026-01-01", false}, {"2026-01-04", true},  {"2026-01-05", true},
        {"2026-01-10", false}, {"2026-02-14", true},  {"2026-02-23", false},
        {"2026-02-24", true},  {"2026-02-28", true},  {"2026-05-09", true},
        {"2026-09-20", true},  {"2026-10-07", false}, {"2026-10-08", true},
        {"2026-11-21", false}, {"2026-11-22", false}, {"2026-11-23", true},
        {"2027-01-01", true}, /* not published: a Friday like any other */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(calendar_working(&cn, day(cases[i].day)), cases[i].working);
    int working = 0;
    for (int32_t d = day("2026-01-01"); d <= day("2026-12-31"); d++)
        working += calendar_working(&cn, d);
    assert_int_equal(working, 248);
    assert_true(calendar_working(&(struct calendar){0}, -3)); /* Monday 1969-12-29 */
    assert_false(calendar_working(&(struct calendar){0}, -4));
}

static void deadlines(void **state)
{
    (void)state;
    static const struct {
        const char *start;
        struct duration d;
        bool roll;
        const char *last;
        bool provisional;
    } cases[] = {
        {"2026-11-23", {3, DURATION_WORKDAYS}, true, "2026-11-26", false},
        {"2026-09-29", {3, DURATION_WORKDAYS}, true, "2026-10-09", false}, /* over the National Day */
        {"2026-09-29", {4, DURATION_WORKDAYS}, true, "2026-10-10", false}, /* a Saturday that is worked */
        {"2026-02-13", {1, DURATION_WORKDAYS}, false, "2026-02-14", false},
        {"2026-10-03", {1, DURATION_WORKDAYS}, true, "2026-10-08", false}, /* started on a day off */
        {"2026-09-01", {30, DURATION_DAYS}, true, "2026-10-08", false},
        {"2026-09-01", {30, DURATION_DAYS}, false, "2026-10-01", false},
        {"2026-11-23", {7, DURATION_DAYS}, true, "2026-11-30", false},
        {"2026-01-31", {1, DURATION_MONTHS}, true, "2026-02-28", false},
        {"2026-01-31", {1, DURATION_MONTHS}, false, "2026-02-28", false},
        {"2026-08-31", {13, DURATION_MONTHS}, false, "2027-09-30", false}, /* the calendar was not asked */
        {"2026-08-31", {13, DURATION_MONTHS}, true, "2027-09-30", true},
        {"2028-01-31", {1, DURATION_MONTHS}, false, "2028-02-29", false},
        {"2026-12-29", {3, DURATION_WORKDAYS}, true, "2027-01-01", true},
        {"2026-12-28", {3, DURATION_WORKDAYS}, true, "2026-12-31", false},
        {"2026-12-01", {60, DURATION_DAYS}, true, "2027-02-01", true},
        {"2026-11-30", {1, DURATION_MONTHS}, true, "2026-12-30", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[11];
        int64_t start = calendar_ms_of_day(day(cases[i].start));
        for (int64_t of_day = 0; of_day < 86400000; of_day += 86399999) { /* the hour does not matter */
            struct deadline d = calendar_deadline(&cn, start + of_day, cases[i].d, cases[i].roll);
            assert_string_equal(calendar_day_text(calendar_day_of_ms(d.ms), text), cases[i].last);
            assert_true(d.ms + 1 == calendar_ms_of_day(day(cases[i].last) + 1));
            assert_int_equal(d.provisional, cases[i].provisional);
        }
    }
}

/* Counts day by day, from the exceptions as they are published. */
static bool works(int32_t d)
{
    time_t t = (time_t)d * 86400;
    struct tm tm;
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        if (day(published[i].first) <= d && d <= day(published[i].last))
            return published[i].working;
    }
    gmtime_r(&t, &tm);
    return tm.tm_wday != 0 && tm.tm_wday != 6;
}

static void deadlines_by_walking(void **state)
{
    (void)state;
    uint64_t random = 11;
    for (int i = 0; i < 300; i++) {
        int32_t start = day("2025-12-20") + random_below(&random, 400), d = start;
        int count = 1 + random_below(&random, 60);
        for (int left = count; left > 0;)
            left -= works(++d);
        struct deadline got = calendar_deadline(&cn, calendar_ms_of_day(start),
                                                (struct duration){count, DURATION_WORKDAYS}, true);
        assert_int_equal(calendar_day_of_ms(got.ms), d);
        for (d = start + count; !works(d);)
            d++;
        got =
            calendar_deadline(&cn, calendar_ms_of_day(start), (struct duration){count, DURATION_DAYS}, true);
        assert_int_equal(calendar_day_of_ms(got.ms), d);
        assert_int_equal(got.provisional, d > day("2026-12-31"));
    }
}

static void durations_in_words(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int count;
        enum duration_unit unit;
    } good[] = {{"3 workdays", 3, DURATION_WORKDAYS}, {"1 workday", 1, DURATION_WORKDAYS},
                {"30 days", 30, DURATION_DAYS},       {"1 day", 1, DURATION_DAYS},
                {"2 months", 2, DURATION_MONTHS},     {"1000 days", 1000, DURATION_DAYS}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct duration d;
        assert_true(duration_parse(str_from(good[i].text), &d));
        assert_int_equal(d.count, good[i].count);
        assert_int_equal(d.unit, good[i].unit);
    }
    static const char *const bad[] = {
        "",       "3",       "days",    " 3 days", "3  days",   "3 days ",          "3days",
        "0 days", "-1 days", "+1 days", "03 days", "1001 days", "99999999999 days", "3 weeks",
        "3 Days", "3 ",      "３ days", "1.5 days"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct duration d = {42, DURATION_DAYS};
        assert_false(duration_parse(str_from(bad[i]), &d));
        assert_int_equal(d.count, 42);
    }
    assert_false(duration_parse((struct str){NULL, 0}, &(struct duration){0}));
}

static void durations_compare(void **state)
{
    (void)state;
    static const struct duration ascending[] = {{0, 0},
                                                {1, DURATION_DAYS},
                                                {1, DURATION_WORKDAYS},
                                                {4, DURATION_DAYS},
                                                {3, DURATION_WORKDAYS},
                                                {29, DURATION_DAYS},
                                                {1, DURATION_MONTHS},
                                                {31, DURATION_DAYS},
                                                {30, DURATION_WORKDAYS},
                                                {2, DURATION_MONTHS}};
    int n = sizeof ascending / sizeof *ascending;
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++)
            assert_int_equal(duration_cmp(ascending[i], ascending[j]), (i > j) - (i < j));
    }
    assert_int_equal(
        duration_cmp((struct duration){5, DURATION_WORKDAYS}, (struct duration){7, DURATION_DAYS}), 0);
    assert_int_equal(
        duration_cmp((struct duration){30, DURATION_DAYS}, (struct duration){1, DURATION_MONTHS}), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_agree_with_the_system),
        cmocka_unit_test(shanghai_midnight),
        cmocka_unit_test(days_that_do_not_exist),
        cmocka_unit_test(working_days_of_2026),
        cmocka_unit_test(deadlines),
        cmocka_unit_test(deadlines_by_walking),
        cmocka_unit_test(durations_in_words),
        cmocka_unit_test(durations_compare),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
