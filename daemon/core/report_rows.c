/*
 * report_rows.c - a referral's part in the figures, from the tables
 */
#include "core/report_case.h"

const enum step_kind report_needs[] = {STEP_ASSIGNED, STEP_QUEUED, STEP_ACCEPTED, STEP_PROGRESS, STEP_CONCLUDED, STEP_FOLLOW_UP,
                                       STEP_FAILED_ONCE, STEP_STOPPED, STEP_PROCEEDED, 0};

int64_t *report_sums_of(struct arena *a, struct report_parts *p, struct str organisation)
{
    static int64_t nowhere[REPORT_MEASURES]; /* memory is out: the arena tells */
    for (size_t i = 1; i < p->n; i++)
        if (str_eq(p->items[i].organisation, organisation))
            return p->items[i].sums;
    struct report_part *part = ARENA_PUSH(a, p->items, p->n, p->cap);
    if (!part)
        return nowhere;
    part->organisation = organisation;
    return part->sums;
}

struct counting {
    struct arena *arena;
    const struct report_rows *r;
    int64_t now_ms;
    struct report_parts *out;
};

static int64_t *own(struct counting *c)
{
    return c->out->items[0].sums;
}

static bool was_accepted(const struct report_offer *o)
{
    return o->end == REPORT_OFFER_ACCEPTED || o->end == REPORT_OFFER_CONCLUDED || o->finish_by_ms > 0;
}

/* When the n-th acceptance was; 0: there is no such step. */
static int64_t acceptance(const struct counting *c, int n)
{
    for (int i = 0; i < c->r->n_steps; i++)
        if (c->r->steps[i].kind == STEP_ACCEPTED && n-- == 0)
            return c->r->steps[i].at_ms;
    return 0;
}

/* Whom the n-th offer names to mediate together with; empty: nobody. */
static struct str partner(const struct counting *c, int n)
{
    for (int i = 0; i < c->r->n_steps; i++)
        if (c->r->steps[i].kind == STEP_ASSIGNED && n-- == 0)
            return c->r->steps[i].partner;
    return STR("");
}

static void count_offer(struct counting *c, const struct report_offer *o, int accepted_before)
{
    int64_t *sums = report_sums_of(c->arena, c->out, o->organisation), answered_ms = 0;
    sums[REPORT_OFFERS]++;
    if (was_accepted(o)) {
        sums[REPORT_ACCEPTED]++;
        answered_ms = acceptance(c, accepted_before);
    } else if (o->end == REPORT_OFFER_DECLINED) {
        sums[REPORT_DECLINED]++;
        answered_ms = o->closed_ms;
    } else if (o->end == REPORT_OFFER_LAPSED) {
        sums[REPORT_LAPSED]++;
        sums[REPORT_ANSWERS_DUE]++;
    }
    if (answered_ms) {
        sums[REPORT_ANSWERS]++;
        sums[REPORT_ANSWERS_DUE]++;
        sums[REPORT_ANSWER_MS] += answered_ms > o->offered_ms ? answered_ms - o->offered_ms : 0;
    }
}

static void count_joint(struct counting *c, struct str with)
{
    if (str_empty(with))
        return;
    own(c)[REPORT_JOINT] = 1;
    report_sums_of(c->arena, c->out, with)[REPORT_PARTNERED]++;
}

/* Whether the first offer came to anything, and to what. */
static void count_first(struct counting *c)
{
    const struct report_offer *first = &c->r->offers[0];
    bool right = was_accepted(first);
    own(c)[REPORT_FIRST_RIGHT] = right;
    own(c)[REPORT_FIRST_ANSWERED] =
        right || first->end == REPORT_OFFER_DECLINED || first->end == REPORT_OFFER_LAPSED || first->end == REPORT_OFFER_MOVED;
}

/* The moment at which the clock of mediation stands, or stood at the end. */
static int64_t clock_stood(const struct counting *c, const struct report_offer *o)
{
    int64_t stood = o->closed_ms ? o->closed_ms : c->now_ms;
    for (int i = c->r->n_steps - 1; i >= 0; i--) {
        const struct report_step *s = &c->r->steps[i];
        int progress = s->kind == STEP_PROGRESS ? word_value(progress_kind_words, s->reason) : 0;
        if (s->kind == STEP_PROCEEDED || progress == PROGRESS_RESUMED)
            break;
        if (s->kind == STEP_FAILED_ONCE || s->kind == STEP_STOPPED || progress == PROGRESS_SUSPENDED)
            stood = s->at_ms;
    }
    return stood;
}

