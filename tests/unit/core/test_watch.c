/*
 * test_watch.c - core/watch.h: keys, the three tests, episodes, and simulated series with a known burst
 */
#include "base/check.h"
#include "../bench/watch_series.h"

static struct calendar calendar = {.published_until = 30000, .mark = 1}; /* no holidays: Monday to Friday */

#define TODAY 20600 /* 2026-05-27, a Wednesday */

static const struct watch few = {.test = WATCH_REFERRALS, .at_least = 3, .window = 10, .quiet = 5};
static const struct watch places = {.test = WATCH_PLACES, .at_least = 2, .level = LEVEL_COUNTY, .window = 10, .quiet = 5};
static const struct watch rising = {
    .test = WATCH_RISE, .at_least = 8, .window = 14, .quiet = 14, .times = 200, .baseline = 56, .false_every = 36500};

static void so_many_in_the_window(void **state)
{
    const struct watch_count counts[] = {{TODAY - 10, STR(""), 1}, {TODAY - 9, STR(""), 1}, {TODAY - 3, STR(""), 1}, {TODAY, STR(""), 1}};
    (void)state;
    assert_true(watch_look(&few, &calendar, counts, 4, TODAY).alarm);
    assert_int_equal(watch_look(&few, &calendar, counts, 4, TODAY).referrals, 3); /* the first is a day too old */
    assert_true(watch_look(&few, &calendar, counts, 4, TODAY).since == TODAY - 9);
    assert_false(watch_look(&few, &calendar, counts, 4, TODAY + 1).alarm);
    assert_true(watch_look(&few, &calendar, counts, 3, TODAY - 1).alarm);
    assert_false(watch_look(&few, &calendar, counts, 4, TODAY - 4).alarm); /* what came later does not count then */
    assert_false(watch_look(&few, &calendar, NULL, 0, TODAY).alarm);
}

static void places_are_told_apart(void **state)
{
    const struct watch_count counts[] = {{TODAY - 9, STR("320505"), 5}, {TODAY - 2, STR("320505"), 1}, {TODAY, STR("320506"), 1}};
    (void)state;
    assert_false(watch_look(&places, &calendar, counts, 2, TODAY).alarm);
    assert_true(watch_look(&places, &calendar, counts, 3, TODAY).alarm);
    assert_int_equal(watch_look(&places, &calendar, counts, 3, TODAY).places, 2);
}

static void once_an_episode(void **state)
{
    const struct watch_count counts[] = {{TODAY - 2, STR(""), 2}, {TODAY, STR(""), 1}, {TODAY + 3, STR(""), 1}};
    struct watch_view v;
    (void)state;
    assert_int_equal(watch_next(&few, &calendar, counts, 1, TODAY - 1, false, &v), WATCH_NOTHING);
    assert_int_equal(watch_next(&few, &calendar, counts, 2, TODAY, false, &v), WATCH_RAISE);
    assert_int_equal(watch_next(&few, &calendar, counts, 3, TODAY + 3, true, &v), WATCH_STAY);
    /* The first two leave the window after TODAY + 7; five quiet days, and it is over. */
    assert_true(watch_look(&few, &calendar, counts, 3, TODAY + 7).alarm);
    assert_int_equal(watch_next(&few, &calendar, counts, 3, TODAY + 11, true, &v), WATCH_STAY);
    assert_false(v.alarm);
    assert_int_equal(watch_next(&few, &calendar, counts, 3, TODAY + 12, true, &v), WATCH_END);
    assert_int_equal(watch_next(&few, &calendar, counts, 3, TODAY + 12, false, &v), WATCH_NOTHING);
}

