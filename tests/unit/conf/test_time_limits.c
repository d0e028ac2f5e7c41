/*
 * test_time_limits.c - the legal time limits that the shipped channels.yaml and calendar keep, row by row
 *
 * The ids are those of the table of limits the configuration was written from; each row names law and article. The days
 * are counted by hand over year ends, Spring Festival, make-up workdays and the leap day.
 */
#include "fixture.h"

#include "core/clocks.h"

static const struct ruleset *rules;
static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    struct source source, part;
    struct diag *diag = diag_new();
    struct arena *a = arena_new(0);
    arena = arena_new(0);
    assert_true(source_read_dir(a, "config", diag, &source) && source_ruleset_part(a, &source, &part));
    rules = conf_load_ruleset(&part, false, diag);
    diag_free(diag);
    arena_free(a);
    return rules && arena ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    ruleset_unref(rules);
    arena_free(arena);
    return 0;
}

static int32_t day_of(const char *iso)
{
    int32_t day;
    assert_true(calendar_parse_day(str_from(iso), &day));
    return day;
}

/* When it is due after the state was entered at ten in the morning of `start`. */
static void due_is(const char *id, enum mode mode, enum state to, enum due due, const char *start, const char *end)
{
    const struct mode_policy *policy = &rules->policies.modes[mode];
    const struct clock_event e = {
        .policy = policy,
        .respond_within = policy->respond_within,
        .finish_within = policy->finish_within,
        .to = to,
        .now_ms = calendar_ms_of_day(day_of(start)) + 10 * 3600000,
    };
    struct clocks c = {0};
    char text[16];
    assert_true(clocks_act(arena, &c, CLOCK_ENTER, &e, &rules->calendar));
    const struct clock *k = clocks_find(&c, due);
    if (!k)
        fail_msg("%s: no such clock", id);
    struct deadline d = timelimit_end(&rules->calendar, &k->limit);
    calendar_day_text(calendar_day_of_ms(d.ms), text);
    if (strcmp(text, end) != 0)
        fail_msg("%s: from %s to %s, not %s", id, start, text, end);
    assert_false(d.provisional);
}

static const struct {
    const char *id; /* and law and article */
    enum mode mode;
    enum state to;
    enum due due;
    const char *start, *end;
} limits[] = {
    /* 委派调解（立案前）: 30 days from acceptance. */
    {"T01 法释〔2016〕14号 27", MODE_COURT_PRE_FILING, STATE_ACCEPTED, DUE_FINISH, "2026-03-02", "2026-04-01"},
    {"T01 over New Year, to a make-up workday", MODE_COURT_PRE_FILING, STATE_ACCEPTED, DUE_FINISH, "2025-12-05", "2026-01-04"},
    {"T01 into Spring Festival, rolls past it", MODE_COURT_PRE_FILING, STATE_ACCEPTED, DUE_FINISH, "2026-01-18", "2026-02-24"},
    {"T01 to a make-up Saturday, which is worked", MODE_COURT_PRE_FILING, STATE_ACCEPTED, DUE_FINISH, "2026-01-29", "2026-02-28"},
    {"T01 over the leap day", MODE_COURT_PRE_FILING, STATE_ACCEPTED, DUE_FINISH, "2024-02-05", "2024-03-06"},
    {"T04 在线调解规则 24", MODE_COURT_PRE_FILING, STATE_ACCEPTED, DUE_FINISH, "2026-06-01", "2026-07-01"},
    /* 委托调解: 15 days by ordinary procedure, 7 by summary. */
    {"T02 法释〔2016〕14号 27", MODE_COURT_POST_FILING_ORDINARY, STATE_ACCEPTED, DUE_FINISH, "2026-03-02", "2026-03-17"},
    {"T02 into National Day", MODE_COURT_POST_FILING_ORDINARY, STATE_ACCEPTED, DUE_FINISH, "2026-09-18", "2026-10-08"},
    {"T03 法释〔2016〕14号 27", MODE_COURT_POST_FILING_SUMMARY, STATE_ACCEPTED, DUE_FINISH, "2026-03-02", "2026-03-09"},
    {"T05 在线调解规则 24", MODE_COURT_POST_FILING_SUMMARY, STATE_ACCEPTED, DUE_FINISH, "2026-04-27", "2026-05-06"},
    /* Accept or decline within 3 workdays. */
    {"T08 在线调解规则 12", MODE_COURT_PRE_FILING, STATE_OFFERED, DUE_RESPOND, "2026-03-02", "2026-03-05"},
    {"T08 over the year's end", MODE_COURT_PRE_FILING, STATE_OFFERED, DUE_RESPOND, "2025-12-30", "2026-01-05"},
    {"T08 over Spring Festival, with both make-up days", MODE_COURT_PRE_FILING, STATE_OFFERED, DUE_RESPOND, "2026-02-13", "2026-02-25"},
    {"T08 over the leap day", MODE_COURT_PRE_FILING, STATE_OFFERED, DUE_RESPOND, "2024-02-28", "2024-03-04"},
    /* Reach the parties within 3 workdays of acceptance. */
    {"T09 在线调解规则 15", MODE_COURT_PRE_FILING, STATE_ACCEPTED, DUE_CONTACT, "2026-04-30", "2026-05-08"},
    /* Apply for judicial confirmation within 30 days of the agreement. */
    {"T11 民事诉讼法 205, 人民调解法 33", MODE_COURT_PRE_FILING, STATE_FOLLOWING, DUE_FOLLOW_UP, "2026-03-02", "2026-04-01"},
    {"T20 司法部令75号 33", MODE_PLATFORM_COUNTER, STATE_ACCEPTED, DUE_FINISH, "2026-01-31", "2026-02-28"},
    {"T20 in a leap year", MODE_PLATFORM_COUNTER, STATE_ACCEPTED, DUE_FINISH, "2024-01-31", "2024-02-29"},
    {"T50 治安管理处罚法（2025年修订）118", MODE_POLICE_PUBLIC_SECURITY, STATE_ACCEPTED, DUE_FINISH, "2026-03-02", "2026-04-01"},
    /* A second mediation within 7 workdays of the first. */
    {"T51 公安机关办理行政案件程序规定 183", MODE_POLICE_PUBLIC_SECURITY, STATE_FAILED_ONCE, DUE_SECOND, "2026-03-02", "2026-03-11"},
    {"T51 over Spring Festival, with both make-up days", MODE_POLICE_CIVIL, STATE_FAILED_ONCE, DUE_SECOND, "2026-02-12", "2026-02-28"},
    {"T51 over the year's end", MODE_POLICE_CIVIL, STATE_FAILED_ONCE, DUE_SECOND, "2025-12-29", "2026-01-08"},
    {"T62 信访工作条例 23", MODE_PETITION_APPEAL, STATE_OFFERED, DUE_RESPOND, "2026-04-30", "2026-05-11"},
    {"T63 信访工作条例 34", MODE_PETITION_APPEAL, STATE_ACCEPTED, DUE_FINISH, "2026-08-02", "2026-10-08"},
    /* What may run while somebody is in custody does not roll (T80: 刑事诉讼法 105). */
    {"T70 刑事诉讼法 172", MODE_PROCURATORATE_PROSECUTION_REVIEW, STATE_ACCEPTED, DUE_FINISH, "2026-09-03", "2026-10-03"},
    {"T71 刑事诉讼法 172", MODE_PROCURATORATE_EXPEDITED, STATE_ACCEPTED, DUE_FINISH, "2026-02-08", "2026-02-18"},
    {"T72 刑事诉讼法 91", MODE_PROCURATORATE_ARREST_REVIEW, STATE_ACCEPTED, DUE_FINISH, "2026-02-10", "2026-02-17"},
    /* T80: the day it starts is not counted; the last day off rolls (民事诉讼法 85, 民法典 201, 203). */
    {"T80 民事诉讼法 85", MODE_COURT_POST_FILING_SUMMARY, STATE_ACCEPTED, DUE_FINISH, "2026-03-07", "2026-03-16"},
};

