/*
 * test_protocol.c - docs/protocol.md tells the same limits, faults, states and steps as the code
 *
 * Run from the source tree's root, or with SOURCE_ROOT set.
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
#include <stdlib.h>

static char *doc, *limits_h;

static char *read_source(const char *name)
{
    const char *root = getenv("SOURCE_ROOT");
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", root ? root : ".", name);
    FILE *f = fopen(path, "rb");
    char *text = NULL;
    size_t n = 0;
    if (!f)
        return NULL;
    text = calloc(1, 1 << 20);
    if (text)
        n = fread(text, 1, (1 << 20) - 1, f);
    fclose(f);
    if (text)
        text[n] = 0;
    return text;
}

static bool doc_has(const char *row)
{
    bool found = strstr(doc, row);
    if (!found)
        print_error("docs/protocol.md lacks: %s\n", row);
    return found;
}

#define LIMIT(name)                                                                                          \
    {                                                                                                        \
#name, LIMIT_##name                                                                                  \
    }
static const struct {
    const char *name;
    long value;
} limits[] = {
    LIMIT(FRAME),
    LIMIT(REFERRAL),
    LIMIT(SUBMIT_ITEMS),
    LIMIT(DECODE_MEMORY),
    LIMIT(REFERRAL_MEMORY),
    LIMIT(CONTROL_MEMORY),
    LIMIT(REQUEST_ID),
    LIMIT(AGENCY_REF),
    LIMIT(NAME),
    LIMIT(SUMMARY),
    LIMIT(SHORT_TEXT),
    LIMIT(PROGRESS_TEXT),
    LIMIT(MEDIATOR),
    LIMIT(CONCLUDE_TEXT),
    LIMIT(SOURCE_CATEGORY),
    LIMIT(OFFENCE),
    LIMIT(URI),
    LIMIT(PARTIES),
    LIMIT(TAGS),
    LIMIT(TAG),
    LIMIT(LINKS),
    LIMIT(ATTACHMENTS),
    LIMIT(SUPPLEMENTS),
    LIMIT(FACTS),
    LIMIT(HELLO_ORGANISATIONS),
    LIMIT(CREDIT),
    LIMIT(FAULTS),
};

static void limits_are_told(void **state)
{
    (void)state;
    size_t n = sizeof(limits) / sizeof(limits[0]), in_header = 0;
    bool all = true;
    for (size_t i = 0; i < n; i++) {
        char row[96], *p = row + 3;
        snprintf(row, sizeof(row), "| `%s` | %ld |", limits[i].name, limits[i].value);
        for (; *p != '`'; p++)
            *p = *p == '_' ? '-' : (char)tolower((unsigned char)*p);
        all = doc_has(row) && all;
    }
    for (const char *p = limits_h; (p = strstr(p, "\n    LIMIT_")); p++)
        in_header++;
    assert_true(all);
    assert_int_equal(in_header, n); /* the list above is whole */
}

static void faults_are_told(void **state)
{
    (void)state;
    int known = 0, told = 0;
    bool all = true;
    for (int code = 1; code < 1000; code++) {
        char row[96];
        if (fault_word((enum fault_code)code)[0] == '?')
            continue;
        snprintf(row, sizeof(row), "\n| %d | `%s` | ", code, fault_word((enum fault_code)code));
        all = doc_has(row) && all;
        known++;
    }
    const char *table = strstr(doc, "\n## Faults"), *end = table ? strstr(table + 1, "\n## ") : NULL;
    assert_non_null(end);
    for (const char *p = table; (p = strstr(p, "\n| ")) && p < end; p++)
        told += isdigit((unsigned char)p[3]) != 0;
    assert_true(all);
    assert_int_equal(told, known);
}

static bool words_are_told(const struct word *words)
{
    bool all = true;
    for (; words->word; words++) {
        char row[160], *p = row + 4;
        snprintf(row, sizeof(row), "\n| `%s` | %s", words->word, words->zh);
        for (; *p != '`'; p++)
            *p = *p == '-' ? '_' : (char)toupper((unsigned char)*p);
        all = doc_has(row) && all;
    }
    return all;
}

static void states_and_steps_are_told(void **state)
{
    (void)state;
    assert_true(words_are_told(state_words));
    assert_true(words_are_told(step_kind_words));
}

static void currencies_and_programs_are_told(void **state)
{
    (void)state;
    assert_true(doc_has("CNY, USD, EUR, HKD, JPY, GBP, TWD, MOP, KRW, SGD, AUD, CAD,\n  CHF, RUB"));
    assert_true(doc_has("```python file=sender.py\n") && doc_has("```python file=receiver.py\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_are_told),
        cmocka_unit_test(faults_are_told),
        cmocka_unit_test(states_and_steps_are_told),
        cmocka_unit_test(currencies_and_programs_are_told),
    };
    doc = read_source("docs/protocol.md");
    limits_h = read_source("daemon/wire/limits.h");
    if (!doc || !limits_h) {
        fprintf(stderr, "docs/protocol.md: not found; run from the source tree's root\n");
        return 1;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(doc);
    free(limits_h);
    return failed;
}
