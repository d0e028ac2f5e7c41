/*
 * test_analyse.c - core/analyse.h: on small random rule sets, what is found and what is not, against every
 * referral
 */
#include "core/analyse.h"
#include "core/tiny.h"

#define SETS 400  /* or as many as TINY_SETS says */
#define MANY 4000 /* referrals of one rule set; those with more are passed over */

/* What becomes of every referral of a rule set. */
struct all {
    unsigned *matched; /* a bit for each rule */
    int *rules;        /* -1: none */
    int n;
    bool sets[3]; /* each classifier sets something, somewhere */
};

static int64_t total(const struct tiny *t)
{
    int64_t n = 1;
    for (int i = 0; i < ASPECTS && n <= MANY; i++) {
        if (t->spoken[i] || (i == ASPECT_PARTIES && t->spoken[ASPECT_VILLAGE]))
            n *= tiny_values(t, (enum aspect)i);
    }
    return n;
}

/* As the classifiers are defined: in order, a category where there is none, tags that are not there yet. */
static void note_classifiers(struct tiny *t, struct all *all)
{
    unsigned char hits[8];
    struct str tags[2];
    struct match m = {
        &t->rs, &t->referral, t->referral.category, tags, 0, hits, match_source_category(&t->referral)};
    textscan_run(t->rs.words, t->referral.folded, hits);
    for (int i = 0; i < t->referral.n_tags; i++)
        tags[m.n_tags++] = t->referral.tags[i];
    for (int i = 0; i < t->rs.n_classifiers; i++) {
        const struct classifier *c = &t->classifiers[i];
        if ((c->category >= 0 && m.category >= 0) || !match_holds(&m, c->when))
            continue;
        all->sets[i] |= c->category >= 0;
        m.category = c->category >= 0 ? c->category : m.category;
        for (int k = 0; k < c->n_tags; k++) {
            bool there = false;
            for (int j = 0; j < m.n_tags; j++)
                there |= str_eq(tags[j], c->tags[k]);
            if (!there)
                tags[m.n_tags++] = c->tags[k];
            all->sets[i] |= !there;
        }
    }
}

static void decide_all(struct tiny *t, struct all *all)
{
    *all = (struct all){.matched = calloc(MANY, sizeof *all->matched),
                        .rules = calloc(MANY, sizeof *all->rules)};
    tiny_first(t);
    do {
        struct arena *a = arena_new(0);
        struct rule_trace *traces;
        struct decision d;
        int n;
        assert_true(decide_rule(a, &t->rs, &t->referral, &d));
        assert_true(decide_trace(a, &t->rs, &t->referral, t->rs.n_rules - 1, &traces, &n));
        for (int i = 0; i < n; i++)
            all->matched[all->n] |= traces[i].matched ? 1u << i : 0;
        all->rules[all->n++] = d.rule;
        note_classifiers(t, all);
        arena_free(a);
    } while (tiny_next(t));
}

static int first_of(unsigned matched)
{
    return matched ? __builtin_ctz(matched) : -1;
}

/* Numbers that are equal for equal outcomes; 0: no rule. */
static int outcome_of(const struct tiny *t, int rule)
{
    return rule < 0 ? 0 : (int)t->rules[rule].outcome * 16 + t->rules[rule].code.p[0] - 'a' + 1;
}

static const struct finding *find(const struct analysis *x, enum finding_kind kind, int rule)
{
    for (int i = 0; i < x->n; i++) {
        if (x->findings[i].kind == kind && x->findings[i].rule == rule)
            return &x->findings[i];
    }
    return NULL;
}

/* ---- each kind, as one would define it ---- */

static bool matches_ever(const struct all *all, int rule, bool first)
{
    for (int i = 0; i < all->n; i++) {
        if (first ? all->rules[i] == rule : (int)(all->matched[i] >> rule & 1))
            return true;
    }
    return false;
}

static bool has_effect(const struct tiny *t, const struct all *all, int rule)
{
    for (int i = 0; i < all->n; i++) {
        int without = first_of(all->matched[i] & ~(1u << rule));
        if (all->rules[i] == rule && outcome_of(t, without) != outcome_of(t, rule))
            return true;
    }
    return false;
}

/* Earlier rules, and only those named, have all that the rule matches. */
static void check_cover(const struct all *all, const struct finding *f)
{
    unsigned named = 0;
    for (int i = 0; i < f->n_others; i++) {
        assert_true(f->others[i] < f->rule);
        named |= 1u << f->others[i];
    }
    for (int i = 0; i < all->n; i++)
        assert_true(!(all->matched[i] >> f->rule & 1) || (all->matched[i] & named));
}

