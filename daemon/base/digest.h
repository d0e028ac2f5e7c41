/*
 * digest.h - SHA-256 (FIPS 180-4), as value
 */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include "base/str.h"

#include <stdint.h>

struct digest {
    unsigned char b[32];
};

#define DIGEST_HEX_SIZE 65

struct digest digest_of(const void *p, size_t n);
/* SHA-256(previous || body): one link of a journal chain. */
struct digest digest_chain(struct digest previous, const void *body, size_t n);
bool digest_eq(struct digest a, struct digest b);
/* Lower-case hex; `out` has DIGEST_HEX_SIZE bytes. Returns out. */
char *digest_hex(struct digest d, char *out);
bool digest_parse(struct str hex, struct digest *out);

#endif
