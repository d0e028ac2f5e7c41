/*
 * test_codec.c - what is written can be read again, and is written the same each time
 */
#include "wire/world.h"

#include "wire/alloc.h"
#include "wire/clocks.h"
#include "wire/control.h"
#include "wire/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define RID STR("r-1")
#define NOW INT64_C(1779000000000)

static struct digest digest_a, digest_b;
static struct id id_a, id_b;

static bool same_digest(const struct digest *a, const struct digest *b)
{
    return a && b ? digest_eq(*a, *b) : a == b;
}

static void referral(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct sample s;
    struct client_referral r;
    sample_init(&s);
    struct str bytes = client_referral_encode(a, &s.r);
    assert_true(client_referral_decode(a, bytes, &r));
    assert_true(str_eq(bytes, client_referral_encode(a, &r)));
    assert_true(str_eqz(r.parties[0].representative.name, "李某") && !r.parties[1].has_representative);
    assert_int_equal(r.risk, s.r.risk);
    assert_false(client_referral_decode(a, STR("\xff"), &r));
    arena_free(a);
}

static void receipt(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct faults f = {.arena = a};
    fault_add(&f, FAULT_PHONE_INVALID, "parties[%d].phone", 2);
    fault_add_refusal(&f, STR("not-eligible"), STR("不符合刑事和解条件"), STR("刑事诉讼法第288条"));
    const struct receipt r = {.status = RECEIPT_REFUSED,
                              .agency_ref = STR("（2026）1号"),
                              .referral = &id_a,
                              .content = &digest_a,
                              .stored = &digest_b,
                              .journal_seq = 7,
                              .journal_hash = &digest_b,
                              .committed_ms = NOW,
                              .faults = &f,
                              .organisation_id = STR("o-1"),
                              .organisation_name = STR("横塘社区人民调解委员会"),
                              .rule = STR("rule-1"),
                              .partner_id = STR("o-2"),
                              .partner_name = STR("司法所"),
                              .retry_after_ms = 5};
    struct receipt got;
    struct str bytes = receipt_encode(a, &r);
    assert_true(str_eq(bytes, receipt_encode(a, &r)));
    assert_true(client_receipt_decode(a, bytes, &got));
    assert_true(str_eq(bytes, receipt_encode(a, &got)));
    assert_int_equal(got.status, RECEIPT_REFUSED);
    assert_true(str_eqz(got.partner_id, "o-2") && str_eqz(got.partner_name, "司法所"));
    assert_true(id_eq(*got.referral, id_a) && same_digest(got.content, &digest_a) && got.journal_seq == 7);
    assert_int_equal(got.faults->n, 2);
    assert_true(str_eqz(got.faults->items[0].field, "parties[2].phone"));
    assert_true(str_eqz(got.faults->items[0].text, fault_text(FAULT_PHONE_INVALID)));
    assert_int_equal(got.faults->items[1].code, FAULT_RULE_REFUSED);
    assert_true(str_eqz(got.faults->items[1].basis, "刑事诉讼法第288条"));
    assert_true(str_eqz(got.faults->items[1].text, "Refused by a routing rule: not-eligible"));
    const struct receipt busy = {.status = RECEIPT_BUSY, .retry_after_ms = 100};
    assert_true(client_receipt_decode(a, receipt_encode(a, &busy), &got));
    assert_true(!got.referral && !got.content && !got.journal_hash && got.retry_after_ms == 100);
    arena_free(a);
}

