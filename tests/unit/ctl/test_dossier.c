/*
 * test_dossier.c - ctl/dossier.h: what the page says, in Chinese, and that nothing gets out of its cell
 */
#include "ctl/dossier.h"

#include "base/check.h"

#include <stdlib.h>

static struct arena *arena;
static struct sheets sheets;
static char *text;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(0);
    sheets = (struct sheets){.arena = arena};
    text = NULL;
    return arena ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    free(text);
    arena_free(arena);
    return 0;
}

static void write_page(void)
{
    size_t size;
    FILE *out = open_memstream(&text, &size);
    dossier_page(out, &sheets);
    fclose(out);
}

static void add_facts(void)
{
    static const struct sheet_column columns[] = {{"agency_ref", "", CELL_TEXT}, {"mode", "", CELL_TEXT},
                                                  {"state", "", CELL_TEXT},      {"arrived", "", CELL_TIME},
                                                  {"claim", "", CELL_TEXT},      {NULL, NULL, 0}};
    struct str *row = sheet_row(&sheets, sheet_add(&sheets, "facts", "", columns, true));
    row[0] = STR("<script>alert(\"1\")</script>&");
    row[1] = STR("court-pre-filing");
    row[2] = STR("concluded");
    row[3] = STR("1759300200123");
    row[4] = STR("");
}

static void add_deadlines(void)
{
    static const struct sheet_column columns[] = {{"due", "", CELL_TEXT}, {"result", "", CELL_TEXT}, {"left", "", CELL_TEXT}, {NULL, NULL, 0}};
    static const char *const rows[][3] = {{"respond", "kept", "0d 00:01"}, {"finish", "missed", "-29d 18:39"}, {"contact", "kept", ""}};
    struct sheet *sheet = sheet_add(&sheets, "deadlines", "", columns, false);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str *row = sheet_row(&sheets, sheet);
        row[0] = str_from(rows[i][0]);
        row[1] = str_from(rows[i][1]);
        row[2] = str_from(rows[i][2]);
    }
}

static void words_are_chinese_and_cells_escaped(void **state)
{
    (void)state;
    add_facts();
    write_page();
    assert_non_null(strstr(text, "<dt>机关案号</dt><dd>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;</dd>"));
    assert_non_null(strstr(text, "<dt>移送方式</dt><dd>委派调解（立案前）</dd>"));
    assert_non_null(strstr(text, "<dt>收到时间</dt><dd>2025-10-01 14:30:00</dd>"));
    assert_null(strstr(text, "标的额"));
    assert_null(strstr(text, "<script"));
    assert_null(strstr(text, "http:"));
    assert_null(strstr(text, "https:"));
}

static void deadlines_are_counted_and_told(void **state)
{
    (void)state;
    add_deadlines();
    write_page();
    assert_non_null(strstr(text, "<span>按期</span><b>2</b>"));
    assert_non_null(strstr(text, "<span>逾期</span><b>1</b>"));
    assert_non_null(strstr(text, "<td>调解终结</td>"));
    assert_non_null(strstr(text, "<td>-29天18:39</td>"));
}

static void steps_and_proof(void **state)
{
    (void)state;
    static const struct sheet_column steps[] = {{"seq", "", CELL_INTEGER}, {"step", "", CELL_TEXT}, {"reason", "", CELL_TEXT}, {NULL, NULL, 0}};
    static const struct sheet_column proof[] = {{"seq", "", CELL_INTEGER}, {"result", "", CELL_TEXT}, {"hash", "", CELL_TEXT}, {NULL, NULL, 0}};
    static const char *const reasons[] = {"contacted", "no-mediator", "finish"};
    struct sheet *sheet = sheet_add(&sheets, "steps", "", steps, false);
    for (int i = 0; i < 3; i++) {
        struct str *row = sheet_row(&sheets, sheet);
        row[0] = STR("1200");
        row[1] = STR("accepted");
        row[2] = str_from(reasons[i]);
    }
    struct str *row = sheet_row(&sheets, sheet_add(&sheets, "proof", "", proof, false));
    row[0] = STR("1200");
    row[1] = STR("BROKEN");
    row[2] = STR("0123456789abcdef0123456789abcdefAB");
    sheets.error = STR("entry 1200 <b>");
    write_page();
    assert_non_null(strstr(text, "组织接受"));
    assert_non_null(strstr(text, "<td>已联系当事人</td>"));
    assert_non_null(strstr(text, "<td>暂无适任调解员</td>"));
    assert_non_null(strstr(text, "<td>调解终结</td>"));
    assert_non_null(strstr(text, "<td class=\"n\">1,200</td><td>断链</td><td></td><td>0123456789abcdef 0123456789abcdef AB</td>"));
    assert_non_null(strstr(text, "<p>entry 1200 &lt;b&gt;</p>"));
}

static void a_word_not_known_here_is_shown_as_it_came(void **state)
{
    (void)state;
    static const struct sheet_column columns[] = {{"result", "", CELL_TEXT}, {NULL, NULL, 0}};
    sheet_row(&sheets, sheet_add(&sheets, "chain", "", columns, true))[0] = STR("later <word>");
    write_page();
    assert_non_null(strstr(text, "<dd>later &lt;word&gt;</dd>"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(words_are_chinese_and_cells_escaped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(deadlines_are_counted_and_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(steps_and_proof, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_word_not_known_here_is_shown_as_it_came, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
