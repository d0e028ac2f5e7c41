/*
 * test_logline.c - base/logline.h
 */
#include "base/logline.h"
#include "base/check.h"

#include "base/fold.h"

#include <jansson.h>

#define NOW 1795420931123 /* 2026-11-23T16:02:11.123+08:00 */

static char line[LOGLINE_SIZE];

static struct str text(const char *event, const char *message, const struct log_field *fields)
{
    return (struct str){line, logline_text(line, NOW, LOG_INFO, event, message, fields, false)};
}

static struct str json(const char *event, const char *message, const struct log_field *fields)
{
    return (struct str){line, logline_json(line, NOW, LOG_WARNING, event, message, fields)};
}

static void a_line_of_text(void **state)
{
    (void)state;
    assert_str(text("referral.assigned", "assigned to an organisation",
                    LOG_FIELDS(LOG_Z("organisation", "people-320505001"), LOG_I("open", -3),
                               LOG_Z("name", "狮山街道 人民调解委员会"))),
               "2026-11-23T16:02:11.123+08:00 info  referral.assigned  assigned to an organisation  "
               "organisation=people-320505001 open=-3 name=\"狮山街道 人民调解委员会\"\n");
    assert_str(text("a.b", "m", NULL), "2026-11-23T16:02:11.123+08:00 info  a.b  m\n");
    size_t n = logline_text(line, 0, LOG_WARNING, "a.b", "m", NULL, false);
    assert_str(((struct str){line, n}), "1970-01-01T08:00:00.000+08:00 warn  a.b  m\n");
    n = logline_text(line, 0, LOG_ERROR, "a.b", "m", NULL, true);
    assert_str(((struct str){line, n}), "1970-01-01T08:00:00.000+08:00 \033[1;31merror\033[0m a.b  m\n");
    n = logline_bare(line, "a.b", "m", LOG_FIELDS(LOG_I("n", 1)));
    assert_str(((struct str){line, n}), "a.b  m  n=1");
}

static void values_cannot_forge_lines(void **state)
{
    (void)state;
    assert_str(text("e", "one\ntwo", LOG_FIELDS(LOG_Z("k", "a\" b=\"c\n\\\033\x7f"))),
               "2026-11-23T16:02:11.123+08:00 info  e  one\\ntwo  k=\"a\\\" b=\\\"c\\n\\\\\\x1b\\x7f\"\n");
    assert_str(text("e", "m", LOG_FIELDS(LOG_Z("k", "\xff"))),
               "2026-11-23T16:02:11.123+08:00 info  e  m  k=\"\\xff\"\n");
}

static void only_bare_words_go_without_quotes(void **state)
{
    (void)state;
    static const char *const cases[][2] = {{"people-3205", "people-3205"},
                                           {"a b", "\"a b\""},
                                           {"a=b", "\"a=b\""},
                                           {"\"", "\"\\\"\""},
                                           {"\\", "\"\\\\\""},
                                           {"院", "\"院\""},
                                           {"", "\"\""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char expected[100];
        snprintf(expected, sizeof expected, "e  m  k=%s", cases[i][1]);
        size_t n = logline_bare(line, "e", "m", LOG_FIELDS(LOG_Z("k", cases[i][0])));
        assert_str(((struct str){line, n}), expected);
    }
}

static void absent_values_are_left_out(void **state)
{
    (void)state;
    struct str none = {NULL, 0};
    assert_str(text("e", "m", LOG_FIELDS(LOG_S("k", none), LOG_Z("empty", ""), LOG_I("i", 0))),
               "2026-11-23T16:02:11.123+08:00 info  e  m  empty=\"\" i=0\n");
    assert_str(text("e", "m", LOG_FIELDS(LOG_Z("k", NULL))), "2026-11-23T16:02:11.123+08:00 info  e  m\n");
    assert_str(json("e", "m", LOG_FIELDS(LOG_S("k", none))),
               "{\"time\":\"2026-11-23T16:02:11.123+08:00\",\"level\":\"warning\",\"event\":\"e\","
               "\"message\":\"m\"}\n");
}

static void json_is_json(void **state)
{
    (void)state;
    static const char value[] = "a\"\\\b\f\n\r\t\x01\x7f 院 \xf0\x9f\x98\x80";
    struct str s =
        json("e.f", "m", LOG_FIELDS(LOG_Z("k", value), LOG_I("i", INT64_MIN), LOG_Z("bad", "x\xff")));
    json_t *root = json_loadb(s.p, s.n, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    assert_string_equal(json_string_value(json_object_get(root, "k")), value);
    assert_string_equal(json_string_value(json_object_get(root, "bad")), "x\xef\xbf\xbd");
    assert_true(json_integer_value(json_object_get(root, "i")) == INT64_MIN);
    assert_string_equal(json_string_value(json_object_get(root, "time")), "2026-11-23T16:02:11.123+08:00");
    assert_string_equal(json_string_value(json_object_get(root, "event")), "e.f");
    json_decref(root);
}

/* Whatever the lengths, a line fits, ends once, is valid UTF-8 and, as JSON, parses. */
static void long_lines_are_cut_whole(void **state)
{
    (void)state;
    uint64_t random = 5;
    static const char *const pieces[] = {"院", "a", "\n", "\"", "\xff", "\xf0\x9f\x98\x80", " "};
    char *value = malloc(12000);
    for (int round = 0; round < 300; round++) {
        size_t n = 0;
        int length = random_below(&random, 2500);
        for (int i = 0; i < length; i++) {
            const char *piece = pieces[random_below(&random, 7)];
            memcpy(value + n, piece, strlen(piece));
            n += strlen(piece);
        }
        struct str v = {value, n};
        const struct log_field *fields = LOG_FIELDS(LOG_S("one", v), LOG_I("two", 2), LOG_S("three", v));
        struct str s = text("e", "m", fields);
        assert_true(s.n <= LOGLINE_SIZE && s.n > 0 && s.p[s.n - 1] == '\n');
        s.n--;
        assert_int_equal(text_check(s, false), TEXT_OK);
        s = json("e", "m", fields);
        assert_true(s.n <= LOGLINE_SIZE);
        json_error_t error;
        json_t *root = json_loadb(s.p, s.n, JSON_REJECT_DUPLICATES, &error);
        if (!root)
            fail_msg("%s in " STR_FMT, error.text, STR_ARG(s));
        assert_true(json_object_get(root, "cut") || json_object_get(root, "three"));
        json_decref(root);
    }
    free(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_of_text),
        cmocka_unit_test(values_cannot_forge_lines),
        cmocka_unit_test(absent_values_are_left_out),
        cmocka_unit_test(json_is_json),
        cmocka_unit_test(only_bare_words_go_without_quotes),
        cmocka_unit_test(long_lines_are_cut_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
