/*
 * test_table.c - a row of a table is the rule that YAML would have made
 */
#include "ruleset.h"

#include "conf/heading.h"

static const struct ruleset *load_with(struct fixture *f, const char *table, const char *rules)
{
    small_add(f, rules);
    f->source.n--; /* the table comes before the YAML */
    fixture_add(f, "rules/t.csv", str_from(table));
    fixture_add(f, "rules/x.yaml", str_from(rules));
    const struct ruleset *rs = conf_load_ruleset(&f->source, true, f->diag);
    if (!rs)
        print_findings(f);
    return rs;
}

static bool same_strings(const struct cond *a, const struct cond *b)
{
    for (int i = 0; a->strings && i < a->n; i++)
        if (!str_eq(a->strings[i], b->strings[i]))
            return false;
    for (int i = 0; a->list && i < a->n; i++)
        if (a->list[i] != b->list[i])
            return false;
    return (a->strings == NULL) == (b->strings == NULL) && (a->list == NULL) == (b->list == NULL);
}

static void assert_same_conditions(const struct rule *a, const struct rule *b)
{
    assert_int_equal(a->n_when, b->n_when);
    for (int i = 0; i < a->n_when; i++) {
        const struct cond *x = &a->when[i], *y = &b->when[i];
        assert_int_equal(x->kind, y->kind);
        assert_int_equal(x->span, y->span);
        assert_int_equal(x->set, y->set);
        assert_int_equal(x->n, y->n);
        assert_int_equal(x->low, y->low);
        assert_int_equal(x->high, y->high);
        assert_int_equal(x->party.foreign, y->party.foreign);
        assert_int_equal(x->party.kinds, y->party.kinds);
        assert_true(same_strings(x, y));
    }
}

static void assert_same_rungs(const struct rule *a, const struct rule *b)
{
    assert_int_equal(a->outcome, b->outcome);
    assert_int_equal(a->n_rungs, b->n_rungs);
    for (int i = 0; i < a->n_rungs; i++) {
        const struct rung *x = &a->rungs[i], *y = &b->rungs[i];
        assert_int_equal(x->to.kinds, y->to.kinds);
        assert_int_equal(x->to.levels, y->to.levels);
        assert_int_equal(x->to.where, y->to.where);
        assert_int_equal(x->to.region, y->to.region);
        assert_int_equal(x->to.rating_at_least, y->to.rating_at_least);
        assert_int_equal(x->to.open_now, y->to.open_now);
        assert_int_equal(x->to.speciality_matching, y->to.speciality_matching);
        assert_int_equal(x->to.n_specialities, y->to.n_specialities);
        assert_int_equal(x->to.n_organisations, y->to.n_organisations);
        assert_int_equal(x->jointly != NULL, y->jointly != NULL);
        assert_int_equal(x->pick, y->pick);
        assert_int_equal(x->respond_within.count, y->respond_within.count);
        assert_int_equal(x->finish_within.count, y->finish_within.count);
    }
}

static void every_column_is_the_key_of_the_same_words(void **state)
{
    (void)state;
    struct fixture f;
    const struct ruleset *rs = load_with(
        &f,
        "id,name,channel,mode,category under,category is,region within,region level,claim at least,claim under,tags,"
        "risk,text,offence,source category,party kind,parties foreign,parties same village,age over,arrived from,"
        "arrived working time,earlier within,earlier at least,agency,not tags,not claim over\n"
        "1,甲,court;police,court-pre-filing,labour,wages,32|3205,village,100,5000.5,a;b,violence;group,欠薪;讨薪,盗窃罪,"
        "劳动保障,enterprise,true,FALSE,30 days,2026-01-01,TRUE,90 days,2,court-1;court-2,c,7\n",
        "rules:\n"
        "  - {table: t.csv, id: t, manual: {reason: x}}\n"
        "  - id: y\n    name: 甲\n    manual: {reason: x}\n    when:\n"
        "      channel: [court, police]\n"
        "      mode: court-pre-filing\n"
        "      category: {under: labour, is: wages}\n"
        "      region: {within: [\"32\", \"3205\"], level: village}\n"
        "      claim: {at_least: 100, under: 5000.5}\n"
        "      tags: [a, b]\n"
        "      risk: [violence, group]\n"
        "      text: [欠薪, 讨薪]\n"
        "      offence: [盗窃罪]\n"
        "      source_category: [劳动保障]\n"
        "      party: {kind: enterprise}\n"
        "      parties: {foreign: true, same_village: false}\n"
        "      age: {over: 30 days}\n"
        "      arrived: {from: 2026-01-01, working_time: true}\n"
        "      earlier: {within: 90 days, at_least: 2}\n"
        "      agency: [court-1, court-2]\n"
        "      all_of: [{not: {tags: [c]}}, {not: {claim: {over: 7}}}]\n");
    assert_non_null(rs);
    assert_true(str_eqz(rs->rules[0].id, "t-1"));
    assert_true(str_eqz(rs->rules[0].file, "rules/t.csv"));
    assert_int_equal(rs->rules[0].line, 2);
    assert_int_equal(rs->rules[0].when[1].line, 2);
    assert_same_conditions(&rs->rules[0], &rs->rules[1]);
    ruleset_unref(rs);
    fixture_fini(&f);
}

