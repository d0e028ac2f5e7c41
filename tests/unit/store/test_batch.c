/*
 * test_batch.c - a transaction of the keeper: what is written is there, whole; what fails leaves nothing
 */
#include "store/pg_fixture.h"

#include "store/reader.h"

#define MANY 3000

/* 长三角, a tab, a combining mark, a surrogate-free emoji: whatever UTF-8 a text may hold. */
#define ODD "苏州市\t吴中区 e\xCC\x81 \xF0\x9F\x99\x82 '\\\"%s"

static struct db *db;
static struct arena *arena;
static struct id session;

static int set_up(void **state)
{
    pg_empty(state);
    db = pg_open("batch");
    arena = arena_new(0);
    session = id_new(NOON_MS, 3200);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    db_close(db);
    arena_free(arena);
    return 0;
}

static struct batch *begin(void)
{
    struct batch *b = batch_new(db);
    assert_non_null(b);
    assert_int_equal(batch_begin(b), DB_OK);
    return b;
}

static void all_bytes(char out[256])
{
    for (int i = 0; i < 256; i++)
        out[i] = (char)i;
}

static struct sample make(int i, int city, struct str agency)
{
    static char bytes[256];
    all_bytes(bytes);
    return (struct sample){
        .city = city, .agency = agency, .agency_ref = TEXT(arena, "（2026）苏%04d民初" ODD, i, "x"),
        .organisation = TEXT(arena, "org-%d", i % 7), .referral = id_new(NOON_MS + i, city),
        .assignment = id_new(NOON_MS + i, city), .session = i % 2 ? session : (struct id){{0}}, .at_ms = NOON_MS + i,
        .sealed = arena_bytes(arena, bytes, (size_t)(i % 257)), .record = {bytes, 200}, .receipt = {bytes, 256},
    };
}

static void write_some(int n, int cities)
{
    struct batch *b = begin();
    struct chain_head heads[8];
    for (int c = 0; c < cities; c++)
        heads[c] = (struct chain_head){.city = 3213 - c, .agency = STR("法院")};
    assert_int_equal(batch_lock(b, heads, cities, NULL, 0, NULL, 0), DB_OK);
    for (int i = 0; i < n; i++) {
        struct chain_head *head = &heads[i % cities];
        struct sample s = make(i, head->city, head->agency);
        sample_add(b, &s, head);
    }
    for (int c = 0; c < cities; c++)
        assert_true(batch_set_head(b, &heads[c]));
    enum db_result r = batch_commit(b);
    if (r != DB_OK)
        fail_msg("%s", db_error(db));
    batch_free(b);
}

static void test_many_rows(void **state)
{
    (void)state;
    write_some(MANY, 3);
    assert_int_equal(pg_count("referral.submission"), MANY);
    assert_int_equal(pg_count("referral.referral"), MANY);
    assert_int_equal(pg_count("referral.docket"), MANY);
    assert_int_equal(pg_count("referral.decision"), MANY);
    assert_int_equal(pg_count("referral.assignment"), MANY);
    assert_int_equal(pg_count("referral.assignment WHERE term = 1 AND session IS NOT NULL"), MANY / 2);
    assert_int_equal(pg_count("referral.journal"), 2 * MANY);
    assert_int_equal(pg_count("referral.chain"), 3);
    struct chain_row *chains;
    int n;
    assert_int_equal(chain_list(db, arena, &chains, &n), DB_OK);
    assert_int_equal(n, 3);
    assert_int_equal(chains[0].city, 3211);
    assert_int_equal(chains[0].seq + chains[1].seq + chains[2].seq, 2 * MANY);
}

/* Every value comes back as it went in. */
static void test_round_trip(void **state)
{
    (void)state;
    struct chain_head head = {.city = 3205, .agency = STR("agency")};
    struct sample s = make(255, 3205, head.agency);
    struct batch *b = begin();
    assert_int_equal(batch_lock(b, &head, 1, NULL, 0, NULL, 0), DB_OK);
    sample_add(b, &s, &head);
    assert_true(batch_set_head(b, &head));
    assert_int_equal(batch_commit(b), DB_OK);
    batch_free(b);

    struct case_row c;
    assert_int_equal(case_read(db, arena, s.referral, &c), DB_OK);
    assert_true(c.found);
    assert_true(str_eq(c.docket.agency_ref, s.agency_ref));
    assert_true(str_eq(c.sealed, s.sealed));
    assert_int_equal(c.sealed.n, 255);
    assert_true(str_eq(c.receipt, s.receipt));
    assert_true(digest_eq(c.content, digest_of(s.agency_ref.p, s.agency_ref.n)));
    assert_true(c.arrived_ms == NOON_MS + 255 && c.docket.due_ms == NOON_MS + 256);
    assert_true(c.has_claim && c.claim_minor == 1234567);
    assert_true(id_eq(c.docket.assignment, s.assignment));
    assert_true(c.docket.current.found && id_eq(c.docket.current.id, s.assignment));
    assert_int_equal(c.docket.current.finish_count, 30);
    assert_int_equal(c.docket.n_former, 0);
    assert_string_equal(pg_sql(pg.conninfo, "SELECT arrived AT TIME ZONE 'Asia/Shanghai' FROM referral.referral"),
                        "2026-03-02 09:00:00.255");
}

