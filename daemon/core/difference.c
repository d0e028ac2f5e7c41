/*
 * difference.c - pairs of rules, and what goes from the one to the other
 */
#include "core/difference_inner.h"

#include "core/space_expand.h"

#include <limits.h>

/* ---- the two sets beside each other ---- */

static bool side_open(struct comparison *c, int which, const struct ruleset *rs, const int *outcome)
{
    struct side *s = &c->sides[which];
    struct arena *a = c->w.scratch;
    *s = (struct side){.rs = rs, .rules = c->w.s->of[which].rules, .n = rs->n_rules, .outcome = outcome};
    s->twin = ARENA_ARRAY(a, (size_t)s->n + 1, int);
    if (!s->twin || !meets_build(&s->meets, a, c->w.s, s->rules, s->n))
        return false;
    s->near = ARENA_ARRAY(a, (size_t)s->meets.words, uint64_t);
    return s->near != NULL;
}

static void find_twins(struct side *of, const struct side *among)
{
    for (int i = 0; i < of->n; i++) {
        of->twin[i] = INT_MAX;
        for (int k = 0; k < among->n && of->twin[i] == INT_MAX; k++) {
            if (boxes_equal(&of->rules[i], &among->rules[k]))
                of->twin[i] = k;
        }
    }
}

/* ---- one pair; `was` and `is` may be the number of rules: none ---- */

static bool same_outcome(const struct comparison *c, int was, int is)
{
    const struct side *o = &c->sides[WAS], *n = &c->sides[IS];
    if (was == o->n || is == n->n)
        return was == o->n && is == n->n;
    return o->outcome[was] == n->outcome[is];
}

/* Whether an earlier rule with the conditions of the one leaves nothing to the other. */
static bool taken_before(const struct comparison *c, int was, int is)
{
    const struct side *o = &c->sides[WAS], *n = &c->sides[IS];
    return (was < o->n && o->twin[was] < is) || (is < n->n && n->twin[is] < was);
}

static bool keep_out(struct comparison *c, int which, const struct box *within, int before, int other_before)
{
    struct side *s = &c->sides[which];
    if (!meets_with(&s->meets, within, s->near))
        return false;
    for (int i = meets_next(&s->meets, s->near, 0); i >= 0 && i < before;
         i = meets_next(&s->meets, s->near, i + 1)) {
        if (which == WAS || s->twin[i] >= other_before) /* else it is there already */
            c->outside[c->n_outside++] = &s->rules[i];
    }
    return true;
}

static enum search_result ask(struct comparison *c, const struct box *within, const struct part *parts,
                              size_t n)
{
    search_within(c->w.x, within);
    for (int i = 0; i < c->n_outside; i++)
        search_avoid(c->w.x, c->outside[i], -1);
    for (size_t i = 0; i < n; i++)
        search_avoid(c->w.x, &parts[i].box, -1);
    return search_run(c->w.x, c->options->contradictions_max);
}

/* All that goes from one rule to the other, part by part. */
static bool gather_parts(struct comparison *c, struct change *x)
{
    struct part *parts = NULL;
    size_t n = 0, cap = 0;
    enum search_result result;
    while ((result = ask(c, &x->within, parts, n)) == SEARCH_FOUND) {
        struct part p = {0};
        x->more = n == (size_t)c->options->parts_max;
        if (x->more)
            break;
        if (!part_settle(c, x, &p) ||
            !space_expand(c->w.s, &x->within, c->outside, c->n_outside, c->w.point, &p.box))
            return false;
        struct part *slot = ARENA_PUSH(c->w.a, parts, n, cap);
        if (!slot)
            return false;
        *slot = p;
    }
    x->gave_up = result == SEARCH_GAVE_UP;
    x->parts = parts;
    x->n_parts = (int)n;
    return result != SEARCH_MEMORY;
}

