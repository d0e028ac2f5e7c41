/*
 * test_report.c - core/report.h, core/report_case.h: what steps and rows come to, in both ways
 */
#include "base/check.h"
#include "core/report_case.h"

#define HOUR INT64_C(3600000)
#define DAY  (24 * HOUR)
#define T0   INT64_C(1790000000000)

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(0);
    return !arena;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* ---- the table ---- */

static void every_measure_is_the_part_of_a_figure(void **state)
{
    (void)state;
    for (int m = 0; m < REPORT_MEASURES; m++)
        if (!report_figure_of((enum report_measure)m))
            fail_msg("measure %d has no figure", m);
    for (const struct report_figure *f = report_figures; f->key; f++) {
        assert_ptr_equal(report_figure_find(str_from(f->key)), f); /* keys are unique */
        assert_true(f->en[0] && f->zh[0] && f->means[0] && f->means_zh[0]);
        assert_int_equal(f->part == REPORT_NOTHING, f->source == REPORT_UNRECORDED);
        assert_int_equal(f->of == REPORT_NOTHING, f->unit == REPORT_COUNT);
        assert_true(word_known(report_unit_words, (int)f->unit) && word_known(report_source_words, (int)f->source));
    }
    assert_null(report_figure_find(STR("nonsense")));
}

static void every_channel_says_what_success_is(void **state)
{
    (void)state;
    for (int c = CHANNEL_COURT; c < CHANNEL_COUNT; c++) {
        assert_int_equal(report_success[c].channel, c);
        assert_true(report_success[c].conclusions >> CONCLUSION_AGREED & 1);
        assert_false(report_success[c].conclusions >> CONCLUSION_UNWILLING & 1);
    }
}

static int64_t value(const char *key, const int64_t *sums)
{
    int64_t v = -1;
    return report_value(report_figure_find(str_from(key)), sums, &v) ? v : -1;
}

static void values_are_rounded_and_none_where_nothing_divides(void **state)
{
    (void)state;
    int64_t sums[REPORT_MEASURES] = {0};
    assert_int_equal(value("received", sums), 0);
    assert_int_equal(value("success_rate", sums), -1);
    assert_int_equal(value("complaints", sums), -1);
    sums[REPORT_CONCLUDED] = 3;
    sums[REPORT_SUCCESS] = 2;
    assert_int_equal(value("success_rate", sums), 6667);
    sums[REPORT_SUCCESS] = 1;
    assert_int_equal(value("success_rate", sums), 3333);
    sums[REPORT_ANSWERS] = 2;
    sums[REPORT_ANSWER_MS] = 3 * HOUR + HOUR / 2;
    assert_int_equal(value("response_hours", sums), 175);
    sums[REPORT_CONCLUDED] = 30000000; /* a country's year, half a year each */
    sums[REPORT_MEDIATION_MS] = sums[REPORT_CONCLUDED] * 180 * DAY;
    assert_int_equal(value("mediation_days", sums), 18000);
}

/* ---- steps and rows ---- */

/* A hand-made history, told both ways. */
struct history {
    enum channel channel;
    struct report_step steps[16]; /* ends with kind 0 */
    struct report_rows rows;
    int64_t now_ms;
    struct { enum report_measure m; int64_t v; } own[16]; /* what is to come out; ends with v 0 */
    struct { const char *organisation; enum report_measure m; int64_t v; } offers[16];
};

static int64_t of(const struct report_parts *p, const char *organisation, int m)
{
    for (size_t i = organisation ? 1 : 0; i < p->n; i++)
        if (!organisation || str_eqz(p->items[i].organisation, organisation))
            return p->items[i].sums[m];
    return 0;
}

static int64_t wanted_own(const struct history *h, int m)
{
    for (int i = 0; h->own[i].v; i++)
        if ((int)h->own[i].m == m)
            return h->own[i].v;
    return m == REPORT_RECEIVED;
}

static int64_t wanted_offer(const struct history *h, struct str organisation, int m)
{
    for (int i = 0; h->offers[i].organisation; i++)
        if (str_eqz(organisation, h->offers[i].organisation) && (int)h->offers[i].m == m)
            return h->offers[i].v;
    return 0;
}

