/*
 * test_match.c - core/match.h: each kind of condition, the groups, and where they fail
 */
#include "core/match.h"
#include "core/world.h"

static struct world *w;
static struct referral r;
static struct match m;

static const struct party_facts two_parties[] = {
    {PARTY_APPLICANT, PARTY_PERSON, .foreign = false, .minor = true},
    {PARTY_RESPONDENT, PARTY_ENTERPRISE, .foreign = true, .minor = false},
};
static const struct str two_tags[] = {{"platform-worker", 15}, {"wages", 5}};

static int setup(void **state)
{
    (void)state;
    w = world_new();
    r = world_referral(w, "320501001001");
    r.source_category = STR("劳动　争议");
    r.folded = STR("骑手被拖欠工资\n劳动 争议");
    r.has_claim = true;
    r.claim_minor = 1200000;
    memcpy(r.currency, "CNY", 4);
    r.parties = two_parties;
    r.n_parties = 2;
    r.risk = RISK_GROUP | RISK_VIOLENCE;
    r.offence = STR("故意伤害罪");
    m = (struct match){
        &w->rs, &r, WAGES, two_tags, 2, (const unsigned char *)"\x02\x01", match_source_category(&r)};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    world_free(w);
    return 0;
}

static bool holds(struct cond c)
{
    return match_holds(&m, &c);
}

#define LIST(...) .list = (const int[]){__VA_ARGS__}, .n = sizeof((const int[]){__VA_ARGS__}) / sizeof(int)
#define STRINGS(...)                                                                                         \
    .strings = (const struct str[]){__VA_ARGS__},                                                            \
    .n = sizeof((const struct str[]){__VA_ARGS__}) / sizeof(struct str)
#define BIT(i) ((uint64_t)1 << (i))

static void channel_and_mode(void **state)
{
    (void)state;
    assert_true(holds((struct cond){COND_CHANNEL, .set = BIT(CHANNEL_COURT) | BIT(CHANNEL_POLICE)}));
    assert_false(holds((struct cond){COND_CHANNEL, .set = BIT(CHANNEL_POLICE)}));
    assert_false(holds((struct cond){COND_CHANNEL, .set = 0}));
    assert_true(holds((struct cond){COND_MODE, .set = BIT(MODE_COURT_PRE_FILING)}));
    assert_false(holds((struct cond){COND_MODE, .set = ~BIT(MODE_COURT_PRE_FILING)}));
    r.mode = MODE_PLATFORM_ONLINE; /* bit 41 */
    assert_true(holds((struct cond){COND_MODE, .set = BIT(MODE_PLATFORM_ONLINE)}));
}

static void category(void **state)
{
    (void)state;
    assert_true(holds((struct cond){COND_CATEGORY_UNDER, LIST(LABOUR)}));
    assert_true(holds((struct cond){COND_CATEGORY_UNDER, LIST(NEIGHBOUR, WAGES)}));
    assert_false(holds((struct cond){COND_CATEGORY_UNDER, LIST(OVERTIME, NEIGHBOUR)}));
    assert_true(holds((struct cond){COND_CATEGORY_IS, LIST(LABOUR, WAGES)}));
    assert_false(holds((struct cond){COND_CATEGORY_IS, LIST(LABOUR)}));
    assert_false(holds((struct cond){COND_CATEGORY_MISSING}));
    m.category = -1;
    assert_true(holds((struct cond){COND_CATEGORY_MISSING}));
    assert_false(holds((struct cond){COND_CATEGORY_UNDER, LIST(LABOUR)}));
    assert_false(holds((struct cond){COND_CATEGORY_IS, LIST(LABOUR)}));
}