/* Stored receipts must come out as these bytes for ever. */
static void receipt_bytes_are_stable(void **state)
{
    (void)state;
    static const unsigned char fixed[] = {0x08, 0x01, 0x12, 0x02, 'r',  '1',  0x30, 0x05, 0x40, 0x80, 0x01,
                                          0x52, 0x02, 'o',  '1',  0x5a, 0x02, 'o',  'n',  0x62, 0x01, 'R'};
    struct arena *a = arena_new(0);
    const struct receipt r = {.status = RECEIPT_ACCEPTED,
                              .agency_ref = STR("r1"),
                              .journal_seq = 5,
                              .committed_ms = 128,
                              .organisation_id = STR("o1"),
                              .organisation_name = STR("on"),
                              .rule = STR("R")};
    struct str bytes = receipt_encode(a, &r);
    assert_int_equal(bytes.n, sizeof(fixed));
    assert_memory_equal(bytes.p, fixed, sizeof(fixed));
    arena_free(a);
}

static void submit_step_and_query_replies(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct server_message m;
    const struct str receipts[] = {STR("one"), STR("\0two")};
    const bool duplicate[] = {false, true};
    assert_true(client_decode(a, reply_submit(a, RID, receipts, duplicate, 2), &m));
    assert_true(m.kind == SERVER_SUBMIT_REPLY && str_eq(m.request_id, RID) && m.submit.n == 2);
    assert_true(str_eq(m.submit.receipts[1], receipts[1]) && !m.submit.duplicate[0] && m.submit.duplicate[1]);

    struct faults f = {.arena = a};
    fault_add(&f, FAULT_STALE_TERM, "term");
    const struct step_reply step = {.faults = &f, .retry_after_ms = 9};
    assert_true(client_decode(a, reply_step(a, RID, &step), &m));
    assert_true(m.kind == SERVER_STEP_REPLY && !m.step.done && m.step.retry_after_ms == 9 &&
                !m.step.journal_hash);
    assert_int_equal(m.step.faults->items[0].code, FAULT_STALE_TERM);
    const struct step_reply done = {.done = true, .journal_seq = 3, .journal_hash = &digest_a};
    assert_true(client_decode(a, reply_step(a, RID, &done), &m));
    assert_true(m.step.done && m.step.journal_seq == 3 && same_digest(m.step.journal_hash, &digest_a));

    const struct query_reply query = {.state = STATE_ACCEPTED,
                                      .referral = id_a,
                                      .organisation_id = STR("o-1"),
                                      .organisation_name = STR("调委会"),
                                      .due_kind = STR("finish"),
                                      .due_ms = NOW,
                                      .receipt = STR("\x08\x01")};
    assert_true(client_decode(a, reply_query(a, RID, &query), &m));
    assert_true(m.kind == SERVER_QUERY_REPLY && m.query.state == STATE_ACCEPTED &&
                id_eq(m.query.referral, id_a));
    assert_true(str_eq(m.query.receipt, query.receipt) && m.query.due_ms == NOW);
    arena_free(a);
}

static void the_other_replies(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct server_message m;
    assert_true(client_decode(a, reply_ack(a, RID, 12), &m));
    assert_true(m.kind == SERVER_ACK_REPLY && m.acked == 12);
    const struct hello_reply hello = {.welcome = true, .organisations = 3, .ping_interval_ms = 10000};
    assert_true(client_decode(a, reply_hello(a, RID, &hello), &m));
    assert_true(m.kind == SERVER_HELLO_REPLY && m.hello.welcome && m.hello.organisations == 3);
    assert_int_equal(m.hello.ping_interval_ms, 10000);
    assert_true(client_decode(a, reply_cancelled(a, id_a, STR("withdrawn")), &m));
    assert_true(m.kind == SERVER_CANCELLED && id_eq(m.cancelled.assignment, id_a));
    assert_true(str_empty(m.request_id) && str_eqz(m.cancelled.reason, "withdrawn"));
    const struct str added = STR("\x12\x03s-1");
    const struct notice_message notice = {.assignment = id_a, .kinds = 1u << STEP_WARNED | 1u << STEP_SUPPLEMENTED, .state = STATE_ACCEPTED,
                                          .due_kind = STR("finish"), .due_ms = 9, .supplements = &added, .n_supplements = 1};
    assert_true(client_decode(a, reply_notice(a, &notice), &m));
    assert_true(m.kind == SERVER_NOTICE && id_eq(m.notice.assignment, id_a) && m.notice.kinds == notice.kinds);
    assert_true(m.notice.state == STATE_ACCEPTED && m.notice.due_ms == 9 && str_eqz(m.notice.due_kind, "finish"));
    assert_true(m.notice.n_supplements == 1 && str_eq(m.notice.supplements[0], added));
    assert_true(client_decode(a, reply_pong(a, RID), &m));
    assert_true(m.kind == SERVER_PONG && str_eq(m.request_id, RID));
    struct faults f = {.arena = a};
    fault_add(&f, FAULT_MALFORMED, "%s", "");
    assert_true(client_decode(a, reply_refusal(a, RID, &f, 250), &m));
    assert_true(m.kind == SERVER_REFUSAL && m.refusal.faults->n == 1 && m.refusal.retry_after_ms == 250);
    assert_true(client_decode(a, reply_refusal(a, RID, NULL, 1), &m));
    assert_int_equal(m.refusal.faults->n, 0);
    assert_false(client_decode(a, STR("\x08\x01"), &m)); /* no body */
    arena_free(a);
}

