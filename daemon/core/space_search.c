/*
 * space_search.c - decide, propagate, learn
 */
#include "core/space_search.h"

#include "core/space_search_inner.h"

#include <assert.h>
#include <stdlib.h>

/* ---- propagation ---- */

static bool meets(const uint64_t *a, const uint64_t *b, int size)
{
    for (int i = 0; i < size; i++) {
        if (a[i] & b[i])
            return true;
    }
    return false;
}

static bool within(const uint64_t *a, const uint64_t *b, int size)
{
    for (int i = 0; i < size; i++) {
        if (a[i] & ~b[i])
            return false;
    }
    return true;
}

bool search_possible(const struct search *x, struct option o)
{
    return meets(x->dims[o.dim].domain, o.bits, x->dims[o.dim].size);
}

bool search_certain(const struct search *x, struct option o)
{
    return within(x->dims[o.dim].domain, o.bits, x->dims[o.dim].size);
}

/* Cuts a domain down to what `o` leaves. Nothing happens when it leaves all. */
static void restrict_to(struct search *x, struct option o, int reason)
{
    struct search_dim *d = &x->dims[o.dim];
    if (search_certain(x, o))
        return;
    uint64_t *cut = search_stack(x, d->size);
    struct step *step = SEARCH_PUSH(x, x->trail);
    if (!cut || !step)
        return;
    for (int i = 0; i < d->size; i++)
        cut[i] = d->domain[i] & o.bits[i];
    *step = (struct step){o.dim, reason, x->level, d->latest, d->domain};
    d->latest = x->trail.n - 1;
    d->domain = cut;
}

static void watch(struct search *x, int dim, int clause)
{
    int *slot = SEARCH_PUSH(x, x->dims[dim].watch);
    if (slot)
        *slot = clause;
}

/* Another option of the clause, not the two watched, that is still possible; takes the place of the second.
 */
static bool move_watch(struct search *x, int clause)
{
    struct clause *c = &x->clauses.items[clause];
    struct option *o = &x->options.items[c->first];
    for (int k = 2; k < c->n; k++) {
        if (search_possible(x, o[k])) {
            struct option moved = o[k];
            o[k] = o[1];
            o[1] = moved;
            watch(x, moved.dim, clause);
            return true;
        }
    }
    return false;
}

/* The clauses that watch `dim`, whose domain has shrunk. The contradicted clause, or -1. */
static int visit(struct search *x, int dim)
{
    struct search_ints *list = &x->dims[dim].watch;
    int kept = 0, contradiction = -1;
    for (int i = 0; i < list->n; i++) {
        int clause = list->items[i];
        struct clause *c = &x->clauses.items[clause];
        struct option *o = &x->options.items[c->first];
        list->items[kept++] = clause;
        if (contradiction >= 0 || x->failed)
            continue;
        if (o[0].dim == dim && c->n > 1) {
            struct option first = o[0];
            o[0] = o[1];
            o[1] = first;
        }
        struct option watched = o[c->n > 1];
        if (search_possible(x, watched) || (c->n > 1 && search_certain(x, o[0])))
            continue;
        if (c->n > 1 && move_watch(x, clause)) {
            kept--;
            list = &x->dims[dim].watch;
            continue;
        }
        if (c->n > 1 && search_possible(x, o[0]))
            restrict_to(x, o[0], clause);
        else
            contradiction = clause;
    }
    list->n = kept;
    return contradiction;
}

static int propagate(struct search *x)
{
    int contradiction = x->contradicted;
    x->contradicted = -1;
    while (contradiction < 0 && !x->failed && x->propagated < x->trail.n)
        contradiction = visit(x, x->trail.items[x->propagated++].dim);
    return contradiction;
}

void search_install(struct search *x, int clause)
{
    struct clause *c = &x->clauses.items[clause];
    struct option *o = &x->options.items[c->first];
    int possible = 0;
    for (int k = 0; k < c->n && possible < 2; k++) {
        if (search_possible(x, o[k])) {
            struct option moved = o[k];
            o[k] = o[possible];
            o[possible++] = moved;
        }
    }
    for (int k = 0; k < c->n && k < 2; k++)
        watch(x, o[k].dim, clause);
    if (possible == 1)
        restrict_to(x, o[0], clause);
    else if (possible == 0 && x->contradicted < 0)
        x->contradicted = clause;
}

