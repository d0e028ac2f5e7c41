/*
 * test_weigh.c - core/weigh.h
 */
#include "core/world.h"
#include "core/weigh.h"

enum { ROWS_MAX = 40, TERMS_MAX = 200 };

/* A weigher in the making: rows as "word/word+word", with what they speak for. */
struct bench {
    struct world *world;
    struct weigh_row rows[ROWS_MAX];
    struct weigh_term terms[TERMS_MAX];
    struct str words[TERMS_MAX]; /* by number */
    int n_rows, n_terms, n_words;
    struct textscan *scan;
    struct weigher weigher;
};

static int word_of_bench(struct bench *b, struct str word)
{
    for (int i = 0; i < b->n_words; i++)
        if (str_eq(b->words[i], word))
            return i;
    b->words[b->n_words] = word;
    return b->n_words++;
}

static void add(struct bench *b, const char *text, int category, const char *tag, int points)
{
    b->rows[b->n_rows] =
        (struct weigh_row){.text = str_from(text), .category = category, .tag = str_from(tag), .points = points};
    int part = 0;
    for (const char *p = text;;) {
        size_t n = strcspn(p, "+/");
        b->terms[b->n_terms++] =
            (struct weigh_term){b->n_rows, part, word_of_bench(b, (struct str){p, n}), n};
        part += p[n] == '+';
        if (!p[n])
            break;
        p += n + 1;
    }
    b->n_rows++;
}

static struct bench *bench_new(void)
{
    struct bench *b = calloc(1, sizeof *b);
    b->world = world_new();
    return b;
}

static void bench_build(struct bench *b, int at_least, int lead, int repeats)
{
    b->scan = textscan_build(b->world->a, b->words, b->n_words);
    assert_true(weigh_build(b->world->a, &b->world->rs.categories, b->rows, b->n_rows, b->terms, b->n_terms,
                            &b->weigher));
    b->weigher.at_least = at_least;
    b->weigher.lead = lead;
    b->weigher.repeats = repeats;
}

static void bench_free(struct bench *b)
{
    world_free(b->world);
    free(b);
}

static struct weighing weigh(struct bench *b, const char *text)
{
    struct weighing g;
    assert_true(weigh_text(b->world->a, b->scan, &b->weigher, str_from(text), &g));
    return g;
}

static int points_of(struct bench *b, const struct weighing *g, int category)
{
    for (int i = 0; i < b->weigher.n_targets; i++)
        if (b->weigher.targets[i].category == category)
            return g->points[i];
    return -1;
}

static int category_of(struct bench *b, const char *text)
{
    struct weighing g = weigh(b, text);
    int chosen = weigh_best(&b->weigher, &g).chosen;
    return chosen < 0 ? -1 : b->weigher.targets[chosen].category;
}

static void most_points_win(void **state)
{
    (void)state;
    struct bench *b = bench_new();
    add(b, "工资", LABOUR, "", 3);
    add(b, "邻居", NEIGHBOUR, "", 3);
    add(b, "漏水", NEIGHBOUR, "", 2);
    add(b, "公司", NEIGHBOUR, "", -2);
    bench_build(b, 3, 2, 1);
    assert_int_equal(category_of(b, "邻居漏水"), NEIGHBOUR);
    assert_int_equal(category_of(b, "工资"), LABOUR);
    assert_int_equal(category_of(b, "漏水"), -1);           /* too weak */
    assert_int_equal(category_of(b, "邻居欠我工资"), -1);   /* a tie */
    assert_int_equal(category_of(b, "邻居漏水,工资"), NEIGHBOUR);
    assert_int_equal(category_of(b, "邻居漏水,公司,工资"), -1); /* 3 to 3 */
    assert_int_equal(category_of(b, ""), -1);
    struct weighing g = weigh(b, "邻居漏水,工资,邻居");
    struct weigh_best best = weigh_best(&b->weigher, &g);
    assert_int_equal(best.points, 5);
    assert_int_equal(best.second_points, 3);
    assert_int_equal(b->weigher.targets[best.second].category, LABOUR);
    assert_int_equal(g.n_hits, 3);
    assert_int_equal(g.hits[0].row, 1);
    bench_free(b);
}

