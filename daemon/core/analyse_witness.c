/*
 * analyse_witness.c - a point made into a referral, and decided by the rule set itself
 *
 * What a text is worth to a classifier that weighs words, the space does not know. Where classification takes
 * the referral elsewhere, that text is not asked for again with what it lost, and the search goes on for
 * another.
 */
#include "core/analyse_inner.h"

#define TRIES 8

bool work_decided(struct work *w, int *point, struct decision *d)
{
    struct arena *scratch = arena_new(0);
    struct referral r;
    bool good = scratch && space_referral(w->s, scratch, point, &r) && decide_rule(scratch, w->rs, &r, d);
    for (int i = 0; i < w->s->tags.n; i++)
        w->tagged[i] = false;
    for (int i = 0; good && i < d->n_tags; i++) {
        int dim = space_tag(w->s, d->tags[i]);
        if (dim >= 0)
            w->tagged[dim - w->s->first_tag] = true;
    }
    arena_free(scratch);
    return good;
}

bool work_avoid_lost(struct work *w, int *point, const struct decision *d)
{
    struct space *s = w->s;
    struct lit *lits = ARENA_ARRAY(w->scratch, (size_t)(s->words.n + s->tags.n) + 2, struct lit);
    int n = 0, lost = 0, asked = s->category.node[point[DIM_CATEGORY]];
    if (!lits)
        return false;
    if (d->category != asked) {
        lits[n++] = (struct lit){DIM_CATEGORY, set_of_class(s, DIM_CATEGORY, point[DIM_CATEGORY])};
        lost++;
    }
    if (point[DIM_SOURCE])
        lits[n++] = (struct lit){DIM_SOURCE, set_of_class(s, DIM_SOURCE, point[DIM_SOURCE])};
    for (int i = 0; i < s->tags.n; i++) {
        int dim = s->first_tag + i;
        if (w->tagged[i] == (point[dim] == 1))
            continue;
        lits[n++] = (struct lit){dim, set_of_class(s, dim, point[dim])};
        lost++;
    }
    for (int i = 0; i < s->words.n; i++) {
        if (point[s->first_word + i] == 1)
            lits[n++] = (struct lit){s->first_word + i, set_of_class(s, s->first_word + i, 1)};
    }
    struct box box = box_of_lits(s, lits, n);
    if (lost)
        search_avoid(w->x, &box, -1);
    return lost > 0 && box.lits;
}

/* Whether a point that `rule` decides was found; w->point is it, or else the first one that was tried. */
static bool settle(struct work *w, int rule, bool *settled)
{
    struct decision d;
    *settled = false;
    for (int try = 0; try < TRIES; try++) {
        int *point = search_point(w->x);
        if (!work_decided(w, point, &d))
            return false;
        *settled = d.rule == rule;
        if (try == 0 || *settled)
            memcpy(w->point, point, w->s->n_dims * sizeof *w->point);
        if (*settled || !work_avoid_lost(w, point, &d))
            return true;
        enum search_result result = search_run(w->x, w->options->contradictions_max);
        if (result != SEARCH_FOUND)
            return result != SEARCH_MEMORY;
    }
    return true;
}

enum doubt work_doubt(const struct work *w)
{
    return w->s->weighs ? DOUBT_WEIGHED : w->s->stages ? DOUBT_STAGES : DOUBT_UNCONFIRMED;
}

bool work_settle(struct work *w, int rule, struct finding *f)
{
    struct referral *r = ARENA_NEW(w->a, struct referral);
    bool settled;
    if (!r || !settle(w, rule, &settled) || !space_referral(w->s, w->a, w->point, r))
        return false;
    f->witness = r;
    f->doubt = settled ? DOUBT_NONE : work_doubt(w);
    return true;
}

bool work_lives(struct work *w, int rule)
{
    bool settled;
    struct finding f = {.kind = FINDING_UNDECIDED, .rule = rule, .classifier = -1, .doubt = work_doubt(w)};
    if (!w->s->weighs && !w->s->stages)
        return true;
    return work_first(w, &w->rules[rule], rule, -1) == SEARCH_FOUND && settle(w, rule, &settled) &&
           (settled || work_add(w, &f));
}
