/*
 * backtest_count.c - one referral after the other: the ladder under the load of the moment, compared and counted
 */
#include "ctl/backtest.h"

/* A decision being made again: what it asks is first looked for where the recorded one looked, in the same order. */
struct asking {
    const struct backtest *b;
    const struct backtest_case *c;
    int next;
};

static struct load load_of(void *context, int organisation)
{
    struct asking *q = context;
    const struct record *then = &q->c->then;
    for (int k = 0; k < then->n_candidates; k++) {
        int i = (q->next + k) % then->n_candidates;
        const struct record_candidate *r = &then->candidates[i];
        if (q->c->seen[i] != organisation)
            continue;
        q->next = i + 1;
        struct load seen = {.open = r->open, .given_ms = r->given_ms};
        return replay_load(q->b->replay, organisation, &seen,
                           q->b->as_recorded[organisation] ? r->capacity : q->b->capacity[organisation]);
    }
    return replay_load(q->b->replay, organisation, NULL, q->b->capacity[organisation]);
}

/* The load model told where it goes now. */
static bool move(struct backtest *b, const struct backtest_case *c, int from, int to)
{
    int n, held = from >= 0 ? from : -1, holds = to >= 0 ? to : -1, wish = replay_wish(b->replay, &c->decision);
    bool assumed = false, ignored;
    if (from == to && wish == held)
        return true;
    struct replay_span *spans = replay_spans_of(b->replay, c->id, &n);
    if (from != to && !replay_move(b->replay, REPLAY_WOULD, spans, n, c->arrived_ms, holds, &assumed))
        return false;
    if (wish != held && !replay_move(b->replay, REPLAY_WISHED, spans, n, c->arrived_ms, wish, &ignored))
        return false;
    b->tally.assumed += assumed;
    return true;
}

static int destination(const struct decision *d)
{
    return d->outcome == OUTCOME_ASSIGNED ? d->organisation : d->outcome == OUTCOME_MANUAL ? TO_MANUAL : TO_REFUSED;
}

bool backtest_count(struct backtest *b, struct arena *a, struct backtest_case *c)
{
    replay_advance(b->replay, c->arrived_ms);
    if (c->left != LEFT_NOT)
        return tally_left(&b->tally, c);
    struct asking q = {.b = b, .c = c};
    int from = tally_then(&b->tally, &c->then);
    if (!decide_place(a, b->set.rules, &c->referral, c->excluded, c->n_excluded, (struct load_view){load_of, &q}, &c->decision))
        return false;
    int to = destination(&c->decision);
    return tally_case(&b->tally, c, from, to) && move(b, c, from, to);
}
