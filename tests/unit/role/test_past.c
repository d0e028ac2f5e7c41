/*
 * test_past.c - role/keeper/past.h: who is told what came before, in batches that are made by hand
 */
#include "store/pg_fixture.h"

#include "base/check.h"
#include "base/log.h"
#include "conf/fixture.h"
#include "conf/small.h"
#include "role/keeper/past.h"
#include "store/reader.h"
#include "wire/client.h"
#include "wire/record.h"

#define ARRIVED NOON_MS
#define ROOMS   5

static const char roster[] = "organisations:\n"
                             "  - {id: room-1, name: 一室, kind: family, region: \"320505\", capacity: 20, hub: hub-320505}\n"
                             "  - {id: room-2, name: 二室, kind: family, region: \"320505\", capacity: 20, hub: hub-320505}\n"
                             "  - {id: room-3, name: 三室, kind: family, region: \"320505\", capacity: 20, hub: hub-320505}\n"
                             "  - {id: room-4, name: 四室, kind: family, region: \"320505\", capacity: 20, hub: hub-320505}\n"
                             "  - {id: room-5, name: 五室, kind: family, region: \"320505\", capacity: 20, hub: hub-320505}\n";
static const char asking[] = "rules:\n"
                             "  - id: often\n"
                             "    name: 多次\n"
                             "    when: {earlier: {at_least: 3}}\n"
                             "    manual: {reason: often}\n"
                             "  - id: sticky\n"
                             "    name: 原组织\n"
                             "    when: {}\n"
                             "    route:\n"
                             "      - to: {kind: family}\n"
                             "        pick: sticky\n";
static const char plain[] = "rules:\n"
                            "  - id: plain\n"
                            "    name: 不问\n"
                            "    when: {}\n"
                            "    route:\n"
                            "      - to: {kind: family}\n";

struct set {
    struct fixture conf;
    char channels[8192];
    struct snapshot *snapshot;
};

static struct office office;
static struct set asks, does_not;
static struct ledger ledger;
static struct db *db;
static struct arena *arena;
static int numbers;

static void build(struct set *s, const char *rules_text)
{
    static struct peer court;
    struct peers *peers;
    fixture_init(&s->conf);
    fixture_add(&s->conf, "calendar/cn.csv", str_from(small_calendar));
    fixture_add(&s->conf, "categories/all.csv", str_from(small_categories));
    fixture_add(&s->conf, "channels.yaml", str_from(small_channels(s->channels)));
    fixture_add(&s->conf, "organisations/all.yaml", str_from(roster));
    fixture_add(&s->conf, "regions/all.csv", str_from(small_regions));
    fixture_add(&s->conf, "rules/10.yaml", str_from(rules_text));
    const struct ruleset *rules = conf_load_ruleset(&s->conf.source, false, s->conf.diag);
    if (!rules)
        diag_print(s->conf.diag, stderr, false);
    assert_non_null(rules);
    court = (struct peer){.kind = PEER_AGENCY, .id = STR("court-320505"), .name = STR("虎丘区人民法院"), .channel = CHANNEL_COURT,
                          .region_code = STR("3205"), .city = 3205, .enrolled = true};
    struct arena *pa = arena_new(0);
    peers = ARENA_NEW(pa, struct peers);
    *peers = (struct peers){.arena = pa, .items = &court, .n = 1};
    atomic_init(&peers->refs, 1);
    const struct peers *p = peers;
    s->snapshot = snapshot_new(&rules, &p);
    assert_non_null(s->snapshot);
}

static int set_up_all(void **state)
{
    char dir[] = "/tmp/test_past.XXXXXX", path[64], why[200];
    pg_create_schema(state);
    log_setup(LOG_TEXT, LOG_ERROR);
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/keys", dir);
    assert_true(keyring_create(path, why, sizeof(why)));
    office.personal = keyring_load(path, why, sizeof(why));
    unlink(path);
    rmdir(dir);
    assert_non_null(office.personal);
    return 0;
}

static int tear_down_all(void **state)
{
    keyring_free(office.personal);
    return pg_drop(state);
}

