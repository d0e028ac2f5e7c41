/*
 * replay.c - three levels through time: offers and closes on record, and the ends of what was moved
 */
#include "core/replay.h"

#include <assert.h>
#include <stdlib.h>

#define DAY_MS INT64_C(86400000)

/* One end of a span, in order of time. */
struct moment {
    int64_t ms;
    uint32_t span;
};

/* A moved referral's place is given back. */
struct ending {
    int64_t ms;
    int organisation;
    enum replay_level level;
};

struct replay {
    struct replay_world w;
    struct replay_account *accounts;
    struct moment *offers, *closes;
    size_t next_offer, next_close;
    struct ending *endings; /* a heap, the earliest first */
    size_t n_endings, cap_endings;
};

/* ---- spans ---- */

static int span_cmp(const void *pa, const void *pb)
{
    const struct replay_span *a = pa, *b = pb;
    int c = memcmp(a->referral.b, b->referral.b, sizeof a->referral.b);
    if (c)
        return c;
    if (a->from_ms != b->from_ms)
        return a->from_ms < b->from_ms ? -1 : 1;
    return (a->organisation > b->organisation) - (a->organisation < b->organisation);
}

void replay_sort(struct replay_span *spans, size_t n)
{
    if (n)
        qsort(spans, n, sizeof *spans, span_cmp);
}