/* batch_lock() tells what is there, however the caller ordered it. */
static void test_lock_reads(void **state)
{
    (void)state;
    write_some(20, 2);
    struct batch *b = begin();
    struct chain_head heads[] = {{.city = 3213, .agency = STR("法院")}, {.city = 3212, .agency = STR("新机关")},
                                 {.city = 3212, .agency = STR("法院")}};
    struct submission_row subs[] = {{.city = 3213, .agency = STR("法院"), .agency_ref = STR("nobody's")},
                                    {.city = 3213, .agency = STR("法院"), .agency_ref = make(5, 3213, STR("法院")).agency_ref}};
    struct docket_row dockets[3] = {{.want_sealed = true}, {.referral = id_new(NOON_MS, 3213)}, {.want_sealed = false}};
    struct id *found;
    int n;
    assert_int_equal(case_search(db, arena, make(5, 3212, STR("法院")).agency_ref, 10, &found, &n), DB_OK);
    assert_int_equal(n, 1);
    dockets[0].referral = found[0];
    struct id five = found[0];
    assert_int_equal(case_search(db, arena, make(4, 3213, STR("法院")).agency_ref, 10, &found, &n), DB_OK);
    assert_int_equal(n, 1);
    dockets[2].referral = found[0];
    assert_int_equal(batch_lock(b, heads, 3, subs, 2, dockets, 3), DB_OK);
    assert_int_equal(heads[0].city, 3212);
    assert_true(str_eq(heads[0].agency, STR("新机关")) && heads[0].seq == 0);
    assert_true(str_eq(heads[1].agency, STR("法院")) && heads[1].seq == 20);
    assert_int_equal(heads[2].seq, 20);
    assert_false(subs[0].found);
    assert_true(subs[1].found && id_eq(subs[1].referral, five));
    assert_true(id_eq(dockets[0].referral, found[0]) && dockets[0].found && dockets[0].sealed.n == 0);
    assert_true(dockets[0].current.found && dockets[0].n_former == 0);
    assert_int_equal(dockets[1].found + dockets[2].found, 1);
    for (int i = 1; i < 3; i++)
        if (dockets[i].found)
            assert_true(id_eq(dockets[i].referral, five) && dockets[i].sealed.n == 5);
    batch_free(b);
}

/* Moves a docket on: accepted, then declined into another organisation's hands. */
static void test_change(void **state)
{
    (void)state;
    struct chain_head head = {.city = 3205, .agency = STR("agency")};
    struct sample s = make(1, 3205, head.agency);
    struct digest answer = digest_of("yes", 3);
    struct batch *b = begin();
    assert_int_equal(batch_lock(b, &head, 1, NULL, 0, NULL, 0), DB_OK);
    sample_add(b, &s, &head);
    assert_true(batch_set_head(b, &head));
    assert_int_equal(batch_commit(b), DB_OK);
    batch_free(b);

    b = begin();
    struct assignment_row row = {.id = s.assignment};
    assert_int_equal(batch_find_assignments(b, &row, 1), DB_OK);
    assert_true(row.found && id_eq(row.referral, s.referral) && !row.answered && row.term == 1);
    struct docket_row docket = {.referral = row.referral, .want_sealed = true};
    assert_int_equal(batch_lock(b, &head, 1, NULL, 0, &docket, 1), DB_OK);
    assert_true(docket.found && str_eq(docket.sealed, s.sealed));
    struct docket_write next = sample_docket(&s);
    struct sample other = make(2, 3205, head.agency);
    next.assignment = other.assignment;
    next.organisation = other.organisation;
    next.decisions = 2;
    assert_true(batch_change_docket(b, &next));
    assert_true(batch_change_assignment(b, &(struct assignment_change){.id = s.assignment, .status = ASSIGNMENT_DECLINED,
        .closed_ms = NOON_MS + 5, .answer = &answer}));
    assert_true(batch_add_assignment(b, &(struct assignment_write){.id = other.assignment, .referral = s.referral,
        .agency = head.agency, .organisation = other.organisation, .org_city = 3206, .respond_by_ms = NOON_MS + 9,
        .offered_ms = NOON_MS + 5, .finish_count = 1, .finish_unit = 1}));
    assert_int_equal(batch_commit(b), DB_OK);
    batch_free(b);

    struct case_row c;
    struct assignment_row *list;
    int n;
    assert_int_equal(case_read(db, arena, s.referral, &c), DB_OK);
    assert_int_equal(c.docket.n_former, 1);
    assert_true(str_eq(c.docket.former[0], s.organisation));
    assert_true(id_eq(c.docket.current.id, other.assignment) && c.docket.current.org_city == 3206);
    assert_int_equal(c.docket.decisions, 2);
    assert_int_equal(assignment_list(db, arena, s.referral, &list, &n), DB_OK);
    assert_int_equal(n, 2);
    assert_true(list[0].answered && digest_eq(list[0].answer, answer) && list[0].status == ASSIGNMENT_DECLINED);
    assert_true(list[1].term == 0 && !list[1].answered && list[1].finish_by_ms == 0);
}