static void rungs_of_a_row_then_those_of_the_entry(void **state)
{
    (void)state;
    struct fixture f;
    const struct ruleset *rs = load_with(
        &f,
        "id,to kind,to speciality,to region,to region within,to rating at least,to open now,pick,respond within,"
        "jointly with kind,then to organisation,then finish within,ladder\n"
        "1,labour,matching,,3205,2,true,best_rated,1 workday,people,labour-3205,9 days,up\n"
        "2,people,,nearest,,,,,,,,,\n"
        "3,labour,labour;wages,,,,,,,,,,\n",
        "define: {ladders: {up: [{to: {kind: people}}]}}\n"
        "rules:\n"
        "  - {table: t.csv, id: t, name: 甲, pick: sticky, respond_within: 2 workdays, then: [{to: {level: village}}]}\n"
        "  - id: y-1\n    name: 甲\n    when: {}\n    route:\n"
        "      - to: {kind: labour, speciality: matching, region: {within: \"3205\"}, rating: {at_least: 2}, open_now: true}\n"
        "        pick: best_rated\n        respond_within: 1 workday\n        jointly_with: {kind: people}\n"
        "      - {to: {organisation: labour-3205}, finish_within: 9 days}\n"
        "      - to: {kind: people}\n"
        "      - to: {level: village}\n"
        "  - id: y-2\n    name: 甲\n    when: {}\n    route:\n"
        "      - {to: {kind: people}, pick: sticky, respond_within: 2 workdays}\n"
        "      - to: {level: village}\n"
        "  - id: y-3\n    name: 甲\n    when: {}\n    route:\n"
        "      - {to: {kind: labour, speciality: [labour, wages]}, pick: sticky, respond_within: 2 workdays}\n"
        "      - to: {level: village}\n");
    assert_non_null(rs);
    for (int i = 0; i < 3; i++)
        assert_same_rungs(&rs->rules[i], &rs->rules[i + 3]);
    assert_true(str_eqz(*rs->rules[0].rungs[3].file, "rules/x.yaml"));
    assert_null(rs->rules[0].rungs[0].file);
    ruleset_unref(rs);
    fixture_fini(&f);
}

