/*
 * test_request.c - every kind of ClientMessage: whole, faulty, on the wrong side
 */
#include "wire/world.h"

#include "wire/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>

#include "referral/v1/envelope.pb-c.h"

#define RID STR("r-1")

static int32_t today;
static struct id some_id;
static char long_text[LIMIT_SUMMARY + 2];

struct got {
    bool ok;
    struct request r;
    struct faults faults;
};

static struct got decode_for(struct arena *a, enum side side, struct str frame)
{
    struct got g = {.faults = {.arena = a}};
    g.ok = request_decode(a, frame, side, today, &g.r, &g.faults);
    return g;
}

static bool only(const struct got *g, enum fault_code code, const char *path)
{
    bool right = !g->ok && g->faults.n == 1 && g->faults.items[0].code == code &&
                 str_eqz(g->faults.items[0].field, path);
    for (size_t i = 0; !right && i < g->faults.n; i++)
        print_error("  %s at '" STR_FMT "', wanted %s at '%s'\n", fault_word(g->faults.items[i].code),
                    STR_ARG(g->faults.items[i].field), fault_word(code), path);
    return right;
}

static struct str text_of(size_t n)
{
    return (struct str){long_text, n};
}

static void reads_submit(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct str items[LIMIT_SUBMIT_ITEMS + 1];
    for (int i = 0; i <= LIMIT_SUBMIT_ITEMS; i++)
        items[i] = STR("\xff\0x");
    struct got g = decode_for(a, SIDE_AGENCY, client_submit(a, RID, items, LIMIT_SUBMIT_ITEMS));
    assert_true(g.ok && g.r.kind == REQUEST_SUBMIT && str_eq(g.r.request_id, RID));
    assert_int_equal(g.r.submit.n, LIMIT_SUBMIT_ITEMS);
    assert_true(str_eq(g.r.submit.referrals[63], items[63]));
    g = decode_for(a, SIDE_AGENCY, client_submit(a, RID, items, LIMIT_SUBMIT_ITEMS + 1));
    assert_true(only(&g, FAULT_BATCH_TOO_LARGE, "referrals"));
    g = decode_for(a, SIDE_AGENCY, client_submit(a, RID, items, 0));
    assert_true(only(&g, FAULT_BATCH_EMPTY, "referrals") && str_eq(g.r.request_id, RID));
    g = decode_for(a, SIDE_ORGANISATION, client_submit(a, RID, items, 1));
    assert_true(only(&g, FAULT_NOT_PERMITTED, ""));
    arena_free(a);
}

static void reads_supplement(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct client_attachment t[LIMIT_ATTACHMENTS + 1];
    for (int i = 0; i <= LIMIT_ATTACHMENTS; i++)
        t[i] = (struct client_attachment){STR("证据"), STR("urn:uuid:1"), text_of(32)};
    struct client_supplement s = {STR("ref"), STR("s1"), STR("补充\n说明"), t, 2}, again;
    struct got g = decode_for(a, SIDE_AGENCY, client_supplement(a, RID, &s));
    assert_true(g.ok && g.r.kind == REQUEST_SUPPLEMENT);
    assert_true(str_eq(g.r.supplement.agency_ref, s.agency_ref));
    assert_true(str_eq(g.r.supplement.supplement_ref, s.supplement_ref));
    assert_true(digest_eq(g.r.supplement.digest, digest_of(g.r.supplement.bytes.p, g.r.supplement.bytes.n)));
    assert_true(client_supplement_decode(a, g.r.supplement.bytes, &again));
    assert_true(str_eq(again.summary, s.summary) && again.n_attachments == 2);
    assert_true(str_eq(again.attachments[1].uri, t[1].uri));
    t[1].name = STR("caf\xe9");
    g = decode_for(a, SIDE_AGENCY, client_supplement(a, RID, &s));
    assert_true(only(&g, FAULT_BAD_UTF8, "attachments[1].name"));
    t[1] = (struct client_attachment){STR("x"), STR("ftp://a"), text_of(32)};
    g = decode_for(a, SIDE_AGENCY, client_supplement(a, RID, &s));
    assert_true(only(&g, FAULT_URI_INVALID, "attachments[1].uri"));
    t[1] = t[0];
    s.n_attachments = LIMIT_ATTACHMENTS + 1;
    g = decode_for(a, SIDE_AGENCY, client_supplement(a, RID, &s));
    assert_true(only(&g, FAULT_TOO_MANY_ITEMS, "attachments"));
    s = (struct client_supplement){STR("ref"), STR("s1"), STR(""), NULL, 0};
    g = decode_for(a, SIDE_AGENCY, client_supplement(a, RID, &s));
    assert_true(only(&g, FAULT_FIELD_MISSING, "summary"));
    arena_free(a);
}

