/* past.c - earlier referrals and linked cases found, the rules told, waves placed */
#include "role/keeper/past.h"

#include <stdlib.h>

/* -- the new ones among them -- */

static bool find_new(struct past *p, struct placing *placings, int n)
{
    size_t at = 0;
    p->entries = ARENA_ARRAY(p->l->arena, (size_t)n + 1, struct past_entry);
    p->marked = ARENA_ARRAY(p->l->arena, (size_t)n + 1, struct past_entry *);
    if (!p->entries || !p->marked)
        return false;
    for (int i = 0; i < n; i++) {
        struct past_entry *e = &p->entries[p->n_entries];
        while (at < p->n_items && p->items[at].item != placings[i].item)
            at++;
        if (at == p->n_items) { /* its rules do not ask; the next one's may */
            at = 0;
            continue;
        }
        e->past = &p->items[at++];
        e->placing = &placings[i];
        e->told = *placings[i].referral;
        e->same_organisation = -1;
        p->n_entries++;
    }
    return true;
}

static const struct mark_found *mark_of(const struct past *p, const struct past_entry *e)
{
    return &p->marks[e->past->first_mark];
}

static int mark_cmp(const struct mark_found *a, const struct mark_found *b)
{
    return a->city != b->city ? (a->city > b->city) - (a->city < b->city) : memcmp(a->mark.b, b->mark.b, sizeof(a->mark.b));
}

struct marked {
    const struct mark_found *mark;
    struct past_entry *entry;
};

static int marked_cmp(const void *pa, const void *pb)
{
    const struct marked *a = pa, *b = pb;
    int c = mark_cmp(a->mark, b->mark);
    return c ? c : (a->entry > b->entry) - (a->entry < b->entry);
}

/* Numbers the referrals of each set of parties, and finds those of the same batch. */
static bool find_twins(struct past *p)
{
    struct marked *sorted = ARENA_ARRAY(p->l->arena, (size_t)p->n_entries + 1, struct marked);
    int n = 0;
    if (!sorted)
        return false;
    for (int i = 0; i < p->n_entries; i++)
        if (p->entries[i].past->n_marks > 0)
            sorted[n++] = (struct marked){mark_of(p, &p->entries[i]), &p->entries[i]};
    if (n > 0)
        qsort(sorted, (size_t)n, sizeof(*sorted), marked_cmp);
    for (int i = 0; i < n; i++) {
        struct past_entry *e = sorted[i].entry;
        if (i > 0 && mark_cmp(sorted[i - 1].mark, sorted[i].mark) == 0)
            e->twin = sorted[i - 1].entry;
        e->n = (e->twin ? e->twin->n : sorted[i].mark->last_n) + 1;
        p->marked[i] = e;
    }
    p->n_marked = n;
    return true;
}

/* -- who has them -- */

static struct past_source *add_source(struct past *p, struct past_entry *e, struct id referral)
{
    struct past_source *s = ARENA_PUSH(p->l->arena, p->sources, p->n_sources, p->cap_sources);
    if (s) {
        s->referral = referral;
        e->n_sources++;
    }
    return s;
}

/* One of the same batch, in front of `e`. */
static const struct past_entry *find_in_batch(const struct past *p, const struct past_entry *e, struct str agency_ref)
{
    for (const struct past_entry *o = p->entries; o < e; o++)
        if (str_eq(o->told.agency_ref, agency_ref) && str_eq(o->told.agency, e->told.agency))
            return o;
    return NULL;
}

static bool add_linked(struct past *p, struct past_entry *e)
{
    const struct ties *ties = &e->past->ties;
    int by_ref = e->past->first_link;
    for (int i = 0; i < ties->n_links; i++) {
        const struct tie_link *t = &ties->links[i];
        const struct link_found *found = str_empty(t->agency_ref) ? NULL : &p->links[by_ref++];
        const struct past_entry *near = found && !found->found ? find_in_batch(p, e, t->agency_ref) : NULL;
        struct past_source *s = add_source(p, e, found ? found->referral : t->referral);
        if (!s)
            return false;
        s->entry = near;
        if (near && e->wave <= near->wave)
            e->wave = near->wave + 1;
    }
    e->n_linked = e->n_sources;
    return true;
}

static bool add_earlier(struct past *p, struct past_entry *e)
{
    for (int i = 0; i < e->past->n_marks; i++) {
        const struct mark_found *m = &p->marks[e->past->first_mark + i];
        for (int k = 0; k < m->n_newest; k++)
            if (!add_source(p, e, m->newest[k]))
                return false;
    }
    return true;
}

/* Asks the database for all of them at once; and sets the waves. */
static enum db_result find_sources(struct past *p)
{
    struct holder *holders;
    enum db_result r;
    for (int i = 0; i < p->n_entries; i++) {
        struct past_entry *e = &p->entries[i];
        e->first_source = (int)p->n_sources;
        e->wave = e->twin ? e->twin->wave + 1 : 0;
        if (!add_linked(p, e) || !add_earlier(p, e))
            return DB_AGAIN;
    }
    holders = ARENA_ARRAY(p->l->arena, p->n_sources + 1, struct holder);
    if (!holders)
        return DB_AGAIN;
    for (size_t i = 0; i < p->n_sources; i++)
        holders[i].referral = p->sources[i].referral;
    r = batch_find_holders(p->l->batch, holders, (int)p->n_sources);
    for (size_t i = 0; r == DB_OK && i < p->n_sources; i++)
        p->sources[i].organisation = holders[i].organisation;
    return r;
}