static void check(const struct history *h, const struct report_parts *p, const char *way)
{
    assert_false(arena_overflowed(arena));
    for (int m = 0; m < REPORT_OF_OFFERS; m++)
        if (of(p, NULL, m) != wanted_own(h, m))
            fail_msg("%s: %s is %d, not %d", way, report_figure_of((enum report_measure)m)->key, (int)of(p, NULL, m),
                     (int)wanted_own(h, m));
    for (size_t i = 1; i < p->n; i++)
        for (int m = REPORT_OF_OFFERS; m < REPORT_MEASURES; m++)
            if (p->items[i].sums[m] != wanted_offer(h, p->items[i].organisation, m))
                fail_msg("%s: " STR_FMT " %s is %d", way, STR_ARG(p->items[i].organisation), report_figure_of((enum report_measure)m)->key,
                         (int)p->items[i].sums[m]);
    for (int i = 0; h->offers[i].organisation; i++)
        assert_int_equal(of(p, h->offers[i].organisation, (int)h->offers[i].m), h->offers[i].v);
    if (!str_eq(p->items[0].organisation, h->rows.organisation))
        fail_msg("%s: it is " STR_FMT "'s", way, STR_ARG(p->items[0].organisation));
}

static void check_both(struct history *h)
{
    struct report_tally t;
    struct report_parts parts;
    int n = 0;
    h->now_ms = h->now_ms ? h->now_ms : T0 + 100 * DAY;
    report_tally_begin(&t, arena, h->channel);
    for (; h->steps[n].kind; n++)
        report_tally_step(&t, &h->steps[n]);
    report_tally_end(&t, h->now_ms);
    check(h, &t.parts, "journal");
    assert_false(t.parts.limit_unknown);
    h->rows.channel = h->channel;
    h->rows.steps = h->steps;
    h->rows.n_steps = n;
    report_of_rows(arena, &h->rows, h->now_ms, &parts);
    check(h, &parts, "tables");
}

#define RECEIVED                 {.kind = STEP_RECEIVED, .at_ms = T0}
#define ASSIGNED(at, org)        {.kind = STEP_ASSIGNED, .at_ms = T0 + (at), .organisation = STR(org), .due_kind = STR("respond"), .due_ms = T0 + (at) + 3 * DAY}
#define STEP(k, at, org)         {.kind = STEP_##k, .at_ms = T0 + (at), .organisation = STR(org)}
#define ACCEPT(at, org, by)      {.kind = STEP_ACCEPTED, .at_ms = T0 + (at), .organisation = STR(org), .due_kind = STR("finish"), .due_ms = T0 + (by)}
#define PROGRESS(at, what, due, by) {.kind = STEP_PROGRESS, .at_ms = T0 + (at), .reason = STR(what), .due_kind = STR(due), .due_ms = T0 + (by)}
#define CONCLUDED(at, c, k)      {.kind = STEP_CONCLUDED, .at_ms = T0 + (at), .conclusion = CONCLUSION_##c, .agreement_kind = (k)}
#define FOLLOWED(at, k)          {.kind = STEP_FOLLOW_UP, .at_ms = T0 + (at), .follow_up = FOLLOW_UP_##k}
#define AGREED_AT(c)             (enum report_measure)(REPORT_CONCLUSION + CONCLUSION_##c - 1)
#define PAPER(k)                 (enum report_measure)(REPORT_AGREEMENT + AGREEMENT_##k - 1)

