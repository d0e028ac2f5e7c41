/*
 * test_ruleindex.c - core/ruleindex.h: what may hold, in order, and how much room it takes
 *
 * That nothing is ever left out, for any conditions: test_decide_equal.c.
 */
#include "core/ruleindex.h"
#include "core/ruleindex_axis.h"
#include "core/world.h"

static struct world *w;
static struct match m;
static struct referral r;

static int setup(void **state)
{
    (void)state;
    w = world_new();
    world_roster(w);
    r = world_referral(w, "320501001001");
    m = (struct match){.rules = &w->rs, .referral = &r, .category = -1};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    world_free(w);
    return 0;
}

#define ALL(n)     {.kind = COND_ALL, .span = (n)}
#define ANY(n)     {.kind = COND_ANY, .span = (n)}
#define NOT(n)     {.kind = COND_NOT, .span = (n)}
#define LIST(k, ...) \
    {.kind = (k), .list = (const int[]){__VA_ARGS__}, .n = sizeof((const int[]){__VA_ARGS__}) / sizeof(int)}
#define TAG(t)     {.kind = COND_TAGS, .strings = (const struct str[]){STR(t)}, .n = 1}

static const struct ruleindex *build(const struct cond *const *whens, int n, enum ruleindex_use use)
{
    struct ruleindex_item items[64];
    assert_true(n <= 64);
    for (int i = 0; i < n; i++)
        items[i] = (struct ruleindex_item){.when = whens[i]};
    const struct ruleindex *x = ruleindex_build(w->a, &w->rs, items, n, use, 7);
    assert_non_null(x);
    return x;
}

/* "0 2? 5": the items found; with a question mark those that have to be looked at. */
static void assert_found(const struct ruleindex *x, const char *expected)
{
    struct ruleindex_search s;
    char text[1000] = "";
    size_t n = 0;
    bool sure;
    assert_true(ruleindex_begin(x, w->a, &m, &s));
    for (int i; (i = ruleindex_next(&s, &sure)) >= 0;)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%d%s", n ? " " : "", i, sure ? "" : "?");
    assert_string_equal(text, expected);
    assert_int_equal(ruleindex_next(&s, &sure), -1);
}

static int rows(const struct ruleindex *x, enum axis axis)
{
    return ruleindex_shape(x).rows[axis - 1];
}

static int crowd_rows(const struct ruleindex *x, enum crowd crowd)
{
    return ruleindex_shape(x).rows[RULEINDEX_AXES + (int)crowd - 1];
}

static void the_region_tree_shares_rows(void **state)
{
    (void)state;
    const struct cond city[] = {ALL(1), LIST(COND_REGION_WITHIN, world_place(w, "3205"))},
                      town[] = {ALL(1), LIST(COND_REGION_WITHIN, world_place(w, "320501001"))},
                      itself[] = {ALL(1), LIST(COND_REGION_IS, world_place(w, "3205"))}, all[] = {ALL(0)};
    const struct ruleindex *x = build((const struct cond *[]){town, city, itself, all}, 4, RULEINDEX_RULES);
    /* Outside; the city itself; what is in it; the town. 31 regions share these. */
    assert_int_equal(w->rs.regions.n, 31);
    assert_int_equal(rows(x, AXIS_REGION), 4);
    assert_int_equal(rows(x, AXIS_CATEGORY), 0);
    assert_found(x, "0 1 3");
    r.place = world_place(w, "3205");
    assert_found(x, "1 2 3");
    r.place = world_place(w, "320502001200");
    assert_found(x, "1 3");
    r.place = world_place(w, "32");
    assert_found(x, "3");
}

static void the_category_tree_and_what_is_missing(void **state)
{
    (void)state;
    const struct cond labour[] = {ALL(1), LIST(COND_CATEGORY_UNDER, LABOUR)}, wages[] = {ALL(1), LIST(COND_CATEGORY_IS, WAGES)},
                      missing[] = {ALL(1), {.kind = COND_CATEGORY_MISSING}},
                      others[] = {ALL(2), NOT(1), LIST(COND_CATEGORY_UNDER, WAGES)};
    const struct ruleindex *x = build((const struct cond *[]){labour, wages, missing, others}, 4, RULEINDEX_RULES);
    assert_int_equal(ruleindex_shape(x).sure, 4);
    assert_found(x, "2 3");
    m.category = LABOUR;
    assert_found(x, "0 3");
    m.category = WAGES;
    assert_found(x, "0 1");
    m.category = OVERTIME;
    assert_found(x, "0");
    m.category = NEIGHBOUR;
    assert_found(x, "3");
    /* While classifiers run, a category may still come: nothing is said of it. */
    x = build((const struct cond *[]){labour, wages, missing, others}, 4, RULEINDEX_CLASSIFIERS);
    assert_int_equal(rows(x, AXIS_CATEGORY), 0);
    assert_found(x, "0? 1? 2? 3?");
}

