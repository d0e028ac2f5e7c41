/*
 * analyse_rules.c - rules that never fire, and rules that change nothing
 */
#include "core/analyse_inner.h"

#include "core/space_expand.h"

#include <stdlib.h>

#define SHORTEN_MAX 40 /* longer proofs are told as they are */

static struct finding finding_of(enum finding_kind kind, int rule)
{
    return (struct finding){.kind = kind, .rule = rule, .classifier = -1};
}

/* ---- never fires ---- */

/* Whether these rules, but for one, leave nothing of the rule. */
static bool proves(struct work *w, int rule, const int *tags, int n, int without)
{
    search_within(w->x, &w->rules[rule]);
    for (int i = 0; i < n; i++) {
        if (i != without && tags[i] < SEARCH_CLASSIFIER)
            search_avoid(w->x, &w->rules[tags[i]], tags[i]);
    }
    return search_run(w->x, w->options->contradictions_max) == SEARCH_NONE;
}

/* Leaves out, one by one, what the proof can do without. */
static int shorten(struct work *w, int rule, int *tags, int n)
{
    if (proves(w, rule, tags, 0, -1))
        n = 0;
    for (int i = n <= SHORTEN_MAX ? n - 1 : -1; i >= 0; i--) {
        if (tags[i] >= SEARCH_CLASSIFIER || !proves(w, rule, tags, n, i))
            continue;
        memmove(tags + i, tags + i + 1, (size_t)(n - i - 1) * sizeof *tags);
        n--;
    }
    proves(w, rule, tags, n, -1);
    return search_proof(w->x, tags, w->n + w->rs->n_classifiers);
}

/* The rules of a proof come first, then the classifiers; the number of rules, and the first classifier or -1.
 */
static int rules_of_proof(const int *tags, int n, int *classifier)
{
    int rules = 0;
    while (rules < n && tags[rules] < SEARCH_CLASSIFIER)
        rules++;
    *classifier = rules < n ? tags[rules] - SEARCH_CLASSIFIER : -1;
    return rules;
}

/* A referral that the rule would take, and that an earlier one takes. */
static bool show_taken(struct work *w, struct finding *f)
{
    struct decision d;
    search_within(w->x, &w->rules[f->rule]);
    enum search_result result = search_run(w->x, w->options->contradictions_max);
    if (result != SEARCH_FOUND)
        return result != SEARCH_MEMORY;
    struct referral *r = ARENA_NEW(w->a, struct referral);
    if (!r || !space_referral(w->s, w->a, search_point(w->x), r) || !decide_rule(w->scratch, w->rs, r, &d))
        return false;
    f->witness = r;
    if (d.rule < 0 || d.rule >= f->rule)
        f->doubt = work_doubt(w);
    return true;
}

static bool tell_dead(struct work *w, int rule)
{
    int most = w->n + w->rs->n_classifiers, classifier;
    int *tags = ARENA_ARRAY(w->scratch, (size_t)most + 1, int);
    if (!tags)
        return false;
    int n = shorten(w, rule, tags, search_proof(w->x, tags, most));
    n = rules_of_proof(tags, n, &classifier);
    struct finding f = finding_of(n ? FINDING_UNREACHABLE : FINDING_CONTRADICTION, rule);
    f.classifier = classifier;
    f.others = work_list(w, tags, n);
    f.n_others = n;
    w->state[rule] = RULE_DEAD;
    return f.others && (n == 0 || show_taken(w, &f)) && work_add(w, &f);
}

/* ---- changes nothing ---- */

static int next_with(struct work *w, int rule, int *point)
{
    int i = meets_next(&w->meets, w->near, rule + 1);
    while (i >= 0 && !box_has(w->s, &w->rules[i], point))
        i = meets_next(&w->meets, w->near, i + 1);
    return i;
}

/*
 * From now on a point in `later`, which does the same as `rule`, has to be one that another outcome takes
 * before `later` does. Of such a rule between them a fresh dimension says that it has the point.
 */