static void declined_then_taken_by_the_second(void **state)
{
    (void)state;
    static const struct report_offer offers[] = {
        {STR("a"), REPORT_OFFER_DECLINED, T0, T0 + 2 * HOUR, 0},
        {STR("b"), REPORT_OFFER_CONCLUDED, T0 + 2 * HOUR, T0 + 10 * DAY, T0 + 30 * DAY},
    };
    struct history h = {
        .channel = CHANNEL_COURT,
        .steps = {RECEIVED, ASSIGNED(0, "a"), STEP(DECLINED, 2 * HOUR, "a"), ASSIGNED(2 * HOUR, "b"), ACCEPT(5 * HOUR, "b", 30 * DAY),
                  CONCLUDED(10 * DAY, AGREED, AGREEMENT_WRITTEN), FOLLOWED(11 * DAY, CONFIRMATION_APPLIED),
                  FOLLOWED(20 * DAY, CONFIRMATION_GRANTED), FOLLOWED(40 * DAY, BREACHED), FOLLOWED(50 * DAY, PERFORMED)},
        .rows = {.state = STATE_CONCLUDED, .conclusion = CONCLUSION_AGREED, .organisation = STR("b"), .offers = offers, .n_offers = 2},
        .own = {{REPORT_PLACED, 1}, {REPORT_FIRST_ANSWERED, 1}, {REPORT_TRANSFERRED, 1}, {REPORT_TRANSFERS, 1}, {REPORT_TAKEN, 1},
                {REPORT_CONCLUDED, 1}, {REPORT_IN_TIME, 1}, {REPORT_MEDIATION_MS, 10 * DAY - 5 * HOUR}, {AGREED_AT(AGREED), 1},
                {REPORT_SUCCESS, 1}, {PAPER(WRITTEN), 1}, {REPORT_PERFORMED, 1}, {REPORT_CONFIRMATION_APPLIED, 1},
                {REPORT_CONFIRMATION_GRANTED, 1}},
        .offers = {{"a", REPORT_OFFERS, 1}, {"a", REPORT_DECLINED, 1}, {"a", REPORT_ANSWERS, 1}, {"a", REPORT_ANSWERS_DUE, 1},
                   {"a", REPORT_ANSWER_MS, 2 * HOUR}, {"b", REPORT_OFFERS, 1}, {"b", REPORT_ACCEPTED, 1}, {"b", REPORT_ANSWERS, 1},
                   {"b", REPORT_ANSWERS_DUE, 1}, {"b", REPORT_ANSWER_MS, 3 * HOUR}},
    };
    check_both(&h);
}

static void lapsed_twice_then_a_person_and_no_end(void **state)
{
    (void)state;
    static const struct report_offer offers[] = {
        {STR("a"), REPORT_OFFER_LAPSED, T0, T0 + 3 * DAY, 0},
        {STR("b"), REPORT_OFFER_LAPSED, T0 + 3 * DAY, T0 + 6 * DAY, 0},
        {STR("a"), REPORT_OFFER_ACCEPTED, T0 + 7 * DAY, 0, T0 + 37 * DAY},
    };
    struct history h = {
        .channel = CHANNEL_POLICE,
        .steps = {RECEIVED, ASSIGNED(0, "a"), STEP(LAPSED, 3 * DAY, "a"), ASSIGNED(3 * DAY, "b"), STEP(LAPSED, 6 * DAY, "b"),
                  STEP(QUEUED, 6 * DAY, ""), STEP(OVERDUE, 7 * DAY - 1, ""), ASSIGNED(7 * DAY, "a"), ACCEPT(8 * DAY, "a", 37 * DAY)},
        .rows = {.state = STATE_ACCEPTED, .organisation = STR("a"), .offers = offers, .n_offers = 3},
        .now_ms = T0 + 37 * DAY, /* the last millisecond of its time: not overdue yet */
        .own = {{REPORT_PLACED, 1}, {REPORT_FIRST_ANSWERED, 1}, {REPORT_QUEUED, 1}, {REPORT_TRANSFERRED, 1}, {REPORT_TRANSFERS, 2},
                {REPORT_TAKEN, 1}, {REPORT_OPEN, 1}},
        .offers = {{"a", REPORT_OFFERS, 2}, {"a", REPORT_LAPSED, 1}, {"a", REPORT_ACCEPTED, 1}, {"a", REPORT_ANSWERS, 1},
                   {"a", REPORT_ANSWERS_DUE, 2}, {"a", REPORT_ANSWER_MS, DAY}, {"b", REPORT_OFFERS, 1}, {"b", REPORT_LAPSED, 1},
                   {"b", REPORT_ANSWERS_DUE, 1}},
    };
    check_both(&h);
    h.now_ms++;
    h.own[7] = (__typeof__(h.own[0])){REPORT_OVERDUE, 1};
    check_both(&h);
}

