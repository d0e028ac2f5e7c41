/* The dispatch role on a real socket: who may say what, sessions, deliveries, answers. */
#include "dispatch_stage.h"

#include "base/clock.h"

static const char *first_word(const struct faults *f)
{
    return f && f->n ? fault_word(f->items[0].code) : "";
}

static void assert_refused(const struct server_message *m, const char *word)
{
    assert_int_equal(m->kind, SERVER_REFUSAL);
    assert_string_equal(first_word(m->refusal.faults), word);
    assert_int_equal(m->refusal.retry_after_ms, 0);
}

static struct id some_assignment(int64_t ms)
{
    return id_new(ms, 3205);
}

/* -- Hello -- */

static void hello_is_answered_after_commit(void **state)
{
    struct stage *st = *state;
    struct socket *c = stage_client(st, &st->hub);
    say(c, client_hello(st->arena, STR("h-7"), NULL, 0, 5));
    struct letter *l = ordered(st, LETTER_OPEN);
    assert_true(str_eqz(l->wanted.receiver, "hub-320505"));
    assert_true(l->wanted.everything);
    assert_int_equal(l->wanted.offers.limit, 5);
    assert_memory_equal(l->wanted.key, st->hub.public_key, 32);
    /* Not welcome before the row is there. */
    say(c, client_ping(st->arena, STR("p-1")));
    struct server_message m = heard(st, c);
    assert_int_equal(m.kind, SERVER_REFUSAL);
    assert_int_equal(m.refusal.retry_after_ms, 1500);
    write_letter(st, letter_new(LETTER_OPENED, l->session));
    letter_free(l);
    m = heard(st, c);
    assert_int_equal(m.kind, SERVER_HELLO_REPLY);
    assert_true(str_eqz(m.request_id, "h-7"));
    assert_true(m.hello.welcome);
    assert_int_equal(m.hello.organisations, 2);
    assert_int_equal(m.hello.ping_interval_ms, 60000);
    say(c, client_ping(st->arena, STR("p-2")));
    m = heard(st, c);
    assert_int_equal(m.kind, SERVER_PONG);
    assert_true(str_eqz(m.request_id, "p-2"));
}

static void hello_names_only_its_own(void **state)
{
    static const struct str some[] = {{"medical-3205", 12}, {"finance-32", 10}, {"people-1", 8}},
                            fine[] = {{"medical-3205", 12}};
    struct stage *st = *state;
    struct socket *c = stage_client(st, &st->hub);
    say(c, client_hello(st->arena, STR("h"), some, 3, 5));
    struct server_message m = heard(st, c);
    assert_int_equal(m.kind, SERVER_HELLO_REPLY);
    assert_false(m.hello.welcome);
    assert_int_equal(m.hello.faults->n, 2);
    assert_string_equal(first_word(m.hello.faults), "organisation-not-yours");
    assert_true(str_eqz(m.hello.faults->items[0].field, "organisations[1]"));
    say(c, client_hello(st->arena, STR("h"), fine, 1, 5));
    struct letter *l = ordered(st, LETTER_OPEN);
    assert_false(l->wanted.everything);
    assert_int_equal(l->wanted.n_organisations, 1);
    letter_free(l);
}

static void hello_that_cannot_be_stored(void **state)
{
    struct stage *st = *state;
    struct socket *c = stage_client(st, &st->hub);
    atomic_store(&st->office.store_up, false);
    say(c, client_hello(st->arena, STR("h"), NULL, 0, 5));
    struct server_message m = heard(st, c);
    assert_false(m.hello.welcome);
    assert_int_equal(m.hello.retry_after_ms, 1500);
    atomic_store(&st->office.store_up, true);
    say(c, client_hello(st->arena, STR("h"), NULL, 0, 5));
    struct letter *l = ordered(st, LETTER_OPEN);
    write_letter(st, letter_new(LETTER_UNOPENED, l->session));
    letter_free(l);
    m = heard(st, c);
    assert_int_equal(m.kind, SERVER_HELLO_REPLY);
    assert_false(m.hello.welcome);
    assert_int_equal(m.hello.retry_after_ms, 1500);
    say(c, client_ping(st->arena, STR("p")));
    m = heard(st, c);
    assert_refused(&m, "not-permitted");
}

static void draining_takes_nobody(void **state)
{
    struct stage *st = *state;
    struct socket *c = stage_client(st, &st->hub);
    atomic_store(&st->office.draining, true);
    say(c, client_hello(st->arena, STR("h"), NULL, 0, 5));
    struct server_message m = heard(st, c);
    assert_int_equal(m.kind, SERVER_REFUSAL);
    assert_int_equal(m.refusal.retry_after_ms, 1500);
}

