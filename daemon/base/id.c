/*
 * id.c - making and taking apart the identifiers
 */
#include "base/id.h"

#include <assert.h>
#include <sodium.h>

#define CITY_LIMIT 10000

struct id id_new(int64_t now_ms, int city)
{
    assert(now_ms >= 0 && now_ms < (int64_t)1 << 48);
    assert(city >= 0 && city < CITY_LIMIT);
    struct id id;
    int ready = sodium_init();
    assert(ready >= 0);
    randombytes_buf(id.b, sizeof id.b);
    for (int i = 0; i < 6; i++)
        id.b[i] = (unsigned char)(now_ms >> (40 - 8 * i));
    id.b[6] = (unsigned char)(0x80 | (id.b[6] & 0x0f));
    id.b[8] = (unsigned char)(0x80 | city >> 8);
    id.b[9] = (unsigned char)city;
    return id;
}

int id_city(struct id id)
{
    return (id.b[8] & 0x3f) << 8 | id.b[9];
}

int64_t id_ms(struct id id)
{
    int64_t ms = 0;
    for (int i = 0; i < 6; i++)
        ms = ms << 8 | id.b[i];
    return ms;
}

bool id_eq(struct id a, struct id b)
{
    return memcmp(a.b, b.b, sizeof a.b) == 0;
}

bool id_is_zero(struct id id)
{
    return id_eq(id, (struct id){{0}});
}

/* A dash stands before these bytes. */
static bool dash_before(int byte)
{
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

char *id_text(struct id id, char *out)
{
    static const char digits[] = "0123456789abcdef";
    char *p = out;
    for (int i = 0; i < 16; i++) {
        if (dash_before(i))
            *p++ = '-';
        *p++ = digits[id.b[i] >> 4];
        *p++ = digits[id.b[i] & 15];
    }
    *p = '\0';
    return out;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool id_parse(struct str s, struct id *out)
{
    struct id id;
    if (s.n != ID_TEXT_SIZE - 1)
        return false;
    const char *p = s.p;
    for (int i = 0; i < 16; i++) {
        if (dash_before(i) && *p++ != '-')
            return false;
        int high = hex_value(*p++), low = hex_value(*p++);
        if (high < 0 || low < 0)
            return false;
        id.b[i] = (unsigned char)(high << 4 | low);
    }
    if (id.b[6] >> 4 != 8 || id.b[8] >> 6 != 2 || id_city(id) >= CITY_LIMIT)
        return false;
    *out = id;
    return true;
}