static int set_up(void **state)
{
    pg_empty(state);
    build(&asks, asking);
    build(&does_not, plain);
    db = pg_open("past");
    arena = arena_new(0);
    ledger = (struct ledger){.office = &office, .db = db};
    for (int i = 0; i < ROOMS; i++)
        pg_sql(pg.conninfo, "INSERT INTO referral.load (city, organisation, capacity, wanted) VALUES (3205, 'room-%d', 20, 20)",
               i + 1);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    db_close(db);
    arena_free(arena);
    snapshot_unref(asks.snapshot);
    snapshot_unref(does_not.snapshot);
    fixture_fini(&asks.conf);
    fixture_fini(&does_not.conf);
    return 0;
}

/* One referral between two people who are the same whenever `pair` is; `link`: a number, or empty. */
static struct str made(int pair, const char *ref, const char *link)
{
    static const char *const people[][2] = {{"11010519491231002X", "110105194912310038"},
                                            {"110105194912310046", "110105194912310054"}};
    const struct client_link links[] = {{.agency_ref = str_from(link)}};
    const struct client_party parties[] = {
        {.role = PARTY_APPLICANT, .kind = PARTY_PERSON, .name = STR("甲"), .identity_kind = IDENTITY_RESIDENT,
         .identity_number = str_from(people[pair][0])},
        {.role = PARTY_RESPONDENT, .kind = PARTY_PERSON, .name = STR("乙"), .identity_kind = IDENTITY_RESIDENT,
         .identity_number = str_from(people[pair][1])}};
    const struct client_referral r = {.channel = CHANNEL_COURT, .mode = MODE_COURT_PRE_FILING, .agency_ref = str_from(ref),
                                      .place_code = STR("320505001001"), .summary = STR("争执"), .parties = parties, .n_parties = 2,
                                      .links = links, .n_links = *link ? 1 : 0};
    return client_referral_encode(arena, &r);
}

/* A work as intake would make it. */
static struct work *work_of(struct set *s, int n, const struct str *bytes)
{
    struct work *w = work_new(WORK_SUBMIT, ORIGIN_INTAKE, s->snapshot, 0);
    w->agency = w->actor = STR("court-320505");
    w->city = 3205;
    w->peer = 0;
    w->arrived_ms = ARRIVED + ++numbers;
    w->submit.n = n;
    w->submit.items = ARENA_ARRAY(w->arena, (size_t)n, struct work_item);
    for (int i = 0; i < n; i++) {
        struct work_item *item = &w->submit.items[i];
        item->bytes = bytes[i];
        item->content = digest_of(bytes[i].p, bytes[i].n);
        item->faults.arena = w->arena;
        item->id = id_new(w->arrived_ms, 3205);
        item->verdict = referral_decode(w->arena, s->snapshot->rules, &s->snapshot->peers->items[0], w->arrived_ms, bytes[i],
                                        &item->referral, &item->agency_ref, &item->faults);
        assert_int_equal(item->verdict, REFERRAL_OK);
        const struct question q = {.referral = &item->referral, .load = snapshot_load(s->snapshot), .now_ms = w->arrived_ms};
        assert_true(snapshot_decide(s->snapshot, w->arena, &q, &item->decision, &item->turn));
        item->decided = true;
        snapshot_pending(s->snapshot, item->decision.organisation, 1);
    }
    return w;
}

static void run(struct work **works, int n)
{
    enum db_result r = ledger_submit(&ledger, works, n);
    if (r != DB_OK)
        fail_msg("%d: %s", (int)r, db_error(db));
    ledger_end(&ledger);
}

static struct record decided(const struct work_item *item)
{
    struct decision_read *d;
    struct record r;
    int n;
    assert_int_equal(decision_list(db, arena, item->id, &d, &n), DB_OK);
    assert_int_equal(n, 1);
    assert_true(record_decode(arena, d[0].record, &r));
    return r;
}