static void a_partner_has_its_part(void **state)
{
    (void)state;
    static const struct report_offer offers[] = {
        {STR("a"), REPORT_OFFER_DECLINED, T0, T0 + HOUR, 0},
        {STR("b"), REPORT_OFFER_ACCEPTED, T0 + HOUR, 0, T0 + 300 * DAY},
    };
    struct history h = {
        .channel = CHANNEL_COURT,
        .steps = {RECEIVED, ASSIGNED(0, "a"), STEP(DECLINED, HOUR, "a"), ASSIGNED(HOUR, "b"), ACCEPT(2 * HOUR, "b", 300 * DAY)},
        .rows = {.state = STATE_ACCEPTED, .organisation = STR("b"), .offers = offers, .n_offers = 2},
        .own = {{REPORT_PLACED, 1}, {REPORT_FIRST_ANSWERED, 1}, {REPORT_TRANSFERRED, 1}, {REPORT_TRANSFERS, 1}, {REPORT_TAKEN, 1},
                {REPORT_OPEN, 1}, {REPORT_JOINT, 1}},
        .offers = {{"a", REPORT_OFFERS, 1}, {"a", REPORT_DECLINED, 1}, {"a", REPORT_ANSWERS, 1}, {"a", REPORT_ANSWERS_DUE, 1},
                   {"a", REPORT_ANSWER_MS, HOUR}, {"b", REPORT_OFFERS, 1}, {"b", REPORT_ACCEPTED, 1}, {"b", REPORT_ANSWERS, 1},
                   {"b", REPORT_ANSWERS_DUE, 1}, {"b", REPORT_ANSWER_MS, HOUR}, {"d", REPORT_PARTNERED, 1}},
    };
    h.steps[1].partner = STR("c"); /* of an offer that was declined: nothing */
    h.steps[3].partner = STR("d");
    check_both(&h);
}

/* Overdue and told so, touched afterwards, extended at last, and concluded within the new time. */
static void extended_after_it_was_overdue(void **state)
{
    (void)state;
    static const struct report_offer offers[] = {{STR("a"), REPORT_OFFER_CONCLUDED, T0, T0 + 50 * DAY, T0 + 60 * DAY}};
    struct history h = {
        .channel = CHANNEL_PETITION,
        .steps = {RECEIVED, ASSIGNED(0, "a"), ACCEPT(HOUR, "a", 30 * DAY),
                  {.kind = STEP_OVERDUE, .at_ms = T0 + 30 * DAY + 1, .due_kind = STR("finish"), .due_ms = T0 + 37 * DAY},
                  PROGRESS(31 * DAY, "contacted", "finish", 37 * DAY), PROGRESS(32 * DAY, "extended", "finish", 60 * DAY),
                  CONCLUDED(50 * DAY, SETTLED_WITHDRAWN, 0)},
        .rows = {.state = STATE_CONCLUDED, .conclusion = CONCLUSION_SETTLED_WITHDRAWN, .organisation = STR("a"), .offers = offers, .n_offers = 1},
        .own = {{REPORT_PLACED, 1}, {REPORT_FIRST_ANSWERED, 1}, {REPORT_FIRST_RIGHT, 1}, {REPORT_TAKEN, 1}, {REPORT_CONCLUDED, 1},
                {REPORT_IN_TIME, 1}, {REPORT_MEDIATION_MS, 50 * DAY - HOUR}, {AGREED_AT(SETTLED_WITHDRAWN), 1}, {REPORT_SUCCESS, 1}},
        .offers = {{"a", REPORT_OFFERS, 1}, {"a", REPORT_ACCEPTED, 1}, {"a", REPORT_ANSWERS, 1}, {"a", REPORT_ANSWERS_DUE, 1},
                   {"a", REPORT_ANSWER_MS, HOUR}},
    };
    check_both(&h);
}