static void claims_are_cut_by_currency(void **state)
{
    (void)state;
    const struct cond low[] = {ALL(1), {.kind = COND_CLAIM, .low = 0, .high = 99, .currency = "CNY"}},
                      high[] = {ALL(1), {.kind = COND_CLAIM, .low = 100, .high = INT64_MAX, .currency = "CNY"}},
                      dollars[] = {ALL(1), {.kind = COND_CLAIM, .low = 50, .high = 100, .currency = "USD"}},
                      none[] = {ALL(1), {.kind = COND_CLAIM_MISSING}},
                      never[] = {ALL(1), {.kind = COND_CLAIM, .low = 5, .high = 4, .currency = "CNY"}};
    const struct ruleindex *x = build((const struct cond *[]){low, high, dollars, none, never}, 5, RULEINDEX_RULES);
    assert_int_equal(ruleindex_shape(x).alternatives, 4); /* what can never hold has no bit */
    assert_found(x, "3");
    static const struct {
        int64_t claim;
        const char *currency, *found;
    } cases[] = {{-1, "CNY", ""}, {0, "CNY", "0"}, {99, "CNY", "0"}, {100, "CNY", "1"}, {INT64_MAX, "CNY", "1"}, {49, "USD", ""},
                 {50, "USD", "2"}, {100, "USD", "2"}, {101, "USD", ""}, {60, "EUR", ""}};
    r.has_claim = true;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        r.claim_minor = cases[i].claim;
        memcpy(r.currency, cases[i].currency, 4);
        assert_found(x, cases[i].found);
    }
}

static void alternatives_are_multiplied_out(void **state)
{
    (void)state;
    const struct cond either[] = {ALL(5), ANY(4), ALL(1), TAG("a"), ALL(1), LIST(COND_CATEGORY_UNDER, LABOUR)},
                      both_tags[] = {ALL(2), TAG("a"), TAG("b")};
    const struct ruleindex *x = build((const struct cond *[]){either, both_tags}, 2, RULEINDEX_RULES);
    assert_int_equal(ruleindex_shape(x).alternatives, 3);
    assert_int_equal(ruleindex_shape(x).sure, 2); /* of two tags only one is asked for */
    assert_found(x, "");
    m.category = WAGES;
    assert_found(x, "0");
    m.tags = (const struct str[]){STR("a"), STR("b")};
    m.n_tags = 2;
    assert_found(x, "0 1?"); /* both alternatives of the first, once */
}

static void what_is_too_much_is_narrowed(void **state)
{
    (void)state;
    /* Two to the fifth alternatives: more than are kept. */
    static const struct str tag[] = {STR("a")};
    struct cond when[1 + 5 * 3] = {ALL(15)};
    for (int i = 0; i < 5; i++) {
        when[1 + i * 3] = (struct cond)ANY(2);
        when[2 + i * 3] = (struct cond){.kind = COND_TAGS, .strings = tag, .n = 1};
        when[3 + i * 3] = (struct cond){.kind = COND_PARTIES, .low = i, .high = 10};
    }
    const struct ruleindex *x = build((const struct cond *[]){when}, 1, RULEINDEX_RULES);
    assert_true(ruleindex_shape(x).alternatives <= 16);
    assert_int_equal(ruleindex_shape(x).sure, 0);
    r.n_parties = 4;
    assert_found(x, "0?");
}

/* More values at once than there is room for rows beside each other, with a row each. */
static void many_words_at_once(void **state)
{
    (void)state;
    enum { WORDS = 20, EACH = 40 };
    static struct ruleindex_item items[WORDS * EACH];
    static struct cond whens[WORDS * EACH][2];
    static int numbers[WORDS];
    struct str words[WORDS];
    for (int i = 0; i < WORDS; i++)
        words[i] = arena_printf(w->a, "word%c", 'a' + i);
    w->rs.words = textscan_build(w->a, words, WORDS);
    for (int i = 0; i < WORDS; i++)
        numbers[i] = i;
    for (int i = 0; i < WORDS * EACH; i++) {
        whens[i][0] = (struct cond)ALL(1);
        whens[i][1] = (struct cond){.kind = COND_TEXT, .list = &numbers[i % WORDS], .n = 1};
        items[i] = (struct ruleindex_item){.when = whens[i]};
    }
    const struct ruleindex *x = ruleindex_build(w->a, &w->rs, items, WORDS * EACH, RULEINDEX_RULES, 7);
    assert_int_equal(crowd_rows(x, CROWD_TEXT), WORDS + 1);
    for (int n = 0; n <= WORDS; n++) {
        struct ruleindex_search s;
        bool sure;
        int found = 0, last = -1;
        m.found = numbers;
        m.n_found = n;
        assert_true(ruleindex_begin(x, w->a, &m, &s));
        for (int i; (i = ruleindex_next(&s, &sure)) >= 0; last = i, found++) {
            assert_true(i > last && i % WORDS < n && sure);
        }
        assert_int_equal(found, n * EACH);
    }
}