static void second_hello_takes_over(void **state)
{
    struct stage *st = *state;
    struct socket *a = stage_client(st, &st->hub), *b = stage_client(st, &st->hub);
    struct id first = greet(st, a, 5), second = greet(st, b, 5);
    assert_false(id_eq(first, second));
    say(a, client_ping(st->arena, STR("p")));
    struct server_message m = heard(st, a);
    assert_refused(&m, "not-permitted");
    assert_non_null(strstr(m.refusal.faults->items[0].text.p, "say Hello"));
    say(b, client_ping(st->arena, STR("p")));
    assert_int_equal(heard(st, b).kind, SERVER_PONG);
}

/* -- who may speak at all -- */

static void others_are_refused(void **state)
{
    struct stage *st = *state;
    struct socket *agency = stage_client(st, &st->agency), *c = stage_client(st, &st->hub);
    struct server_message m;
    say(agency, client_hello(st->arena, STR("h"), NULL, 0, 5));
    m = heard(st, agency);
    assert_refused(&m, "not-permitted");
    say(c, client_query(st->arena, STR("q"), STR("1")));
    m = heard(st, c);
    assert_refused(&m, "not-permitted");
    say(c, STR("\xff\xff garbage"));
    m = heard(st, c);
    assert_refused(&m, "malformed");
    say(c, client_ping(st->arena, STR("p")));
    m = heard(st, c);
    assert_refused(&m, "not-permitted");
}

static void revoked_key_stops_at_once(void **state)
{
    struct stage *st = *state;
    struct socket *c = stage_client(st, &st->hub);
    struct id session = greet(st, c, 5);
    stage_publish(st, true);
    say(c, client_ping(st->arena, STR("p")));
    struct server_message m = heard(st, c);
    assert_refused(&m, "not-permitted");
    struct letter *l = ordered(st, LETTER_CLOSE);
    assert_true(id_eq(l->session, session));
    letter_free(l);
    assert_int_equal(atomic_load(&st->office.metrics.counters[COUNT_UNAUTHORISED]), 1);
}

/* -- offers and answers -- */

static void offer(struct stage *st, struct id session, struct id assignment, const char *text)
{
    struct letter *l = letter_new(LETTER_OFFER, session);
    l->assignment = assignment;
    l->term = 1;
    l->respond_by_ms = clock_now_ms() + 1000000;
    l->organisation = STR("medical-3205");
    l->frame = reply_cancelled(l->arena, assignment, str_from(text)); /* any frame will do */
    write_letter(st, l);
}

static void offers_and_cancellations_reach_the_receiver(void **state)
{
    struct stage *st = *state;
    struct socket *c = stage_client(st, &st->hub), *other = stage_client(st, &st->own);
    struct id session = greet(st, c, 5), a = some_assignment(1000);
    greet(st, other, 5);
    offer(st, session, a, "first");
    struct server_message m = heard(st, c);
    assert_true(str_eqz(m.cancelled.reason, "first"));
    /* Also of one that it has decided already. */
    for (int i = 0; i < 2; i++) {
        struct letter *l = letter_new(LETTER_CANCELLED, session);
        struct id which = i ? some_assignment(2000) : a;
        l->assignment = which;
        l->told = (struct told_mark){which, 5 - i, i};
        l->frame = reply_cancelled(l->arena, which, i ? STR("lapsed") : STR("withdrawn"));
        write_letter(st, l);
        m = heard(st, c);
        assert_int_equal(m.kind, SERVER_CANCELLED);
        assert_true(id_eq(m.cancelled.assignment, which));
        assert_true(str_eqz(m.cancelled.reason, i ? "lapsed" : "withdrawn"));
        /* Once it is sent, and not before, PostgreSQL may know. */
        l = ordered(st, LETTER_TOLD);
        assert_true(id_eq(l->told.assignment, which) && l->told.status == 5 - i && l->told.notice == i);
        letter_free(l);
    }
    /* The other receiver heard nothing of it. */
    say(other, client_ping(st->arena, STR("p")));
    assert_int_equal(heard(st, other).kind, SERVER_PONG);
    assert_int_equal(atomic_load(&st->office.metrics.counters[COUNT_DELIVERED]), 1);
}

static void cancellation_for_an_ended_session_stays_untold(void **state)
{
    struct stage *st = *state;
    struct socket *c = stage_client(st, &st->hub);
    struct id session = greet(st, c, 5), a = some_assignment(1000);
    struct letter *l = letter_new(LETTER_CANCELLED, id_new(5, 0));
    l->told.assignment = a;
    l->frame = reply_cancelled(l->arena, a, STR("lapsed"));
    write_letter(st, l);
    l = letter_new(LETTER_NOTICE, session);
    l->told.assignment = some_assignment(2000);
    l->frame = reply_notice(l->arena, &(struct notice_message){.assignment = l->told.assignment, .kinds = 1u << STEP_WARNED});
    write_letter(st, l);
    l = ordered(st, LETTER_TOLD);
    assert_false(id_eq(l->told.assignment, a));
    letter_free(l);
}

