/*
 * test_referral.c - every check of a referral: its code, its path, all at once
 */
#include "wire/world.h"

#include "base/fold.h"
#include "core/identity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>

static struct world world;

struct got {
    enum referral_verdict verdict;
    struct referral r;
    struct str agency_ref;
    struct faults faults;
};

static struct got decode_for(struct arena *a, const struct peer *sender, struct str bytes)
{
    struct got g = {.faults = {.arena = a}};
    g.verdict = referral_decode(a, &world.rules, sender, world.now_ms, bytes, &g.r, &g.agency_ref, &g.faults);
    return g;
}

static bool has(const struct faults *f, enum fault_code code, const char *path)
{
    for (size_t i = 0; i < f->n; i++) {
        if (f->items[i].code == code && str_eqz(f->items[i].field, path))
            return true;
    }
    return false;
}

static void print_faults(const struct faults *f)
{
    for (size_t i = 0; i < f->n; i++)
        print_error("  %s at '" STR_FMT "'\n", fault_word(f->items[i].code), STR_ARG(f->items[i].field));
}

static void is_whole(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct sample s;
    sample_init(&s);
    struct got g = decode_for(a, &world.court, client_referral_encode(a, &s.r));
    print_faults(&g.faults);
    assert_int_equal(g.verdict, REFERRAL_OK);
    assert_true(str_eq(g.agency_ref, s.r.agency_ref) && str_eq(g.r.agency_ref, s.r.agency_ref));
    assert_true(str_eqz(g.r.agency, "suzhou-court"));
    assert_int_equal(g.r.channel, CHANNEL_COURT);
    assert_int_equal(g.r.mode, MODE_COURT_PRE_FILING);
    assert_int_equal(g.r.place, region_find(&world.rules.regions, s.r.place_code));
    assert_int_equal(g.r.category, category_find(&world.rules.categories, STR("labour")));
    assert_true(g.r.has_claim && g.r.claim_minor == 1234500 && !strcmp(g.r.currency, "CNY"));
    assert_int_equal(g.r.n_parties, 2);
    assert_int_equal(g.r.parties[1].kind, PARTY_ENTERPRISE);
    assert_false(g.r.parties[0].minor);
    assert_int_equal(g.r.n_tags, 2);
    assert_true(str_eqz(g.r.tags[0], "platform-worker"));
    assert_int_equal(g.r.risk, RISK_GROUP | RISK_SELF_HARM);
    assert_int_equal(g.r.arrived_ms, world.now_ms);
    struct str summary = fold(a, s.r.summary), source = fold(a, s.r.source_category);
    assert_int_equal(g.r.folded.n, summary.n + 1 + source.n);
    assert_int_equal(g.r.folded.p[summary.n], '\n');
    char day[16];
    assert_string_equal(calendar_day_text(g.r.reply_by, day), "2026-06-20");
    arena_free(a);
}

static void is_whole_with_the_least(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    const struct client_party party = {.role = PARTY_APPLICANT, .kind = PARTY_PERSON, .name = STR("王某")};
    const struct client_referral r = {.channel = CHANNEL_COURT,
                                      .mode = MODE_COURT_PRE_FILING,
                                      .agency_ref = STR("1"),
                                      .place_code = STR("320500"),
                                      .summary = STR("邻里纠纷"),
                                      .parties = &party,
                                      .n_parties = 1};
    struct got g = decode_for(a, &world.court, client_referral_encode(a, &r));
    print_faults(&g.faults);
    assert_int_equal(g.verdict, REFERRAL_OK);
    assert_int_equal(g.r.category, -1);
    assert_false(g.r.has_claim);
    assert_int_equal(g.r.place, region_find(&world.rules.regions, STR("3205")));
    assert_true(str_eq(g.r.folded, fold(a, r.summary)));
    arena_free(a);
}

static char long_text[LIMIT_SUMMARY + 2];

