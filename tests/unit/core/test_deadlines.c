/*
 * test_deadlines.c - core/deadlines.h: kept or missed, and the same as the figures of supervision say
 */
#include "base/check.h"
#include "core/deadlines.h"
#include "core/report_case.h"

#define HOUR INT64_C(3600000)
#define DAY  (24 * HOUR)
#define T0   INT64_C(1790000000000)

enum { STEPS_MAX = 40 };

static struct arena *arena;
static struct told_step steps[STEPS_MAX];
static int n;
static struct told_deadline *list;
static int n_list;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(0);
    n = 0;
    return !arena;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void step(enum step_kind kind, enum state to, int64_t at_ms, const char *reason, enum due due, int64_t due_ms)
{
    steps[n] = (struct told_step){.seq = (uint64_t)n + 1, .kind = kind, .state = to, .at_ms = T0 + at_ms, .reason = str_from(reason),
                                  .due_kind = due ? str_from(word_of(due_words, (int)due)) : STR(""), .due_ms = due ? T0 + due_ms : 0};
    n++;
}

static void look(int64_t now_ms)
{
    assert_true(deadlines_of(arena, steps, n, NULL, 0, T0 + now_ms, &list, &n_list));
}

static void is(int i, enum due due, enum deadline_result result, int64_t left_ms)
{
    assert_true(i < n_list);
    assert_int_equal(list[i].due, due);
    assert_string_equal(word_of(deadline_words, (int)list[i].result), word_of(deadline_words, (int)result));
    assert_int_equal(list[i].left_ms, left_ms);
}

static void offered(void)
{
    step(STEP_RECEIVED, STATE_OFFERED, 0, "", DUE_RESPOND, 3 * DAY);
    step(STEP_ASSIGNED, STATE_OFFERED, 0, "", DUE_RESPOND, 3 * DAY);
}

static void accepted(void)
{
    offered();
    step(STEP_ACCEPTED, STATE_ACCEPTED, DAY, "", DUE_CONTACT, 4 * DAY);
}

static void all_in_time(void **state)
{
    (void)state;
    accepted();
    step(STEP_PROGRESS, STATE_ACCEPTED, 2 * DAY, "contacted", DUE_FINISH, 31 * DAY);
    step(STEP_CONCLUDED, STATE_FOLLOWING, 11 * DAY, "", DUE_FOLLOW_UP, 41 * DAY);
    step(STEP_FOLLOW_UP, STATE_CONCLUDED, 12 * DAY, "", DUE_NONE, 0);
    look(100 * DAY);
    assert_int_equal(n_list, 4);
    is(0, DUE_RESPOND, DEADLINE_KEPT, 2 * DAY);
    is(1, DUE_FINISH, DEADLINE_KEPT, 20 * DAY);
    is(2, DUE_CONTACT, DEADLINE_KEPT, 2 * DAY);
    is(3, DUE_FOLLOW_UP, DEADLINE_KEPT, 29 * DAY);
    assert_int_equal(list[1].set_seq, 3);
    assert_int_equal(list[1].done_seq, 5);
    assert_int_equal(list[1].done_ms, T0 + 11 * DAY);
    assert_int_equal(list[1].passed_seq, 0);
}

/* A limit ends with the last millisecond of its day: then is in time, one later is not. */
static void the_last_millisecond_is_in_time(void **state)
{
    (void)state;
    for (int late = 0; late < 2; late++) {
        n = 0;
        offered();
        step(STEP_ACCEPTED, STATE_ACCEPTED, 3 * DAY + late, "", DUE_FINISH, 33 * DAY);
        look(4 * DAY);
        is(0, DUE_RESPOND, late ? DEADLINE_MISSED : DEADLINE_KEPT, -late);
        is(1, DUE_FINISH, DEADLINE_RUNNING, 29 * DAY);
    }
}