static void decided_elsewhere_brings_credit_back(void **state)
{
    struct stage *st = *state;
    struct socket *c = stage_client(st, &st->hub);
    struct id session = greet(st, c, 1), a = some_assignment(1000);
    offer(st, session, a, "first");
    heard(st, c);
    struct letter *l = letter_new(LETTER_GONE, session);
    l->assignment = a;
    write_letter(st, l);
    offer(st, session, some_assignment(2000), "second"); /* there is room again */
    assert_true(str_eqz(heard(st, c).cancelled.reason, "second"));
}

static void offer_for_an_ended_session_closes_it(void **state)
{
    struct stage *st = *state;
    struct id session = id_new(5, 0);
    offer(st, session, some_assignment(1000), "for nobody");
    struct letter *l = ordered(st, LETTER_CLOSE);
    assert_true(id_eq(l->session, session));
    letter_free(l);
}

static void renamed_session_goes_on(void **state)
{
    struct stage *st = *state;
    struct socket *c = stage_client(st, &st->hub);
    struct id session = greet(st, c, 1), renamed = id_new(6, 0);
    offer(st, session, some_assignment(1000), "old");
    heard(st, c);
    struct letter *l = letter_new(LETTER_RENAMED, session);
    l->renamed = renamed;
    write_letter(st, l);
    offer(st, renamed, some_assignment(2000), "new");
    assert_true(str_eqz(heard(st, c).cancelled.reason, "new"));
}

static void accept_goes_to_the_keeper_and_back(void **state)
{
    struct stage *st = *state;
    struct socket *c = stage_client(st, &st->hub);
    struct id session = greet(st, c, 5), a = some_assignment(1000);
    offer(st, session, a, "first");
    heard(st, c);
    say(c, client_accept(st->arena, STR("a-1"), &(struct client_answer){.assignment = a, .term = 3}));
    struct work *w = taken(st->keeper);
    assert_int_equal(w->kind, WORK_EVENT);
    assert_int_equal(w->origin, ORIGIN_DISPATCH);
    assert_int_equal(w->event.event, EVENT_ACCEPT);
    assert_true(id_eq(w->event.assignment, a));
    assert_int_equal(w->event.answer.term, 3);
    assert_true(digest_eq(w->event.answer_digest, w->event.answer.digest));
    assert_true(str_eqz(w->actor, "hub-320505"));
    assert_int_equal(w->city, 3205);
    assert_int_equal(w->peer, 1);
    w->event.done = true;
    w->event.journal_seq = 42;
    assert_true(slot_post(st->works, (void **)&w));
    struct server_message m = heard(st, c);
    assert_int_equal(m.kind, SERVER_STEP_REPLY);
    assert_true(str_eqz(m.request_id, "a-1"));
    assert_true(m.step.done);
    assert_int_equal(m.step.journal_seq, 42);
    struct letter *l = ordered(st, LETTER_DECIDED);
    assert_true(id_eq(l->assignment, a));
    letter_free(l);
}

static void every_answer_has_its_event(void **state)
{
    static const struct {
        struct str (*encode)(struct arena *, struct str, const struct client_answer *);
        struct client_answer answer;
        enum event event;
    } cases[] = {
        {client_decline, {.decline = DECLINE_NO_MEDIATOR}, EVENT_DECLINE},
        {client_progress, {.progress = PROGRESS_CONTACTED}, EVENT_CONTACT},
        {client_progress, {.progress = PROGRESS_SUSPENDED, .suspension = SUSPENSION_APPRAISAL}, EVENT_SUSPEND},
        {client_progress, {.progress = PROGRESS_RESUMED}, EVENT_RESUME},
        {client_progress, {.progress = PROGRESS_JOINT_REQUESTED}, EVENT_NOTE},
        {client_progress, {.progress = PROGRESS_MEDIATOR_NAMED, .mediator = {"7", 1}}, EVENT_NOTE},
        {client_progress, {.progress = PROGRESS_MEDIATOR_RECUSED, .mediator = {"7", 1}}, EVENT_NOTE},
        {client_progress, {.progress = PROGRESS_SHAM_SUSPECTED, .text = {"x", 1}}, EVENT_SUSPECT},
        {client_conclude, {.conclusion = CONCLUSION_UNWILLING}, EVENT_CONCLUDE},
    };
    struct stage *st = *state;
    struct socket *c = stage_client(st, &st->hub);
    greet(st, c, 5);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct client_answer answer = cases[i].answer;
        answer.assignment = some_assignment(1000);
        answer.term = 1;
        say(c, cases[i].encode(st->arena, STR("a"), &answer));
        struct work *w = taken(st->keeper);
        assert_int_equal(w->event.event, cases[i].event);
        fault_add(&w->event.faults, FAULT_STATE_FORBIDS, "%s", "");
        assert_true(slot_post(st->works, (void **)&w));
        struct server_message m = heard(st, c);
        assert_false(m.step.done);
        assert_string_equal(first_word(m.step.faults), "state-forbids");
    }
}