static void entries(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct server_message m;
    const struct digest zero = {{0}};
    struct entry e[2] = {{.seq = 1, .body = STR("body-1")},
                         {.seq = 2, .body = STR("body-2"), .note = STR("note")}};
    e[0].hash = digest_chain(zero, e[0].body.p, e[0].body.n);
    e[1].previous = e[0].hash;
    e[1].hash = digest_chain(e[0].hash, e[1].body.p, e[1].body.n);
    assert_true(client_decode(a, reply_entries(a, e, 2, true), &m));
    assert_true(m.kind == SERVER_ENTRIES && m.entries.n == 2 && m.entries.live);
    assert_true(str_eq(m.entries.items[1].note, e[1].note) && m.entries.items[1].seq == 2);
    assert_true(client_entry_follows(&m.entries.items[0], zero));
    assert_true(client_entry_follows(&m.entries.items[1], m.entries.items[0].hash));
    assert_false(client_entry_follows(&m.entries.items[1], zero));
    e[1].body = STR("body-x");
    assert_false(client_entry_follows(&e[1], e[0].hash));
    assert_true(client_decode(a, reply_entries(a, NULL, 0, false), &m));
    assert_true(m.entries.n == 0 && !m.entries.live);
    arena_free(a);
}

static void assignment(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct client_supplement s;
    struct server_message m;
    const struct str tags[] = {STR("a"), STR("b")};
    char *summary = arena_alloc(a, 300);
    memset(summary, 'x', 300);
    struct request request;
    struct faults f = {.arena = a};
    const struct client_supplement sent = {STR("ref"), STR("s-1"), {summary, 300}, NULL, 0};
    assert_true(request_decode(a, client_supplement(a, RID, &sent), SIDE_AGENCY, 20000, &request, &f));
    const struct str supplements[] = {request.supplement.bytes, request.supplement.bytes};
    const struct assignment_message r = {.assignment = id_a,
                                         .referral = id_b,
                                         .term = 4,
                                         .organisation_id = STR("o-1"),
                                         .agency_id = STR("court"),
                                         .agency_name = STR("某法院"),
                                         .partner_id = STR("o-2"),
                                         .partner_name = STR("司法所"),
                                         .referral_bytes = STR("\x08\x01\0"),
                                         .category = STR("labour"),
                                         .tags = tags,
                                         .n_tags = 2,
                                         .respond_by_ms = NOW,
                                         .finish_by_ms = NOW + 1,
                                         .supplements = supplements,
                                         .n_supplements = 2};
    assert_true(client_decode(a, reply_assignment(a, &r), &m));
    assert_true(m.kind == SERVER_ASSIGNMENT && id_eq(m.assignment.assignment, id_a));
    assert_true(id_eq(m.assignment.referral, id_b) && m.assignment.term == 4 && m.assignment.n_tags == 2);
    assert_true(str_eq(m.assignment.referral_bytes, r.referral_bytes));
    assert_int_equal(m.assignment.n_supplements, 2);
    assert_true(str_eqz(m.assignment.partner_id, "o-2") && str_eqz(m.assignment.partner_name, "司法所"));
    assert_true(str_eq(m.assignment.supplements[1], supplements[1]));
    assert_true(client_supplement_decode(a, m.assignment.supplements[0], &s));
    assert_true(str_eq(s.summary, sent.summary) && str_eqz(s.supplement_ref, "s-1"));
    arena_free(a);
}

