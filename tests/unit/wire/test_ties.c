/*
 * test_ties.c - wire/ties.h: whose referral it is, told from identity documents alone
 */
#include "wire/world.h"

#include "wire/ties.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct ties ties_of(const struct sample *s)
{
    struct ties t;
    assert_true(ties_read(arena, client_referral_encode(arena, &s->r), &t));
    return t;
}

static void order_and_roles_do_not_matter(void **state)
{
    (void)state;
    struct sample s, swapped;
    sample_init(&s);
    sample_init(&swapped);
    swapped.parties[0] = s.parties[1];
    swapped.parties[1] = s.parties[0];
    swapped.parties[0].role = PARTY_APPLICANT;
    swapped.parties[1].role = PARTY_RESPONDENT;
    swapped.parties[1].name = STR("张 某");
    swapped.parties[1].identity_number = STR("11010519491231002x"); /* the check character is written either way */
    struct str one = ties_of(&s).parties;
    assert_true(one.n > 0);
    assert_true(str_eq(one, ties_of(&swapped).parties));
    struct client_party thrice[3] = {s.parties[0], s.parties[1], s.parties[0]};
    s.r.parties = thrice;
    s.r.n_parties = 3;
    assert_true(str_eq(one, ties_of(&s).parties)); /* a set: the same person named twice is one */
}

static void another_set_is_another(void **state)
{
    (void)state;
    struct sample s;
    sample_init(&s);
    struct str one = ties_of(&s).parties;
    s.r.n_parties = 1;
    struct str alone = ties_of(&s).parties;
    assert_true(alone.n > 0 && !str_eq(one, alone));
    sample_init(&s);
    s.parties[0].identity_kind = IDENTITY_PASSPORT; /* the same characters, another document */
    assert_false(str_eq(one, ties_of(&s).parties));
    sample_init(&s);
    s.parties[0].identity_number = STR("110105194912310038");
    assert_false(str_eq(one, ties_of(&s).parties));
}

/* With one of them unknown it is not known to be the same set, whatever the others are called. */
static void one_without_a_document_makes_it_unknown(void **state)
{
    (void)state;
    struct sample s;
    for (int i = 0; i < 2; i++) {
        sample_init(&s);
        s.parties[i].identity_kind = 0;
        s.parties[i].identity_number = STR("");
        assert_true(str_empty(ties_of(&s).parties));
    }
}

static void links_name_a_number_or_an_id(void **state)
{
    (void)state;
    struct sample s;
    char text[ID_TEXT_SIZE];
    struct id id = id_new(1779000000000, 3205);
    sample_init(&s);
    const struct client_link links[] = {
        {.agency_ref = STR("旧案")}, {.referral_id = str_from(id_text(id, text))}, {STR("旧案"), str_from(text)}};
    s.r.links = links;
    s.r.n_links = 3;
    struct ties t = ties_of(&s);
    assert_int_equal(t.n_links, 3);
    assert_true(str_eqz(t.links[0].agency_ref, "旧案") && id_is_zero(t.links[0].referral));
    assert_true(str_empty(t.links[1].agency_ref) && id_eq(t.links[1].referral, id));
    assert_true(str_empty(t.links[2].agency_ref) && id_eq(t.links[2].referral, id)); /* an id says all */
}

static void what_is_no_referral_or_too_large_is_told(void **state)
{
    (void)state;
    struct ties t;
    struct sample s;
    assert_false(ties_read(arena, STR("\xff\xff"), &t));
    sample_init(&s);
    struct str bytes = client_referral_encode(arena, &s.r);
    for (size_t budget = 1; budget < 8192; budget += 97) {
        struct arena *small = arena_new(budget);
        struct ties got = {0};
        if (ties_read(small, bytes, &got))
            assert_true(got.parties.n > 0 && got.n_links == 1 && got.links);
        arena_free(small);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(order_and_roles_do_not_matter, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_set_is_another, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_without_a_document_makes_it_unknown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(links_name_a_number_or_an_id, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_referral_or_too_large_is_told, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