static struct str text_of(size_t n)
{
    return (struct str){long_text, n};
}

/* Each changes one thing in a good referral. */
#define CHANGE(name, ...)                                                                                    \
    static void name(struct sample *s)                                                                       \
    {                                                                                                        \
        __VA_ARGS__;                                                                                         \
    }
CHANGE(no_channel, s->r.channel = 0)
CHANGE(odd_channel, s->r.channel = (enum channel)99)
CHANGE(other_channel, (s->r.channel = CHANNEL_POLICE, s->r.mode = MODE_POLICE_CIVIL))
CHANGE(no_mode, s->r.mode = 0)
CHANGE(odd_mode, s->r.mode = (enum mode)5)
CHANGE(other_mode, s->r.mode = MODE_POLICE_CIVIL)
CHANGE(no_ref, s->r.agency_ref = STR(""))
CHANGE(blank_ref, s->r.agency_ref = STR("  \xe3\x80\x80"))
CHANGE(long_ref, s->r.agency_ref = text_of(LIMIT_AGENCY_REF + 1))
CHANGE(line_in_ref, s->r.agency_ref = STR("a\nb"))
CHANGE(no_place, s->r.place_code = STR(""))
CHANGE(short_place, s->r.place_code = STR("3205"))
CHANGE(unknown_place, s->r.place_code = STR("320599"))
CHANGE(worded_place, s->r.place_code = STR("32050x"))
CHANGE(foreign_place, s->r.place_code = STR("320102"))
CHANGE(province_place, s->r.place_code = STR("320000"))
CHANGE(odd_category, s->r.category = STR("no-such"))
CHANGE(long_source, s->r.source_category = text_of(LIMIT_SOURCE_CATEGORY + 1))
CHANGE(no_summary, s->r.summary = STR(""))
CHANGE(long_summary, s->r.summary = text_of(LIMIT_SUMMARY + 1))
CHANGE(latin_summary, s->r.summary = STR("caf\xe9"))
CHANGE(bell_in_summary, s->r.summary = STR("a\ab"))
CHANGE(negative_claim, s->r.claim_minor = -1)
CHANGE(huge_claim, s->r.claim_minor = LIMIT_AMOUNT_MINOR + 1)
CHANGE(no_currency, s->r.currency = STR(""))
CHANGE(odd_currency, s->r.currency = STR("RMB"))
CHANGE(no_parties, s->r.n_parties = 0)
CHANGE(no_role, s->parties[1].role = 0)
CHANGE(odd_kind, s->parties[1].kind = (enum party_kind)6)
CHANGE(no_name, s->parties[0].name = STR(""))
CHANGE(long_name, s->parties[0].name = text_of(LIMIT_NAME + 1))
CHANGE(no_identity_kind, s->parties[0].identity_kind = 0)
CHANGE(odd_identity_kind, s->parties[0].identity_kind = (enum identity_kind)9)
CHANGE(wrong_resident, s->parties[0].identity_number = STR("110105194912310021"))
CHANGE(unborn_resident, s->parties[0].identity_number = STR("320505202612010007"))
CHANGE(wrong_credit_code, s->parties[1].identity_number = STR("91350100M000100Y44"))
CHANGE(odd_passport,
       (s->parties[0].identity_kind = IDENTITY_PASSPORT, s->parties[0].identity_number = STR("G-1")))
