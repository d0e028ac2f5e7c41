/*
 * test_whynot.c - core/nearmiss.h, core/repair.h, core/whynot.h: against every referral of small random worlds
 */
#include "core/whynot.h"

#include "core/tiny.h"

#define SEEDS 400

static struct load idle(void *context, int organisation)
{
    (void)context;
    (void)organisation;
    return (struct load){0, 5, 0};
}

/* ---- near misses ---- */

/* Flips leaf `at` of a condition by wrapping it, and asks whether the whole holds then. */
static bool holds_with_flipped(const struct match *m, const struct cond *when, int n, int at)
{
    struct cond copy[2 * TINY_CONDS_MAX];
    int k = 0;
    for (int i = 0; i < n; i++) {
        if (i == at)
            copy[k++] = (struct cond){.kind = COND_NOT, .span = 1};
        copy[k] = when[i];
        if (when[i].span && at > i && at <= i + when[i].span)
            copy[k].span++;
        k++;
    }
    return match_holds(m, copy);
}

static void a_near_miss_is_one_leaf_away(void **state)
{
    (void)state;
    int misses = 0, others = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct tiny t;
        tiny_make(&t, seed);
        for (int turn = 0; turn < 20; turn++) {
            for (int i = 0; i < ASPECTS; i++)
                t.at[i] = t.spoken[i] ? random_below(&t.random, tiny_values(&t, (enum aspect)i)) : 0;
            tiny_fill(&t);
            struct near_miss *found;
            struct match m;
            int n, total, wanted = 0;
            assert_true(nearmiss_find(t.a, &t.rs, &t.referral, t.rs.n_rules - 1, 100, &found, &n, &total));
            assert_int_equal(n, total);
            assert_true(decide_facts(t.a, &t.rs, &t.referral, &m));
            for (int i = 0; i < t.rs.n_rules; i++) {
                const struct rule *r = &t.rules[i];
                bool near = false;
                for (int k = 0; k < r->n_when; k++) {
                    bool leaf = r->when[k].kind != COND_ALL && r->when[k].kind != COND_ANY && r->when[k].kind != COND_NOT;
                    near |= leaf && !match_holds(&m, r->when) && holds_with_flipped(&m, r->when, r->n_when, k);
                }
                others += !near;
                if (!near)
                    continue;
                assert_true(wanted < n);
                assert_int_equal(found[wanted].rule, i);
                const struct cond *leaf = found[wanted++].wish.leaf;
                assert_true(holds_with_flipped(&m, r->when, r->n_when, (int)(leaf - r->when)));
            }
            assert_int_equal(n, wanted);
            misses += n;
        }
        tiny_free(&t);
    }
    assert_true(misses > 1000 && others > 1000);
}

static void only_so_many_are_shown_and_all_are_counted(void **state)
{
    (void)state;
    struct tiny t;
    tiny_make(&t, 1);
    tiny_first(&t);
    const struct cond never[] = {{.kind = COND_ALL, .span = 1}, {.kind = COND_RISK, .set = RISK_GROUP, .line = 7}};
    for (int i = 0; i < TINY_RULES_MAX; i++)
        t.rules[i] = (struct rule){.when = never, .n_when = 2};
    t.rs.n_rules = TINY_RULES_MAX;
    t.referral.risk = 0;
    struct near_miss *found;
    int n, total;
    assert_true(nearmiss_find(t.a, &t.rs, &t.referral, 5, 3, &found, &n, &total));
    assert_int_equal(n, 3);
    assert_int_equal(total, 6);
    assert_int_equal(found[2].rule, 2);
    assert_int_equal(found[0].wish.leaf->line, 7);
    assert_true(found[0].wish.wanted);
    tiny_free(&t);
}

/* ---- repairs ---- */

