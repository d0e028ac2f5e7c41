/*
 * bind.h - what sealed records are bound to, so that one moved to another row does not open
 *
 * The associated data of base/seal.h: kind of record and the key of its row. Writers and readers of sealed
 * columns both take it from here. Each writes into `out` and returns it as text; a key longer than any
 * that validation lets through is cut, the same way every time.
 */
#ifndef STORE_BIND_H
#define STORE_BIND_H

#include "base/id.h"

#define BIND_SIZE      64
#define BIND_LONG_SIZE 160

struct str bind_referral(char out[BIND_SIZE], struct id referral);
struct str bind_note(char out[BIND_LONG_SIZE], int city, struct str agency, uint64_t seq);
struct str bind_supplement(char out[BIND_LONG_SIZE], struct id referral, struct str supplement_ref);
struct str bind_opening(char out[BIND_SIZE], struct id opening);
struct str bind_mark(char out[BIND_SIZE], struct id mark);
struct str bind_quarantine(char out[BIND_SIZE], struct id quarantine);

#endif