static void step_and_note(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    const struct step s = {.agency = STR("court"),
                           .seq = 9,
                           .at_ms = NOW,
                           .kind = STEP_CONCLUDED,
                           .referral = id_a,
                           .agency_ref = STR("1号"),
                           .state = STATE_CONCLUDED,
                           .organisation_id = STR("o-1"),
                           .organisation_name = STR("调委会"),
                           .assignment = &id_b,
                           .rule = STR("r"),
                           .ruleset = &digest_a,
                           .reason = STR("x"),
                           .conclusion = CONCLUSION_AGREED,
                           .agreement_kind = AGREEMENT_WRITTEN,
                           .agreement_minor = 100,
                           .currency = STR("CNY"),
                           .follow_up = FOLLOW_UP_BREACHED,
                           .due_kind = STR("finish"),
                           .due_ms = 5,
                           .note = &digest_b,
                           .content = &digest_a,
                           .actor = STR("o-1"),
                           .partner_id = STR("o-2"),
                           .partner_name = STR("司法所")};
    struct step got;
    struct str bytes = step_encode(a, &s);
    assert_true(step_decode(a, bytes, &got));
    assert_true(str_eq(bytes, step_encode(a, &got)));
    assert_true(id_eq(*got.assignment, id_b) && same_digest(got.note, &digest_b) &&
                got.state == STATE_CONCLUDED);
    assert_true(str_eqz(got.partner_id, "o-2") && str_eqz(got.partner_name, "司法所"));
    const struct step bare = {.agency = STR("court"), .seq = 1, .referral = id_a, .kind = STEP_RECEIVED};
    assert_true(step_decode(a, step_encode(a, &bare), &got));
    assert_true(!got.assignment && !got.note && !got.content && !got.ruleset);
    assert_false(step_decode(a, STR("\x9a"), &got));
    assert_false(step_decode(a, STR(""), &got)); /* no referral */

    const struct warning_referral own[] = {{id_a, STR("1号")}, {id_b, STR("2号")}};
    const struct warning warning = {.episode = id_b, .watch = STR("violence"), .watch_name = STR("有暴力风险"), .place = STR("320505"),
                                    .place_name = STR("虎丘区"), .category = STR("labour"), .category_name = STR("劳动争议"),
                                    .count = 5, .referrals = own, .n_referrals = 2};
    const struct step warned = {.agency = STR("court"), .seq = 2, .kind = STEP_WARNING_RAISED, .referral = id_b, .warning = &warning};
    bytes = step_encode(a, &warned);
    assert_true(step_decode(a, bytes, &got) && str_eq(bytes, step_encode(a, &got)));
    assert_true(id_eq(got.referral, id_b) && got.warning->count == 5 && got.warning->n_referrals == 2);
    assert_true(id_eq(got.warning->referrals[1].referral, id_b) && str_eqz(got.warning->referrals[1].agency_ref, "2号"));
    assert_true(str_eqz(got.warning->place_name, "虎丘区"));

    const struct str facts[] = {STR("事实"), STR("cost_conduct: 拖延")};
    struct note note;
    struct str one = note_encode(a, STR("达成协议"), facts, 2),
               two = note_encode(a, STR("达成协议"), facts, 2);
    assert_false(str_eq(one, two)); /* the salt */
    assert_true(note_decode(a, one, &note));
    assert_true(str_eqz(note.text, "达成协议") && note.n_facts == 2 && str_eq(note.facts[1], facts[1]));
    assert_true(note_decode(a, note_encode(a, STR(""), NULL, 0), &note) && note.n_facts == 0);
    arena_free(a);
}

