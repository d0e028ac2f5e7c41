/*
 * test_timelimit.c - core/timelimit.h: a budget and its ledger, against days counted by hand
 */
#include "base/check.h"
#include "core/timelimit.h"

/* 2026: New Year, Spring Festival with its make-up workdays, Labour Day, National Day; as published by the State Council. */
static const struct {
    const char *day;
    bool working;
} listed[] = {
    {"2026-01-01", false}, {"2026-01-02", false}, {"2026-01-03", false}, {"2026-01-04", true},  {"2026-02-14", true},
    {"2026-02-15", false}, {"2026-02-16", false}, {"2026-02-17", false}, {"2026-02-18", false}, {"2026-02-19", false},
    {"2026-02-20", false}, {"2026-02-21", false}, {"2026-02-22", false}, {"2026-02-23", false}, {"2026-02-28", true},
    {"2026-05-01", false}, {"2026-05-02", false}, {"2026-05-03", false}, {"2026-05-04", false}, {"2026-05-05", false},
    {"2026-05-09", true},  {"2026-10-01", false}, {"2026-10-02", false}, {"2026-10-03", false}, {"2026-10-04", false},
    {"2026-10-05", false}, {"2026-10-06", false}, {"2026-10-07", false}, {"2026-10-10", true},
};
#define N_LISTED (int)(sizeof listed / sizeof *listed)

static struct calendar_day days[N_LISTED];
static struct calendar calendar;
static struct arena *arena;

static int32_t day_of(const char *iso)
{
    int32_t day;
    assert_true(calendar_parse_day(str_from(iso), &day));
    return day;
}

static int64_t noon(const char *iso)
{
    return calendar_ms_of_day(day_of(iso)) + 12 * 3600000;
}