/* A row refused takes the whole transaction with it, and the next one goes through. */
static void test_wrong_leaves_nothing(void **state)
{
    (void)state;
    write_some(3, 1);
    struct batch *b = begin();
    struct chain_head head = {.city = 3213, .agency = STR("法院")};
    assert_int_equal(batch_lock(b, &head, 1, NULL, 0, NULL, 0), DB_OK);
    for (int i = 10; i < 20; i++) {
        struct sample s = make(i == 15 ? 1 : i, 3213, head.agency); /* 1 is taken */
        sample_add(b, &s, &head);
    }
    assert_true(batch_set_head(b, &head));
    assert_int_equal(batch_commit(b), DB_REFUSED);
    assert_non_null(strstr(db_error(db), "23505"));
    assert_null(strstr(db_error(db), "2026"));
    batch_free(b);
    assert_int_equal(pg_count("referral.referral"), 3);
    assert_int_equal(pg_count("referral.journal"), 6);
    assert_string_equal(pg_sql(pg.conninfo, "SELECT seq FROM referral.chain"), "6");

    b = begin();
    struct docket_write stray = sample_docket(&(struct sample){.referral = id_new(NOON_MS, 3213), .organisation = STR("o"),
        .assignment = id_new(NOON_MS, 3213), .at_ms = NOON_MS});
    assert_true(batch_change_docket(b, &stray)); /* there is no such docket */
    assert_int_equal(batch_commit(b), DB_WRONG);
    batch_free(b);

    b = begin();
    assert_true(batch_add_quarantine(b, &(struct quarantine_row){.id = id_new(NOON_MS, 3213), .agency = STR("a"),
        .reason = STR("nul\0inside"), .sealed = STR("?"), .at_ms = NOON_MS}));
    assert_int_equal(batch_commit(b), DB_REFUSED);
    assert_null(strstr(db_error(db), "inside"));
    batch_free(b);
    b = begin();
    assert_int_equal(batch_lock(b, &head, 1, NULL, 0, NULL, 0), DB_OK);
    assert_int_equal(head.seq, 6);
    batch_free(b);
    assert_int_equal(batch_begin(b = batch_new(db)), DB_OK);
    assert_int_equal(batch_commit(b), DB_OK); /* an empty one */
    batch_free(b);
}

/* The rows of a referral that no partition holds are not lost, and it is not the referral's fault. */
static void test_no_partition(void **state)
{
    (void)state;
    struct batch *b = begin();
    struct chain_head head = {.city = 3213, .agency = STR("法院")};
    struct sample s = make(1, 3213, head.agency);
    s.referral = id_new(INT64_C(4102444800000), 3213); /* 2100 */
    assert_int_equal(batch_lock(b, &head, 1, NULL, 0, NULL, 0), DB_OK);
    sample_add(b, &s, &head);
    assert_int_equal(batch_commit(b), DB_WRONG);
    batch_free(b);
    assert_int_equal(pg_count("referral.submission"), 0);
}

