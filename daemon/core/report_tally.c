/*
 * report_tally.c - a referral's part in the figures, from its journal, step by step
 */
#include "core/report_case.h"

#include "core/lifecycle.h"

static void received(struct report_tally *t, const struct report_step *s);
static void assigned(struct report_tally *t, const struct report_step *s);
static void queued(struct report_tally *t, const struct report_step *s);
static void refused(struct report_tally *t, const struct report_step *s);
static void accepted(struct report_tally *t, const struct report_step *s);
static void declined(struct report_tally *t, const struct report_step *s);
static void lapsed(struct report_tally *t, const struct report_step *s);
static void progressed(struct report_tally *t, const struct report_step *s);
static void concluded(struct report_tally *t, const struct report_step *s);
static void followed_up(struct report_tally *t, const struct report_step *s);
static void withdrawn(struct report_tally *t, const struct report_step *s);
static void returned(struct report_tally *t, const struct report_step *s);
static void rerouted(struct report_tally *t, const struct report_step *s);
static void stood_still(struct report_tally *t, const struct report_step *s);
static void proceeded(struct report_tally *t, const struct report_step *s);
static void overran(struct report_tally *t, const struct report_step *s);

/* What is not here changes no figure. */
static void (*const acts[])(struct report_tally *, const struct report_step *) = {
    [STEP_RECEIVED] = received, [STEP_ASSIGNED] = assigned,   [STEP_QUEUED] = queued,         [STEP_REFUSED] = refused,
    [STEP_ACCEPTED] = accepted, [STEP_DECLINED] = declined,   [STEP_LAPSED] = lapsed,         [STEP_PROGRESS] = progressed,
    [STEP_CONCLUDED] = concluded, [STEP_FOLLOW_UP] = followed_up, [STEP_WITHDRAWN] = withdrawn, [STEP_RETURNED] = returned,
    [STEP_REROUTED] = rerouted, [STEP_FAILED_ONCE] = stood_still, [STEP_STOPPED] = stood_still, [STEP_PROCEEDED] = proceeded,
    [STEP_OVERRAN] = overran,
};

static int64_t *sums(struct report_tally *t)
{
    return t->parts.items[0].sums;
}

static int64_t *offer_sums(struct report_tally *t)
{
    return report_sums_of(t->arena, &t->parts, t->offered_to);
}

void report_tally_begin(struct report_tally *t, struct arena *a, enum channel channel)
{
    *t = (struct report_tally){.arena = a, .channel = channel, .organisation = STR("")};
    (void)ARENA_PUSH(a, t->parts.items, t->parts.n, t->parts.cap);
}

/*
 * The time limit of mediation, where a step tells it. Once it has passed, a step may tell instead when it is told again; then only
 * what moves the limit counts. What is due before the limit hides it, and bounds it from below.
 */
static void note_limit(struct report_tally *t, const struct report_step *s)
{
    bool finish = str_eqz(s->due_kind, word_of(due_words, DUE_FINISH));
    bool moves = s->kind == STEP_ACCEPTED || t->limit_moved;
    bool passed = t->limit_ms && s->at_ms > t->limit_ms;
    t->limit_moved = false;
    if (moves)
        t->limit_ms = 0;
    if (finish && (moves || !passed))
        t->limit_ms = s->due_ms;
    else if (!finish && t->limit_ms == 0)
        t->near_ms = s->due_ms;
}

void report_tally_step(struct report_tally *t, const struct report_step *s)
{
    if (!t->parts.items)
        return;
    if ((size_t)s->kind < sizeof acts / sizeof acts[0] && acts[s->kind])
        acts[s->kind](t, s);
    if (t->in_mediation && !t->stopped_ms)
        note_limit(t, s);
}

static void received(struct report_tally *t, const struct report_step *s)
{
    (void)s;
    sums(t)[REPORT_RECEIVED] = 1;
    sums(t)[REPORT_OPEN] = 1;
}

static void assigned(struct report_tally *t, const struct report_step *s)
{
    t->organisation = t->offered_to = s->organisation;
    t->partner = s->partner;
    t->offered_ms = s->at_ms;
    offer_sums(t)[REPORT_OFFERS]++;
    if (!sums(t)[REPORT_PLACED]) {
        sums(t)[REPORT_PLACED] = 1;
        return;
    }
    sums(t)[REPORT_TRANSFERRED] = 1;
    sums(t)[REPORT_TRANSFERS]++;
}

static void queued(struct report_tally *t, const struct report_step *s)
{
    (void)s;
    sums(t)[REPORT_QUEUED] = 1;
    t->organisation = STR("");
}

static void close(struct report_tally *t, enum report_measure as)
{
    sums(t)[as] = 1;
    sums(t)[REPORT_OPEN] = 0;
}

static void refused(struct report_tally *t, const struct report_step *s)
{
    (void)s;
    close(t, REPORT_REFUSED);
}

static void settle_first(struct report_tally *t, bool right)
{
    if (t->first_settled)
        return;
    t->first_settled = true;
    sums(t)[REPORT_FIRST_ANSWERED] = 1;
    sums(t)[REPORT_FIRST_RIGHT] = right;
}

static void answered(struct report_tally *t, const struct report_step *s, enum report_measure how)
{
    int64_t *offer = offer_sums(t);
    offer[how]++;
    offer[REPORT_ANSWERS]++;
    offer[REPORT_ANSWERS_DUE]++;
    if (s->at_ms > t->offered_ms)
        offer[REPORT_ANSWER_MS] += s->at_ms - t->offered_ms;
    settle_first(t, how == REPORT_ACCEPTED);
    t->offered_ms = 0;
}

