/*
 * keys.h - CURVE keys in files: Z85 text (ZeroMQ RFC 32), one key a line, '#' comments
 *
 * <name>.key holds a secret key, mode 0600; <name>.pub the public one.
 */
#ifndef TRANSPORT_KEYS_H
#define TRANSPORT_KEYS_H

#include "base/str.h"

#define KEY_Z85_SIZE 41

struct key_pair {
    unsigned char public_key[32], secret_key[32];
};

/* Reads a secret key file, refuses one that others may read, derives the public key. */
bool key_pair_load(const char *path, struct key_pair *out, char *why, size_t why_size);
/* Makes <dir>/<name>.key and <dir>/<name>.pub; refuses to overwrite. */
bool key_pair_create(const char *dir, const char *name, struct key_pair *out, char *why, size_t why_size);
bool key_public_load(const char *path, unsigned char out[32], char *why, size_t why_size);
char *key_text(const unsigned char key[32], char out[KEY_Z85_SIZE]);

#endif
