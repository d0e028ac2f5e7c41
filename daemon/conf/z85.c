/*
 * z85.c - five characters, base 85, for four bytes, big endian
 */
#include "conf/z85.h"

#include <stdint.h>

static const char alphabet[] =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

int z85_decode_key(struct str s, unsigned char key[32])
{
    if (s.n != Z85_KEY_SIZE)
        return (int)s.n;
    for (int group = 0; group < 8; group++) {
        uint64_t value = 0;
        for (int i = 0; i < 5; i++) {
            char c = s.p[group * 5 + i];
            const char *at = c ? strchr(alphabet, c) : NULL;
            if (!at)
                return group * 5 + i;
            value = value * 85 + (uint64_t)(at - alphabet);
        }
        if (value > UINT32_MAX)
            return group * 5;
        for (int i = 0; i < 4; i++)
            key[group * 4 + i] = (unsigned char)(value >> (24 - 8 * i));
    }
    return -1;
}
