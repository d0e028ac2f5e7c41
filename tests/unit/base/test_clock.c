/*
 * test_clock.c - base/clock.h
 */
#include "base/clock.h"
#include "base/check.h"

#include <time.h>
#include <unistd.h>

static void wall_clock_is_the_systems(void **state)
{
    (void)state;
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    int64_t before = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
    int64_t now = clock_now_ms();
    clock_gettime(CLOCK_REALTIME, &t);
    int64_t after = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
    assert_true(before <= now && now <= after);
}

static void monotonic_never_goes_back(void **state)
{
    (void)state;
    int64_t last = clock_mono_us();
    for (int i = 0; i < 10000; i++) {
        int64_t now = clock_mono_us();
        assert_true(now >= last);
        last = now;
    }
    assert_true(clock_mono_ms() >= last / 1000);
    assert_true(clock_mono_ms() - last / 1000 < 60000);
}

/* -- a test's clock -- */

static char file[] = "/tmp/test_clock.XXXXXX";

static void put_face(int64_t now_ms, size_t bytes)
{
    int64_t words[3] = {now_ms, 0, 0};
    FILE *out = fopen(file, "w");
    assert_non_null(out);
    assert_int_equal(fwrite(words, 1, bytes, out), bytes);
    fclose(out);
}

static void assert_refused(bool wanted, const char *words)
{
    char why[512] = "";
    assert_false(clock_choose(wanted, why, sizeof(why)));
    assert_non_null(strstr(why, words));
    assert_null(clock_followed());
    assert_true(clock_now_ms() > 1600000000000);
}

static void it_takes_the_variable_and_the_option(void **state)
{
    (void)state;
    char why[512];
    unsetenv(CLOCK_VARIABLE);
    assert_true(clock_choose(false, why, sizeof(why)));
    assert_null(clock_followed());
    assert_refused(true, "names no file");
    put_face(86400000, 16);
    setenv(CLOCK_VARIABLE, file, 1);
    assert_refused(false, "unset it, or start with --test-clock");
}

static void what_is_no_clock_is_refused(void **state)
{
    (void)state;
    setenv(CLOCK_VARIABLE, "/nowhere/clock", 1);
    assert_refused(true, "No such file");
    setenv(CLOCK_VARIABLE, file, 1);
    put_face(86400000, 8);
    assert_refused(true, "which has 8 bytes");
    put_face(86400000, 24);
    assert_refused(true, "which has 24 bytes");
    put_face(0, 16);
    assert_refused(true, "stands at no time");
}

/* Last: it stays so for the process. */
static void time_is_what_the_driver_says(void **state)
{
    (void)state;
    char why[512];
    int64_t mono = clock_mono_ms();
    put_face(86400000, 16);
    setenv(CLOCK_VARIABLE, file, 1);
    assert_true(clock_choose(true, why, sizeof(why)));
    assert_string_equal(clock_followed(), file);
    assert_int_equal(clock_now_ms(), 86400000);
    FILE *driver = fopen(file, "r+");
    int64_t words[2] = {2 * 86400000, 0};
    assert_int_equal(fwrite(words, 8, 1, driver), 1);
    assert_int_equal(fflush(driver), 0);
    assert_int_equal(clock_now_ms(), 2 * 86400000);
    clock_settled(2 * 86400000);
    assert_int_equal(clock_last_settled(), 2 * 86400000);
    rewind(driver);
    assert_int_equal(fread(words, 8, 2, driver), 2);
    assert_int_equal(words[1], 2 * 86400000);
    fclose(driver);
    assert_true(clock_mono_ms() - mono < 60000 && clock_lease_ms() > 1600000000000);
}

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(file);
    return fd < 0 ? -1 : close(fd);
}

static int drop_file(void **state)
{
    (void)state;
    return unlink(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(wall_clock_is_the_systems),
                                       cmocka_unit_test(monotonic_never_goes_back),
                                       cmocka_unit_test(it_takes_the_variable_and_the_option),
                                       cmocka_unit_test(what_is_no_clock_is_refused),
                                       cmocka_unit_test(time_is_what_the_driver_says)};
    return cmocka_run_group_tests(tests, make_file, drop_file);
}
