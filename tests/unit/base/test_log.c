/*
 * test_log.c - base/log.h, read back from a pipe in the place of stderr
 */
#include "base/log.h"
#include "base/check.h"

#include <unistd.h>

#define GOT_SIZE (1 << 20)

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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(levels), cmocka_unit_test(formats),
                                       cmocka_unit_test(repetition_is_held_back),
                                       cmocka_unit_test(a_full_pipe_drops)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