/* Whether no referral at all has it so. */
static bool impossible(struct tiny *t, const struct cond *leaf, bool wanted)
{
    struct tiny all = *t;
    bool some = false;
    memset(all.spoken, false, sizeof all.spoken);
    for (int aspect = 0; aspect < ASPECTS && !some; aspect++) { /* a leaf asks about one fact, or two of time */
        all.spoken[aspect] = true;
        do {
            struct match m;
            struct arena *a = arena_new(0);
            tiny_fill(&all);
            assert_true(decide_facts(a, &all.rs, &all.referral, &m));
            some |= match_holds(&m, leaf) == wanted;
            arena_free(a);
        } while (!some && tiny_next(&all));
        all.spoken[aspect] = false;
    }
    return !some;
}

/* Every leaf can be had both ways by some variant, wherever any referral of the world has it so. */
static void a_repair_does_what_it_says(void **state)
{
    (void)state;
    int done = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct tiny t;
        tiny_make(&t, seed);
        t.rs.n_classifiers = 0;
        for (int mode = 1; mode < MODE_LIMIT; mode++)
            t.rs.policies.modes[mode].present = mode_channel(mode) != 0;
        for (int turn = 0; turn < 20; turn++) {
            for (int i = 0; i < ASPECTS; i++)
                t.at[i] = random_below(&t.random, tiny_values(&t, (enum aspect)i));
            tiny_fill(&t);
            struct cond leaf = tiny_leaf(&t, (enum aspect)random_below(&t.random, ASPECTS));
            struct match m;
            assert_true(decide_facts(t.a, &t.rs, &t.referral, &m));
            bool wanted = !match_holds(&m, &leaf), found = false;
            struct repair *x = ARENA_NEW(t.a, struct repair);
            *x = (struct repair){.arena = t.a, .now = &m, .place = -1};
            repair_leaf(x, (struct leaf_wish){&leaf, wanted});
            for (int i = 0; i < x->n; i++) {
                struct match after;
                assert_true(decide_facts(t.a, &t.rs, &x->variants[i], &after));
                found |= match_holds(&after, &leaf) == wanted;
            }
            if (!found && !impossible(&t, &leaf, wanted))
                fail_msg("seed %llu: kind %d wanted %d", (unsigned long long)seed, (int)leaf.kind, wanted);
            done += found;
        }
        tiny_free(&t);
    }
    assert_true(done > SEEDS * 15);
}

/* ---- why not ---- */

#define ORGS 3

/* Each rule leads to one organisation; the last place for what none of the others takes. */
static void give_places(struct tiny *t, struct organisation *orgs, struct rung *rungs, int *ids)
{
    static const char *const names[ORGS] = {"a", "b", "c"};
    for (int i = 0; i < ORGS; i++) {
        orgs[i] = (struct organisation){.id = str_from(names[i]), .kind = ORG_PEOPLE, .region = 0, .capacity = 5, .rating = 3};
        ids[i] = i;
    }
    roster_build(t->a, orgs, ORGS, &t->rs.regions, &t->rs.roster);
    for (int i = 0; i < t->rs.n_rules; i++) {
        rungs[i] = (struct rung){.to = {.organisations = &ids[random_below(&t->random, ORGS)], .n_organisations = 1}};
        t->rules[i].outcome = OUTCOME_ASSIGNED;
        t->rules[i].rungs = &rungs[i];
        t->rules[i].n_rungs = 1;
    }
    for (int mode = 0; mode < TINY_N(tiny_modes); mode++)
        t->rs.policies.modes[tiny_modes[mode]].present = true;
}

static int decided(struct arena *a, const struct ruleset *rs, const struct referral *r)
{
    struct decision d;
    assert_true(decide(a, rs, r, NULL, 0, (struct load_view){idle, NULL}, &d));
    return d.organisation;
}

/* Aspects that differ; parties and where they live are one fact. */
static int distance(const int *a, const int *b)
{
    int n = 0;
    for (int i = 0; i < ASPECTS; i++)
        n += i != ASPECT_VILLAGE && (a[i] != b[i] || (i == ASPECT_PARTIES && a[ASPECT_VILLAGE] != b[ASPECT_VILLAGE]));
    return n;
}

