/*
 * arena.c - chunks that double in size; one malloc an allocation under AddressSanitizer
 */
#include "base/arena.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#ifndef ARENA_SEPARATE /* the tests set it, to try both ways */
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_SEPARATE 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_SEPARATE 1
#endif
#endif
#endif
#ifndef ARENA_SEPARATE
#define ARENA_SEPARATE 0
#endif

#define ALIGNMENT   16
#define CHUNK_FIRST ((size_t)4096)
#define CHUNK_MAX   ((size_t)1024 * 1024)

struct chunk {
    struct chunk *next;
    size_t size; /* of data */
    _Alignas(ALIGNMENT) unsigned char data[];
};

struct arena {
    struct chunk *chunks; /* the first one is being filled */
    struct chunk *spare;  /* of before the last reset, zeroed */
    size_t filled;        /* of the first chunk */
    size_t chunk_size;    /* of the next chunk */
    size_t budget, used;
    bool overflowed;
};

struct arena *arena_new(size_t budget)
{
    struct arena *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    a->budget = budget ? budget : SIZE_MAX;
    a->chunk_size = CHUNK_FIRST;
    return a;
}

static void free_chunks(struct chunk *c)
{
    for (struct chunk *next; c; c = next) {
        next = c->next;
        free(c);
    }
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    free_chunks(a->chunks);
    free_chunks(a->spare);
    free(a);
}

void arena_reset(struct arena *a)
{
    for (struct chunk *c = a->chunks, *next; c; c = next) {
        next = c->next;
        if (ARENA_SEPARATE) {
            free(c);
            continue;
        }
        memset(c->data, 0, c == a->chunks ? a->filled : c->size);
        c->next = a->spare;
        a->spare = c;
    }
    a->chunks = NULL;
    a->filled = a->used = 0;
    a->overflowed = false;
}

/* From what was kept: the first that is large enough. */
static struct chunk *chunk_again(struct arena *a, size_t size)
{
    for (struct chunk **at = &a->spare; *at; at = &(*at)->next) {
        struct chunk *c = *at;
        if (c->size < size)
            continue;
        *at = c->next;
        c->next = NULL;
        return c;
    }
    return NULL;
}

static struct chunk *chunk_new(struct arena *a, size_t size)
{
    struct chunk *kept = chunk_again(a, size);
    if (kept || size > SIZE_MAX - sizeof(struct chunk))
        return kept;
    struct chunk *c = calloc(1, sizeof *c + size);
    if (c)
        c->size = size;
    return c;
}

/* A chunk of its own, behind the one being filled. */
static void *alloc_alone(struct arena *a, size_t size)
{
    struct chunk *c = chunk_new(a, size);
    if (!c)
        return NULL;
    if (a->chunks) {
        c->next = a->chunks->next;
        a->chunks->next = c;
    } else {
        a->chunks = c;
        a->filled = size;
    }
    return c->data;
}

static void *alloc_shared(struct arena *a, size_t rounded)
{
    if (!a->chunks || a->chunks->size - a->filled < rounded) {
        struct chunk *c = chunk_new(a, a->chunk_size);
        if (!c)
            return NULL;
        c->next = a->chunks;
        a->chunks = c;
        a->filled = 0;
        if (a->chunk_size < CHUNK_MAX)
            a->chunk_size *= 2;
    }
    void *p = a->chunks->data + a->filled;
    a->filled += rounded;
    return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
    assert(a);
    if (a->overflowed)
        return NULL;
    size_t rounded = size ? (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1) : ALIGNMENT;
    void *p = NULL;
    if (rounded >= size && rounded <= a->budget - a->used) {
        if (ARENA_SEPARATE)
            p = alloc_alone(a, size);
        else if (rounded > a->chunk_size / 4)
            p = alloc_alone(a, rounded);
        else
            p = alloc_shared(a, rounded);
    }
    if (p)
        a->used += rounded;
    else
        a->overflowed = true;
    return p;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total)) {
        a->overflowed = true;
        return NULL;
    }
    return arena_alloc(a, total);
}

struct str arena_bytes(struct arena *a, const void *p, size_t n)
{
    char *copy = n < SIZE_MAX ? arena_alloc(a, n + 1) : NULL;
    if (!copy) {
        a->overflowed = true;
        return (struct str){NULL, 0};
    }
    if (n)
        memcpy(copy, p, n);
    return (struct str){copy, n};
}

struct str arena_str(struct arena *a, struct str s)
{
    return arena_bytes(a, s.p, s.n);
}

struct str arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    assert(n >= 0);
    char *p = arena_alloc(a, (size_t)n + 1);
    if (!p)
        return (struct str){NULL, 0};
    vsnprintf(p, (size_t)n + 1, fmt, ap);
    return (struct str){p, (size_t)n};
}

struct str arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct str s = arena_vprintf(a, fmt, ap);
    va_end(ap);
    return s;
}

void *arena_push(struct arena *a, void **items, size_t *n, size_t *cap, size_t size)
{
    unsigned char *base; /* read and written as bytes: the caller's pointer has another type */
    memcpy(&base, items, sizeof base);
    if (*n == *cap) {
        size_t wanted = *cap ? *cap * 2 : 8;
        unsigned char *grown = wanted > *cap ? arena_array(a, wanted, size) : NULL;
        if (!grown) {
            a->overflowed = true;
            return NULL;
        }
        if (*n)
            memcpy(grown, base, *n * size);
        base = grown;
        memcpy(items, &base, sizeof base);
        *cap = wanted;
    }
    return base + (*n)++ * size;
}

bool arena_overflowed(const struct arena *a)
{
    return a->overflowed;
}

size_t arena_used(const struct arena *a)
{
    return a->used;
}