static void reads_the_other_agency_messages(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct got g = decode_for(a, SIDE_AGENCY, client_withdraw(a, RID, STR("ref"), STR("双方已和解")));
    assert_true(g.ok && g.r.kind == REQUEST_WITHDRAW && str_eqz(g.r.withdraw.reason, "双方已和解"));
    g = decode_for(a, SIDE_AGENCY, client_proceed(a, RID, STR("ref"), STR("")));
    assert_true(g.ok && g.r.kind == REQUEST_PROCEED && str_eqz(g.r.proceed.agency_ref, "ref"));
    g = decode_for(a, SIDE_ORGANISATION, client_proceed(a, RID, STR("ref"), STR("")));
    assert_false(g.ok);
    g = decode_for(a, SIDE_AGENCY, client_withdraw(a, RID, STR("ref"), STR(" ")));
    assert_true(only(&g, FAULT_FIELD_MISSING, "reason"));
    g = decode_for(a, SIDE_AGENCY, client_query(a, RID, STR("ref")));
    assert_true(g.ok && g.r.kind == REQUEST_QUERY && str_eqz(g.r.query.agency_ref, "ref"));
    g = decode_for(a, SIDE_AGENCY, client_query(a, RID, text_of(LIMIT_AGENCY_REF + 1)));
    assert_true(only(&g, FAULT_FIELD_TOO_LONG, "agency_ref"));
    g = decode_for(a, SIDE_AGENCY, client_follow(a, RID, 7, false, 0));
    assert_true(g.ok && g.r.follow.after_seq == 7 && g.r.follow.credit == 100);
    g = decode_for(a, SIDE_AGENCY, client_follow(a, RID, 0, true, LIMIT_CREDIT));
    assert_true(g.ok && g.r.follow.from_stored_cursor && g.r.follow.credit == LIMIT_CREDIT);
    g = decode_for(a, SIDE_AGENCY, client_follow(a, RID, 0, true, LIMIT_CREDIT + 1));
    assert_true(only(&g, FAULT_AMOUNT_OUT_OF_RANGE, "credit"));
    g = decode_for(a, SIDE_AGENCY, client_ack(a, RID, UINT64_MAX));
    assert_true(g.ok && g.r.kind == REQUEST_ACK && g.r.ack.seq == UINT64_MAX);
    g = decode_for(a, SIDE_AGENCY, client_ping(a, RID));
    assert_true(g.ok && g.r.kind == REQUEST_PING);
    arena_free(a);
}

static void reads_hello(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    const struct str organisations[] = {STR("o-1"), STR(""), STR("o-3")};
    struct got g = decode_for(a, SIDE_ORGANISATION, client_hello(a, RID, organisations, 1, 1));
    assert_true(g.ok && g.r.hello.n == 1 && g.r.hello.credit == 1);
    assert_true(str_eqz(g.r.hello.organisations[0], "o-1"));
    assert_true(decode_for(a, SIDE_ORGANISATION, client_hello(a, RID, NULL, 0, 5)).ok);
    g = decode_for(a, SIDE_ORGANISATION, client_hello(a, RID, organisations, 3, 1));
    assert_true(only(&g, FAULT_FIELD_MISSING, "organisations[1]"));
    g = decode_for(a, SIDE_ORGANISATION, client_hello(a, RID, NULL, 0, 0));
    assert_true(only(&g, FAULT_AMOUNT_OUT_OF_RANGE, "credit"));
    g = decode_for(a, SIDE_AGENCY, client_hello(a, RID, NULL, 0, 1));
    assert_true(only(&g, FAULT_NOT_PERMITTED, ""));
    struct str *many = ARENA_ARRAY(a, LIMIT_HELLO_ORGANISATIONS + 1, struct str);
    for (int i = 0; i <= LIMIT_HELLO_ORGANISATIONS; i++)
        many[i] = organisations[0];
    assert_true(
        decode_for(a, SIDE_ORGANISATION, client_hello(a, RID, many, LIMIT_HELLO_ORGANISATIONS, 1)).ok);
    g = decode_for(a, SIDE_ORGANISATION, client_hello(a, RID, many, LIMIT_HELLO_ORGANISATIONS + 1, 1));
    assert_true(only(&g, FAULT_BATCH_TOO_LARGE, "organisations"));
    arena_free(a);
}

typedef struct str answer_encoder(struct arena *, struct str, const struct client_answer *);