void search_undo(struct search *x, int level)
{
    if (x->level <= level)
        return;
    struct level *to = &x->levels.items[level];
    while (x->trail.n > to->trail) {
        struct step *step = &x->trail.items[--x->trail.n];
        x->dims[step->dim].domain = step->before;
        x->dims[step->dim].latest = step->previous;
    }
    search_stack_back(x, to);
    x->scanned = to->scanned;
    x->levels.n = x->level = level;
    x->propagated = x->trail.n;
}

/* ---- learning ---- */

/* The step after which nothing of `bits` was left; -1: there was nothing from the beginning. */
static int step_that_ended(const struct search *x, int dim, const uint64_t *bits)
{
    int at = x->dims[dim].latest;
    while (at >= 0 && !meets(x->trail.items[at].before, bits, x->dims[dim].size))
        at = x->trail.items[at].previous;
    return at;
}

static bool of_this_level(const struct search *x, int step)
{
    return step >= 0 && x->trail.items[step].level == x->level;
}

/* Puts an option into the clause that is being learned, or adds to it. */
static void learn_option(struct search *x, struct option o)
{
    struct search_dim *d = &x->dims[o.dim];
    if (!d->learned) {
        int *slot = SEARCH_PUSH(x, x->learned);
        d->learned = search_keep(x, d->size);
        if (!slot || !d->learned)
            return;
        *slot = o.dim;
        d->ended = -1;
    }
    x->here -= of_this_level(x, d->ended);
    for (int i = 0; i < d->size; i++)
        d->learned[i] |= o.bits[i];
    d->ended = step_that_ended(x, o.dim, d->learned);
    x->here += of_this_level(x, d->ended);
}

static void note_cause(struct search *x, int clause)
{
    int *slot = SEARCH_PUSH(x, x->causes);
    if (slot)
        *slot = clause;
}

/* Resolves what is being learned with the reason of a step: the dimension's option is narrowed, the rest
 * joins. */
static void resolve(struct search *x, int step)
{
    struct step *e = &x->trail.items[step];
    assert(e->reason >= 0); /* a decision is the last of its level to be blamed */
    struct clause *reason = &x->clauses.items[e->reason];
    struct search_dim *d = &x->dims[e->dim];
    x->here -= of_this_level(x, d->ended);
    note_cause(x, e->reason);
    for (int k = 0; k < reason->n; k++) {
        struct option o = x->options.items[reason->first + k];
        if (o.dim != e->dim) {
            learn_option(x, o);
            continue;
        }
        for (int i = 0; i < d->size; i++)
            d->learned[i] &= o.bits[i];
    }
    d->ended = step_that_ended(x, e->dim, d->learned);
    x->here += of_this_level(x, d->ended);
}

/* Back along the trail until one step of this level is to blame; its dimension. At level 0: -1, all resolved.
 */
static int analyse_back(struct search *x, int contradiction)
{
    struct clause *c = &x->clauses.items[contradiction];
    x->causes_from = x->causes.n;
    x->here = 0;
    note_cause(x, contradiction);
    for (int k = 0; k < c->n; k++)
        learn_option(x, x->options.items[c->first + k]);
    for (int step = x->trail.n - 1; step >= 0 && !x->failed; step--) {
        int dim = x->trail.items[step].dim;
        if (!x->dims[dim].learned || x->dims[dim].ended != step)
            continue;
        if (x->level > 0 && x->here == 1)
            return dim;
        resolve(x, step);
    }
    return -1;
}

static void forget_learned(struct search *x)
{
    for (int i = 0; i < x->learned.n; i++)
        x->dims[x->learned.items[i]].learned = NULL;
    x->learned.n = 0;
}

static bool is_empty(const uint64_t *bits, int size)
{
    for (int i = 0; i < size; i++) {
        if (bits[i])
            return false;
    }
    return true;
}

/* The learned clause: to blame first, then the latest of the others. The level to go back to. */
static int write_learned(struct search *x, int blamed, int *clause)
{
    int first = x->options.n, back = 0;
    for (int i = -1; i < x->learned.n; i++) {
        int dim = i < 0 ? blamed : x->learned.items[i];
        struct search_dim *d = &x->dims[dim];
        if ((i >= 0 && dim == blamed) || is_empty(d->learned, d->size))
            continue;
        struct option *o = SEARCH_PUSH(x, x->options);
        if (!o)
            return 0;
        *o = (struct option){dim, d->learned};
        int level = i >= 0 && d->ended >= 0 ? x->trail.items[d->ended].level : 0;
        if (level > back && x->options.n - first > 2) {
            struct option moved = *o;
            *o = x->options.items[first + 1];
            x->options.items[first + 1] = moved;
        }
        back = level > back ? level : back;
    }
    struct clause *c = SEARCH_PUSH(x, x->clauses);
    if (c)
        *c = (struct clause){first, x->options.n - first, -1,
                             -1,    x->causes_from,       x->causes.n - x->causes_from};
    *clause = x->clauses.n - 1;
    return back;
}

