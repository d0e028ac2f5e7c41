/*
 * test_html.c - ctl/html.h, ctl/chart.h
 */
#include "base/check.h"
#include "ctl/chart.h"
#include "ctl/html.h"

static char *text;
static size_t size;
static FILE *out;

static int setup(void **state)
{
    (void)state;
    out = open_memstream(&text, &size);
    assert_non_null(out);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    free(text);
    return 0;
}

/* What was written; nothing can be written after. */
static const char *written(void)
{
    fclose(out);
    return text;
}

static int count(const char *what)
{
    int n = 0;
    for (const char *at = text; (at = strstr(at, what)); at++)
        n++;
    return n;
}

static void text_is_escaped(void **state)
{
    (void)state;
    html_text(out, STR("<b>\"A&B\"</b>\x01\n调解"));
    assert_string_equal(written(), "&lt;b&gt;&quot;A&amp;B&quot;&lt;/b&gt;\xEF\xBF\xBD\n调解");
}

static void numbers_are_grouped(void **state)
{
    (void)state;
    static const struct {
        int64_t v;
        const char *text;
    } cases[] = {{0, "0"}, {999, "999"}, {1000, "1,000"}, {-1234567, "-1,234,567"}, {INT64_MIN, "-9,223,372,036,854,775,808"}};
    char shown[HTML_NUMBER_SIZE];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(html_number(cases[i].v, shown), cases[i].text);
    written();
}

static void tables_align_and_group_numbers(void **state)
{
    (void)state;
    static const struct html_column columns[] = {{"名称", false}, {"件数", true}};
    const struct str cells[] = {STR("a<b"), STR("12345"), STR("1000"), STR("10.5"), STR("c"), STR("")};
    html_table(out, columns, 2, cells, 3);
    html_table(out, columns, 2, cells, 0);
    written();
    assert_int_equal(count("<tr>"), 4);
    assert_int_equal(count("<td>a&lt;b</td><td class=\"n\">12,345</td>"), 1);
    assert_int_equal(count("<td>1000</td><td class=\"n\">10.5</td>"), 1);
    assert_int_equal(count("<td class=\"n\"></td>"), 1);
    assert_int_equal(count("none"), 1);
}

static void long_labels_are_cut_and_told_in_full(void **state)
{
    (void)state;
    const struct chart_gauge gauges[] = {
        {.label = STR("江苏省苏州市虎丘区枫桥街道新创社区人民调解委员会驻派出所联合调解工作室第一分室"), .note = STR("n"), .capacity = 10,
         .then = 5, .would = 12, .wished = 90},
        {.label = STR("短<名>"), .note = STR("n"), .capacity = 4, .then = 4, .would = 0, .wished = 0},
    };
    chart_gauges(out, gauges, 2);
    written();
    assert_int_equal(count("<title>江苏省苏州市虎丘区枫桥街道新创社区人民调解委员会驻派出所联合调解工作室第一分室</title>"), 1);
    assert_int_equal(count("…</text>"), 1);
    assert_int_equal(count("短&lt;名&gt;"), 1);
    assert_int_equal(count("class=\"limit\""), 1);
    assert_int_equal(count("›"), 1); /* past the picture */
    assert_int_equal(count("<svg"), count("</svg>"));
}

static void ribbons_are_as_thick_as_what_flows(void **state)
{
    (void)state;
    const struct chart_node left[] = {{STR("甲"), "c0", 30}, {STR("乙"), "c1", 10}}, right[] = {{STR("丙"), "now", 40}};
    const struct chart_link links[] = {{0, 0, 30}, {1, 0, 10}};
    chart_flow(out, left, 2, right, 1, links, 2);
    written();
    double y0, y1;
    const char *first = strstr(text, "class=\"flow c0\""), *second = strstr(text, "class=\"flow c1\"");
    assert_non_null(first);
    assert_non_null(second);
    /* On the right the second begins where the first ends: 240 units for 40 referrals. */
    assert_int_equal(sscanf(strchr(first, 'C'), "C%*f %*f %*f %*f %*f %lfV", &y0), 1);
    assert_int_equal(sscanf(strchr(second, 'C'), "C%*f %*f %*f %*f %*f %lfV", &y1), 1);
    assert_true(y1 - y0 > 179.5 && y1 - y0 < 180.5);
    assert_int_equal(count("<path"), 2);
    assert_int_equal(count("甲 → 丙: 30"), 1);
}

static void nothing_to_draw_draws_nothing(void **state)
{
    (void)state;
    chart_flow(out, NULL, 0, NULL, 0, NULL, 0);
    assert_string_equal(written(), "");
}

static void stacks_have_a_part_for_each_value(void **state)
{
    (void)state;
    const struct chart_part parts[] = {{"指派", "same"}, {"人工", "manual"}};
    const struct str rows[] = {STR("then"), STR("now")};
    const int64_t values[] = {3, 1, 4, 0};
    chart_stack(out, parts, 2, rows, values, 2);
    written();
    assert_int_equal(count("<rect"), 2 + 4);
    assert_int_equal(count("<title>指派: 3 (75.00%)</title>"), 1);
    assert_int_equal(count("<title>人工: 0 (0.00%)</title>"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(text_is_escaped, setup, teardown),
        cmocka_unit_test_setup_teardown(numbers_are_grouped, setup, teardown),
        cmocka_unit_test_setup_teardown(tables_align_and_group_numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(long_labels_are_cut_and_told_in_full, setup, teardown),
        cmocka_unit_test_setup_teardown(ribbons_are_as_thick_as_what_flows, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_to_draw_draws_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(stacks_have_a_part_for_each_value, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