static void each_limit_ends_on_its_day(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        due_is(limits[i].id, limits[i].mode, limits[i].to, limits[i].due, limits[i].start, limits[i].end);
}

static bool may(enum mode mode, const char *accepted, const char *until)
{
    const struct mode_policy *policy = &rules->policies.modes[mode];
    int64_t now = calendar_ms_of_day(day_of(accepted)) + 10 * 3600000;
    const struct clock_event e = {.policy = policy, .finish_within = policy->finish_within, .to = STATE_ACCEPTED, .now_ms = now};
    struct clocks c = {0};
    assert_true(clocks_act(arena, &c, CLOCK_ENTER, &e, &rules->calendar));
    return clocks_may_stretch(&c, policy, &rules->calendar, day_of(until), now);
}

static void each_extension_keeps_to_its_bound(void **state)
{
    (void)state;
    /* T01, T02: both parties agree, as far as they like. */
    assert_true(may(MODE_COURT_PRE_FILING, "2026-03-02", "2026-12-01"));
    assert_true(may(MODE_COURT_POST_FILING_ORDINARY, "2026-03-02", "2026-12-01"));
    /* T63 信访工作条例 34: by 30 days at most. 60 days end on 2026-05-01, and roll to 05-06. */
    assert_true(may(MODE_PETITION_APPEAL, "2026-03-02", "2026-06-05"));
    assert_false(may(MODE_PETITION_APPEAL, "2026-03-02", "2026-06-06"));
    /* T50 治安管理处罚法 118: twice 30 days. */
    assert_true(may(MODE_POLICE_PUBLIC_SECURITY, "2026-03-02", "2026-05-31"));
    assert_false(may(MODE_POLICE_PUBLIC_SECURITY, "2026-03-02", "2026-06-01"));
    /* T70 刑事诉讼法 172: by 15 days. T71, T72: not at all. */
    assert_true(may(MODE_PROCURATORATE_PROSECUTION_REVIEW, "2026-03-02", "2026-04-17"));
    assert_false(may(MODE_PROCURATORATE_PROSECUTION_REVIEW, "2026-03-02", "2026-04-18"));
    assert_false(may(MODE_PROCURATORATE_EXPEDITED, "2026-03-02", "2026-03-13"));
    assert_false(may(MODE_PROCURATORATE_ARREST_REVIEW, "2026-03-02", "2026-03-10"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_limit_ends_on_its_day),
        cmocka_unit_test(each_extension_keeps_to_its_bound),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