static void record(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct organisation organisations[] = {{.id = STR("o-1")}, {.id = STR("o-2")}};
    struct rule rule = {.id = STR("r-1"), .file = STR("rules/10.yaml"), .line = 14};
    struct classifier classifier = {.id = STR("c-1")};
    struct category category = {.code = STR("labour")};
    struct ruleset rs = {.hash = digest_a,
                         .roster = {.items = organisations, .n = 2},
                         .rules = &rule,
                         .n_rules = 1,
                         .classifiers = &classifier,
                         .n_classifiers = 1,
                         .categories = {.items = &category, .n = 1}};
    const struct candidate candidates[] = {{0, 0, PASSED_FULL, 5, 5, 0, false}, {1, 1, PASSED_CHOSEN, 0, 3, NOW - 5, false},
                                           {0, 1, PASSED_PARTNER, 2, 9, 0, true}};
    const struct str tags[] = {STR("injury")};
    const int excluded[] = {0};
    struct decision d = {.outcome = OUTCOME_ASSIGNED,
                         .tags = tags,
                         .n_tags = 1,
                         .rung = 1,
                         .organisation = 1,
                         .partner = 0,
                         .respond_within = {3, DURATION_WORKDAYS},
                         .finish_within = {30, DURATION_DAYS},
                         .candidates = candidates,
                         .n_candidates = 3,
                         .truncated = true};
    struct record r, got;
    assert_true(record_of(a, &rs, &d, excluded, 1, NOW, &r));
    struct str bytes = record_encode(a, &r);
    assert_true(record_decode(a, bytes, &got));
    assert_true(str_eq(bytes, record_encode(a, &got)));
    assert_true(digest_eq(got.ruleset, digest_a) && str_eqz(got.rule, "r-1") && got.rule_line == 14);
    assert_true(str_eqz(got.classifier, "c-1") && str_eqz(got.category, "labour") && got.truncated);
    assert_true(str_eqz(got.organisation, "o-2") && got.rung == 1 && got.arrived_ms == NOW);
    assert_true(str_eqz(got.partner, "o-1") && got.candidates[2].partner && !got.candidates[1].partner);
    assert_true(got.candidates[1].given_ms == NOW - 5 && got.candidates[2].passed == PASSED_PARTNER);
    assert_true(got.n_candidates == 3 && got.candidates[0].passed == PASSED_FULL &&
                got.candidates[0].capacity == 5);
    assert_true(got.n_excluded == 1 && str_eqz(got.excluded[0], "o-1") && got.finish_within.count == 30);
    d = (struct decision){.outcome = OUTCOME_MANUAL,
                          .rule = -1,
                          .classifier = -1,
                          .category = -1,
                          .rung = -1,
                          .organisation = -1,
                          .partner = -1,
                          .code = STR("no-rule")};
    assert_true(record_of(a, &rs, &d, NULL, 0, NOW, &r));
    assert_true(record_decode(a, record_encode(a, &r), &got));
    assert_true(got.rung == -1 && str_empty(got.rule) && str_empty(got.organisation) && str_empty(got.partner) &&
                str_eqz(got.code, "no-rule"));
    assert_true(record_earlier(&got, &rs).organisation == -1 && record_earlier(&got, &rs).count == 0);
    const struct earlier before[] = {{3, NOW - 9, 1}, {0, 0, 0}, {1, NOW, -1}};
    for (int i = 0; i < 3; i++) {
        record_add_earlier(&r, &rs, &before[i]);
        assert_true(record_decode(a, record_encode(a, &r), &got));
        struct earlier e = record_earlier(&got, &rs);
        assert_true(e.count == before[i].count && e.last_ms == before[i].last_ms && e.organisation == before[i].organisation);
    }
    assert_false(record_decode(a, STR(""), &got)); /* no rule set */
    arena_free(a);
}

