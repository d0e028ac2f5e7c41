/*
 * test_explain.c - role/control/explain.h: decisions made again come out the same, and changed records do not
 */
#include "role/control/explain.h"

#include "base/check.h"
#include "conf/fixture.h"
#include "conf/small.h"
#include "tell/tell.h"
#include "wire/client.h"
#include "wire/referral.h"

static const char rules[] = "rules:\n"
                            "  - id: labour\n"
                            "    name: 劳动争议\n"
                            "    when:\n"
                            "      category: {under: labour}\n"
                            "    route:\n"
                            "      - to: {kind: labour, region: nearest}\n"
                            "      - to: {kind: people, region: nearest}\n"
                            "      - to: {kind: labour, region: nearest}\n";
#define ARRIVED INT64_C(1767321000000)

struct world {
    struct fixture conf;
    char channels[8192];
    struct explain_set set;
    struct str bytes; /* a referral */
    struct referral referral;
    int open[8], capacity[8];
    int64_t given[8];
};

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof(*w));
    struct client_party party = {.role = PARTY_APPLICANT, .kind = PARTY_PERSON, .name = STR("甲")};
    struct client_referral r = {.channel = CHANNEL_COURT,
                                .mode = MODE_COURT_PRE_FILING,
                                .agency_ref = STR("T-1"),
                                .place_code = STR("320505001001"),
                                .category = STR("wages"),
                                .summary = STR("拖欠工资"),
                                .parties = &party,
                                .n_parties = 1};
    fixture_init(&w->conf);
    fixture_add(&w->conf, "calendar/cn.csv", str_from(small_calendar));
    fixture_add(&w->conf, "categories/all.csv", str_from(small_categories));
    fixture_add(&w->conf, "channels.yaml", str_from(small_channels(w->channels)));
    fixture_add(&w->conf, "organisations/all.yaml", str_from(small_organisations));
    fixture_add(&w->conf, "regions/all.csv", str_from(small_regions));
    fixture_add(&w->conf, "rules/10.yaml", str_from(rules));
    w->set.rules = conf_load_ruleset(&w->conf.source, false, w->conf.diag);
    if (!w->set.rules)
        diag_print(w->conf.diag, stderr, false);
    assert_non_null(w->set.rules);
    w->set.source = w->conf.source;
    w->set.hash = w->set.rules->hash;
    w->bytes = client_referral_encode(w->conf.arena, &r);
    assert_true(
        referral_reopen(w->conf.arena, w->set.rules, STR("court-320505"), ARRIVED, w->bytes, &w->referral));
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    ruleset_unref(w->set.rules);
    fixture_fini(&w->conf);
    free(w);
    return 0;
}

static struct load load_of(void *context, int organisation)
{
    struct world *w = context;
    return (struct load){w->open[organisation], w->capacity[organisation], w->given[organisation]};
}

/* The record of a decision made with the loads of the world. */
static struct record decided(struct world *w, const int *excluded, int n_excluded)
{
    struct decision d;
    struct record r;
    assert_true(decide(w->conf.arena, w->set.rules, &w->referral, excluded, n_excluded,
                       (struct load_view){.of = load_of, .context = w}, &d));
    assert_true(record_of(w->conf.arena, w->set.rules, &d, excluded, n_excluded, ARRIVED, &r));
    return r;
}

static struct explanation explained(struct world *w, const struct record *r, struct str bytes)
{
    struct explanation x;
    struct str record = record_encode(w->conf.arena, r);
    assert_true(explain_decision(w->conf.arena, &w->set, STR("court-320505"), bytes, record, &x));
    return x;
}

static void whatever_the_loads_it_comes_out_the_same(void **state)
{
    struct world *w = *state;
    uint64_t random = 5;
    bool seen[4] = {false};
    for (int i = 0; i < 500; i++) {
        int excluded[8], n = 0;
        for (int k = 0; k < w->set.rules->roster.n; k++) {
            w->capacity[k] = 1 + random_below(&random, 5);
            w->open[k] = random_below(&random, w->capacity[k] + 1);
            w->given[k] = random_below(&random, 3);
            if (random_below(&random, 4) == 0)
                excluded[n++] = k;
        }
        struct record r = decided(w, excluded, n);
        struct explanation x = explained(w, &r, w->bytes);
        assert_int_equal(x.result, EXPLAINED_IDENTICAL);
        assert_int_equal(x.n, 0);
        seen[r.outcome] = true;
    }
    assert_true(seen[OUTCOME_ASSIGNED] && seen[OUTCOME_MANUAL]);
}

/* What the rules were told came before is told again: its organisation is picked, and only by that. */
static void what_came_before_is_told_again(void **state)
{
    struct world *w = *state;
    bool seen = false;
    for (int k = 0; k < w->set.rules->roster.n; k++) {
        for (int i = 0; i < 8; i++)
            w->capacity[i] = 3;
        w->referral.earlier = (struct earlier){k + 1, ARRIVED - 1000 * k, k};
        struct record r = decided(w, NULL, 0);
        record_add_earlier(&r, w->set.rules, &w->referral.earlier);
        struct explanation x = explained(w, &r, w->bytes);
        assert_int_equal(x.result, EXPLAINED_IDENTICAL);
        assert_int_equal(x.referral.earlier.count, k + 1);
        assert_int_equal(x.referral.earlier.organisation, k);
        seen = true;
    }
    assert_true(seen);
}