static void accepted(struct report_tally *t, const struct report_step *s)
{
    answered(t, s, REPORT_ACCEPTED);
    sums(t)[REPORT_TAKEN] = 1;
    t->accepted_ms = s->at_ms;
    t->in_mediation = true;
    t->limit_ms = t->stopped_ms = t->near_ms = 0;
    if (str_empty(t->partner))
        return;
    sums(t)[REPORT_JOINT] = 1;
    report_sums_of(t->arena, &t->parts, t->partner)[REPORT_PARTNERED]++;
}

static void declined(struct report_tally *t, const struct report_step *s)
{
    answered(t, s, REPORT_DECLINED);
}

static void lapsed(struct report_tally *t, const struct report_step *s)
{
    (void)s;
    int64_t *offer = offer_sums(t);
    offer[REPORT_LAPSED]++;
    offer[REPORT_ANSWERS_DUE]++;
    settle_first(t, false);
    t->offered_ms = 0;
}

static void rerouted(struct report_tally *t, const struct report_step *s)
{
    (void)s;
    if (t->offered_ms)
        settle_first(t, false);
    t->offered_ms = 0;
}

static void stood_still(struct report_tally *t, const struct report_step *s)
{
    if (!t->stopped_ms)
        t->stopped_ms = s->at_ms;
}

static void proceeded(struct report_tally *t, const struct report_step *s)
{
    (void)s;
    t->stopped_ms = 0;
    t->limit_moved = true;
}

static void progressed(struct report_tally *t, const struct report_step *s)
{
    switch (word_value(progress_kind_words, s->reason)) {
    case PROGRESS_SUSPENDED:
        stood_still(t, s);
        break;
    case PROGRESS_RESUMED:
        proceeded(t, s);
        break;
    case PROGRESS_EXTENDED:
        t->limit_moved = true;
        break;
    default:
        break;
    }
}

/* Holds what the limit says against the moment at which the clock of mediation stood. */
static void end_mediation(struct report_tally *t, int64_t at_ms, bool concludes)
{
    int64_t stood_ms = t->stopped_ms ? t->stopped_ms : at_ms;
    bool late = t->limit_ms && stood_ms > t->limit_ms;
    if (!t->limit_ms && !(t->near_ms && stood_ms <= t->near_ms))
        t->parts.limit_unknown = true;
    t->in_mediation = false;
    sums(t)[REPORT_OVERDUE] = late;
    if (!concludes)
        return;
    sums(t)[REPORT_IN_TIME] = !late;
    sums(t)[REPORT_MEDIATION_MS] = at_ms > t->accepted_ms ? at_ms - t->accepted_ms : 0;
}

static void concluded(struct report_tally *t, const struct report_step *s)
{
    close(t, REPORT_CONCLUDED);
    if (t->in_mediation)
        end_mediation(t, s->at_ms, true);
    if (word_known(conclusion_words, (int)s->conclusion)) {
        sums(t)[REPORT_CONCLUSION + (int)s->conclusion - 1] = 1;
        sums(t)[REPORT_SUCCESS] = (report_success[t->channel].conclusions & 1u << s->conclusion) != 0;
    }
    if (word_known(agreement_kind_words, (int)s->agreement_kind))
        sums(t)[REPORT_AGREEMENT + (int)s->agreement_kind - 1] = 1;
}

static void followed_up(struct report_tally *t, const struct report_step *s)
{
    switch (s->follow_up) {
    case FOLLOW_UP_PERFORMED:
    case FOLLOW_UP_BREACHED:
        t->kept = (int)s->follow_up;
        break;
    case FOLLOW_UP_CONFIRMATION_GRANTED:
        sums(t)[REPORT_CONFIRMATION_GRANTED] = sums(t)[REPORT_CONFIRMATION_APPLIED] = 1;
        break;
    case FOLLOW_UP_CONFIRMATION_REFUSED:
        sums(t)[REPORT_CONFIRMATION_REFUSED] = sums(t)[REPORT_CONFIRMATION_APPLIED] = 1;
        break;
    case FOLLOW_UP_CONFIRMATION_APPLIED:
        sums(t)[REPORT_CONFIRMATION_APPLIED] = 1;
        break;
    case FOLLOW_UP_PERFORMING:
        break;
    }
}

static void overran(struct report_tally *t, const struct report_step *s)
{
    if (t->in_mediation)
        end_mediation(t, s->at_ms, false);
}

static void withdrawn(struct report_tally *t, const struct report_step *s)
{
    if (t->in_mediation)
        end_mediation(t, s->at_ms, false);
    close(t, REPORT_WITHDRAWN);
}

static void returned(struct report_tally *t, const struct report_step *s)
{
    (void)s;
    close(t, REPORT_RETURNED);
}

void report_tally_end(struct report_tally *t, int64_t now_ms)
{
    if (!t->parts.items)
        return;
    if (t->in_mediation)
        end_mediation(t, now_ms, false);
    sums(t)[REPORT_PERFORMED] = t->kept == FOLLOW_UP_PERFORMED;
    sums(t)[REPORT_BREACHED] = t->kept == FOLLOW_UP_BREACHED;
    t->parts.items[0].organisation = t->organisation;
}
