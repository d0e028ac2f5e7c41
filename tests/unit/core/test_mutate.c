/*
 * test_mutate.c - core/mutate.h: mutants differ where they should, and what is left out changes nothing
 */
#include "core/mutate.h"
#include "core/match.h"
#include "core/world.h"

#define NODES_MAX 64

static struct world *w;

static int setup(void **state)
{
    (void)state;
    w = world_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    world_free(w);
    return 0;
}

/* ---- random conditions ---- */

static struct cond random_leaf(uint64_t *seed)
{
    static const enum cond_kind facts[] = {COND_PARTIES,
                                           COND_CLAIM,
                                           COND_MODE,
                                           COND_RISK,
                                           COND_CATEGORY_UNDER,
                                           COND_CATEGORY_IS,
                                           COND_CATEGORY_MISSING,
                                           COND_REGION_WITHIN,
                                           COND_CLAIM_MISSING,
                                           COND_REGION_LEVEL};
    struct cond c = {.kind = facts[random_below(seed, 10)]};
    int *list = ARENA_ARRAY(w->a, 2, int);
    bool category = c.kind == COND_CATEGORY_UNDER || c.kind == COND_CATEGORY_IS;
    for (int i = 0; i < 2; i++)
        list[i] = random_below(seed, category ? N_CATEGORIES : w->rs.regions.n);
    c.list = list;
    c.n = 1 + random_below(seed, 2);
    c.low = random_below(seed, 4);
    c.high = c.low + random_below(seed, 3);
    c.set = 2 + (uint64_t)random_below(seed, 30);
    memcpy(c.currency, random_below(seed, 4) ? "CNY" : "USD", 4);
    return c;
}

static int grow(uint64_t *seed, struct cond *out, int room, int depth, enum cond_kind kind)
{
    int n = 1;
    out[0] = (struct cond){.kind = kind};
    for (int i = 1 + random_below(seed, 3); i > 0 && n + 8 < room; i--) {
        bool leaf = depth == 3 || random_below(seed, 3);
        if (leaf)
            out[n++] = random_leaf(seed);
        else
            n += grow(seed, out + n, room - n, depth + 1, (enum cond_kind)random_below(seed, 3));
    }
    if (n == 1)
        out[n++] = random_leaf(seed);
    out[0].span = n - 1;
    return n;
}

static struct rule random_rule(uint64_t *seed)
{
    struct cond *when = ARENA_ARRAY(w->a, NODES_MAX, struct cond);
    int n = grow(seed, when, NODES_MAX, 0, COND_ALL);
    return (struct rule){
        .id = STR("r"), .when = when, .n_when = n, .outcome = OUTCOME_MANUAL, .code = STR("c")};
}

static struct referral random_referral(uint64_t *seed)
{
    static const struct party_facts nobody[8];
    struct referral r = world_referral(w, "3205");
    r.place = random_below(seed, w->rs.regions.n);
    r.mode = (enum mode)(1 + random_below(seed, 4));
    r.category = random_below(seed, N_CATEGORIES + 1) - 1;
    r.parties = nobody;
    r.n_parties = random_below(seed, 7);
    r.has_claim = random_below(seed, 3) != 0;
    r.claim_minor = random_below(seed, 7);
    memcpy(r.currency, random_below(seed, 4) ? "CNY" : "USD", 4);
    r.risk = (unsigned)random_below(seed, 16);
    return r;
}

static struct match match_of(const struct referral *r)
{
    return (struct match){.rules = &w->rs, .referral = r, .category = r->category};
}

/* What `when` comes to when leaf `flip` says the opposite, and leaf `gone` is not there: 1, 0, or -1 where
 * nothing is left. */
static int naive(const struct match *m, const struct cond *when, int at, int flip, int gone)
{
    const struct cond *c = &when[at];
    if (cond_payload(c->kind) != PAYLOAD_GROUP)
        return at == gone ? -1 : match_holds(m, c) != (at == flip);
    int all = 1, any = 0, n = 0;
    for (int i = at + 1; i <= at + c->span; i += 1 + when[i].span) {
        int holds = naive(m, when, i, flip, gone);
        n += holds >= 0;
        all = all && holds != 0;
        any = any || holds == 1;
    }
    if (n == 0 && at > 0)
        return -1;
    return c->kind == COND_ANY ? any : c->kind == COND_NOT ? !all : all;
}

