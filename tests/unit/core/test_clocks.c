/*
 * test_clocks.c - core/clocks.h: what each event does to the clocks, and what they make due
 */
#include "base/check.h"
#include "core/clocks.h"

#define HOUR 3600000

static struct calendar calendar = {.published_until = 30000, .mark = 1}; /* no holidays: Monday to Friday */
static struct mode_policy policy;
static struct arena *arena;
static struct clocks clocks;

static int32_t day_of(const char *iso)
{
    int32_t day;
    assert_true(calendar_parse_day(str_from(iso), &day));
    return day;
}

static int64_t end_of(const char *iso)
{
    return calendar_ms_of_day(day_of(iso) + 1) - 1;
}

static int setup(void **state)
{
    (void)state;
    arena = arena_new(0);
    policy = (struct mode_policy){
        .present = true,
        .contact_within = {3, DURATION_WORKDAYS},
        .follow_up_within = {30, DURATION_DAYS},
        .follow_up_reminders = 2,
        .extends = true,
        .extend_at_most = {30, DURATION_DAYS},
        .warn_share = 33,
    };
    clocks = (struct clocks){0};
    return arena ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void act(enum clock_act what, enum state to, const char *day)
{
    const struct clock_event e = {
        .policy = &policy,
        .respond_within = {3, DURATION_WORKDAYS},
        .finish_within = {30, DURATION_DAYS},
        .until = day_of("2026-04-20"),
        .to = to,
        .now_ms = calendar_ms_of_day(day_of(day)) + 10 * HOUR,
    };
    assert_true(clocks_act(arena, &clocks, what, &e, &calendar));
}

static struct agenda agenda(void)
{
    return clocks_agenda(&clocks, &policy, &calendar);
}

static void is_due(enum due due, const char *day)
{
    struct agenda g = agenda();
    assert_int_equal(g.due, due);
    assert_true(g.due_ms == end_of(day));
}

static void each_state_starts_its_own(void **state)
{
    (void)state;
    act(CLOCK_ENTER, STATE_OFFERED, "2026-03-02"); /* a Monday */
    is_due(DUE_RESPOND, "2026-03-05");
    act(CLOCK_ENTER, STATE_MANUAL, "2026-03-06");
    is_due(DUE_ASSIGN, "2026-03-09");
    act(CLOCK_ENTER, STATE_ACCEPTED, "2026-03-09");
    is_due(DUE_CONTACT, "2026-03-12");
    assert_non_null(clocks_find(&clocks, DUE_FINISH));
    act(CLOCK_ENTER, STATE_FOLLOWING, "2026-03-20");
    is_due(DUE_FOLLOW_UP, "2026-04-19");
    act(CLOCK_ENTER, STATE_CONCLUDED, "2026-03-21");
    assert_int_equal(agenda().due, DUE_NONE);
    assert_int_equal(agenda().event, 0);
}

static void reaching_the_parties_leaves_the_finish(void **state)
{
    (void)state;
    act(CLOCK_ENTER, STATE_ACCEPTED, "2026-03-02");
    act(CLOCK_REACHED, STATE_ACCEPTED, "2026-03-03");
    is_due(DUE_FINISH, "2026-04-01");
    act(CLOCK_REACHED, STATE_ACCEPTED, "2026-03-04"); /* again: nothing */
    is_due(DUE_FINISH, "2026-04-01");
}

static void warned_once_then_passed_then_told_again(void **state)
{
    (void)state;
    act(CLOCK_ENTER, STATE_ACCEPTED, "2026-03-02");
    act(CLOCK_REACHED, STATE_ACCEPTED, "2026-03-02");
    struct agenda g = agenda();
    assert_int_equal(g.event, EVENT_WARN);
    assert_true(g.wake_ms > end_of("2026-03-21") && g.wake_ms < end_of("2026-03-23"));
    act(CLOCK_WARNED, STATE_ACCEPTED, "2026-03-23");
    g = agenda();
    assert_true(g.event == EVENT_OVERDUE && g.wake_ms == end_of("2026-04-01"));
    act(CLOCK_TOLD, STATE_ACCEPTED, "2026-04-02");
    g = agenda();
    assert_true(g.event == EVENT_OVERDUE && g.wake_ms == end_of("2026-04-09"));
    is_due(DUE_FINISH, "2026-04-01"); /* what has passed stays due */
    policy.warn_share = 0;
    act(CLOCK_ENTER, STATE_OFFERED, "2026-03-02");
    assert_int_equal(agenda().event, EVENT_LAPSE); /* not warned at all */
}

static void not_reached_is_told_once_even_behind_an_overdue_finish(void **state)
{
    (void)state;
    policy.contact_within = (struct duration){40, DURATION_DAYS}; /* longer than the finish */
    act(CLOCK_ENTER, STATE_ACCEPTED, "2026-03-02");
    act(CLOCK_WARNED, STATE_ACCEPTED, "2026-03-31");
    act(CLOCK_TOLD, STATE_ACCEPTED, "2026-04-02");
    act(CLOCK_TOLD, STATE_ACCEPTED, "2026-04-10");
    assert_int_equal(clocks_find(&clocks, DUE_FINISH)->told, 2);
    assert_int_equal(agenda().of, DUE_CONTACT);
    act(CLOCK_TOLD, STATE_ACCEPTED, "2026-04-12");
    assert_null(clocks_find(&clocks, DUE_CONTACT));
    assert_int_equal(clocks_find(&clocks, DUE_FINISH)->told, 2);
}

static void a_stop_reviews_and_gives_the_days_back(void **state)
{
    (void)state;
    act(CLOCK_ENTER, STATE_ACCEPTED, "2026-03-02");
    act(CLOCK_REACHED, STATE_ACCEPTED, "2026-03-02");
    act(CLOCK_STOP, STATE_SUSPENDED, "2026-03-10");
    is_due(DUE_RESUME, "2026-04-09");
    assert_int_equal(agenda().event, EVENT_OVERDUE);
    assert_int_equal(agenda().of, DUE_RESUME);
    act(CLOCK_GO, STATE_ACCEPTED, "2026-03-20");
    is_due(DUE_FINISH, "2026-04-11");
}

static void the_parties_may_agree_within_what_is_allowed(void **state)
{
    (void)state;
    int64_t now = calendar_ms_of_day(day_of("2026-03-20"));
    act(CLOCK_ENTER, STATE_ACCEPTED, "2026-03-02");
#define MAY(day) clocks_may_stretch(&clocks, &policy, &calendar, day_of(day), now)
    assert_false(MAY("2026-04-01")); /* no later than it is */
    assert_true(MAY("2026-04-02"));
    assert_true(MAY("2026-05-01"));
    assert_false(MAY("2026-05-02")); /* 31 days past the end */
    act(CLOCK_WARNED, STATE_ACCEPTED, "2026-03-25");
    act(CLOCK_STRETCH, STATE_ACCEPTED, "2026-03-25"); /* to 04-20 */
    assert_false(clocks_find(&clocks, DUE_FINISH)->warned);
    assert_true(MAY("2026-05-01"));
    assert_false(MAY("2026-05-02")); /* a second one counts from the end by law */
    act(CLOCK_STOP, STATE_SUSPENDED, "2026-03-26");
    act(CLOCK_GO, STATE_ACCEPTED, "2026-03-31");
    assert_true(MAY("2026-05-06")); /* five days of a stop */
    assert_false(MAY("2026-05-07"));
    clocks.latest = day_of("2026-04-28");
    assert_false(MAY("2026-04-29"));
    policy.extend_at_most.count = 0;
    clocks.latest = 0;
    assert_true(MAY("2026-12-31"));
    policy.extends = false;
    assert_false(MAY("2026-04-30"));
#undef MAY
}

static void the_agencys_reply_by_ends_the_mediation(void **state)
{
    (void)state;
    clocks.latest = day_of("2026-03-14");
    act(CLOCK_ENTER, STATE_OFFERED, "2026-03-02");
    is_due(DUE_RESPOND, "2026-03-05");
    act(CLOCK_ENTER, STATE_ACCEPTED, "2026-03-04");
    act(CLOCK_REACHED, STATE_ACCEPTED, "2026-03-04");
    is_due(DUE_FINISH, "2026-03-14");
}

static void a_ledger_has_an_end(void **state)
{
    (void)state;
    act(CLOCK_ENTER, STATE_ACCEPTED, "2026-03-02");
    for (int i = 0; i < CLOCK_ENTRIES_MAX - 1; i++) {
        assert_false(clocks_full(&clocks));
        act(i % 2 ? CLOCK_GO : CLOCK_STOP, STATE_ACCEPTED, "2026-03-03");
    }
    assert_true(clocks_full(&clocks));
    act(CLOCK_GO, STATE_ACCEPTED, "2026-03-03"); /* but it can go on */
}

static void an_instant_from_before_stays_what_it_is(void **state)
{
    (void)state;
    assert_true(clocks_of_instant(arena, &clocks, DUE_FINISH, 0, end_of("2026-03-14")));
    is_due(DUE_FINISH, "2026-03-14");
    assert_int_equal(agenda().event, EVENT_OVERDUE);
    assert_false(agenda().provisional);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(each_state_starts_its_own),
        TEST(reaching_the_parties_leaves_the_finish),
        TEST(warned_once_then_passed_then_told_again),
        TEST(not_reached_is_told_once_even_behind_an_overdue_finish),
        TEST(a_stop_reviews_and_gives_the_days_back),
        TEST(the_parties_may_agree_within_what_is_allowed),
        TEST(the_agencys_reply_by_ends_the_mediation),
        TEST(a_ledger_has_an_end),
        TEST(an_instant_from_before_stays_what_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