/* How it ended; 0: it has not. A docket keeps the reason of a first failure while a second mediation may follow. */
static int ended(const struct report_rows *r)
{
    bool over = r->state == STATE_CONCLUDED || r->state == STATE_FOLLOWING;
    return over && word_known(conclusion_words, (int)r->conclusion) ? (int)r->conclusion : 0;
}

static void count_mediation(struct counting *c, const struct report_offer *o, int64_t accepted_ms)
{
    bool late = o->finish_by_ms && clock_stood(c, o) > o->finish_by_ms;
    own(c)[REPORT_TAKEN] = 1;
    own(c)[REPORT_OVERDUE] = late;
    if (!ended(c->r))
        return;
    own(c)[REPORT_IN_TIME] = !late;
    if (accepted_ms && o->closed_ms > accepted_ms)
        own(c)[REPORT_MEDIATION_MS] = o->closed_ms - accepted_ms;
}

static void count_offers(struct counting *c)
{
    const struct report_offer *taken = NULL;
    int accepted = 0;
    for (int i = 0; i < c->r->n_offers; i++) {
        const struct report_offer *o = &c->r->offers[i];
        count_offer(c, o, accepted);
        if (was_accepted(o)) {
            taken = o;
            accepted++;
            count_joint(c, partner(c, i));
        }
    }
    if (c->r->n_offers > 0)
        count_first(c);
    if (taken)
        count_mediation(c, taken, acceptance(c, accepted - 1));
    own(c)[REPORT_PLACED] = c->r->n_offers > 0;
    own(c)[REPORT_TRANSFERRED] = c->r->n_offers > 1;
    own(c)[REPORT_TRANSFERS] = c->r->n_offers > 1 ? c->r->n_offers - 1 : 0;
}

static void count_docket(struct counting *c)
{
    const struct report_rows *r = c->r;
    own(c)[REPORT_REFUSED] = r->state == STATE_REFUSED;
    own(c)[REPORT_WITHDRAWN] = r->state == STATE_WITHDRAWN;
    own(c)[REPORT_RETURNED] = r->state == STATE_RETURNED;
    if (ended(r)) {
        own(c)[REPORT_CONCLUDED] = 1;
        own(c)[REPORT_CONCLUSION + ended(r) - 1] = 1;
        own(c)[REPORT_SUCCESS] = report_success[r->channel].conclusions >> ended(r) & 1;
    } else {
        own(c)[REPORT_OPEN] = r->state && r->state != STATE_REFUSED && r->state != STATE_WITHDRAWN && r->state != STATE_RETURNED;
    }
}

static void count_agreement(struct counting *c)
{
    int64_t *sums = own(c);
    for (int i = 0; i < c->r->n_steps; i++) {
        const struct report_step *s = &c->r->steps[i];
        if (s->kind == STEP_QUEUED)
            sums[REPORT_QUEUED] = 1;
        if (s->kind == STEP_CONCLUDED && s->agreement_kind >= AGREEMENT_WRITTEN && s->agreement_kind <= AGREEMENT_CRIMINAL_SETTLEMENT)
            sums[REPORT_AGREEMENT + (int)s->agreement_kind - 1] = 1;
        if (s->kind != STEP_FOLLOW_UP)
            continue;
        if (s->follow_up == FOLLOW_UP_PERFORMED || s->follow_up == FOLLOW_UP_BREACHED) {
            sums[REPORT_PERFORMED] = s->follow_up == FOLLOW_UP_PERFORMED;
            sums[REPORT_BREACHED] = s->follow_up == FOLLOW_UP_BREACHED;
        } else if (s->follow_up) {
            sums[REPORT_CONFIRMATION_APPLIED] = 1;
            sums[REPORT_CONFIRMATION_GRANTED] |= s->follow_up == FOLLOW_UP_CONFIRMATION_GRANTED;
            sums[REPORT_CONFIRMATION_REFUSED] |= s->follow_up == FOLLOW_UP_CONFIRMATION_REFUSED;
        }
    }
}

void report_of_rows(struct arena *a, const struct report_rows *r, int64_t now_ms, struct report_parts *out)
{
    struct counting c = {.arena = a, .r = r, .now_ms = now_ms, .out = out};
    *out = (struct report_parts){0};
    struct report_part *first = ARENA_PUSH(a, out->items, out->n, out->cap);
    if (!first)
        return;
    first->organisation = r->organisation;
    own(&c)[REPORT_RECEIVED] = 1;
    count_docket(&c);
    count_offers(&c);
    count_agreement(&c);
}
