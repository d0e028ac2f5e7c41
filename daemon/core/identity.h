/*
 * identity.h - whether an identity number can be one: length, alphabet, check character
 *
 * Says nothing about whether it was ever given to anybody.
 */
#ifndef CORE_IDENTITY_H
#define CORE_IDENTITY_H

#include "base/str.h"

#include <stdint.h>

/* GB 11643-1999: 17 digits and check character, a date of birth that exists. `birth_day` may be NULL. */
bool identity_resident_valid(struct str s, int32_t *birth_day);
/* GB 32100-2015: 18 characters with check character. */
bool identity_credit_code_valid(struct str s);

#endif