/* What is told after the limit has passed is when it is told again, not a new limit. */
static void overdue_stays_overdue(void **state)
{
    (void)state;
    static const struct report_offer offers[] = {{STR("a"), REPORT_OFFER_CONCLUDED, T0, T0 + 35 * DAY, T0 + 30 * DAY}};
    struct history h = {
        .channel = CHANNEL_COURT,
        .steps = {RECEIVED, ASSIGNED(0, "a"), ACCEPT(HOUR, "a", 30 * DAY),
                  {.kind = STEP_OVERDUE, .at_ms = T0 + 30 * DAY + 1, .due_kind = STR("finish"), .due_ms = T0 + 37 * DAY},
                  PROGRESS(31 * DAY, "contacted", "finish", 37 * DAY), CONCLUDED(35 * DAY, EXPIRED, 0)},
        .rows = {.state = STATE_CONCLUDED, .conclusion = CONCLUSION_EXPIRED, .organisation = STR("a"), .offers = offers, .n_offers = 1},
        .own = {{REPORT_PLACED, 1}, {REPORT_FIRST_ANSWERED, 1}, {REPORT_FIRST_RIGHT, 1}, {REPORT_TAKEN, 1}, {REPORT_CONCLUDED, 1},
                {REPORT_OVERDUE, 1}, {REPORT_MEDIATION_MS, 35 * DAY - HOUR}, {AGREED_AT(EXPIRED), 1}},
        .offers = {{"a", REPORT_OFFERS, 1}, {"a", REPORT_ACCEPTED, 1}, {"a", REPORT_ANSWERS, 1}, {"a", REPORT_ANSWERS_DUE, 1},
                   {"a", REPORT_ANSWER_MS, HOUR}},
    };
    check_both(&h);
}

static void a_suspension_is_not_counted(void **state)
{
    (void)state;
    static const struct report_offer resumed[] = {{STR("a"), REPORT_OFFER_CONCLUDED, T0, T0 + 45 * DAY, T0 + 50 * DAY}};
    struct history h = {
        .channel = CHANNEL_PROCURATORATE,
        .steps = {RECEIVED, ASSIGNED(0, "a"), ACCEPT(HOUR, "a", 30 * DAY), PROGRESS(10 * DAY, "suspended", "resume", 40 * DAY),
                  PROGRESS(30 * DAY, "resumed", "finish", 50 * DAY), CONCLUDED(45 * DAY, SETTLED_WITHDRAWN, 0)},
        .rows = {.state = STATE_CONCLUDED, .conclusion = CONCLUSION_SETTLED_WITHDRAWN, .organisation = STR("a"), .offers = resumed, .n_offers = 1},
        .own = {{REPORT_PLACED, 1}, {REPORT_FIRST_ANSWERED, 1}, {REPORT_FIRST_RIGHT, 1}, {REPORT_TAKEN, 1}, {REPORT_CONCLUDED, 1},
                {REPORT_IN_TIME, 1}, {REPORT_MEDIATION_MS, 45 * DAY - HOUR}, {AGREED_AT(SETTLED_WITHDRAWN), 1}}, /* no success here */
        .offers = {{"a", REPORT_OFFERS, 1}, {"a", REPORT_ACCEPTED, 1}, {"a", REPORT_ANSWERS, 1}, {"a", REPORT_ANSWERS_DUE, 1},
                   {"a", REPORT_ANSWER_MS, HOUR}},
    };
    check_both(&h);

    /* Concluded while it stood: held against the moment at which it was stopped. */
    static const struct report_offer standing[] = {{STR("a"), REPORT_OFFER_CONCLUDED, T0, T0 + 45 * DAY, T0 + 30 * DAY}};
    h.steps[4] = h.steps[5];
    h.steps[5] = (struct report_step){0};
    h.rows.offers = standing;
    check_both(&h);

    /* Stopped too late. */
    h.steps[3].at_ms = T0 + 31 * DAY;
    h.own[5] = (__typeof__(h.own[0])){REPORT_OVERDUE, 1};
    check_both(&h);
}

