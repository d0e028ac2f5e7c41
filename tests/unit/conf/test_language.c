/*
 * test_language.c - facts, targets and dates of rules into what core/ decides by
 */
#include "ruleset.h"

#include "core/calendar.h"

/* One rule with `when`, in flow style. */
static const struct rule *rule_with(struct fixture *f, const char *when, const struct ruleset **rs)
{
    static char rules[4096];
    snprintf(rules, sizeof rules,
             "rules:\n  - id: a\n    name: 甲\n    when: {%s}\n    manual: {reason: none}\n", when);
    *rs = small_load(f, rules);
    assert_non_null(*rs);
    return &(*rs)->rules[0];
}

static int32_t day(const char *iso)
{
    int32_t d = 0;
    assert_true(calendar_parse_day(str_from(iso), &d));
    return d;
}

/* What a condition has to become: kinds in prefix order, each with its range. */
struct want {
    enum cond_kind kind;
    int span;
    int64_t low, high;
};

static void becomes(const char *when, const struct want *want, int n)
{
    struct fixture f;
    const struct ruleset *rs;
    const struct rule *rule = rule_with(&f, when, &rs);
    assert_int_equal(rule->n_when, n + 1);
    for (int i = 0; i < n; i++) {
        const struct cond *c = &rule->when[i + 1];
        assert_int_equal(c->kind, want[i].kind);
        assert_int_equal(c->span, want[i].span);
        assert_int_equal(c->low, want[i].low);
        assert_int_equal(c->high, want[i].high);
    }
    ruleset_unref(rs);
    fixture_fini(&f);
}
#define BECOMES(when, ...)                                                                                   \
    becomes(when, (const struct want[]){__VA_ARGS__}, sizeof((const struct want[]){__VA_ARGS__}) / sizeof(struct want))

static void ages_are_ranges_of_days(void **state)
{
    (void)state;
    BECOMES("age: {at_least: 30 days}", {COND_AGE, 0, 30, INT64_MAX});
    BECOMES("age: {over: 2 months}", {COND_AGE, 0, 61, INT64_MAX});
    BECOMES("age: {under: 1 year}", {COND_AGE, 0, 0, 364});
    BECOMES("age: {over: 1 day, at_most: 100 years}", {COND_AGE, 0, 2, 36500});
    BECOMES("age: {missing: true}", {COND_AGE_MISSING, 0, 0, 0});
}

static void arrivals_are_ranges_of_calendar_days(void **state)
{
    (void)state;
    int32_t first = day("2026-01-01"), last = day("2026-12-31");
    BECOMES("arrived: {from: 2026-01-01}", {COND_ARRIVED, 0, first, INT64_MAX});
    BECOMES("arrived: {until: 2026-12-31}", {COND_ARRIVED, 0, 0, last});
    BECOMES("arrived: {from: 2026-01-01, until: 2026-12-31, working_time: true}", {COND_ARRIVED, 0, first, last},
            {COND_WORKING_TIME, 0, 0, 0});
    BECOMES("arrived: {working_time: false}", {COND_NOT, 1, 0, 0}, {COND_WORKING_TIME, 0, 0, 0});
}

static void earlier_referrals_are_counted_and_dated(void **state)
{
    (void)state;
    BECOMES("earlier: {within: 90 days, at_least: 2}", {COND_EARLIER, 0, 0, 90},
            {COND_EARLIER_COUNT, 0, 2, INT64_MAX});
    BECOMES("earlier: {missing: true}", {COND_EARLIER_COUNT, 0, 0, 0});
}

static void what_is_so_of_all_parties(void **state)
{
    (void)state;
    BECOMES("parties: {at_least: 3}", {COND_PARTIES, 0, 3, INT64_MAX});
    BECOMES("parties: {same_village: false}", {COND_NOT, 1, 0, 0}, {COND_SAME_VILLAGE, 0, 0, 0});
    struct fixture f;
    const struct ruleset *rs;
    const struct rule *rule = rule_with(&f, "parties: {foreign: true, minor: false, enterprise: true}", &rs);
    assert_int_equal(rule->n_when, 5);
    assert_int_equal(rule->when[0].span, 4);
    assert_int_equal(rule->when[1].kind, COND_PARTY);
    assert_int_equal(rule->when[1].party.foreign, 1);
    assert_int_equal(rule->when[1].party.minor, -1);
    assert_int_equal(rule->when[2].kind, COND_NOT);
    assert_int_equal(rule->when[3].party.minor, 1); /* none is: not that one is */
    assert_int_equal(rule->when[4].party.kinds, 1 << PARTY_ENTERPRISE);
    assert_int_equal(rule->when[4].party.minor, -1);
    ruleset_unref(rs);
    fixture_fini(&f);
}