/* As the first version wrote them: they must be read, and come out the same byte for byte when made again. */
static void old_record(void **state)
{
    (void)state;
    static const char old[] = "\x0a\x20"
                         "\x2d\x71\x16\x42\xb7\x26\xb0\x44\x01\x62\x7c\xa9\xfb\xac\x32\xf5\xc8\x53\x0f\xb1\x90\x3c\xc4\xdb\x02\x25\x87\x17\x92\x1a\x48\x81"
                         "\x10\x01\x1a\x06labour\x22\x0drules/10.yaml\x28\x02\x32\x03" "c-1:\x05wagesB\x06injuryB\x0fplatform-worker"
                         "H\x01R\x13people-320505001001`\x03h\x01p\x1ex\x02\x82\x01\x13\x0a\x0blabour-3205\x18\x03 \x01(\x03"
                         "\x82\x01\x19\x0a\x13people-320505001001\x10\x01(\x03\x88\x01\x01\x92\x01\x0blabour-3205"
                         "\x98\x01\xc0\xb0\xa9\xe4\xb7\x33";
    struct arena *a = arena_new(0);
    struct str bytes = {old, sizeof(old) - 1};
    struct record r;
    assert_true(record_decode(a, bytes, &r));
    assert_true(str_eqz(r.organisation, "people-320505001001") && str_empty(r.partner) && r.n_candidates == 2);
    assert_true(r.candidates[1].given_ms == 0 && !r.candidates[1].partner);
    struct earlier none = record_earlier(&r, &(struct ruleset){0});
    assert_true(none.count == 0 && none.last_ms == 0 && none.organisation == -1);
    record_add_earlier(&r, &(struct ruleset){0}, &none);
    assert_true(str_eq(bytes, record_encode(a, &r)));
    arena_free(a);
}

static void control(void **state)
{
    (void)state;
    static const struct sheet_column columns[] = {{"id", "编号", CELL_TEXT},
                                                  {"open", "Open", CELL_INTEGER},
                                                  {"closed", "Closed", CELL_BOOL},
                                                  {NULL, NULL, 0}};
    struct arena *a = arena_new(0);
    const struct str words[] = {STR("queue"), STR("list"), STR("")};
    const struct control_request q = {words, 3, STR("root")};
    struct control_request request;
    assert_true(control_request_decode(a, control_request_encode(a, &q), &request));
    assert_true(request.n == 3 && str_eq(request.words[1], words[1]) &&
                str_eqz(request.operator_name, "root"));
    assert_false(control_request_decode(a, STR("\x08\x01\x12\x01\x01"), &request)); /* a control character */
    assert_false(control_request_decode(a, STR(""), &request));                     /* no version */

    struct sheets s = {.arena = a}, got;
    struct sheet *first = sheet_add(&s, "load", "Load", columns, false);
    struct sheet *second = sheet_add(&s, "one", "One", columns, true);
    for (int i = 0; i < 40; i++) {
        struct str *cells = sheet_row(&s, first);
        cells[0] = STR("o-1");
        cells[1] = cell_int(a, i);
        cells[2] = cell_bool(i % 2);
    }
    assert_true(control_reply_decode(a, control_reply_encode(a, &s), &got));
    assert_true(got.n == 2 && str_empty(got.error) && got.items[0].n_rows == 40 &&
                got.items[0].n_columns == 3);
    assert_true(str_eqz(got.items[0].cells[39 * 3 + 1], "39") &&
                str_eqz(got.items[0].cells[39 * 3 + 2], "yes"));
    assert_string_equal(got.items[0].columns[0].head, "编号");
    assert_null(got.items[0].columns[3].key);
    assert_true(got.items[1].single && got.items[1].n_rows == 0);
    assert_ptr_equal(second, &s.items[1]);
    for (int i = 2; i < SHEETS_MAX; i++)
        assert_non_null(sheet_add(&s, "x", "X", columns, false));
    assert_null(sheet_add(&s, "x", "X", columns, false));
    struct sheets wrong = {.arena = a, .error = STR("no such organisation")};
    assert_true(control_reply_decode(a, control_reply_encode(a, &wrong), &got));
    assert_true(str_eq(got.error, wrong.error) && got.n == 0);
    arena_free(a);
}

