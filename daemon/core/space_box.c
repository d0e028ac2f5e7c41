/*
 * space_box.c - the conditions of a rule as one box
 */
#include "core/space_inner.h"

#include <stdlib.h>

/* A conjunction, or alternatives, being gathered. */
struct lits {
    struct lit *items;
    size_t n, cap;
    bool empty;
};

/* One more condition that has to hold. */
static bool narrow(struct space *s, struct lits *l, struct lit x)
{
    if (x.set < 0)
        return false;
    for (size_t i = 0; i < l->n; i++) {
        if (l->items[i].dim == x.dim) {
            x.set = set_intersection(s, l->items[i].set, x.set);
            l->items[i].set = x.set;
            l->empty |= x.set >= 0 && s->sets[x.set].holds == 0;
            return x.set >= 0;
        }
    }
    if (x.set == s->full[x.dim])
        return true;
    struct lit *slot = ARENA_PUSH(s->arena, l->items, l->n, l->cap);
    if (slot)
        *slot = x;
    l->empty |= s->sets[x.set].holds == 0;
    return slot != NULL;
}

/* One more alternative; *always when they now cover everything of one dimension. */
static bool widen(struct space *s, struct lits *l, struct lit x, bool *always)
{
    if (x.set < 0)
        return false;
    for (size_t i = 0; i < l->n; i++) {
        if (l->items[i].dim == x.dim) {
            l->items[i].set = set_union(s, l->items[i].set, x.set);
            *always |= l->items[i].set == s->full[x.dim];
            return l->items[i].set >= 0;
        }
    }
    *always |= x.set == s->full[x.dim];
    struct lit *slot = s->sets[x.set].holds ? ARENA_PUSH(s->arena, l->items, l->n, l->cap) : &x;
    if (slot)
        *slot = x;
    return slot != NULL;
}

/* "One of these" as a single literal. */
static bool one_of(struct space *s, struct lits *alternatives, bool always, const struct cond *c, bool all,
                   struct lits *to)
{
    if (always)
        return true;
    if (alternatives->n == 0) {
        to->empty = true;
        return true;
    }
    if (alternatives->n == 1)
        return narrow(s, to, alternatives->items[0]);
    qsort(alternatives->items, alternatives->n, sizeof *alternatives->items, by_lit);
    int dim = group_of(s, alternatives->items, (int)alternatives->n, all, c);
    return dim >= 0 && narrow(s, to, (struct lit){dim, set_of_class(s, dim, 1)});
}

/* "Not all of these", which may be more than one dimension's. */
static bool not_all(struct space *s, const struct lits *l, const struct cond *c, struct lits *to)
{
    struct lits fails = {0};
    bool always = l->empty;
    for (size_t i = 0; i < l->n && !always; i++) {
        if (!widen(s, &fails, (struct lit){l->items[i].dim, set_complement(s, l->items[i].set)}, &always))
            return false;
    }
    return one_of(s, &fails, always, c, true, to);
}

static bool add_node(struct space *s, int of, const struct cond *c, struct lits *to);

static bool add_children(struct space *s, int of, const struct cond *group, struct lits *to)
{
    const struct cond *end = group + 1 + group->span;
    for (const struct cond *c = group + 1; c < end; c += 1 + c->span) {
        if (!add_node(s, of, c, to))
            return false;
    }
    return true;
}

static bool add_any(struct space *s, int of, const struct cond *group, struct lits *to)
{
    const struct cond *end = group + 1 + group->span;
    struct lits alternatives = {0};
    bool always = false;
    for (const struct cond *c = group + 1; c < end; c += 1 + c->span) {
        struct lits one = {0}, negated = {0};
        if (!add_node(s, of, c, &one))
            return false;
        if (one.empty)
            continue;
        always |= one.n == 0;
        struct lit x = one.n ? one.items[0] : (struct lit){0};
        if (one.n > 1) { /* all of several: not (one fails) */
            if (!not_all(s, &one, c, &negated))
                return false;
            x = (struct lit){negated.items[0].dim, set_complement(s, negated.items[0].set)};
        }
        if (one.n && !widen(s, &alternatives, x, &always))
            return false;
    }
    return one_of(s, &alternatives, always, group, false, to);
}

