/*
 * placing.c - places claimed in the database for what the rules decided
 *
 * The board in memory may be behind; the database is not. Who asks for a place that is gone is decided anew, told
 * that the organisation is full. Each round either settles a placing or marks one more organisation full for this batch: so
 * the rounds end. Should a place be taken by somebody else before the commit, the commit fails whole and the batch runs again.
 */
#include "role/keeper/ledger.h"

#include "core/reroute.h"

#include <stdlib.h>

struct full_organisation {
    struct str id;
    int capacity;
};

/* What one batch has learnt beyond the board. */
struct fullness {
    struct snapshot *snapshot; /* of the placing being decided */
    struct full_organisation *items;
    size_t n, cap;
};

static struct load load_of(void *context, int organisation)
{
    struct fullness *f = context;
    struct load_view board = snapshot_load(f->snapshot);
    struct load load = board.of(board.context, organisation);
    struct str id = f->snapshot->rules->roster.items[organisation].id;
    for (size_t i = 0; i < f->n; i++)
        if (str_eq(f->items[i].id, id))
            load.open = load.capacity = f->items[i].capacity;
    return load;
}

static int holder_of(const struct placing *p)
{
    return str_empty(p->holder) ? -1 : roster_find(&p->snapshot->rules->roster, p->holder);
}

bool ledger_kept(const struct placing *p)
{
    return reroute_keeps(p->snapshot->rules, p->decision, holder_of(p));
}

static const struct organisation *chosen(const struct placing *p)
{
    return &p->snapshot->rules->roster.items[p->decision->organisation];
}

static int claim_cmp(const void *pa, const void *pb)
{
    const struct claim *a = pa, *b = pb;
    if (a->city != b->city)
        return a->city < b->city ? -1 : 1;
    return str_cmp(a->organisation, b->organisation);
}

/* One claim for each organisation that unsettled placings want. */
static int collect_claims(const struct placing *placings, int n, struct claim *claims)
{
    int raw = 0, kept = 0;
    for (int i = 0; i < n; i++) {
        const struct organisation *org;
        if (placings[i].settled)
            continue;
        org = chosen(&placings[i]);
        claims[raw++] = (struct claim){
            .city = region_city(&placings[i].snapshot->rules->regions, org->region),
            .organisation = org->id,
            .wanted = 1,
        };
    }
    if (raw == 0)
        return 0;
    qsort(claims, (size_t)raw, sizeof(*claims), claim_cmp);
    for (int i = 1; i < raw; i++) {
        if (claim_cmp(&claims[kept], &claims[i]) == 0)
            claims[kept].wanted++;
        else
            claims[++kept] = claims[i];
    }
    return kept + 1;
}

static bool mark_full(struct ledger *l, struct fullness *f, const struct claim *c)
{
    struct full_organisation *o;
    for (size_t i = 0; i < f->n; i++)
        if (str_eq(f->items[i].id, c->organisation))
            return true;
    o = ARENA_PUSH(l->arena, f->items, f->n, f->cap);
    if (!o)
        return false;
    o->id = c->organisation;
    o->capacity = c->capacity;
    return true;
}

/* Should it not be used after all, somebody else may have it. */
static void give_up_turn(struct placing *p)
{
    struct turn *t = p->own_turn || !p->item ? &p->turn : &p->item->turn;
    snapshot_give_turn_back(p->snapshot, t);
    t->organisation = -1;
    p->own_turn = false;
}

/* Nothing to claim: it goes nowhere, or stays where it is. */
static bool settled(struct placing *p)
{
    bool kept = ledger_kept(p);
    if (kept)
        give_up_turn(p);
    return kept || p->decision->outcome != OUTCOME_ASSIGNED;
}

bool ledger_decide_anew(struct ledger *l, struct placing *p, struct load_view load)
{
    struct reroute_load without_own = {load, holder_of(p)};
    const struct question q = {.referral = p->referral, .excluded = p->excluded, .n_excluded = p->n_excluded,
                               .load = reroute_load(&without_own), .now_ms = l->now_ms};
    give_up_turn(p);
    p->own_turn = snapshot_decide(p->snapshot, l->arena, &q, p->decision, &p->turn);
    return p->own_turn;
}

void ledger_unplace(struct placing *placings, int n)
{
    for (int i = 0; i < n; i++)
        if (placings[i].own_turn)
            give_up_turn(&placings[i]);
}

/* The place is this referral's, with its turn. */
static void settle(struct ledger *l, struct placing *p, struct claim *c)
{
    c->granted--;
    p->settled = true;
    batch_give(l->batch, c->city, c->organisation, p->turn.at_ms);
}

/* Hands the granted places out in order; who gets none is decided anew. */
static enum db_result share_out(struct ledger *l, struct placing *placings, int n, struct claim *claims, int n_claims,
                                struct fullness *full)
{
    for (int i = 0; i < n; i++) {
        struct placing *p = &placings[i];
        struct claim key, *c;
        if (p->settled)
            continue;
        key.organisation = chosen(p)->id;
        key.city = region_city(&p->snapshot->rules->regions, chosen(p)->region);
        c = bsearch(&key, claims, (size_t)n_claims, sizeof(*claims), claim_cmp);
        snapshot_note_load(p->snapshot, c->organisation, c->open, c->capacity);
        if (c->granted > 0) {
            settle(l, p, c);
            continue;
        }
        metrics_add(&l->office->metrics, COUNT_REDECIDED, 1);
        full->snapshot = p->snapshot;
        if (!mark_full(l, full, c) || !ledger_decide_anew(l, p, (struct load_view){.of = load_of, .context = full}))
            return DB_AGAIN;
        p->settled = settled(p);
    }
    return DB_OK;
}

enum db_result ledger_place(struct ledger *l, struct placing *placings, int n)
{
    struct claim *claims = ARENA_ARRAY(l->arena, (size_t)n + 1, struct claim);
    struct fullness full = {0};
    if (!claims)
        return DB_AGAIN;
    for (int i = 0; i < n; i++)
        placings[i].settled = settled(&placings[i]);
    for (;;) {
        int n_claims = collect_claims(placings, n, claims);
        enum db_result r;
        if (n_claims == 0)
            return DB_OK;
        r = batch_claim(l->batch, claims, n_claims);
        if (r == DB_OK)
            r = share_out(l, placings, n, claims, n_claims, &full);
        if (r != DB_OK)
            return r;
    }
}
