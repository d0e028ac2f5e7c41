/*
 * test_jsonl.c - ctl/jsonl.h: every key of a line, and what is said about wrong ones
 */
#include "ctl/jsonl.h"

#include "base/check.h"
#include "core/calendar.h"

#include <stdlib.h>

struct line {
    struct arena *arena;
    bool good;
    struct client_referral r;
    char *told;
};

static struct line read_line(const char *text, const char *prefix)
{
    struct line l = {.arena = arena_new(0)};
    size_t size;
    struct jsonl x = {.arena = l.arena,
                      .err = open_memstream(&l.told, &size),
                      .file = "in.jsonl",
                      .line = 7,
                      .today = 20000, /* 2024-10-04 */
                      .ref_prefix = prefix};
    l.good = jsonl_read(&x, str_from(text), &l.r);
    fclose(x.err);
    return l;
}

static void drop(struct line *l)
{
    free(l->told);
    arena_free(l->arena);
}

static void wrong(const char *text, const char *told)
{
    struct line l = read_line(text, "X-");
    assert_false(l.good);
    if (strcmp(l.told, told) != 0)
        fail_msg("%s\nsays:    %swanted:  %s", text, l.told, told);
    drop(&l);
}

static const char full[] =
    "{\"agency\": \"court-320505\", \"channel\": \"court\", \"mode\": \"court-pre-filing\", \"agency_ref\": "
    "\"T-1\","
    " \"place\": \"320505101001\", \"category\": \"医疗损害责任纠纷\", \"source_category\": \"医患\","
    " \"summary\": \"概要\", \"claim\": 86000.5, \"currency\": \"CNY\", \"tags\": [\"elderly\", "
    "\"medical-care\"],"
    " \"risk\": [\"group\", \"violence\"], \"occurred_on\": \"2024-09-01\", \"reply_by\": \"2024-12-01\","
    " \"offence\": \"故意伤害罪\", \"links\": [{\"agency_ref\": \"T-0\"}, {\"referral_id\": \"abc\"}],"
    " \"attachments\": [{\"name\": \"起诉状.pdf\", \"uri\": \"https://example.org/1\","
    " \"sha256\": \"00000000000000000000000000000000000000000000000000000000000000ff\"}],"
    " \"parties\": [{\"role\": \"applicant\", \"kind\": \"person\", \"name\": \"甲\", \"identity_kind\": "
    "\"resident\","
    " \"identity_number\": \"990000199508060013\", \"phone\": \"13300000001\", \"address_code\": \"320505\","
    " \"foreign\": true, \"minor\": true, \"representative\": {\"name\": \"乙\", \"phone\": \"151\", "
    "\"guardian\": true}},"
    " {\"role\": \"respondent\", \"kind\": \"enterprise\", \"name\": \"某公司\", \"foreign\": false}]}";

static void every_key_arrives(void **state)
{
    (void)state;
    struct line l = read_line(full, NULL);
    assert_string_equal(l.told, "");
    assert_true(l.good);
    const struct client_referral *r = &l.r;
    assert_int_equal(r->channel, CHANNEL_COURT);
    assert_int_equal(r->mode, MODE_COURT_PRE_FILING);
    assert_str(r->agency_ref, "T-1");
    assert_str(r->place_code, "320505101001");
    assert_str(r->category, "医疗损害责任纠纷");
    assert_str(r->source_category, "医患");
    assert_str(r->summary, "概要");
    assert_true(r->has_claim);
    assert_int_equal(r->claim_minor, 8600050);
    assert_str(r->currency, "CNY");
    assert_int_equal(r->n_tags, 2);
    assert_str(r->tags[1], "medical-care");
    assert_int_equal(r->risk, RISK_GROUP | RISK_VIOLENCE);
    assert_str(r->occurred_on, "2024-09-01");
    assert_str(r->reply_by, "2024-12-01");
    assert_str(r->offence, "故意伤害罪");
    assert_int_equal(r->n_links, 2);
    assert_str(r->links[0].agency_ref, "T-0");
    assert_str(r->links[1].referral_id, "abc");
    assert_int_equal(r->n_attachments, 1);
    assert_str(r->attachments[0].name, "起诉状.pdf");
    assert_str(r->attachments[0].uri, "https://example.org/1");
    assert_int_equal(r->attachments[0].sha256.n, 32);
    assert_int_equal((unsigned char)r->attachments[0].sha256.p[31], 0xff);
    drop(&l);
}

