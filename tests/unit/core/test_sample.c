/*
 * test_sample.c - core/sample.h: who is drawn, how many of each stratum, and the same again
 */
#include "base/check.h"
#include "core/sample.h"

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(0);
    return !arena;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* ---- how many ---- */

static void allocated(const int64_t *population, int n, int size, const int *expected)
{
    int out[16];
    assert_true(sample_allocate(population, n, size, out));
    for (int i = 0; i < n; i++)
        if (out[i] != expected[i])
            fail_msg("stratum %d: %d places, expected %d", i, out[i], expected[i]);
}

static void shares_by_largest_remainders(void **state)
{
    (void)state;
    /* 21 places of 100: 8.61, 7.14, 3.15, 2.1 */
    allocated((const int64_t[]){41, 34, 15, 10}, 4, 21, (const int[]){9, 7, 3, 2});
    /* one to each that would have less; the others share what is left: 8 of 99900 by 49950 each */
    allocated((const int64_t[]){49950, 1, 49950, 2}, 4, 10, (const int[]){4, 1, 4, 1});
    /* equal remainders: the larger first, then the first */
    allocated((const int64_t[]){5, 5, 5, 5}, 4, 6, (const int[]){2, 2, 1, 1});
    /* an empty one gets nothing */
    allocated((const int64_t[]){0, 7, 0, 3}, 4, 5, (const int[]){0, 4, 0, 1});
    /* fewer than are wanted: all of them */
    allocated((const int64_t[]){3, 0, 4}, 3, 50, (const int[]){3, 0, 4});
    allocated((const int64_t[]){9, 9, 9}, 3, 3, (const int[]){1, 1, 1});
}

static void more_strata_than_places_are_turned_down(void **state)
{
    (void)state;
    int out[3];
    assert_false(sample_allocate((const int64_t[]){9, 9, 9}, 3, 2, out));
    assert_true(sample_allocate((const int64_t[]){9, 0, 9}, 3, 2, out));
}

static void allocations_add_up(void **state)
{
    (void)state;
    uint64_t seed = 4;
    for (int round = 0; round < 20000; round++) {
        int64_t population[12], all = 0;
        int out[12], n = 1 + random_below(&seed, 12), some = 0, given = 0;
        for (int i = 0; i < n; i++) {
            population[i] = random_below(&seed, 4) ? random_below(&seed, 1 + random_below(&seed, 100000)) : 0;
            all += population[i];
            some += population[i] > 0;
        }
        int size = some + random_below(&seed, 200);
        assert_true(sample_allocate(population, n, size, out));
        for (int i = 0; i < n; i++) {
            given += out[i];
            assert_true(out[i] <= population[i] && (out[i] > 0) == (population[i] > 0));
            for (int k = 0; k < n; k++) /* a larger stratum never gives less */
                assert_true(population[i] <= population[k] || out[i] >= out[k]);
        }
        assert_int_equal(given, all < size ? all : size);
    }
}

/* ---- which ---- */

enum { POPULATION = 3000 };

static struct id id_at(int i)
{
    struct id id = {{0}};
    id.b[14] = (unsigned char)(i >> 8);
    id.b[15] = (unsigned char)i;
    return id;
}

static const char *stratum_at(int i)
{
    return i % 100 == 0 ? "rare" : i % 3 ? "court" : "police";
}

/* Offers everybody, beginning anywhere, in either direction. */
static void draw(struct sampling *s, const char *seed, int size, int from, int step)
{
    sampling_begin(s, arena, str_from(seed), size);
    for (int k = 0; k < POPULATION; k++) {
        int i = ((from + step * k) % POPULATION + POPULATION) % POPULATION;
        char org[16];
        snprintf(org, sizeof org, "org-%d", i % 7);
        sampling_offer(s, str_from(stratum_at(i)), id_at(i), str_from(org));
    }
    assert_true(sampling_draw(s));
}

static bool same(const struct sampling *a, const struct sampling *b)
{
    assert_int_equal(a->n_strata, b->n_strata);
    for (int i = 0; i < a->n_strata; i++) {
        assert_int_equal(a->strata[i]->drawn, b->strata[i]->drawn);
        for (int k = 0; k < a->strata[i]->drawn; k++)
            if (!id_eq(a->strata[i]->members[k].id, b->strata[i]->members[k].id))
                return false;
    }
    return true;
}