static void dates_and_law_of_a_rule(void **state)
{
    (void)state;
    struct fixture f;
    const struct ruleset *rs = small_load(&f, "rules:\n"
                                              "  - id: a\n    name: 甲\n    when: {}\n"
                                              "    from: 2026-05-01\n    until: 2026-05-31\n"
                                              "    law: 人民调解法第22条\n"
                                              "    manual: {reason: none}\n"
                                              "  - id: b\n    name: 乙\n    when: {}\n    manual: {reason: none}\n");
    assert_non_null(rs);
    assert_int_equal(diag_size(f.diag), 0); /* a rule with dates matches not everything */
    const struct rule *rule = &rs->rules[0];
    assert_int_equal(rule->from, day("2026-05-01"));
    assert_int_equal(rule->until, day("2026-05-31"));
    assert_true(str_eqz(rule->law, "人民调解法第22条"));
    assert_int_equal(rule->n_when, 2);
    assert_int_equal(rule->when[0].span, 1);
    assert_int_equal(rule->when[1].kind, COND_ARRIVED);
    assert_int_equal(rule->when[1].low, rule->from);
    assert_int_equal(rule->when[1].high, rule->until);
    assert_int_equal(rule->when[1].line, 5);
    assert_int_equal(rs->rules[1].from, 0);
    assert_int_equal(rs->rules[1].law.n, 0);
    ruleset_unref(rs);
    fixture_fini(&f);
}

static void targets_of_a_rung(void **state)
{
    (void)state;
    struct fixture f;
    const struct ruleset *rs =
        small_load(&f, "rules:\n"
                       "  - id: a\n    name: 甲\n    when: {}\n    route:\n"
                       "      - to: {kind: labour, rating: {at_least: 3}, open_now: true}\n"
                       "        jointly_with: {kind: people, region: {within: \"320505\"}}\n"
                       "        pick: weighted\n"
                       "      - {to: {kind: people}, pick: round_robin}\n"
                       "      - {to: {kind: people}, pick: sticky}\n"
                       "      - {to: {kind: people}, pick: best_rated}\n"
                       "      - {to: {kind: people}}\n");
    assert_non_null(rs);
    const struct rung *rungs = rs->rules[0].rungs;
    static const enum pick picks[] = {PICK_WEIGHTED, PICK_ROUND_ROBIN, PICK_STICKY, PICK_BEST_RATED,
                                      PICK_LEAST_LOADED};
    for (int i = 0; i < 5; i++)
        assert_int_equal(rungs[i].pick, picks[i]);
    assert_int_equal(rungs[0].to.rating_at_least, 3);
    assert_true(rungs[0].to.open_now);
    assert_int_equal(rungs[0].to.where, TARGET_NEAREST);
    assert_non_null(rungs[0].jointly);
    assert_int_equal(rungs[0].jointly->kinds, 1 << ORG_PEOPLE);
    assert_int_equal(rungs[0].jointly->where, TARGET_WITHIN);
    assert_null(rungs[1].jointly);
    assert_int_equal(rungs[1].to.rating_at_least, 0);
    assert_false(rungs[1].to.open_now);
    ruleset_unref(rs);
    fixture_fini(&f);
}

static void an_organisation_with_everything(void **state)
{
    (void)state;
    struct fixture f;
    small_add(&f, "rules: []\n");
    f.files[3].bytes = STR("organisations:\n"
                           "  - id: a\n    name: 甲\n    kind: people\n    region: \"3205\"\n    capacity: 1\n"
                           "    weight: 7\n    hours: [\"workdays 09:00-12:00\", \"sat 10:00-24:00\"]\n"
                           "    languages: [english, chinese, english]\n"
                           "    interests: [91350100M000100Y43, 11320000014000119M]\n"
                           "  - {id: b, name: 乙, kind: people, region: \"3205\", capacity: 1}\n");
    const struct ruleset *rs = conf_load_ruleset(&f.source, true, f.diag);
    assert_non_null(rs);
    const struct organisation *o = &rs->roster.items[0];
    assert_int_equal(o->weight, 7);
    assert_int_equal(o->hours.n, 2);
    assert_int_equal(o->hours.items[0].days, OPENING_WORKDAYS);
    assert_int_equal(o->hours.items[1].until, 1440);
    assert_int_equal(o->n_languages, 2); /* sorted, each once */
    assert_true(str_eqz(o->languages[0], "chinese"));
    assert_true(str_eqz(o->languages[1], "english"));
    assert_int_equal(o->n_interests, 2);
    assert_true(str_eqz(o->interests[0], "11320000014000119M"));
    assert_int_equal(rs->roster.items[1].weight, 0);
    assert_int_equal(rs->roster.items[1].hours.n, 0);
    assert_int_equal(rs->roster.items[1].n_languages, 0);
    ruleset_unref(rs);
    fixture_fini(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ages_are_ranges_of_days),
        cmocka_unit_test(arrivals_are_ranges_of_calendar_days),
        cmocka_unit_test(earlier_referrals_are_counted_and_dated),
        cmocka_unit_test(what_is_so_of_all_parties),
        cmocka_unit_test(dates_and_law_of_a_rule),
        cmocka_unit_test(targets_of_a_rung),
        cmocka_unit_test(an_organisation_with_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
