/*
 * test_csv.c - RFC 4180, to the letter
 */
#include "fixture.h"

#include "conf/csv.h"

static const char *const header[] = {"code", "name", NULL};

static bool begin(struct fixture *f, struct csv *c, const char *text)
{
    return csv_open(c, &f->reading, fixture_text(f, "x.csv", str_from(text)), header);
}

static void expect_row(struct csv *c, const char *code, const char *name, unsigned line)
{
    struct cell cells[CSV_COLUMNS_MAX];
    assert_true(csv_next(c, cells));
    assert_true(str_eqz(cells[0].text, code));
    assert_true(str_eqz(cells[1].text, name));
    assert_int_equal(cells[0].at.line, line);
}

static void expect_end(struct csv *c)
{
    struct cell cells[CSV_COLUMNS_MAX];
    assert_false(csv_next(c, cells));
}

static void plain_and_quoted_fields(void **state)
{
    (void)state;
    struct fixture f;
    struct csv c;
    fixture_init(&f);
    assert_true(
        begin(&f, &c, "code,name\r\na,甲\r\n\"b\",\"乙, \"\"二\"\"\"\nc,\"two\nlines\"\n,\"\"\nd,last"));
    expect_row(&c, "a", "甲", 2);
    expect_row(&c, "b", "乙, \"二\"", 3);
    expect_row(&c, "c", "two\nlines", 4);
    expect_row(&c, "", "", 6);
    expect_row(&c, "d", "last", 7);
    expect_end(&c);
    assert_false(c.broken);
    assert_int_equal(diag_size(f.diag), 0);
    fixture_fini(&f);
}

static void columns_are_counted_in_code_points(void **state)
{
    (void)state;
    struct fixture f;
    struct csv c;
    struct cell cells[CSV_COLUMNS_MAX];
    fixture_init(&f);
    assert_true(begin(&f, &c, "code,name\n外卖,骑手\n"));
    assert_true(csv_next(&c, cells));
    assert_int_equal(cells[1].at.col, 4);
    assert_int_equal(cells[1].at.span, 2);
    fixture_fini(&f);
}

static void header_must_be_the_one(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "", "code", "name,code\n", "code,name,more\n", "Code,name\n", "code, name\n"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        struct fixture f;
        struct csv c;
        fixture_init(&f);
        assert_false(begin(&f, &c, wrong[i]));
        assert_true(c.broken);
        assert_int_equal(fixture_only(&f)->line, 1);
        fixture_fini(&f);
    }
}

static void a_wrong_row_does_not_hide_the_next(void **state)
{
    (void)state;
    struct fixture f;
    struct csv c;
    fixture_init(&f);
    assert_true(begin(&f, &c, "code,name\na\nb,乙,x\n\nc,丙\n"));
    expect_row(&c, "c", "丙", 5);
    expect_end(&c);
    assert_true(c.broken);
    assert_int_equal(diag_count(f.diag, DIAG_ERROR), 3);
    fixture_fini(&f);
}

static void broken_quotes_end_the_file(void **state)
{
    (void)state;
    static const char *const wrong[] = {"a,\"open\nb,x\n", "a,\"x\"y\nb,x\n", "a,x\"y\nb,x\n",
                                        "a,\"x\" \nb,x\n"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        char text[64];
        struct fixture f;
        struct csv c;
        fixture_init(&f);
        snprintf(text, sizeof(text), "code,name\n%s", wrong[i]);
        assert_true(begin(&f, &c, text));
        expect_end(&c);
        assert_true(c.broken);
        assert_int_equal(fixture_only(&f)->line, 2);
        fixture_fini(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_and_quoted_fields),    cmocka_unit_test(columns_are_counted_in_code_points),
        cmocka_unit_test(header_must_be_the_one),     cmocka_unit_test(a_wrong_row_does_not_hide_the_next),
        cmocka_unit_test(broken_quotes_end_the_file),
    };
    return cmocka_run_group_tests_name("conf/csv", tests, NULL, NULL);
}