/* Past its budget an encoder gives nothing, rather than something cut. */
static void nothing_without_memory(void **state)
{
    (void)state;
    struct arena *big = arena_new(0);
    struct sample s;
    sample_init(&s);
    struct str whole = client_referral_encode(big, &s.r);
    for (size_t budget = 1; budget < 5000; budget += 37) {
        struct arena *a = arena_new(budget);
        struct str bytes = client_referral_encode(a, &s.r);
        assert_true(bytes.p ? str_eq(bytes, whole) : arena_overflowed(a));
        arena_free(a);
    }
    arena_free(big);
}

static void clocks(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    const struct limit_entry entries[] = {{LIMIT_STOP, NOW, {0}, 0}, {LIMIT_GO, NOW + 5, {0}, 0},
                                          {LIMIT_EXTEND, NOW + 6, {30, DURATION_DAYS}, 0}, {LIMIT_EXTEND_TO, NOW + 7, {0}, 20600}};
    const struct clocks c = {
        .items = {{DUE_FINISH, {NOW, {30, DURATION_DAYS}, true, 20700, entries, 4}, true, 2, NOW + 9},
                  {DUE_CONTACT, {NOW, {3, DURATION_WORKDAYS}, false, 0, NULL, 0}, false, 0, 0}},
        .n = 2,
        .latest = 20700,
    };
    struct clocks back;
    assert_true(clocks_decode(a, clocks_encode(a, &c), &back));
    assert_true(back.n == 2 && back.latest == 20700);
    const struct clock *k = &back.items[0];
    assert_true(k->due == DUE_FINISH && k->warned && k->told == 2 && k->told_ms == NOW + 9 && k->limit.roll);
    assert_true(k->limit.started_ms == NOW && k->limit.budget.count == 30 && k->limit.budget.unit == DURATION_DAYS);
    assert_true(k->limit.latest == 20700 && k->limit.n == 4);
    for (int i = 0; i < 4; i++)
        assert_true(k->limit.entries[i].act == entries[i].act && k->limit.entries[i].at_ms == entries[i].at_ms &&
                    k->limit.entries[i].by.count == entries[i].by.count && k->limit.entries[i].day == entries[i].day);
    assert_false(clocks_decode(a, STR("\x0a\x02\x08\x63"), &back)); /* a clock for something that cannot be due */
    assert_false(clocks_decode(a, STR("nonsense"), &back));
    assert_true(back.n == 2); /* as it was */
    arena_free(a);
}

int main(void)
{
    digest_a = digest_of("a", 1);
    digest_b = digest_of("b", 1);
    id_a = id_new(NOW, 3205);
    id_b = id_new(NOW, 3205);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(referral),
        cmocka_unit_test(receipt),
        cmocka_unit_test(receipt_bytes_are_stable),
        cmocka_unit_test(submit_step_and_query_replies),
        cmocka_unit_test(the_other_replies),
        cmocka_unit_test(entries),
        cmocka_unit_test(assignment),
        cmocka_unit_test(step_and_note),
        cmocka_unit_test(record), cmocka_unit_test(old_record),
        cmocka_unit_test(clocks),
        cmocka_unit_test(control),
        cmocka_unit_test(nothing_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
