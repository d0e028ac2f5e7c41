/*
 * test_report.c - conf/period.h, ctl/heat.h, ctl/report.h: periods, the map, groups, the comparison
 */
#include "base/check.h"
#include "core/calendar.h"
#include "ctl/report.h"
#include "wire/journal.h"

#include <unistd.h>

static int64_t day(const char *iso)
{
    int32_t d = 0;
    assert_true(calendar_parse_day(str_from(iso), &d));
    return calendar_ms_of_day(d);
}

static void periods_begin_and_end_in_shanghai(void **state)
{
    (void)state;
    static const struct {
        const char *text, *since, *until, *zh;
    } cases[] = {
        {"2026", "2026-01-01", "2027-01-01", "2026年"},         {"2026H1", "2026-01-01", "2026-07-01", "2026年上半年"},
        {"2026H2", "2026-07-01", "2027-01-01", "2026年下半年"}, {"2026Q1", "2026-01-01", "2026-04-01", "2026年第一季度"},
        {"2026Q4", "2026-10-01", "2027-01-01", "2026年第四季度"}, {"2024-02", "2024-02-01", "2024-03-01", "2024年2月"},
        {"2026-12", "2026-12-01", "2027-01-01", "2026年12月"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct period p;
        assert_true(period_parse(str_from(cases[i].text), &p));
        assert_true(p.since_ms == day(cases[i].since) && p.until_ms == day(cases[i].until));
        assert_string_equal(p.text, cases[i].text);
        assert_string_equal(p.zh, cases[i].zh);
    }
    assert_true(day("1970-01-02") == 16 * INT64_C(3600000)); /* eight hours before midnight in Greenwich */
}

static void other_words_are_no_periods(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",        "26",      "2026H0",  "2026H3", "2026Q0", "2026Q5", "2026-00", "2026-13", "2026-1",
                                        "2026h1",  "2026-1 ", "2026-010", "202610", "2026H11", "1969",   "9999",    "abcd",    "2026-01-01"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct period p;
        if (period_parse(str_from(wrong[i]), &p))
            fail_msg("`%s` is taken for a period", wrong[i]);
    }
}