static void parties_and_other_crowds(void **state)
{
    (void)state;
    const struct cond minor[] = {ALL(1), {.kind = COND_PARTY, .party = {.foreign = -1, .minor = 1}}},
                      firm[] = {ALL(1), {.kind = COND_PARTY, .party = {1 << PARTY_ENTERPRISE, 1 << PARTY_RESPONDENT, -1, -1}}},
                      no_firm[] = {ALL(2), NOT(1), {.kind = COND_PARTY, .party = {1 << PARTY_ENTERPRISE, 0, -1, -1}}};
    const struct ruleindex *x = build((const struct cond *[]){minor, firm, no_firm}, 3, RULEINDEX_RULES);
    assert_found(x, "2?"); /* that nobody is something is not indexed */
    r.parties = (const struct party_facts[]){{.kind = PARTY_PERSON, .role = PARTY_APPLICANT, .minor = true},
                                             {.kind = PARTY_ENTERPRISE, .role = PARTY_APPLICANT}};
    r.n_parties = 2;
    assert_found(x, "0 2?");
    r.parties = (const struct party_facts[]){{.kind = PARTY_ENTERPRISE, .role = PARTY_RESPONDENT}};
    r.n_parties = 1;
    assert_found(x, "1 2?");
}

static void no_rules_and_no_conditions(void **state)
{
    (void)state;
    static struct ruleindex_item items[5000];
    const struct cond all[] = {ALL(0)}, none[] = {ALL(1), ANY(0)};
    assert_found(build((const struct cond *[]){all}, 0, RULEINDEX_RULES), "");
    assert_found(build((const struct cond *[]){all, none, all}, 3, RULEINDEX_RULES), "0 2");
    for (int i = 0; i < 5000; i++) /* several words, and more than one block */
        items[i].when = all;
    const struct ruleindex *x = ruleindex_build(w->a, &w->rs, items, 5000, RULEINDEX_RULES, 7);
    struct ruleindex_search s;
    bool sure;
    assert_true(ruleindex_begin(x, w->a, &m, &s));
    for (int i = 0; i < 5000; i++)
        assert_int_equal(ruleindex_next(&s, &sure), i);
    assert_int_equal(ruleindex_next(&s, &sure), -1);
}

static void past_a_budget(void **state)
{
    (void)state;
    const struct cond city[] = {ALL(1), LIST(COND_REGION_WITHIN, 3)};
    const struct ruleindex_item items[] = {{.when = city}};
    for (size_t budget = 64;; budget += 512) {
        struct arena *a = arena_new(budget);
        const struct ruleindex *x = ruleindex_build(a, &w->rs, items, 1, RULEINDEX_RULES, 7);
        assert_int_equal(x != NULL, !arena_overflowed(a));
        arena_free(a);
        if (x)
            break;
    }
}

/* A changed copy of a rule set goes without: its index would speak of other rules. */
static void serves_its_own_rule_set_only(void **state)
{
    (void)state;
    static const struct cond all[] = {ALL(0)};
    static const struct rule rules[] = {{.when = all, .n_when = 1, .outcome = OUTCOME_MANUAL, .code = STR("first")},
                                        {.when = all, .n_when = 1, .outcome = OUTCOME_MANUAL, .code = STR("second")}};
    w->rs.rules = rules;
    w->rs.n_rules = 2;
    w->rs.arena = w->a;
    assert_true(ruleindex_attach(&w->rs, 1));
    struct ruleset copy = w->rs;
    copy.rules = rules + 1;
    copy.n_rules = 1;
    struct decision d;
    assert_true(ruleindex_serves(w->rs.rule_index, &w->rs));
    assert_false(ruleindex_serves(copy.rule_index, &copy));
    assert_false(ruleindex_serves(NULL, &w->rs));
    assert_true(decide(w->a, &copy, &r, NULL, 0, world_load(w), &d));
    assert_str(d.code, "second");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_region_tree_shares_rows),
        TEST(the_category_tree_and_what_is_missing),
        TEST(claims_are_cut_by_currency),
        TEST(alternatives_are_multiplied_out),
        TEST(what_is_too_much_is_narrowed),
        TEST(many_words_at_once),
        TEST(parties_and_other_crowds),
        TEST(no_rules_and_no_conditions),
        TEST(past_a_budget),
        TEST(serves_its_own_rule_set_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
