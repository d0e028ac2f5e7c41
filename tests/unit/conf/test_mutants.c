/*
 * test_mutants.c - conf/mutants.h, conf/coverage.h: what tests notice and exercise
 */
#include "base/check.h"

#include "conf/coverage.h"
#include "conf/mutants.h"
#include "conf/wording.h"
#include "ruleset.h"

static const char rules[] = "classify:\n"
                            "  - id: text-wages\n"
                            "    when: {text: [欠薪, 拖欠工资]}\n"
                            "    category: wages\n"
                            "    tags: [pay]\n"
                            "  - id: tag-long\n"
                            "    when: {category: {missing: true}}\n"
                            "    tags: [untold]\n"
                            "rules:\n"
                            "  - id: large\n"
                            "    name: 大额\n"
                            "    when: {category: {under: labour}, claim: {over: 5000}}\n"
                            "    route:\n"
                            "      - to: {kind: labour}\n"
                            "      - to: {kind: people}\n"
                            "  - id: refused\n"
                            "    name: 退回\n"
                            "    when: {mode: [petition-suggestion, petition-accusation]}\n"
                            "    refuse: {code: no, text: 不受理}\n"
                            "  - id: rest\n"
                            "    name: 其余\n"
                            "    when: {}\n"
                            "    route:\n"
                            "      - to: {kind: people}\n"
                            "tests:\n"
                            "  - name: 大额欠薪\n"
                            "    given: {channel: court, mode: court-pre-filing, place: \"320505001001\",\n"
                            "            text: 单位欠薪一年, claim: 5001}\n"
                            "    expect: {rule: large, organisation: labour-3205, tags: [pay]}\n"
                            "  - name: 小额欠薪\n"
                            "    given: {channel: court, mode: court-pre-filing, place: \"320505001001\",\n"
                            "            text: 单位欠薪一年, claim: 5000}\n"
                            "    expect: {rule: rest, kind: people}\n"
                            "  - name: 建议\n"
                            "    given: {channel: petition, mode: petition-suggestion, place: \"320505\"}\n"
                            "    expect: {rule: refused}\n";

static struct fixture f;
static const struct ruleset *rs;
static struct rule_tests tests;

static int setup(void **state)
{
    (void)state;
    small_add(&f, rules);
    rs = conf_load_tests(&f.source, f.arena, f.diag, &tests);
    if (!rs)
        print_findings(&f);
    return rs && tests.n == 3 ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    ruleset_unref(rs);
    fixture_fini(&f);
    return 0;
}

/* Every test, whatever the mutation touches. */
static int try_in_full(const struct mutation *x)
{
    struct ruleset mutant;
    struct test_result result;
    assert_true(mutate_apply(f.arena, rs, x, &mutant));
    for (int i = 0; i < tests.n; i++) {
        assert_true(ruletest_run(f.arena, &mutant, &tests.items[i], &result));
        if (!result.passed)
            return i;
    }
    return MUTANT_UNNOTICED;
}

static void only_tests_that_a_mutation_can_touch_are_run_and_nothing_is_missed(void **state)
{
    (void)state;
    struct mutations m;
    const struct mutants *all = mutants_new(f.arena, rs, &tests);
    int noticed = 0;
    assert_non_null(all);
    assert_true(mutate_list(f.arena, rs, &m));
    assert_true(m.n > 25);
    for (size_t i = 0; i < m.n; i++) {
        int got = mutants_try(all, f.arena, &m.items[i]);
        assert_int_equal(got, try_in_full(&m.items[i]));
        noticed += got >= 0;
    }
    assert_true(noticed > 10 && noticed < (int)m.n);
}

static int of_kind(enum mutation_kind kind, int item, int at, enum mutation_part part, int member)
{
    struct mutations m;
    const struct mutants *all = mutants_new(f.arena, rs, &tests);
    assert_true(mutate_list(f.arena, rs, &m));
    for (size_t i = 0; i < m.n; i++) {
        const struct mutation *x = &m.items[i];
        if (x->kind == kind && x->item == item && x->at == at && x->part == part && x->member == member)
            return mutants_try(all, f.arena, x);
    }
    fail_msg("no such mutation");
    return MUTANT_FULL;
}

static void edges_that_are_tested_are_noticed_and_others_are_not(void **state)
{
    (void)state;
    struct mutation end = {.kind = MUTATE_RANGE, .item = 0, .at = 2, .part = PART_LOW};
    const struct mutants *all = mutants_new(f.arena, rs, &tests);
    end.to = 500101;
    assert_int_equal(mutants_try(all, f.arena, &end), 0);
    end.to = 499901;
    assert_int_equal(mutants_try(all, f.arena, &end), 1);
    end.to = 500050; /* between the two tests */
    assert_int_equal(mutants_try(all, f.arena, &end), MUTANT_UNNOTICED);
    /* nobody tests accusations, nor what comes after the labour commission */
    assert_int_equal(of_kind(MUTATE_DROP_MEMBER, 1, 1, 0, MODE_PETITION_ACCUSATION), MUTANT_UNNOTICED);
    assert_int_equal(of_kind(MUTATE_DROP_MEMBER, 1, 1, 0, MODE_PETITION_SUGGESTION), 2);
    assert_int_equal(of_kind(MUTATE_DROP_RUNG, 0, 1, 0, 0), MUTANT_UNNOTICED);
    assert_int_equal(of_kind(MUTATE_SWAP_RUNGS, 0, 0, 0, 0), 0);
    assert_int_equal(of_kind(MUTATE_OUTCOME, 1, 0, 0, 0), MUTANT_UNNOTICED);
}