/* One answer: how it is encoded, and the fault it should meet; code 0: none. */
struct answer_case {
    answer_encoder *encode;
    struct client_answer m;
    int code;
    const char *path;
};

static void reads_answers(void **state)
{
    (void)state;
    const struct id id = some_id, none = {{0}};
    const struct str fact = STR("双方确认工资差额"), blank = STR(" ");
    struct str facts[LIMIT_FACTS + 1];
    for (int i = 0; i <= LIMIT_FACTS; i++)
        facts[i] = fact;
    const struct answer_case cases[] = {
        {client_accept, {.assignment = id, .term = 3}, 0, ""},
        {client_accept, {.assignment = none}, FAULT_FIELD_MISSING, "assignment_id"},
        {client_decline, {.assignment = id, .decline = DECLINE_NO_MEDIATOR}, 0, ""},
        {client_decline, {.assignment = id}, FAULT_UNKNOWN_ENUM, "reason"},
        {client_decline, {.assignment = id, .decline = DECLINE_OTHER}, FAULT_REASON_MISSING, "text"},
        {client_decline,
         {.assignment = id, .decline = DECLINE_OTHER, .text = text_of(LIMIT_SHORT_TEXT + 1)},
         FAULT_FIELD_TOO_LONG,
         "text"},
        {client_progress, {.assignment = id, .progress = PROGRESS_CONTACTED}, 0, ""},
        {client_progress, {.assignment = id, .progress = (enum progress_kind)9}, FAULT_UNKNOWN_ENUM, "kind"},
        {client_progress,
         {.assignment = id, .progress = PROGRESS_SUSPENDED, .suspension = SUSPENSION_OTHER, .text = blank},
         FAULT_REASON_MISSING,
         "text"},
        {client_progress, {.assignment = id, .progress = PROGRESS_SUSPENDED}, FAULT_REASON_MISSING, "suspension"},
        {client_progress, {.assignment = id, .progress = PROGRESS_SUSPENDED, .suspension = SUSPENSION_APPRAISAL}, 0, ""},
        {client_progress,
         {.assignment = id, .progress = PROGRESS_SUSPENDED, .suspension = (enum suspension_reason)7},
         FAULT_UNKNOWN_ENUM,
         "suspension"},
        {client_progress, {.assignment = id, .progress = PROGRESS_MEDIATOR_NAMED}, FAULT_FIELD_MISSING, "mediator"},
        {client_progress, {.assignment = id, .progress = PROGRESS_MEDIATOR_NAMED, .mediator = STR("320505-T017")}, 0, ""},
        {client_progress,
         {.assignment = id, .progress = PROGRESS_MEDIATOR_RECUSED, .mediator = STR("王某")},
         FAULT_MEDIATOR_INVALID,
         "mediator"},
        {client_progress,
         {.assignment = id, .progress = PROGRESS_MEDIATOR_NAMED, .mediator = STR("0123456789-0123456789-0123456789-")},
         FAULT_FIELD_TOO_LONG,
         "mediator"},
        {client_progress, {.assignment = id, .progress = PROGRESS_SHAM_SUSPECTED, .text = blank}, FAULT_REASON_MISSING, "text"},
        {client_progress, {.assignment = id, .progress = PROGRESS_EXTENDED, .on = STR("2026-07-01")}, 0, ""},
        {client_progress, {.assignment = id, .progress = PROGRESS_EXTENDED}, FAULT_FIELD_MISSING, "until"},
        {client_progress,
         {.assignment = id, .progress = PROGRESS_EXTENDED, .on = STR("2026-05-19")},
         FAULT_DATE_TOO_FAR,
         "until"},
        {client_conclude, {.assignment = id, .conclusion = CONCLUSION_UNWILLING}, 0, ""},
        {client_conclude, {.assignment = id}, FAULT_UNKNOWN_ENUM, "conclusion"},
        {client_conclude, {.assignment = id, .conclusion = CONCLUSION_OTHER}, FAULT_REASON_MISSING, "text"},
        {client_conclude,
         {.assignment = id, .conclusion = CONCLUSION_AGREED},
         FAULT_OUTCOME_INCOMPLETE,
         "agreement_kind"},
        {client_conclude,
         {.assignment = id, .conclusion = CONCLUSION_AGREED, .agreement_kind = (enum agreement_kind)7},
         FAULT_UNKNOWN_ENUM,
         "agreement_kind"},
        {client_conclude,
         {.assignment = id,
          .conclusion = CONCLUSION_AGREED,
          .agreement_kind = AGREEMENT_WRITTEN,
          .agreement_minor = 1},
         FAULT_OUTCOME_INCOMPLETE,
         "currency"},
        {client_conclude,
         {.assignment = id,
          .conclusion = CONCLUSION_AGREED,
          .agreement_kind = AGREEMENT_WRITTEN,
          .agreement_minor = -1,
          .currency = STR("CNY")},
         FAULT_AMOUNT_OUT_OF_RANGE,
         "agreement_minor"},
        {client_conclude,
         {.assignment = id,
          .conclusion = CONCLUSION_AGREED,
          .agreement_kind = AGREEMENT_WRITTEN,
          .agreement_minor = 1,
          .currency = STR("XYZ")},
         FAULT_CURRENCY_UNKNOWN,
         "currency"},
        {client_conclude,
         {.assignment = id, .conclusion = CONCLUSION_UNWILLING, .facts = facts, .n_facts = 51},
         FAULT_TOO_MANY_ITEMS,
         "undisputed_facts"},
        {client_conclude,
         {.assignment = id, .conclusion = CONCLUSION_UNWILLING, .facts = &blank, .n_facts = 1},
         FAULT_FIELD_MISSING,
         "undisputed_facts[0]"},
        {client_conclude,
         {.assignment = id, .conclusion = CONCLUSION_UNWILLING, .cost_conduct = text_of(2001)},
         FAULT_FIELD_TOO_LONG,
         "cost_conduct"},
        {client_follow_up,
         {.assignment = id, .follow_up = FOLLOW_UP_PERFORMED, .on = STR("2026-05-20")},
         0,
         ""},
        {client_follow_up, {.assignment = id, .follow_up = FOLLOW_UP_PERFORMED}, FAULT_FIELD_MISSING, "on"},
        {client_follow_up,
         {.assignment = id, .follow_up = FOLLOW_UP_PERFORMED, .on = STR("2026-05-21")},
         FAULT_DATE_IN_FUTURE,
         "on"},
        {client_follow_up, {.assignment = id, .on = STR("2026-05-20")}, FAULT_UNKNOWN_ENUM, "kind"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct arena *a = arena_new(0);
        struct got g = decode_for(a, SIDE_ORGANISATION, cases[i].encode(a, RID, &cases[i].m));
        bool right = cases[i].code ? only(&g, (enum fault_code)cases[i].code, cases[i].path) : g.ok;
        if (!right)
            print_error("case %zu\n", i);
        assert_true(right);
        arena_free(a);
    }
}

static void keeps_what_an_answer_says(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    const struct str facts[] = {STR("事实一"), STR("事实二")};
    const struct client_answer m = {.assignment = some_id,
                                    .term = 2,
                                    .conclusion = CONCLUSION_AGREED,
                                    .agreement_kind = AGREEMENT_COURT_DOCUMENT,
                                    .agreement_minor = 100,
                                    .currency = STR("CNY"),
                                    .text = STR("当场履行"),
                                    .facts = facts,
                                    .n_facts = 2,
                                    .cost_conduct = STR("无")};
    struct got g = decode_for(a, SIDE_ORGANISATION, client_conclude(a, RID, &m));
    const struct request_answer *r = &g.r.answer;
    assert_true(g.ok && g.r.kind == REQUEST_CONCLUDE && id_eq(r->assignment, some_id) && r->term == 2);
    assert_int_equal(r->conclusion, CONCLUSION_AGREED);
    assert_int_equal(r->agreement_kind, AGREEMENT_COURT_DOCUMENT);
    assert_true(r->agreement_minor == 100 && str_eqz(r->currency, "CNY") && str_eqz(r->text, "当场履行"));
    assert_true(r->n_facts == 3 && str_eq(r->facts[1], facts[1]) && str_eqz(r->facts[2], "cost_conduct: 无"));
    const struct client_answer extended = {
        .assignment = some_id, .progress = PROGRESS_EXTENDED, .on = STR("2026-06-30")};
    g = decode_for(a, SIDE_ORGANISATION, client_progress(a, RID, &extended));
    char day[16];
    assert_string_equal(calendar_day_text(g.r.answer.on, day), "2026-06-30");
    arena_free(a);
}

static struct digest digest_of_answer(struct arena *a, struct str frame)
{
    struct got g = decode_for(a, SIDE_ORGANISATION, frame);
    assert_true(g.ok);
    return g.r.answer.digest;
}

static void tells_a_repeat(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    const struct client_answer one = {.assignment = some_id, .term = 1},
                               newer = {.assignment = some_id, .term = 2};
    struct client_answer said = {.assignment = some_id, .term = 1, .progress = PROGRESS_CONTACTED};
    struct digest accept = digest_of_answer(a, client_accept(a, RID, &one));
    assert_true(digest_eq(accept, digest_of_answer(a, client_accept(a, STR("r-2"), &one))));
    assert_true(digest_eq(accept, digest_of_answer(a, client_accept(a, RID, &newer))));
    struct digest contacted = digest_of_answer(a, client_progress(a, RID, &said));
    assert_false(digest_eq(accept, contacted));
    said.text = STR("again");
    assert_false(digest_eq(contacted, digest_of_answer(a, client_progress(a, RID, &said))));
    arena_free(a);
}

static struct str raw(struct arena *a, uint32_t version, const char *request_id, bool body)
{
    Referral__V1__ClientMessage m = REFERRAL__V1__CLIENT_MESSAGE__INIT;
    Referral__V1__Ping ping = REFERRAL__V1__PING__INIT;
    m.version = version;
    m.request_id = (char *)(uintptr_t)request_id;
    if (body) {
        m.body_case = REFERRAL__V1__CLIENT_MESSAGE__BODY_PING;
        m.ping = &ping;
    }
    return wire_pack(a, &m);
}

static void checks_the_envelope(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct got g = decode_for(a, SIDE_AGENCY, raw(a, 1, "x", false));
    assert_true(only(&g, FAULT_BODY_MISSING, "") && str_eqz(g.r.request_id, "x"));
    g = decode_for(a, SIDE_AGENCY, raw(a, 2, "x", true));
    assert_true(only(&g, FAULT_VERSION_UNSUPPORTED, "version"));
    g = decode_for(a, SIDE_AGENCY, raw(a, 0, "x", true));
    assert_true(only(&g, FAULT_VERSION_UNSUPPORTED, "version"));
    static const char *const bad_ids[] = {
        "", "a\tb", "\xe4\xb8\xad", "\xff",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    for (size_t i = 0; i < sizeof(bad_ids) / sizeof(bad_ids[0]); i++) {
        g = decode_for(a, SIDE_AGENCY, raw(a, 1, bad_ids[i], true));
        assert_true(only(&g, FAULT_REQUEST_ID_INVALID, "request_id") && str_empty(g.r.request_id));
    }
    g = decode_for(a, SIDE_AGENCY,
                   STR("\x08\x01\x12\x03"
                       "abc"
                       "\xff"));
    assert_true(only(&g, FAULT_MALFORMED, "") && str_eqz(g.r.request_id, "abc"));
    g = decode_for(a, SIDE_AGENCY, STR("\xff"));
    assert_true(only(&g, FAULT_MALFORMED, ""));
    g = decode_for(a, SIDE_AGENCY, STR(""));
    assert_int_equal(g.faults.n, 2); /* no request id, no version */
    char *big = arena_alloc(a, LIMIT_FRAME + 1);
    memcpy(big, "\x12\x01q", 3);
    g = decode_for(a, SIDE_AGENCY, (struct str){big, LIMIT_FRAME + 1});
    assert_true(only(&g, FAULT_OVERSIZE, "") && str_eqz(g.r.request_id, "q"));
    /* field 99, as a later version may bring it */
    g = decode_for(a, SIDE_AGENCY, STR("\x08\x01\x12\x01q\xf2\x01\x00\x98\x06\x05"));
    assert_true(g.ok && g.r.kind == REQUEST_PING);
    arena_free(a);
}

static void never_whole_without_memory(void **state)
{
    (void)state;
    struct arena *big = arena_new(0);
    struct client_attachment t = {STR("证据"), STR("urn:uuid:1"), text_of(32)};
    const struct client_supplement s = {STR("ref"), STR("s1"), STR("补充说明"), &t, 1};
    struct str frame = client_supplement(big, RID, &s);
    for (size_t budget = 1; budget < 4000; budget += 29) {
        struct arena *a = arena_new(budget);
        struct got g = decode_for(a, SIDE_AGENCY, frame);
        assert_true(g.ok == !arena_overflowed(a));
        arena_free(a);
    }
    arena_free(big);
}

int main(void)
{
    memset(long_text, 'a', sizeof(long_text));
    some_id = id_new(INT64_C(1779000000000), 3205);
    if (!calendar_parse_day(STR(TODAY), &today))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_submit),
        cmocka_unit_test(reads_supplement),
        cmocka_unit_test(reads_the_other_agency_messages),
        cmocka_unit_test(reads_hello),
        cmocka_unit_test(reads_answers),
        cmocka_unit_test(keeps_what_an_answer_says),
        cmocka_unit_test(tells_a_repeat),
        cmocka_unit_test(checks_the_envelope),
        cmocka_unit_test(never_whole_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
