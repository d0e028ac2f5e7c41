/*
 * test_difference.c - core/difference.h against every referral of small random pairs of rule sets
 */
#include "core/difference.h"
#include "core/tiny.h"

#define PAIRS    500  /* or as many as TINY_SETS says */
#define MANY     3000 /* referrals of one pair; those with more are passed over */
#define PATIENCE 100000

static uint64_t last_seed;

/* A rule set and what an operator made of it. */
struct pair {
    struct tiny t;
    struct ruleset is;
    struct rule rules[TINY_RULES_MAX];
    struct classifier classifiers[3];
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

static void edit(struct pair *p)
{
    struct tiny *t = &p->t;
    int n = p->is.n_rules, at = random_below(&t->random, n), other = random_below(&t->random, n);
    struct rule kept = p->rules[at];
    switch (random_below(&t->random, 5)) {
    case 0: /* another order */
        p->rules[at] = p->rules[other];
        p->rules[other] = kept;
        break;
    case 1: /* taken out */
        for (int i = at; n > 1 && i + 1 < n; i++)
            p->rules[i] = p->rules[i + 1];
        p->is.n_rules -= n > 1;
        break;
    case 2: /* does something else */
        tiny_outcome(t, &p->rules[at]);
        break;
    case 3: /* one condition changed */
        tiny_copy(t, &kept, &p->rules[at]);
        break;
    default: /* a new one */
        if (n == TINY_RULES_MAX)
            break;
        for (int i = n; i > at; i--)
            p->rules[i] = p->rules[i - 1];
        p->rules[at].id = STR("new");
        p->rules[at].when = tiny_when(t, &p->rules[at].n_when);
        tiny_outcome(t, &p->rules[at]);
        p->is.n_rules++;
        break;
    }
}

static void make(struct pair *p, uint64_t seed)
{
    memset(p, 0, sizeof *p);
    tiny_make(&p->t, seed);
    memcpy(p->rules, p->t.rules, sizeof p->rules);
    memcpy(p->classifiers, p->t.classifiers, sizeof p->classifiers);
    p->is = p->t.rs;
    p->is.rules = p->rules;
    p->is.classifiers = p->classifiers;
    for (int i = random_below(&p->t.random, 4); i >= 0; i--)
        edit(p);
    for (int i = 0; i < p->is.n_classifiers; i++) {
        if (random_below(&p->t.random, 4) == 0)
            tiny_classifier(&p->t, &p->classifiers[i]);
        p->t.classifiers[i].id = p->classifiers[i].id = arena_printf(p->t.a, "c%d", i);
    }
    if (p->is.n_classifiers > 1 && random_below(&p->t.random, 4) == 0) { /* another order */
        struct classifier first = p->classifiers[0];
        p->classifiers[0] = p->classifiers[1];
        p->classifiers[1] = first;
    }
}

static void look(const struct space *s, int of, const struct tiny *t, const struct ruleset *rs, struct arena *a,
                 struct decision *d, int *point)
{
    unsigned char hits[8];
    assert_true(decide_rule(a, rs, &t->referral, d));
    textscan_run(rs->words, t->referral.folded, hits);
    struct match m = {rs,       &t->referral, d->category, d->tags,
                      d->n_tags, hits,         match_source_category(&t->referral)};
    space_locate(s, of, &m, point);
    for (int i = 0; i < rs->n_rules; i++)
        assert_int_equal(box_has(s, &s->of[of].rules[i], point), match_holds(&m, rs->rules[i].when));
    for (size_t i = 0; i < s->n_never; i++) {
        if (s->never[i].of == of || s->never[i].of < 0)
            assert_false(box_has(s, &s->never[i].box, point));
    }
}

static bool classified_alike(const struct decision *a, const struct decision *b)
{
    bool alike = a->category == b->category && a->n_tags == b->n_tags;
    for (int i = 0; i < a->n_tags && alike; i++)
        alike = str_eq(a->tags[i], b->tags[i]);
    return alike;
}

static bool differ(const struct pair *p, const struct decision *was, const struct decision *is)
{
    if (was->rule < 0 || is->rule < 0)
        return was->rule != is->rule;
    const struct rule *a = &p->t.rs.rules[was->rule], *b = &p->is.rules[is->rule];
    return a->outcome != b->outcome || !str_eq(a->code, b->code);
}

struct tally {
    int pairs, referrals, changed, apart, reclassified;
};

/* The referral at hand lies in a part exactly when it changes hands, and in one of the right pair of rules. */
static void compare(struct pair *p, const struct difference *d, struct tally *n)
{
    struct arena *a = arena_new(0);
    int *was_at = ARENA_ARRAY(a, d->space.n_dims + 1, int), *is_at = ARENA_ARRAY(a, d->space.n_dims + 1, int);
    struct decision was, is;
    look(&d->space, 0, &p->t, &p->t.rs, a, &was, was_at);
    look(&d->space, 1, &p->t, &p->is, a, &is, is_at);
    n->referrals++;
    if (!classified_alike(&was, &is)) {
        n->apart++;
        assert_true(d->n_classifiers > 0);
        arena_free(a);
        return;
    }
    bool told = false;
    for (int i = 0; i < d->n_changes; i++) {
        const struct change *x = &d->changes[i];
        for (int k = 0; k < x->n_parts; k++) {
            if (!box_has(&d->space, &x->parts[k].box, is_at))
                continue;
            told = true;
            assert_int_equal(x->was, was.rule);
            assert_int_equal(x->is, is.rule);
            assert_true(box_has(&d->space, &x->within, is_at));
        }
    }
    assert_int_equal(told, differ(p, &was, &is));
    n->changed += told;
    arena_free(a);
}

static int decided(const struct ruleset *rs, const struct referral *r)
{
    struct arena *a = arena_new(0);
    struct decision d;
    assert_true(decide_rule(a, rs, r, &d));
    arena_free(a);
    return d.rule;
}

static void confirm(const struct pair *p, const struct difference *d, struct tally *n)
{
    for (int i = 0; i < d->n_changes; i++) {
        const struct change *x = &d->changes[i];
        assert_false(x->gave_up || x->more);
        for (int k = 0; k < x->n_parts; k++) {
            const struct part *part = &x->parts[k];
            if (!d->stages)
                assert_int_equal(part->doubt, DOUBT_NONE);
            if (part->doubt != DOUBT_NONE)
                continue;
            assert_int_equal(decided(&p->t.rs, part->was), x->was);
            assert_int_equal(decided(&p->is, part->is), x->is);
        }
    }
    for (int i = 0; i < d->n_classifiers; i++) {
        const struct reclassified *r = &d->classifiers[i];
        if (!r->old)
            continue;
        n->reclassified++;
        assert_int_equal(decided(&p->t.rs, r->old), r->old_rule);
        assert_int_equal(decided(&p->is, r->new), r->new_rule);
    }
}

static void parts_are_what_changes_hands(void **state)
{
    (void)state;
    struct tally n = {0};
    int pairs = getenv("TINY_SETS") ? atoi(getenv("TINY_SETS")) : PAIRS;
    static struct pair p;
    for (uint64_t seed = 1; n.pairs < pairs; seed++) {
        make(&p, seed);
        last_seed = seed;
        if (total(&p.t) <= MANY) {
            struct difference_options options = {
                .bounds = tiny_bounds(), .parts_max = 500, .contradictions_max = PATIENCE};
            struct difference d;
            assert_true(difference(p.t.a, &p.t.rs, &p.is, &options, &d));
            tiny_first(&p.t);
            do
                compare(&p, &d, &n);
            while (tiny_next(&p.t));
            confirm(&p, &d, &n);
            n.pairs++;
        }
        tiny_free(&p.t);
    }
    print_message("# %d pairs, %d referrals, %d change hands, %d classified otherwise; %d shown\n", n.pairs,
                  n.referrals, n.changed, n.apart, n.reclassified);
    assert_true(n.changed > 0 && n.apart > 0 && n.reclassified > 0);
}

static void a_rule_set_does_not_differ_from_itself(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct tiny t;
        struct difference_options options = {
            .bounds = tiny_bounds(), .parts_max = 500, .contradictions_max = PATIENCE};
        struct difference d;
        last_seed = seed;
        tiny_make(&t, seed);
        for (int i = 0; i < t.rs.n_classifiers; i++)
            t.classifiers[i].id = arena_printf(t.a, "c%d", i);
        assert_true(difference(t.a, &t.rs, &t.rs, &options, &d));
        assert_int_equal(d.n_changes + d.n_classifiers + d.n_lists, 0);
        tiny_free(&t);
    }
}

/* Which one it was, for whoever has to mend it. */
static int tell_seed(void **state)
{
    (void)state;
    print_message("# last seed %llu\n", (unsigned long long)last_seed);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(parts_are_what_changes_hands, tell_seed),
        cmocka_unit_test_teardown(a_rule_set_does_not_differ_from_itself, tell_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