static bool ask_for_another(struct work *w, int rule, int later)
{
    const struct box *b = &w->rules[later];
    int between = 0;
    struct lit *lits = ARENA_ARRAY(w->scratch, (size_t)(b->n + later - rule) + 1, struct lit);
    if (!lits)
        return false;
    if (b->n)
        memcpy(lits, b->lits, (size_t)b->n * sizeof *lits);
    for (int i = meets_next(&w->meets, w->near, rule + 1); i < later;
         i = meets_next(&w->meets, w->near, i + 1)) {
        if (w->outcome[i] == w->outcome[rule] || !boxes_meet(w->s, &w->rules[i], b))
            continue;
        if (w->fresh[i] < 0) {
            w->fresh[i] = search_fresh(w->x);
            search_imply(w->x, w->fresh[i], &w->rules[i]);
        }
        lits[b->n + between++] = (struct lit){w->fresh[i], SEARCH_NO};
    }
    search_avoid(w->x, &(struct box){lits, b->n + between, false}, -1);
    return true;
}

static bool tell_idle(struct work *w, int rule, int *later, int n)
{
    struct finding f = finding_of(FINDING_NO_EFFECT, rule);
    w->state[rule] = RULE_IDLE;
    f.others = work_list(w, later, n);
    f.n_others = n;
    return f.others && work_first(w, &w->rules[rule], rule, -1) == SEARCH_FOUND && work_settle(w, rule, &f) &&
           work_add(w, &f);
}

/* The search stands at a point that the rule takes. Looks on for one where it makes a difference. */
static bool look_for_effect(struct work *w, int rule)
{
    int *later = NULL;
    size_t n = 0, cap = 0;
    for (int i = 0; i < w->n; i++)
        w->fresh[i] = -1;
    for (;;) {
        int next = next_with(w, rule, search_point(w->x));
        if (next < 0 || w->outcome[next] != w->outcome[rule])
            return true;
        int *slot = ARENA_PUSH(w->scratch, later, n, cap);
        if (!slot || !ask_for_another(w, rule, next))
            return false;
        *slot = next;
        enum search_result result = search_run(w->x, w->options->contradictions_max);
        if (result == SEARCH_NONE)
            return tell_idle(w, rule, later, (int)n);
        if (result == SEARCH_GAVE_UP) {
            struct finding f = finding_of(FINDING_UNDECIDED, rule);
            return work_add(w, &f);
        }
        if (result == SEARCH_MEMORY)
            return false;
    }
}

static bool tell_expired(struct work *w, int rule)
{
    struct finding f = finding_of(FINDING_EXPIRED, rule);
    int32_t until = w->rs->rules[rule].until;
    return !until || until >= w->options->bounds.today || work_add(w, &f);
}

bool analyse_rules(struct work *w)
{
    for (int i = 0; i < w->n; i++) {
        struct finding f = finding_of(FINDING_UNDECIDED, i);
        bool good = true;
        switch (work_first(w, &w->rules[i], i, -1)) {
        case SEARCH_FOUND:
            good = tell_expired(w, i) && look_for_effect(w, i) &&
                   (w->state[i] != RULE_LIVES || work_lives(w, i));
            break;
        case SEARCH_NONE:
            good = tell_dead(w, i);
            break;
        case SEARCH_GAVE_UP:
            w->state[i] = RULE_UNKNOWN;
            good = work_add(w, &f);
            break;
        case SEARCH_MEMORY:
            return false;
        }
        if (!good)
            return false;
        work_tick(w);
    }
    return true;
}

/* ---- what no rule takes ---- */

bool analyse_gaps(struct work *w)
{
    static const struct box everything;
    const struct box **outside = ARENA_ARRAY(w->scratch, (size_t)w->n + 1, const struct box *);
    enum search_result result = outside ? work_first(w, &everything, w->n, -1) : SEARCH_MEMORY;
    for (int i = 0; outside && i < w->n; i++)
        outside[i] = &w->rules[i];
    for (int told = 0; result == SEARCH_FOUND; told++) {
        struct finding f = finding_of(FINDING_GAP, -1);
        struct box *box = ARENA_NEW(w->a, struct box);
        w->out->more_gaps = told >= w->options->gaps_max;
        if (w->out->more_gaps)
            return true;
        if (!box || !work_settle(w, -1, &f) || !space_expand(w->s, &everything, outside, w->n, w->point, box))
            return false;
        f.box = box;
        if (!work_add(w, &f))
            return false;
        search_avoid(w->x, box, -1);
        result = search_run(w->x, w->options->contradictions_max);
    }
    w->out->more_gaps |= result == SEARCH_GAVE_UP;
    return result != SEARCH_MEMORY;
}