static void coverage_counts_what_tests_reach(void **state)
{
    (void)state;
    struct coverage c;
    assert_true(coverage_find(f.arena, rs, &tests, &c));
    assert_int_equal(c.rules[0].times, 1);
    assert_int_equal(c.rules[1].times, 1);
    assert_int_equal(c.rules[2].times, 1);
    assert_int_equal(c.rules[0].rungs[0], 1);
    assert_int_equal(c.rules[0].rungs[1], 0);
    assert_int_equal(c.rules[0].seen[1], SEEN_BOTH); /* category: the suggestion has none */
    assert_int_equal(c.rules[0].seen[2], SEEN_BOTH);
    assert_int_equal(c.rules[1].seen[1], SEEN_BOTH);
    assert_int_equal(c.classifiers[0].times, 2);
    assert_int_equal(c.classifiers[0].seen[1], SEEN_BOTH);
    assert_int_equal(c.classifiers[1].times, 1);
}

static void a_condition_behind_a_deciding_rule_is_not_looked_at(void **state)
{
    (void)state;
    struct coverage c;
    const struct rule_tests first = {tests.items, 1};
    assert_true(coverage_find(f.arena, rs, &first, &c));
    assert_int_equal(c.rules[0].seen[1], SEEN_TRUE);
    assert_int_equal(c.rules[1].seen[1], 0);
    assert_int_equal(c.rules[1].times, 0);
}

static void wording_tells_conditions_and_targets(void **state)
{
    (void)state;
    struct wording w = {f.arena, rs, false, 1};
    assert_str(wording_condition(&w, &rs->rules[0].when[1]), "category under labour");
    assert_str(wording_condition(&w, &rs->rules[0].when[2]), "claim > 5000 yuan");
    assert_str(wording_condition(&w, &rs->classifiers[0].when[1]), "text 欠薪… +1");
    assert_str(wording_condition(&w, &rs->classifiers[1].when[1]), "category missing");
    assert_str(wording_target(&w, &rs->rules[0].rungs[0].to), "labour, nearest");
    assert_str(wording_member(&w, &rs->classifiers[0].when[1], 1), "拖欠工资");
    w.zh = true;
    w.most = 0;
    assert_str(wording_condition(&w, &rs->rules[0].when[1]), "类型属于 劳动争议");
    assert_str(wording_condition(&w, &rs->rules[1].when[1]), "方式 建议意见类、检举控告类");
    assert_str(wording_target(&w, &rs->rules[2].rungs[0].to), "人民调解委员会，由近及远");
    struct cond c = {.kind = COND_CLAIM, .low = 0, .high = 500000, .currency = "CNY"};
    assert_str(wording_condition(&w, &c), "标的额 ≤ 5000 元");
    c = (struct cond){.kind = COND_PARTIES, .low = 2, .high = 5};
    assert_str(wording_condition(&w, &c), "当事人数 2–5");
    w.zh = false;
    c = (struct cond){.kind = COND_CLAIM, .low = 0, .high = INT64_MAX, .currency = "CNY"};
    assert_str(wording_condition(&w, &c), "claim given");
    c = (struct cond){
        .kind = COND_PARTY,
        .party = {.roles = 1 << PARTY_APPLICANT, .kinds = 1 << PARTY_PERSON, .foreign = 1, .minor = -1}};
    assert_str(wording_condition(&w, &c), "party applicant person foreign");
    const struct target t = {.kinds = 1 << ORG_PEOPLE,
                             .levels = 1 << LEVEL_TOWN,
                             .where = TARGET_WITHIN,
                             .region = 0,
                             .speciality_matching = true,
                             .rating_at_least = 4};
    assert_str(wording_target(&w, &t), "people, town, speciality matching, within 32, rating ≥ 4");
}

int main(void)
{
    const struct CMUnitTest all[] = {
        cmocka_unit_test_setup_teardown(only_tests_that_a_mutation_can_touch_are_run_and_nothing_is_missed,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(edges_that_are_tested_are_noticed_and_others_are_not, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(coverage_counts_what_tests_reach, setup, teardown),
        cmocka_unit_test_setup_teardown(a_condition_behind_a_deciding_rule_is_not_looked_at, setup, teardown),
        cmocka_unit_test_setup_teardown(wording_tells_conditions_and_targets, setup, teardown),
    };
    return cmocka_run_group_tests(all, NULL, NULL);
}