static void the_same_seed_draws_the_same_in_any_order(void **state)
{
    (void)state;
    struct sampling a, b, c;
    draw(&a, "2026Q3 抽查", 50, 0, 1);
    draw(&b, "2026Q3 抽查", 50, 1234, -1);
    draw(&c, "2026Q3 抽查。", 50, 0, 1);
    assert_true(same(&a, &b));
    assert_false(same(&a, &c));
}

static void every_stratum_has_its_share_and_its_lowest_ranks(void **state)
{
    (void)state;
    struct sampling s;
    draw(&s, "seed", 50, 0, 1);
    assert_int_equal(s.population, POPULATION);
    assert_int_equal(s.n_strata, 3);
    assert_str(s.strata[0]->key, "court");
    assert_str(s.strata[2]->key, "rare");
    assert_int_equal(s.strata[0]->drawn + s.strata[1]->drawn + s.strata[2]->drawn, 50);
    assert_int_equal(s.strata[2]->population, 30);
    assert_int_equal(s.strata[2]->drawn, 1);
    const struct digest key = digest_of("seed", 4);
    for (int i = 0; i < POPULATION; i++) { /* by hand: nobody with a lower rank was left out */
        const struct id id = id_at(i);
        struct digest rank = digest_chain(key, id.b, sizeof id.b);
        for (int k = 0; k < s.n_strata; k++) {
            const struct sample_stratum *t = s.strata[k];
            if (!str_eqz(t->key, stratum_at(i)))
                continue;
            bool in = false;
            for (int m = 0; m < t->drawn; m++)
                in = in || id_eq(t->members[m].id, id);
            assert_int_equal(in, memcmp(rank.b, t->members[t->drawn - 1].rank.b, sizeof rank.b) <= 0);
        }
    }
    char org[16];
    const struct sample_member *first = &s.strata[0]->members[0];
    snprintf(org, sizeof org, "org-%d", (first->id.b[14] << 8 | first->id.b[15]) % 7);
    assert_str(first->organisation, org);
}

/* What an outsider gets from any SHA-256: held here so that no later version draws otherwise. */
static void the_rank_is_as_it_is_written_down(void **state)
{
    (void)state;
    struct sampling s;
    char hex[DIGEST_HEX_SIZE];
    struct id id = {{0x01, 0x99, 0xc2, 0xa4, 0x6d, 0x3e, 0x8f, 0x01, 0xb2, 0x05, 0x5b, 0x0c, 0x8a, 0x7d, 0x1e, 0x44}};
    sampling_begin(&s, arena, STR("2026Q3"), 1);
    sampling_offer(&s, STR("all"), id, STR("x"));
    assert_true(sampling_draw(&s));
    assert_string_equal(digest_hex(s.strata[0]->members[0].rank, hex), "6a142b41e872a7ceaf6a0245dd749c00dde6a72d07f6456eaded7d5afad17da3");
}

static void too_many_strata_draw_nothing(void **state)
{
    (void)state;
    struct sampling s;
    char key[16];
    sampling_begin(&s, arena, STR("x"), SAMPLE_SIZE_MAX);
    for (int i = 0; i <= SAMPLE_STRATA_MAX; i++) {
        snprintf(key, sizeof key, "%d", i);
        sampling_offer(&s, str_from(key), id_at(i), STR("x"));
    }
    assert_true(s.too_many);
    assert_false(sampling_draw(&s));
}

static void nobody_there_draws_nobody(void **state)
{
    (void)state;
    struct sampling s;
    sampling_begin(&s, arena, STR("x"), 5);
    assert_true(sampling_draw(&s));
    assert_int_equal(s.n_strata, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(shares_by_largest_remainders),
        TEST(more_strata_than_places_are_turned_down),
        TEST(allocations_add_up),
        TEST(the_same_seed_draws_the_same_in_any_order),
        TEST(every_stratum_has_its_share_and_its_lowest_ranks),
        TEST(the_rank_is_as_it_is_written_down),
        TEST(too_many_strata_draw_nothing),
        TEST(nobody_there_draws_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
