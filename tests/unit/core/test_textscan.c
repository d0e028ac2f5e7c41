/*
 * test_textscan.c - core/textscan.h
 */
#include "base/check.h"
#include "core/textscan.h"

static bool contains(struct str text, struct str word)
{
    for (size_t i = 0; i + word.n <= text.n; i++) {
        if (memcmp(text.p + i, word.p, word.n) == 0)
            return true;
    }
    return false;
}

static void assert_same_as_naive(const struct textscan *t, const struct str *words, int n, struct str text)
{
    size_t size = textscan_hits_size(t);
    unsigned char *hits = malloc(size + 1);
    memset(hits, 0xee, size + 1);
    textscan_run(t, text, hits);
    for (int i = 0; i < n; i++) {
        if ((hits[i / 8] >> (i % 8) & 1) != contains(text, words[i]))
            fail_msg("\"" STR_FMT "\" in \"" STR_FMT "\"", STR_ARG(words[i]), STR_ARG(text));
    }
    for (size_t i = (size_t)n; i < size * 8; i++)
        assert_int_equal(hits[i / 8] >> (i % 8) & 1, 0);
    assert_int_equal(hits[size], 0xee);
    free(hits);
}

static void the_papers_example(void **state)
{
    (void)state;
    const struct str words[] = {STR("he"), STR("she"), STR("his"), STR("hers")};
    struct arena *a = arena_new(0);
    struct textscan *t = textscan_build(a, words, 4);
    assert_int_equal(textscan_hits_size(t), 1);
    unsigned char hits = 0xff;
    textscan_run(t, STR("ushers"), &hits);
    assert_int_equal(hits, 0x0b);
    textscan_run(t, STR("this"), &hits);
    assert_int_equal(hits, 0x04);
    textscan_run(t, STR(""), &hits);
    assert_int_equal(hits, 0);
    assert_int_equal(textscan_count(t), 4);
    assert_str(textscan_word(t, 3), "hers");
    assert_int_equal(textscan_count(NULL), 0);
    arena_free(a);
}

static void chinese_suffixes_and_duplicates(void **state)
{
    (void)state;
    const struct str words[] = {STR("拖欠工资"), STR("工资"), STR("资"),       STR("工资"), STR("欠工"),
                                STR("工伤"),     STR("骑手"), STR("外卖骑手"), STR("a"),    STR("工资条")};
    static const char *const texts[] = {"外卖骑手被拖欠工资", "工",           "资", "工资", "拖欠工",
                                        "拖拖欠工资条",       "\xb7\xa5\xe8", "骑", "aaa"};
    struct arena *a = arena_new(0);
    struct textscan *t = textscan_build(a, words, 10);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_same_as_naive(t, words, 10, str_from(texts[i]));
    arena_free(a);
}

static void no_words(void **state)
{
    (void)state;
    unsigned char hits = 0xee;
    struct arena *a = arena_new(0);
    struct textscan *t = textscan_build(a, NULL, 0);
    assert_non_null(t);
    assert_int_equal(textscan_hits_size(t), 0);
    textscan_run(t, STR("text"), &hits);
    assert_int_equal(textscan_hits_size(NULL), 0);
    textscan_run(NULL, STR("text"), &hits);
    assert_int_equal(hits, 0xee);
    arena_free(a);
}

static void past_the_budget(void **state)
{
    (void)state;
    const struct str words[] = {STR("he"), STR("she")};
    for (size_t budget = 16;; budget += 64) {
        struct arena *a = arena_new(budget);
        struct textscan *t = textscan_build(a, words, 2);
        assert_int_equal(t != NULL, !arena_overflowed(a));
        arena_free(a);
        if (t)
            break;
        assert_true(budget < 100000);
    }
}

static struct str random_text(struct arena *a, uint64_t *random, const char *const *letters, int n_letters,
                              int length)
{
    char *p = arena_alloc(a, (size_t)length * 4 + 1);
    size_t n = 0;
    for (int i = 0; i < length; i++) {
        const char *letter = letters[random_below(random, n_letters)];
        memcpy(p + n, letter, strlen(letter));
        n += strlen(letter);
    }
    return (struct str){p, n};
}

