/*
 * test_load.c - configuration into core types: what the decision then reads
 */
#include "fixture.h"
#include "small.h"

#include "conf/settings.h"
#include "conf/z85.h"

static char channels[8192];

static void add_ruleset(struct fixture *f, const char *rules, bool with_the_rest)
{
    fixture_add(f, "calendar/x.csv", str_from(small_calendar));
    fixture_add(f, "categories/x.csv", str_from(small_categories));
    fixture_add(f, "channels.yaml", str_from(small_channels(channels)));
    fixture_add(f, "organisations/x.yaml", str_from(small_organisations));
    if (with_the_rest) {
        fixture_add(f, "peers/x.yaml", STR("agencies: []\n"));
        fixture_add(f, "referrald.yaml", STR("log: {level: debug}\n"));
    }
    fixture_add(f, "regions/x.csv", str_from(small_regions));
    fixture_add(f, "rules/x.yaml", str_from(rules));
}

static void add_small(struct fixture *f, const char *rules)
{
    add_ruleset(f, rules, false);
}

static const struct ruleset *load(struct fixture *f, const char *rules)
{
    fixture_init(f);
    add_small(f, rules);
    const struct ruleset *rs = conf_load_ruleset(&f->source, true, f->diag);
    if (!rs) {
        char *text = diag_text(f->diag);
        print_error("%s", text ? text : "");
        free(text);
    }
    return rs;
}

static void lists_and_templates(void **state)
{
    (void)state;
    struct fixture f;
    const struct ruleset *rs =
        load(&f, "rules:\n  - id: a\n    name: 甲\n    when: {}\n    manual: {reason: none}\n");
    assert_non_null(rs);
    assert_int_equal(rs->refs, 1);
    assert_int_equal(rs->regions.n, 5);
    assert_int_equal(rs->roster.n, 2);
    const struct organisation *o = &rs->roster.items[roster_find(&rs->roster, STR("people-320505001001"))];
    assert_true(str_eqz(o->name, "横塘社区人民调解委员会"));
    assert_true(str_eqz(o->hub, "hub-320505"));
    assert_int_equal(o->rating, 3);
    assert_int_equal(category_find(&rs->categories, STR("欠薪")),
                     category_find(&rs->categories, STR("wages")));
    assert_int_equal(rs->calendar.published_until - rs->calendar.items[0].day, 364);
    assert_true(rs->policies.modes[MODE_COURT_PRE_FILING].roll);
    assert_int_equal(rs->policies.modes[MODE_COURT_PRE_FILING].finish_within.count, 30);
    ruleset_unref(rs);
    fixture_fini(&f);
}

static void hash_is_that_of_the_ruleset_part(void **state)
{
    (void)state;
    const char *rules = "rules:\n  - id: a\n    name: 甲\n    when: {}\n    manual: {reason: none}\n";
    struct fixture f, g;
    const struct ruleset *a = load(&f, rules);
    fixture_init(&g);
    add_ruleset(&g, rules, true);
    const struct ruleset *b = conf_load_ruleset(&g.source, true, g.diag);
    assert_non_null(a);
    assert_non_null(b);
    assert_true(digest_eq(a->hash, b->hash));
    ruleset_unref(a);
    ruleset_unref(b);
    fixture_fini(&f);
    fixture_fini(&g);
}

static void conditions_in_prefix_order(void **state)
{
    (void)state;
    struct fixture f;
    const struct ruleset *rs = load(&f, "rules:\n"
                                        "  - id: a\n"
                                        "    name: 甲\n"
                                        "    when:\n"
                                        "      channel: [court, police]\n"
                                        "      any_of:\n"
                                        "        - tags: [x]\n"
                                        "        - category: {under: labour, is: wages}\n"
                                        "      not: {claim: {over: 100, at_most: 5000.5}}\n"
                                        "    manual: {reason: none}\n");
    assert_non_null(rs);
    static const struct {
        enum cond_kind kind;
        int span;
    } expected[] = {
        {COND_ALL, 10},  {COND_CHANNEL, 0},        {COND_ANY, 5},         {COND_ALL, 1}, {COND_TAGS, 0},
        {COND_ALL, 2},   {COND_CATEGORY_UNDER, 0}, {COND_CATEGORY_IS, 0}, {COND_NOT, 2}, {COND_ALL, 1},
        {COND_CLAIM, 0},
    };
    const struct rule *rule = &rs->rules[0];
    assert_int_equal(rule->n_when, 11);
    for (int i = 0; i < rule->n_when; i++) {
        assert_int_equal(rule->when[i].kind, expected[i].kind);
        assert_int_equal(rule->when[i].span, expected[i].span);
    }
    assert_int_equal(rule->when[1].set, 1 << CHANNEL_COURT | 1 << CHANNEL_POLICE);
    assert_int_equal(rule->when[1].line, 5);
    assert_int_equal(rule->when[10].low, 10001);
    assert_int_equal(rule->when[10].high, 500050);
    assert_string_equal(rule->when[10].currency, "CNY");
    assert_true(str_eqz(rule->file, "rules/x.yaml"));
    ruleset_unref(rs);
    fixture_fini(&f);
}

