/*
 * test_graph.c - ctl/graph.h: labels wrapped, escaped, summed up
 */
#include "ctl/graph.h"

#include "base/check.h"

static void expect_lines(const char *text, int width, const char *wanted)
{
    char *got;
    size_t size;
    struct graph g = {.out = open_memstream(&got, &size)};
    graph_lines(&g, str_from(text), width);
    fclose(g.out);
    assert_string_equal(got, wanted);
    free(got);
}

#define BR "<br align=\"left\"/>"

static void lines_are_wrapped_where_a_reader_would(void **state)
{
    (void)state;
    expect_lines("", 10, "");
    expect_lines("一二三四五六", 8, "一二三四" BR "五六" BR);
    expect_lines("一二\n三", 8, "一二" BR "三" BR);
    expect_lines("标签 platform-worker", 14, "标签 platform-" BR "worker" BR);
    expect_lines("abcdefghij", 4, "abcd" BR "efgh" BR "ij" BR);
    expect_lines("一二三四，五", 8, "一二三四，" BR "五" BR); /* a comma never begins a line */
    expect_lines("宽", 1, "宽" BR);
}

static void what_html_would_take_for_its_own_is_escaped(void **state)
{
    (void)state;
    expect_lines("a<b>&\"", 20, "a&lt;b&gt;&amp;&quot;" BR);
}

static void conditions_are_summed_up(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    const struct ruleset rs = {0};
    const struct graph g = {.w = {a, &rs, true, 4, "\n"}};
    const struct cond when[] = {{COND_ALL, .span = 11},
                                {COND_CHANNEL, .set = 1 << CHANNEL_COURT},
                                {COND_ANY, .span = 5},
                                {COND_ALL, .span = 1},
                                {COND_CLAIM_MISSING},
                                {COND_ALL, .span = 2},
                                {COND_CLAIM, .low = 0, .high = 500000, .currency = "CNY"},
                                {COND_PARTIES, .low = 2, .high = INT64_MAX},
                                {COND_NOT, .span = 3},
                                {COND_ALL, .span = 2},
                                {COND_CATEGORY_MISSING},
                                {COND_SAME_VILLAGE}};
    assert_str(graph_conditions(&g, when),
               "渠道 诉调对接\n任一：\n · 未写标的额\n · （标的额 ≤ 5000 元，且当事人数 ≥ 2）\n"
               "不是：（类型未定，且当事人同村）");
    const struct cond all[] = {{COND_ALL}};
    assert_str(graph_conditions(&g, all), "");
    arena_free(a);
}

static void pages_are_named_by_their_files(void **state)
{
    (void)state;
    assert_str(graph_page(STR("rules/20-labour.yaml")), "20-labour");
    assert_str(graph_page(STR("20.labour.yaml")), "20.labour");
    assert_str(graph_page(STR("rules/plain")), "plain");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_wrapped_where_a_reader_would),
        cmocka_unit_test(what_html_would_take_for_its_own_is_escaped),
        cmocka_unit_test(conditions_are_summed_up),
        cmocka_unit_test(pages_are_named_by_their_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
