/* The Assignment that the courier makes of a row: opened, decided, with a date to finish by; and what seals
 * are bound to. */
#include "store/bind.h"
#include "role/dispatch/courier.h"
#include "wire/client.h"
#include "wire/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW INT64_C(1779235200000) /* 2026-05-20 08:00 in Shanghai, a Wednesday */

struct stage {
    struct arena *arena;
    struct keyring *personal;
    struct snapshot snapshot;
    struct ruleset rules;
    struct peers peers;
    struct delivery delivery;
    struct id referral;
};

static int stage_up(void **state)
{
    static const struct str tags[] = {{"platform-worker", 15}};
    struct stage *st = calloc(1, sizeof(*st));
    struct arena *a = st->arena = arena_new(0);
    struct peer *agency = ARENA_NEW(a, struct peer);
    struct str *sealed = ARENA_ARRAY(a, 2, struct str), *refs = ARENA_ARRAY(a, 2, struct str);
    const struct record record = {
        .outcome = OUTCOME_ASSIGNED, .category = STR("labour"), .tags = tags, .n_tags = 1, .rung = 0};
    char path[64], why[256], bound[BIND_LONG_SIZE];
    *state = st;
    snprintf(path, sizeof(path), "/tmp/referral-courier-%d.keys", (int)getpid());
    unlink(path);
    assert_true(keyring_create(path, why, sizeof(why)));
    st->personal = keyring_load(path, why, sizeof(why));
    unlink(path);
    *agency = (struct peer){.kind = PEER_AGENCY, .id = STR("court-3205"), .name = STR("苏州市中级人民法院")};
    st->peers = (struct peers){.items = agency, .n = 1};
    st->rules.policies.modes[MODE_COURT_PRE_FILING] = (struct mode_policy){.present = true, .roll = true};
    st->snapshot = (struct snapshot){.rules = &st->rules, .peers = &st->peers};
    st->referral = id_new(NOW, 3205);
    refs[0] = STR("s-1");
    refs[1] = STR("s-2");
    sealed[0] = seal(st->personal, a, STR("\x12\x03s-1"), bind_supplement(bound, st->referral, refs[0]));
    sealed[1] =
        seal(st->personal, a, STR("\x12\x03s-2"), bind_supplement(bound, st->referral, STR("another")));
    st->delivery = (struct delivery){
        .assignment = id_new(NOW, 3205),
        .referral = st->referral,
        .term = 2,
        .agency = STR("court-3205"),
        .organisation = STR("labour-3205"),
        .category = STR("from-the-row"),
        .sealed = seal(st->personal, a, STR("the referral"), bind_referral(bound, st->referral)),
        .record = record_encode(a, &record),
        .respond_by_ms = NOW + 1000,
        .finish_count = 10,
        .finish_unit = DURATION_DAYS,
        .mode = MODE_COURT_PRE_FILING,
        .supplements = {refs, sealed, 2},
    };
    return 0;
}

static int stage_down(void **state)
{
    struct stage *st = *state;
    keyring_free(st->personal);
    arena_free(st->arena);
    free(st);
    return 0;
}

static struct assignment_message made(struct stage *st)
{
    struct server_message m;
    struct str frame = courier_frame(st->arena, st->personal, &st->snapshot, &st->delivery, NOW);
    assert_non_null(frame.p);
    assert_true(client_decode(st->arena, frame, &m));
    assert_int_equal(m.kind, SERVER_ASSIGNMENT);
    return m.assignment;
}

