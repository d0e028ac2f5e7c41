/*
 * test_scan.c - hostile shapes: what must be refused before protobuf-c sees it
 */
#include "wire/world.h"

#include "wire/alloc.h"
#include "wire/scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "referral/v1/envelope.pb-c.h"
#include "referral/v1/referral.pb-c.h"

#define REFERRAL (&referral__v1__referral__descriptor)

static enum scan_result look(const ProtobufCMessageDescriptor *type, struct str bytes, size_t budget,
                             struct faults *faults)
{
    const struct scan_wish wish = {.budget = budget, .text = true, .faults = faults};
    return scan_message(type, bytes, &wish);
}

static bool told(const struct faults *f, size_t i, enum fault_code code, const char *path)
{
    return i < f->n && f->items[i].code == code && str_eqz(f->items[i].field, path);
}

static void finds_bad_text_with_its_path(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct faults f = {.arena = a};
    /* parties {}, parties {name: "a\0b", representative {name: "\xff"}}, tags "x", tags "\x01", agency_ref
     * "a\nb" */
    const struct str bytes = STR("\x4a\x00"
                                 "\x4a\x0a\x1a\x03"
                                 "a\0b"
                                 "\x52\x03\x0a\x01\xff"
                                 "\x52\x01x\x52\x01\x01\x1a\x03"
                                 "a\nb");
    assert_int_equal(look(REFERRAL, bytes, 100000, &f), SCAN_BAD_TEXT);
    assert_int_equal(f.n, 4);
    assert_true(told(&f, 0, FAULT_NUL_IN_TEXT, "parties[1].name"));
    assert_true(told(&f, 1, FAULT_BAD_UTF8, "parties[1].representative.name"));
    assert_true(told(&f, 2, FAULT_CONTROL_IN_TEXT, "tags[1]"));
    assert_true(told(&f, 3, FAULT_CONTROL_IN_TEXT, "agency_ref"));
    assert_int_equal(look(REFERRAL, bytes, 100000, NULL), SCAN_BAD_TEXT);
    const struct scan_wish no_text = {.budget = 100000};
    assert_int_equal(scan_message(REFERRAL, bytes, &no_text), SCAN_OK);
    arena_free(a);
}

static void paths_start_in_the_body(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct faults f = {.arena = a};
    assert_int_equal(look(&referral__v1__client_message__descriptor, STR("\x62\x03\x12\x01\x02"), 100000, &f),
                     SCAN_BAD_TEXT);
    assert_true(told(&f, 0, FAULT_CONTROL_IN_TEXT, "reason"));
    arena_free(a);
}