static int ms_cmp(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

int64_t replay_usual_hold_ms(const struct replay_span *spans, size_t n)
{
    enum { SAMPLE = 4096 };
    int64_t held[SAMPLE];
    size_t step = n / SAMPLE + 1;
    int count = 0;
    for (size_t i = 0; i < n && count < SAMPLE; i += step)
        if (spans[i].until_ms != INT64_MAX)
            held[count++] = spans[i].until_ms - spans[i].from_ms;
    if (!count)
        return 30 * DAY_MS;
    qsort(held, (size_t)count, sizeof *held, ms_cmp);
    return held[count / 2];
}

struct replay_span *replay_spans_of(const struct replay *r, struct id referral, int *n)
{
    size_t low = 0, high = r->w.n_spans, end;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(r->w.spans[middle].referral.b, referral.b, sizeof referral.b) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (end = low; end < r->w.n_spans && id_eq(r->w.spans[end].referral, referral);)
        end++;
    *n = (int)(end - low);
    return r->w.spans ? r->w.spans + low : NULL;
}

static int moment_cmp(const void *pa, const void *pb)
{
    const struct moment *a = pa, *b = pb;
    if (a->ms != b->ms)
        return a->ms < b->ms ? -1 : 1;
    return (a->span > b->span) - (a->span < b->span);
}

static struct moment *moments(struct arena *a, const struct replay_world *w, bool ends)
{
    struct moment *m = ARENA_ARRAY(a, w->n_spans + 1, struct moment);
    if (!m)
        return NULL;
    for (size_t i = 0; i < w->n_spans; i++)
        m[i] = (struct moment){ends ? w->spans[i].until_ms : w->spans[i].from_ms, (uint32_t)i};
    qsort(m, w->n_spans, sizeof *m, moment_cmp);
    return m;
}

struct replay *replay_new(struct arena *a, const struct replay_world *w)
{
    assert(w->n_spans < UINT32_MAX && w->since_ms <= w->until_ms);
    struct replay *r = ARENA_NEW(a, struct replay);
    if (!r)
        return NULL;
    r->w = *w;
    r->accounts = ARENA_ARRAY(a, (size_t)w->n_organisations + 1, struct replay_account);
    r->offers = moments(a, w, false);
    r->closes = moments(a, w, true);
    if (!r->accounts || !r->offers || !r->closes)
        return NULL;
    for (int i = 0; i < w->n_organisations; i++) {
        r->accounts[i].capacity = w->capacity[i];
        for (int k = 0; k < REPLAY_LEVELS; k++)
            r->accounts[i].settled_ms[k] = w->since_ms;
    }
    return r;
}

void replay_free(struct replay *r)
{
    if (r)
        free(r->endings);
}

const struct replay_account *replay_account(const struct replay *r, int organisation)
{
    return &r->accounts[organisation];
}

/* ---- levels ---- */

/* Days in [from, until) that are not counted yet. */
static int new_days(int32_t *last, int64_t from, int64_t until)
{
    int32_t first = calendar_day_of_ms(from), end = calendar_day_of_ms(until - 1);
    if (*last && first <= *last)
        first = *last + 1;
    if (end < first)
        return 0;
    *last = end;
    return end - first + 1;
}

/* Writes down what the level was since it last changed. */
static void settle(struct replay *r, struct replay_account *o, int k, int64_t ms)
{
    int64_t from = o->settled_ms[k], level = o->level[k];
    if (ms > r->w.until_ms)
        ms = r->w.until_ms;
    if (ms <= from)
        return;
    o->settled_ms[k] = ms;
    o->area[k] += level * (ms - from);
    if (o->level[k] > o->peak[k])
        o->peak[k] = o->level[k];
    if (o->capacity && level >= o->capacity)
        o->days_full[k] += new_days(&o->last_full[k], from, ms);
    if (o->capacity && level > o->capacity)
        o->days_over[k] += new_days(&o->last_over[k], from, ms);
}

static void change(struct replay *r, int organisation, int k, int64_t ms, int by)
{
    struct replay_account *o = &r->accounts[organisation];
    settle(r, o, k, ms);
    o->level[k] += by;
}

/* ---- time ---- */

static void ending_pop(struct replay *r)
{
    struct ending last = r->endings[--r->n_endings];
    size_t i = 0, child;
    while ((child = 2 * i + 1) < r->n_endings) {
        child += child + 1 < r->n_endings && r->endings[child + 1].ms < r->endings[child].ms;
        if (r->endings[child].ms >= last.ms)
            break;
        r->endings[i] = r->endings[child];
        i = child;
    }
    r->endings[i] = last;
}

static bool ending_push(struct replay *r, struct ending e)
{
    if (r->n_endings == r->cap_endings) {
        size_t cap = r->cap_endings ? 2 * r->cap_endings : 1024;
        struct ending *grown = realloc(r->endings, cap * sizeof *grown);
        if (!grown)
            return false;
        r->endings = grown;
        r->cap_endings = cap;
    }
    size_t i = r->n_endings++;
    for (; i && r->endings[(i - 1) / 2].ms > e.ms; i = (i - 1) / 2)
        r->endings[i] = r->endings[(i - 1) / 2];
    r->endings[i] = e;
    return true;
}

/* One end of a span, in all levels that it has not been moved out of. */
static void take_moment(struct replay *r, const struct moment *m, int by)
{
    struct replay_span *s = &r->w.spans[m->span];
    s->opened = by > 0;
    for (int k = 0; k < REPLAY_LEVELS; k++)
        if (!(s->gone >> k & 1))
            change(r, s->organisation, k, m->ms, by);
    if (by > 0 && !(s->gone >> REPLAY_WOULD & 1))
        r->accounts[s->organisation].given_ms = m->ms;
}

void replay_advance(struct replay *r, int64_t ms)
{
    for (;;) {
        int64_t close = r->next_close < r->w.n_spans ? r->closes[r->next_close].ms : INT64_MAX;
        int64_t offer = r->next_offer < r->w.n_spans ? r->offers[r->next_offer].ms : INT64_MAX;
        int64_t end = r->n_endings ? r->endings[0].ms : INT64_MAX;
        int64_t next = close < offer ? close : offer;
        next = end < next ? end : next;
        if (next >= ms || next == INT64_MAX)
            return;
        if (end == next) {
            change(r, r->endings[0].organisation, (int)r->endings[0].level, end, -1);
            ending_pop(r);
        } else if (offer == next) { /* before its own close, should both fall on one millisecond */
            take_moment(r, &r->offers[r->next_offer++], 1);
        } else {
            take_moment(r, &r->closes[r->next_close++], -1);
        }
    }
}

void replay_finish(struct replay *r)
{
    replay_advance(r, r->w.until_ms);
    for (int i = 0; i < r->w.n_organisations; i++)
        for (int k = 0; k < REPLAY_LEVELS; k++)
            settle(r, &r->accounts[i], k, r->w.until_ms);
}

/* ---- decisions ---- */

struct load replay_load(const struct replay *r, int organisation, const struct load *seen, int capacity)
{
    const struct replay_account *o = &r->accounts[organisation];
    int come = o->level[REPLAY_WOULD] - o->level[REPLAY_THEN];
    int open = (seen ? seen->open : o->level[REPLAY_THEN]) + come;
    int64_t given = seen ? seen->given_ms : o->given_ms;
    return (struct load){
        .open = open > 0 ? open : 0,
        .capacity = capacity,
        .given_ms = given > o->moved_ms ? given : o->moved_ms,
    };
}

/* a/b < c/d */
static bool smaller_share(int64_t a, int64_t b, int64_t c, int64_t d)
{
    return a * d < c * b;
}

int replay_wish(const struct replay *r, const struct decision *d)
{
    const struct candidate *best = NULL;
    int wished = REPLAY_WISHED;
    for (int i = 0; i < d->n_candidates; i++) {
        const struct candidate *c = &d->candidates[i];
        if (best && c->rung != best->rung)
            break;
        if (d->outcome == OUTCOME_ASSIGNED && c->rung == d->rung)
            return d->organisation;
        if (c->passed != PASSED_FULL || c->partner)
            continue;
        const struct replay_account *x = &r->accounts[c->organisation], *y = best ? &r->accounts[best->organisation] : NULL;
        if (!best || smaller_share(x->level[wished], c->capacity, y->level[wished], best->capacity))
            best = c;
    }
    return best ? best->organisation : d->organisation;
}

/* Out of `level`; what has opened already is taken back. Returns when the last one ended; 0: there was none. */
static int64_t take_away(struct replay *r, enum replay_level level, struct replay_span *spans, int n, int64_t ms)
{
    int64_t last = 0;
    for (int i = 0; i < n; i++) {
        struct replay_span *s = &spans[i];
        if (s->until_ms > last)
            last = s->until_ms;
        if (s->gone >> level & 1)
            continue;
        if (s->opened)
            change(r, s->organisation, (int)level, ms, -1);
        s->gone |= (unsigned char)(1u << level);
    }
    return last;
}

bool replay_move(struct replay *r, enum replay_level level, struct replay_span *spans, int n, int64_t ms, int organisation,
                 bool *assumed)
{
    assert(level != REPLAY_THEN);
    int64_t until = take_away(r, level, spans, n, ms);
    *assumed = n == 0 && organisation >= 0;
    if (organisation < 0)
        return true;
    if (*assumed)
        until = ms + r->w.assumed_hold_ms;
    change(r, organisation, (int)level, ms, 1);
    if (level == REPLAY_WOULD)
        r->accounts[organisation].moved_ms = ms;
    return until == INT64_MAX || ending_push(r, (struct ending){until, organisation, level});
}
