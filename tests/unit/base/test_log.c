/*
 * test_log.c - base/log.h, read back from a pipe in the place of stderr; the clock and the journal are the
 * test's own
 */
#include "base/log.h"
#include "base/check.h"
#include "base/clock.h"

#include <sys/uio.h>

#include <unistd.h>

#define GOT_SIZE (1 << 20)

static int64_t mono_ms = 1000000;

int64_t clock_now_ms(void)
{
    return 1795420931123; /* 2026-11-23T16:02:11.123+08:00 */
}

int64_t clock_mono_ms(void)
{
    return mono_ms;
}

int64_t clock_mono_us(void)
{
    return mono_ms * 1000;
}

/* What the journal got last, one field a line. */
static char journal[GOT_SIZE];
static int journal_answer;

int sd_journal_sendv(const struct iovec *fields, int n);
int sd_journal_sendv(const struct iovec *fields, int n)
{
    size_t used = 0;
    for (int i = 0; i < n; i++) {
        memcpy(journal + used, fields[i].iov_base, fields[i].iov_len);
        used += fields[i].iov_len;
        journal[used++] = '\n';
    }
    journal[used] = '\0';
    return journal_answer;
}

static int saved, ends[2];

static void capture(void)
{
    fflush(stderr);
    saved = dup(STDERR_FILENO);
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
}

/* What was written since capture(); `out` has GOT_SIZE bytes. */
static size_t release(char *out)
{
    dup2(saved, STDERR_FILENO);
    close(saved);
    size_t n = 0;
    for (ssize_t got; (got = read(ends[0], out + n, GOT_SIZE - 1 - n)) > 0;)
        n += (size_t)got;
    close(ends[0]);
    out[n] = '\0';
    return n;
}

static int lines(const char *s)
{
    int n = 0;
    for (; *s; s++)
        n += *s == '\n';
    return n;
}

static char got[GOT_SIZE];

static void levels(void **state)
{
    (void)state;
    log_setup(LOG_TEXT, LOG_WARNING);
    assert_true(log_wanted(LOG_ERROR));
    assert_true(log_wanted(LOG_WARNING));
    assert_false(log_wanted(LOG_INFO));
    assert_false(log_wanted(LOG_DEBUG));
    capture();
    log_event(LOG_INFO, "test.unwanted", "m", NULL);
    log_event(LOG_ERROR, "test.wanted", "m", LOG_FIELDS(LOG_I("n", 5)));
    release(got);
    assert_null(strstr(got, "unwanted"));
    assert_non_null(strstr(got, "+08:00 error test.wanted  m  n=5\n"));
    assert_null(strchr(got, '\033'));
}

static void formats(void **state)
{
    (void)state;
    log_setup(LOG_JSON, LOG_DEBUG);
    capture();
    log_event(LOG_DEBUG, "test.json", "m", LOG_FIELDS(LOG_I("n", 5)));
    release(got);
    assert_int_equal(strncmp(got, "{\"time\":\"", 9), 0);
    assert_non_null(strstr(got, "\"level\":\"debug\",\"event\":\"test.json\",\"message\":\"m\",\"n\":5}\n"));

    setenv("JOURNAL_STREAM", "1:1", 1); /* somebody else's stderr */
    log_setup(LOG_AUTO, LOG_DEBUG);
    capture();
    log_event(LOG_DEBUG, "test.auto", "m", NULL);
    release(got);
    assert_non_null(strstr(got, " debug test.auto  m\n"));
    unsetenv("JOURNAL_STREAM");
}

static void lines_about_a_case_are_never_held_back(void **state)
{
    (void)state;
    log_setup(LOG_TEXT, LOG_INFO);
    uint64_t before = log_suppressed();
    capture();
    for (int i = 0; i < 100; i++)
        log_event(LOG_INFO, "test.case", "m", LOG_FIELDS(LOG_Z("referral", "r"), LOG_I("n", i)));
    for (int i = 0; i < 100; i++)
        log_event(LOG_INFO, "test.offer", "m", LOG_FIELDS(LOG_Z("assignment", "a"), LOG_I("n", i)));
    release(got);
    assert_int_equal(lines(got), 200);
    assert_true(log_suppressed() == before);
}

