/*
 * difference_classifiers.c - classifiers that are not in both sets as they are
 *
 * What they make of a referral is tried, not proven: a referral that such a classifier is asked about, and
 * that ends elsewhere than before, is looked for among a few.
 */
#include "core/difference_inner.h"

#define TRIES 24

static bool same_strings(const struct str *a, int n_a, const struct str *b, int n_b)
{
    bool same = n_a == n_b;
    for (int i = 0; i < n_a && same; i++)
        same = str_eq(a[i], b[i]);
    return same;
}

static bool same_weighers(const struct space *s, const struct weigher *a, const struct weigher *b)
{
    if (!a || !b)
        return a == b;
    bool same = a->n_rows == b->n_rows && a->at_least == b->at_least && a->lead == b->lead &&
                a->repeats == b->repeats;
    for (int i = 0; i < a->n_rows && same; i++) {
        const struct weigh_row *x = &a->rows[i], *y = &b->rows[i];
        int category = x->category >= 0 ? space_category(s, WAS, x->category) : -1;
        same = str_eq(x->text, y->text) && category == y->category && str_eq(x->tag, y->tag) &&
               x->points == y->points;
    }
    return same;
}

static bool same_classifiers(const struct space *s, int was, int is)
{
    const struct classifier *a = &s->of[WAS].rs->classifiers[was], *b = &s->of[IS].rs->classifiers[is];
    int category = a->category >= 0 ? space_category(s, WAS, a->category) : -1;
    return boxes_equal(&s->of[WAS].classifiers[was], &s->of[IS].classifiers[is]) && category == b->category &&
           (category >= 0) == (a->category >= 0) && same_weighers(s, a->weigh, b->weigh) &&
           same_strings(a->tags, a->n_tags, b->tags, b->n_tags) &&
           same_strings(a->otherwise, a->n_otherwise, b->otherwise, b->n_otherwise);
}

static int named(const struct ruleset *rs, struct str id)
{
    for (int i = 0; i < rs->n_classifiers; i++) {
        if (str_eq(rs->classifiers[i].id, id))
            return i;
    }
    return -1;
}

/* A space of one rule set alone, as things stand before a classifier is asked. */
struct trial {
    struct space s;
    struct search *x;
    int own; /* WAS or IS */
};

/* Decides the referral at the point by both sets. */
static bool try_here(struct comparison *c, struct trial *t, struct reclassified *r, bool *changed)
{
    struct arena *a = c->w.a, *scratch = arena_new(0);
    struct referral *made = ARENA_NEW(a, struct referral);
    struct decision d[SIDES];
    bool known = false;
    const struct referral *both[SIDES] = {made, made};
    bool good = scratch && made && space_referral(&t->s, a, search_point(t->x), made);
    if (good && t->own == IS)
        good = (both[WAS] = referral_in(c->w.s, WAS, a, made, &known)) != NULL;
    else if (good) {
        struct referral *into = ARENA_NEW(a, struct referral);
        known = into != NULL;
        if (into) {
            *into = *made;
            into->place = space_region(c->w.s, WAS, made->place);
            into->category = made->category >= 0 ? space_category(c->w.s, WAS, made->category) : -1;
            known = into->place >= 0 && (into->category >= 0) == (made->category >= 0);
            for (int i = 0; i < made->n_parties; i++)
                known = known && (made->parties[i].address < 0 || !c->w.s->of[WAS].regions);
        }
        both[IS] = into;
        good = into != NULL;
    }
    *changed = false;
    for (int i = 0; i < SIDES && good && known; i++)
        good = decide_rule(scratch, c->sides[i].rs, both[i], &d[i]);
    if (good && known) {
        int was = d[WAS].rule, is = d[IS].rule;
        *changed = was < 0 || is < 0 ? was != is : c->sides[WAS].outcome[was] != c->sides[IS].outcome[is];
        if (*changed) {
            r->old = both[WAS], r->new = both[IS];
            r->old_rule = was, r->new_rule = is;
        }
    }
    arena_free(scratch);
    return good;
}