static void refuses_what_does_not_decode(void **state)
{
    (void)state;
    static const struct str shapes[] = {
        STR("\x00"),                                         /* field 0 */
        STR("\x0b"),                                         /* a group */
        STR("\x08"),                                         /* a number that is not there */
        STR("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), /* that never ends */
        STR("\x1a\x05xx"),                                   /* text cut short */
        STR("\x1a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), /* longer than memory */
        STR("\x19\x00\x00\x00\x00\x00\x00\x00"),             /* eight bytes of which one is missing */
        STR("\x18\x01"),                                     /* a number where text should be */
        STR("\x0a\x01x"),                                    /* text where a number should be */
        STR("\x1a\x01x\x1a\x01y"),                           /* agency_ref twice */
        STR("\x42\x00\x42\x00"),                             /* claim twice */
        STR("\xf8\xff\xff\xff\x7f\x00"),                     /* a field number beyond all */
    };
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        struct arena *a = arena_new(0);
        struct faults f = {.arena = a};
        assert_int_equal(look(REFERRAL, shapes[i], 100000, &f), SCAN_MALFORMED);
        assert_int_equal(f.n, 0);
        arena_free(a);
    }
    assert_int_equal(
        look(&referral__v1__client_message__descriptor, STR("\xf2\x01\x00\x6a\x00"), 100000, NULL),
        SCAN_MALFORMED); /* two bodies */
}

/* `n` times the two bytes of an empty sub-message, as a referral. */
static void refuses_many_of(char key, size_t n)
{
    struct arena *a = arena_new(0);
    char *p = arena_alloc(a, 2 * n);
    for (size_t i = 0; i < n; i++)
        p[2 * i] = key;
    assert_int_equal(look(REFERRAL, (struct str){p, 2 * n}, LIMIT_REFERRAL_MEMORY, NULL), SCAN_TOO_LARGE);
    struct world world;
    world_open(&world);
    struct referral r;
    struct str ref;
    struct faults f = {.arena = a};
    size_t before = arena_used(a);
    assert_int_equal(
        referral_decode(a, &world.rules, &world.court, world.now_ms, (struct str){p, 2 * n}, &r, &ref, &f),
        REFERRAL_UNDECODABLE);
    assert_true(f.n == 1 && f.items[0].code == FAULT_OVERSIZE);
    assert_true(arena_used(a) - before < LIMIT_REFERRAL_MEMORY);
    world_close(&world);
    arena_free(a);
}

static void refuses_what_grows(void **state)
{
    (void)state;
    refuses_many_of(0x4a, LIMIT_REFERRAL / 2); /* parties */
    refuses_many_of(0x72, LIMIT_REFERRAL / 2); /* links */
    refuses_many_of(0x52, LIMIT_REFERRAL / 2); /* empty tags */
}

static void refuses_what_grows_unknown(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    size_t n = LIMIT_REFERRAL / 3;
    char *p = arena_alloc(a, 3 * n);
    for (size_t i = 0; i < n; i++)
        memcpy(p + 3 * i, "\x98\x06\x01", 3); /* field 99 */
    assert_int_equal(look(REFERRAL, (struct str){p, 3 * n}, LIMIT_REFERRAL_MEMORY, NULL), SCAN_TOO_LARGE);
    assert_int_equal(look(REFERRAL, (struct str){p, 300}, LIMIT_REFERRAL_MEMORY, NULL), SCAN_OK);
    arena_free(a);
}

/* The budget of the scan must cover what protobuf-c then takes, whatever the shape. */
static void its_estimate_covers_what_unpacking_takes(void **state)
{
    (void)state;
    static const struct str pieces[] = {
        STR("\x4a\x00"),           STR("\x4a\x02\x52\x00"),
        STR("\x52\x00"),           STR("\x72\x03\x0a\x01x"),
        STR("\x98\x06\x01"),       STR("\xaa\x06\x04xxxx"),
        STR("\x7a\x04\x1a\x02yy"), STR("\x52\x01z\x4a\x02\x1a\x00"),
    };
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        for (size_t n = 1; n <= 1500; n = n * 3 + 1) {
            struct arena *a = arena_new(0);
            char *p = arena_alloc(a, n * pieces[i].n);
            for (size_t j = 0; j < n; j++)
                memcpy(p + j * pieces[i].n, pieces[i].p, pieces[i].n);
            struct str bytes = {p, n * pieces[i].n};
            size_t budget = 64;
            while (look(REFERRAL, bytes, budget, NULL) == SCAN_TOO_LARGE)
                budget += budget / 16;
            assert_non_null(wire_unpack(a, REFERRAL, bytes, budget));
            arena_free(a);
        }
    }
}

static void a_whole_referral_fits(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct client_party parties[LIMIT_PARTIES];
    struct client_link links[LIMIT_LINKS];
    struct client_attachment attachments[LIMIT_ATTACHMENTS];
    char *long_text = arena_alloc(a, LIMIT_URI);
    memset(long_text, 'x', LIMIT_URI);
    struct str name = {long_text, LIMIT_NAME};
    struct sample s;
    sample_init(&s);
    for (int i = 0; i < LIMIT_PARTIES; i++) {
        parties[i] = s.parties[0];
        parties[i].name = parties[i].representative.name = name;
    }
    for (int i = 0; i < LIMIT_LINKS; i++)
        links[i] = s.links[0];
    for (int i = 0; i < LIMIT_ATTACHMENTS; i++)
        attachments[i] = (struct client_attachment){name, {long_text, 500}, s.attachments[0].sha256};
    s.r.parties = parties;
    s.r.n_parties = LIMIT_PARTIES;
    s.r.links = links;
    s.r.n_links = LIMIT_LINKS;
    s.r.attachments = attachments;
    s.r.n_attachments = LIMIT_ATTACHMENTS;
    struct str bytes = client_referral_encode(a, &s.r);
    assert_true(bytes.n > LIMIT_REFERRAL - 8192);
    assert_int_equal(look(REFERRAL, bytes, LIMIT_REFERRAL_MEMORY / 4 * 3, NULL), SCAN_OK);
    arena_free(a);
}

static void peeks(void **state)
{
    (void)state;
    assert_true(str_eqz(scan_peek(STR("\x08\x01\x1a\x02hi\xff"), 3), "hi"));
    assert_true(str_empty(scan_peek(STR("\x08\x01\xff\x1a\x02hi"), 3)));
    assert_true(str_empty(scan_peek(STR(""), 3)));
    assert_true(str_empty(scan_peek(STR("\x18\x01"), 3)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_bad_text_with_its_path),
        cmocka_unit_test(paths_start_in_the_body),
        cmocka_unit_test(refuses_what_does_not_decode),
        cmocka_unit_test(refuses_what_grows),
        cmocka_unit_test(refuses_what_grows_unknown),
        cmocka_unit_test(its_estimate_covers_what_unpacking_takes),
        cmocka_unit_test(a_whole_referral_fits),
        cmocka_unit_test(peeks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
