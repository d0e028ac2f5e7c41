/*
 * test_versions.c - rule sets kept, published, found by the beginning of their hash, proposed
 */
#include "store/pg_fixture.h"

#include "store/version.h"

static struct db *db;
static struct arena *arena;
static struct id daemon_id;

static int set_up(void **state)
{
    pg_empty(state);
    db = pg_open("versions");
    arena = arena_new(0);
    daemon_id = id_new(NOON_MS, 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    db_close(db);
    arena_free(arena);
    return 0;
}

static struct digest hash_of(const char *name)
{
    return digest_of(name, strlen(name));
}

static struct stored_file file(const char *name, struct str bytes)
{
    return (struct stored_file){str_from(name), bytes, digest_of(bytes.p, bytes.n)};
}

/* Publishes the set `name`, which has one file, at NOON_MS + ms. */
static struct publication_row publish(const char *name, const char *directory, int64_t ms, const struct publication_row *base,
                                      bool *done)
{
    const struct stored_file one = file("rules/10.yaml", str_from(name));
    const struct publication_row row = {.at_ms = NOON_MS + ms,
                                        .daemon = daemon_id,
                                        .hash = hash_of(name),
                                        .directory = hash_of(directory),
                                        .kind = strcmp(name, directory) == 0 ? PUBLICATION_DIRECTORY : PUBLICATION_ROLLBACK,
                                        .who = STR("张三"),
                                        .reason = STR("春节"),
                                        .rules = 7,
                                        .organisations = 9};
    bool kept;
    assert_int_equal(ruleset_publish(db, &one, 1, &row, base, done ? done : &kept), DB_OK);
    if (!done)
        assert_true(kept);
    struct publication_row newest;
    bool found;
    assert_int_equal(publication_newest(db, arena, &newest, &found), DB_OK);
    assert_true(found);
    return newest;
}

static void files_come_back_whole(void **state)
{
    (void)state;
    const struct stored_file files[] = {file("a/10.yaml", STR("rules: 中文\n")), file("a/20.yaml", STR("rules: []\0")),
                                        file("copy.yaml", STR("rules: 中文\n"))};
    struct stored_file *out, one;
    struct file_row *rows;
    struct ruleset_row set;
    bool found;
    int n;
    for (int i = 0; i < 2; i++) /* a repetition changes nothing */
        assert_int_equal(ruleset_keep(db, hash_of("set"), files, 3, STR("张三"), NOON_MS + i), DB_OK);
    assert_int_equal(pg_count("referral.ruleset_file"), 2);
    assert_int_equal(pg_count("referral.ruleset"), 1);
    assert_int_equal(pg_count("referral.publication"), 0);
    assert_int_equal(ruleset_fetch(db, arena, hash_of("set"), &out, &n, &found), DB_OK);
    assert_true(found && n == 3);
    for (int i = 0; i < 3; i++)
        assert_true(str_eq(out[i].name, files[i].name) && str_eq(out[i].bytes, files[i].bytes) &&
                    digest_eq(out[i].digest, files[i].digest));
    assert_int_equal(ruleset_files(db, arena, hash_of("set"), &rows, &n), DB_OK);
    assert_true(n == 3 && str_eq(rows[1].name, STR("a/20.yaml")) && rows[1].size == 10 && digest_eq(rows[2].digest, files[0].digest));
    assert_int_equal(ruleset_file(db, arena, hash_of("set"), STR("a/20.yaml"), &one, &found), DB_OK);
    assert_true(found && str_eq(one.bytes, files[1].bytes));
    assert_int_equal(ruleset_file(db, arena, hash_of("set"), STR("a/30.yaml"), &one, &found), DB_OK);
    assert_false(found);
    assert_int_equal(ruleset_read(db, arena, hash_of("set"), &set), DB_OK);
    assert_true(set.found && set.kept_ms == NOON_MS && str_eq(set.who, STR("张三")) && set.publications == 0 && set.published_ms == 0);
    assert_int_equal(ruleset_read(db, arena, hash_of("none"), &set), DB_OK);
    assert_false(set.found);
    assert_int_equal(ruleset_fetch(db, arena, hash_of("none"), &out, &n, &found), DB_OK);
    assert_true(!found && n == 0);
}

static void publications_stand_in_order(void **state)
{
    (void)state;
    struct publication_row *rows, p;
    bool found;
    int n;
    assert_int_equal(publication_newest(db, arena, &p, &found), DB_OK);
    assert_false(found);
    publish("one", "one", 0, NULL, NULL);
    p = publish("two", "two", 1000, NULL, NULL);
    assert_int_equal(p.at_ms, NOON_MS + 1000);
    /* By a daemon whose clock is slow: it is the newest all the same. */
    p = publish("one", "two", -5000, NULL, NULL);
    assert_true(p.at_ms == NOON_MS + 1001 && digest_eq(p.hash, hash_of("one")) && digest_eq(p.directory, hash_of("two")));
    assert_true(p.kind == PUBLICATION_ROLLBACK && p.rules == 7 && p.organisations == 9);
    assert_true(str_eq(p.who, STR("张三")) && str_eq(p.reason, STR("春节")) && id_eq(p.daemon, daemon_id));
    assert_int_equal(publication_log(db, arena, 2, &rows, &n), DB_OK);
    assert_true(n == 2 && digest_eq(rows[0].hash, hash_of("one")) && digest_eq(rows[1].hash, hash_of("two")));
    assert_true(digest_eq(rows[1].directory, rows[1].hash));
    /* As a publication of before the migration stands there. */
    pg_sql(pg.conninfo, "INSERT INTO referral.publication (at, hash, daemon, who) SELECT now(), hash, daemon, 'x' "
                        "FROM referral.publication WHERE hash = '\\x%s' LIMIT 1", digest_hex(hash_of("two"), (char[DIGEST_HEX_SIZE]){0}));
    assert_int_equal(publication_newest(db, arena, &p, &found), DB_OK);
    assert_true(digest_eq(p.directory, hash_of("two")) && p.rules == 0 && p.reason.n == 0);
}

static void only_on_the_base_that_was_meant(void **state)
{
    (void)state;
    struct publication_row one = publish("one", "one", 0, NULL, NULL), two = publish("two", "two", 10, NULL, NULL);
    bool done = true;
    publish("three", "three", 20, &one, &done);
    assert_false(done);
    assert_int_equal(pg_count("referral.publication"), 2);
    publish("three", "three", 20, &two, &done);
    assert_true(done);
}

static void decisions_are_counted_by_set(void **state)
{
    (void)state;
    struct publication_row *rows;
    int n;
    publish("one", "one", 0, NULL, NULL);
    publish("two", "two", 1, NULL, NULL);
    publish("one", "one", 2, NULL, NULL);
    for (int city = 3201; city <= 3202; city++)
        pg_sql(pg.conninfo, "INSERT INTO referral.chain (city, agency, seq) VALUES (%d, 'a', 1)", city);
    for (int i = 0; i < 5; i++)
        pg_sql(pg.conninfo, "INSERT INTO referral.decision (city, arrived, referral, n, at, ruleset, rule, outcome, record) VALUES "
                            "(%d, '2026-03-02 01:00Z', gen_random_uuid(), 1, now(), '\\x%s', 'r', 1, '')", 3201 + i % 2,
               digest_hex(hash_of(i < 3 ? "one" : "two"), (char[DIGEST_HEX_SIZE]){0}));
    assert_int_equal(publication_log(db, arena, 10, &rows, &n), DB_OK);
    assert_int_equal(n, 3);
    assert_true(rows[0].decisions == 3 && rows[1].decisions == 2 && rows[2].decisions == 3);
}

static void found_by_range(void **state)
{
    (void)state;
    struct digest low = {{0}}, high, *found;
    int n;
    memset(high.b, 0xff, sizeof(high.b));
    publish("one", "one", 0, NULL, NULL);
    publish("two", "two", 1, NULL, NULL);
    assert_int_equal(ruleset_between(db, arena, low, high, 10, &found, &n), DB_OK);
    assert_int_equal(n, 2);
    assert_int_equal(ruleset_between(db, arena, low, high, 1, &found, &n), DB_OK);
    assert_int_equal(n, 1);
    assert_int_equal(ruleset_between(db, arena, hash_of("two"), hash_of("two"), 10, &found, &n), DB_OK);
    assert_true(n == 1 && digest_eq(found[0], hash_of("two")));
}

static void proposals_wait_on_their_base(void **state)
{
    (void)state;
    struct proposal_row row = {.at_ms = NOON_MS + 100, .daemon = daemon_id, .hash = hash_of("next"), .kind = PUBLICATION_PROPOSED,
                               .who = STR("李四"), .reason = STR("因")}, *rows;
    struct stored_file next = file("rules/10.yaml", STR("next"));
    bool done = true;
    int n;
    assert_int_equal(ruleset_keep(db, hash_of("next"), &next, 1, STR("李四"), NOON_MS), DB_OK);
    assert_int_equal(proposal_add(db, &row, &done), DB_OK);
    assert_false(done); /* there is nothing to stand on */
    publish("one", "one", 0, NULL, NULL);
    assert_int_equal(proposal_add(db, &row, &done), DB_OK);
    assert_true(done);
    assert_int_equal(proposal_list(db, arena, 10, &rows, &n), DB_OK);
    assert_true(n == 1 && rows[0].state == PROPOSAL_OPEN && digest_eq(rows[0].hash, row.hash) && str_eq(rows[0].who, row.who) &&
                str_eq(rows[0].reason, row.reason) && rows[0].kind == PUBLICATION_PROPOSED && rows[0].at_ms == row.at_ms);
    publish("two", "two", 200, NULL, NULL);
    row.at_ms = NOON_MS + 300;
    assert_int_equal(proposal_add(db, &row, &done), DB_OK);
    assert_int_equal(proposal_list(db, arena, 10, &rows, &n), DB_OK);
    assert_true(n == 2 && rows[0].state == PROPOSAL_OPEN && rows[1].state == PROPOSAL_STALE);
    const struct publication_row approved = {.at_ms = NOON_MS + 400, .daemon = daemon_id, .hash = row.hash, .directory = row.hash,
                                             .kind = PUBLICATION_PROPOSED, .who = STR("王五"), .proposer = row.who};
    assert_int_equal(ruleset_publish(db, NULL, 0, &approved, NULL, &done), DB_OK);
    assert_true(done);
    assert_int_equal(proposal_list(db, arena, 1, &rows, &n), DB_OK);
    assert_true(n == 1 && rows[0].state == PROPOSAL_PUBLISHED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(files_come_back_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(publications_stand_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_on_the_base_that_was_meant, set_up, tear_down),
        cmocka_unit_test_setup_teardown(decisions_are_counted_by_set, set_up, tear_down),
        cmocka_unit_test_setup_teardown(found_by_range, set_up, tear_down),
        cmocka_unit_test_setup_teardown(proposals_wait_on_their_base, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, pg_create_schema, pg_drop);
}