static void spans_are_whole(const struct cond *when, int n)
{
    assert_int_equal(when[0].span, n - 1);
    for (int i = 1; i < n; i++) {
        int parent = cond_parent(when, i);
        assert_true(parent >= 0 && i + when[i].span <= parent + when[parent].span);
        assert_true(cond_payload(when[i].kind) == PAYLOAD_GROUP ? when[i].span > 0 : when[i].span == 0);
    }
}

static void negated_and_dropped_conditions_mean_what_they_say(void **state)
{
    (void)state;
    uint64_t seed = 1;
    int differed = 0;
    for (int round = 0; round < 400; round++) {
        struct rule rule = random_rule(&seed);
        w->rs.rules = &rule;
        w->rs.n_rules = 1;
        for (int at = 1; at < rule.n_when; at++) {
            struct arena *a = arena_new(0);
            struct ruleset negated, dropped;
            struct mutation x = {.kind = MUTATE_NEGATE, .at = at};
            if (cond_payload(rule.when[at].kind) == PAYLOAD_GROUP) {
                arena_free(a);
                continue;
            }
            assert_true(mutate_apply(a, &w->rs, &x, &negated));
            x.kind = MUTATE_DROP_CONDITION;
            assert_true(mutate_apply(a, &w->rs, &x, &dropped));
            spans_are_whole(negated.rules[0].when, negated.rules[0].n_when);
            spans_are_whole(dropped.rules[0].when, dropped.rules[0].n_when);
            for (int i = 0; i < 20; i++) {
                struct referral r = random_referral(&seed);
                struct match m = match_of(&r);
                bool was = match_holds(&m, rule.when);
                assert_int_equal(was, naive(&m, rule.when, 0, -1, -1));
                bool turned = match_holds(&m, negated.rules[0].when);
                assert_int_equal(turned, naive(&m, rule.when, 0, at, -1));
                assert_int_equal(match_holds(&m, dropped.rules[0].when), naive(&m, rule.when, 0, -1, at));
                differed += was != turned;
            }
            arena_free(a);
        }
    }
    assert_true(differed > 1000);
}

static void rules_said_to_be_apart_never_meet(void **state)
{
    (void)state;
    uint64_t seed = 2;
    int apart = 0, met = 0;
    for (int round = 0; round < 3000; round++) {
        struct rule a = random_rule(&seed), b = random_rule(&seed);
        bool said = mutate_apart(&w->rs, a.when, b.when);
        apart += said;
        assert_int_equal(said, mutate_apart(&w->rs, b.when, a.when));
        for (int i = 0; i < 60; i++) {
            struct referral r = random_referral(&seed);
            struct match m = match_of(&r);
            bool both = match_holds(&m, a.when) && match_holds(&m, b.when);
            met += both;
            assert_false(said && both);
        }
    }
    assert_true(apart > 300 && met > 300);
}

/* ---- lists ---- */

static void lists_lose_one_element_and_ranges_one_step(void **state)
{
    (void)state;
    static const struct str tags[] = {{"a", 1}, {"b", 1}, {"c", 1}};
    const struct cond when[] = {{COND_ALL, .span = 3},
                                {COND_TAGS, .strings = tags, .n = 3},
                                {COND_CLAIM, .low = 500001, .high = INT64_MAX, .currency = "CNY"},
                                {COND_RISK, .set = RISK_GROUP}};
    const struct rule rule = {.id = STR("r"), .when = when, .n_when = 4, .outcome = OUTCOME_MANUAL};
    w->rs.rules = &rule;
    w->rs.n_rules = 1;
    struct mutations m;
    struct ruleset mutant;
    int members = 0, ends = 0;
    assert_true(mutate_list(w->a, &w->rs, &m));
    for (size_t i = 0; i < m.n; i++) {
        assert_true(mutate_apply(w->a, &w->rs, &m.items[i], &mutant));
        const struct cond *c = mutant.n_rules ? mutant.rules[0].when : when;
        if (m.items[i].kind == MUTATE_DROP_MEMBER) {
            members++;
            assert_int_equal(c[1].n, 2);
            assert_false(str_eq(c[1].strings[0], tags[m.items[i].member]));
            assert_false(str_eq(c[1].strings[1], tags[m.items[i].member]));
        } else if (m.items[i].kind == MUTATE_RANGE) {
            ends++;
            assert_true(c[2].low == 500101 || c[2].low == 499901);
            assert_true(c[2].high == INT64_MAX);
        }
    }
    assert_int_equal(members, 3); /* one risk flag alone is not taken away: the negation says it */
    assert_int_equal(ends, 2);
    assert_int_equal(tags[2].n, 1);
    assert_int_equal(w->rs.rules[0].when[1].n, 3);
}

