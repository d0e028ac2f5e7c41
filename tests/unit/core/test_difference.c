/*
 * test_difference.c - core/difference.h against every referral of small random pairs of rule sets
 */
#include "core/difference.h"
#include "core/tiny.h"

#define PAIRS    500  /* or as many as TINY_SETS says */
#define MANY     3000 /* referrals of one pair; those with more are passed over */
#define PATIENCE 100000

/* A rule set and what an operator made of it. */
struct pair {
    struct tiny t; /* its lists are those of the referral at hand */
    struct ruleset was, is;
    struct rule rules[TINY_RULES_MAX];
    struct classifier classifiers[3];
    int shifted; /* side whose lists have one region and one category more, before the others; -1: neither */
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

static void shift_conds(struct arena *a, const struct cond **when, int n)
{
    struct cond *items = ARENA_ARRAY(a, (size_t)n, struct cond);
    memcpy(items, *when, (size_t)n * sizeof *items);
    *when = items;
    for (int i = 0; i < n; i++) {
        bool category = items[i].kind == COND_CATEGORY_UNDER || items[i].kind == COND_CATEGORY_IS;
        if (!category && items[i].kind != COND_REGION_WITHIN && items[i].kind != COND_REGION_IS)
            continue;
        int *list = ARENA_ARRAY(a, (size_t)items[i].n, int);
        for (int k = 0; k < items[i].n; k++)
            list[k] = items[i].list[k] + 1;
        items[i].list = list;
    }
}

static void shift_lists(struct arena *a, struct ruleset *rs)
{
    int n = rs->regions.n, m = rs->categories.n;
    struct region *regions = ARENA_ARRAY(a, (size_t)n + 1, struct region);
    struct category *items = ARENA_ARRAY(a, (size_t)m + 1, struct category);
    struct category_name *names = ARENA_ARRAY(a, (size_t)m + 1, struct category_name);
    const char *why;
    regions[0] = (struct region){.code = STR("31"), .name = STR("31"), .kind = REGION_PROVINCE};
    memcpy(regions + 1, rs->regions.items, (size_t)n * sizeof *regions);
    assert_int_equal(regions_build(regions, n + 1, &why), -1);
    rs->regions = (struct regions){.items = regions, .n = n + 1};
    items[0] = (struct category){.code = STR("first"), .name = STR("first")};
    memcpy(items + 1, rs->categories.items, (size_t)m * sizeof *items);
    for (int i = 0; i <= m; i++)
        names[i] = (struct category_name){items[i].code, i};
    assert_int_equal(categories_build(a, items, m + 1, names, m + 1, &rs->categories, &why), -1);
    roster_build(a, NULL, 0, &rs->regions, &rs->roster);
}

static void shift(struct pair *p)
{
    bool was = p->shifted == 0;
    struct arena *a = p->t.a;
    struct ruleset *rs = was ? &p->was : &p->is;
    struct rule *rules = was ? p->t.rules : p->rules;
    struct classifier *classifiers = was ? p->t.classifiers : p->classifiers;
    shift_lists(a, rs);
    for (int i = 0; i < rs->n_rules; i++)
        shift_conds(a, &rules[i].when, rules[i].n_when);
    for (int i = 0; i < rs->n_classifiers; i++) {
        shift_conds(a, &classifiers[i].when, classifiers[i].n_when);
        classifiers[i].category += classifiers[i].category >= 0;
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
    p->was = p->t.rs;
    p->shifted = random_below(&p->t.random, 4) - 2; /* every fourth pair each */
    if (p->shifted >= 0)
        shift(p);
}

static void look(const struct pair *p, const struct space *s, int of, struct arena *a, struct decision *d,
                 int *point)
{
    unsigned char hits[8];
    const struct ruleset *rs = of ? &p->is : &p->was;
    struct referral r = p->t.referral;
    struct party_facts parties[3];
    if (p->shifted == of) {
        memcpy(parties, r.parties, (size_t)r.n_parties * sizeof *parties);
        for (int i = 0; i < r.n_parties; i++)
            parties[i].address += parties[i].address >= 0;
        r.parties = parties;
        r.place++;
        r.category += r.category >= 0;
    }
    assert_true(decide_rule(a, rs, &r, d));
    textscan_run(rs->words, r.folded, hits);
    struct match m = {rs, &r, d->category, d->tags, d->n_tags, hits, match_source_category(&r)};
    space_locate(s, of, &m, point);
    for (int i = 0; i < rs->n_rules; i++)
        assert_int_equal(box_has(s, &s->of[of].rules[i], point), match_holds(&m, rs->rules[i].when));
    for (size_t i = 0; i < s->n_never; i++) {
        if (s->never[i].of == of || s->never[i].of < 0)
            assert_false(box_has(s, &s->never[i].box, point));
    }
    d->category -= p->shifted == of && d->category >= 0;
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
    const struct rule *a = &p->was.rules[was->rule], *b = &p->is.rules[is->rule];
    return a->outcome != b->outcome || !str_eq(a->code, b->code);
}

struct tally {
    int pairs, referrals, changed, apart, reclassified, new_places;
};

/* The referral at hand lies in a part exactly when it changes hands, and in one of the right pair of rules. */
static void compare(struct pair *p, const struct difference *d, struct tally *n)
{
    struct arena *a = arena_new(0);
    int *was_at = ARENA_ARRAY(a, d->space.n_dims + 1, int), *is_at = ARENA_ARRAY(a, d->space.n_dims + 1, int);
    struct decision was, is;
    look(p, &d->space, 0, a, &was, was_at);
    look(p, &d->space, 1, a, &is, is_at);
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
            n->new_places += part->not_before;
            if (!part->not_before)
                assert_int_equal(decided(&p->was, part->was), x->was);
            assert_true(!part->not_before || p->shifted == 1);
            assert_int_equal(decided(&p->is, part->is), x->is);
        }
    }
    for (int i = 0; i < d->n_classifiers; i++) {
        const struct reclassified *r = &d->classifiers[i];
        if (!r->old)
            continue;
        n->reclassified++;
        assert_int_equal(decided(&p->was, r->old), r->old_rule);
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
        if (total(&p.t) <= MANY) {
            struct difference_options options = {
                .bounds = tiny_bounds(), .parts_max = 500, .contradictions_max = PATIENCE};
            struct difference d;
            assert_true(difference(p.t.a, &p.was, &p.is, &options, &d));
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
    assert_true(n.changed > 0 && n.apart > 0 && n.reclassified > 0 && n.new_places > 0);
}

static void a_rule_set_does_not_differ_from_itself(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct tiny t;
        struct difference_options options = {
            .bounds = tiny_bounds(), .parts_max = 500, .contradictions_max = PATIENCE};
        struct difference d;
        tiny_make(&t, seed);
        for (int i = 0; i < t.rs.n_classifiers; i++)
            t.classifiers[i].id = arena_printf(t.a, "c%d", i);
        assert_true(difference(t.a, &t.rs, &t.rs, &options, &d));
        assert_int_equal(d.n_changes + d.n_classifiers + d.n_lists, 0);
        tiny_free(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(parts_are_what_changes_hands, tiny_tell_seed),
        cmocka_unit_test_teardown(a_rule_set_does_not_differ_from_itself, tiny_tell_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