CHANGE(wordy_phone, s->parties[0].phone = STR("call 12345"))
CHANGE(short_phone, s->parties[0].phone = STR("1234"))
CHANGE(long_phone, s->parties[0].phone = STR("123456789012345678901"))
CHANGE(late_plus_phone, s->parties[0].phone = STR("12+345678"))
CHANGE(odd_address, s->parties[0].address_code = STR("11010"))
CHANGE(nameless_representative, s->parties[0].representative.name = STR(""))
CHANGE(representative_phone, s->parties[0].representative.phone = STR("x"))
CHANGE(upper_tag, s->tags[1] = STR("Injury"))
CHANGE(dash_tag, s->tags[1] = STR("a--b"))
CHANGE(end_dash_tag, s->tags[1] = STR("a-"))
CHANGE(empty_tag, s->tags[1] = STR(""))
CHANGE(long_tag, s->tags[1] = text_of(LIMIT_TAG + 1))
CHANGE(no_such_day, s->r.occurred_on = STR("2026-02-29"))
CHANGE(other_day_form, s->r.occurred_on = STR("2026/05/01"))
CHANGE(tomorrow, s->r.occurred_on = STR("2026-05-21"))
CHANGE(too_old, s->r.occurred_on = STR("1949-09-30"))
CHANGE(reply_past, s->r.reply_by = STR("2026-05-19"))
CHANGE(reply_far, s->r.reply_by = STR("2028-05-22"))
CHANGE(empty_link, s->links[0].agency_ref = STR(""))
CHANGE(long_link, s->links[0].agency_ref = text_of(LIMIT_AGENCY_REF + 1))
CHANGE(odd_link, s->links[0].referral_id = STR("12345"))
CHANGE(nameless_attachment, s->attachments[0].name = STR(""))
CHANGE(no_uri, s->attachments[0].uri = STR(""))
CHANGE(long_uri, s->attachments[0].uri = text_of(LIMIT_URI + 1))
CHANGE(http_uri, s->attachments[0].uri = STR("http://a.example/"))
CHANGE(hostless_uri, s->attachments[0].uri = STR("https:///x"))
CHANGE(spaced_uri, s->attachments[0].uri = STR("https://a.example/a b"))
CHANGE(no_digest, s->attachments[0].sha256 = STR(""))
CHANGE(hex_digest, s->attachments[0].sha256 = text_of(64))
CHANGE(long_offence, s->r.offence = text_of(LIMIT_OFFENCE + 1))

