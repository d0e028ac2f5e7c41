/*
 * test_space.c - core/space.h, space_search.h and space_expand.h against every referral of small random rule
 * sets
 */
#include "core/space_expand.h"
#include "core/space_search.h"
#include "core/tiny.h"

#define SETS     500  /* or as many as TINY_SETS says */
#define MANY     4000 /* referrals of one rule set; those with more are passed over */
#define PATIENCE 100000
#define BOXES    500

/* Every referral of a rule set: where it lies, and the rule that decides it; -1: none. */
struct all {
    int *points;
    int *rules;
    int n;
    size_t size; /* of a point */
};

static int *point_at(const struct all *all, int i)
{
    return all->points + (size_t)i * all->size;
}

static int64_t total(const struct tiny *t)
{
    int64_t n = 1;
    for (int i = 0; i < ASPECTS && n <= MANY; i++) {
        if (t->spoken[i] || (i == ASPECT_PARTIES && t->spoken[ASPECT_VILLAGE]))
            n *= tiny_values(t, (enum aspect)i);
    }
    return n;
}

/* Every referral lies in a rule's box exactly when the rule's conditions hold, and never where none can lie.
 */
static void locate(struct tiny *t, const struct space *s, struct all *all)
{
    unsigned char hits[8];
    struct decision d;
    struct arena *a = arena_new(0);
    int *point = point_at(all, all->n);
    assert_true(decide_rule(a, &t->rs, &t->referral, &d));
    textscan_run(t->rs.words, t->referral.folded, hits);
    struct match m = {
        &t->rs, &t->referral, d.category, d.tags, d.n_tags, hits, match_source_category(&t->referral)};
    space_locate(s, 0, &m, point);
    for (int i = 0; i < t->rs.n_rules; i++)
        assert_int_equal(box_has(s, &s->of[0].rules[i], point), match_holds(&m, t->rules[i].when));
    for (size_t i = 0; i < s->n_never; i++)
        assert_false(box_has(s, &s->never[i].box, point));
    all->rules[all->n++] = d.rule;
    arena_free(a);
}

static void locate_all(struct tiny *t, const struct space *s, struct all *all)
{
    *all = (struct all){.size = s->n_dims};
    all->points = calloc(MANY * s->n_dims, sizeof *all->points);
    all->rules = calloc(MANY, sizeof *all->rules);
    tiny_first(t);
    do
        locate(t, s, all);
    while (tiny_next(t));
}

/* The referral made of the point that was found is decided by that rule. */
static void confirm(const struct tiny *t, const struct space *s, struct search *x, int rule)
{
    struct arena *a = arena_new(0);
    struct referral r;
    struct decision d;
    assert_true(space_referral(s, a, search_point(x), &r));
    assert_true(decide_rule(a, &t->rs, &r, &d));
    assert_int_equal(d.rule, rule);
    arena_free(a);
}

/* What each rule decides, and what none does, as boxes: all of it, and nothing else. */
static void compare_region(struct tiny *t, struct space *s, struct search *x, const struct all *all, int rule)
{
    static const struct box everything;
    const struct box *own = rule >= 0 ? &s->of[0].rules[rule] : &everything;
    const struct box *outside[TINY_RULES_MAX];
    struct box *found = calloc(BOXES, sizeof *found);
    int n = 0, before = rule >= 0 ? rule : t->rs.n_rules;
    search_within(x, own);
    for (int i = 0; i < before; i++) {
        outside[i] = &s->of[0].rules[i];
        search_avoid(x, outside[i], i);
    }
    enum search_result result;
    while ((result = search_run(x, PATIENCE)) == SEARCH_FOUND) {
        assert_true(n < BOXES);
        if (!s->stages)
            confirm(t, s, x, rule);
        assert_true(space_expand(s, own, outside, before, search_point(x), &found[n]));
        assert_true(box_has(s, &found[n], search_point(x)));
        search_avoid(x, &found[n++], -1);
    }
    assert_int_equal(result, SEARCH_NONE);
    bool some = false;
    for (int i = 0; i < all->n; i++) {
        bool in = false;
        for (int k = 0; k < n; k++)
            in |= box_has(s, &found[k], point_at(all, i));
        assert_int_equal(in, all->rules[i] == rule);
        some |= in;
    }
    if (!s->stages)
        assert_int_equal(some, n > 0);
    free(found);
}

static void regions_are_what_is_decided(void **state)
{
    (void)state;
    int tried = 0, referrals = 0, staged = 0;
    int sets = getenv("TINY_SETS") ? atoi(getenv("TINY_SETS")) : SETS;
    for (uint64_t seed = 1; tried < sets; seed++) {
        struct tiny t;
        tiny_make(&t, seed);
        if (total(&t) <= MANY) {
            const struct ruleset *rs = &t.rs;
            struct bounds bounds = tiny_bounds();
            struct space s;
            struct all all;
            assert_true(space_build(t.a, &rs, 1, &bounds, &s));
            locate_all(&t, &s, &all);
            struct search *x = search_new(&s);
            for (int rule = -1; rule < t.rs.n_rules; rule++)
                compare_region(&t, &s, x, &all, rule);
            search_free(x);
            tried++;
            staged += s.stages;
            referrals += all.n;
            free(all.points);
            free(all.rules);
        }
        tiny_free(&t);
    }
    print_message("# %d rule sets, %d with classifiers in stages, %d referrals\n", tried, staged, referrals);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(regions_are_what_is_decided, tiny_tell_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
