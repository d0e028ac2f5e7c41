/*
 * test_digest.c - base/digest.h, with the examples of FIPS 180-4
 */
#include "base/digest.h"
#include "base/check.h"

#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static void known_answers(void **state)
{
    (void)state;
    char hex[DIGEST_HEX_SIZE];
    assert_string_equal(digest_hex(digest_of("abc", 3), hex), ABC);
    assert_string_equal(digest_hex(digest_of(NULL, 0), hex),
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    char *million = malloc(1000000);
    memset(million, 'a', 1000000);
    assert_string_equal(digest_hex(digest_of(million, 1000000), hex),
                        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(million);
}

static void chain_is_previous_then_body(void **state)
{
    (void)state;
    unsigned char both[32 + 5];
    struct digest previous = digest_of("abc", 3);
    memcpy(both, previous.b, 32);
    memcpy(both + 32, "entry", 5);
    assert_true(digest_eq(digest_chain(previous, "entry", 5), digest_of(both, sizeof both)));
    assert_true(digest_eq(digest_chain(previous, NULL, 0), digest_of(previous.b, 32)));
    previous.b[31] ^= 1;
    assert_false(digest_eq(digest_chain(previous, "entry", 5), digest_of(both, sizeof both)));
}

static void text_form(void **state)
{
    (void)state;
    struct digest d, was = {{7}};
    d = was;
    assert_true(digest_parse(STR(ABC), &d));
    assert_true(digest_eq(d, digest_of("abc", 3)));
    static const char *const wrong[] = {"", "ba78", ABC "00", ABC "0", "g" ABC};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        d = was;
        assert_false(digest_parse(str_from(wrong[i]), &d));
        assert_true(digest_eq(d, was));
    }
    char bad[DIGEST_HEX_SIZE] = ABC;
    bad[40] = 'x';
    assert_false(digest_parse(str_from(bad), &d));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(known_answers),
                                       cmocka_unit_test(chain_is_previous_then_body),
                                       cmocka_unit_test(text_form)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
