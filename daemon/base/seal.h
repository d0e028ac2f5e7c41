/*
 * seal.h - personal data at rest: XChaCha20-Poly1305 under a key file
 *
 * A sealed record is: suite id (1 byte, 0x01), key id (4 bytes, big endian), nonce (24 bytes),
 * ciphertext and tag. The associated data binds it to its row, so that a record moved to another
 * row does not open. The key file has one key a line, `KEYID HEX64`, '#' comments; the last line
 * seals, all open; mode 0600 or stricter.
 *
 * Threads: a key ring is immutable and may be shared.
 */
#ifndef BASE_SEAL_H
#define BASE_SEAL_H

#include "base/arena.h"

struct keyring;

/* Reads the key file. NULL on failure, with a reason for a person in `why`. */
struct keyring *keyring_load(const char *path, char *why, size_t why_size);
void keyring_free(struct keyring *k);

/* Makes a key file with one fresh key, mode 0600; refuses to overwrite. */
bool keyring_create(const char *path, char *why, size_t why_size);

/* Sealed copy in `a`; .p NULL past the arena's budget. */
struct str seal(const struct keyring *k, struct arena *a, struct str plain, struct str bound_to);
/* Opened copy in `a`; .p NULL when damaged, bound elsewhere, or its key is not on the ring. */
struct str unseal(const struct keyring *k, struct arena *a, struct str sealed, struct str bound_to);

/*
 * A keyed hash: equal texts have equal marks, and without the key file nothing else can be told from one, not even by trying
 * all identity numbers there are. BLAKE2b-128 under a key derived from the ring's (libsodium crypto_kdf, context
 * "partymrk"), so that a mark says nothing about what is sealed.
 */
#define MARK_SIZE 16
#define MARKS_MAX 4
struct mark {
    unsigned char b[MARK_SIZE];
};
/*
 * Marks of `text` under the newest key first, then under the ones before it, up to MARKS_MAX: what was marked before a new key came
 * is still found. Returns how many.
 */
int seal_marks(const struct keyring *k, struct str text, struct mark out[MARKS_MAX]);

#endif
