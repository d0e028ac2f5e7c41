/*
 * test_lifecycle.c - core/lifecycle.h: every state by every event, against a table of its own
 */
#include "base/check.h"
#include "core/lifecycle.h"

#define N_STATES 11

/* One letter a new state, '.' where the state does not allow the event; the second line: where it leads instead. */
static const struct {
    enum state from;
    const char *to, *or;
} expected[N_STATES] = {
    /*               accept .. overdue, conclude .. withdraw, assign .. reroute, warn recount unfollowed, note .. undecided, join .. overrun */
    {STATE_OFFERED, "AOO....."
                    "..OW"
                    "....O"
                    "OO."
                    "....."
                    "OO.",
     ".MM....."
     "...."
     "....M"
     "..."
     "....."
     "..."},
    {STATE_ACCEPTED, "...AS.AA"
                     "C.AW"
                     "....."
                     "AA."
                     "AXT.."
                     "AAO",
     "........"
     "L..."
     "....."
     "..."
     "....."
     "..M"},
    {STATE_SUSPENDED, ".....A.S"
                      "C.SW"
                      "....."
                      ".S."
                      "S.T.."
                      "SS.",
     "........"
     "L..."
     "....."
     "..."
     "....."
     "..."},
    {STATE_MANUAL, "........"
                   "..MW"
                   "ORM.O"
                   ".M."
                   "....."
                   "...",
     "........"
     "...."
     "....M"
     "..."
     "....."
     "..."},
    {STATE_FOLLOWING, "........"
                      ".LL."
                      "....."
                      ".LL"
                      "....."
                      "...",
     "........"
     ".C.."
     "....."
     "..C"
     "....."
     "..."},
    {STATE_CONCLUDED, "........"
                      ".C.."
                      "...C."
                      "..."
                      "....."
                      "...",
     "........"
     "...."
     "....."
     "..."
     "....."
     "..."},
    {STATE_REFUSED, "........"
                    "...."
                    "...F."
                    "..."
                    "....."
                    "...",
     "........"
     "...."
     "....."
     "..."
     "....."
     "..."},
    {STATE_WITHDRAWN, "........"
                      "...."
                      "...W."
                      "..."
                      "....."
                      "...",
     "........"
     "...."
     "....."
     "..."
     "....."
     "..."},
    {STATE_RETURNED, "........"
                     "...."
                     "...R."
                     "..."
                     "....."
                     "...",
     "........"
     "...."
     "....."
     "..."
     "....."
     "..."},
    {STATE_FAILED_ONCE, "........"
                        "C.XW"
                        "....."
                        ".X."
                        "...AC"
                        "...",
     "........"
     "L..."
     "....."
     "..."
     "....."
     "..."},
    {STATE_STOPPED, ".......T"
                    "..TW"
                    "....."
                    ".T."
                    "...A."
                    "...",
     "........"
     "...."
     "....."
     "..."
     "....."
     "..."},
};

static const struct {
    char letter;
    enum state state;
    enum due due;
} letters[] = {
    {'O', STATE_OFFERED, DUE_RESPOND},    {'A', STATE_ACCEPTED, DUE_FINISH}, {'S', STATE_SUSPENDED, DUE_RESUME},
    {'M', STATE_MANUAL, DUE_ASSIGN},      {'C', STATE_CONCLUDED, DUE_NONE},  {'F', STATE_REFUSED, DUE_NONE},
    {'W', STATE_WITHDRAWN, DUE_NONE},     {'R', STATE_RETURNED, DUE_NONE},
    {'L', STATE_FOLLOWING, DUE_FOLLOW_UP}, {'X', STATE_FAILED_ONCE, DUE_SECOND}, {'T', STATE_STOPPED, DUE_DECIDE},
};

static char letter_of(enum state s)
{
    for (size_t i = 0; i < N_STATES; i++)
        if (letters[i].state == s)
            return letters[i].letter;
    return '.';
}

