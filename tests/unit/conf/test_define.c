/*
 * test_define.c - names put in: what a rule then holds, and where it says that it came from
 */
#include "ruleset.h"

#define RULE(when) "rules:\n  - id: a\n    name: 甲\n    when: {" when "}\n    manual: {reason: none}\n"

static void a_named_condition_is_a_group_with_the_lines_of_both(void **state)
{
    (void)state;
    struct fixture f;
    const struct ruleset *rs = small_load(&f, "define:\n"
                                              "  conditions:\n"
                                              "    inner: {tags: [x]}\n"
                                              "    outer:\n"
                                              "      channel: court\n"
                                              "      not: {use: inner}\n" RULE("use: [outer, inner]"));
    assert_non_null(rs);
    const struct rule *rule = &rs->rules[0];
    static const struct {
        enum cond_kind kind;
        int span;
        unsigned line;
        bool defined;
    } want[] = {
        {COND_ALL, 8, 10, false},     {COND_ALL, 5, 10, false}, {COND_CHANNEL, 0, 5, true}, {COND_NOT, 3, 6, true},
        {COND_ALL, 2, 6, true},       {COND_ALL, 1, 6, true},   {COND_TAGS, 0, 3, true},    {COND_ALL, 1, 10, false},
        {COND_TAGS, 0, 3, true},
    };
    assert_int_equal(rule->n_when, sizeof want / sizeof *want);
    for (int i = 0; i < rule->n_when; i++) {
        const struct cond *c = &rule->when[i];
        assert_int_equal(c->kind, want[i].kind);
        assert_int_equal(c->span, want[i].span);
        assert_int_equal(c->line, want[i].line);
        assert_int_equal(c->file != NULL, want[i].defined);
        assert_true(!c->file || str_eqz(*c->file, "rules/x.yaml"));
    }
    ruleset_unref(rs);
    fixture_fini(&f);
}

static void a_set_stands_for_its_elements(void **state)
{
    (void)state;
    struct fixture f;
    const struct ruleset *rs = small_load(
        &f, "define:\n"
            "  sets:\n"
            "    few: {text: [欠薪]}\n"
            "    words: {text: [{set: few}, 讨薪]}\n"
            "    places: {regions: [\"320505001001\", \"3205\"]}\n"
            "    work: {categories: [labour, wages]}\n"
            "    marks: {tags: [x, y]}\n" RULE("text: [工钱, {set: words}], tags: {set: marks}, "
                                               "region: {within: {set: places}}, category: {under: {set: work}}"));
    assert_non_null(rs);
    const struct cond *c = rs->rules[0].when;
    assert_int_equal(c[1].kind, COND_TEXT);
    assert_int_equal(c[1].n, 3);
    assert_int_equal(c[1].line, 11); /* the key of the rule, whatever the set */
    assert_null(c[1].file);
    assert_int_equal(c[2].n, 2);
    assert_true(str_eqz(c[2].strings[1], "y"));
    assert_int_equal(c[3].n, 2);
    assert_int_equal(c[3].list[1], region_find(&rs->regions, STR("3205")));
    assert_int_equal(c[4].n, 2);
    assert_int_equal(c[4].list[1], category_find(&rs->categories, STR("wages")));
    ruleset_unref(rs);
    fixture_fini(&f);
}

static void a_ladder_is_copied_rung_by_rung(void **state)
{
    (void)state;
    struct fixture f;
    const struct ruleset *rs = small_load(&f, "define:\n"
                                              "  ladders:\n"
                                              "    up:\n"
                                              "      - {to: {kind: people}, pick: sticky}\n"
                                              "      - to: {kind: labour}\n"
                                              "rules:\n"
                                              "  - {id: a, name: 甲, when: {}, route: {ladder: up}}\n"
                                              "  - id: b\n    name: 乙\n    when: {channel: court}\n"
                                              "    route: [{to: {kind: labour}}, {ladder: up}]\n");
    assert_non_null(rs);
    const struct rule *a = &rs->rules[0], *b = &rs->rules[1];
    assert_int_equal(a->n_rungs, 2);
    assert_int_equal(a->rungs[0].pick, PICK_STICKY);
    assert_int_equal(a->rungs[1].line, 5);
    assert_true(str_eqz(*a->rungs[1].file, "rules/x.yaml"));
    assert_int_equal(b->n_rungs, 3);
    assert_null(b->rungs[0].file);
    assert_int_equal(b->rungs[2].to.kinds, 1 << ORG_LABOUR);
    ruleset_unref(rs);
    fixture_fini(&f);
}

static void names_of_later_files_are_known(void **state)
{
    (void)state;
    struct fixture f;
    small_add(&f, RULE("use: late"));
    fixture_add(&f, "rules/y.yaml", STR("define: {conditions: {late: {channel: court}}}\n"));
    const struct ruleset *rs = conf_load_ruleset(&f.source, true, f.diag);
    assert_non_null(rs);
    assert_int_equal(diag_size(f.diag), 0);
    assert_true(str_eqz(*rs->rules[0].when[2].file, "rules/y.yaml"));
    ruleset_unref(rs);
    fixture_fini(&f);
}

static void a_wrong_definition_is_told_once(void **state)
{
    (void)state;
    struct fixture f;
    small_add(&f, "define: {conditions: {bad: {chanel: court}}}\n" RULE("use: bad, any_of: [{use: bad}]"));
    assert_null(conf_load_ruleset(&f.source, true, f.diag));
    assert_int_equal(fixture_only(&f)->line, 1);
    fixture_fini(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_named_condition_is_a_group_with_the_lines_of_both),
        cmocka_unit_test(a_set_stands_for_its_elements),
        cmocka_unit_test(a_ladder_is_copied_rung_by_rung),
        cmocka_unit_test(names_of_later_files_are_known),
        cmocka_unit_test(a_wrong_definition_is_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
