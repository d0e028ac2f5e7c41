/*
 * clock.h - time as a value, and the one place that reads it
 *
 * Pure code takes times as arguments. Roles ask clock_now_ms(). Milliseconds since 1970-01-01 UTC unless said otherwise.
 *
 * For tests and simulations the wall clock can be one that a driver moves: a file that holds a struct clock_face, named by
 * the environment's REFERRAL_CLOCK. Only the wall clock: intervals and leases stay real.
 *
 * Threads: clock_choose() before the first thread; the rest from any thread.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int64_t clock_now_ms(void);   /* wall clock */
int64_t clock_lease_ms(void); /* this machine's wall clock always: what lapses when a process is gone for so long */
int64_t clock_mono_ms(void);  /* monotonic, for intervals */
int64_t clock_mono_us(void);

#define CLOCK_VARIABLE "REFERRAL_CLOCK"

/* The file, in the machine's byte order. */
struct clock_face {
    _Atomic int64_t now_ms;     /* the driver writes it */
    _Atomic int64_t settled_ms; /* a daemon writes it: all that was due at this moment is done */
};

/* The file that the environment names; NULL: none. */
const char *clock_named(void);
/*
 * From now on the wall clock is that of the file, if one is named. It takes both the variable and `wanted` from the command
 * line: neither alone can come about by accident. False: `why` says what to do.
 */
bool clock_choose(bool wanted, char *why, size_t why_size);
/* The file that is followed; NULL: the machine's clock. */
const char *clock_followed(void);
/* Tells the driver that what was due at `ms` is done. Nothing without one. */
void clock_settled(int64_t ms);
int64_t clock_last_settled(void); /* 0: never, or no driver */

#endif