static void repetition_is_held_back(void **state)
{
    (void)state;
    log_setup(LOG_TEXT, LOG_INFO);
    uint64_t before = log_suppressed();
    capture();
    for (int i = 0; i < 30; i++)
        log_event(LOG_INFO, "test.repeated", "m", LOG_FIELDS(LOG_Z("peer", "hub-3205"), LOG_I("i", i)));
    log_event(LOG_INFO, "test.repeated", "m", LOG_FIELDS(LOG_Z("peer", "hub-3206")));
    release(got);
    assert_int_equal(lines(got), 11);
    assert_non_null(strstr(got, "peer=hub-3206"));
    assert_int_equal(log_suppressed() - before, 20);
}

/* A reader that has stopped costs lines, not time. */
static void a_full_pipe_drops(void **state)
{
    (void)state;
    char event[40];
    log_setup(LOG_TEXT, LOG_INFO);
    uint64_t before = log_dropped();
    capture();
    for (int i = 0; i < 5000; i++) {
        snprintf(event, sizeof event, "test.full-%d", i);
        log_event(LOG_INFO, event, "m", NULL);
    }
    release(got);
    assert_true(log_dropped() > before);
    assert_int_equal(lines(got) + (int)(log_dropped() - before), 5000);
}

static void what_was_held_back_is_told(void **state)
{
    (void)state;
    log_setup(LOG_TEXT, LOG_INFO);
    mono_ms += 20000; /* past what the tests before have said */
    for (int i = 0; i < 25; i++) {
        capture();
        log_event(LOG_WARNING, "test.told", "m", LOG_FIELDS(LOG_Z("peer", "hub-3205")));
        assert_int_equal(release(got) > 0, i < 10);
    }
    mono_ms += 12000;
    capture();
    log_event(LOG_INFO, "test.other", "m", NULL);
    release(got);
    assert_non_null(
        strstr(got, "2026-11-23T16:02:11.123+08:00 warn  test.told  more lines like this one were held back  "
                    "peer=hub-3205 held_back=15\n"));
    mono_ms += 12000;
    capture();
    log_event(LOG_INFO, "test.other", "m", NULL);
    release(got);
    assert_null(strstr(got, "held_back"));
}

static void the_journal_gets_fields(void **state)
{
    (void)state;
    log_setup(LOG_JOURNAL, LOG_DEBUG);
    struct str none = {NULL, 0};
    log_event(LOG_WARNING, "test.journal", "one\ntwo",
              LOG_FIELDS(LOG_Z("peer", "hub 3205"), LOG_I("held_back", -5), LOG_S("none", none)));
    assert_string_equal(journal, "PRIORITY=4\nEVENT=test.journal\n"
                                 "MESSAGE=test.journal  one\\ntwo  peer=\"hub 3205\" held_back=-5\n"
                                 "PEER=hub 3205\nHELD_BACK=-5\n");
    static const char *const priorities[] = {"PRIORITY=3\n", "PRIORITY=4\n", "PRIORITY=6\n", "PRIORITY=7\n"};
    for (int level = LOG_ERROR; level <= LOG_DEBUG; level++) {
        log_event((enum log_level)level, "test.priority", "m", NULL);
        assert_int_equal(strncmp(journal, priorities[level], 11), 0);
    }
    uint64_t before = log_dropped();
    journal_answer = -11;
    log_event(LOG_INFO, "test.no-journal", "m", NULL);
    journal_answer = 0;
    assert_int_equal(log_dropped() - before, 1);
}

static void hostile_fields_fit_the_journal(void **state)
{
    (void)state;
    struct log_field fields[60];
    char *big = malloc(9000);
    memset(big, 'v', 9000);
    for (int i = 0; i < 59; i++)
        fields[i] = LOG_S("key", ((struct str){big, 9000}));
    fields[59] = (struct log_field){.type = LOG_END};
    log_event(LOG_INFO, "test.big", "m", fields);
    assert_true(lines(journal) <= 32);
    free(big);
    log_setup(LOG_TEXT, LOG_INFO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(levels),
                                       cmocka_unit_test(formats),
                                       cmocka_unit_test(lines_about_a_case_are_never_held_back),
        cmocka_unit_test(repetition_is_held_back),
                                       cmocka_unit_test(a_full_pipe_drops),
                                       cmocka_unit_test(what_was_held_back_is_told),
                                       cmocka_unit_test(the_journal_gets_fields),
                                       cmocka_unit_test(hostile_fields_fit_the_journal)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
