/*
 * digest.c - SHA-256 through libsodium
 */
#include "base/digest.h"

#include <sodium.h>

struct digest digest_of(const void *p, size_t n)
{
    struct digest d;
    crypto_hash_sha256(d.b, n ? p : (const void *)"", n);
    return d;
}

struct digest digest_chain(struct digest previous, const void *body, size_t n)
{
    crypto_hash_sha256_state state;
    struct digest d;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, previous.b, sizeof previous.b);
    if (n)
        crypto_hash_sha256_update(&state, body, n);
    crypto_hash_sha256_final(&state, d.b);
    return d;
}

bool digest_eq(struct digest a, struct digest b)
{
    return memcmp(a.b, b.b, sizeof a.b) == 0;
}

char *digest_hex(struct digest d, char *out)
{
    return sodium_bin2hex(out, DIGEST_HEX_SIZE, d.b, sizeof d.b);
}

bool digest_parse(struct str hex, struct digest *out)
{
    struct digest d;
    size_t n;
    if (hex.n != DIGEST_HEX_SIZE - 1 || sodium_hex2bin(d.b, sizeof d.b, hex.p, hex.n, NULL, &n, NULL) != 0 ||
        n != sizeof d.b)
        return false;
    *out = d;
    return true;
}