/* Looks for a referral that classifier `at` of the trial's set is asked about and that changes hands. */
static bool look(struct comparison *c, struct trial *t, int at, struct reclassified *r)
{
    const struct classifier *own = &t->s.of[0].rs->classifiers[at];
    const struct lit none = {DIM_CATEGORY, set_of_class(&t->s, DIM_CATEGORY, 0)};
    const struct box missing = {&none, 1, false};
    struct box asked = t->s.of[0].classifiers[at], *tried;
    if (classifier_sets_category(own) && !boxes_both(&t->s, &asked, &missing, &asked))
        return false;
    search_within(t->x, &asked);
    search_before(t->x, 0, at);
    bool changed = asked.empty;
    for (int i = 0; i < TRIES && !changed && search_run(t->x, c->options->contradictions_max) == SEARCH_FOUND;
         i++) {
        if (!try_here(c, t, r, &changed))
            return false;
        struct lit *lits = ARENA_ARRAY(t->s.arena, (size_t)t->s.words.n + 2, struct lit);
        tried = ARENA_NEW(t->s.arena, struct box);
        if (!lits || !tried)
            return false;
        int n = 0;
        int *point = search_point(t->x);
        lits[n++] = (struct lit){DIM_MODE, set_of_class(&t->s, DIM_MODE, point[DIM_MODE])};
        for (int k = 0; k < t->s.words.n && n < 2; k++) {
            if (point[t->s.first_word + k] == 1)
                lits[n++] = (struct lit){t->s.first_word + k, set_of_class(&t->s, t->s.first_word + k, 1)};
        }
        *tried = box_of_lits(&t->s, lits, n);
        search_avoid(t->x, tried, -1);
    }
    return true;
}

static bool open_trial(struct comparison *c, int own, struct trial *t)
{
    *t = (struct trial){.own = own};
    if (!space_build(c->w.scratch, &c->sides[own].rs, 1, &c->options->bounds, &t->s))
        return false;
    t->x = search_new(&t->s);
    return t->x != NULL;
}

static bool add(struct comparison *c, struct trial trials[SIDES], struct reclassified *r)
{
    bool good = true;
    for (int i = SIDES - 1; i >= 0 && good && !r->new; i--) {
        int at = i == IS ? r->is : r->was;
        if (at < 0)
            continue;
        good = (trials[i].x || open_trial(c, i, &trials[i])) && look(c, &trials[i], at, r);
    }
    return good;
}

bool difference_classifiers(struct comparison *c)
{
    const struct ruleset *was = c->sides[WAS].rs, *is = c->sides[IS].rs;
    struct trial trials[SIDES] = {0};
    struct reclassified *all = NULL;
    size_t n = 0, cap = 0;
    int last = -1; /* of the new set, among those that stand in both */
    bool good = true;
    for (int i = 0; i < was->n_classifiers + is->n_classifiers && good; i++) {
        struct reclassified r = {.trace = TRACE_CHANGED, .old_rule = -1, .new_rule = -1};
        r.was = i < was->n_classifiers ? i : named(was, is->classifiers[i - was->n_classifiers].id);
        r.is = i < was->n_classifiers ? named(is, was->classifiers[i].id) : i - was->n_classifiers;
        if (i >= was->n_classifiers && r.was >= 0)
            continue;
        bool moved = r.is < last;
        last = r.is > last && i < was->n_classifiers ? r.is : last;
        if (r.was >= 0 && r.is >= 0 && !moved && same_classifiers(c->w.s, r.was, r.is))
            continue;
        r.trace = r.was < 0 ? TRACE_ADDED : r.is < 0 ? TRACE_REMOVED : TRACE_CHANGED;
        good = add(c, trials, &r);
        struct reclassified *slot = good ? ARENA_PUSH(c->w.a, all, n, cap) : NULL;
        good = slot != NULL;
        if (slot)
            *slot = r;
    }
    search_free(trials[WAS].x);
    search_free(trials[IS].x);
    c->out->classifiers = all;
    c->out->n_classifiers = (int)n;
    return good;
}