/* Short is what has no more characters, however many bytes they are. */
static void rows_for_short_texts(void **state)
{
    (void)state;
    struct bench *b = bench_new();
    add(b, "工资", LABOUR, "", 3);
    add(b, "邻居+漏水", NEIGHBOUR, "", 9);
    b->rows[1].short_only = true;
    add(b, "底工资", -1, "", 0);
    b->rows[2].short_only = true;
    add(b, "工资条", -1, "", 0);
    bench_build(b, 3, 1, 1);
    b->weigher.short_text = 8;
    assert_int_equal(category_of(b, "邻居漏水,工资"), NEIGHBOUR); /* 7 */
    assert_int_equal(category_of(b, "邻居漏水,,工资"), NEIGHBOUR);
    assert_int_equal(category_of(b, "邻居漏水,,,工资"), LABOUR); /* 9 */
    assert_int_equal(category_of(b, "底工资"), -1);              /* a mask for short texts */
    assert_int_equal(category_of(b, "底工资,,,,,,"), LABOUR);
    assert_int_equal(category_of(b, "工资条"), -1); /* and one for all */
    assert_int_equal(category_of(b, "工资条,,,,,,"), -1);
    bench_free(b);
}

static void repeats_are_limited(void **state)
{
    (void)state;
    struct bench *b = bench_new();
    add(b, "工资/薪水", LABOUR, "", 2);
    bench_build(b, 1, 1, 3);
    struct weighing g = weigh(b, "工资薪水");
    assert_int_equal(points_of(b, &g, LABOUR), 4);
    g = weigh(b, "工资薪水工资薪水工资");
    assert_int_equal(points_of(b, &g, LABOUR), 6);
    assert_int_equal(g.hits[0].count, 3);
    bench_free(b);
}

static void all_parts_have_to_occur(void **state)
{
    (void)state;
    struct bench *b = bench_new();
    add(b, "工地/包工头+工资/工钱", WAGES, "", 5);
    bench_build(b, 5, 1, 9);
    assert_int_equal(category_of(b, "工地"), -1);
    assert_int_equal(category_of(b, "工钱"), -1);
    assert_int_equal(category_of(b, "工钱在工地"), WAGES);
    struct weighing g = weigh(b, "包工头在工地欠工钱"); /* as often as the rarer part */
    assert_int_equal(g.hits[0].count, 1);
    bench_free(b);
}

static void masks_cover_what_is_inside(void **state)
{
    (void)state;
    struct bench *b = bench_new();
    add(b, "交通", LABOUR, "", 2);
    add(b, "交通银行", -1, "", 0);
    add(b, "银行", NEIGHBOUR, "", 2);
    add(b, "银行流水", -1, "", 0);
    add(b, "流水", LABOUR, "", 3);
    add(b, "水", NEIGHBOUR, "", 1);
    bench_build(b, 1, 1, 9);
    assert_int_equal(category_of(b, "交通"), LABOUR);
    assert_int_equal(category_of(b, "交通银行"), -1); /* both covered */
    struct weighing g = weigh(b, "交通银行流水交通"); /* masks overlap */
    assert_int_equal(g.n_hits, 1);
    assert_int_equal(points_of(b, &g, LABOUR), 2);
    g = weigh(b, "流水"); /* words without a mask do not see each other */
    assert_int_equal(points_of(b, &g, LABOUR), 3);
    assert_int_equal(points_of(b, &g, NEIGHBOUR), 1);
    bench_free(b);
}

static void what_overlaps_counts_once(void **state)
{
    (void)state;
    struct bench *b = bench_new();
    add(b, "合同/合同纠纷/纠纷", LABOUR, "", 1);
    add(b, "合同+合同纠纷", NEIGHBOUR, "", 1);
    bench_build(b, 1, 1, 9);
    struct weighing g = weigh(b, "合同纠纷");
    assert_int_equal(points_of(b, &g, LABOUR), 2); /* 合同, then 纠纷, which does not touch it */
    assert_int_equal(points_of(b, &g, NEIGHBOUR), 1);
    bench_free(b);
}

static void points_go_up_the_tree(void **state)
{
    (void)state;
    struct bench *b = bench_new();
    add(b, "加班", OVERTIME, "", 3);
    add(b, "工资", WAGES, "", 2);
    add(b, "单位", LABOUR, "", 1);
    add(b, "邻居", NEIGHBOUR, "", 5);
    bench_build(b, 3, 1, 1);
    assert_int_equal(category_of(b, "单位加班"), OVERTIME);
    assert_int_equal(category_of(b, "单位的工资"), LABOUR); /* 2 points are too few for wages */
    assert_int_equal(category_of(b, "邻居说单位加班没工资"), OVERTIME); /* 6 to 5 */
    struct weighing g = weigh(b, "单位加班工资");
    assert_int_equal(points_of(b, &g, LABOUR), 6);
    assert_int_equal(points_of(b, &g, WAGES), 5);
    bench_free(b);
}