static void parties_arrive_whole(void **state)
{
    (void)state;
    struct line l = read_line(full, NULL);
    assert_true(l.good);
    assert_int_equal(l.r.n_parties, 2);
    const struct client_party *p = l.r.parties;
    assert_int_equal(p[0].role, PARTY_APPLICANT);
    assert_int_equal(p[0].kind, PARTY_PERSON);
    assert_str(p[0].name, "甲");
    assert_int_equal(p[0].identity_kind, IDENTITY_RESIDENT);
    assert_str(p[0].identity_number, "990000199508060013");
    assert_str(p[0].phone, "13300000001");
    assert_str(p[0].address_code, "320505");
    assert_true(p[0].foreign && p[0].minor && p[0].has_representative);
    assert_str(p[0].representative.name, "乙");
    assert_str(p[0].representative.phone, "151");
    assert_true(p[0].representative.guardian);
    assert_int_equal(p[1].role, PARTY_RESPONDENT);
    assert_int_equal(p[1].kind, PARTY_ENTERPRISE);
    assert_false(p[1].foreign || p[1].minor || p[1].has_representative);
    drop(&l);
}

static void what_is_left_out_is_left_out(void **state)
{
    (void)state;
    struct line l =
        read_line("{\"claim\": 12, \"days_ago\": 3, \"reply_in_days\": 7, \"offence\": null}", "demo-");
    assert_true(l.good);
    assert_str(l.r.agency_ref, "demo-7");
    assert_str(l.r.currency, "CNY");
    assert_int_equal(l.r.claim_minor, 1200);
    assert_str(l.r.occurred_on, "2024-10-01");
    assert_str(l.r.reply_by, "2024-10-11");
    assert_int_equal(l.r.channel, 0);
    assert_int_equal(l.r.n_parties, 0);
    assert_int_equal(l.r.offence.n, 0);
    drop(&l);
    l = read_line("{}", "x");
    assert_true(l.good);
    assert_false(l.r.has_claim);
    assert_int_equal(l.r.currency.n, 0);
    drop(&l);
}

static void claims_are_exact(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t minor;
    } cases[] = {{"0", 0},        {"0.01", 1},
                 {"0.1", 10},     {"9340.10", 934010},
                 {"-5", -500},    {"1e3", 100000},
                 {"33.33", 3333}, {"10000000000000", 1000000000000000},
                 {"1.15", 115},   {"999999999.99", 99999999999}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[64];
        snprintf(text, sizeof(text), "{\"claim\": %s}", cases[i].text);
        struct line l = read_line(text, "x");
        assert_true(l.good);
        assert_int_equal(l.r.claim_minor, cases[i].minor);
        drop(&l);
    }
}

