/*
 * test_hours.c - opening hours in core/calendar.h: as written, and at a moment
 */
#include "base/check.h"
#include "core/calendar.h"

static struct opening parsed(const char *text)
{
    struct opening o = {0};
    if (!opening_parse(str_from(text), &o))
        fail_msg("not read: %s", text);
    return o;
}

static void reads_days_and_times(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        struct opening o;
    } cases[] = {
        {"workdays 09:00-12:00", {OPENING_WORKDAYS, 540, 720}}, {"daily 00:00-24:00", {0x7F, 0, 1440}},
        {"mon-fri 9:00-17:30", {0x1F, 540, 1050}},              {"sat,sun 10:00-16:05", {0x60, 600, 965}},
        {"mon,wed-fri,sun 08:00-08:01", {0x5D, 480, 481}},      {"tue 23:59-24:00", {0x02, 1439, 1440}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct opening o = parsed(cases[i].text);
        assert_int_equal(o.days, cases[i].o.days);
        assert_int_equal(o.from, cases[i].o.from);
        assert_int_equal(o.until, cases[i].o.until);
    }
}

static void turns_down_what_is_no_opening(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "workdays",
        "workdays 09:00",
        "workdays 12:00-09:00",
        "workdays 09:00-09:00",
        "workdays 09:60-10:00",
        "workdays 24:00-24:01",
        "workdays 0900-1200",
        "workdays 09:00-12:00 ",
        "workdays  09:00-12:00",
        "fri-mon 09:00-12:00",
        "mon, 09:00-12:00",
        ",mon 09:00-12:00",
        "mon- 09:00-12:00",
        "holidays 09:00-12:00",
        "mon-fri-sun 09:00-12:00",
        "mon 009:00-12:00",
        "mon 09:0-12:00",
    };
    struct opening o = {1, 2, 3};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (opening_parse(str_from(wrong[i]), &o))
            fail_msg("read: %s", wrong[i]);
    }
    assert_true(o.days == 1 && o.from == 2 && o.until == 3);
}

static int64_t at(const char *day, int hour, int minute)
{
    int32_t d = 0;
    assert_true(calendar_parse_day(str_from(day), &d));
    return calendar_ms_of_day(d) + ((int64_t)hour * 60 + minute) * 60000;
}

/* 2026-05-01, a Friday, is off; 2026-05-09, a Saturday, is worked. */
static void open_at_a_moment(void **state)
{
    (void)state;
    int32_t first, ninth;
    calendar_parse_day(STR("2026-05-01"), &first);
    calendar_parse_day(STR("2026-05-09"), &ninth);
    const struct calendar_day days[] = {{first, false}, {ninth, true}};
    const struct calendar c = {days, 2, ninth};
    const struct opening items[] = {parsed("workdays 09:00-12:00"), parsed("sun 10:00-11:00")};
    const struct hours h = {items, 2};
    assert_true(hours_open(&c, &h, at("2026-04-30", 9, 0)));
    assert_false(hours_open(&c, &h, at("2026-04-30", 8, 59)));
    assert_true(hours_open(&c, &h, at("2026-04-30", 11, 59) + 59999));
    assert_false(hours_open(&c, &h, at("2026-04-30", 12, 0)));
    assert_false(hours_open(&c, &h, at("2026-05-01", 10, 0)));
    assert_true(hours_open(&c, &h, at("2026-05-09", 10, 0)));
    assert_false(hours_open(&c, &h, at("2026-05-02", 10, 0)));
    assert_true(hours_open(&c, &h, at("2026-05-03", 10, 30)));
    assert_false(hours_open(&c, &(struct hours){0}, at("2026-05-03", 10, 30)));
}

static void round_the_clock(void **state)
{
    (void)state;
    const struct opening items[] = {parsed("daily 00:00-24:00")};
    const struct hours h = {items, 1};
    const struct calendar c = {0};
    for (int64_t ms = at("1969-12-28", 0, 0); ms < at("1970-01-06", 0, 0); ms += 1799999)
        assert_true(hours_open(&c, &h, ms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_days_and_times),
        cmocka_unit_test(turns_down_what_is_no_opening),
        cmocka_unit_test(open_at_a_moment),
        cmocka_unit_test(round_the_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
