/*
 * test_analyse_ladder.c - core/analyse.h on ladders: random rosters and routes, against every referral
 */
#include "core/analyse.h"
#include "core/tiny.h"

#define SETS 300  /* or as many as TINY_SETS says */
#define MANY 3000 /* referrals of one rule set; those with more are passed over */

static struct load free_place(void *context, int organisation)
{
    (void)context, (void)organisation;
    return (struct load){.capacity = 1};
}

/* A few organisations: of three kinds, in any region, some with specialities, stationed, closed or badly
 * rated. */
static void make_roster(struct tiny *t)
{
    int n = random_below(&t->random, 6);
    struct organisation *items = ARENA_ARRAY(t->a, (size_t)n + 1, struct organisation);
    for (int i = 0; i < n; i++) {
        struct organisation *o = &items[i];
        *o = (struct organisation){
            .id = arena_printf(t->a, "o%d", i), .capacity = 1, .rating = 1 + random_below(&t->random, 5)};
        o->kind = (enum org_kind)(1 + random_below(&t->random, 3));
        o->region = random_below(&t->random, t->rs.regions.n);
        o->closed = random_below(&t->random, 6) == 0;
        if (random_below(&t->random, 2))
            o->specialities = tiny_ints(t, 4, &o->n_specialities);
        if (random_below(&t->random, 4) == 0) {
            o->agencies = &tiny_agencies[1 + random_below(&t->random, 2)];
            o->n_agencies = 1;
        }
    }
    static const struct region_pair neighbours[] = {{2, 5}, {5, 2}};
    t->rs.regions.neighbours = neighbours;
    t->rs.regions.n_neighbours = 2;
    roster_build(t->a, items, n, &t->rs.regions, &t->rs.roster);
}

static struct target make_target(struct tiny *t)
{
    struct target to = {.kinds = random_below(&t->random, 4) ? 1u << (1 + random_below(&t->random, 3)) : 0};
    if (random_below(&t->random, 3) == 0)
        to.levels = 1u << (1 + random_below(&t->random, 5)) | 1u << LEVEL_COUNTY;
    if (random_below(&t->random, 4) == 0)
        to.specialities = tiny_ints(t, 4, &to.n_specialities);
    to.speciality_matching = random_below(&t->random, 4) == 0;
    to.stationed = random_below(&t->random, 6) == 0;
    to.where = (enum target_region)random_below(&t->random, 6);
    to.where = to.where > TARGET_NEIGHBOURING ? TARGET_NEAREST : to.where;
    to.region = random_below(&t->random, t->rs.regions.n);
    to.rating_at_least = random_below(&t->random, 4) == 0 ? 3 : 0;
    if (t->rs.roster.n && random_below(&t->random, 6) == 0)
        to.organisations = tiny_ints(t, t->rs.roster.n, &to.n_organisations);
    return to;
}

static void make_ladders(struct tiny *t)
{
    for (int i = 0; i < t->rs.n_rules; i++) {
        struct rule *r = &t->rules[i];
        if (random_below(&t->random, 4) == 0)
            continue;
        struct rung *rungs = ARENA_ARRAY(t->a, 2, struct rung);
        r->outcome = OUTCOME_ASSIGNED;
        r->n_rungs = 1 + random_below(&t->random, 2);
        r->rungs = rungs;
        for (int k = 0; k < r->n_rungs; k++)
            rungs[k].to = make_target(t);
    }
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

/* By rule and place: some referral ends with nobody. */
static void climb_all(struct tiny *t, bool ends[TINY_RULES_MAX][8])
{
    struct load_view load = {free_place, NULL};
    memset(ends, 0, TINY_RULES_MAX * sizeof *ends);
    tiny_first(t);
    do {
        struct arena *a = arena_new(0);
        struct decision d;
        assert_true(decide(a, &t->rs, &t->referral, NULL, 0, load, &d));
        if (d.rule >= 0 && t->rules[d.rule].outcome == OUTCOME_ASSIGNED && d.organisation < 0)
            ends[d.rule][t->referral.place] = true;
        arena_free(a);
    } while (tiny_next(t));
}

static bool listed(const struct tiny *t, const struct finding *f, int place)
{
    for (int i = 0; f && i < f->n_regions; i++) {
        int r = f->regions[i];
        if (r < 0 ? ~r == place : region_within(&t->rs.regions, place, r))
            return true;
    }
    return false;
}

static int compare(const struct tiny *t, const struct analysis *x, bool ends[TINY_RULES_MAX][8])
{
    int told = 0;
    for (int i = 0; i < t->rs.n_rules; i++) {
        const struct finding *f = NULL;
        for (int k = 0; k < x->n; k++)
            f = x->findings[k].kind == FINDING_DEAD_END && x->findings[k].rule == i ? &x->findings[k] : f;
        for (int place = 0; place < t->rs.regions.n; place++) {
            if (ends[i][place])
                assert_true(listed(t, f, place));
            else if (!x->space.stages)
                assert_false(listed(t, f, place));
        }
        if (f && !x->space.stages)
            assert_int_equal(f->doubt, DOUBT_NONE);
        told += f != NULL;
    }
    return told;
}

static void dead_ends_are_where_nobody_is(void **state)
{
    (void)state;
    int tried = 0, told = 0;
    int sets = getenv("TINY_SETS") ? atoi(getenv("TINY_SETS")) : SETS;
    struct analyse_options options = {.bounds = tiny_bounds(), .gaps_max = 1, .contradictions_max = 100000};
    for (uint64_t seed = 1; tried < sets; seed++) {
        struct tiny t;
        tiny_make(&t, seed);
        t.spoken[ASPECT_REGION] = t.spoken[ASPECT_AGENCY] = t.spoken[ASPECT_CATEGORY] = true;
        make_roster(&t);
        make_ladders(&t);
        if (total(&t) <= MANY) {
            struct analysis x;
            bool ends[TINY_RULES_MAX][8];
            assert_true(analyse(t.a, &t.rs, &options, &x));
            climb_all(&t, ends);
            told += compare(&t, &x, ends);
            tried++;
        }
        tiny_free(&t);
    }
    print_message("# %d rule sets, %d ladders with a dead end\n", tried, told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(dead_ends_are_where_nobody_is, tiny_tell_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
