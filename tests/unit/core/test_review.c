/*
 * test_review.c - core/review.h: findings read from a list
 */
#include "base/check.h"
#include "core/review.h"

static void reads(const char *list, const char *expected)
{
    char out[FINDINGS_SIZE];
    struct str wrong;
    if (!findings_parse(str_from(list), out, &wrong))
        fail_msg("`%s` is turned down", list);
    assert_string_equal(out, expected);
}

static void turns_down(const char *list, const char *code)
{
    char out[FINDINGS_SIZE];
    struct str wrong;
    if (findings_parse(str_from(list), out, &wrong))
        fail_msg("`%s` is taken", list);
    assert_str(wrong, code);
}

static void findings_are_put_in_order(void **state)
{
    (void)state;
    reads("", "");
    reads("overdue", "overdue");
    reads("other,late-contact,overdue", "late-contact,overdue,other");
}

static void what_is_no_finding_is_named(void **state)
{
    (void)state;
    turns_down("overdue,late", "late");
    turns_down("overdue,", "");
    turns_down(",overdue", "");
    turns_down("overdue,other,overdue", "overdue");
    turns_down("overdue other", "overdue other");
}

static void all_of_them_fit(void **state)
{
    (void)state;
    char all[1024] = "", out[FINDINGS_SIZE];
    struct str wrong;
    for (const struct word *w = finding_words; w->word; w++) {
        assert_true(w->zh[0] && w->value < 32);
        strcat(strcat(all, all[0] ? "," : ""), w->word);
    }
    assert_true(findings_parse(str_from(all), out, &wrong));
    assert_string_equal(out, all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings_are_put_in_order),
        cmocka_unit_test(what_is_no_finding_is_named),
        cmocka_unit_test(all_of_them_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