/* Three works, two of them of rules that ask, in one batch. */
static void test_one_batch(void **state)
{
    (void)state;
    const struct str first[] = {made(0, "a-1", ""), made(1, "a-2", "")}, second[] = {made(0, "b-1", "")},
                     third[] = {made(0, "c-1", ""), made(0, "c-2", ""), made(1, "c-3", "a-1")};
    struct work *works[] = {work_of(&asks, 2, first), work_of(&does_not, 1, second), work_of(&asks, 3, third)};
    run(works, 3);
    struct record a1 = decided(&works[0]->submit.items[0]), a2 = decided(&works[0]->submit.items[1]),
                  b1 = decided(&works[1]->submit.items[0]), c1 = decided(&works[2]->submit.items[0]),
                  c2 = decided(&works[2]->submit.items[1]), c3 = decided(&works[2]->submit.items[2]);
    assert_true(a1.earlier.count == 0 && a2.earlier.count == 0);
    assert_true(b1.earlier.count == 0 && str_eqz(b1.rule, "plain")); /* does not ask, is not marked, does not count */
    assert_int_equal(c1.earlier.count, 1);
    assert_int_equal(c2.earlier.count, 2);
    assert_int_equal(c3.earlier.count, 1);
    assert_false(str_eq(a1.organisation, a2.organisation));
    assert_true(str_eq(c1.organisation, a1.organisation) && str_eq(c2.organisation, a1.organisation));
    assert_true(str_eq(c3.earlier.organisation, a1.organisation) && str_eq(c3.organisation, a1.organisation)); /* the link */
    assert_true(c1.earlier.last_ms == works[0]->arrived_ms && c2.earlier.last_ms == works[2]->arrived_ms);
    assert_int_equal(pg_count("referral.party_mark"), 5);
    const struct str fourth[] = {made(0, "d-1", "")};
    struct work *later = work_of(&asks, 1, fourth);
    run(&later, 1);
    struct record d1 = decided(&later->submit.items[0]);
    assert_true(str_eqz(d1.rule, "often") && d1.earlier.count == 3 && d1.outcome == OUTCOME_MANUAL);
    for (int i = 0; i < 3; i++)
        work_free(works[i]);
    work_free(later);
}

/* A batch whose commit was in doubt is run again: the same receipts, no second mark, and the next one counts right. */
static void test_run_again(void **state)
{
    (void)state;
    const struct str bytes[] = {made(0, "a-1", ""), made(0, "a-2", "")};
    struct work *w = work_of(&asks, 2, bytes);
    run(&w, 1);
    struct str before = arena_str(arena, w->submit.items[1].receipt);
    assert_true(before.n > 0 && !w->submit.items[1].duplicate);
    run(&w, 1);
    assert_true(str_eq(before, w->submit.items[1].receipt) && !w->submit.items[1].duplicate); /* our own commit */
    assert_int_equal(pg_count("referral.party_mark"), 2);
    const struct str more[] = {made(0, "a-3", "")};
    struct work *next = work_of(&asks, 1, more);
    run(&next, 1);
    assert_int_equal(decided(&next->submit.items[0]).earlier.count, 2);
    work_free(w);
    work_free(next);
}

/* Where the organisation that had it is full, another one takes it; the next looks to the newest of them. */
static void test_full(void **state)
{
    (void)state;
    const struct str bytes[] = {made(0, "a-1", "")};
    struct work *w = work_of(&asks, 1, bytes);
    run(&w, 1);
    struct record first = decided(&w->submit.items[0]);
    pg_sql(pg.conninfo, "UPDATE referral.load SET open = capacity WHERE organisation = '" STR_FMT "'", STR_ARG(first.organisation));
    const struct str two[] = {made(0, "a-2", ""), made(0, "a-3", "")};
    struct work *next = work_of(&asks, 2, two);
    run(&next, 1);
    struct record a2 = decided(&next->submit.items[0]), a3 = decided(&next->submit.items[1]);
    assert_true(str_eq(a2.earlier.organisation, first.organisation) && !str_eq(a2.organisation, first.organisation));
    assert_true(str_eq(a3.earlier.organisation, a2.organisation) && str_eq(a3.organisation, a2.organisation));
    assert_string_equal(pg_sql(pg.conninfo, "SELECT sum(open) FROM referral.load"), "22"); /* 20 filled by hand, two by rule */
    work_free(w);
    work_free(next);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_one_batch, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_full, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
