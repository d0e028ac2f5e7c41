/*
 * test_progress.c - ctl/progress.h: the line fits, and a stream that is no terminal stays clean
 */
#include "ctl/progress.h"

#include "base/check.h"
#include "base/fold.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void the_line_tells_share_count_rate_and_time_left(void **state)
{
    (void)state;
    char line[PROGRESS_LINE_SIZE];
    assert_string_equal(
        progress_line("replaying", 250000, 1000000, 5000000, 100, line),
        "replaying  ████████░░░░░░░░░░░░░░░░░░░░░░  25%  250,000/1,000,000  50,000/s  0:15 left");
    assert_string_equal(progress_line("回放", 1, 2, 7200000000, 100, line),
                        "回放  ███████████████░░░░░░░░░░░░░░░  50%  1/2  0/s  2:00:00 left");
    assert_string_equal(progress_line("reading", 12345, 0, 1000000, 100, line), "reading  12,345  12,345/s");
    assert_string_equal(progress_line("x", 0, 10, 0, 30, line), "x  ░░░░░░░░░   0%  0/10  0/s  ");
}

static void the_line_never_grows_past_its_columns(void **state)
{
    (void)state;
    char line[PROGRESS_LINE_SIZE];
    for (int columns = 0; columns < 120; columns++) {
        progress_line("回放已存移送件", 999999, 1000000, 123456789, columns, line);
        assert_true(text_width(str_from(line)) <= columns);
        assert_int_equal(text_check(str_from(line), false), TEXT_OK);
    }
    char what[400];
    memset(what, 'w', sizeof what - 1);
    what[sizeof what - 1] = 0;
    progress_line(what, 3, UINT64_MAX, 1, 1000, line);
    assert_true(strlen(line) < sizeof line);
}

static void more_done_than_there_is_counts_as_all(void **state)
{
    (void)state;
    char line[PROGRESS_LINE_SIZE];
    progress_line("x", 11, 10, 1000000, 80, line);
    assert_non_null(strstr(line, "100%  10/10"));
}

static void a_stream_that_is_no_terminal_gets_nothing(void **state)
{
    (void)state;
    FILE *out = tmpfile();
    struct progress p = progress_start(out, "x", 10);
    p.drawn_us = 0; /* patience is over */
    progress_at(&p, 5);
    progress_end(&p);
    progress_end(&p);
    assert_int_equal(ftell(out), 0);
    fclose(out);
}

#define HOUR_US 3600000000 /* moved ahead by this, the last drawing is recent on however slow a machine */

/* A terminal hands over what it has, which may be less than what was written. Returns the second erasure. */
static char *read_until_erased_twice(int master, char *got, size_t size)
{
    char *end = NULL;
    for (size_t at = 0; !end;) {
        ssize_t n = read(master, got + at, size - 1 - at);
        assert_true(n > 0);
        at += (size_t)n;
        if (at >= 4)
            assert_memory_equal(got, "\r\x1b[K", 4);
        end = at >= 4 ? strstr(got + 4, "\r\x1b[K") : NULL;
    }
    return end;
}

static void on_a_terminal_the_line_fits_the_window_and_is_taken_away(void **state)
{
    (void)state;
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
        skip(); /* a bare root directory has no terminals to give: no devpts is mounted */
    int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    const struct winsize size = {.ws_row = 24, .ws_col = 40};
    assert_int_equal(ioctl(slave, TIOCSWINSZ, &size), 0);
    FILE *out = fdopen(slave, "w");
    setenv("TERM", "xterm", 1);
    struct progress p = progress_start(out, "回放", 1000000);
    p.drawn_us += HOUR_US;
    progress_at(&p, 1); /* too early: nothing yet */
    p.drawn_us = 0;
    progress_at(&p, 500000);
    p.drawn_us += HOUR_US;
    progress_at(&p, 500001); /* too soon after the last */
    progress_end(&p);
    char got[1024] = {0};
    char *end = read_until_erased_twice(master, got, sizeof got);
    assert_string_equal(end, "\r\x1b[K");
    struct str line = {got + 4, (size_t)(end - got - 4)};
    assert_true(text_width(line) <= 39);
    *end = 0;
    assert_non_null(strstr(line.p, "50%"));
    fclose(out);
    close(master);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_tells_share_count_rate_and_time_left),
        cmocka_unit_test(the_line_never_grows_past_its_columns),
        cmocka_unit_test(more_done_than_there_is_counts_as_all),
        cmocka_unit_test(a_stream_that_is_no_terminal_gets_nothing),
        cmocka_unit_test(on_a_terminal_the_line_fits_the_window_and_is_taken_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