static int count(const struct mutations *m, enum mutation_kind kind)
{
    int n = 0;
    for (size_t i = 0; i < m->n; i++)
        n += m->items[i].kind == kind;
    return n;
}

static void neighbours_swap_unless_they_never_meet(void **state)
{
    (void)state;
    static const struct cond police[] = {{COND_ALL, .span = 1}, {COND_CHANNEL, .set = 1 << CHANNEL_POLICE}};
    static const struct cond court[] = {{COND_ALL, .span = 1},
                                        {COND_MODE, .set = 1 << MODE_COURT_PRE_FILING}};
    const struct rule rules[] = {{.id = STR("a"), .when = police, .n_when = 2, .outcome = OUTCOME_MANUAL},
                                 {.id = STR("b"), .when = court, .n_when = 2, .outcome = OUTCOME_MANUAL},
                                 {.id = STR("c"), .when = court, .n_when = 2, .outcome = OUTCOME_MANUAL}};
    w->rs.rules = rules;
    w->rs.n_rules = 3;
    struct mutations m;
    assert_true(mutate_list(w->a, &w->rs, &m));
    assert_int_equal(count(&m, MUTATE_SWAP_RULES), 1);
    assert_int_equal(m.equivalent, 1);
    struct ruleset mutant;
    struct mutation swap = {.kind = MUTATE_SWAP_RULES, .item = 1};
    assert_true(mutate_apply(w->a, &w->rs, &swap, &mutant));
    assert_str(mutant.rules[0].id, "a");
    assert_str(mutant.rules[1].id, "c");
    assert_str(mutant.rules[2].id, "b");
    assert_str(rules[1].id, "b");
    struct mutation drop = {.kind = MUTATE_DROP_RULE, .item = 0};
    assert_true(mutate_apply(w->a, &w->rs, &drop, &mutant));
    assert_int_equal(mutant.n_rules, 2);
    assert_str(mutant.rules[0].id, "b");
}

/* ---- rungs ---- */

static struct mutations of_rungs(const struct rung *rungs, int n)
{
    static struct rule rule;
    static const struct cond all[] = {{COND_ALL}};
    struct mutations m;
    rule = (struct rule){
        .id = STR("r"), .when = all, .n_when = 1, .outcome = OUTCOME_ASSIGNED, .rungs = rungs, .n_rungs = n};
    w->rs.rules = &rule;
    w->rs.n_rules = 1;
    assert_true(mutate_list(w->a, &w->rs, &m));
    return m;
}

#define BIT(i) ((uint64_t)1 << (i))

static void what_makes_no_difference_on_this_roster_is_left_out(void **state)
{
    (void)state;
    world_org(w, "people-v", ORG_PEOPLE, "320501001001");
    world_org(w, "people-t", ORG_PEOPLE, "320501001");
    world_org(w, "centre-a", ORG_CENTRE, "3205");
    world_org(w, "centre-b", ORG_CENTRE, "3205");
    world_roster(w);
    const struct rung rungs[] = {
        {.to = {.kinds = BIT(ORG_PEOPLE),
                .levels = BIT(LEVEL_VILLAGE) | BIT(LEVEL_TOWN) | BIT(LEVEL_COUNTY)}},
        {.to = {.kinds = BIT(ORG_CENTRE)}},
        {.to = {.kinds = BIT(ORG_CENTRE)}},
    };
    struct mutations m = of_rungs(rungs, 3);
    /* no committee at county level, and none at all beyond these levels: dropping those two changes nothing
     */
    assert_int_equal(count(&m, MUTATE_TARGET), 2);
    /* all have the same rating */
    assert_int_equal(count(&m, MUTATE_PICK), 0);
    /* the second and the third are alike */
    assert_int_equal(count(&m, MUTATE_SWAP_RUNGS), 1);
    assert_int_equal(count(&m, MUTATE_DROP_RUNG), 3);
}

