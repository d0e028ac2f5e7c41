/*
 * wireform.h - PostgreSQL's binary forms of numbers and times
 *
 * Integers in network byte order; a timestamptz is an int8 of microseconds since 2000-01-01 UTC (PostgreSQL
 * 15, src/include/datatype/timestamp.h).
 */
#ifndef STORE_WIREFORM_H
#define STORE_WIREFORM_H

#include <stdint.h>

#define WIRE_EPOCH_MS INT64_C(946684800000) /* 2000-01-01 in ms since 1970 */

static inline void wire_put2(unsigned char *p, uint16_t v)
{
    p[0] = (unsigned char)(v >> 8);
    p[1] = (unsigned char)v;
}

static inline void wire_put4(unsigned char *p, uint32_t v)
{
    wire_put2(p, (uint16_t)(v >> 16));
    wire_put2(p + 2, (uint16_t)v);
}

static inline void wire_put8(unsigned char *p, uint64_t v)
{
    wire_put4(p, (uint32_t)(v >> 32));
    wire_put4(p + 4, (uint32_t)v);
}

/* `n` bytes, 1 to 8, sign extended. */
static inline int64_t wire_get(const unsigned char *p, int n)
{
    uint64_t v = (p[0] & 0x80) ? UINT64_MAX : 0;
    for (int i = 0; i < n; i++)
        v = v << 8 | p[i];
    return (int64_t)v;
}

static inline int64_t wire_time(int64_t ms)
{
    return (ms - WIRE_EPOCH_MS) * 1000;
}

/* Rounds down to whole milliseconds. */
static inline int64_t wire_ms(int64_t us)
{
    int64_t ms = us / 1000;
    return WIRE_EPOCH_MS + ms - (us % 1000 < 0);
}

#endif
