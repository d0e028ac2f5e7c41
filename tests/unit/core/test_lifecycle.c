/*
 * test_lifecycle.c - core/lifecycle.h: every state by every event, against a table of its own
 */
#include "base/check.h"
#include "core/lifecycle.h"

#define N_STATES 8

/* One letter a new state, '.' where the state does not allow the event; columns in the order of enum event.
 */
static const struct {
    enum state from;
    const char *to;
} expected[N_STATES] = {
    /*                 accept decline lapse contact suspend resume extend overdue conclude follow supplement
       withdraw assign return remind erase reroute */
    {STATE_OFFERED, "AOO"
                    "...."
                    "..."
                    "OW"
                    "....O"},
    {STATE_ACCEPTED, "..."
                     "AS.A"
                     "AC."
                     "AW"
                     "....."},
    {STATE_SUSPENDED, "..."
                      "..A."
                      "SC."
                      "SW"
                      "..S.."},
    {STATE_MANUAL, "..."
                   "...."
                   "..."
                   "MW"
                   "ORM.O"},
    {STATE_CONCLUDED, "..."
                      "...."
                      "..C"
                      ".."
                      "...C."},
    {STATE_REFUSED, "..."
                    "...."
                    "..."
                    ".."
                    "...F."},
    {STATE_WITHDRAWN, "..."
                      "...."
                      "..."
                      ".."
                      "...W."},
    {STATE_RETURNED, "..."
                     "...."
                     "..."
                     ".."
                     "...R."},
};

static const struct {
    char letter;
    enum state state;
    enum due due;
} letters[] = {
    {'O', STATE_OFFERED, DUE_RESPOND}, {'A', STATE_ACCEPTED, DUE_FINISH}, {'S', STATE_SUSPENDED, DUE_RESUME},
    {'M', STATE_MANUAL, DUE_ASSIGN},   {'C', STATE_CONCLUDED, DUE_NONE},  {'F', STATE_REFUSED, DUE_NONE},
    {'W', STATE_WITHDRAWN, DUE_NONE},  {'R', STATE_RETURNED, DUE_NONE},
};

static void every_state_by_every_event(void **state)
{
    (void)state;
    int allowed = 0;
    for (int s = 0; s < N_STATES; s++) {
        assert_int_equal(strlen(expected[s].to), EVENT_LIMIT - 1);
        for (int e = 1; e < EVENT_LIMIT; e++) {
            const struct transition *t = lifecycle_next(expected[s].from, (enum event)e);
            char to = '.';
            for (size_t i = 0; t && i < N_STATES; i++)
                to = letters[i].state == t->to ? letters[i].letter : to;
            if (to != expected[s].to[e - 1])
                fail_msg("%s, %s: %c", word_of(state_words, (int)expected[s].from), word_of(event_words, e),
                         to);
            if (!t)
                continue;
            allowed++;
            assert_int_equal(t->from, expected[s].from);
            assert_int_equal(t->event, e);
            assert_int_equal(t->due, state_due(t->to));
        }
        assert_null(lifecycle_next(expected[s].from, (enum event)0));
        assert_null(lifecycle_next(expected[s].from, (enum event)EVENT_LIMIT));
    }
    int rows = 0;
    while (transitions[rows].from)
        rows++;
    assert_int_equal(rows, allowed); /* no row twice, none out of reach */
}

static void open_states_have_a_due_and_closed_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_STATES; i++) {
        assert_int_equal(state_due(letters[i].state), letters[i].due);
        assert_int_equal(state_open(letters[i].state), letters[i].due != DUE_NONE);
    }
}

/* The timer's event for each due must be allowed in the state that has it, or the referral would be
 * forgotten. */
static void every_due_has_its_event(void **state)
{
    (void)state;
    static const struct {
        enum due due;
        enum event event;
    } timer[] = {{DUE_RESPOND, EVENT_LAPSE},
                 {DUE_FINISH, EVENT_OVERDUE},
                 {DUE_ASSIGN, EVENT_REMIND},
                 {DUE_RESUME, EVENT_REMIND}};
    for (size_t i = 0; i < N_STATES; i++) {
        for (size_t k = 0; k < 4; k++) {
            if (letters[i].due == timer[k].due)
                assert_non_null(lifecycle_next(letters[i].state, timer[k].event));
        }
    }
}

static void steps_and_effects(void **state)
{
    (void)state;
    static const struct {
        enum event event;
        enum step_kind step;
        enum effect effect;
    } of[] = {
        {EVENT_ACCEPT, STEP_ACCEPTED, EFFECT_NONE},         {EVENT_DECLINE, STEP_DECLINED, EFFECT_REPLACE},
        {EVENT_LAPSE, STEP_LAPSED, EFFECT_REPLACE},         {EVENT_CONTACT, STEP_PROGRESS, EFFECT_NONE},
        {EVENT_SUSPEND, STEP_PROGRESS, EFFECT_NONE},        {EVENT_RESUME, STEP_PROGRESS, EFFECT_NONE},
        {EVENT_EXTEND, STEP_PROGRESS, EFFECT_NONE},         {EVENT_OVERDUE, STEP_OVERDUE, EFFECT_NONE},
        {EVENT_CONCLUDE, STEP_CONCLUDED, EFFECT_CLOSE},     {EVENT_FOLLOW_UP, STEP_FOLLOW_UP, EFFECT_NONE},
        {EVENT_SUPPLEMENT, STEP_SUPPLEMENTED, EFFECT_NONE}, {EVENT_WITHDRAW, STEP_WITHDRAWN, EFFECT_CLOSE},
        {EVENT_ASSIGN, STEP_ASSIGNED, EFFECT_OFFER},        {EVENT_RETURN, STEP_RETURNED, EFFECT_CLOSE},
        {EVENT_REMIND, STEP_OVERDUE, EFFECT_NONE},          {EVENT_ERASE, STEP_ERASED, EFFECT_NONE},
        {EVENT_REROUTE, STEP_REROUTED, EFFECT_REPLACE},
    };
    for (const struct transition *t = transitions; t->from; t++) {
        assert_int_equal(of[t->event - 1].event, t->event);
        assert_int_equal(of[t->event - 1].step, t->step);
        assert_int_equal(of[t->event - 1].effect, t->effect);
        if (state_open(t->from) && !state_open(t->to))
            assert_int_equal(t->effect, EFFECT_CLOSE); /* no place stays taken */
    }
}

/* From every open state some sequence of events leads to a closed one. */
static void nothing_is_stuck(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_STATES; i++) {
        if (!state_open(letters[i].state))
            continue;
        bool closes = false;
        for (int e = 1; e < EVENT_LIMIT; e++) {
            const struct transition *t = lifecycle_next(letters[i].state, (enum event)e);
            closes |= t && !state_open(t->to);
        }
        assert_true(closes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_by_every_event),
        cmocka_unit_test(open_states_have_a_due_and_closed_none),
        cmocka_unit_test(every_due_has_its_event),
        cmocka_unit_test(steps_and_effects),
        cmocka_unit_test(nothing_is_stuck),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
