/*
 * test_fold.c - base/fold.h
 */
#include "base/fold.h"
#include "base/check.h"

#include <utf8proc.h>

static void what_looks_the_same_is_the_same(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"", ""},
        {"骑手", "骑手"},
        {"ＡＢＣ１２３", "abc123"},
        {"App", "app"},
        {"STRASSE", "strasse"},
        {"straße", "strasse"},
        {"㈱①", "(株)1"},
        {"cafe\xcc\x81", "caf\xc3\xa9"},
        {"工\xe2\x80\x8b伤", "工伤"},            /* zero width space */
        {"\xef\xbb\xbf工伤", "工伤"},            /* byte order mark */
        {"工\xc2\xad伤", "工伤"},                /* soft hyphen */
        {"  拖欠 \t\r\n 工资　　", "拖欠 工资"}, /* with ideographic spaces */
        {"a\xe2\x80\xa8"
         "b\xc2\x85"
         "c\xe1\x9a\x80"
         "d",
         "a b c d"}, /* line separator, next line, ogham space */
        {" \n\t ", ""},
        {"（甲）：乙，丙", "(甲):乙,丙"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct arena *a = arena_new(0);
        assert_str(fold(a, str_from(pairs[i][0])), pairs[i][1]);
        arena_free(a);
    }
}

static void twice_is_once(void **state)
{
    (void)state;
    for (int cp = 1; cp < 0x30000; cp++) {
        unsigned char bytes[4];
        if (cp >= 0xd800 && cp < 0xe000)
            continue;
        utf8proc_ssize_t n = utf8proc_encode_char(cp, bytes);
        struct arena *a = arena_new(0);
        struct str once = fold(a, (struct str){(char *)bytes, (size_t)n});
        assert_non_null(once.p);
        struct str twice = fold(a, once);
        if (!str_eq(once, twice))
            fail_msg("U+%04X", (unsigned)cp);
        arena_free(a);
    }
}

/* The quick way for common characters and the general one agree, alone and mixed. */
static void quick_is_the_same_as_general(void **state)
{
    (void)state;
    static const char *const rare[] = {"", "é", "e\xcc\x81", "㈱", "…", "カ゛", "\xe2\x80\x8b"};
    uint64_t random = 17;
    for (int round = 0; round < 20000; round++) {
        char text[200];
        size_t n = 0;
        int length = 1 + random_below(&random, 12);
        for (int i = 0; i < length; i++) {
            static const int first[] = {0x20, 0x4e00, 0x3000, 0xff01, 0x2010},
                             count[] = {95, 20992, 20, 94, 24};
            int k = random_below(&random, 5), cp = first[k] + random_below(&random, count[k]);
            n += (size_t)utf8proc_encode_char(cp, (utf8proc_uint8_t *)text + n);
        }
        const char *tail = rare[random_below(&random, 7)];
        memcpy(text + n, tail, strlen(tail) + 1);
        struct arena *a = arena_new(0);
        utf8proc_uint8_t *general = utf8proc_NFKC_Casefold((const utf8proc_uint8_t *)text);
        struct str got = fold(a, str_from(text));
        char expected[400];
        size_t m = 0;
        for (const char *p = (const char *)general; *p; p++) {
            if (*p != ' ' || (m > 0 && expected[m - 1] != ' '))
                expected[m++] = *p;
        }
        if (m > 0 && expected[m - 1] == ' ')
            m--;
        expected[m] = '\0';
        assert_str(got, expected);
        free(general);
        arena_free(a);
    }
}

static void bad_utf8_does_not_fold(void **state)
{
    (void)state;
    static const char *const bad[] = {"\x80",     "a\xff",        "\xe5\xb7",
                                      "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct arena *a = arena_new(0);
        assert_null(fold(a, str_from(bad[i])).p);
        assert_int_equal(text_check(str_from(bad[i]), true), TEXT_BAD_UTF8);
        arena_free(a);
    }
    struct arena *small = arena_new(16);
    assert_null(fold(small, STR("longer than the budget allows")).p);
    assert_true(arena_overflowed(small));
    arena_free(small);
}

static void faults_of_text(void **state)
{
    (void)state;
    assert_int_equal(text_check(STR(""), false), TEXT_OK);
    assert_int_equal(text_check(STR("骑手 abc ~"), false), TEXT_OK);
    assert_int_equal(text_check(STR("a\0b"), true), TEXT_NUL);
    assert_int_equal(text_check(STR("a\nb"), false), TEXT_CONTROL);
    assert_int_equal(text_check(STR("a\tb\r\n"), false), TEXT_CONTROL);
    assert_int_equal(text_check(STR("a\tb\r\n"), true), TEXT_OK);
    assert_int_equal(text_check(STR("a\033[31m"), true), TEXT_CONTROL);
    assert_int_equal(text_check(STR("\x7f"), true), TEXT_CONTROL);
    assert_int_equal(text_check(STR("\xc2\x9b"), true), TEXT_CONTROL);
    assert_int_equal(text_check(STR("\xc2\xa0"), true), TEXT_OK);
    assert_int_equal(text_check(STR("ok\x01\xff"), true), TEXT_CONTROL); /* the first one counts */
}

static void columns(void **state)
{
    (void)state;
    assert_int_equal(text_width(STR("")), 0);
    assert_int_equal(text_width(STR("abc")), 3);
    assert_int_equal(text_width(STR("骑手a")), 5);
    assert_int_equal(text_width(STR("Ａ")), 2);
    assert_int_equal(text_width(STR("e\xcc\x81")), 1);
    assert_int_equal(text_width(STR("a\xff"
                                    "b")),
                     3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_looks_the_same_is_the_same), cmocka_unit_test(twice_is_once),
        cmocka_unit_test(bad_utf8_does_not_fold),          cmocka_unit_test(faults_of_text),
        cmocka_unit_test(quick_is_the_same_as_general),    cmocka_unit_test(columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