static void compare_rules(const struct tiny *t, const struct all *all, const struct analysis *x)
{
    bool exact = !x->space.stages;
    for (int i = 0; i < t->rs.n_rules; i++) {
        const struct finding *dead = find(x, FINDING_UNREACHABLE, i),
                             *never = find(x, FINDING_CONTRADICTION, i);
        const struct finding *idle = find(x, FINDING_NO_EFFECT, i);
        assert_true(!exact || !find(x, FINDING_UNDECIDED, i));
        assert_true((dead || never) ? !matches_ever(all, i, true) : !exact || matches_ever(all, i, true));
        if (never)
            assert_false(matches_ever(all, i, false));
        if (dead && exact)
            assert_true(matches_ever(all, i, false));
        if (dead)
            check_cover(all, dead);
        if (idle)
            assert_false(has_effect(t, all, i));
        else if (exact && !dead && !never)
            assert_true(has_effect(t, all, i));
    }
}

static void compare_gaps(const struct tiny *t, const struct all *all, const struct analysis *x)
{
    int gaps = 0, unplaced = 0;
    (void)t;
    for (int i = 0; i < x->n; i++)
        gaps += x->findings[i].kind == FINDING_GAP;
    for (int i = 0; i < all->n; i++)
        unplaced += all->rules[i] < 0;
    assert_false(x->more_gaps);
    if (unplaced)
        assert_true(gaps > 0);
    if (!x->space.stages)
        assert_int_equal(gaps > 0, unplaced > 0);
}

static void compare_classifiers(const struct tiny *t, const struct all *all, const struct analysis *x)
{
    for (int c = 0; c < t->rs.n_classifiers; c++) {
        bool told = false;
        for (int i = 0; i < x->n; i++)
            told |= x->findings[i].kind == FINDING_CLASSIFIER && x->findings[i].classifier == c;
        if (told)
            assert_false(all->sets[c]);
        else if (!x->space.stages)
            assert_true(all->sets[c]);
    }
}

/* ---- two rules that could be one ---- */

static bool same_ints(const int *a, int n, const int *b, int m)
{
    for (int i = 0; i < n; i++) {
        bool there = false;
        for (int k = 0; k < m; k++)
            there |= a[i] == b[k];
        if (!there)
            return false;
    }
    return true;
}

static bool same_strs(const struct str *a, int n, const struct str *b, int m)
{
    for (int i = 0; i < n; i++) {
        bool there = false;
        for (int k = 0; k < m; k++)
            there |= str_eq(a[i], b[k]);
        if (!there)
            return false;
    }
    return true;
}

/* Written the same, but for the order of lists. */
static bool same_conds(const struct cond *a, const struct cond *b)
{
    if (a->span != b->span)
        return false;
    for (int i = 0; i <= a->span; i++) {
        const struct cond *x = a + i, *y = b + i;
        if (x->kind != y->kind || x->set != y->set || x->low != y->low || x->high != y->high ||
            memcmp(x->currency, y->currency, sizeof x->currency) ||
            memcmp(&x->party, &y->party, sizeof x->party) || x->span != y->span)
            return false;
        if (x->list && (!same_ints(x->list, x->n, y->list, y->n) || !same_ints(y->list, y->n, x->list, x->n)))
            return false;
        if (x->strings && (!same_strs(x->strings, x->n, y->strings, y->n) ||
                           !same_strs(y->strings, y->n, x->strings, x->n)))
            return false;
    }
    return true;
}

static int children_of(const struct cond *when, const struct cond **out)
{
    int n = 0;
    const struct cond *end = when + 1 + when->span;
    for (const struct cond *c = when + 1; c < end; c += 1 + c->span)
        out[n++] = c;
    return n;
}

static bool one_list_or_range(const struct cond *a, const struct cond *b)
{
    switch (a->kind) {
    case COND_CHANNEL:
    case COND_MODE:
    case COND_CATEGORY_UNDER:
    case COND_CATEGORY_IS:
    case COND_REGION_WITHIN:
    case COND_REGION_IS:
    case COND_REGION_LEVEL:
    case COND_REGION_KIND:
    case COND_TAGS:
    case COND_OFFENCE:
    case COND_SOURCE_CATEGORY:
    case COND_AGENCY:
    case COND_RISK:
    case COND_TEXT:
        return true;
    case COND_CLAIM:
        if (memcmp(a->currency, b->currency, 4))
            return false; /* fall through */
    case COND_PARTIES:
    case COND_AGE:
    case COND_ARRIVED:
    case COND_EARLIER:
    case COND_EARLIER_COUNT:
        return (b->high == INT64_MAX || a->low <= b->high + 1) &&
               (a->high == INT64_MAX || b->low <= a->high + 1);
    default:
        return false;
    }
}

/* All conditions written the same but for one each, which one condition could say. */
static bool alike(const struct rule *a, const struct rule *b)
{
    const struct cond *x[TINY_CONDS_MAX], *y[TINY_CONDS_MAX];
    int n = children_of(a->when, x), m = children_of(b->when, y), left = -1, right = -1;
    bool used[TINY_CONDS_MAX] = {false};
    if (n != m)
        return false;
    for (int i = 0; i < n; i++) {
        int k = 0;
        while (k < m && (used[k] || !same_conds(x[i], y[k])))
            k++;
        if (k < m)
            used[k] = true;
        else if (left >= 0)
            return false;
        else
            left = i;
    }
    for (int k = 0; k < m; k++)
        right = used[k] ? right : k;
    return left >= 0 && x[left]->kind == y[right]->kind && one_list_or_range(x[left], y[right]);
}