/* False when the contradiction needs no decision: there is no point. */
static bool learn(struct search *x, int contradiction)
{
    int blamed = analyse_back(x, contradiction), clause = -1;
    if (blamed < 0 || x->failed) {
        forget_learned(x);
        x->proven = !x->failed;
        return false;
    }
    int back = write_learned(x, blamed, &clause);
    forget_learned(x);
    search_undo(x, back);
    if (!x->failed)
        search_install(x, clause);
    return true;
}

/* ---- decisions ---- */

static bool satisfied(const struct search *x, const struct clause *c)
{
    for (int k = 0; k < c->n; k++) {
        if (search_certain(x, x->options.items[c->first + k]))
            return true;
    }
    return false;
}

/* The next clause that some point of the domains would break; -1: none. */
static int next_open(struct search *x)
{
    for (; x->scanned < x->n_required; x->scanned++) {
        int clause = x->required.items[x->scanned];
        if (!satisfied(x, &x->clauses.items[clause]))
            return clause;
    }
    for (int i = 0; i < x->groups.n; i++) { /* a group that holds needs one that makes it */
        const struct clause *c = &x->clauses.items[x->groups.items[i]];
        int dim = x->s->groups[c->group].dim;
        if (x->dims[dim].domain[0] == 2 && !satisfied(x, c))
            return x->groups.items[i];
    }
    return -1;
}

/* The class that gets out of the most boxes, among those that the option leaves. */
static int best_class(const struct search *x, struct option o, int *score)
{
    const struct search_dim *d = &x->dims[o.dim];
    int best = -1;
    for (int i = 0; i < d->size; i++) {
        for (uint64_t left = d->domain[i] & o.bits[i]; left; left &= left - 1) {
            int class = i * 64 + __builtin_ctzll(left);
            int gets_out = d->boxes ? d->boxes[d->classes] - d->boxes[class] : 0;
            if (best < 0 || gets_out > *score) {
                best = class;
                *score = gets_out;
            }
        }
    }
    return best;
}

static void decide_on(struct search *x, const struct clause *c)
{
    struct option best = {-1, NULL};
    int best_score = -1, best_at = -1;
    for (int k = 0; k < c->n; k++) {
        struct option o = x->options.items[c->first + k];
        int score = 0, class = best_class(x, o, &score);
        if (class >= 0 && score > best_score) {
            best = o;
            best_score = score;
            best_at = class;
        }
    }
    assert(best.dim >= 0);
    struct level *level = SEARCH_PUSH(x, x->levels);
    uint64_t *one = search_keep_class(x, best.dim, best_at);
    if (!level || !one)
        return;
    *level = (struct level){.trail = x->trail.n, .scanned = x->scanned};
    search_stack_mark(x, level);
    x->level++;
    restrict_to(x, (struct option){best.dim, one}, -1);
}

/* ---- the whole ---- */

static void add_never(struct search *x, size_t i)
{
    x->never_used[i] = x->question;
    const struct never *n = &x->s->never[i];
    search_avoid(x, &n->box, n->classifier < 0 ? -1 : SEARCH_CLASSIFIER + n->classifier);
}

/* Whether the point is one where a referral can lie; if not, what it broke is obeyed from now on. */
static bool is_real(struct search *x)
{
    search_broken(x);
    if (x->broken.n > 0)
        search_undo(x, 0);
    for (int i = 0; i < x->broken.n; i++)
        add_never(x, (size_t)x->broken.items[i]);
    return x->broken.n == 0 && !x->failed;
}

enum search_result search_run(struct search *x, int contradictions_max)
{
    search_undo(x, 0);
    x->scanned = 0;
    x->n_required = x->required.n;
    search_count(x);
    if (x->nowhere || x->proven)
        return SEARCH_NONE;
    while (!x->failed) {
        int contradiction = propagate(x);
        if (contradiction >= 0) {
            if (!learn(x, contradiction))
                return x->failed ? SEARCH_MEMORY : SEARCH_NONE;
            if (--contradictions_max < 0)
                return SEARCH_GAVE_UP;
            continue;
        }
        int open = next_open(x);
        if (open >= 0) {
            decide_on(x, &x->clauses.items[open]);
            continue;
        }
        search_complete(x);
        if (is_real(x))
            return SEARCH_FOUND;
        x->n_required = x->required.n;
        x->scanned = 0;
    }
    return SEARCH_MEMORY;
}