static void places_belong_to_one_unit(void **state)
{
    (void)state;
    static const struct {
        const char *place, *code;
    } cases[] = {{"320505002004", "3205"}, {"320583001", "320583"}, {"3205", "3205"},   {"321283", "321283"},
                 {"321322105", "321322"},  {"3213", "3213"},        {"320102", "3201"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_str(region_unit(str_from(cases[i].place)), cases[i].code);
    for (int i = 0; i < HEAT_UNITS; i++)
        assert_str(region_unit(str_from(heat_units[i].code)), heat_units[i].code);
    assert_str(region_unit(STR("32")), "32");
    assert_str(region_unit(STR("330100")), "3301");
}

static void units_are_sixteen_and_stand_apart(void **state)
{
    (void)state;
    int counties = 0;
    for (int i = 0; i < HEAT_UNITS; i++) {
        const struct heat_unit *u = &heat_units[i];
        counties += u->county;
        assert_true(i == 0 || strcmp(heat_units[i - 1].code, u->code) < 0);
        for (int k = 0; k < i; k++) {
            const struct heat_unit *v = &heat_units[k];
            bool apart = u->y != v->y || u->x - v->x >= 2 || v->x - u->x >= 2;
            bool inside = u->county && u->x == v->x && u->y == v->y && strncmp(u->code, v->code, 4) == 0;
            assert_true(apart || inside);
        }
    }
    assert_int_equal(counties, 3);
}

static char *drawn(const struct heat_value *values, const char *unit, bool hundredths)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    heat_map(out, values, unit, hundredths);
    fclose(out);
    return text;
}

static void the_map_prints_each_value_and_shades_them_in_order(void **state)
{
    (void)state;
    struct heat_value values[HEAT_UNITS] = {{0}};
    values[0] = (struct heat_value){true, 1000, STR("10.00%")};
    values[1] = (struct heat_value){true, 9000, STR("90.00%")};
    values[5] = (struct heat_value){true, 5000, STR("<50.00%>")};
    char *text = drawn(values, "%", true);
    assert_non_null(strstr(text, "<title>南京市 Nanjing: 10.00%</title>"));
    assert_non_null(strstr(text, "<title>昆山市 Kunshan: &lt;50.00%&gt;</title>"));
    assert_non_null(strstr(text, "<title>苏州市 Suzhou: —</title>"));
    assert_non_null(strstr(strstr(text, "Nanjing"), "class=\"q0\""));
    assert_true(strstr(strstr(text, "Wuxi"), "class=\"q4\"") < strstr(text, "Xuzhou"));
    assert_true(strstr(strstr(text, "Kunshan"), "class=\"q2 inset\"") < strstr(text, "Nantong"));
    assert_non_null(strstr(text, "最低 lowest 10.00% → 最高 highest 90.00%"));
    free(text);
    text = drawn((struct heat_value[HEAT_UNITS]){{0}}, "", false);
    assert_non_null(strstr(text, "没有可以显示的数值"));
    free(text);
}

/* ---- groups and the comparison ---- */

static struct ruleset no_rules;

static struct report_parts parts_of(struct arena *a, const char *owner, const char *offered)
{
    struct report_parts p = {0};
    struct report_part *own = ARENA_PUSH(a, p.items, p.n, p.cap);
    own->organisation = str_from(owner);
    own->sums[REPORT_RECEIVED] = 1;
    report_sums_of(a, &p, str_from(offered))[REPORT_OFFERS]++;
    return p;
}

static void a_referral_counts_in_its_group_and_an_offer_with_whom_it_was_made_to(void **state)
{
    (void)state;
    struct report r = {.rules = &no_rules};
    assert_true(report_init(&r, REPORT_BY_ORGANISATION));
    struct report_referral_row row = {.channel = CHANNEL_POLICE, .place = STR("320583001"), .category = STR("")};
    struct report_parts parts = parts_of(r.arena, "b", "a");
    report_count(&r, &row, &parts);
    assert_int_equal(r.all[REPORT_RECEIVED], 1);
    assert_int_equal(r.all[REPORT_OFFERS], 1);
    assert_int_equal(r.rows.n, 2);
    assert_int_equal(r.rows.sums[counting_find(&r.rows.keys, STR("b"))].v[REPORT_RECEIVED], 1);
    assert_int_equal(r.rows.sums[counting_find(&r.rows.keys, STR("a"))].v[REPORT_OFFERS], 1);
    assert_int_equal(r.cities.sums[counting_find(&r.cities.keys, STR("320583"))].v[REPORT_OFFERS], 1);
    int *order = report_order(&r, &r.channels);
    assert_int_equal(r.channels.n, 5); /* those without anything too */
    assert_true(str_eqz(r.channels.keys.items[order[0]], "court") && str_eqz(r.channels.keys.items[order[4]], "platform"));
    report_free(&r);
}

static struct report_entry entry(struct arena *a, struct id referral, enum step_kind kind, const char *organisation)
{
    struct step s = {.agency = STR("x"), .kind = kind, .referral = referral, .at_ms = 1, .organisation_id = str_from(organisation)};
    return (struct report_entry){.referral = referral, .kind = (int)kind, .at_ms = 1, .body = step_encode(a, &s)};
}

static void differences_are_told_by_referral(void **state)
{
    (void)state;
    struct report r = {.rules = &no_rules, .limit = 3};
    assert_true(report_init(&r, REPORT_BY_CITY));
    struct arena *a = r.arena;
    struct id id = id_new(1790000000000, 3205), other = id_new(1790000000001, 3205);
    struct report_referral_row row = {.id = id, .channel = CHANNEL_COURT, .state = STATE_OFFERED, .place = STR("320505")};
    struct report_entry entries[] = {entry(a, id, STEP_RECEIVED, ""), entry(a, id, STEP_ASSIGNED, "a")};
    struct report_parts shown = parts_of(a, "a", "a");
    shown.items[0].sums[REPORT_OPEN] = shown.items[0].sums[REPORT_PLACED] = 1;
    report_compare(&r, a, &row, id, &shown, entries, 2);
    assert_true(r.compared == 1 && r.n_differences == 0);

    shown.items[0].sums[REPORT_PLACED] = 0; /* one figure */
    report_compare(&r, a, &row, id, &shown, entries, 2);
    assert_int_equal(r.n_differences, 1);
    assert_string_equal(r.differences[0].figure->key, "placed");
    assert_true(id_eq(r.differences[0].referral, id) && r.differences[0].shown == 0 && r.differences[0].journal == 1);
    shown.items[0].sums[REPORT_PLACED] = 1;

    struct report_parts elsewhere = parts_of(a, "b", "b"); /* whose it is; one offer too many, one too few */
    elsewhere.items[0].sums[REPORT_OPEN] = elsewhere.items[0].sums[REPORT_PLACED] = 1;
    report_compare(&r, a, &row, id, &elsewhere, entries, 2);
    assert_int_equal(r.n_differences, 4);

    report_compare(&r, a, NULL, other, NULL, entries, 2); /* on no record */
    report_compare(&r, a, &row, id, &shown, entries, 0);  /* in no journal */
    row.state = 0;
    report_compare(&r, a, &row, id, &shown, entries, 2); /* no docket */
    row.state = STATE_OFFERED;
    entries[1].body = STR("\xff\xff");
    report_compare(&r, a, &row, id, &shown, entries, 2);
    entries[1] = entry(a, other, STEP_ASSIGNED, "a"); /* the body speaks of another one */
    report_compare(&r, a, &row, id, &shown, entries, 2);
    assert_int_equal(r.n_differences, 9);
    assert_int_equal(r.n_listed, 3); /* no more than asked for */
    report_free(&r);
}

/* A page lists the largest groups, and counts all. */
static void a_page_of_many_organisations_stays_short(void **state)
{
    (void)state;
    enum { MANY = 450 };
    struct report r = {.rules = &no_rules};
    char path[] = "/tmp/report.XXXXXX", *text = NULL;
    size_t size = 0;
    assert_true(report_init(&r, REPORT_BY_ORGANISATION));
    assert_true(period_parse(STR("2026H1"), &r.period));
    for (int i = 0; i < MANY; i++) {
        struct report_referral_row row = {.channel = CHANNEL_POLICE, .place = STR("320583001"), .category = STR("")};
        struct report_parts parts = parts_of(r.arena, arena_printf(r.arena, "o%03d", i).p, arena_printf(r.arena, "o%03d", i).p);
        for (int k = 0; k <= i % 3; k++) /* a third each with 2, 4 and 6 */
            report_count(&r, &row, &parts);
    }
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_true(report_page(&r, report_figure_find(STR("received")), path));
    FILE *in = fdopen(fd, "r");
    assert_true(getdelim(&text, &size, '\0', in) > 0);
    fclose(in);
    unlink(path);
    assert_non_null(strstr(text, "共 450 组，此处列出件数较多的 300 组"));
    assert_null(strstr(text, "o000<")); /* one of the smallest */
    assert_non_null(strstr(text, "o001<"));
    assert_non_null(strstr(text, "昆山市 Kunshan: 900"));
    assert_non_null(strstr(text, "<td>合计</td><td class=\"n\">900</td>"));
    free(text);
    report_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(periods_begin_and_end_in_shanghai),
        cmocka_unit_test(other_words_are_no_periods),
        cmocka_unit_test(places_belong_to_one_unit),
        cmocka_unit_test(units_are_sixteen_and_stand_apart),
        cmocka_unit_test(the_map_prints_each_value_and_shades_them_in_order),
        cmocka_unit_test(a_referral_counts_in_its_group_and_an_offer_with_whom_it_was_made_to),
        cmocka_unit_test(differences_are_told_by_referral),
        cmocka_unit_test(a_page_of_many_organisations_stays_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