/* A first failure stands still until the agency has its say; only what comes then is an end. */
static void a_first_failure_is_no_end(void **state)
{
    (void)state;
    static const struct report_offer waits[] = {{STR("a"), REPORT_OFFER_ACCEPTED, T0, 0, T0 + 30 * DAY}};
    static const struct report_offer ended[] = {{STR("a"), REPORT_OFFER_CONCLUDED, T0, T0 + 15 * DAY, T0 + 19 * DAY}};
    struct history h = {
        .channel = CHANNEL_POLICE,
        .steps = {RECEIVED, ASSIGNED(0, "a"), ACCEPT(HOUR, "a", 30 * DAY),
                  {.kind = STEP_FAILED_ONCE, .at_ms = T0 + 10 * DAY, .due_kind = STR("second"), .due_ms = T0 + 19 * DAY}},
        .rows = {.state = STATE_FAILED_ONCE, .conclusion = CONCLUSION_TOO_FAR_APART, .organisation = STR("a"), .offers = waits, .n_offers = 1},
        .own = {{REPORT_PLACED, 1}, {REPORT_FIRST_ANSWERED, 1}, {REPORT_FIRST_RIGHT, 1}, {REPORT_TAKEN, 1}, {REPORT_OPEN, 1}},
        .offers = {{"a", REPORT_OFFERS, 1}, {"a", REPORT_ACCEPTED, 1}, {"a", REPORT_ANSWERS, 1}, {"a", REPORT_ANSWERS_DUE, 1},
                   {"a", REPORT_ANSWER_MS, HOUR}},
    };
    check_both(&h);
    h.steps[4] = (struct report_step){.kind = STEP_PROCEEDED, .at_ms = T0 + 12 * DAY, .due_kind = STR("finish"), .due_ms = T0 + 19 * DAY};
    h.steps[5] = (struct report_step)CONCLUDED(15 * DAY, UNWILLING, 0);
    h.rows.state = STATE_CONCLUDED;
    h.rows.conclusion = CONCLUSION_UNWILLING;
    h.rows.offers = ended;
    h.own[4] = (__typeof__(h.own[0])){REPORT_CONCLUDED, 1};
    h.own[5] = (__typeof__(h.own[0])){REPORT_IN_TIME, 1};
    h.own[6] = (__typeof__(h.own[0])){REPORT_MEDIATION_MS, 15 * DAY - HOUR};
    h.own[7] = (__typeof__(h.own[0])){AGREED_AT(UNWILLING), 1};
    check_both(&h);
}

/* Taken from whoever let it lie; overdue is what the last one made of it. */
static void overran_and_placed_anew(void **state)
{
    (void)state;
    static const struct report_offer offers[] = {{STR("a"), REPORT_OFFER_LAPSED, T0, T0 + 45 * DAY, T0 + 30 * DAY},
                                                 {STR("b"), REPORT_OFFER_OPEN, T0 + 45 * DAY, 0, 0},
                                                 {STR("b"), REPORT_OFFER_ACCEPTED, T0 + 45 * DAY, 0, T0 + 80 * DAY}};
    struct history h = {
        .channel = CHANNEL_PLATFORM,
        .now_ms = T0 + 60 * DAY,
        .steps = {RECEIVED, ASSIGNED(0, "a"), ACCEPT(HOUR, "a", 30 * DAY), STEP(OVERRAN, 45 * DAY, "a"), ASSIGNED(45 * DAY, "b")},
        .rows = {.state = STATE_OFFERED, .organisation = STR("b"), .offers = offers, .n_offers = 2},
        .own = {{REPORT_PLACED, 1}, {REPORT_FIRST_ANSWERED, 1}, {REPORT_FIRST_RIGHT, 1}, {REPORT_TRANSFERRED, 1}, {REPORT_TRANSFERS, 1},
                {REPORT_TAKEN, 1}, {REPORT_OPEN, 1}, {REPORT_OVERDUE, 1}},
        .offers = {{"a", REPORT_OFFERS, 1}, {"a", REPORT_ACCEPTED, 1}, {"a", REPORT_ANSWERS, 1}, {"a", REPORT_ANSWERS_DUE, 1},
                   {"a", REPORT_ANSWER_MS, HOUR}, {"b", REPORT_OFFERS, 1}},
    };
    check_both(&h);
    struct report_offer accepted[] = {offers[0], offers[2]};
    h.steps[5] = (struct report_step)ACCEPT(46 * DAY, "b", 80 * DAY);
    h.rows.state = STATE_ACCEPTED;
    h.rows.offers = accepted;
    h.own[7] = (__typeof__(h.own[0])){0};
    h.offers[6] = (__typeof__(h.offers[0])){"b", REPORT_ACCEPTED, 1};
    h.offers[7] = (__typeof__(h.offers[0])){"b", REPORT_ANSWERS, 1};
    h.offers[8] = (__typeof__(h.offers[0])){"b", REPORT_ANSWERS_DUE, 1};
    h.offers[9] = (__typeof__(h.offers[0])){"b", REPORT_ANSWER_MS, DAY};
    check_both(&h);
}