static void what_came_in_late_counts_for_its_day(void **state)
{
    const struct watch_count before[] = {{TODAY - 12, STR(""), 1}, {TODAY - 11, STR(""), 1}};
    const struct watch_count after[] = {{TODAY - 12, STR(""), 1}, {TODAY - 11, STR(""), 2}};
    (void)state;
    assert_false(watch_look(&few, &calendar, before, 2, TODAY - 11).alarm);
    assert_true(watch_look(&few, &calendar, after, 2, TODAY - 11).alarm);
    assert_false(watch_look(&few, &calendar, after, 2, TODAY).alarm);
}

static void only_before_a_holiday(void **state)
{
    /* Five days off from TODAY + 20 on, a Tuesday. */
    const struct calendar_day off[] = {{TODAY + 20, false}, {TODAY + 21, false}, {TODAY + 22, false}, {TODAY + 23, false}};
    const struct calendar c = {.items = off, .n = 4, .published_until = 30000, .mark = 2};
    struct watch w = few;
    const struct watch_count counts[] = {{TODAY, STR(""), 3}};
    (void)state;
    w.before_within = 15;
    w.before_lasting = 5;
    assert_true(watch_idle(&w, &calendar, TODAY));
    assert_true(watch_idle(&w, &c, TODAY + 4));
    assert_false(watch_idle(&w, &c, TODAY + 5));
    assert_false(watch_idle(&w, &c, TODAY + 19));
    assert_true(watch_idle(&w, &c, TODAY + 20)); /* it has begun */
    assert_false(watch_look(&w, &c, counts, 1, TODAY).alarm);
    assert_true(watch_look(&w, &c, counts, 1, TODAY + 5).alarm);
    w.before_lasting = 7; /* with the weekend behind it, it is six days */
    assert_true(watch_idle(&w, &c, TODAY + 5));
    w.before_lasting = 6;
    assert_false(watch_idle(&w, &c, TODAY + 5));
}

/* ---- a rise ---- */

static struct series series;

static void make(uint64_t seed, double rate, double spread, double times)
{
    series = (struct series){.seed = seed, .workday = rate, .day_off = rate / 4, .spread = spread, .first = TODAY, .days = 84 + 28 + 90};
    if (times > 0) {
        series.burst_first = TODAY + 84;
        series.burst_days = 28;
        series.burst_times = times;
    }
    series_make(&series, &calendar);
}

static void a_rise_by_hand(void **state)
{
    /* Four on every workday for 70 days, none on days off; today thirty. */
    struct watch_count counts[80];
    int n = 0;
    (void)state;
    for (int32_t day = TODAY - 70; day < TODAY; day++)
        if (calendar_working(&calendar, day))
            counts[n++] = (struct watch_count){day, STR(""), 4};
    assert_false(watch_look(&rising, &calendar, counts, n, TODAY).alarm);
    counts[n++] = (struct watch_count){TODAY, STR(""), 30};
    struct watch_view v = watch_look(&rising, &calendar, counts, n, TODAY);
    /* Expected on a workday: (160.5 + sqrt(160.5)) / 40 = 4.329. The score: 30 ln 2 - 4.329. */
    assert_true(v.alarm);
    assert_float_equal(v.score, 30 * 0.693147 - 4.32922, 0.001);
    assert_float_equal(v.limit, 10.505, 0.001);
    assert_true(v.since == TODAY);
    struct watch more = rising;
    more.at_least = 31;
    assert_false(watch_look(&more, &calendar, counts, n, TODAY).alarm);
}

static void a_known_burst_is_found_once_and_soon(void **state)
{
    int late = 0, twice = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        make(seed, 10, 1, 3);
        struct series_result r = series_watch(&series, &rising, &calendar, TODAY + 84, TODAY + 84 + 28 + 89);
        assert_true(r.episodes >= 1);
        late += r.first_raised > TODAY + 84 + 3;
        twice += r.episodes > 1;
    }
    assert_in_range(late, 0, 2);
    assert_in_range(twice, 0, 2);
}

