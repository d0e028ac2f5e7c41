/*
 * analyse.c - the analysis as a whole
 */
#include "core/analyse_inner.h"

#include <stdlib.h>

void work_tick(struct work *w)
{
    w->done++;
    if (w->options->tick)
        w->options->tick(w->options->context, w->done, w->total);
}

bool work_add(struct work *w, const struct finding *f)
{
    struct finding *slot = ARENA_PUSH(w->a, w->items, w->n_items, w->cap_items);
    if (slot)
        *slot = *f;
    return slot != NULL;
}

static int by_number(const void *a, const void *b)
{
    return (*(const int *)a > *(const int *)b) - (*(const int *)a < *(const int *)b);
}

const int *work_list(struct work *w, int *items, int n)
{
    int *kept = ARENA_ARRAY(w->a, (size_t)n + 1, int);
    if (kept && n) {
        memcpy(kept, items, (size_t)n * sizeof *kept);
        qsort(kept, (size_t)n, sizeof *kept, by_number);
    }
    return kept;
}

enum search_result work_first(struct work *w, const struct box *b, int before, int but)
{
    if (!meets_with(&w->meets, b, w->near))
        return SEARCH_MEMORY;
    search_within(w->x, b);
    for (int i = meets_next(&w->meets, w->near, 0); i >= 0 && i < before;
         i = meets_next(&w->meets, w->near, i + 1)) {
        if (i != but)
            search_avoid(w->x, &w->rules[i], i);
    }
    return search_run(w->x, w->options->contradictions_max);
}

static int by_kind(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    if (x->rule != y->rule)
        return x->rule < y->rule ? -1 : 1;
    if (x->classifier != y->classifier)
        return x->classifier < y->classifier ? -1 : 1;
    return (x->line > y->line) - (x->line < y->line);
}

static bool run(struct work *w)
{
    size_t n = (size_t)w->n + 1;
    w->rules = w->s->of[0].rules;
    w->x = search_new(w->s);
    w->outcome = outcome_numbers(w->scratch, w->scratch, &w->rs, 1);
    w->state = ARENA_ARRAY(w->scratch, n, enum rule_state);
    w->point = ARENA_ARRAY(w->scratch, w->s->n_dims + 1, int);
    w->fresh = ARENA_ARRAY(w->scratch, n, int);
    w->tagged = ARENA_ARRAY(w->scratch, (size_t)w->s->tags.n + 1, bool);
    if (!w->x || !w->outcome || !w->state || !w->point || !w->fresh || !w->tagged ||
        !meets_build(&w->meets, w->scratch, w->s, w->rules, w->n))
        return false;
    w->near = ARENA_ARRAY(w->scratch, (size_t)w->meets.words, uint64_t);
    return w->near && analyse_rules(w) && analyse_gaps(w) && analyse_words(w) && analyse_merges(w) &&
           analyse_ladders(w);
}

bool analyse(struct arena *a, const struct ruleset *rs, const struct analyse_options *options,
             struct analysis *out)
{
    *out = (struct analysis){0};
    struct work w = {.a = a,
                     .scratch = arena_new(0),
                     .rs = rs,
                     .options = options,
                     .s = &out->space,
                     .n = rs->n_rules,
                     .out = out,
                     .total = 3 * rs->n_rules + rs->n_classifiers};
    bool good = w.scratch && space_build(a, &rs, 1, &options->bounds, &out->space) && run(&w);
    if (good && w.n_items)
        qsort(w.items, w.n_items, sizeof *w.items, by_kind);
    out->findings = w.items;
    out->n = (int)w.n_items;
    out->climbs = w.climbs;
    out->n_climbs = (int)w.n_climbs;
    search_free(w.x);
    arena_free(w.scratch);
    return good && !arena_overflowed(a);
}
