/*
 * test_diag.c - base/diag.h, the texts byte for byte
 */
#include "base/diag.h"
#include "base/check.h"

static struct diag_place place(unsigned line, unsigned col, unsigned span, const char *source)
{
    return (struct diag_place){"config/rules/20-labour.yaml", line, col, span, str_from(source)};
}

static void assert_text(const struct diag *d, const char *expected)
{
    char *text = diag_text(d);
    assert_string_equal(text, expected);
    free(text);
}

static void the_form_in_the_header(void **state)
{
    (void)state;
    struct diag *d = diag_new();
    struct diag_place at = place(14, 9, 6, "        chanel: court");
    diag_add(d, DIAG_ERROR, &at, "did you mean `channel`?", "unknown key `%s`", "chanel");
    assert_text(d, "config/rules/20-labour.yaml:14:9: error: unknown key `chanel`\n"
                   "   14 |         chanel: court\n"
                   "      |         ^~~~~~\n"
                   "      = did you mean `channel`?\n");
    diag_free(d);
}

static void wide_characters_take_two_columns(void **state)
{
    (void)state;
    struct diag *d = diag_new();
    struct diag_place at = place(7, 9, 3, "name: 骑手工资纠纷x");
    diag_add(d, DIAG_WARNING, &at, NULL, "odd");
    at = place(8, 2, 1, "\tkey: 1");
    diag_add(d, DIAG_NOTE, &at, NULL, "tab");
    assert_text(d, "config/rules/20-labour.yaml:7:9: warning: odd\n"
                   "    7 | name: 骑手工资纠纷x\n"
                   "      |           ^~~~~~\n"
                   "config/rules/20-labour.yaml:8:2: note: tab\n"
                   "    8 | \tkey: 1\n"
                   "      | \t^\n");
    diag_free(d);
}

static void odd_places(void **state)
{
    (void)state;
    struct diag *d = diag_new();
    struct diag_place whole = {.file = "peers"}, line = place(123456, 0, 0, "abc"),
                      behind = place(3, 9, 5, "ab");
    diag_add(d, DIAG_ERROR, &whole, NULL, "no file");
    diag_add(d, DIAG_ERROR, &line, "shorten it", "too long");
    diag_add(d, DIAG_ERROR, &behind, NULL, "ends early");
    assert_text(d, "peers: error: no file\n"
                   "config/rules/20-labour.yaml:123456: error: too long\n"
                   "123456 | abc\n"
                   "       = shorten it\n"
                   "config/rules/20-labour.yaml:3:9: error: ends early\n"
                   "    3 | ab\n"
                   "      |   ^\n");
    diag_free(d);
}

static void terminals_get_no_commands(void **state)
{
    (void)state;
    struct diag *d = diag_new();
    struct diag_place at = place(1, 4, 1,
                                 "a\033\xff"
                                 "b");
    diag_add(d, DIAG_ERROR, &at, NULL, "here");
    assert_text(d, "config/rules/20-labour.yaml:1:4: error: here\n"
                   "    1 | a??b\n"
                   "      |    ^\n");
    diag_free(d);
}

static void colour_only_where_wanted(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size;
    struct diag *d = diag_new();
    struct diag_place at = place(1, 1, 1, "a");
    diag_add(d, DIAG_ERROR, &at, NULL, "here");
    FILE *out = open_memstream(&text, &size);
    diag_print(d, out, true);
    fclose(out);
    assert_non_null(strstr(text, "\033[1;31merror:\033[0m here\n"));
    free(text);
    text = diag_text(d);
    assert_null(strchr(text, '\033'));
    free(text);
    diag_free(d);
}

static void sorted_and_stable(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        unsigned line, col;
        const char *cause;
    } added[] = {{"b", 1, 1, "5"}, {"a", 10, 2, "4"}, {"a", 2, 7, "2"},
                 {"a", 2, 7, "3"}, {"a", 2, 1, "1"},  {"a", 0, 0, "0"}};
    struct diag *d = diag_new();
    for (size_t i = 0; i < 6; i++) {
        struct diag_place at = {.file = added[i].file, .line = added[i].line, .col = added[i].col};
        diag_add(d, DIAG_ERROR, &at, NULL, "%s", added[i].cause);
    }
    diag_sort(d);
    assert_int_equal(diag_size(d), 6);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(atoi(diag_item(d, i)->cause), i);
    diag_free(d);
}

