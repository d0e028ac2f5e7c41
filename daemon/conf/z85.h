/*
 * z85.h - CURVE public keys as people copy them: ZeroMQ RFC 32, 40 characters for 32 bytes
 */
#ifndef CONF_Z85_H
#define CONF_Z85_H

#include "base/str.h"

#define Z85_KEY_SIZE 40

/* -1 when decoded; else the offset of the first wrong character, or s.n when the length is wrong. */
int z85_decode_key(struct str s, unsigned char key[32]);

#endif
