/*
 * check.h - cmocka with what it needs, and random numbers that are the same every time
 */
#ifndef TESTS_UNIT_CHECK_H
#define TESTS_UNIT_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"

/* splitmix64 (Steele, Lea, Flood 2014). */
static inline uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* From 0 to limit - 1. */
static inline int random_below(uint64_t *state, int limit)
{
    return (int)(random_next(state) % (uint64_t)limit);
}

#define assert_str(actual, expected) check_str((actual), (expected), __FILE__, __LINE__)
static inline void check_str(struct str actual, const char *expected, const char *file, int line)
{
    if (actual.p && str_eqz(actual, expected))
        return;
    print_error("got \"" STR_FMT "\", expected \"%s\"\n", STR_ARG(actual), expected);
    _fail(file, line);
}

#endif
