/*
 * test_turns.c - role/office/snapshot.h: turns are taken one after the other, whoever decides and whatever comes of it
 */
#include "role/office/snapshot.h"

#include "base/check.h"
#include "conf/fixture.h"
#include "conf/small.h"

#include <pthread.h>

#define NOW     INT64_C(1767321000000)
#define ROUND   5
#define THREADS 4
#define EACH    1000

static const char roster[] = "organisations:\n"
                             "  - {id: room-1, name: 一室, kind: people, region: \"320505\", capacity: 9000, hub: hub-320505}\n"
                             "  - {id: room-2, name: 二室, kind: people, region: \"320505\", capacity: 9000, hub: hub-320505}\n"
                             "  - {id: room-3, name: 三室, kind: people, region: \"320505\", capacity: 9000, hub: hub-320505}\n"
                             "  - {id: room-4, name: 四室, kind: people, region: \"320505\", capacity: 9000, hub: hub-320505}\n"
                             "  - {id: room-5, name: 五室, kind: people, region: \"320505\", capacity: 9000, hub: hub-320505}\n";
static const char rules_text[] = "rules:\n"
                                 "  - id: by-load\n"
                                 "    name: 按负荷\n"
                                 "    when: {channel: police}\n"
                                 "    route:\n"
                                 "      - to: {kind: people, level: county}\n"
                                 "  - id: by-turns\n"
                                 "    name: 轮流\n"
                                 "    when: {}\n"
                                 "    route:\n"
                                 "      - to: {kind: people, level: county}\n"
                                 "        pick: %s\n";

struct world {
    struct fixture conf;
    char channels[8192], rules[512];
    struct snapshot *snapshot;
    struct referral referral;
};

static struct world *make(const char *pick)
{
    struct world *w = calloc(1, sizeof(*w));
    const struct peers *peers = NULL;
    fixture_init(&w->conf);
    snprintf(w->rules, sizeof(w->rules), rules_text, pick);
    fixture_add(&w->conf, "calendar/cn.csv", str_from(small_calendar));
    fixture_add(&w->conf, "categories/all.csv", str_from(small_categories));
    fixture_add(&w->conf, "channels.yaml", str_from(small_channels(w->channels)));
    fixture_add(&w->conf, "organisations/all.yaml", str_from(roster));
    fixture_add(&w->conf, "regions/all.csv", str_from(small_regions));
    fixture_add(&w->conf, "rules/10.yaml", str_from(w->rules));
    const struct ruleset *rules = conf_load_ruleset(&w->conf.source, false, w->conf.diag);
    if (!rules)
        diag_print(w->conf.diag, stderr, false);
    assert_non_null(rules);
    w->referral = (struct referral){.channel = CHANNEL_COURT, .mode = MODE_COURT_PRE_FILING, .category = -1, .arrived_ms = NOW,
                                    .place = region_find(&rules->regions, STR("320505001001")), .earlier.organisation = -1};
    w->snapshot = snapshot_new(&rules, &peers);
    return w;
}

static void end(struct world *w)
{
    snapshot_unref(w->snapshot);
    fixture_fini(&w->conf);
    free(w);
}

static int decided(struct world *w, struct arena *a, struct turn *t)
{
    struct decision d;
    const struct question q = {.referral = &w->referral, .load = snapshot_load(w->snapshot), .now_ms = NOW};
    assert_true(snapshot_decide(w->snapshot, a, &q, &d, t));
    assert_int_equal(d.outcome, OUTCOME_ASSIGNED);
    return d.organisation;
}

/* All within one millisecond. */
static void one_after_the_other(void **state)
{
    (void)state;
    struct world *w = make("round_robin");
    struct turn t;
    for (int i = 0; i < 4 * ROUND; i++) {
        assert_int_equal(decided(w, w->conf.arena, &t), i % ROUND);
        assert_true(t.at_ms == NOW + i && t.organisation == i % ROUND);
    }
    end(w);
}

static void a_turn_that_came_to_nothing_is_given_back(void **state)
{
    (void)state;
    struct world *w = make("round_robin");
    struct turn first, t;
    assert_int_equal(decided(w, w->conf.arena, &first), 0);
    assert_int_equal(decided(w, w->conf.arena, &t), 1);
    snapshot_give_turn_back(w->snapshot, &first);
    assert_int_equal(decided(w, w->conf.arena, &t), 0); /* it has waited longest again */
    assert_int_equal(decided(w, w->conf.arena, &t), 2);
    snapshot_give_turn_back(w->snapshot, &first); /* it has had another one since: that one stays */
    assert_int_equal(decided(w, w->conf.arena, &t), 3);
    snapshot_give_turn_back(w->snapshot, &(struct turn){.organisation = -1});
    end(w);
}

