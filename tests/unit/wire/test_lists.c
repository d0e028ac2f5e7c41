/*
 * test_lists.c - the words of core/word.h and of faults are the names of the schema, without gaps
 */
#include "core/word.h"
#include "wire/fault.h"
#include "wire/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <ctype.h>
#include <stdio.h>

#include "referral/v1/vocabulary.pb-c.h"

/* CHANNEL_COURT with prefix CHANNEL_ is "court". */
static void as_word(const char *name, const char *prefix, char *out)
{
    assert_int_equal(strncmp(name, prefix, strlen(prefix)), 0);
    for (name += strlen(prefix); *name; name++)
        *out++ = *name == '_' ? '-' : (char)tolower((unsigned char)*name);
    *out = 0;
}

static void words_are_the_schemas_names(void **state)
{
    (void)state;
    static const struct {
        const ProtobufCEnumDescriptor *list;
        const struct word *words;
        const char *prefix;
    } lists[] = {
        {&referral__v1__channel__descriptor, channel_words, "CHANNEL_"},
        {&referral__v1__mode__descriptor, mode_words, "MODE_"},
        {&referral__v1__party_role__descriptor, party_role_words, "PARTY_ROLE_"},
        {&referral__v1__party_kind__descriptor, party_kind_words, "PARTY_KIND_"},
        {&referral__v1__identity_kind__descriptor, identity_kind_words, "IDENTITY_KIND_"},
        {&referral__v1__decline_reason__descriptor, decline_reason_words, "DECLINE_REASON_"},
        {&referral__v1__progress_kind__descriptor, progress_kind_words, "PROGRESS_KIND_"},
        {&referral__v1__suspension_reason__descriptor, suspension_reason_words, "SUSPENSION_REASON_"},
        {&referral__v1__agency_action__descriptor, agency_action_words, "AGENCY_ACTION_"},
        {&referral__v1__conclusion__descriptor, conclusion_words, "CONCLUSION_"},
        {&referral__v1__agreement_kind__descriptor, agreement_kind_words, "AGREEMENT_KIND_"},
        {&referral__v1__follow_up_kind__descriptor, follow_up_kind_words, "FOLLOW_UP_KIND_"},
        {&referral__v1__state__descriptor, state_words, "STATE_"},
        {&referral__v1__step_kind__descriptor, step_kind_words, "STEP_KIND_"},
    };
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        unsigned known = 0;
        for (unsigned j = 0; j < lists[i].list->n_values; j++) {
            const ProtobufCEnumValue *v = &lists[i].list->values[j];
            char word[64];
            if (v->value == 0)
                continue;
            as_word(v->name, lists[i].prefix, word);
            assert_string_equal(word_of(lists[i].words, v->value), word);
            known++;
        }
        for (const struct word *w = lists[i].words; w->word; w++)
            known--;
        assert_int_equal(known, 0);
    }
}

static void every_fault_has_its_texts(void **state)
{
    (void)state;
    const ProtobufCEnumDescriptor *list = &referral__v1__fault_code__descriptor;
    for (unsigned i = 0; i < list->n_values; i++) {
        char word[64];
        if (list->values[i].value == 0)
            continue;
        enum fault_code code = (enum fault_code)list->values[i].value;
        as_word(list->values[i].name, "FAULT_CODE_", word);
        assert_string_equal(fault_word(code), word);
        assert_true(strlen(fault_text(code)) > 20);
        assert_true(strlen(fault_text_zh(code)) > 20);
    }
    assert_string_equal(fault_word((enum fault_code)0), "?");
    assert_string_equal(fault_text((enum fault_code)999), "?");
}

static void faults_are_bounded(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct faults f = {.arena = a};
    for (int i = 0; i < LIMIT_FAULTS + 5; i++)
        fault_add(&f, FAULT_FIELD_MISSING, "tags[%d]", i);
    assert_int_equal(f.n, LIMIT_FAULTS);
    assert_int_equal(f.left_out, 5);
    assert_true(str_eqz(f.items[63].field, "tags[63]"));
    arena_free(a);
    a = arena_new(8);
    f = (struct faults){.arena = a};
    fault_add(&f, FAULT_FIELD_MISSING, "x");
    assert_true(f.n == 0 && f.left_out == 1);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_the_schemas_names),
        cmocka_unit_test(every_fault_has_its_texts),
        cmocka_unit_test(faults_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
