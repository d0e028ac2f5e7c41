/*
 * analyse_words.c - words that decide nothing beside others, and classifiers that never set anything
 */
#include "core/analyse_inner.h"

static struct str word_of_list(const struct work *w, const struct cond *c, int i)
{
    return textscan_word(w->rs->words, c->list[i]);
}

/* The words of a list that have another one of it within them: each, then the one it has. */
static bool idle_words(struct work *w, const struct cond *c, struct finding *f)
{
    struct str *words = NULL;
    size_t n = 0, cap = 0;
    for (int i = 0; i < c->n; i++) {
        struct str word = word_of_list(w, c, i);
        for (int k = 0; k < c->n; k++) {
            struct str other = word_of_list(w, c, k);
            if (str_eq(word, other) || !memmem(word.p, word.n, other.p, other.n))
                continue;
            for (int which = 0; which < 2; which++) {
                struct str *slot = ARENA_PUSH(w->a, words, n, cap);
                if (!slot)
                    return false;
                *slot = which ? other : word;
            }
            break;
        }
    }
    f->words = words;
    f->n_words = (int)n;
    f->line = c->line;
    f->file = c->file;
    return n == 0 || work_add(w, f);
}

/* Whether all else that `when` asks for has one of the list's words in it already. */
static bool idle_list(struct work *w, const struct cond *when, const struct cond *list, struct finding *f)
{
    const struct cond *end = when + 1 + when->span;
    struct box rest = {0}, one;
    bool words = false;
    for (const struct cond *c = when + 1; c < end; c += 1 + c->span) {
        if (c == list)
            continue;
        words |= c->kind == COND_TEXT || c->kind == COND_SOURCE_CATEGORY || c->span > 0;
        if (!box_of_cond(w->s, 0, c, &one) || !boxes_both(w->s, &rest, &one, &rest))
            return false;
    }
    if (!words || rest.empty || !box_of_cond(w->s, 0, list, &one))
        return words == false || rest.empty;
    search_within(w->x, &rest);
    search_before(w->x, 0, 0);
    search_avoid(w->x, &one, 0);
    enum search_result result = search_run(w->x, w->options->contradictions_max);
    f->words = NULL;
    f->n_words = 0;
    f->line = list->line;
    f->file = list->file;
    return result == SEARCH_NONE ? work_add(w, f) : result != SEARCH_MEMORY;
}

static bool lists_of(struct work *w, const struct cond *when, int n, struct finding f)
{
    const struct cond *end = when + 1 + when->span;
    for (int i = 0; i < n; i++) {
        if (when[i].kind == COND_TEXT && !idle_words(w, &when[i], &f))
            return false;
    }
    for (const struct cond *c = when + 1; c < end; c += 1 + c->span) {
        if (c->kind == COND_TEXT && !idle_list(w, when, c, &f))
            return false;
    }
    return true;
}

/* ---- classifiers ---- */

/* Whether it may add to `own` when its turn comes: a category that is missing, a tag that is not there. */
static enum search_result may_set(struct work *w, int classifier, struct lit own)
{
    struct box box, missing = {&own, 1, false};
    if (own.set < 0 || !boxes_both(w->s, &w->s->of[0].classifiers[classifier], &missing, &box))
        return SEARCH_MEMORY;
    search_within(w->x, &box);
    search_before(w->x, 0, classifier);
    return search_run(w->x, w->options->contradictions_max);
}

/* Who sees to it that nothing is left to set, for the last question asked. */
static int add_culprits(struct work *w, int *culprits, int n)
{
    int most = w->rs->n_classifiers, *tags = ARENA_ARRAY(w->scratch, (size_t)most + 1, int);
    int found = tags ? search_proof(w->x, tags, most) : 0;
    for (int i = 0; i < found; i++) {
        int k = 0, culprit = tags[i] - SEARCH_CLASSIFIER;
        while (k < n && culprits[k] != culprit)
            k++;
        if (culprit >= 0 && k == n)
            culprits[n++] = culprit;
    }
    return n;
}

/* A referral that it would take, without a category where it sets one. */
static bool show(struct work *w, struct finding *f)
{
    const struct classifier *c = &w->rs->classifiers[f->classifier];
    const struct box *own = &w->s->of[0].classifiers[f->classifier];
    struct lit missing = {DIM_CATEGORY, set_of_class(w->s, DIM_CATEGORY, 0)};
    struct box box, wanted = {&missing, classifier_sets_category(c), false};
    struct decision d;
    struct referral *r = ARENA_NEW(w->a, struct referral);
    if (!r || !boxes_both(w->s, own, &wanted, &box))
        return false;
    search_within(w->x, &box);
    search_before(w->x, 0, 0);
    enum search_result result = search_run(w->x, w->options->contradictions_max);
    if (result == SEARCH_NONE)
        f->n_others = 0; /* contradictory in itself, whatever the others do */
    if (result != SEARCH_FOUND)
        return result != SEARCH_MEMORY;
    if (!space_referral(w->s, w->a, search_point(w->x), r) || !decide_rule(w->scratch, w->rs, r, &d))
        return false;
    f->witness = r;
    if (classifier_sets_category(c) && (d.classifier < 0 || d.classifier >= f->classifier))
        f->doubt = work_doubt(w);
    return true;
}

static bool of_classifier(struct work *w, int number)
{
    const struct classifier *c = &w->rs->classifiers[number];
    struct finding f = {.kind = FINDING_CLASSIFIER, .rule = -1, .classifier = number};
    int *culprits = ARENA_ARRAY(w->scratch, (size_t)w->rs->n_classifiers + 1, int), n = 0;
    if (!culprits)
        return false;
    bool sets_category = classifier_sets_category(c), once = sets_category || c->weigh;
    for (int i = 0; i < (once ? 1 : c->n_tags); i++) {
        struct lit own = {sets_category ? (int)DIM_CATEGORY
                          : once        ? (int)DIM_MODE
                                        : space_tag(w->s, c->tags[i]),
                          -1};
        own.set = once && !sets_category ? w->s->full[own.dim] : set_of_class(w->s, own.dim, 0);
        enum search_result result = may_set(w, number, own);
        if (result != SEARCH_NONE)
            return result != SEARCH_MEMORY;
        n = add_culprits(w, culprits, n);
    }
    f.others = work_list(w, culprits, n);
    f.n_others = n;
    return f.others && show(w, &f) && work_add(w, &f);
}

bool analyse_words(struct work *w)
{
    for (int i = 0; i < w->rs->n_classifiers; i++) {
        const struct classifier *c = &w->rs->classifiers[i];
        struct finding f = {.kind = FINDING_WORD, .rule = -1, .classifier = i};
        if (!lists_of(w, c->when, c->n_when, f) || !of_classifier(w, i))
            return false;
        work_tick(w);
    }
    for (int i = 0; i < w->n; i++) {
        struct finding f = {.kind = FINDING_WORD, .rule = i, .classifier = -1};
        if (!lists_of(w, w->rs->rules[i].when, w->rs->rules[i].n_when, f))
            return false;
        work_tick(w);
    }
    return true;
}