static void tags_each_for_itself(void **state)
{
    (void)state;
    struct bench *b = bench_new();
    add(b, "盗窃", -1, "theft", 4);
    add(b, "偷", -1, "theft", 2);
    add(b, "打伤", -1, "injury", 4);
    add(b, "自卫", -1, "injury", -3);
    bench_build(b, 4, 1, 1);
    assert_false(weigher_sets_category(&b->weigher));
    assert_int_equal(b->weigher.n_targets, 2);
    assert_str(b->weigher.targets[0].tag, "injury");
    struct weighing g = weigh(b, "偷东西,自卫打伤");
    assert_int_equal(g.points[0], 1);
    assert_int_equal(g.points[1], 2);
    bench_free(b);
}

/* Against a plain reading of the definition, on random rows and texts over a small alphabet. */
static bool at(struct str text, size_t i, struct str word)
{
    return i + word.n <= text.n && memcmp(text.p + i, word.p, word.n) == 0;
}

static bool silent(const struct bench *b, struct str text, int row)
{
    return b->rows[row].short_only && text.n > (size_t)b->weigher.short_text;
}

static bool masked(const struct bench *b, struct str text, size_t i, struct str word)
{
    for (int t = 0; t < b->n_terms; t++) {
        struct str mask = b->words[b->terms[t].word];
        if (b->rows[b->terms[t].row].category >= 0 || mask.n <= word.n || silent(b, text, b->terms[t].row))
            continue;
        for (size_t k = 0; k <= i; k++)
            if (at(text, k, mask) && i + word.n <= k + mask.n)
                return true;
    }
    return false;
}

/* Occurrences of a part's words that do not overlap, by their ends, the longest first. */
static int naive_count(const struct bench *b, struct str text, int row, int part)
{
    int count = 0;
    size_t last = 0;
    for (size_t end = 1; end <= text.n; end++) {
        for (size_t n = end; n > 0; n--) {
            for (int t = 0; t < b->n_terms; t++) {
                struct str word = b->words[b->terms[t].word];
                if (b->terms[t].row == row && b->terms[t].part == part && word.n == n && at(text, end - n, word) &&
                    !masked(b, text, end - n, word) && (count == 0 || end - n >= last)) {
                    count++;
                    last = end;
                }
            }
        }
    }
    return count;
}

static int naive_points(const struct bench *b, struct str text, int category)
{
    int points = 0;
    for (int row = 0; row < b->n_rows; row++) {
        int count = silent(b, text, row) ? 0 : b->weigher.repeats;
        for (int part = 0; part < 3; part++) {
            bool any = false;
            for (int t = 0; t < b->n_terms; t++)
                any = any || (b->terms[t].row == row && b->terms[t].part == part);
            int n = any ? naive_count(b, text, row, part) : count;
            count = n < count ? n : count;
        }
        if (b->rows[row].category >= 0 && category_under(&b->world->rs.categories, b->rows[row].category, category))
            points += count * b->rows[row].points;
    }
    return points;
}

static void as_defined(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (int round = 0; round < 150; round++) {
        struct bench *b = bench_new();
        static char cells[12][16];
        for (int row = 0; row < 12; row++) {
            char *p = cells[row];
            for (int part = 0, parts = 1 + random_below(&seed, 3); part < parts; part++) {
                p += part ? sprintf(p, "+") : 0;
                for (int n = 1 + random_below(&seed, 3); n > 0; n--)
                    *p++ = (char)('a' + random_below(&seed, 3));
            }
            *p = '\0';
            add(b, cells[row], random_below(&seed, N_CATEGORIES + 1) - 1, "",
                random_below(&seed, 9) - 3);
            b->rows[b->n_rows - 1].short_only = random_below(&seed, 4) == 0;
        }
        bench_build(b, 1, 1, 1 + random_below(&seed, 4));
        b->weigher.short_text = random_below(&seed, 25);
        for (int k = 0; k < 10; k++) {
            char text[25] = "";
            for (int i = random_below(&seed, 24); i > 0; i--)
                text[i - 1] = (char)('a' + random_below(&seed, 3));
            struct str clean = str_from(text);
            struct weighing g = weigh(b, text);
            for (int category = 0; category < N_CATEGORIES; category++) {
                int got = points_of(b, &g, category), wanted = naive_points(b, clean, category);
                if (got != wanted && !(got == -1 && wanted == 0))
                    fail_msg("round %d, \"%s\", category %d: %d points, not %d", round, text, category, got, wanted);
            }
        }
        bench_free(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(most_points_win),
        cmocka_unit_test(rows_for_short_texts),
        cmocka_unit_test(repeats_are_limited),
        cmocka_unit_test(all_parts_have_to_occur),
        cmocka_unit_test(masks_cover_what_is_inside),
        cmocka_unit_test(what_overlaps_counts_once),
        cmocka_unit_test(points_go_up_the_tree),
        cmocka_unit_test(tags_each_for_itself),
        cmocka_unit_test(as_defined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
