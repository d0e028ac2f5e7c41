/*
 * backtest_prepare.c - the load model made ready: who held what and when, and the capacities
 */
#include "ctl/backtest.h"

#include <stdlib.h>

/* Spans being gathered, outside of any arena: there may be millions. */
struct gathering {
    struct backtest_tally *tally;
    struct replay_span *items;
    size_t n, cap;
    bool failed;
};

static bool gather(void *context, const struct replay_held *h)
{
    struct gathering *g = context;
    if (g->n == g->cap) {
        size_t cap = g->cap ? g->cap + g->cap / 2 : 65536;
        struct replay_span *grown = realloc(g->items, cap * sizeof *grown);
        if (!grown)
            return !(g->failed = true);
        g->items = grown;
        g->cap = cap;
    }
    int organisation = tally_organisation(g->tally, h->organisation);
    g->items[g->n] = (struct replay_span){
        .referral = h->referral, .organisation = organisation, .from_ms = h->offered_ms, .until_ms = h->closed_ms};
    g->n++;
    g->failed = organisation < 0;
    return !g->failed;
}

/*
 * An edit of a capacity is a difference between the new roster and the one in force; where there is none, the capacity that was in
 * force when a decision was made is the one to hold it to.
 */
static bool compare_capacities(struct backtest *b, const struct replay_capacity *wanted, int n_wanted)
{
    const struct roster *roster = &b->set.rules->roster;
    int n = b->tally.n_organisations;
    b->capacity = ARENA_ARRAY(b->arena, (size_t)n + 1, int);
    b->as_recorded = ARENA_ARRAY(b->arena, (size_t)n + 1, bool);
    if (!b->capacity || !b->as_recorded)
        return false;
    for (int i = 0; i < roster->n; i++) {
        b->capacity[i] = roster->items[i].capacity;
        b->as_recorded[i] = true;
    }
    for (int i = 0; i < n_wanted; i++) {
        int o = roster_find(roster, wanted[i].organisation);
        if (o >= 0)
            b->as_recorded[o] = wanted[i].wanted == b->capacity[o];
    }
    return true;
}

enum db_result backtest_prepare(struct backtest *b, struct db *db)
{
    struct gathering g = {.tally = &b->tally};
    struct replay_capacity *wanted;
    int n_wanted;
    enum db_result r = replay_assignments(db, b->window.since_ms, b->window.until_ms, gather, &g);
    if (r == DB_OK)
        r = replay_capacities(db, b->arena, &wanted, &n_wanted);
    b->spans = g.items; /* also when something failed: for backtest_free() */
    if (r != DB_OK)
        return r;
    struct backtest_tally *t = &b->tally;
    t->n_organisations = t->rules->roster.n + (int)t->gone.n;
    t->organisations = ARENA_ARRAY(t->arena, (size_t)t->n_organisations + 1, struct backtest_organisation);
    if (g.failed || !t->organisations || !compare_capacities(b, wanted, n_wanted))
        return DB_LOST;
    replay_sort(g.items, g.n);
    b->usual_hold_ms = replay_usual_hold_ms(g.items, g.n);
    const struct replay_world world = {
        .n_organisations = t->n_organisations,
        .capacity = b->capacity,
        .spans = g.items,
        .n_spans = g.n,
        .since_ms = b->window.since_ms,
        .until_ms = b->window.until_ms,
        .assumed_hold_ms = b->usual_hold_ms,
    };
    b->replay = replay_new(b->arena, &world);
    return b->replay ? DB_OK : DB_LOST;
}

void backtest_free(struct backtest *b)
{
    replay_free(b->replay);
    free(b->spans);
    tally_free(&b->tally);
    arena_free(b->arena);
    b->replay = NULL;
    b->spans = NULL;
    b->arena = NULL;
}