static void region(void **state)
{
    (void)state;
    int own = world_place(w, "320501001001"), city = world_place(w, "3205"), other = world_place(w, "3201");
    assert_true(holds((struct cond){COND_REGION_WITHIN, LIST(other, city)}));
    assert_true(holds((struct cond){COND_REGION_WITHIN, LIST(own)}));
    assert_false(holds((struct cond){COND_REGION_WITHIN, LIST(other)}));
    assert_true(holds((struct cond){COND_REGION_IS, LIST(other, own)}));
    assert_false(holds((struct cond){COND_REGION_IS, LIST(city)}));
    assert_true(holds((struct cond){COND_REGION_LEVEL, .set = BIT(LEVEL_VILLAGE)}));
    assert_false(holds((struct cond){COND_REGION_LEVEL, .set = BIT(LEVEL_TOWN)}));
    assert_true(holds((struct cond){COND_REGION_KIND, .set = BIT(REGION_COMMUNITY)}));
    assert_false(holds((struct cond){COND_REGION_KIND, .set = BIT(REGION_VILLAGE)}));
}

static void claim(void **state)
{
    (void)state;
    struct cond c = {COND_CLAIM, .low = 1200000, .high = 1200000, .currency = "CNY"};
    assert_true(holds(c));
    c.low++;
    assert_false(holds(c));
    c.low = INT64_MIN;
    assert_true(holds(c));
    c.high = 1199999;
    assert_false(holds(c));
    c.high = INT64_MAX;
    assert_true(holds(c));
    memcpy(c.currency, "USD", 4);
    assert_false(holds(c));
    memcpy(c.currency, "CNY", 4);
    assert_false(holds((struct cond){COND_CLAIM_MISSING}));
    r.has_claim = false;
    assert_false(holds(c));
    assert_true(holds((struct cond){COND_CLAIM_MISSING}));
}

static void strings(void **state)
{
    (void)state;
    assert_true(holds((struct cond){COND_TAGS, STRINGS(STR("x"), STR("wages"))}));
    assert_false(holds((struct cond){COND_TAGS, STRINGS(STR("x"), STR("wage"))}));
    assert_true(holds((struct cond){COND_OFFENCE, STRINGS(STR("抢劫罪"), STR("故意伤害罪"))}));
    assert_false(holds((struct cond){COND_OFFENCE, STRINGS(STR("抢劫罪"))}));
    assert_true(holds((struct cond){COND_SOURCE_CATEGORY, STRINGS(STR("劳动 争议"))}));
    assert_false(holds((struct cond){COND_SOURCE_CATEGORY, STRINGS(STR("劳动"), STR("骑手被拖欠工资"))}));
    assert_true(holds((struct cond){COND_AGENCY, STRINGS(STR("court-320501"))}));
    assert_false(holds((struct cond){COND_AGENCY, STRINGS(STR("court-3205"))}));
}

static void source_category_of_the_text(void **state)
{
    (void)state;
    assert_str(match_source_category(&r), "劳动 争议");
    r.folded = STR("没有自己的分类");
    assert_true(str_empty(match_source_category(&r)));
    r.folded = STR("\nx");
    assert_str(match_source_category(&r), "x");
    r.folded = STR("x\n");
    assert_true(str_empty(match_source_category(&r)));
    r.folded = (struct str){NULL, 0};
    assert_true(str_empty(match_source_category(&r)));
}

static void risk_and_text(void **state)
{
    (void)state;
    assert_true(holds((struct cond){COND_RISK, .set = RISK_GROUP | RISK_SELF_HARM}));
    assert_false(holds((struct cond){COND_RISK, .set = RISK_SELF_HARM | RISK_REPEAT_CALLS}));
    assert_true(holds((struct cond){COND_TEXT, LIST(0, 1)}));
    assert_true(holds((struct cond){COND_TEXT, LIST(8)}));
    assert_false(holds((struct cond){COND_TEXT, LIST(0, 2, 7, 9)}));
}