/* Whether `into` taking over all that `from` matches, and `from` gone, leaves every outcome as it is. */
static bool joins(const struct tiny *t, const struct all *all, int into, int from)
{
    for (int i = 0; i < all->n; i++) {
        unsigned matched = all->matched[i];
        matched |= matched >> from & 1 ? 1u << into : 0;
        if (outcome_of(t, first_of(matched & ~(1u << from))) != outcome_of(t, all->rules[i]))
            return false;
    }
    return true;
}

static bool told_together(const struct analysis *x, int i, int j)
{
    for (int k = 0; k < x->n; k++) {
        const struct finding *f = &x->findings[k];
        bool first = f->rule == i, second = f->rule == j;
        for (int o = 0; o < f->n_others; o++) {
            first |= f->others[o] == i;
            second |= f->others[o] == j;
        }
        if (f->kind == FINDING_MERGE && first && second)
            return true;
    }
    return false;
}

static bool lives(const struct analysis *x, int rule)
{
    return !find(x, FINDING_UNREACHABLE, rule) && !find(x, FINDING_CONTRADICTION, rule) &&
           !find(x, FINDING_NO_EFFECT, rule);
}

static int compare_merges(const struct tiny *t, const struct all *all, const struct analysis *x)
{
    int told = 0;
    for (int i = 0; i < t->rs.n_rules; i++) {
        for (int j = i + 1; j < t->rs.n_rules; j++) {
            bool could = outcome_of(t, i) == outcome_of(t, j) && lives(x, i) && lives(x, j) &&
                         alike(&t->rules[i], &t->rules[j]) && (joins(t, all, i, j) || joins(t, all, j, i));
            if (could && !x->space.stages)
                assert_true(told_together(x, i, j));
        }
    }
    for (int k = 0; k < x->n; k++) {
        const struct finding *f = &x->findings[k];
        for (int o = 0; f->kind == FINDING_MERGE && o < f->n_others; o++, told++) {
            bool with_one = false; /* of its group */
            for (int p = -1; p < f->n_others; p++) {
                int i = p < 0 ? f->rule : f->others[p], j = f->others[o];
                with_one |= i != j && (joins(t, all, i, j) || joins(t, all, j, i));
            }
            assert_true(with_one);
        }
    }
    return told;
}

/* ---- witnesses ---- */

static void check_witness(struct tiny *t, const struct analysis *x, const struct finding *f)
{
    struct decision d;
    if (!x->space.stages)
        assert_int_equal(f->doubt, DOUBT_NONE);
    if (f->kind == FINDING_CONTRADICTION || f->kind == FINDING_WORD || f->kind == FINDING_EXPIRED || f->doubt)
        return;
    if (f->kind == FINDING_CLASSIFIER && f->n_others == 0)
        return; /* contradictory in itself */
    assert_non_null(f->witness);
    assert_true(decide_rule(t->a, &t->rs, f->witness, &d));
    if (f->kind == FINDING_GAP)
        assert_int_equal(d.rule, -1);
    else if (f->kind == FINDING_UNREACHABLE)
        assert_true(d.rule >= 0 && d.rule < f->rule);
    else if (f->kind == FINDING_NO_EFFECT)
        assert_int_equal(d.rule, f->rule);
    else if (f->kind == FINDING_MERGE)
        assert_int_equal(d.rule, f->others[0]);
}

static int found[FINDING_KIND_LIMIT];

static void findings_are_what_is_so(void **state)
{
    (void)state;
    int tried = 0, merged = 0, staged = 0;
    int sets = getenv("TINY_SETS") ? atoi(getenv("TINY_SETS")) : SETS;
    struct analyse_options options = {
        .bounds = tiny_bounds(), .gaps_max = 1000, .contradictions_max = 100000};
    for (uint64_t seed = 1; tried < sets; seed++) {
        struct tiny t;
        tiny_make(&t, seed);
        if (total(&t) <= MANY) {
            struct analysis x;
            struct all all;
            assert_true(analyse(t.a, &t.rs, &options, &x));
            decide_all(&t, &all);
            compare_rules(&t, &all, &x);
            compare_gaps(&t, &all, &x);
            compare_classifiers(&t, &all, &x);
            merged += compare_merges(&t, &all, &x);
            for (int i = 0; i < x.n; i++) {
                check_witness(&t, &x, &x.findings[i]);
                found[x.findings[i].kind]++;
            }
            staged += x.space.stages;
            tried++;
            free(all.matched);
            free(all.rules);
        }
        tiny_free(&t);
    }
    print_message(
        "# %d rule sets, %d in stages: %d unreachable, %d contradictory, %d gaps, %d without effect, "
        "%d classifiers, %d rules to merge (%d), %d words\n",
        tried, staged, found[FINDING_UNREACHABLE], found[FINDING_CONTRADICTION], found[FINDING_GAP],
        found[FINDING_NO_EFFECT], found[FINDING_CLASSIFIER], found[FINDING_MERGE], merged,
        found[FINDING_WORD]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(findings_are_what_is_so, tiny_tell_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
