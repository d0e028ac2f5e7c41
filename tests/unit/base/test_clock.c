/*
 * test_clock.c - base/clock.h
 */
#include "base/clock.h"
#include "base/check.h"

#include <time.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(wall_clock_is_the_systems),
                                       cmocka_unit_test(monotonic_never_goes_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
