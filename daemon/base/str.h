/*
 * str.h - a borrowed run of bytes, usually UTF-8
 *
 * A struct str owns nothing: whoever made it says in whose memory it lies (mostly an arena's).
 * Not NUL-terminated unless the maker says so.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct str {
    const char *p;
    size_t n;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STR_FMT "%.*s"
#define STR_ARG(s) (int)(s).n, (s).p

static inline struct str str_from(const char *z)
{
    return (struct str){z, z ? strlen(z) : 0};
}

static inline bool str_empty(struct str s)
{
    return s.n == 0;
}

static inline bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool str_eqz(struct str a, const char *z)
{
    return str_eq(a, str_from(z));
}

/* Byte order, shorter first among equals: which is also Unicode code point order for UTF-8. */
static inline int str_cmp(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    return c ? c : (a.n > b.n) - (a.n < b.n);
}

/* Index of `key` among `n` items of `stride` bytes, sorted by the struct str at `offset` in each; -1 when it is not there. */
static inline int str_find_sorted(const void *items, int n, size_t stride, size_t offset, struct str key)
{
    int low = 0, high = n;
    while (low < high) {
        int middle = low + (high - low) / 2;
        const struct str *at = (const void *)((const char *)items + (size_t)middle * stride + offset);
        int c = str_cmp(*at, key);
        if (c == 0)
            return middle;
        if (c < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}
/* Whether a sorted list of texts has it. */
static inline bool str_in_sorted(const struct str *items, int n, struct str key)
{
    return str_find_sorted(items, n, sizeof *items, 0, key) >= 0;
}
#define STR_FIND_SORTED(items, n, member, key)                                                     \
    str_find_sorted((items), (n), sizeof(*(items)), offsetof(__typeof__(*(items)), member), (key))

#endif