static void every_state_by_every_event(void **state)
{
    (void)state;
    int allowed = 0;
    for (int s = 0; s < N_STATES; s++) {
        assert_int_equal(strlen(expected[s].to), EVENT_LIMIT - 1);
        assert_int_equal(strlen(expected[s].or), EVENT_LIMIT - 1);
        for (int e = 1; e < EVENT_LIMIT; e++) {
            const struct transition *t = lifecycle_next(expected[s].from, (enum event)e);
            char to = t ? letter_of(t->to) : '.', or = t ? letter_of(t->or) : '.';
            if (to != expected[s].to[e - 1] || or != expected[s].or[e - 1])
                fail_msg("%s, %s: %c or %c", word_of(state_words, (int)expected[s].from), word_of(event_words, e), to, or);
            if (!t)
                continue;
            allowed++;
            assert_int_equal(t->from, expected[s].from);
            assert_int_equal(t->event, e);
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

/* The timer's event for each due must be allowed in the state that has it, and be the timer's, or the referral would be
 * forgotten. And a new calendar must reach everything that is open. */
static void every_due_has_its_event(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_STATES; i++) {
        if (letters[i].due == DUE_NONE)
            continue;
        const struct transition *t = lifecycle_next(letters[i].state, due_event(letters[i].due));
        assert_non_null(t);
        assert_int_equal(t->by, ACTOR_TIMER);
        assert_non_null(lifecycle_next(letters[i].state, EVENT_RECOUNT));
    }
    assert_non_null(lifecycle_next(STATE_ACCEPTED, due_event(DUE_CONTACT)));
    assert_int_equal(due_event(DUE_NONE), 0);
}

static void steps_effects_and_actors(void **state)
{
    (void)state;
    static const struct {
        enum event event;
        enum step_kind step;
        enum effect effect;
        unsigned by;
    } of[] = {
        {EVENT_ACCEPT, STEP_ACCEPTED, EFFECT_NONE, ACTOR_ORGANISATION},
        {EVENT_DECLINE, STEP_DECLINED, EFFECT_REPLACE, ACTOR_ORGANISATION},
        {EVENT_LAPSE, STEP_LAPSED, EFFECT_REPLACE, ACTOR_TIMER},
        {EVENT_CONTACT, STEP_PROGRESS, EFFECT_NONE, ACTOR_ORGANISATION},
        {EVENT_SUSPEND, STEP_PROGRESS, EFFECT_NONE, ACTOR_ORGANISATION},
        {EVENT_RESUME, STEP_PROGRESS, EFFECT_NONE, ACTOR_ORGANISATION},
        {EVENT_EXTEND, STEP_PROGRESS, EFFECT_NONE, ACTOR_ORGANISATION},
        {EVENT_OVERDUE, STEP_OVERDUE, EFFECT_NONE, ACTOR_TIMER},
        {EVENT_CONCLUDE, STEP_CONCLUDED, EFFECT_CLOSE, ACTOR_ORGANISATION},
        {EVENT_FOLLOW_UP, STEP_FOLLOW_UP, EFFECT_NONE, ACTOR_ORGANISATION},
        {EVENT_SUPPLEMENT, STEP_SUPPLEMENTED, EFFECT_NONE, ACTOR_AGENCY},
        {EVENT_WITHDRAW, STEP_WITHDRAWN, EFFECT_CLOSE, ACTOR_AGENCY},
        {EVENT_ASSIGN, STEP_ASSIGNED, EFFECT_OFFER, ACTOR_OPERATOR},
        {EVENT_RETURN, STEP_RETURNED, EFFECT_CLOSE, ACTOR_OPERATOR},
        {EVENT_REMIND, STEP_OVERDUE, EFFECT_NONE, ACTOR_TIMER},
        {EVENT_ERASE, STEP_ERASED, EFFECT_NONE, ACTOR_OPERATOR},
        {EVENT_REROUTE, STEP_REROUTED, EFFECT_REPLACE, ACTOR_OPERATOR},
        {EVENT_WARN, STEP_WARNED, EFFECT_NONE, ACTOR_TIMER},
        {EVENT_RECOUNT, STEP_RECOUNTED, EFFECT_NONE, ACTOR_TIMER},
        {EVENT_UNFOLLOWED, STEP_OVERDUE, EFFECT_NONE, ACTOR_TIMER},
        {EVENT_NOTE, STEP_PROGRESS, EFFECT_NONE, ACTOR_ORGANISATION},
        {EVENT_FAIL, STEP_FAILED_ONCE, EFFECT_NONE, ACTOR_ORGANISATION},
        {EVENT_SUSPECT, STEP_STOPPED, EFFECT_NONE, ACTOR_ORGANISATION},
        {EVENT_PROCEED, STEP_PROCEEDED, EFFECT_NONE, ACTOR_AGENCY},
        {EVENT_UNDECIDED, STEP_CONCLUDED, EFFECT_CLOSE, ACTOR_TIMER},
        {EVENT_JOIN, STEP_PROGRESS, EFFECT_NONE, ACTOR_ORGANISATION},
        {EVENT_STAND_ASIDE, STEP_PROGRESS, EFFECT_NONE, ACTOR_ORGANISATION},
        {EVENT_OVERRUN, STEP_OVERRAN, EFFECT_REPLACE, ACTOR_TIMER},
    };
    for (const struct transition *t = transitions; t->from; t++) {
        assert_int_equal(of[t->event - 1].event, t->event);
        assert_int_equal(of[t->event - 1].step, t->step);
        assert_int_equal(of[t->event - 1].effect, t->effect);
        assert_int_equal(of[t->event - 1].by, t->by);
    }
}

/* Whoever has a place gives it back on every way out of it. Having one is being offered, accepted, suspended, or waiting for the agency. */
static bool has_place(enum state s)
{
    return s == STATE_OFFERED || s == STATE_ACCEPTED || s == STATE_SUSPENDED || s == STATE_FAILED_ONCE || s == STATE_STOPPED;
}

static void no_place_stays_taken(void **state)
{
    (void)state;
    for (const struct transition *t = transitions; t->from; t++) {
        bool leaves = !has_place(t->to) || (t->or && !has_place(t->or));
        if (has_place(t->from) && leaves)
            assert_true(t->effect == EFFECT_CLOSE || t->effect == EFFECT_REPLACE);
        if (!has_place(t->from) && has_place(t->to))
            assert_true(t->effect == EFFECT_OFFER || t->effect == EFFECT_REPLACE);
        assert_true(t->or != t->to);
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
            closes |= t && (!state_open(t->to) || (t->or && !state_open(t->or)));
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
        cmocka_unit_test(steps_effects_and_actors),
        cmocka_unit_test(no_place_stays_taken),
        cmocka_unit_test(nothing_is_stuck),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
