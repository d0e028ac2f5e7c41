/*
 * arena.h - memory that is freed all at once, within a budget
 *
 * Everything belonging to one message, or to one configuration, is allocated from one arena.
 * Past the budget every allocation returns NULL and stays so (arena_overflowed), so that a long
 * piece of work may check once at its end. Under AddressSanitizer each allocation is its own
 * malloc, so that an overrun of one is seen.
 *
 * Threads: one at a time; an arena may be handed on.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/str.h"

#include <stdarg.h>
#include <stdint.h>

struct arena;

/* New arena that gives out at most `budget` bytes (0: without limit). NULL when memory is out. */
struct arena *arena_new(size_t budget);
/* Frees it and all it gave out. NULL is accepted. */
void arena_free(struct arena *a);
/* Takes back all it gave out, and begins anew; memory is kept for what comes next. */
void arena_reset(struct arena *a);

/* `size` bytes, zeroed, aligned for any type; NULL past the budget. */
void *arena_alloc(struct arena *a, size_t size);
/* `count` elements of `size` bytes, zeroed; NULL past the budget or when the product overflows. */
void *arena_array(struct arena *a, size_t count, size_t size);
/* Copies, NUL-terminated behind the bytes; .p is NULL past the budget. */
struct str arena_str(struct arena *a, struct str s);
struct str arena_bytes(struct arena *a, const void *p, size_t n);
/* printf into the arena; .p is NULL past the budget. */
struct str arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
struct str arena_vprintf(struct arena *a, const char *fmt, va_list ap);

bool arena_overflowed(const struct arena *a);
/* Bytes given out so far. */
size_t arena_used(const struct arena *a);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, count, type) ((type *)arena_array((a), (count), sizeof(type)))

/*
 * ARENA_PUSH - append one zeroed element to a growing array that lives in an arena.
 * `items`, `n`, `cap` are lvalues; yields the new element's address, or NULL past the budget.
 */
#define ARENA_PUSH(a, items, n, cap)                                                               \
    ((__typeof__(items))arena_push((a), (void **)&(items), &(n), &(cap), sizeof(*(items))))
void *arena_push(struct arena *a, void **items, size_t *n, size_t *cap, size_t size);

#endif