static void what_the_entry_says_holds_for_every_row(void **state)
{
    (void)state;
    struct fixture f;
    const struct ruleset *rs =
        load_with(&f,
                  "id,name,law,tags,until,manual reason\n"
                  "1,,,a,,\n"
                  "2,乙,民法典,b,2026-06-30,by-hand\n",
                  "rules:\n"
                  "  - table: t.csv\n    id: t\n    name: 甲\n    law: 人民调解法\n    until: 2026-12-31\n"
                  "    when: {channel: court, any_of: [{tags: [x]}]}\n"
                  "    route: [{to: {kind: people}}]\n");
    assert_non_null(rs);
    const struct rule *a = &rs->rules[0], *b = &rs->rules[1];
    assert_true(str_eqz(a->name, "甲"));
    assert_true(str_eqz(a->law, "人民调解法"));
    assert_int_equal(a->outcome, OUTCOME_ASSIGNED);
    assert_int_equal(a->n_rungs, 1);
    assert_true(str_eqz(b->name, "乙"));
    assert_true(str_eqz(b->law, "民法典"));
    assert_int_equal(b->outcome, OUTCOME_MANUAL);
    assert_int_equal(a->until - b->until, 184);
    static const enum cond_kind kinds[] = {COND_ALL, COND_CHANNEL, COND_ANY, COND_ALL, COND_TAGS, COND_TAGS, COND_ARRIVED};
    assert_int_equal(a->n_when, 7);
    assert_int_equal(a->when[0].span, 6);
    for (int i = 0; i < 7; i++)
        assert_int_equal(a->when[i].kind, kinds[i]);
    assert_true(str_eqz(*a->when[1].file, "rules/x.yaml"));
    assert_int_equal(a->when[1].line, 7);
    assert_null(a->when[5].file);
    ruleset_unref(rs);
    fixture_fini(&f);
}

static void rows_of_classifiers(void **state)
{
    (void)state;
    struct fixture f;
    const struct ruleset *rs = load_with(&f,
                                         "id,source category,text,category,tags\n"
                                         "1,劳动保障;社会保险,,labour,by-code;petition\n"
                                         "2,,欠薪,,wages\n",
                                         "classify:\n"
                                         "  - {table: t.csv, id: code, when: {channel: petition}}\n");
    assert_non_null(rs);
    assert_int_equal(rs->n_classifiers, 2);
    const struct classifier *c = rs->classifiers;
    assert_true(str_eqz(c[0].id, "code-1"));
    assert_true(str_eqz(c[0].file, "rules/t.csv"));
    assert_int_equal(c[0].category, category_find(&rs->categories, STR("labour")));
    assert_int_equal(c[0].n_tags, 2);
    assert_int_equal(c[0].n_when, 3);
    assert_int_equal(c[0].when[2].n, 2);
    assert_int_equal(c[1].category, -1);
    assert_int_equal(c[1].when[2].kind, COND_TEXT);
    ruleset_unref(rs);
    fixture_fini(&f);
}

static void headings_follow_from_the_keys(void **state)
{
    (void)state;
    struct fixture f;
    struct headings rules, classifiers;
    fixture_init(&f);
    assert_true(headings_list(&f.reading, TABLE_OF_RULES, &rules));
    assert_true(headings_list(&f.reading, TABLE_OF_CLASSIFIERS, &classifiers));
    static const char *const both[] = {"channel", "category under", "offence", "offence missing", "claim at most",
                                       "use",     "not text",       "party minor"};
    static const char *const of_rules[] = {"to region",      "to region within", "then jointly with kind", "pick",
                                           "then pick",      "refuse basis",     "manual reason",          "ladder",
                                           "to rating at least"};
    for (size_t i = 0; i < sizeof both / sizeof *both; i++) {
        struct cell cell = {.text = str_from(both[i])};
        assert_non_null(heading_find(&f.reading, &rules, &cell));
        assert_non_null(heading_find(&f.reading, &classifiers, &cell));
    }
    for (size_t i = 0; i < sizeof of_rules / sizeof *of_rules; i++) {
        struct cell cell = {.text = str_from(of_rules[i])};
        assert_non_null(heading_find(&f.reading, &rules, &cell));
    }
    assert_int_equal(diag_size(f.diag), 0);
    for (size_t i = 0; i < rules.n; i++)
        for (size_t k = 0; k < i; k++)
            assert_false(str_eq(rules.items[i].text, rules.items[k].text));
    static const char *const none[] = {"when", "route", "all of", "not", "to", "text set", "category under set", "weigh"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        struct cell cell = {.text = str_from(none[i])};
        assert_null(heading_find(&f.reading, &rules, &cell));
    }
    fixture_fini(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_column_is_the_key_of_the_same_words),
        cmocka_unit_test(rungs_of_a_row_then_those_of_the_entry),
        cmocka_unit_test(what_the_entry_says_holds_for_every_row),
        cmocka_unit_test(rows_of_classifiers),
        cmocka_unit_test(headings_follow_from_the_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