static void refused_withdrawn_returned_and_moved(void **state)
{
    (void)state;
    struct history refused = {
        .channel = CHANNEL_PETITION,
        .steps = {RECEIVED, STEP(REFUSED, 0, "")},
        .rows = {.state = STATE_REFUSED, .organisation = STR("")},
        .own = {{REPORT_REFUSED, 1}},
    };
    check_both(&refused);
    struct history returned = {
        .channel = CHANNEL_COURT,
        .steps = {RECEIVED, STEP(QUEUED, 0, ""), STEP(RETURNED, HOUR, "")},
        .rows = {.state = STATE_RETURNED, .organisation = STR("")},
        .own = {{REPORT_QUEUED, 1}, {REPORT_RETURNED, 1}},
    };
    check_both(&returned);
    static const struct report_offer moved[] = {{STR("a"), REPORT_OFFER_MOVED, T0, T0 + HOUR, 0},
                                                {STR("b"), REPORT_OFFER_CANCELLED, T0 + HOUR, T0 + 2 * DAY, 0}};
    struct history withdrawn = {
        .channel = CHANNEL_PLATFORM,
        .steps = {RECEIVED, ASSIGNED(0, "a"), STEP(REROUTED, HOUR, "a"), ASSIGNED(HOUR, "b"), STEP(WITHDRAWN, 2 * DAY, "b")},
        .rows = {.state = STATE_WITHDRAWN, .organisation = STR("b"), .offers = moved, .n_offers = 2},
        .own = {{REPORT_PLACED, 1}, {REPORT_FIRST_ANSWERED, 1}, {REPORT_TRANSFERRED, 1}, {REPORT_TRANSFERS, 1}, {REPORT_WITHDRAWN, 1}},
        .offers = {{"a", REPORT_OFFERS, 1}, {"b", REPORT_OFFERS, 1}},
    };
    check_both(&withdrawn);
}

static void each_conclusion_counts_as_itself(void **state)
{
    (void)state;
    static const struct report_offer offers[] = {{STR("a"), REPORT_OFFER_CONCLUDED, T0, T0 + DAY, T0 + 30 * DAY}};
    for (int c = CONCLUSION_AGREED; c <= CONCLUSION_OTHER; c++) {
        struct history h = {
            .channel = CHANNEL_COURT,
            .steps = {RECEIVED, ASSIGNED(0, "a"), ACCEPT(HOUR, "a", 30 * DAY),
                      {.kind = STEP_CONCLUDED, .at_ms = T0 + DAY, .conclusion = (enum conclusion)c}},
            .rows = {.state = STATE_CONCLUDED, .conclusion = (enum conclusion)c, .organisation = STR("a"), .offers = offers, .n_offers = 1},
            .own = {{REPORT_PLACED, 1}, {REPORT_FIRST_ANSWERED, 1}, {REPORT_FIRST_RIGHT, 1}, {REPORT_TAKEN, 1}, {REPORT_CONCLUDED, 1},
                    {REPORT_IN_TIME, 1}, {REPORT_MEDIATION_MS, DAY - HOUR}, {(enum report_measure)(REPORT_CONCLUSION + c - 1), 1},
                    {REPORT_SUCCESS, c <= CONCLUSION_SETTLED_WITHDRAWN}},
            .offers = {{"a", REPORT_OFFERS, 1}, {"a", REPORT_ACCEPTED, 1}, {"a", REPORT_ANSWERS, 1}, {"a", REPORT_ANSWERS_DUE, 1},
                       {"a", REPORT_ANSWER_MS, HOUR}},
        };
        check_both(&h);
    }
}

