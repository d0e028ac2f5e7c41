/*
 * test_chaincheck.c - role/control/chaincheck.h: what a changed journal looks like to it
 */
#include "role/control/chaincheck.h"

#include "base/check.h"
#include "store/bind.h"
#include "wire/journal.h"

#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

enum { ENTRIES = 5, NOTED = 3 };

struct fixture {
    struct arena *arena;
    struct keyring *keys;
    struct journal_entry entries[ENTRIES + 1]; /* from 1 */
    struct chain_row head;
};

static struct journal_entry make_entry(struct fixture *f, uint64_t seq, struct digest previous)
{
    char bound[BIND_LONG_SIZE];
    struct step step = {.agency = f->head.agency,
                        .seq = seq,
                        .at_ms = 1760000000000 + (int64_t)seq,
                        .kind = STEP_PROGRESS,
                        .referral = id_new(1760000000000, 3205),
                        .agency_ref = STR("T-1"),
                        .state = STATE_ACCEPTED,
                        .actor = STR("hub-320505")};
    struct journal_entry e = {.seq = seq, .at_ms = step.at_ms, .referral = step.referral, .kind = step.kind};
    struct digest note;
    if (seq == NOTED) {
        struct str bytes = note_encode(f->arena, STR("电话中双方均愿调解"), NULL, 0);
        note = digest_of(bytes.p, bytes.n);
        step.note = &note;
        e.note_sealed = seal(f->keys, f->arena, bytes, bind_note(bound, f->head.city, f->head.agency, seq));
    }
    e.body = step_encode(f->arena, &step);
    e.hash = digest_chain(previous, e.body.p, e.body.n);
    return e;
}

static int set_up(void **state)
{
    char path[] = "/tmp/test_chaincheck.XXXXXX", why[200];
    struct fixture *f = calloc(1, sizeof(*f));
    assert_true(sodium_init() >= 0);
    close(mkstemp(path));
    unlink(path);
    f->arena = arena_new(0);
    assert_true(keyring_create(path, why, sizeof(why)));
    f->keys = keyring_load(path, why, sizeof(why));
    assert_non_null(f->keys);
    unlink(path);
    f->head = (struct chain_row){.city = 3205, .agency = STR("court-320505"), .seq = ENTRIES};
    struct digest previous = {{0}};
    for (uint64_t seq = 1; seq <= ENTRIES; seq++) {
        f->entries[seq] = make_entry(f, seq, previous);
        previous = f->entries[seq].hash;
    }
    f->head.hash = previous;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    keyring_free(f->keys);
    arena_free(f->arena);
    free(f);
    return 0;
}

static struct chain_check check(struct fixture *f, const struct keyring *keys, uint64_t left_out)
{
    struct chain_check c = {.city = f->head.city, .agency = f->head.agency, .keys = keys};
    for (uint64_t seq = 1; seq <= ENTRIES && !c.bad_seq; seq++)
        if (seq != left_out)
            chain_check_entry(&c, f->arena, &f->entries[seq]);
    if (!c.bad_seq)
        chain_check_head(&c, &f->head);
    return c;
}

static void an_untouched_journal_is_right(void **state)
{
    struct fixture *f = *state;
    struct chain_check c = check(f, f->keys, 0);
    assert_int_equal(c.bad_seq, 0);
    assert_int_equal(c.seq, ENTRIES);
    assert_int_equal(c.notes, 1);
    assert_int_equal(c.notes_closed, 0);
}

static void a_changed_byte_breaks_it_there(void **state)
{
    struct fixture *f = *state;
    struct str body = arena_bytes(f->arena, f->entries[2].body.p, f->entries[2].body.n);
    ((char *)body.p)[body.n - 1] ^= 1;
    f->entries[2].body = body;
    assert_int_equal(check(f, f->keys, 0).bad_seq, 2);
}

static void a_gap_is_named(void **state)
{
    struct fixture *f = *state;
    struct chain_check c = check(f, f->keys, 4);
    assert_int_equal(c.bad_seq, 4);
    assert_non_null(strstr(c.fault, "missing"));
}

static void a_missing_end_is_seen_by_the_head(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(check(f, f->keys, ENTRIES).bad_seq, ENTRIES);
    f->head.hash.b[0] ^= 1;
    assert_int_equal(check(f, f->keys, 0).bad_seq, ENTRIES);
}

static void columns_must_agree_with_the_body(void **state)
{
    struct fixture *f = *state;
    struct journal_entry good = f->entries[2];
    f->entries[2].kind = STEP_CONCLUDED;
    assert_int_equal(check(f, f->keys, 0).bad_seq, 2);
    f->entries[2] = good;
    f->entries[2].at_ms++;
    assert_int_equal(check(f, f->keys, 0).bad_seq, 2);
    f->entries[2] = good;
    f->entries[2].referral = f->entries[1].referral;
    assert_int_equal(check(f, f->keys, 0).bad_seq, 2);
    f->entries[2] = good;
    f->head.agency = STR("court-320506"); /* a journal moved to another agency */
    assert_int_equal(check(f, NULL, 0).bad_seq, 1);
}

static void a_note_is_bound_to_its_entry(void **state)
{
    struct fixture *f = *state;
    char bound[BIND_LONG_SIZE];
    struct str other = note_encode(f->arena, STR("改过的话"), NULL, 0);
    struct journal_entry good = f->entries[NOTED];
    f->entries[NOTED].note_sealed =
        seal(f->keys, f->arena, other, bind_note(bound, f->head.city, f->head.agency, NOTED));
    assert_int_equal(check(f, f->keys, 0).bad_seq, NOTED);
    f->entries[2].note_sealed = f->entries[NOTED].note_sealed; /* beside an entry that has none */
    assert_int_equal(check(f, f->keys, 0).bad_seq, 2);
    f->entries[2].note_sealed = STR("");
    f->entries[NOTED] = good;
    f->entries[NOTED].note_sealed = STR(""); /* erased: nothing to say against it */
    assert_int_equal(check(f, f->keys, 0).bad_seq, 0);
    f->entries[NOTED] = good;
    struct chain_check c = check(f, NULL, 0); /* no key: counted, no verdict */
    assert_int_equal(c.bad_seq, 0);
    assert_int_equal(c.notes_closed, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_untouched_journal_is_right, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_changed_byte_breaks_it_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_gap_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_missing_end_is_seen_by_the_head, set_up, tear_down),
        cmocka_unit_test_setup_teardown(columns_must_agree_with_the_body, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_note_is_bound_to_its_entry, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