/* The fewest aspects that have to be others for `organisation`; 99: never. */
static int fewest(struct tiny *t, const int *from, int organisation)
{
    int best = 99;
    tiny_first(t);
    do {
        int far = distance(from, t->at);
        struct arena *a = arena_new(0);
        if (far < best && decided(a, &t->rs, &t->referral) == organisation)
            best = far;
        arena_free(a);
    } while (tiny_next(t));
    return best;
}

static bool small_enough(const struct tiny *t)
{
    long n = 1;
    for (int i = 0; i < ASPECTS; i++)
        n *= t->spoken[i] || (i == ASPECT_PARTIES && t->spoken[ASPECT_VILLAGE]) ? tiny_values(t, (enum aspect)i) : 1;
    return n <= 3000;
}

struct tally {
    int asked, found, missed;
};

static void ask_one(struct tiny *t, struct tally *tally)
{
    int from[ASPECTS], organisation = random_below(&t->random, ORGS);
    for (int i = 0; i < ASPECTS; i++)
        from[i] = t->spoken[i] ? random_below(&t->random, tiny_values(t, (enum aspect)i)) : 0;
    int best = fewest(t, from, organisation);
    memcpy(t->at, from, sizeof from);
    tiny_fill(t);
    struct referral start = t->referral;
    const struct whynot_question q = {.rules = &t->rs, .referral = &start, .load = {idle, NULL}, .organisation = organisation};
    struct whynot w;
    assert_true(whynot_ask(t->a, &q, &w));
    tally->asked++;
    if (w.result == WHYNOT_FOUND) {
        assert_int_equal(decided(t->a, &t->rs, &w.changed), organisation);
        assert_int_equal(w.decision.organisation, organisation);
        assert_in_range(w.n, 1, WHYNOT_CHANGES_MAX);
        tally->found++;
        tally->missed += w.n > best;
    } else if (w.result == WHYNOT_HAS_IT) {
        assert_int_equal(best, 0);
    } else {
        if (w.result == WHYNOT_NO_RULE)
            assert_int_equal(best, 99);
        tally->missed += best <= WHYNOT_CHANGES_MAX;
    }
}

static void the_fewest_facts_are_found(void **state)
{
    (void)state;
    struct tally tally = {0};
    for (uint64_t seed = 1; seed <= 3 * SEEDS; seed++) {
        struct organisation orgs[ORGS];
        struct rung rungs[TINY_RULES_MAX];
        int ids[ORGS];
        struct tiny t;
        tiny_make(&t, seed);
        give_places(&t, orgs, rungs, ids);
        if (small_enough(&t))
            for (int turn = 0; turn < 3; turn++)
                ask_one(&t, &tally);
        tiny_free(&t);
    }
    assert_true(tally.asked > 1000 && tally.found > 300);
    assert_in_range(tally.missed, 0, tally.asked / 200); /* what classifiers add in turn is not searched through */
}

/* -- load, exclusion, closed, nobody -- */

static struct whynot asked(struct tiny *t, struct load_view load, const int *excluded, int n_excluded, int organisation)
{
    const struct whynot_question q = {&t->rs, &t->referral, excluded, n_excluded, load, organisation};
    struct whynot w;
    assert_true(whynot_ask(t->a, &q, &w));
    return w;
}

static struct load full(void *context, int organisation)
{
    return (struct load){organisation == *(int *)context ? 5 : 0, 5, 0};
}