static void chance_raises_hardly_anything(void **state)
{
    int false_alarms = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= 100; seed++)
        for (int i = 0; i < 4; i++) {
            static const double rates[] = {0.2, 1, 3, 10};
            make(seed * 31 + (uint64_t)i, rates[i], 1, 0);
            false_alarms += series_watch(&series, &rising, &calendar, TODAY + 84, TODAY + 84 + 117).episodes;
        }
    assert_in_range(false_alarms, 0, 3); /* 129 key-years at one in 100 years */
}

static void the_old_level_is_no_rise(void **state)
{
    (void)state;
    make(5, 40, 1, 0); /* many every day, always */
    assert_int_equal(series_watch(&series, &rising, &calendar, TODAY + 84, TODAY + 84 + 117).episodes, 0);
}

/* ---- keys ---- */

static void keys_of_a_referral(void **state)
{
    static struct region regions[] = {{STR("32"), STR(""), REGION_PROVINCE, LEVEL_PROVINCE, -1, 3},
                                      {STR("3205"), STR(""), REGION_CITY, LEVEL_CITY, 0, 3},
                                      {STR("320505"), STR(""), REGION_COUNTY, LEVEL_COUNTY, 1, 3}};
    static struct category categories[] = {{STR("a"), STR(""), STR(""), -1, 0, 3}, {STR("b"), STR("a"), STR(""), 0, 1, 3},
                                           {STR("c"), STR("b"), STR(""), 1, 2, 3}};
    static const struct party_facts parties[] = {{.role = PARTY_RESPONDENT, .credit_code = STR("X")},
                                                 {.role = PARTY_APPLICANT, .credit_code = STR("Y")},
                                                 {.role = PARTY_RESPONDENT, .credit_code = STR("X")},
                                                 {.role = PARTY_RESPONDENT},
                                                 {.role = PARTY_RESPONDENT, .credit_code = STR("Z")}};
    struct ruleset rs = {.regions = {.items = regions, .n = 3}, .categories = {.items = categories, .n = 3}};
    struct referral r = {.place = 2, .category = 2, .parties = parties, .n_parties = 5, .risk = RISK_VIOLENCE};
    struct match m = {.rules = &rs, .referral = &r, .category = 2};
    struct watch w = {.place = LEVEL_CITY, .category = 2, .enterprise = 1 << PARTY_RESPONDENT};
    struct watch_key k;
    (void)state;
    assert_true(watch_counts(&w, &m, &k));
    assert_int_equal(k.place, 1);
    assert_int_equal(k.category, 1);
    assert_int_equal(watch_enterprises(&w, &r), 2);
    assert_true(str_eqz(watch_enterprise(&w, &r, 0), "X"));
    assert_true(str_eqz(watch_enterprise(&w, &r, 1), "Z"));
    w.category = 4; /* its category lies higher */
    assert_false(watch_counts(&w, &m, &k));
    w.category = 0;
    w.place = LEVEL_TOWN; /* its place, too */
    assert_false(watch_counts(&w, &m, &k));
    w.place = 0;
    m.category = -1;
    assert_true(watch_counts(&w, &m, &k));
    assert_true(k.place == -1 && k.category == -1);
    const struct cond when[] = {{.kind = COND_ALL, .span = 1}, {.kind = COND_RISK, .set = RISK_GROUP}};
    w.when = when;
    w.n_when = 2;
    assert_false(watch_counts(&w, &m, &k));
    r.risk |= RISK_GROUP;
    assert_true(watch_counts(&w, &m, &k));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(so_many_in_the_window),
        cmocka_unit_test(places_are_told_apart),
        cmocka_unit_test(once_an_episode),
        cmocka_unit_test(what_came_in_late_counts_for_its_day),
        cmocka_unit_test(only_before_a_holiday),
        cmocka_unit_test(a_rise_by_hand),
        cmocka_unit_test(a_known_burst_is_found_once_and_soon),
        cmocka_unit_test(chance_raises_hardly_anything),
        cmocka_unit_test(the_old_level_is_no_rise),
        cmocka_unit_test(keys_of_a_referral),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