/* A decision as the first version kept it, with this rule set's hash: still the same, byte for byte. */
static void an_old_record_comes_out_the_same(void **state)
{
    struct world *w = *state;
    static const char rest[] =
        "\x10\x01\x1a\x06labour\x22\x0drules/10.yaml\x28\x02\x3a\x05wagesR\x0blabour-3205\x60\x03\x68\x01\x70\x1e\x78\x02"
        "\x82\x01\x0f\x0a\x0blabour-3205\x28\x03\x98\x01\xc0\xb0\xa9\xe4\xb7\x33";
    char old[2 + 32 + sizeof(rest) - 1] = "\x0a\x20";
    struct explanation x;
    memcpy(old + 2, w->set.hash.b, 32);
    memcpy(old + 34, rest, sizeof(rest) - 1);
    assert_true(explain_decision(w->conf.arena, &w->set, STR("court-320505"), w->bytes, (struct str){old, sizeof(old)}, &x));
    assert_int_equal(x.result, EXPLAINED_IDENTICAL);
    assert_str(x.stored.organisation, "labour-3205");
}

static void a_changed_record_shows_its_fields(void **state)
{
    struct world *w = *state;
    for (int k = 0; k < 8; k++)
        w->capacity[k] = 3;
    struct record r = decided(w, NULL, 0);
    assert_str(r.organisation, "labour-3205");
    r.organisation = STR("people-320505001001");
    r.respond_within.count = 9;
    struct explanation x = explained(w, &r, w->bytes);
    assert_int_equal(x.result, EXPLAINED_DIFFERENT);
    assert_int_equal(x.n, 2);
    assert_str(x.differences[0].field, "organisation");
    assert_str(x.differences[0].stored, "people-320505001001");
    assert_str(x.differences[0].derived, "labour-3205");
    assert_str(x.differences[1].field, "respond_within");
    assert_str(x.differences[1].stored, "9 workdays");
    assert_str(x.differences[1].derived, "3 workdays");
}

/* Somebody made the chosen one look free: with the load on record, it was not. */
static void a_changed_load_comes_out_differently(void **state)
{
    struct world *w = *state;
    for (int k = 0; k < 8; k++)
        w->capacity[k] = 3;
    struct record r = decided(w, NULL, 0);
    struct record_candidate changed = r.candidates[0];
    changed.open = changed.capacity;
    r.candidates = &changed;
    struct explanation x = explained(w, &r, w->bytes);
    assert_int_equal(x.result, EXPLAINED_DIFFERENT);
    assert_true(x.n >= 2);
}

static void what_cannot_be_made_again_says_why(void **state)
{
    struct world *w = *state;
    struct explanation x;
    for (int k = 0; k < 8; k++)
        w->capacity[k] = 3;
    struct record r = decided(w, NULL, 0);
    x = explained(w, &r, STR(""));
    assert_int_equal(x.result, EXPLAINED_NOT);
    assert_non_null(strstr(x.why, "content"));
    const struct str gone = STR("an-organisation-of-another-time");
    struct record other = r;
    other.excluded = &gone;
    other.n_excluded = 1;
    x = explained(w, &other, w->bytes);
    assert_int_equal(x.result, EXPLAINED_NOT);
    r.by = STR("operator:root");
    x = explained(w, &r, w->bytes);
    assert_int_equal(x.result, EXPLAINED_BY_HAND);
    assert_true(explain_decision(w->conf.arena, NULL, STR("court-320505"), w->bytes,
                                 record_encode(w->conf.arena, &other), &x));
    assert_int_equal(x.result, EXPLAINED_NOT);
    assert_false(
        explain_decision(w->conf.arena, &w->set, STR("court-320505"), w->bytes, STR("\xff\xff"), &x));
}

static void conditions_are_shown_as_written(void **state)
{
    struct world *w = *state;
    const struct rule *rule = &w->set.rules->rules[0];
    assert_str(rule->file, "rules/10.yaml");
    assert_str(tell_line(&w->set.source, rule->file, rule->when[1].line), "category: {under: labour}");
    assert_str(tell_line(&w->set.source, rule->file, rule->line), "id: labour");
    assert_null(tell_line(&w->set.source, rule->file, 1000).p);
    assert_null(tell_line(&w->set.source, STR("rules/none.yaml"), 1).p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(whatever_the_loads_it_comes_out_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_came_before_is_told_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_old_record_comes_out_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_changed_record_shows_its_fields, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_changed_load_comes_out_differently, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_made_again_says_why, set_up, tear_down),
        cmocka_unit_test_setup_teardown(conditions_are_shown_as_written, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
