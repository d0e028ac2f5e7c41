/*
 * test_nearest.c - diag_nearest() of base/diag.h
 */
#include "base/diag.h"
#include "base/check.h"

static const char *const keys[] = {"channel", "mode",   "category",       "region",  "claim",
                                   "tags",    "risk",   "text",           "offence", "party",
                                   "parties", "agency", "人民调解委员会", "工伤"};
#define N_KEYS (sizeof keys / sizeof *keys)

static void close_words_are_suggested(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"chanel", "channel"},  {"channnel", "channel"}, {"cahnnel", "channel"},
        {"Channel", "channel"}, {"REGION", "region"},    {"mdoe", "mode"},
        {"part", "party"},      {"partys", "party"},     {"catagory", "category"},
        {"agancy", "agency"},   {"tag", "tags"},         {"人民调节委员会", "人民调解委员会"},
        {"offense", "offence"}, {"工商", "工伤"},        {"claim", "claim"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const char *found = diag_nearest(str_from(pairs[i][0]), keys, N_KEYS);
        assert_non_null(found);
        assert_string_equal(found, pairs[i][1]);
    }
}

static void far_ones_are_not(void **state)
{
    (void)state;
    char huge[300];
    memset(huge, 'c', sizeof huge);
    static const char *const far[] = {"",
                                      "x",
                                      "colour",
                                      "organisation",
                                      "xxxx",
                                      "调",
                                      "\xff\xfe",
                                      "ch\xff"
                                      "nnel"};
    for (size_t i = 0; i < sizeof far / sizeof *far; i++)
        assert_null(diag_nearest(str_from(far[i]), keys, N_KEYS));
    assert_null(diag_nearest((struct str){huge, sizeof huge}, keys, N_KEYS));
    assert_null(diag_nearest(STR("mode"), NULL, 0));
}

static void the_closest_wins_then_the_first(void **state)
{
    (void)state;
    static const char *const words[] = {"people-3202", "people-3203", "people-3213", "people-3200"};
    assert_string_equal(diag_nearest(STR("people-321"), words, 4), "people-3213");
    assert_string_equal(diag_nearest(STR("people-3209"), words, 4), "people-3202");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(close_words_are_suggested),
                                       cmocka_unit_test(far_ones_are_not),
                                       cmocka_unit_test(the_closest_wins_then_the_first)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