static void wrong_values_are_told_with_line_and_path(void **state)
{
    (void)state;
    wrong("{\"channel\": \"curt\"}",
          "in.jsonl:7: channel: no such word; did you mean \"court\"? (court, petition, "
          "police, procuratorate, platform)\n");
    wrong("{\"channel\": 1}",
          "in.jsonl:7: channel: should be one of court, petition, police, procuratorate, platform\n");
    wrong("{\"sumary\": \"\"}", "in.jsonl:7: unknown key \"sumary\"; did you mean \"summary\"?\n");
    wrong("{\"summary\": 5}", "in.jsonl:7: summary: should be a text in quotes\n");
    wrong("{\"claim\": \"86000\"}",
          "in.jsonl:7: claim: should be a number of yuan with at most two decimals, without quotes\n");
    wrong("{\"claim\": 1.005}",
          "in.jsonl:7: claim: should be a number of yuan with at most two decimals, without quotes\n");
    wrong("{\"tags\": \"elderly\"}", "in.jsonl:7: tags: should be a list of texts, as in [\"a\", \"b\"]\n");
    wrong("{\"tags\": [1]}", "in.jsonl:7: tags: should be a list of texts, as in [\"a\", \"b\"]\n");
    wrong("{\"risk\": [\"violence\", \"grup\"]}",
          "in.jsonl:7: risk[1]: no such word; did you mean \"group\"? "
          "(repeat-calls, violence, group, self-harm)\n");
    wrong("{\"parties\": {}}", "in.jsonl:7: parties: should be a list of objects, as in [{...}]\n");
    wrong("{\"parties\": [1]}", "in.jsonl:7: parties[0]: should be an object in braces\n");
    wrong("{\"parties\": [{}, {\"foreign\": 1}]}",
          "in.jsonl:7: parties[1].foreign: should be true or false\n");
    wrong("{\"parties\": [{\"representative\": {\"guardian\": \"yes\"}}]}",
          "in.jsonl:7: parties[0].representative.guardian: should be true or false\n");
    wrong("{\"attachments\": [{\"sha256\": \"00\"}]}",
          "in.jsonl:7: attachments[0].sha256: should be a SHA-256 as 64 hexadecimal digits\n");
    wrong("{\"days_ago\": -1}", "in.jsonl:7: days_ago: should be a whole number of days\n");
}

static void all_faults_of_a_line_at_once(void **state)
{
    (void)state;
    struct line l = read_line("{\"summary\": 1, \"place\": 2, \"zzzz\": 3}", NULL);
    assert_false(l.good);
    assert_string_equal(l.told,
                        "in.jsonl:7: summary: should be a text in quotes\n"
                        "in.jsonl:7: place: should be a text in quotes\n"
                        "in.jsonl:7: unknown key \"zzzz\"\n"
                        "in.jsonl:7: agency_ref: is missing; --ref-prefix TEXT would number the lines\n");
    drop(&l);
}

static void what_is_no_object_is_told_without_repeating_it(void **state)
{
    (void)state;
    for (const char *const *bad = (const char *const[]){"", "[]", "沈玉珍", "{\"summary\": \"沈玉珍\", }",
                                                        "{\"summary\": \"a\", \"summary\": \"b\"}",
                                                        "{\"summary\": \"a\\u0000b\"}", "{} {}", NULL};
         *bad; bad++) {
        struct line l = read_line(*bad, "x");
        assert_false(l.good);
        assert_null(strstr(l.told, "沈玉珍"));
        assert_memory_equal(l.told, "in.jsonl:7: ", 12);
        drop(&l);
    }
}

/* The stories that `make run` sends must stay readable. */
static void the_sample_file_reads(void **state)
{
    (void)state;
    FILE *f = fopen("deploy/run/referrals.jsonl", "re");
    char *text = NULL;
    size_t size = 0;
    ssize_t n;
    if (!f)
        skip();
    while ((n = getline(&text, &size, f)) > 0) {
        struct line l = read_line(text, "x");
        if (!l.good)
            fail_msg("%s", l.told);
        assert_true(client_referral_encode(l.arena, &l.r).n > 0);
        drop(&l);
    }
    free(text);
    fclose(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_arrives),
        cmocka_unit_test(parties_arrive_whole),
        cmocka_unit_test(what_is_left_out_is_left_out),
        cmocka_unit_test(claims_are_exact),
        cmocka_unit_test(wrong_values_are_told_with_line_and_path),
        cmocka_unit_test(all_faults_of_a_line_at_once),
        cmocka_unit_test(what_is_no_object_is_told_without_repeating_it),
        cmocka_unit_test(the_sample_file_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