static const struct {
    void (*change)(struct sample *s);
    enum fault_code code;
    const char *path;
} cases[] = {
    {no_channel, FAULT_UNKNOWN_ENUM, "channel"},
    {odd_channel, FAULT_UNKNOWN_ENUM, "channel"},
    {other_channel, FAULT_CHANNEL_NOT_YOURS, "channel"},
    {no_mode, FAULT_UNKNOWN_ENUM, "mode"},
    {odd_mode, FAULT_UNKNOWN_ENUM, "mode"},
    {other_mode, FAULT_MODE_NOT_OF_CHANNEL, "mode"},
    {no_ref, FAULT_FIELD_MISSING, "agency_ref"},
    {blank_ref, FAULT_FIELD_MISSING, "agency_ref"},
    {long_ref, FAULT_FIELD_TOO_LONG, "agency_ref"},
    {line_in_ref, FAULT_CONTROL_IN_TEXT, "agency_ref"},
    {no_place, FAULT_FIELD_MISSING, "place_code"},
    {short_place, FAULT_REGION_UNKNOWN, "place_code"},
    {unknown_place, FAULT_REGION_UNKNOWN, "place_code"},
    {worded_place, FAULT_REGION_UNKNOWN, "place_code"},
    {foreign_place, FAULT_REGION_NOT_YOURS, "place_code"},
    {province_place, FAULT_REGION_NOT_YOURS, "place_code"},
    {odd_category, FAULT_CATEGORY_UNKNOWN, "category"},
    {long_source, FAULT_FIELD_TOO_LONG, "source_category"},
    {no_summary, FAULT_FIELD_MISSING, "summary"},
    {long_summary, FAULT_FIELD_TOO_LONG, "summary"},
    {latin_summary, FAULT_BAD_UTF8, "summary"},
    {bell_in_summary, FAULT_CONTROL_IN_TEXT, "summary"},
    {negative_claim, FAULT_AMOUNT_OUT_OF_RANGE, "claim.amount_minor"},
    {huge_claim, FAULT_AMOUNT_OUT_OF_RANGE, "claim.amount_minor"},
    {no_currency, FAULT_FIELD_MISSING, "claim.currency"},
    {odd_currency, FAULT_CURRENCY_UNKNOWN, "claim.currency"},
    {no_parties, FAULT_TOO_FEW_PARTIES, "parties"},
    {no_role, FAULT_UNKNOWN_ENUM, "parties[1].role"},
    {odd_kind, FAULT_UNKNOWN_ENUM, "parties[1].kind"},
    {no_name, FAULT_FIELD_MISSING, "parties[0].name"},
    {long_name, FAULT_FIELD_TOO_LONG, "parties[0].name"},
    {no_identity_kind, FAULT_FIELD_MISSING, "parties[0].identity_kind"},
    {odd_identity_kind, FAULT_UNKNOWN_ENUM, "parties[0].identity_kind"},
    {wrong_resident, FAULT_IDENTITY_INVALID, "parties[0].identity_number"},
    {unborn_resident, FAULT_IDENTITY_INVALID, "parties[0].identity_number"},
    {wrong_credit_code, FAULT_IDENTITY_INVALID, "parties[1].identity_number"},
    {odd_passport, FAULT_IDENTITY_INVALID, "parties[0].identity_number"},
    {wordy_phone, FAULT_PHONE_INVALID, "parties[0].phone"},
    {short_phone, FAULT_PHONE_INVALID, "parties[0].phone"},
    {long_phone, FAULT_PHONE_INVALID, "parties[0].phone"},
    {late_plus_phone, FAULT_PHONE_INVALID, "parties[0].phone"},
    {odd_address, FAULT_REGION_UNKNOWN, "parties[0].address_code"},
    {nameless_representative, FAULT_FIELD_MISSING, "parties[0].representative.name"},
    {representative_phone, FAULT_PHONE_INVALID, "parties[0].representative.phone"},
    {upper_tag, FAULT_TAG_INVALID, "tags[1]"},
    {dash_tag, FAULT_TAG_INVALID, "tags[1]"},
    {end_dash_tag, FAULT_TAG_INVALID, "tags[1]"},
    {empty_tag, FAULT_TAG_INVALID, "tags[1]"},
    {long_tag, FAULT_FIELD_TOO_LONG, "tags[1]"},
    {no_such_day, FAULT_DATE_INVALID, "occurred_on"},
    {other_day_form, FAULT_DATE_INVALID, "occurred_on"},
    {tomorrow, FAULT_DATE_IN_FUTURE, "occurred_on"},
    {too_old, FAULT_DATE_TOO_OLD, "occurred_on"},
    {reply_past, FAULT_DATE_TOO_FAR, "reply_by"},
    {reply_far, FAULT_DATE_TOO_FAR, "reply_by"},
    {empty_link, FAULT_FIELD_MISSING, "links[0]"},
    {long_link, FAULT_FIELD_TOO_LONG, "links[0].agency_ref"},
    {odd_link, FAULT_ID_INVALID, "links[0].referral_id"},
    {nameless_attachment, FAULT_FIELD_MISSING, "attachments[0].name"},
    {no_uri, FAULT_FIELD_MISSING, "attachments[0].uri"},
    {long_uri, FAULT_FIELD_TOO_LONG, "attachments[0].uri"},
    {http_uri, FAULT_URI_INVALID, "attachments[0].uri"},
    {hostless_uri, FAULT_URI_INVALID, "attachments[0].uri"},
    {spaced_uri, FAULT_URI_INVALID, "attachments[0].uri"},
    {no_digest, FAULT_FIELD_MISSING, "attachments[0].sha256"},
    {hex_digest, FAULT_DIGEST_INVALID, "attachments[0].sha256"},
    {long_offence, FAULT_FIELD_TOO_LONG, "offence"},
};