/* Steps, states and codes of later versions change nothing; a limit that no step tells is said to be unknown. */
static void what_is_not_known_is_passed_over(void **state)
{
    (void)state;
    struct report_tally t;
    const struct report_step steps[] = {
        RECEIVED, {.kind = (enum step_kind)200, .at_ms = T0}, {.kind = (enum step_kind)-1, .at_ms = T0}, ASSIGNED(0, "a"),
        {.kind = STEP_ACCEPTED, .at_ms = T0 + HOUR, .due_kind = STR("contact"), .due_ms = T0 + 3 * DAY},
        {.kind = (enum step_kind)17, .at_ms = T0 + DAY, .due_kind = STR("contact"), .due_ms = T0 + 3 * DAY},
        {.kind = STEP_CONCLUDED, .at_ms = T0 + 2 * DAY, .conclusion = (enum conclusion)99, .agreement_kind = (enum agreement_kind)99},
        {.kind = STEP_FOLLOW_UP, .at_ms = T0 + 3 * DAY, .follow_up = (enum follow_up_kind)99},
    };
    report_tally_begin(&t, arena, CHANNEL_COURT);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        report_tally_step(&t, &steps[i]);
    report_tally_end(&t, T0 + 9 * DAY);
    assert_int_equal(t.parts.items[0].sums[REPORT_CONCLUDED], 1);
    assert_int_equal(t.parts.items[0].sums[REPORT_IN_TIME], 1); /* before something that is due before the limit */
    assert_false(t.parts.limit_unknown);
    for (int m = REPORT_CONCLUSION; m < REPORT_PERFORMED; m++)
        assert_int_equal(t.parts.items[0].sums[m], 0);

    report_tally_begin(&t, arena, CHANNEL_COURT);
    for (size_t i = 0; i < 6; i++)
        report_tally_step(&t, &steps[i]);
    report_tally_end(&t, T0 + 9 * DAY);
    assert_true(t.parts.limit_unknown);
}

/* First the parties are to be reached; nobody is; from then on the limit itself is due, as it is told then, and counted anew later. */
static void what_is_due_before_hides_the_limit(void **state)
{
    (void)state;
    static const struct report_offer offers[] = {{STR("a"), REPORT_OFFER_CONCLUDED, T0, T0 + 29 * DAY, T0 + 28 * DAY}};
    struct history h = {
        .channel = CHANNEL_COURT,
        .steps = {RECEIVED, ASSIGNED(0, "a"),
                  {.kind = STEP_ACCEPTED, .at_ms = T0 + HOUR, .due_kind = STR("contact"), .due_ms = T0 + 3 * DAY},
                  {.kind = STEP_OVERDUE, .at_ms = T0 + 3 * DAY + 1, .reason = STR("contact"), .due_kind = STR("finish"), .due_ms = T0 + 30 * DAY},
                  {.kind = (enum step_kind)18, .at_ms = T0 + 4 * DAY, .due_kind = STR("finish"), .due_ms = T0 + 28 * DAY},
                  CONCLUDED(29 * DAY, UNWILLING, 0)},
        .rows = {.state = STATE_CONCLUDED, .conclusion = CONCLUSION_UNWILLING, .organisation = STR("a"), .offers = offers, .n_offers = 1},
        .own = {{REPORT_PLACED, 1}, {REPORT_FIRST_ANSWERED, 1}, {REPORT_FIRST_RIGHT, 1}, {REPORT_TAKEN, 1}, {REPORT_CONCLUDED, 1},
                {REPORT_OVERDUE, 1}, {REPORT_MEDIATION_MS, 29 * DAY - HOUR}, {AGREED_AT(UNWILLING), 1}},
        .offers = {{"a", REPORT_OFFERS, 1}, {"a", REPORT_ACCEPTED, 1}, {"a", REPORT_ANSWERS, 1}, {"a", REPORT_ANSWERS_DUE, 1},
                   {"a", REPORT_ANSWER_MS, HOUR}},
    };
    check_both(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_measure_is_the_part_of_a_figure),
        cmocka_unit_test(every_channel_says_what_success_is),
        cmocka_unit_test(values_are_rounded_and_none_where_nothing_divides),
        cmocka_unit_test_setup_teardown(declined_then_taken_by_the_second, setup, teardown),
        cmocka_unit_test_setup_teardown(lapsed_twice_then_a_person_and_no_end, setup, teardown),
        cmocka_unit_test_setup_teardown(a_partner_has_its_part, setup, teardown),
        cmocka_unit_test_setup_teardown(extended_after_it_was_overdue, setup, teardown),
        cmocka_unit_test_setup_teardown(overdue_stays_overdue, setup, teardown),
        cmocka_unit_test_setup_teardown(a_suspension_is_not_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(a_first_failure_is_no_end, setup, teardown),
        cmocka_unit_test_setup_teardown(overran_and_placed_anew, setup, teardown),
        cmocka_unit_test_setup_teardown(refused_withdrawn_returned_and_moved, setup, teardown),
        cmocka_unit_test_setup_teardown(each_conclusion_counts_as_itself, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_not_known_is_passed_over, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_due_before_hides_the_limit, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
