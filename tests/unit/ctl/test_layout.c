/*
 * test_layout.c - ctl/layout.h, ctl/json.h: sheets with Chinese in them, and JSON that escapes
 */
#include "ctl/layout.h"

#include "base/check.h"
#include "ctl/json.h"

#include <stdlib.h>

static char *text_of(const struct sheets *s, bool colour, bool json)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (json)
        layout_json(out, s);
    else
        layout_text(out, s, colour);
    fclose(out);
    return text;
}

static void expect(const struct sheets *s, bool colour, bool json, const char *golden)
{
    char *text = text_of(s, colour, json);
    assert_string_equal(text, golden);
    free(text);
}

static const struct sheet_column columns[] = {{"id", "编号", CELL_TEXT},       {"name", "name", CELL_TEXT},
                                              {"open", "open", CELL_INTEGER},  {"since", "since", CELL_TIME},
                                              {"closed", "closed", CELL_BOOL}, {NULL, NULL, 0}};

static struct sheets two_rows(struct arena *a, bool single)
{
    struct sheets s = {.arena = a};
    struct sheet *sheet = sheet_add(&s, "organisations", "Organisations", columns, single);
    struct str *row = sheet_row(&s, sheet);
    row[0] = STR("labour-3205");
    row[1] = STR("苏州市劳动争议调解委员会");
    row[2] = STR("7");
    row[3] = STR("1759300200123");
    row[4] = STR("no");
    row = sheet_row(&s, sheet);
    row[0] = STR("x");
    row[1] = STR("a \"b\"\n\x1b[31m");
    row[2] = STR("-12");
    row[4] = STR("yes");
    return s;
}

static void tables_align_by_display_width(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct sheets s = two_rows(a, false);
    expect(&s, false, false,
           "编号         name                      open  since                       closed\n"
           "labour-3205  苏州市劳动争议调解委员会     7  2025-10-01 14:30:00 +08:00  no\n"
           "x            a \"b\"??[31m                -12  -                           yes\n");
    arena_free(a);
}

static void a_single_row_is_a_list_of_names_and_values(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct sheets s = two_rows(a, true);
    expect(&s, false, false,
           "编号    labour-3205\n"
           "name    苏州市劳动争议调解委员会\n"
           "open    7\n"
           "since   2025-10-01 14:30:00 +08:00\n"
           "closed  no\n");
    arena_free(a);
}

static void several_sheets_have_titles_and_empty_ones_say_so(void **state)
{
    (void)state;
    static const struct sheet_column one[] = {{"k", "k", CELL_TEXT}, {NULL, NULL, 0}};
    struct arena *a = arena_new(0);
    struct sheets s = {.arena = a};
    sheet_add(&s, "first", "First", one, false);
    sheet_row(&s, sheet_add(&s, "second", "Second", one, false))[0] = STR("v");
    expect(&s, false, false, "First\n(none)\n\nSecond\nk\nv\n");
    expect(&s, true, false, "\x1b[1mFirst\x1b[0m\n(none)\n\n\x1b[1mSecond\x1b[0m\n\x1b[1mk\x1b[0m\nv\n");
    arena_free(a);
}

static void several_lines_in_a_value_go_below_its_name(void **state)
{
    (void)state;
    static const struct sheet_column one[] = {{"findings", "findings", CELL_TEXT}, {NULL, NULL, 0}};
    struct arena *a = arena_new(0);
    struct sheets s = {.arena = a};
    sheet_row(&s, sheet_add(&s, "x", "X", one, true))[0] = STR("one\n  two\n");
    expect(&s, false, false, "findings  \n    one\n      two\n");
    arena_free(a);
}

static void json_is_one_document(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct sheets s = two_rows(a, false);
    s.error = STR("no");
    expect(&s, false, true,
           "{\n"
           "  \"organisations\": [\n"
           "    {\n"
           "      \"id\": \"labour-3205\",\n"
           "      \"name\": \"苏州市劳动争议调解委员会\",\n"
           "      \"open\": 7,\n"
           "      \"since\": \"2025-10-01T14:30:00.123+08:00\",\n"
           "      \"closed\": false\n"
           "    },\n"
           "    {\n"
           "      \"id\": \"x\",\n"
           "      \"name\": \"a \\\"b\\\"\\n\\u001b[31m\",\n"
           "      \"open\": -12,\n"
           "      \"since\": null,\n"
           "      \"closed\": true\n"
           "    }\n"
           "  ],\n"
           "  \"error\": \"no\"\n"
           "}\n");
    s = two_rows(a, true);
    s.items[0].n_rows = 0;
    expect(&s, false, true, "{\n  \"organisations\": null\n}\n");
    arena_free(a);
}

static void json_escapes_what_must_be_escaped(void **state)
{
    (void)state;
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    struct json_out j = {.out = out, .compact = true};
    json_open(&j, '[');
    json_text(&j, STR("\"\\\b\f\n\r\t\x01\x1f\x7f/"));
    json_text(&j, STR("诉调\xf0\x9f\x98\x80"));
    json_text(&j, STR("\xff"
                      "a\xe8\xaf")); /* not UTF-8 */
    json_text(&j, (struct str){"\0", 1});
    json_int(&j, INT64_MIN);
    json_raw(&j, "null");
    json_open(&j, '{');
    json_close(&j, '}');
    json_close(&j, ']');
    fclose(out);
    assert_string_equal(text, "[\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f/\", \"诉调\xf0\x9f\x98\x80\", "
                              "\"\xef\xbf\xbd"
                              "a\xef\xbf\xbd\xef\xbf\xbd\", \"\\u0000\", -9223372036854775808, null, {}]");
    free(text);
}

static void times_are_shown_in_shanghai(void **state)
{
    (void)state;
    char t[TIME_TEXT_SIZE];
    setenv("TZ", "America/New_York", 1);
    assert_string_equal(layout_time(0, false, t), "1970-01-01 08:00:00 +08:00");
    assert_string_equal(layout_time(-1, true, t), "1970-01-01T07:59:59.999+08:00");
    assert_string_equal(layout_time(1767196799999, true, t), "2025-12-31T23:59:59.999+08:00");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_align_by_display_width),
        cmocka_unit_test(a_single_row_is_a_list_of_names_and_values),
        cmocka_unit_test(several_sheets_have_titles_and_empty_ones_say_so),
        cmocka_unit_test(several_lines_in_a_value_go_below_its_name),
        cmocka_unit_test(json_is_one_document),
        cmocka_unit_test(json_escapes_what_must_be_escaped),
        cmocka_unit_test(times_are_shown_in_shanghai),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
