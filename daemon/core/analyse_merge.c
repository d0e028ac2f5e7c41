/*
 * analyse_merge.c - rules with one outcome that differ in one condition and could be one rule
 *
 * Of a list or range that can be joined: both have it once, all else is the same. Moving one of them to the
 * other must not take anything from, or lose anything to, a rule between them with another outcome.
 */
#include "core/analyse_inner.h"

#include <stdlib.h>

#define PAIRS_OF 16 /* rules alike of which every two are tried; of more, each with the next */

/* A rule, less one of its conditions. */
struct candidate_part {
    int rule, outcome;
    const struct cond *part;
    struct lit lit;
    struct box rest;
    int group; /* a candidate that it can be joined with, or itself */
};

struct parts {
    struct candidate_part *items;
    size_t n, cap;
};

static const struct {
    bool joined, range;
    enum dim_kind dim;
} kinds[COND_KIND_LIMIT] = {
    [COND_CHANNEL] = {true, false, DIM_MODE},
    [COND_MODE] = {true, false, DIM_MODE},
    [COND_CATEGORY_UNDER] = {true, false, DIM_CATEGORY},
    [COND_CATEGORY_IS] = {true, false, DIM_CATEGORY},
    [COND_REGION_WITHIN] = {true, false, DIM_REGION},
    [COND_REGION_IS] = {true, false, DIM_REGION},
    [COND_REGION_LEVEL] = {true, false, DIM_REGION},
    [COND_REGION_KIND] = {true, false, DIM_REGION},
    [COND_CLAIM] = {true, true, DIM_CLAIM},
    [COND_TAGS] = {true, false, DIM_TAG},
    [COND_OFFENCE] = {true, false, DIM_OFFENCE},
    [COND_SOURCE_CATEGORY] = {true, false, DIM_SOURCE},
    [COND_AGENCY] = {true, false, DIM_AGENCY},
    [COND_RISK] = {true, false, DIM_RISK},
    [COND_TEXT] = {true, false, DIM_WORD},
    [COND_PARTIES] = {true, true, DIM_PARTIES},
    [COND_AGE] = {true, true, DIM_AGE},
    [COND_ARRIVED] = {true, true, DIM_ARRIVED},
    [COND_EARLIER] = {true, true, DIM_EARLIER},
    [COND_EARLIER_COUNT] = {true, true, DIM_EARLIER_COUNT},
};

/* All children of the rule but `without`. */
static bool rest_of(struct work *w, const struct cond *when, const struct cond *without, struct box *out)
{
    const struct cond *end = when + 1 + when->span;
    *out = (struct box){0};
    for (const struct cond *c = when + 1; c < end; c += 1 + c->span) {
        struct box one;
        if (c != without && (!box_of_cond(w->s, 0, c, &one) || !boxes_both(w->s, out, &one, out)))
            return false;
    }
    return true;
}

static bool add_parts(struct work *w, int rule, struct parts *parts)
{
    const struct cond *when = w->rs->rules[rule].when, *end = when + 1 + when->span;
    for (const struct cond *c = when + 1; c < end; c += 1 + c->span) {
        struct box own;
        if (!kinds[c->kind].joined)
            continue;
        struct candidate_part *p = ARENA_PUSH(w->scratch, parts->items, parts->n, parts->cap);
        if (!p || !box_of_cond(w->s, 0, c, &own) || !rest_of(w, when, c, &p->rest))
            return false;
        if (own.n > 1 || own.empty) {
            parts->n--;
            continue;
        }
        p->rule = rule;
        p->outcome = w->outcome[rule];
        p->part = c;
        int dim = (int)kinds[c->kind].dim; /* a range may hold all that there is */
        p->lit = own.n ? own.lits[0] : (struct lit){dim, w->s->full[dim]};
    }
    return true;
}

static int likeness(const struct candidate_part *x, const struct candidate_part *y)
{
    if (x->outcome != y->outcome)
        return x->outcome < y->outcome ? -1 : 1;
    if (x->part->kind != y->part->kind)
        return x->part->kind < y->part->kind ? -1 : 1;
    if (x->rest.n != y->rest.n)
        return x->rest.n < y->rest.n ? -1 : 1;
    return x->rest.n ? memcmp(x->rest.lits, y->rest.lits, (size_t)x->rest.n * sizeof *x->rest.lits) : 0;
}

static int by_likeness(const void *a, const void *b)
{
    const struct candidate_part *x = a, *y = b;
    int c = likeness(x, y);
    return c ? c : x->rule - y->rule;
}

