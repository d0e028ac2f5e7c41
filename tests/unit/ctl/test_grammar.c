/*
 * test_grammar.c - ctl/command.h: command lines, and what is said about wrong ones
 */
#include "ctl/command.h"

#include "base/check.h"

#include <stdlib.h>

struct parsed {
    bool good;
    struct call call;
    char *told;
};

static struct parsed parse(const char *const *words)
{
    struct parsed p = {0};
    size_t size;
    int n = 0;
    while (words[n])
        n++;
    FILE *err = open_memstream(&p.told, &size);
    p.good = call_parse(n, (char *const *)(uintptr_t)words, err, &p.call);
    fclose(err);
    return p;
}
#define PARSE(...) parse((const char *const[]){"referralctl", __VA_ARGS__, NULL})

static void wrong(struct parsed p, const char *told)
{
    assert_false(p.good);
    if (!strstr(p.told, told))
        fail_msg("`%s` does not say `%s`", p.told, told);
    free(p.told);
}

static void words_arguments_and_options_in_any_order(void **state)
{
    (void)state;
    struct parsed p = PARSE("-c", "conf", "queue", "return", "--reason", "不属于调解范围", "ID", "--json");
    assert_true(p.good);
    assert_string_equal(p.call.command->words, "queue return");
    assert_int_equal(p.call.n_args, 1);
    assert_string_equal(p.call.args[0], "ID");
    assert_string_equal(call_value(&p.call, OPT_REASON, ""), "不属于调解范围");
    assert_string_equal(call_value(&p.call, OPT_CONFIG, ""), "conf");
    assert_true(call_has(&p.call, OPT_JSON));
    assert_false(call_has(&p.call, OPT_SOCKET));
    assert_string_equal(p.told, "");
    free(p.told);
}

static void values_after_an_equals_sign_and_repeated_options(void **state)
{
    (void)state;
    struct parsed p = PARSE("hub", "--endpoint=tcp://[::1]:7411", "--router-key=a=b", "--key", "k",
                            "--organisation", "one", "--organisation=two");
    assert_true(p.good);
    assert_string_equal(call_value(&p.call, OPT_ENDPOINT, ""), "tcp://[::1]:7411");
    assert_string_equal(call_value(&p.call, OPT_ROUTER_KEY, ""), "a=b");
    assert_string_equal(call_value(&p.call, OPT_ORGANISATION, ""), "two"); /* the last */
    int n = 0;
    for (int i = 0; i < p.call.n_given; i++)
        n += p.call.given[i].id == OPT_ORGANISATION;
    assert_int_equal(n, 2);
    free(p.told);
}

static void a_lone_dash_and_a_double_dash(void **state)
{
    (void)state;
    struct parsed p = PARSE("submit", "--endpoint", "e", "--router-key", "r", "--key", "k", "-");
    assert_true(p.good);
    assert_string_equal(p.call.args[0], "-");
    free(p.told);
    p = PARSE("show", "--", "--odd-number");
    assert_true(p.good);
    assert_string_equal(p.call.args[0], "--odd-number");
    free(p.told);
}

static void wrong_lines_say_what_to_do(void **state)
{
    (void)state;
    wrong(parse((const char *const[]){"referralctl", NULL}), "which command?");
    wrong(PARSE("sbmit"), "did you mean `submit`?");
    wrong(PARSE("queue"), "there are `queue list`, `queue assign`, `queue return`");
    wrong(PARSE("queue", "lst"), "`queue list`");
    wrong(PARSE("show"), "needs ID|AGENCY_REF");
    wrong(PARSE("show", "a", "b"), "`b` is one argument too many");
    wrong(PARSE("status", "--jsn"), "did you mean --json?");
    wrong(PARSE("status", "--reason", "x"), "no option --reason");
    wrong(PARSE("status", "--json=yes"), "takes no value");
    wrong(PARSE("queue", "list", "--region"), "--region needs CODE");
    wrong(PARSE("queue", "return", "x"), "needs --reason TEXT");
    wrong(PARSE("submit"), "needs --router-key FILE");
    wrong(PARSE("--json", "status"), "stands before the command");
    wrong(PARSE("-x", "status"), "-x");
}

static void help_needs_nothing_else(void **state)
{
    (void)state;
    struct parsed p = PARSE("queue", "return", "--help");
    assert_true(p.good);
    assert_string_equal(p.call.command->words, "queue return");
    free(p.told);
    p = PARSE("--help");
    assert_true(p.good);
    assert_string_equal(p.call.command->words, "help");
    free(p.told);
}

static void numbers_have_bounds(void **state)
{
    (void)state;
    int64_t v = -1;
    struct parsed p = PARSE("follow", "--endpoint", "e", "--router-key", "r", "--key", "k", "--count", "12",
                            "--credit", "1001");
    assert_true(p.good);
    assert_true(call_number(&p.call, OPT_COUNT, 1, 100, 0, &v));
    assert_int_equal(v, 12);
    assert_false(call_number(&p.call, OPT_CREDIT, 1, 1000, 100, &v));
    assert_true(call_number(&p.call, OPT_FROM, 1, 100, 7, &v));
    assert_int_equal(v, 7);
    free(p.told);
    for (const char *const *bad = (const char *const[]){"", "x", "1x", "-1", "99999999999999999999", NULL};
         *bad; bad++) {
        p = PARSE("queue", "list", "--limit", *bad);
        assert_true(p.good);
        assert_false(call_number(&p.call, OPT_LIMIT, 1, 1000, 100, &v));
        free(p.told);
    }
}

/* What help and the manual rely on. */
static void the_tables_are_whole(void **state)
{
    (void)state;
    for (int i = 0; i < OPTION_COUNT; i++) {
        assert_non_null(ctl_options[i].name);
        assert_non_null(ctl_options[i].help);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(ctl_options[i].name, ctl_options[k].name);
    }
    for (const struct command *c = ctl_commands; c->words; c++) {
        assert_non_null(c->run);
        assert_true(c->min <= c->max && c->max <= CALL_ARGS_MAX);
        assert_int_equal(c->required & ~c->options, 0);
        assert_memory_equal(c->example, "referralctl ", 12);
        assert_non_null(strstr(c->example, c->words));
    }
}

static void every_example_parses(void **state)
{
    (void)state;
    for (const struct command *c = ctl_commands; c->words; c++) {
        char *line = strdup(c->example), *save = NULL;
        const char *words[32] = {NULL};
        int n = 0;
        for (char *w = strtok_r(line, " ", &save); w; w = strtok_r(NULL, " ", &save))
            words[n++] = w;
        struct parsed p = parse(words);
        if (!p.good || p.call.command != c)
            fail_msg("%s: %s", c->example, p.told);
        free(p.told);
        free(line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_arguments_and_options_in_any_order),
        cmocka_unit_test(values_after_an_equals_sign_and_repeated_options),
        cmocka_unit_test(a_lone_dash_and_a_double_dash),
        cmocka_unit_test(wrong_lines_say_what_to_do),
        cmocka_unit_test(help_needs_nothing_else),
        cmocka_unit_test(numbers_have_bounds),
        cmocka_unit_test(the_tables_are_whole),
        cmocka_unit_test(every_example_parses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