static void tells_each_fault_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct arena *a = arena_new(0);
        struct sample s;
        sample_init(&s);
        cases[i].change(&s);
        struct got g = decode_for(a, &world.court, client_referral_encode(a, &s.r));
        if (g.verdict != REFERRAL_FAULTY || g.faults.n != 1 ||
            !has(&g.faults, cases[i].code, cases[i].path)) {
            print_error("case %zu: wanted %s at %s, got\n", i, fault_word(cases[i].code), cases[i].path);
            print_faults(&g.faults);
            fail();
        }
        arena_free(a);
    }
}

static void tells_all_at_once(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct sample s;
    sample_init(&s);
    static void (*const changes[])(struct sample *) = {
        no_mode,  long_ref,   foreign_place, odd_category, latin_summary, odd_currency,
        no_role,  no_name,    upper_tag,     too_old,      reply_far,     empty_link,
        http_uri, hex_digest, odd_address,   wordy_phone,
    };
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
        changes[i](&s);
    struct got g = decode_for(a, &world.court, client_referral_encode(a, &s.r));
    assert_int_equal(g.verdict, REFERRAL_FAULTY);
    assert_int_equal(g.faults.n, sizeof(changes) / sizeof(changes[0]));
    assert_true(str_empty(g.agency_ref)); /* too long to be named */
    arena_free(a);
}

static void counts_what_it_leaves_out(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct client_party parties[LIMIT_PARTIES + 1] = {{.role = 0}};
    struct sample s;
    sample_init(&s);
    s.r.parties = parties;
    s.r.n_parties = LIMIT_PARTIES + 1;
    struct got g = decode_for(a, &world.court, client_referral_encode(a, &s.r));
    assert_int_equal(g.verdict, REFERRAL_FAULTY);
    assert_true(has(&g.faults, FAULT_TOO_MANY_PARTIES, "parties"));
    assert_int_equal(g.faults.n, LIMIT_FAULTS);
    assert_int_equal(g.faults.left_out, 1 + 3 * LIMIT_PARTIES - LIMIT_FAULTS);
    arena_free(a);
}

static void limits_lists(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct str tags[LIMIT_TAGS + 1];
    struct client_link links[LIMIT_LINKS + 1];
    struct client_attachment attachments[LIMIT_ATTACHMENTS + 1];
    struct sample s;
    sample_init(&s);
    for (int i = 0; i <= LIMIT_TAGS; i++)
        tags[i] = s.tags[0];
    for (int i = 0; i <= LIMIT_LINKS; i++)
        links[i] = s.links[0];
    for (int i = 0; i <= LIMIT_ATTACHMENTS; i++)
        attachments[i] = s.attachments[0];
    s.r.tags = tags;
    s.r.n_tags = LIMIT_TAGS + 1;
    s.r.links = links;
    s.r.n_links = LIMIT_LINKS + 1;
    s.r.attachments = attachments;
    s.r.n_attachments = LIMIT_ATTACHMENTS + 1;
    struct got g = decode_for(a, &world.court, client_referral_encode(a, &s.r));
    assert_int_equal(g.faults.n, 3);
    assert_true(has(&g.faults, FAULT_TOO_MANY_ITEMS, "tags"));
    assert_true(has(&g.faults, FAULT_TOO_MANY_ITEMS, "links"));
    assert_true(has(&g.faults, FAULT_TOO_MANY_ITEMS, "attachments"));
    arena_free(a);
}