static void an_offer_that_lapsed_was_missed_and_the_next_is_another(void **state)
{
    (void)state;
    offered();
    step(STEP_LAPSED, STATE_OFFERED, 3 * DAY + HOUR, "", DUE_RESPOND, 6 * DAY);
    step(STEP_ASSIGNED, STATE_OFFERED, 3 * DAY + HOUR, "", DUE_RESPOND, 6 * DAY);
    step(STEP_DECLINED, STATE_MANUAL, 4 * DAY, "no-mediator", DUE_ASSIGN, 5 * DAY);
    step(STEP_QUEUED, STATE_MANUAL, 4 * DAY, "declined", DUE_ASSIGN, 5 * DAY);
    step(STEP_OVERDUE, STATE_MANUAL, 5 * DAY + 1, "", DUE_ASSIGN, 5 * DAY);
    step(STEP_RETURNED, STATE_RETURNED, 7 * DAY, "", DUE_NONE, 0);
    look(9 * DAY);
    assert_int_equal(n_list, 3);
    is(0, DUE_RESPOND, DEADLINE_MISSED, -HOUR);
    assert_int_equal(list[0].done_seq, 0);
    is(1, DUE_RESPOND, DEADLINE_KEPT, 2 * DAY);
    is(2, DUE_ASSIGN, DEADLINE_MISSED, -2 * DAY);
    assert_int_equal(list[2].passed_seq, 7);
    assert_int_equal(list[2].done_seq, 8);
}

static void a_withdrawal_drops_what_was_in_time_and_not_what_was_late(void **state)
{
    (void)state;
    accepted();
    step(STEP_WITHDRAWN, STATE_WITHDRAWN, 6 * DAY, "", DUE_NONE, 0);
    look(9 * DAY);
    is(1, DUE_FINISH, DEADLINE_DROPPED, 0); /* nobody tells until when */
    is(2, DUE_CONTACT, DEADLINE_MISSED, -2 * DAY);
}

static void a_suspended_clock_stands(void **state)
{
    (void)state;
    offered();
    step(STEP_ACCEPTED, STATE_ACCEPTED, DAY, "", DUE_FINISH, 31 * DAY);
    step(STEP_PROGRESS, STATE_SUSPENDED, 20 * DAY, "suspended", DUE_RESUME, 50 * DAY);
    look(60 * DAY);
    is(1, DUE_FINISH, DEADLINE_RUNNING, 11 * DAY);
    is(2, DUE_RESUME, DEADLINE_MISSED, -10 * DAY);
    step(STEP_PROGRESS, STATE_ACCEPTED, 61 * DAY, "resumed", DUE_FINISH, 72 * DAY);
    step(STEP_PROGRESS, STATE_ACCEPTED, 62 * DAY, "extended", DUE_FINISH, 80 * DAY);
    step(STEP_WARNED, STATE_ACCEPTED, 70 * DAY, "", DUE_FINISH, 80 * DAY);
    step(STEP_CONCLUDED, STATE_CONCLUDED, 81 * DAY, "", DUE_NONE, 0);
    look(90 * DAY);
    is(1, DUE_FINISH, DEADLINE_MISSED, -DAY);
    assert_int_equal(list[1].moved, 2);
    assert_int_equal(list[1].warned, 1);
    is(2, DUE_RESUME, DEADLINE_MISSED, -11 * DAY);
    assert_int_equal(list[2].done_seq, 5);
}

/* Concluded before the nearer limit let the other one be told: the assignment tells it. */
static void a_hidden_limit_comes_from_the_assignment(void **state)
{
    (void)state;
    const int64_t finish_by = T0 + 31 * DAY;
    accepted();
    step(STEP_CONCLUDED, STATE_CONCLUDED, 5 * DAY, "", DUE_NONE, 0);
    look(9 * DAY);
    is(1, DUE_FINISH, DEADLINE_UNKNOWN, 0);
    assert_true(deadlines_of(arena, steps, n, &finish_by, 1, T0 + 9 * DAY, &list, &n_list));
    is(1, DUE_FINISH, DEADLINE_KEPT, 26 * DAY);
}

static void what_is_not_known_here_is_passed_over(void **state)
{
    (void)state;
    offered();
    step((enum step_kind)29, STATE_OFFERED, HOUR, "", DUE_RESPOND, 9 * DAY);
    step(STEP_ACCEPTED, (enum state)30, HOUR, "", DUE_NONE, 0);
    step(STEP_SUPPLEMENTED, STATE_OFFERED, HOUR, "", (enum due)30, 9 * DAY);
    look(DAY);
    assert_int_equal(n_list, 1);
    is(0, DUE_RESPOND, DEADLINE_RUNNING, 2 * DAY);
}

/* ---- the same as the figures ---- */

struct life {
    uint64_t seed;
    int64_t at, contact, finish, stopped;
};

