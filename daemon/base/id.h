/*
 * id.h - 128-bit identifiers that tell their city and time
 *
 * A UUID version 8 (RFC 9562 section 5.8): 48 bits of milliseconds since 1970, 4 bits version, 12 bits
 * random, 2 bits variant, 14 bits city number (3205 for Suzhou; 3200 for the province), 48 bits
 * random. So an id alone names the shard (city) and the partition (time) of its row.
 */
#ifndef BASE_ID_H
#define BASE_ID_H

#include "base/str.h"

#include <stdint.h>

struct id {
    unsigned char b[16];
};

#define ID_TEXT_SIZE 37 /* 36 characters and NUL */

/* A new id. `city` 0..9999. Random bits from libsodium. */
struct id id_new(int64_t now_ms, int city);
int id_city(struct id id);
int64_t id_ms(struct id id);
bool id_eq(struct id a, struct id b);
bool id_is_zero(struct id id);
/* Lower-case text form; `out` has ID_TEXT_SIZE bytes. Returns out. */
char *id_text(struct id id, char *out);
/* False when `s` is not the text form of an id of this kind. */
bool id_parse(struct str s, struct id *out);

#endif