static int sorted_at(const struct strings *list, struct str s)
{
    int low = 0, high = list->n;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (str_cmp(list->items[middle], s) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int space_tag(const struct space *s, struct str tag)
{
    int at = sorted_at(&s->tags, tag);
    return at < s->tags.n && str_eq(s->tags.items[at], tag) ? s->first_tag + at : -1;
}

int space_word(const struct space *s, struct str word)
{
    int at = sorted_at(&s->words, word);
    return at < s->words.n && str_eq(s->words.items[at], word) ? s->first_word + at : -1;
}

static int atom(const struct space *s, int of, const struct cond *c, int i)
{
    switch (c->kind) {
    case COND_TAGS:
        return space_tag(s, c->strings[i]);
    case COND_TEXT:
        return space_word(s, textscan_word(s->of[of].rs->words, c->list[i]));
    default: /* COND_PARTY: by class */
        return party_type_meets(s->party_type[i], c) ? s->first_party + i : -1;
    }
}

/* At least one of several things that are each a dimension. */
static bool add_atoms(struct space *s, int of, const struct cond *c, struct lits *to)
{
    struct lits alternatives = {0};
    bool always = false;
    int n = c->kind == COND_PARTY ? s->n_party_classes : c->n;
    for (int i = 0; i < n; i++) {
        int dim = atom(s, of, c, i);
        if (dim >= 0 && !widen(s, &alternatives, (struct lit){dim, set_of_class(s, dim, 1)}, &always))
            return false;
    }
    return one_of(s, &alternatives, always, c, false, to);
}

static bool add_not(struct space *s, int of, const struct cond *group, struct lits *to)
{
    struct lits inner = {0};
    return add_children(s, of, group, &inner) && not_all(s, &inner, group, to);
}

static bool add_node(struct space *s, int of, const struct cond *c, struct lits *to)
{
    struct lit x;
    switch (c->kind) {
    case COND_ALL:
        return add_children(s, of, c, to);
    case COND_ANY:
        return add_any(s, of, c, to);
    case COND_NOT:
        return add_not(s, of, c, to);
    case COND_TAGS:
    case COND_TEXT:
    case COND_PARTY:
        return add_atoms(s, of, c, to);
    default:
        return space_cond_lit(s, of, c, &x) && narrow(s, to, x);
    }
}

bool box_of_cond(struct space *s, int of, const struct cond *when, struct box *out)
{
    struct lits l = {0};
    if (!add_node(s, of, when, &l))
        return false;
    *out = box_of_lits(s, l.items, (int)l.n);
    out->empty = l.empty;
    return out->lits != NULL;
}

/* ---- boxes ---- */

int box_set(const struct box *b, int dim)
{
    int low = 0, high = b->n;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (b->lits[middle].dim < dim)
            low = middle + 1;
        else
            high = middle;
    }
    return low < b->n && b->lits[low].dim == dim ? b->lits[low].set : -1;
}

bool boxes_meet(const struct space *s, const struct box *a, const struct box *b)
{
    if (a->empty || b->empty)
        return false;
    for (int i = 0, k = 0; i < a->n && k < b->n;) {
        const struct lit *x = &a->lits[i], *y = &b->lits[k];
        if (x->dim == y->dim && x->set != y->set && !sets_meet(s, x->set, y->set))
            return false;
        i += x->dim <= y->dim;
        k += y->dim <= x->dim;
    }
    return true;
}

bool boxes_equal(const struct box *a, const struct box *b)
{
    return a->empty == b->empty && a->n == b->n &&
           (a->n == 0 || memcmp(a->lits, b->lits, (size_t)a->n * sizeof *a->lits) == 0);
}

bool boxes_both(struct space *s, const struct box *a, const struct box *b, struct box *out)
{
    struct lits l = {0};
    l.empty = a->empty || b->empty;
    for (int i = 0; i < a->n + b->n; i++) {
        if (!narrow(s, &l, i < a->n ? a->lits[i] : b->lits[i - a->n]))
            return false;
    }
    *out = box_of_lits(s, l.items, (int)l.n);
    out->empty = l.empty;
    return out->lits != NULL;
}
