/*
 * clock.h - time as a value, and the one place that reads it
 *
 * Pure code takes times as arguments. Roles ask clock_now_ms(), which tests can pin.
 * Milliseconds since 1970-01-01 UTC unless said otherwise.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

int64_t clock_now_ms(void);  /* wall clock */
int64_t clock_mono_ms(void); /* monotonic, for intervals */
int64_t clock_mono_us(void);

#endif
