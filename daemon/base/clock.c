/*
 * clock.c - the system's clocks, or a wall clock that a test moves
 */
#include "base/clock.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static struct clock_face *face;
static const char *face_path;

static int64_t read_us(clockid_t which)
{
    struct timespec t;
    int rc = clock_gettime(which, &t);
    assert(rc == 0);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_now_ms(void)
{
    return face ? atomic_load(&face->now_ms) : clock_lease_ms();
}

int64_t clock_lease_ms(void)
{
    return read_us(CLOCK_REALTIME) / 1000;
}

int64_t clock_mono_ms(void)
{
    return read_us(CLOCK_MONOTONIC) / 1000;
}

int64_t clock_mono_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

static struct clock_face *map_face(const char *path, char *why, size_t why_size)
{
    struct stat st;
    struct clock_face *f = MAP_FAILED;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0) {
        snprintf(why, why_size, CLOCK_VARIABLE " names %s: %s", path, strerror(errno));
    } else if (st.st_size != sizeof(*f)) {
        snprintf(why, why_size, CLOCK_VARIABLE " names %s, which has %lld bytes: a clock has %zu, two int64 (docs/operations.md)", path,
                 (long long)st.st_size, sizeof(*f));
    } else {
        f = mmap(NULL, sizeof(*f), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (f == MAP_FAILED)
            snprintf(why, why_size, CLOCK_VARIABLE " names %s: %s", path, strerror(errno));
    }
    if (fd >= 0)
        close(fd);
    return f == MAP_FAILED ? NULL : f;
}

const char *clock_named(void)
{
    return getenv(CLOCK_VARIABLE);
}

bool clock_choose(bool wanted, char *why, size_t why_size)
{
    const char *path = clock_named();
    struct clock_face *f;
    if (!path && !wanted)
        return true;
    if (!path || !wanted) {
        if (wanted)
            snprintf(why, why_size, "--test-clock: " CLOCK_VARIABLE " names no file to take the time from");
        else
            snprintf(why, why_size, CLOCK_VARIABLE " is set: the time would be that of %s, not of this machine; that is for tests: "
                     "unset it, or start with --test-clock", path);
        return false;
    }
    f = map_face(path, why, why_size);
    if (f && atomic_load(&f->now_ms) <= 0) {
        snprintf(why, why_size, CLOCK_VARIABLE " names %s, which stands at no time", path);
        munmap(f, sizeof(*f));
        f = NULL;
    }
    face = f;
    face_path = f ? path : NULL;
    return f != NULL;
}

const char *clock_followed(void)
{
    return face_path;
}

void clock_settled(int64_t ms)
{
    if (face)
        atomic_store(&face->settled_ms, ms);
}

int64_t clock_last_settled(void)
{
    return face ? atomic_load(&face->settled_ms) : 0;
}