static bool compare_pair(struct comparison *c, int was, int is, struct change *x)
{
    static const struct box everything;
    const struct side *o = &c->sides[WAS], *n = &c->sides[IS];
    const struct box *from = was < o->n ? &o->rules[was] : &everything;
    const struct box *to = is < n->n ? &n->rules[is] : &everything;
    *x = (struct change){.was = was < o->n ? was : -1, .is = is < n->n ? is : -1};
    if (!boxes_meet(c->w.s, from, to))
        return true;
    if (!boxes_both(c->w.s, from, to, &x->within))
        return false;
    c->n_outside = 0;
    return x->within.empty || (keep_out(c, WAS, &x->within, was, 0) && keep_out(c, IS, &x->within, is, was) &&
                               gather_parts(c, x));
}

static bool compare_rules(struct comparison *c)
{
    int was_n = c->sides[WAS].n, is_n = c->sides[IS].n;
    struct change *all = NULL;
    size_t n = 0, cap = 0;
    for (int was = 0; was <= was_n; was++) {
        for (int is = 0; is <= is_n; is++) {
            struct change x;
            if (same_outcome(c, was, is) || taken_before(c, was, is))
                continue;
            if (!compare_pair(c, was, is, &x))
                return false;
            struct change *slot = x.n_parts || x.gave_up ? ARENA_PUSH(c->w.a, all, n, cap) : &x;
            if (!slot)
                return false;
            *slot = x;
        }
        work_tick(&c->w);
    }
    c->out->changes = all;
    c->out->n_changes = (int)n;
    return true;
}

/* ---- the whole ---- */

/* Whether one asks what the other calls working time. */
static bool times_differ(const struct difference *d, const struct space *s)
{
    bool asked = false, listed = false;
    for (int of = 0; of < s->n_rulesets; of++) {
        for (int i = 0; i < s->of[of].rs->n_rules; i++)
            asked |= box_set(&s->of[of].rules[i], DIM_WORKING) >= 0;
    }
    for (size_t i = 0; i < s->n_groups && !asked; i++) {
        for (int k = 0; k < s->groups[i].n; k++)
            asked |= s->groups[i].lits[k].dim == DIM_WORKING;
    }
    for (int i = 0; i < d->n_lists; i++)
        listed |= d->lists[i].list == LIST_CALENDAR || str_eqz(d->lists[i].id, "working_hours");
    return asked && listed;
}

static bool run(struct comparison *c, const struct ruleset *const *both)
{
    struct work *w = &c->w;
    int *outcome = outcome_numbers(w->scratch, w->scratch, both, SIDES);
    w->x = search_new(w->s);
    w->point = ARENA_ARRAY(w->scratch, w->s->n_dims + 1, int);
    w->tagged = ARENA_ARRAY(w->scratch, (size_t)w->s->tags.n + 1, bool);
    c->outside = ARENA_ARRAY(w->scratch, (size_t)(both[WAS]->n_rules + both[IS]->n_rules) + 1,
                             const struct box *);
    if (!outcome || !w->x || !w->point || !w->tagged || !c->outside ||
        !side_open(c, WAS, both[WAS], outcome) || !side_open(c, IS, both[IS], outcome + both[WAS]->n_rules))
        return false;
    find_twins(&c->sides[WAS], &c->sides[IS]);
    find_twins(&c->sides[IS], &c->sides[WAS]);
    return compare_rules(c) && difference_classifiers(c);
}

bool difference(struct arena *a, const struct ruleset *was, const struct ruleset *is,
                const struct difference_options *options, struct difference *out)
{
    const struct ruleset *both[SIDES] = {[WAS] = was, [IS] = is};
    struct analyse_options inner = {.bounds = options->bounds,
                                    .contradictions_max = options->contradictions_max,
                                    .tick = options->tick,
                                    .context = options->context};
    *out = (struct difference){0};
    struct comparison c = {.w = {.a = a,
                                 .scratch = arena_new(0),
                                 .rs = is,
                                 .options = &inner,
                                 .s = &out->space,
                                 .total = was->n_rules + 1},
                           .options = options,
                           .out = out};
    bool good = c.w.scratch && difference_lists(a, was, is, out) &&
                space_build(a, both, SIDES, &options->bounds, &out->space);
    if (good) {
        out->weighs = out->space.weighs;
        out->stages = out->space.stages;
        out->times = times_differ(out, &out->space);
        good = run(&c, both);
    }
    search_free(c.w.x);
    arena_free(c.w.scratch);
    return good && !arena_overflowed(a);
}