/* What is on record when the snapshot is made counts, and nothing turns time back. */
static void what_is_on_record_counts(void **state)
{
    (void)state;
    struct world *w = make("round_robin");
    struct turn t;
    for (int i = 0; i < ROUND; i++)
        snapshot_note_given(w->snapshot, i, NOW - (i == 3 ? 7 : i));
    assert_int_equal(decided(w, w->conf.arena, &t), 3);
    snapshot_note_given(w->snapshot, 3, NOW - 100);
    assert_int_equal(decided(w, w->conf.arena, &t), 4);
    snapshot_note_given(w->snapshot, 2, NOW + 60000);
    assert_int_equal(decided(w, w->conf.arena, &t), 1);
    assert_true(t.at_ms == NOW + 60001);
    end(w);
}

/* An assignment by another rule is one all the same: who just had one waits. */
static void assignments_of_other_rules_count(void **state)
{
    (void)state;
    struct world *w = make("round_robin");
    struct turn t;
    w->referral.channel = CHANNEL_POLICE;
    w->referral.mode = MODE_POLICE_CIVIL;
    assert_int_equal(decided(w, w->conf.arena, &t), 0);
    assert_int_equal(t.organisation, 0);
    w->referral.channel = CHANNEL_COURT;
    w->referral.mode = MODE_COURT_PRE_FILING;
    assert_int_equal(decided(w, w->conf.arena, &t), 1);
    end(w);
}

/* A duplicate, say: it must not move anybody to the end of the round. */
static void what_came_to_nothing_under_other_rules_counts_not(void **state)
{
    (void)state;
    struct world *w = make("round_robin");
    struct turn t;
    w->referral.channel = CHANNEL_POLICE;
    w->referral.mode = MODE_POLICE_CIVIL;
    assert_int_equal(decided(w, w->conf.arena, &t), 0);
    snapshot_give_turn_back(w->snapshot, &t);
    w->referral.channel = CHANNEL_COURT;
    w->referral.mode = MODE_COURT_PRE_FILING;
    assert_int_equal(decided(w, w->conf.arena, &t), 0);
    end(w);
}

static void without_turns_nothing_is_kept(void **state)
{
    (void)state;
    struct world *w = make("least_loaded");
    struct turn t;
    snapshot_note_given(w->snapshot, 0, NOW);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(decided(w, w->conf.arena, &t), 0);
        assert_true(t.organisation == -1 && t.at_ms == NOW);
    }
    assert_true(snapshot_load(w->snapshot).of(w->snapshot, 0).given_ms == 0);
    end(w);
}

struct decider {
    struct world *world;
    int counts[ROUND];
};

static void *decide_many(void *arg)
{
    struct decider *d = arg;
    struct turn t;
    for (int i = 0; i < EACH; i++) {
        struct arena *a = arena_new(0);
        d->counts[decided(d->world, a, &t)]++;
        arena_free(a);
    }
    return NULL;
}

/* Intake and keepers decide by one board. */
static void many_threads_share_one_round(void **state)
{
    (void)state;
    struct world *w = make("round_robin");
    struct decider deciders[THREADS];
    pthread_t threads[THREADS];
    int low = THREADS * EACH, high = 0;
    for (int i = 0; i < THREADS; i++) {
        deciders[i] = (struct decider){.world = w};
        assert_int_equal(pthread_create(&threads[i], NULL, decide_many, &deciders[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int k = 0; k < ROUND; k++) {
        int sum = 0;
        for (int i = 0; i < THREADS; i++)
            sum += deciders[i].counts[k];
        low = sum < low ? sum : low;
        high = sum > high ? sum : high;
    }
    assert_int_equal(high, low); /* a multiple of the round: everybody the same */
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_after_the_other),
        cmocka_unit_test(a_turn_that_came_to_nothing_is_given_back),
        cmocka_unit_test(what_is_on_record_counts),
        cmocka_unit_test(assignments_of_other_rules_count),
        cmocka_unit_test(what_came_to_nothing_under_other_rules_counts_not),
        cmocka_unit_test(without_turns_nothing_is_kept),
        cmocka_unit_test(many_threads_share_one_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
