/*
 * difference_classifiers.c - classifiers that are not in both sets as they are
 *
 * What they make of a referral is tried, not proven: a referral that such a classifier is asked about, and
 * that ends elsewhere than before, is looked for among a few.
 */
#include "core/difference_inner.h"

#define TRIES  24
#define BESIDE 64

/* -1: none. */
static bool same_outcome(const struct comparison *c, int was, int is)
{
    return was < 0 || is < 0 ? was == is : c->sides[WAS].outcome[was] == c->sides[IS].outcome[is];
}

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
                a->repeats == b->repeats && a->short_text == b->short_text;
    for (int i = 0; i < a->n_rows && same; i++) {
        const struct weigh_row *x = &a->rows[i], *y = &b->rows[i];
        int category = x->category >= 0 ? space_category(s, WAS, x->category) : -1;
        same = str_eq(x->text, y->text) && category == y->category && str_eq(x->tag, y->tag) &&
               x->points == y->points && x->short_only == y->short_only;
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

/* Decides a referral in the lists of the trial's set by both sets. False: memory. */
static bool try_referral(struct comparison *c, const struct trial *t, const struct referral *made,
                         struct reclassified *r, bool *changed)
{
    struct arena *scratch = arena_new(0);
    const struct referral *both[SIDES] = {made, made};
    struct decision d[SIDES];
    bool known = false;
    both[!t->own] = scratch ? referral_in(c->w.s, t->own, !t->own, scratch, made, &known) : NULL;
    bool good = both[!t->own] != NULL;
    for (int i = 0; i < SIDES && good && known; i++)
        good = decide_rule(scratch, c->sides[i].rs, both[i], &d[i]);
    *changed = good && known && !same_outcome(c, d[WAS].rule, d[IS].rule);
    if (*changed) { /* kept beyond the scratch */
        r->old = t->own == WAS ? made : referral_in(c->w.s, IS, WAS, c->w.a, made, &known);
        r->new = t->own == IS ? made : referral_in(c->w.s, WAS, IS, c->w.a, made, &known);
        r->old_rule = d[WAS].rule, r->new_rule = d[IS].rule;
        good = r->old && r->new;
    }
    arena_free(scratch);
    return good;
}

static bool try_here(struct comparison *c, struct trial *t, struct reclassified *r, bool *changed)
{
    struct referral *made = ARENA_NEW(c->w.a, struct referral);
    return made && space_referral(&t->s, c->w.a, search_point(t->x), made) &&
           try_referral(c, t, made, r, changed);
}

/* Not the same mode again, or not with the same word. */
static bool look_elsewhere(struct trial *t)
{
    struct space *s = &t->s;
    int *point = search_point(t->x), n = 1;
    struct lit lits[2] = {{DIM_MODE, set_of_class(s, DIM_MODE, point[DIM_MODE])}};
    for (int k = 0; k < s->words.n && n < 2; k++) {
        if (point[s->first_word + k] == 1)
            lits[n++] = (struct lit){s->first_word + k, set_of_class(s, s->first_word + k, 1)};
    }
    struct box tried = box_of_lits(s, lits, n);
    if (tried.lits)
        search_avoid(t->x, &tried, -1);
    return tried.lits != NULL;
}

/* The referral at the point, with another text. */
static bool try_text(struct comparison *c, struct trial *t, struct str text, struct reclassified *r,
                     bool *changed)
{
    struct arena *a = c->w.a;
    struct referral *made = ARENA_NEW(a, struct referral);
    if (!made || !text.p || !space_referral(&t->s, a, search_point(t->x), made))
        return false;
    made->summary = text;
    made->folded = arena_printf(a, STR_FMT "\n" STR_FMT, STR_ARG(text), STR_ARG(made->source_category));
    return made->folded.p && try_referral(c, t, made, r, changed);
}

/* Texts with a word that only this side weighs so: alone, then beside another. */
static bool try_words(struct comparison *c, struct trial *t, const struct weigher *own,
                      const struct weigher *other, struct reclassified *r, bool *changed)
{
    int rows[TRIES];
    struct arena *a = c->w.a;
    const struct ruleset *rs = c->sides[t->own].rs;
    int n = rows_apart(c->w.s, own, other, t->own, c->w.scratch, rows, TRIES);
    bool good = n >= 0;
    for (int i = 0; i < n && good && !*changed; i++) {
        struct str word = row_words(rs, own, rows[i], t->s.separator, a);
        good = try_text(c, t, word, r, changed);
        for (int k = 0; k < BESIDE && good && !*changed; k++) {
            struct str beside = row_words(rs, own, k * own->n_rows / BESIDE, t->s.separator, a);
            struct str text = arena_printf(a, STR_FMT STR_FMT STR_FMT, STR_ARG(word),
                                           STR_ARG(t->s.separator), STR_ARG(beside));
            good = beside.p && try_text(c, t, text, r, changed);
        }
    }
    return good;
}

/* Looks for a referral that classifier `at` of the trial's set is asked about and that changes hands. */
static bool look(struct comparison *c, struct trial *t, int at, int other, struct reclassified *r)
{
    const struct classifier *own = &t->s.of[0].rs->classifiers[at];
    const struct weigher *others = other >= 0 ? c->sides[!t->own].rs->classifiers[other].weigh : NULL;
    const struct lit none = {DIM_CATEGORY, set_of_class(&t->s, DIM_CATEGORY, 0)};
    const struct box missing = {&none, 1, false};
    struct box asked = t->s.of[0].classifiers[at];
    if (classifier_sets_category(own) && !boxes_both(&t->s, &asked, &missing, &asked))
        return false;
    search_within(t->x, &asked);
    search_before(t->x, 0, at);
    bool changed = asked.empty, good = true;
    for (int i = 0; i < TRIES && good && !changed &&
                    search_run(t->x, c->options->contradictions_max) == SEARCH_FOUND;
         i++) {
        good = try_here(c, t, r, &changed);
        if (good && !changed && i == 0 && own->weigh && others)
            good = try_words(c, t, own->weigh, others, r, &changed);
        good = good && look_elsewhere(t);
    }
    return good;
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
        good = (trials[i].x || open_trial(c, i, &trials[i])) &&
               look(c, &trials[i], at, i == IS ? r->was : r->is, r);
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