static void too_much_in_flight_is_busy(void **state)
{
    struct stage *st = *state;
    struct socket *c = stage_client(st, &st->hub);
    struct client_answer answer = {.assignment = some_assignment(1000), .term = 1};
    struct work *first, *second;
    greet(st, c, 5);
    say(c, client_accept(st->arena, STR("a-1"), &answer));
    say(c, client_accept(st->arena, STR("a-2"), &answer));
    say(c, client_accept(st->arena, STR("a-3"), &answer)); /* the limit is 2 */
    struct server_message m = heard(st, c);
    assert_int_equal(m.kind, SERVER_STEP_REPLY);
    assert_true(str_eqz(m.request_id, "a-3"));
    assert_false(m.step.done);
    assert_int_equal(m.step.retry_after_ms, 1500);
    first = taken(st->keeper);
    second = taken(st->keeper);
    first->busy = true;
    assert_true(slot_post(st->works, (void **)&first));
    m = heard(st, c);
    assert_true(str_eqz(m.request_id, "a-1"));
    assert_int_equal(m.step.retry_after_ms, 1500);
    say(c, client_accept(st->arena, STR("a-4"), &answer)); /* there is room again */
    first = taken(st->keeper);
    assert_true(str_eqz(first->request_id, "a-4"));
    work_free(first);
    work_free(second);
    atomic_store(&st->office.store_up, false);
    say(c, client_accept(st->arena, STR("a-5"), &answer));
    assert_int_equal(heard(st, c).step.retry_after_ms, 1500);
}

/* -- sessions that end -- */

static void gone_receiver_ends(void **state)
{
    struct stage *st = *state;
    struct socket *c = stage_client(st, &st->hub);
    struct id session = greet(st, c, 1000);
    int64_t until = clock_mono_ms() + SOON_MS;
    struct letter *l = NULL;
    socket_close(c);
    st->clients[0] = NULL;
    for (int64_t i = 0; !l && clock_mono_ms() < until; i++) {
        void *z = inbox_zmq(st->courier);
        bool ready;
        if (i < 900)
            offer(st, session, some_assignment(1000 + i), "x");
        box_wait(&z, 1, 5, &ready);
        l = inbox_take(st->courier);
    }
    assert_non_null(l);
    assert_int_equal(l->kind, LETTER_CLOSE);
    assert_true(id_eq(l->session, session));
    letter_free(l);
}

static void silent_receiver_ends(void **state)
{
    struct stage *st = *state;
    struct socket *c = stage_client(st, &st->hub);
    struct id session = greet(st, c, 5);
    struct letter *l = ordered(st, LETTER_CLOSE);
    assert_true(id_eq(l->session, session));
    letter_free(l);
    say(c, client_ping(st->arena, STR("p")));
    struct server_message m = heard(st, c);
    assert_refused(&m, "not-permitted");
}

static void lost_session_must_greet_again(void **state)
{
    struct stage *st = *state;
    struct socket *c = stage_client(st, &st->hub);
    struct id session = greet(st, c, 5);
    write_letter(st, letter_new(LETTER_LOST, session));
    struct server_message m;
    int64_t until = clock_mono_ms() + SOON_MS;
    do {
        say(c, client_ping(st->arena, STR("p")));
        m = heard(st, c);
    } while (m.kind == SERVER_PONG && clock_mono_ms() < until);
    assert_refused(&m, "not-permitted");
    greet(st, c, 5);
}

#define T(f) cmocka_unit_test_setup_teardown(f, stage_up, stage_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(hello_is_answered_after_commit),
        T(hello_names_only_its_own),
        T(hello_that_cannot_be_stored),
        T(draining_takes_nobody),
        T(second_hello_takes_over),
        T(others_are_refused),
        T(revoked_key_stops_at_once),
        T(offers_and_cancellations_reach_the_receiver),
        T(cancellation_for_an_ended_session_stays_untold),
        T(decided_elsewhere_brings_credit_back),
        T(offer_for_an_ended_session_closes_it),
        T(renamed_session_goes_on),
        T(accept_goes_to_the_keeper_and_back),
        T(every_answer_has_its_event),
        T(too_much_in_flight_is_busy),
        T(gone_receiver_ends),
        cmocka_unit_test_setup_teardown(silent_receiver_ends, stage_up_impatient, stage_down),
        T(lost_session_must_greet_again),
    };
    return cmocka_run_group_tests_name("role/dispatch", tests, NULL, NULL);
}