static void the_procuratorate_says_when_and_what(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct sample s;
    sample_init(&s);
    s.r.channel = CHANNEL_PROCURATORATE;
    s.r.mode = MODE_PROCURATORATE_PROSECUTION_REVIEW;
    s.r.reply_by = STR("");
    s.parties[0].minor = true;
    struct got g = decode_for(a, &world.procuratorate, client_referral_encode(a, &s.r));
    assert_int_equal(g.faults.n, 3);
    assert_true(has(&g.faults, FAULT_FIELD_MISSING, "reply_by"));
    assert_true(has(&g.faults, FAULT_FIELD_MISSING, "offence"));
    assert_true(has(&g.faults, FAULT_FIELD_MISSING, "parties[0].representative"));
    s.r.reply_by = STR("2026-06-01");
    s.r.offence = STR("故意伤害罪");
    s.parties[0].representative.guardian = true;
    assert_int_equal(decode_for(a, &world.procuratorate, client_referral_encode(a, &s.r)).verdict,
                     REFERRAL_OK);
    s.r.mode = MODE_PROCURATORATE_CIVIL_SUPERVISION;
    s.r.offence = STR("");
    s.parties[0].representative.guardian = false;
    assert_int_equal(decode_for(a, &world.procuratorate, client_referral_encode(a, &s.r)).verdict,
                     REFERRAL_OK);
    arena_free(a);
}

static void derives_minors(void **state)
{
    (void)state;
    static const struct {
        const char *number;
        bool minor;
    } people[] = {
        {"320505200805200019", false}, /* eighteen today */
        {"320505200805210014", true},  /* tomorrow */
    };
    for (size_t i = 0; i < 2; i++) {
        struct arena *a = arena_new(0);
        struct sample s;
        sample_init(&s);
        s.parties[0].identity_number = str_from(people[i].number);
        struct got g = decode_for(a, &world.court, client_referral_encode(a, &s.r));
        print_faults(&g.faults);
        assert_int_equal(g.verdict, REFERRAL_OK);
        assert_int_equal(g.r.parties[0].minor, people[i].minor);
        arena_free(a);
    }
}