/* One list, or one range, can say both. */
static bool joinable(const struct candidate_part *x, const struct candidate_part *y)
{
    const struct cond *a = x->part, *b = y->part;
    if (x->rule == y->rule || x->lit.set == y->lit.set)
        return false;
    if (!kinds[a->kind].range)
        return true;
    if (a->kind == COND_CLAIM && memcmp(a->currency, b->currency, sizeof a->currency) != 0)
        return false;
    return (b->high == INT64_MAX || a->low <= b->high + 1) && (a->high == INT64_MAX || b->low <= a->high + 1);
}

/* Whether a rule between `i` and `j` with another outcome takes something of rule `of` (but for `i` itself,
 * which is gone). */
static enum search_result between(struct work *w, int i, int j, int of, int but)
{
    for (int k = i + 1; k < j; k++) {
        struct box both;
        bool dead = w->state[k] == RULE_DEAD && but < 0; /* it may live again without the one that is gone */
        if (w->outcome[k] == w->outcome[i] || dead || !boxes_meet(w->s, &w->rules[k], &w->rules[of]))
            continue;
        if (!boxes_both(w->s, &w->rules[k], &w->rules[of], &both))
            return SEARCH_MEMORY;
        enum search_result result = work_first(w, &both, k, but);
        if (result != SEARCH_NONE)
            return result;
    }
    return SEARCH_NONE;
}

/* NONE: nothing stands in the way of making `j` part of `i`, or `i` part of `j`. */
static enum search_result in_the_way(struct work *w, int i, int j)
{
    enum search_result up = between(w, i, j, j, -1);
    return up == SEARCH_NONE || up == SEARCH_MEMORY ? up : between(w, i, j, i, i);
}

static int head_of(struct candidate_part *parts, int i)
{
    while (parts[i].group != i)
        i = parts[i].group;
    return i;
}

static bool join_pairs(struct work *w, struct candidate_part *parts, int n)
{
    for (int i = 0; i < n; i++)
        parts[i].group = i;
    for (int i = 0; i < n; i++) {
        for (int j = i + 1; j < n && (n <= PAIRS_OF || j == i + 1); j++) {
            if (head_of(parts, i) == head_of(parts, j) || !joinable(&parts[i], &parts[j]))
                continue;
            enum search_result result = in_the_way(w, parts[i].rule, parts[j].rule);
            if (result == SEARCH_MEMORY)
                return false;
            if (result == SEARCH_NONE)
                parts[head_of(parts, j)].group = head_of(parts, i);
        }
    }
    return true;
}

/* A referral that the second rule decides today. */
static bool show(struct work *w, struct finding *f, int rule)
{
    enum search_result result = work_first(w, &w->rules[rule], rule, -1);
    return result == SEARCH_FOUND ? work_settle(w, rule, f) : result != SEARCH_MEMORY;
}

static bool tell_group(struct work *w, const struct candidate_part *parts, int n, int head)
{
    struct finding f = {
        .kind = FINDING_MERGE, .rule = parts[head].rule, .classifier = -1, .line = parts[head].part->line,
        .file = parts[head].part->file};
    int *others = ARENA_ARRAY(w->a, (size_t)n + 1, int);
    if (!others)
        return false;
    for (int i = 0; i < n; i++) {
        if (i != head && head_of((struct candidate_part *)parts, i) == head)
            others[f.n_others++] = parts[i].rule;
    }
    if (f.n_others == 0)
        return true;
    f.others = others;
    f.dim = kinds[parts[head].part->kind].dim;
    return show(w, &f, others[0]) && work_add(w, &f);
}

static bool of_alike(struct work *w, struct candidate_part *parts, int n)
{
    if (n < 2)
        return true;
    if (!join_pairs(w, parts, n))
        return false;
    for (int i = 0; i < n; i++) {
        if (parts[i].group == i && !tell_group(w, parts, n, i))
            return false;
    }
    return true;
}

bool analyse_merges(struct work *w)
{
    struct parts parts = {0};
    for (int i = 0; i < w->n; i++) {
        if (w->state[i] == RULE_LIVES && !add_parts(w, i, &parts))
            return false;
    }
    if (parts.n)
        qsort(parts.items, parts.n, sizeof *parts.items, by_likeness);
    for (size_t i = 0, end; i < parts.n; i = end) {
        for (end = i + 1; end < parts.n && likeness(&parts.items[i], &parts.items[end]) == 0;)
            end++;
        if (!of_alike(w, parts.items + i, (int)(end - i)))
            return false;
    }
    return true;
}