static void all_that_the_receiver_needs(void **state)
{
    struct stage *st = *state;
    struct assignment_message m = made(st);
    assert_true(id_eq(m.assignment, st->delivery.assignment));
    assert_true(id_eq(m.referral, st->referral));
    assert_int_equal(m.term, 2);
    assert_true(str_eqz(m.organisation_id, "labour-3205"));
    assert_true(str_eqz(m.agency_name, "苏州市中级人民法院"));
    assert_true(str_eqz(m.referral_bytes, "the referral"));
    assert_true(str_eqz(m.category, "labour"));
    assert_int_equal(m.n_tags, 1);
    assert_true(str_eqz(m.tags[0], "platform-worker"));
    assert_int_equal(m.respond_by_ms, NOW + 1000);
    /* 2026-05-30 is a Saturday: the last day rolls to Monday, the first of June. */
    assert_int_equal(calendar_day_of_ms(m.finish_by_ms), calendar_day_of_ms(NOW) + 12);
    /* A supplement that was sealed for another row is not one of this referral. */
    assert_int_equal(m.n_supplements, 1);
    struct client_supplement opened;
    assert_true(client_supplement_decode(st->arena, m.supplements[0], &opened));
    assert_true(str_eqz(opened.supplement_ref, "s-1"));
}

static void limits_follow_the_mode(void **state)
{
    struct stage *st = *state;
    st->rules.policies.modes[MODE_COURT_PRE_FILING].roll = false;
    assert_int_equal(calendar_day_of_ms(made(st).finish_by_ms), calendar_day_of_ms(NOW) + 10);
    st->delivery.finish_count = 0;
    assert_int_equal(made(st).finish_by_ms, 0);
    st->delivery.mode = 4711;
    st->delivery.finish_count = 10;
    assert_int_equal(calendar_day_of_ms(made(st).finish_by_ms), calendar_day_of_ms(NOW) + 10);
}

static void unknown_agency_and_record(void **state)
{
    struct stage *st = *state;
    st->delivery.agency = STR("court-9999");
    st->delivery.record = STR("\xff\xff");
    struct assignment_message m = made(st);
    assert_true(str_eqz(m.agency_name, "court-9999"));
    assert_true(str_eqz(m.category, "from-the-row"));
    assert_int_equal(m.n_tags, 0);
}

static void unreadable_is_not_sent(void **state)
{
    struct stage *st = *state;
    char bound[BIND_SIZE];
    struct str good = st->delivery.sealed;
    /* Bound to another row; damaged; erased. */
    st->delivery.sealed =
        seal(st->personal, st->arena, STR("x"), bind_referral(bound, st->delivery.assignment));
    assert_null(courier_frame(st->arena, st->personal, &st->snapshot, &st->delivery, NOW).p);
    st->delivery.sealed = (struct str){good.p, good.n - 1};
    assert_null(courier_frame(st->arena, st->personal, &st->snapshot, &st->delivery, NOW).p);
    st->delivery.sealed = (struct str){0};
    assert_null(courier_frame(st->arena, st->personal, &st->snapshot, &st->delivery, NOW).p);
}

static void seals_are_bound_to_their_rows(void **state)
{
    char out[BIND_LONG_SIZE], text[ID_TEXT_SIZE], expected[BIND_LONG_SIZE], name[300];
    struct id id = id_new(NOW, 3205);
    (void)state;
    snprintf(expected, sizeof(expected), "referral:%s", id_text(id, text));
    assert_true(str_eqz(bind_referral(out, id), expected));
    snprintf(expected, sizeof(expected), "quarantine:%s", text);
    assert_true(str_eqz(bind_quarantine(out, id), expected));
    snprintf(expected, sizeof(expected), "supplement:%s:b-1", text);
    assert_true(str_eqz(bind_supplement(out, id, STR("b-1")), expected));
    assert_true(str_eqz(bind_note(out, 3205, STR("court-320505"), 42), "note:3205:court-320505:42"));
    memset(name, 'x', sizeof(name));
    assert_int_equal(bind_note(out, 3205, (struct str){name, sizeof(name)}, 1).n, BIND_LONG_SIZE - 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, stage_up, stage_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(all_that_the_receiver_needs), T(limits_follow_the_mode),        T(unknown_agency_and_record),
        T(unreadable_is_not_sent),      T(seals_are_bound_to_their_rows),
    };
    return cmocka_run_group_tests_name("role/courier", tests, NULL, NULL);
}