static void one_party_has_all_of_it(void **state)
{
    (void)state;
    static const struct {
        uint64_t kinds, roles;
        int foreign, minor;
        bool holds;
    } cases[] = {
        {0, 0, -1, -1, true},
        {BIT(PARTY_PERSON), 0, -1, -1, true},
        {BIT(PARTY_ASSOCIATION), 0, -1, -1, false},
        {BIT(PARTY_PERSON) | BIT(PARTY_ASSOCIATION), BIT(PARTY_APPLICANT), 0, 1, true},
        {BIT(PARTY_PERSON), BIT(PARTY_RESPONDENT), -1, -1, false}, /* two parties have half of it each */
        {0, 0, 1, 1, false},
        {0, 0, 1, -1, true},
        {0, 0, 0, 0, false},
        {0, BIT(PARTY_RESPONDENT), 1, 0, true},
        {0, BIT(PARTY_VICTIM), -1, -1, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cond c = {.kind = COND_PARTY};
        c.party.kinds = cases[i].kinds;
        c.party.roles = cases[i].roles;
        c.party.foreign = cases[i].foreign;
        c.party.minor = cases[i].minor;
        assert_int_equal(holds(c), cases[i].holds);
    }
    assert_true(holds((struct cond){COND_PARTIES, .low = 2, .high = 2}));
    assert_false(holds((struct cond){COND_PARTIES, .low = 3, .high = INT64_MAX}));
    assert_false(holds((struct cond){COND_PARTIES, .low = 0, .high = 1}));
    r.n_parties = 0;
    assert_false(holds((struct cond){.kind = COND_PARTY, .party = {0, 0, -1, -1}}));
}

/* T and F stand for conditions that hold and do not. */
#define T(at)                                                                                                \
    {                                                                                                        \
        .kind = COND_CHANNEL, .set = BIT(CHANNEL_COURT), .line = (at)                                        \
    }
#define F(at)                                                                                                \
    {                                                                                                        \
        .kind = COND_CHANNEL, .set = BIT(CHANNEL_POLICE), .line = (at)                                       \
    }
#define G(k, s, at)                                                                                          \
    {                                                                                                        \
        .kind = (k), .span = (s), .line = (at)                                                               \
    }

static void groups(void **state)
{
    (void)state;
    static const struct {
        struct cond when[8];
        bool holds;
        unsigned failed_line;
    } cases[] = {
        {{G(COND_ALL, 0, 1)}, true, 0},
        {{G(COND_ANY, 0, 1)}, false, 1},
        {{G(COND_NOT, 0, 1)}, false, 1},
        {{G(COND_ALL, 2, 1), T(2), T(3)}, true, 0},
        {{G(COND_ALL, 3, 1), T(2), F(3), F(4)}, false, 3},
        {{G(COND_ALL, 3, 1), G(COND_ANY, 2, 2), F(3), T(4)}, true, 0},
        {{G(COND_ALL, 4, 1), G(COND_ANY, 2, 2), F(3), F(4), T(5)}, false, 2},
        {{G(COND_ALL, 5, 1), T(2), G(COND_ALL, 2, 3), T(4), F(5), T(6)}, false, 5},
        {{G(COND_ALL, 2, 1), G(COND_NOT, 1, 2), F(3)}, true, 0},
        {{G(COND_ALL, 3, 1), G(COND_NOT, 2, 2), T(3), T(4)}, false, 2},
        {{G(COND_ALL, 3, 1), G(COND_NOT, 2, 2), T(3), F(4)}, true, 0},
        {{G(COND_ALL, 6, 1), G(COND_ANY, 5, 2), G(COND_ALL, 2, 3), T(4), F(5), G(COND_NOT, 1, 6), F(7)},
         true,
         0},
        {{G(COND_ALL, 7, 1), G(COND_ANY, 5, 2), G(COND_ALL, 2, 3), T(4), T(5), G(COND_NOT, 1, 6), F(7), F(8)},
         false,
         8},
        {{G(COND_ALL, 3, 1), G(COND_NOT, 2, 2), G(COND_NOT, 1, 3), T(4)}, true, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool got = match_holds(&m, cases[i].when);
        if (got != cases[i].holds)
            fail_msg("case %zu", i);
        if (!got)
            assert_int_equal(match_failed(&m, cases[i].when)->line, cases[i].failed_line);
    }
}

static void parties_of_one_village(void **state)
{
    (void)state;
    int village = world_place(w, "320501001001");
    struct party_facts p[] = {{.address = village}, {.address = village}, {.address = -1}};
    r.parties = p;
    r.n_parties = 2;
    assert_true(holds((struct cond){COND_SAME_VILLAGE}));
    r.n_parties = 3;
    assert_false(holds((struct cond){COND_SAME_VILLAGE}));
    p[2].address = world_place(w, "320501001200");
    assert_false(holds((struct cond){COND_SAME_VILLAGE}));
    r.n_parties = 1;
    assert_false(holds((struct cond){COND_SAME_VILLAGE}));
    p[0].address = p[1].address = world_place(w, "320501001"); /* one town is not one village */
    r.n_parties = 2;
    assert_false(holds((struct cond){COND_SAME_VILLAGE}));
}

static void age_of_the_dispute(void **state)
{
    (void)state;
    r.arrived_ms = calendar_ms_of_day(20500) + 1;
    assert_true(holds((struct cond){COND_AGE_MISSING}));
    assert_false(holds((struct cond){COND_AGE, .low = 0, .high = INT64_MAX}));
    r.occurred_on = 20400;
    assert_false(holds((struct cond){COND_AGE_MISSING}));
    assert_true(holds((struct cond){COND_AGE, .low = 100, .high = 100}));
    assert_false(holds((struct cond){COND_AGE, .low = 101, .high = INT64_MAX}));
    r.arrived_ms = calendar_ms_of_day(20501) - 1;
    assert_true(holds((struct cond){COND_AGE, .low = 100, .high = 100}));
}

static void time_of_arrival(void **state)
{
    (void)state;
    r.arrived_ms = calendar_ms_of_day(20500) + 10 * 3600000; /* 2026-02-16 is a Monday */
    assert_true(holds((struct cond){COND_ARRIVED, .low = 20500, .high = 20500}));
    assert_false(holds((struct cond){COND_ARRIVED, .low = 20501, .high = INT64_MAX}));
    assert_true(holds((struct cond){COND_WORKING_TIME}));
    r.arrived_ms += 7 * 3600000; /* 17:00 */
    assert_false(holds((struct cond){COND_WORKING_TIME}));
    static const struct opening late = {0x7F, 17 * 60, 18 * 60};
    w->rs.policies.working = (struct hours){&late, 1};
    assert_true(holds((struct cond){COND_WORKING_TIME}));
}

static void what_came_before(void **state)
{
    (void)state;
    r.arrived_ms = calendar_ms_of_day(20500) + 5;
    assert_false(holds((struct cond){COND_EARLIER, .low = 0, .high = INT64_MAX}));
    assert_true(holds((struct cond){COND_EARLIER_COUNT, .low = 0, .high = 0}));
    r.earlier = (struct earlier){.count = 2, .last_ms = calendar_ms_of_day(20411) - 1, .organisation = -1};
    assert_true(holds((struct cond){COND_EARLIER, .low = 0, .high = 90}));
    assert_false(holds((struct cond){COND_EARLIER, .low = 0, .high = 89}));
    assert_true(holds((struct cond){COND_EARLIER_COUNT, .low = 2, .high = INT64_MAX}));
    assert_false(holds((struct cond){COND_EARLIER_COUNT, .low = 3, .high = INT64_MAX}));
}

int main(void)
{
#define WITH(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH(channel_and_mode), WITH(category),
        WITH(region),           WITH(claim),
        WITH(strings),          WITH(source_category_of_the_text),
        WITH(risk_and_text),    WITH(one_party_has_all_of_it),
        WITH(groups),           WITH(parties_of_one_village),
        WITH(age_of_the_dispute), WITH(time_of_arrival),
        WITH(what_came_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