static void texts_are_copied(void **state)
{
    (void)state;
    char file[] = "file", hint[] = "hint", source[] = "source and more";
    struct diag *d = diag_new();
    struct diag_place at = {file, 1, 1, 0, {source, 6}};
    diag_add(d, DIAG_ERROR, &at, hint, "%s", hint);
    memset(file, 'x', 4);
    memset(hint, 'x', 4);
    memset(source, 'x', 15);
    const struct diag_item *item = diag_item(d, 0);
    assert_string_equal(item->file, "file");
    assert_string_equal(item->hint, "hint");
    assert_string_equal(item->cause, "hint");
    assert_string_equal(item->source, "source");
    assert_int_equal(item->span, 1);
    diag_free(d);
}

static void counts_go_on_past_the_limit(void **state)
{
    (void)state;
    struct diag *d = diag_new();
    struct diag_place at = {.file = "f"};
    for (int i = 0; i < 1500; i++)
        diag_add(d, i % 3 ? DIAG_ERROR : DIAG_WARNING, &at, NULL, "%d", i);
    assert_int_equal(diag_size(d), 1000);
    assert_int_equal(diag_count(d, DIAG_ERROR), 1000);
    assert_int_equal(diag_count(d, DIAG_WARNING), 500);
    assert_int_equal(diag_count(d, DIAG_NOTE), 0);
    char *text = diag_text(d);
    assert_non_null(strstr(text, "... and 500 more\n"));
    free(text);
    diag_free(d);
    diag_free(NULL);
}

static void expect_kind(const char *fmt, const char *kind)
{
    char out[DIAG_KIND_SIZE];
    assert_string_equal(diag_kind(fmt, out), kind);
}

static void a_kind_is_the_first_words_of_the_format(void **state)
{
    (void)state;
    expect_kind("unknown key `" STR_FMT "`", "unknown-key");
    expect_kind("`%s` is not a word for `%s`", "not-a-word-for");
    expect_kind("this rule can never match: its conditions", "rule-can-never-match");
    expect_kind("a ladder of %d rungs; at most %d", "ladder-of-rungs");
    expect_kind("not UTF-8 from here on: byte 0x%02X", "not-utf-8-from-here-on");
    expect_kind("`in_flight_per_agency` is %d, more", "in-flight-per-agency-is");
    expect_kind("one two three four five six seven", "one-two-three-four-five-six");
    expect_kind("%5.3lld %%", "");
    expect_kind("%", "");
    expect_kind("", "");
    char longest[400];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    expect_kind(longest, "");
}

static void a_finding_has_a_kind(void **state)
{
    (void)state;
    struct diag *d = diag_new();
    struct diag_place at = {.file = "f"};
    diag_add(d, DIAG_ERROR, &at, NULL, "unknown key `%s`", "chanel");
    diag_add(d, DIAG_ERROR, &at, NULL, "%s", "larger than 1 MiB");
    assert_string_equal(diag_item(d, 0)->kind, "unknown-key");
    assert_string_equal(diag_item(d, 1)->kind, "larger-than-1-mib");
    diag_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_form_in_the_header),
        cmocka_unit_test(wide_characters_take_two_columns),
        cmocka_unit_test(odd_places),
        cmocka_unit_test(terminals_get_no_commands),
        cmocka_unit_test(colour_only_where_wanted),
        cmocka_unit_test(sorted_and_stable),
        cmocka_unit_test(texts_are_copied),
        cmocka_unit_test(counts_go_on_past_the_limit),
        cmocka_unit_test(a_kind_is_the_first_words_of_the_format),
        cmocka_unit_test(a_finding_has_a_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