/* A body is known by its credit code, a person never by a number; an address by its place in the tree. */
static void tells_bodies_and_addresses(void **state)
{
    (void)state;
    static const struct {
        enum party_kind kind;
        enum identity_kind identity;
        const char *number, *address;
        const char *credit, *at;
    } rows[] = {
        {PARTY_ENTERPRISE, IDENTITY_CREDIT_CODE, "91350100M000100Y43", "320505001001", "91350100M000100Y43", "320505001001"},
        {PARTY_VILLAGE_BODY, IDENTITY_CREDIT_CODE, "91350100M000100Y43", "320505001", "91350100M000100Y43", "320505001"},
        {PARTY_VILLAGE_BODY, 0, "", "320500000000", "", "3205"},
        {PARTY_ENTERPRISE, IDENTITY_PASSPORT, "E12345678", "", "", NULL},
        {PARTY_PERSON, IDENTITY_CREDIT_CODE, "91350100M000100Y43", "110105", "", NULL},
        {PARTY_PERSON, IDENTITY_RESIDENT, "11010519491231002X", "320505", "", "320505"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct arena *a = arena_new(0);
        struct sample s;
        sample_init(&s);
        s.parties[1].kind = rows[i].kind;
        s.parties[1].identity_kind = rows[i].identity;
        s.parties[1].identity_number = str_from(rows[i].number);
        s.parties[1].address_code = str_from(rows[i].address);
        struct got g = decode_for(a, &world.court, client_referral_encode(a, &s.r));
        print_faults(&g.faults);
        assert_int_equal(g.verdict, REFERRAL_OK);
        assert_true(str_eqz(g.r.parties[1].credit_code, rows[i].credit));
        assert_int_equal(g.r.parties[1].address,
                         rows[i].at ? region_find(&world.rules.regions, str_from(rows[i].at)) : -1);
        assert_int_equal(g.r.earlier.organisation, -1); /* nobody is known before the keeper looked */
        arena_free(a);
    }
}

static void finds_categories_by_any_name(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct sample s;
    sample_init(&s);
    s.r.category = STR("骑手纠纷");
    struct got g = decode_for(a, &world.court, client_referral_encode(a, &s.r));
    assert_int_equal(g.r.category, category_find(&world.rules.categories, STR("platform-labour")));
    arena_free(a);
}

static void reopens(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct sample s;
    sample_init(&s);
    struct str bytes = client_referral_encode(a, &s.r);
    struct got g = decode_for(a, &world.court, bytes);
    struct referral again;
    assert_true(referral_reopen(a, &world.rules, g.r.agency, g.r.arrived_ms, bytes, &again));
    assert_int_equal(again.place, g.r.place);
    assert_int_equal(again.category, g.r.category);
    assert_int_equal(again.reply_by, g.r.reply_by);
    assert_true(str_eq(again.folded, g.r.folded));
    for (int i = 0; i < again.n_parties; i++) {
        const struct party_facts *x = &again.parties[i], *y = &g.r.parties[i];
        assert_true(x->role == y->role && x->kind == y->kind && x->foreign == y->foreign && x->minor == y->minor);
        assert_int_equal(x->address, y->address);
        assert_true(str_eq(x->credit_code, y->credit_code));
    }
    s.r.reply_by = STR("2025-01-01"); /* long past by now: only form is checked */
    assert_true(referral_reopen(a, &world.rules, g.r.agency, g.r.arrived_ms, client_referral_encode(a, &s.r),
                                &again));
    s.r.place_code = STR("320599");
    assert_false(referral_reopen(a, &world.rules, g.r.agency, g.r.arrived_ms, client_referral_encode(a, &s.r),
                                 &again));
    assert_false(referral_reopen(a, &world.rules, g.r.agency, 0, STR("\xff"), &again));
    arena_free(a);
}

static void never_ok_without_memory(void **state)
{
    (void)state;
    struct arena *big = arena_new(0);
    struct sample s;
    sample_init(&s);
    struct str bytes = client_referral_encode(big, &s.r);
    for (size_t budget = 1; budget < 8000; budget += 61) {
        struct arena *a = arena_new(budget);
        struct got g = decode_for(a, &world.court, bytes);
        assert_true(g.verdict == REFERRAL_OK ? !arena_overflowed(a) : arena_overflowed(a));
        arena_free(a);
    }
    arena_free(big);
}

static void knows_identity_numbers(void **state)
{
    (void)state;
    int32_t day = 0;
    char text[16];
    assert_true(identity_resident_valid(STR("11010519491231002X"), &day));
    assert_string_equal(calendar_day_text(day, text), "1949-12-31");
    assert_true(identity_resident_valid(STR("11010519491231002x"), NULL));
    assert_true(identity_resident_valid(STR("440524188001010014"), NULL));
    assert_false(identity_resident_valid(STR("440524188001010015"), NULL));
    assert_false(identity_resident_valid(STR("44052418800101001"), NULL));
    assert_false(identity_resident_valid(STR(""), NULL));
    assert_false(identity_resident_valid(STR("110105194902310026"), NULL)); /* no such day */
    assert_true(identity_credit_code_valid(STR("91350100M000100Y43")));
    assert_false(identity_credit_code_valid(STR("91350100M000100Y4I")));
    assert_false(identity_credit_code_valid(STR("91350100m000100y43")));
    assert_false(identity_credit_code_valid(STR("91350100M000100Y4\0")));
}

int main(void)
{
    memset(long_text, 'a', sizeof(long_text));
    world_open(&world);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_whole),
        cmocka_unit_test(is_whole_with_the_least),
        cmocka_unit_test(tells_each_fault_alone),
        cmocka_unit_test(tells_all_at_once),
        cmocka_unit_test(counts_what_it_leaves_out),
        cmocka_unit_test(limits_lists),
        cmocka_unit_test(the_procuratorate_says_when_and_what),
        cmocka_unit_test(derives_minors),
        cmocka_unit_test(tells_bodies_and_addresses),
        cmocka_unit_test(finds_categories_by_any_name),
        cmocka_unit_test(reopens),
        cmocka_unit_test(never_ok_without_memory),
        cmocka_unit_test(knows_identity_numbers),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    world_close(&world);
    return failed;
}