/* Few letters make many overlaps; the others are of every length, stray bytes among them. */
static void same_as_searching_each(void **state)
{
    (void)state;
    static const char *const few[] = {"a", "b", "工", "资", "次"};
    static const char *const all[] = {"a", "b", "z", "0", "\n", "é", "ü", "ß", "я", "工", "资", "次", "\xE3\x80\x81", "\U00020000",
                                      "\U0001F600", "€", "\xFE", "\xFF"};
    uint64_t random = 23;
    for (int round = 0; round < 400; round++) {
        struct arena *a = arena_new(0);
        bool wide = round % 4 == 0;
        const char *const *letters = wide ? all : few;
        int n_letters = wide ? (int)(sizeof all / sizeof *all) : 5, n = 1 + random_below(&random, 60);
        struct str *words = ARENA_ARRAY(a, (size_t)n, struct str);
        for (int i = 0; i < n; i++)
            words[i] = random_text(a, &random, letters, n_letters, 1 + random_below(&random, wide ? 2 : 5));
        struct textscan *t = textscan_build(a, words, n);
        assert_non_null(t);
        for (int i = 0; i < 5; i++)
            assert_same_as_naive(t, words, n,
                                 random_text(a, &random, letters, n_letters, random_below(&random, 80)));
        arena_free(a);
    }
}

static void many_words(void **state)
{
    (void)state;
    static const char *const letters[] = {"工", "资", "劳", "动", "合", "同", "a",  "b",
                                          "骑", "手", "医", "疗", "交", "通", "物", "业"};
    enum { N = 20000 };
    uint64_t random = 29;
    struct arena *a = arena_new(0);
    struct str *words = ARENA_ARRAY(a, N, struct str);
    for (int i = 0; i < N; i++)
        words[i] = random_text(a, &random, letters, 16, 2 + random_below(&random, 8));
    struct textscan *t = textscan_build(a, words, N);
    assert_non_null(t);
    for (int i = 0; i < 3; i++)
        assert_same_as_naive(t, words, N, random_text(a, &random, letters, 16, 400));
    for (int i = 0; i < 20; i++)
        assert_same_as_naive(t, words, N, words[random_below(&random, N)]);
    arena_free(a);
}

static void every_occurrence_is_noted(void **state)
{
    (void)state;
    const struct str words[] = {STR("a"), STR("aa"), STR("ba"), STR("aab")};
    struct arena *a = arena_new(0);
    struct textscan *t = textscan_build(a, words, 4);
    struct textscan_log log = {.arena = a};
    unsigned char hits;
    assert_true(textscan_find(t, STR("baab"), &hits, &log));
    static const struct textscan_found expected[] = {{2, 2}, {0, 2}, {1, 3}, {0, 3}, {3, 4}}; /* the longer first */
    assert_int_equal(log.n, 5);
    for (size_t i = 0; i < log.n; i++) {
        assert_int_equal(log.items[i].word, expected[i].word);
        assert_int_equal(log.items[i].end, expected[i].end);
    }
    assert_int_equal(hits, 0x0f);
    assert_int_equal(log.characters, 4);
    log.n = 0;
    assert_true(textscan_find(NULL, STR("baab"), &hits, &log));
    assert_int_equal(log.n, 0);
    assert_true(textscan_find(t, STR("工资ba\xff"), &hits, &log));
    assert_int_equal(log.characters, 5);
    struct arena *small = arena_new(64);
    log = (struct textscan_log){.arena = small};
    assert_false(textscan_find(t, STR("baabaabaabaabaab"), &hits, &log)); /* past its budget */
    arena_free(small);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_papers_example),
        cmocka_unit_test(every_occurrence_is_noted),
        cmocka_unit_test(chinese_suffixes_and_duplicates),
        cmocka_unit_test(no_words),
        cmocka_unit_test(past_the_budget),
        cmocka_unit_test(same_as_searching_each),
        cmocka_unit_test(many_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