/* -- telling -- */

static struct str organisation_of(const struct past_entry *e)
{
    const struct decision *d = e->placing->decision;
    return d->outcome == OUTCOME_ASSIGNED ? e->placing->snapshot->rules->roster.items[d->organisation].id : STR("");
}

/* By index in the roster that `e` is decided with; -1: nobody, or not on it. */
static int on_roster(const struct past_entry *e, struct str organisation)
{
    return str_empty(organisation) ? -1 : roster_find(&e->placing->snapshot->rules->roster, organisation);
}

/* The first of the sources from `from` to `end` that is somebody's. */
static int first_known(const struct past *p, const struct past_entry *e, int from, int end)
{
    for (int i = from; i < end; i++) {
        const struct past_source *s = &p->sources[e->first_source + i];
        int org = on_roster(e, s->entry ? organisation_of(s->entry) : s->organisation);
        if (org >= 0)
            return org;
    }
    return -1;
}

/* A link is the agency's own word, so it goes before what the parties tell. */
static void find_organisation(const struct past *p, struct past_entry *e)
{
    int linked = first_known(p, e, 0, e->n_linked);
    if (e->twin)
        e->same_organisation = on_roster(e, organisation_of(e->twin));
    if (e->twin && e->same_organisation < 0 && e->twin->same_organisation >= 0)
        e->same_organisation =
            on_roster(e, e->twin->placing->snapshot->rules->roster.items[e->twin->same_organisation].id);
    if (!e->twin)
        e->same_organisation = first_known(p, e, e->n_linked, e->n_sources);
    e->told.earlier.organisation = linked >= 0 ? linked : e->same_organisation;
}

static void find_facts(const struct past *p, struct past_entry *e)
{
    struct earlier *x = &e->told.earlier;
    *x = (struct earlier){.organisation = -1};
    for (int i = 0; i < e->past->n_marks; i++) {
        const struct mark_found *m = &p->marks[e->past->first_mark + i];
        x->count += m->count;
        if (x->last_ms < m->last_ms)
            x->last_ms = m->last_ms;
    }
    if (e->twin) {
        x->count += e->n - mark_of(p, e)->last_n - 1;
        x->last_ms = e->twin->told.arrived_ms;
    }
    if (x->last_ms > e->told.arrived_ms) /* by another daemon's clock */
        x->last_ms = e->told.arrived_ms;
    find_organisation(p, e);
}

/* Decided anew when there is something to tell. What it was decided to before is not counted against it. */
static bool tell(struct past *p, struct past_entry *e)
{
    struct placing *pl = e->placing;
    const struct decision *first = &pl->item->decision;
    bool counted = first->outcome == OUTCOME_ASSIGNED, ok;
    find_facts(p, e);
    if (e->told.earlier.count == 0 && e->told.earlier.organisation < 0)
        return true;
    pl->referral = &e->told;
    if (counted)
        snapshot_pending(pl->snapshot, first->organisation, -1);
    ok = ledger_decide_anew(p->l, pl, snapshot_load(pl->snapshot));
    if (counted)
        snapshot_pending(pl->snapshot, first->organisation, 1);
    return ok;
}

/* -- placing -- */

/* What is placed with this wave; `waves`: one a placing. */
static enum db_result place_wave(struct past *p, struct placing *placings, const int *waves, int n, int wave)
{
    struct placing *some = ARENA_ARRAY(p->l->arena, (size_t)n + 1, struct placing);
    enum db_result r;
    int m = 0;
    if (!some)
        return DB_AGAIN;
    for (int i = 0; i < p->n_entries; i++)
        if (p->entries[i].wave == wave && !tell(p, &p->entries[i]))
            return DB_AGAIN;
    for (int i = 0; i < n; i++)
        if (waves[i] == wave)
            some[m++] = placings[i];
    r = ledger_place(p->l, some, m);
    m = 0;
    for (int i = 0; i < n; i++)
        if (waves[i] == wave)
            placings[i] = some[m++];
    return r;
}

/* Whose rules do not ask is placed with the first wave. */
enum db_result past_place(struct past *p, struct placing *placings, int n)
{
    int *waves = ARENA_ARRAY(p->l->arena, (size_t)n + 1, int);
    enum db_result r;
    int last = 0;
    if (p->n_items == 0)
        return ledger_place(p->l, placings, n);
    if (!waves || !find_new(p, placings, n) || !find_twins(p))
        return DB_AGAIN;
    r = find_sources(p);
    for (int i = 0; i < p->n_entries; i++) {
        int wave = p->entries[i].wave;
        waves[p->entries[i].placing - placings] = wave;
        last = last < wave ? wave : last;
    }
    for (int wave = 0; wave <= last && r == DB_OK; wave++)
        r = place_wave(p, placings, waves, n, wave);
    return r;
}

bool past_write(const struct past *p)
{
    for (int i = 0; i < p->n_marked; i++) {
        const struct past_entry *e = p->marked[i];
        const struct mark_found *m = mark_of(p, e);
        const struct mark_row row = {.city = m->city, .mark = m->mark, .n = e->n, .referral = e->placing->item->id};
        if (!batch_add_mark(p->l->batch, &row))
            return false;
    }
    return true;
}