static void test_supplements_and_quarantine(void **state)
{
    (void)state;
    struct id referral = id_new(NOON_MS, 3205);
    for (int round = 0; round < 2; round++) {
        struct batch *b = begin();
        char ref[2] = {(char)('b' - round), 0};
        struct supplement_row row = {.referral = referral, .supplement_ref = str_from(ref)};
        assert_int_equal(batch_find_supplements(b, &row, 1), DB_OK);
        assert_true(!row.found && row.in_all == round);
        assert_true(batch_add_supplement(b, &(struct supplement_row){.referral = referral, .supplement_ref = str_from(ref),
            .sealed = STR("\0\1\2"), .content = digest_of(ref, 1), .seq = (uint64_t)round + 1}));
        assert_true(batch_add_quarantine(b, &(struct quarantine_row){.id = id_new(NOON_MS, 3205), .agency = STR("a"),
            .reason = STR("undecodable"), .sealed = STR("\xff\xfe"), .content = digest_of("same", 4), .at_ms = NOON_MS}));
        assert_int_equal(batch_commit(b), DB_OK);
        batch_free(b);
    }
    struct batch *b = begin();
    struct supplement_row rows[4] = {
        {.referral = referral, .supplement_ref = STR("c")},
        {.referral = referral, .supplement_ref = STR("b")},
        {.referral = id_new(NOON_MS, 3205), .supplement_ref = STR("b")},
        {.referral = referral, .supplement_ref = STR("a")},
    };
    assert_int_equal(batch_find_supplements(b, rows, 4), DB_OK);
    assert_true(!rows[0].found && rows[0].in_all == 2);
    assert_true(rows[1].found && rows[1].seq == 1 && digest_eq(rows[1].content, digest_of("b", 1)) && rows[1].in_all == 2);
    assert_true(!rows[2].found && rows[2].in_all == 0);
    assert_true(rows[3].found && rows[3].seq == 2 && rows[3].in_all == 2);
    assert_true(str_empty(rows[1].sealed)); /* what is sealed stays where it is */
    batch_free(b);
    assert_int_equal(pg_count("referral.quarantine"), 1);
}

/* Personal data goes; what is hashed, counted or answered again stays. */
static void test_erase(void **state)
{
    (void)state;
    struct chain_head head = {.city = 3205, .agency = STR("agency")};
    struct sample gone = make(7, 3205, head.agency), kept = make(8, 3205, head.agency);
    struct batch *b = begin();
    assert_int_equal(batch_lock(b, &head, 1, NULL, 0, NULL, 0), DB_OK);
    sample_add(b, &gone, &head);
    sample_add(b, &kept, &head);
    assert_true(batch_add_supplement(b, &(struct supplement_row){.referral = gone.referral, .supplement_ref = STR("s"),
        .sealed = STR("personal"), .seq = 2}));
    assert_true(batch_set_head(b, &head));
    assert_int_equal(batch_commit(b), DB_OK);
    batch_free(b);
    b = begin();
    assert_true(batch_erase(b, gone.referral));
    assert_int_equal(batch_commit(b), DB_OK);
    batch_free(b);
    struct case_row c;
    struct journal_entry *e;
    int n;
    assert_int_equal(case_read(db, arena, gone.referral, &c), DB_OK);
    assert_true(c.found && c.sealed.n == 0 && str_eq(c.receipt, gone.receipt));
    assert_int_equal(case_read(db, arena, kept.referral, &c), DB_OK);
    assert_true(str_eq(c.sealed, kept.sealed));
    assert_int_equal(journal_of_referral(db, arena, gone.referral, &e, &n), DB_OK);
    assert_true(n == 2 && e[1].note_sealed.n == 0);
    assert_int_equal(journal_of_referral(db, arena, kept.referral, &e, &n), DB_OK);
    assert_true(n == 2 && str_eq(e[1].note_sealed, kept.sealed));
    assert_int_equal(pg_count("referral.supplement WHERE sealed = ''"), 1);
}

/* A batch given up or outlived by its connection leaves nothing behind. */
static void test_given_up(void **state)
{
    (void)state;
    struct batch *b = begin();
    struct chain_head head = {.city = 3213, .agency = STR("法院")};
    assert_int_equal(batch_lock(b, &head, 1, NULL, 0, NULL, 0), DB_OK);
    batch_free(b);
    assert_int_equal(pg_count("referral.chain"), 0);
    b = begin();
    assert_int_equal(batch_lock(b, &head, 1, NULL, 0, NULL, 0), DB_OK);
    db_close(db);
    batch_free(b);
    db = pg_open("batch");
    assert_int_equal(pg_count("referral.chain"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_many_rows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_round_trip, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lock_reads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_change, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_wrong_leaves_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_partition, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_supplements_and_quarantine, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_erase, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_given_up, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, pg_create_schema, pg_drop);
}