static void tell(struct life *l, enum step_kind kind, enum state to, const char *reason)
{
    bool contact = l->contact && l->contact < l->finish;
    step(kind, to, l->at, reason, contact ? DUE_CONTACT : DUE_FINISH, contact ? l->contact : l->finish);
}

static bool progress(struct life *l)
{
    l->at += (random_below(&l->seed, 9 * 24) + 1) * HOUR;
    if (l->stopped) {
        int64_t stood = l->at - l->stopped;
        l->finish += stood;
        l->contact += l->contact ? stood : 0;
        l->stopped = 0;
        tell(l, STEP_PROGRESS, STATE_ACCEPTED, "resumed");
        return true;
    }
    switch (random_below(&l->seed, 5)) {
    case 0:
        l->contact = 0;
        tell(l, STEP_PROGRESS, STATE_ACCEPTED, "contacted");
        return true;
    case 1:
        l->stopped = l->at;
        step(STEP_PROGRESS, STATE_SUSPENDED, l->at, "suspended", DUE_RESUME, l->at + 30 * DAY);
        return true;
    case 2:
        l->finish = (l->finish > l->at ? l->finish : l->at) + 5 * DAY;
        tell(l, STEP_PROGRESS, STATE_ACCEPTED, "extended");
        return true;
    case 3:
        tell(l, STEP_SUPPLEMENTED, STATE_ACCEPTED, "");
        return true;
    default:
        return false;
    }
}

static void live(struct life *l)
{
    n = 0;
    offered();
    l->at = random_below(&l->seed, 72) * HOUR;
    l->contact = random_below(&l->seed, 2) ? l->at + 3 * DAY : 0;
    l->finish = l->at + 15 * DAY;
    l->stopped = 0;
    tell(l, STEP_ACCEPTED, STATE_ACCEPTED, "");
    while (n < STEPS_MAX - 2 && progress(l))
        ;
    l->at += random_below(&l->seed, 48) * HOUR;
    int how = random_below(&l->seed, 4);
    if (how == 0)
        step(STEP_WITHDRAWN, STATE_WITHDRAWN, l->at, "", DUE_NONE, 0);
    else if (how < 3)
        step(STEP_CONCLUDED, STATE_CONCLUDED, l->at, "", DUE_NONE, 0);
}

static void tally_says(int64_t now_ms, struct report_tally *t)
{
    report_tally_begin(t, arena, CHANNEL_COURT);
    for (int i = 0; i < n; i++) {
        const struct report_step s = {.kind = steps[i].kind, .at_ms = steps[i].at_ms, .organisation = STR("one"), .partner = STR(""),
                                      .reason = steps[i].reason, .due_kind = steps[i].due_kind, .due_ms = steps[i].due_ms};
        report_tally_step(t, &s);
    }
    report_tally_end(t, T0 + now_ms);
}

static void the_figures_of_supervision_say_the_same(void **state)
{
    (void)state;
    struct life l = {.seed = 20261125};
    int seen[DEADLINE_UNKNOWN + 1] = {0};
    for (int i = 0; i < 20000; i++) {
        struct report_tally t;
        arena_free(arena);
        arena = arena_new(0);
        live(&l);
        look(l.at + DAY);
        tally_says(l.at + DAY, &t);
        const int64_t *sums = t.parts.items[0].sums;
        enum deadline_result r = list[1].result;
        seen[r]++;
        assert_int_equal(list[1].due, DUE_FINISH);
        if (r == DEADLINE_UNKNOWN)
            assert_true(t.parts.limit_unknown);
        else if (!t.parts.limit_unknown)
            assert_int_equal(r == DEADLINE_MISSED, sums[REPORT_OVERDUE]);
        if (r == DEADLINE_KEPT)
            assert_int_equal(sums[REPORT_IN_TIME], 1);
    }
    for (int r = DEADLINE_KEPT; r <= DEADLINE_UNKNOWN; r++)
        assert_true(seen[r] > 50);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_in_time),
        TEST(the_last_millisecond_is_in_time),
        TEST(an_offer_that_lapsed_was_missed_and_the_next_is_another),
        TEST(a_withdrawal_drops_what_was_in_time_and_not_what_was_late),
        TEST(a_suspended_clock_stands),
        TEST(a_hidden_limit_comes_from_the_assignment),
        TEST(what_is_not_known_here_is_passed_over),
        TEST(the_figures_of_supervision_say_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