static int setup(void **state)
{
    (void)state;
    for (int i = 0; i < N_LISTED; i++)
        days[i] = (struct calendar_day){day_of(listed[i].day), listed[i].working};
    calendar = (struct calendar){days, N_LISTED, day_of("2026-12-31"), 1};
    arena = arena_new(0);
    return arena ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct time_limit limit(const char *start, int count, enum duration_unit unit, bool roll)
{
    return (struct time_limit){.started_ms = noon(start), .budget = {count, unit}, .roll = roll};
}

static void add(struct time_limit *t, enum limit_act act, const char *at)
{
    assert_true(timelimit_add(arena, t, (struct limit_entry){.act = act, .at_ms = noon(at)}));
}

static void ends(const struct time_limit *t, const char *day)
{
    char text[16];
    struct deadline d = timelimit_end(&calendar, t);
    assert_string_equal(calendar_day_text(calendar_day_of_ms(d.ms), text), day);
    assert_true(d.ms == calendar_ms_of_day(day_of(day) + 1) - 1); /* its last millisecond */
}

static void without_a_ledger_it_is_the_calendars_deadline(void **state)
{
    (void)state;
    static const char *const starts[] = {"2026-01-01", "2026-02-13", "2026-04-29", "2026-09-30", "2026-12-30"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        for (int unit = DURATION_WORKDAYS; unit <= DURATION_MONTHS; unit++) {
            for (int n = 1; n <= 40; n++) {
                struct time_limit t = limit(starts[i], n, (enum duration_unit)unit, n % 2);
                struct deadline ours = timelimit_end(&calendar, &t);
                struct deadline theirs = calendar_deadline(&calendar, t.started_ms, t.budget, t.roll);
                assert_true(ours.ms == theirs.ms && ours.provisional == theirs.provisional);
            }
        }
    }
}

static void stopped_days_are_not_counted(void **state)
{
    (void)state;
    struct time_limit t = limit("2026-03-02", 30, DURATION_DAYS, false); /* without a stop: 04-01 */
    ends(&t, "2026-04-01");
    add(&t, LIMIT_STOP, "2026-03-10");
    assert_true(timelimit_stopped(&t));
    ends(&t, "2026-04-01");
    add(&t, LIMIT_GO, "2026-03-25"); /* 11th to 25th: 15 days */
    assert_false(timelimit_stopped(&t));
    ends(&t, "2026-04-16");
    add(&t, LIMIT_STOP, "2026-03-26");
    add(&t, LIMIT_GO, "2026-03-26"); /* the same day: none */
    ends(&t, "2026-04-16");
}

static void workdays_stopped_are_given_back_as_workdays(void **state)
{
    (void)state;
    /* 医疗纠纷预防和处理条例第38条: 30 workdays, appraisal not counted. Over Spring Festival, nine days off, 02-14 worked. */
    struct time_limit t = limit("2026-02-02", 30, DURATION_WORKDAYS, true);
    ends(&t, "2026-03-20");
    add(&t, LIMIT_STOP, "2026-02-13");
    add(&t, LIMIT_GO, "2026-02-24"); /* of these eleven days only the 14th and the 24th were workdays */
    ends(&t, "2026-03-24");
}

static void a_stop_over_the_holiday_moves_days_and_then_rolls(void **state)
{
    (void)state;
    struct time_limit t = limit("2026-09-01", 20, DURATION_DAYS, true);
    add(&t, LIMIT_STOP, "2026-09-05");
    add(&t, LIMIT_GO, "2026-09-16"); /* 09-21 and 11 days: 10-02, in the holiday */
    ends(&t, "2026-10-08");
    t.roll = false; /* custody: it stays (刑事诉讼法第105条) */
    ends(&t, "2026-10-02");
}

static void an_agreed_day_counts_as_it_stands(void **state)
{
    (void)state;
    struct time_limit t = limit("2026-04-01", 30, DURATION_DAYS, true); /* 05-01, a holiday: 05-06 */
    ends(&t, "2026-05-06");
    assert_true(timelimit_add(arena, &t, (struct limit_entry){.act = LIMIT_EXTEND_TO, .at_ms = noon("2026-04-20"), .day = day_of("2026-06-06")}));
    ends(&t, "2026-06-06"); /* a Saturday, as agreed */
    add(&t, LIMIT_STOP, "2026-05-10");
    add(&t, LIMIT_GO, "2026-05-20"); /* later stops still move it */
    ends(&t, "2026-06-16");
}

static void an_extension_by_days_adds_to_the_unrolled_end(void **state)
{
    (void)state;
    /* 信访工作条例第34条: 60 days, extended by at most 30. */
    struct time_limit t = limit("2026-08-02", 60, DURATION_DAYS, true); /* 10-01: rolls to 10-08 */
    ends(&t, "2026-10-08");
    assert_true(timelimit_add(arena, &t, (struct limit_entry){.act = LIMIT_EXTEND, .at_ms = noon("2026-09-20"), .by = {30, DURATION_DAYS}}));
    ends(&t, "2026-11-02"); /* 10-31 is a Saturday */
}

static void nothing_goes_past_the_agencys_own_day(void **state)
{
    (void)state;
    struct time_limit t = limit("2026-03-02", 1, DURATION_MONTHS, true);
    t.latest = day_of("2026-03-21"); /* a Saturday: it is the agency's, and does not roll */
    ends(&t, "2026-03-21");
    add(&t, LIMIT_STOP, "2026-03-05");
    add(&t, LIMIT_GO, "2026-03-30");
    ends(&t, "2026-03-21");
    assert_false(timelimit_end(&calendar, &t).provisional);
}

static void past_the_published_calendar_it_is_provisional(void **state)
{
    (void)state;
    struct time_limit t = limit("2026-12-25", 30, DURATION_DAYS, true);
    assert_true(timelimit_end(&calendar, &t).provisional);
    t.roll = false; /* the calendar has no say */
    assert_false(timelimit_end(&calendar, &t).provisional);
    t = limit("2026-12-25", 5, DURATION_WORKDAYS, false);
    assert_true(timelimit_end(&calendar, &t).provisional);
    assert_true(timelimit_add(arena, &t, (struct limit_entry){.act = LIMIT_EXTEND_TO, .at_ms = noon("2026-12-28"), .day = day_of("2027-02-01")}));
    assert_false(timelimit_end(&calendar, &t).provisional); /* agreed */
}

static void a_share_of_the_time_is_left(void **state)
{
    (void)state;
    struct time_limit t = limit("2026-03-02", 30, DURATION_DAYS, false);
    int64_t end = timelimit_end(&calendar, &t).ms, at = timelimit_left_at(&calendar, &t, 33);
    assert_true(end - at <= (end - t.started_ms) * 33 / 100 && end - at > (end - t.started_ms) * 32 / 100);
    assert_true(timelimit_left_at(&calendar, &t, 0) == end);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_ledger_it_is_the_calendars_deadline),
        cmocka_unit_test(stopped_days_are_not_counted),
        cmocka_unit_test(workdays_stopped_are_given_back_as_workdays),
        cmocka_unit_test(a_stop_over_the_holiday_moves_days_and_then_rolls),
        cmocka_unit_test(an_agreed_day_counts_as_it_stands),
        cmocka_unit_test(an_extension_by_days_adds_to_the_unrolled_end),
        cmocka_unit_test(nothing_goes_past_the_agencys_own_day),
        cmocka_unit_test(past_the_published_calendar_it_is_provisional),
        cmocka_unit_test(a_share_of_the_time_is_left),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