static void a_pick_counts_where_there_is_a_choice(void **state)
{
    (void)state;
    world_org(w, "centre-a", ORG_CENTRE, "3205")->rating = 5;
    world_org(w, "centre-b", ORG_CENTRE, "3205");
    world_org(w, "people-a", ORG_PEOPLE, "3205")->rating = 5;
    world_org(w, "people-b", ORG_PEOPLE, "320501");
    world_roster(w);
    const struct rung rungs[] = {{.to = {.kinds = BIT(ORG_CENTRE)}}, /* two in one place */
                                 {.to = {.kinds = BIT(ORG_PEOPLE)}}, /* one in each: never a choice */
                                 {.to = {.kinds = BIT(ORG_PEOPLE), .where = TARGET_WITHIN, .region = 0}}};
    struct mutations m = of_rungs(rungs, 3);
    assert_int_equal(count(&m, MUTATE_PICK), 2);
    for (size_t i = 0; i < m.n; i++)
        if (m.items[i].kind == MUTATE_PICK)
            assert_true(m.items[i].at == 0 || m.items[i].at == 2);
}

/* ---- classifiers ---- */

static void classifiers_swap_where_order_can_matter(void **state)
{
    (void)state;
    static const struct cond text[] = {{COND_ALL, .span = 1}, {COND_RISK, .set = RISK_GROUP}};
    static const struct cond tagged[] = {{COND_ALL, .span = 1}, {COND_CATEGORY_MISSING}};
    static const struct str tag[] = {{"t", 1}, {"u", 1}};
    const struct classifier all[] = {
        {.id = STR("a"), .when = text, .n_when = 2, .category = -1, .tags = tag, .n_tags = 2},
        {.id = STR("b"), .when = text, .n_when = 2, .category = LABOUR},
        {.id = STR("c"), .when = text, .n_when = 2, .category = WAGES, .tags = tag, .n_tags = 1},
        {.id = STR("d"), .when = tagged, .n_when = 2, .category = -1, .tags = tag, .n_tags = 1}};
    w->rs.classifiers = all;
    w->rs.n_classifiers = 4;
    struct mutations m;
    struct ruleset mutant;
    assert_true(mutate_list(w->a, &w->rs, &m));
    /* a only adds tags: its order is idle; b and c both set a category; d asks for it */
    assert_int_equal(count(&m, MUTATE_SWAP_CLASSIFIERS), 2);
    assert_int_equal(m.equivalent, 1);
    assert_int_equal(count(&m, MUTATE_DROP_CATEGORY), 1);
    assert_int_equal(count(&m, MUTATE_DROP_TAG), 3);
    struct mutation x = {.kind = MUTATE_DROP_TAG, .of_classifier = true, .item = 0, .member = 0};
    assert_true(mutate_apply(w->a, &w->rs, &x, &mutant));
    assert_int_equal(mutant.classifiers[0].n_tags, 1);
    assert_str(mutant.classifiers[0].tags[0], "u");
    x.kind = MUTATE_DROP_CLASSIFIER;
    assert_true(mutate_apply(w->a, &w->rs, &x, &mutant));
    assert_int_equal(mutant.n_classifiers, 3);
    assert_str(mutant.classifiers[0].id, "b");
}

static void every_kind_of_condition_is_known(void **state)
{
    (void)state;
    for (int i = 0; i < COND_KIND_LIMIT; i++)
        assert_int_equal(cond_payload((enum cond_kind)i) == PAYLOAD_GROUP, i <= COND_NOT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(negated_and_dropped_conditions_mean_what_they_say, setup, teardown),
        cmocka_unit_test_setup_teardown(rules_said_to_be_apart_never_meet, setup, teardown),
        cmocka_unit_test_setup_teardown(lists_lose_one_element_and_ranges_one_step, setup, teardown),
        cmocka_unit_test_setup_teardown(neighbours_swap_unless_they_never_meet, setup, teardown),
        cmocka_unit_test_setup_teardown(what_makes_no_difference_on_this_roster_is_left_out, setup, teardown),
        cmocka_unit_test_setup_teardown(a_pick_counts_where_there_is_a_choice, setup, teardown),
        cmocka_unit_test_setup_teardown(classifiers_swap_where_order_can_matter, setup, teardown),
        cmocka_unit_test(every_kind_of_condition_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