static void what_is_no_fact_is_told_beside(void **state)
{
    (void)state;
    static const struct cond always[] = {{.kind = COND_ALL}};
    struct organisation orgs[ORGS];
    struct rung rungs[TINY_RULES_MAX];
    int ids[ORGS], filled = 0;
    struct tiny t;
    tiny_make(&t, 1);
    t.rs.n_classifiers = 0;
    t.rs.n_rules = 1;
    t.rules[0].when = always;
    t.rules[0].n_when = 1;
    give_places(&t, orgs, rungs, ids);
    rungs[0].to = (struct target){.organisations = ids, .n_organisations = 2};
    tiny_first(&t);
    struct whynot w = asked(&t, (struct load_view){idle, NULL}, NULL, 0, 0);
    assert_int_equal(w.result, WHYNOT_HAS_IT);
    /* Full: nothing else keeps it away. */
    w = asked(&t, (struct load_view){full, &filled}, NULL, 0, 0);
    assert_true(w.result == WHYNOT_FOUND && w.n == 0 && w.full && !w.excluded && w.candidate && w.passed == PASSED_FULL);
    assert_true(w.open == 5 && w.capacity == 5);
    w = asked(&t, (struct load_view){idle, NULL}, &filled, 1, 0);
    assert_true(w.result == WHYNOT_FOUND && w.n == 0 && w.excluded && w.passed == PASSED_EXCLUDED);
    /* Another one was picked: no fact changes that. */
    w = asked(&t, (struct load_view){idle, NULL}, NULL, 0, 1);
    assert_true(w.result == WHYNOT_NOT_FOUND && w.candidate && w.passed == PASSED_PICK && w.near_rule == 0 &&
                w.near_passed == PASSED_PICK);
    w = asked(&t, (struct load_view){idle, NULL}, NULL, 0, 2);
    assert_true(w.result == WHYNOT_NO_RULE && !w.candidate);
    orgs[1].closed = true;
    w = asked(&t, (struct load_view){idle, NULL}, NULL, 0, 1);
    assert_int_equal(w.result, WHYNOT_CLOSED);
    tiny_free(&t);
}

/* Where the dispute is, what it is about and who sends it may be what a rung asks for. */
static void a_rung_asks_for_facts_too(void **state)
{
    (void)state;
    static const struct cond always[] = {{.kind = COND_ALL}};
    static const int wages = 1;
    static const struct str agency = {"court-a", 7};
    struct organisation orgs[ORGS];
    struct rung rungs[TINY_RULES_MAX];
    int ids[ORGS];
    struct tiny t;
    tiny_make(&t, 1);
    t.rs.n_classifiers = 0;
    t.rs.n_rules = 1;
    t.rules[0].when = always;
    t.rules[0].n_when = 1;
    give_places(&t, orgs, rungs, ids);
    orgs[0].region = 2; /* 320101 */
    orgs[1].specialities = &wages;
    orgs[1].n_specialities = 1;
    orgs[2].agencies = &agency;
    orgs[2].n_agencies = 1;
    roster_build(t.a, orgs, ORGS, &t.rs.regions, &t.rs.roster);
    tiny_first(&t);
    t.referral.place = 6; /* 3205 */
    rungs[0].to = (struct target){.levels = 1u << LEVEL_COUNTY};
    struct whynot w = asked(&t, (struct load_view){idle, NULL}, NULL, 0, 0);
    assert_true(w.result == WHYNOT_FOUND && w.n == 1 && w.changes[0].fact == FACT_PLACE && !w.changes[0].wish.leaf);
    assert_true(region_within(&t.rs.regions, w.changed.place, 2));
    rungs[0].to = (struct target){.speciality_matching = true};
    w = asked(&t, (struct load_view){idle, NULL}, NULL, 0, 1);
    assert_true(w.result == WHYNOT_FOUND && w.n == 1 && w.changes[0].fact == FACT_CATEGORY && w.changed.category == wages);
    rungs[0].to = (struct target){.stationed = true};
    w = asked(&t, (struct load_view){idle, NULL}, NULL, 0, 2);
    assert_true(w.result == WHYNOT_FOUND && w.n == 1 && w.changes[0].fact == FACT_AGENCY && str_eq(w.changed.agency, agency));
    tiny_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_fact_is_told_beside),
        cmocka_unit_test(a_rung_asks_for_facts_too),
        cmocka_unit_test(a_near_miss_is_one_leaf_away),
        cmocka_unit_test(only_so_many_are_shown_and_all_are_counted),
        cmocka_unit_test(a_repair_does_what_it_says),
        cmocka_unit_test(the_fewest_facts_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