static void the_same_word_has_one_number(void **state)
{
    (void)state;
    struct fixture f;
    const struct ruleset *rs = load(&f, "classify:\n"
                                        "  - {id: a, when: {text: [ＡＢＣ, 骑手]}, tags: [x]}\n"
                                        "  - {id: b, when: {text: [骑手, abc]}, tags: [y]}\n");
    assert_non_null(rs);
    const struct cond *a = &rs->classifiers[0].when[1], *b = &rs->classifiers[1].when[1];
    assert_int_equal(a->list[0], b->list[1]); /* full width folds to plain */
    assert_int_equal(a->list[1], b->list[0]);
    ruleset_unref(rs);
    fixture_fini(&f);
}

static void an_error_gives_no_ruleset(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    add_small(&f, "rules:\n  - id: a\n    name: 甲\n    when: {chanel: court}\n    manual: {reason: none}\n");
    assert_null(conf_load_ruleset(&f.source, true, f.diag));
    assert_string_equal(fixture_only(&f)->hint, "did you mean `channel`?");
    assert_string_equal(fixture_only(&f)->file, "config/rules/x.yaml");
    fixture_fini(&f);
}

static void settings_have_defaults_and_absolute_paths(void **state)
{
    (void)state;
    struct fixture f;
    struct settings s;
    fixture_init(&f);
    fixture_add(&f, "referrald.yaml",
                STR("keys: {router: /etc/router.key}\nlisten: {metrics: \"[::1]:0\"}\n"));
    assert_true(settings_load(f.arena, &f.source, "/", f.diag, &s));
    assert_string_equal(s.key_router, "/etc/router.key");
    assert_int_equal(s.keys_peers[0], '/');
    assert_non_null(strstr(s.keys_peers, "/keys/peers"));
    assert_string_equal(s.metrics_host, "::1");
    assert_int_equal(s.metrics_port, 0);
    assert_int_equal(s.batch_rows, 512);
    assert_int_equal(s.log_level, LOG_INFO);
    fixture_fini(&f);
}

static void z85_as_in_rfc_32(void **state)
{
    (void)state;
    static const unsigned char hello[] = {0x86, 0x4F, 0xD2, 0x6F, 0xB5, 0x59, 0xF7, 0x5B};
    unsigned char key[32];
    assert_int_equal(z85_decode_key(STR("HelloWorldHelloWorldHelloWorldHelloWorld"), key), -1);
    for (int i = 0; i < 4; i++)
        assert_memory_equal(key + i * 8, hello, 8);
    assert_int_equal(z85_decode_key(STR("HelloWorldHelloWorldHelloWorldHello\"orld"), key), 35);
    assert_int_equal(z85_decode_key(STR("#####HelloWorldHelloWorldHelloWorldHello"), key),
                     0); /* past 32 bits */
    assert_int_equal(z85_decode_key(STR("HelloWorld"), key), 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_and_templates),
        cmocka_unit_test(hash_is_that_of_the_ruleset_part),
        cmocka_unit_test(conditions_in_prefix_order),
        cmocka_unit_test(the_same_word_has_one_number),
        cmocka_unit_test(an_error_gives_no_ruleset),
        cmocka_unit_test(settings_have_defaults_and_absolute_paths),
        cmocka_unit_test(z85_as_in_rfc_32),
    };
    return cmocka_run_group_tests_name("conf/load", tests, NULL, NULL);
}
