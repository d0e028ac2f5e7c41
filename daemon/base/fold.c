/*
 * fold.c - folding and checking text with utf8proc
 */
#include "base/fold.h"

#include <stdlib.h>
#include <utf8proc.h>

/* Length of the code point at the start of `s`, which is not empty; 0 when it is not valid UTF-8. */
static size_t next_code_point(struct str s, utf8proc_int32_t *cp)
{
    unsigned char first = (unsigned char)s.p[0];
    if (first < 0x80) {
        *cp = first;
        return 1;
    }
    utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n, cp);
    return n > 0 ? (size_t)n : 0;
}

static bool is_space(utf8proc_int32_t cp)
{
    if (cp < 0x80)
        return cp == ' ' || (cp >= '\t' && cp <= '\r');
    if (cp == 0x85)
        return true;
    if (cp >= 0x3001 && cp <= 0x9fff)
        return false;
    utf8proc_category_t c = utf8proc_category(cp);
    return c == UTF8PROC_CATEGORY_ZS || c == UTF8PROC_CATEGORY_ZL || c == UTF8PROC_CATEGORY_ZP;
}

/* Runs of spaces become one, those at either end go. `out` may be s.p; returns the length. */
static size_t collapse_into(char *out, struct str s)
{
    size_t n = 0;
    bool gap = false;
    while (s.n) {
        utf8proc_int32_t cp;
        size_t len = next_code_point(s, &cp);
        if (is_space(cp)) {
            gap = n > 0;
        } else {
            if (gap)
                out[n++] = ' ';
            gap = false;
            memmove(out + n, s.p, len);
            n += len;
        }
        s.p += len;
        s.n -= len;
    }
    return n;
}

static struct str collapse(struct arena *a, struct str s)
{
    char *out = arena_alloc(a, s.n + 1);
    return (struct str){out, out ? collapse_into(out, s) : 0};
}

/*
 * What most Chinese text is made of folds one code point at a time: ASCII, full-width ASCII, the unified
 * ideographs and the usual punctuation. 0 for any other, which may fold to several or join its neighbours.
 */
static utf8proc_int32_t fold_simple(utf8proc_int32_t cp)
{
    if (cp == 0x3000)
        return ' ';
    if (cp >= 0xff01 && cp <= 0xff5e)
        cp -= 0xff01 - '!';
    if (cp >= 'A' && cp <= 'Z')
        return cp - 'A' + 'a';
    bool itself = cp < 0x80 || (cp >= 0x4e00 && cp <= 0x9fff) || cp == 0x3001 || cp == 0x3002 ||
                  (cp >= 0x3008 && cp <= 0x3011) || cp == 0x2014 || (cp >= 0x2018 && cp <= 0x201d);
    return itself ? cp : 0;
}

/* False when `s` has something that is not simple. `out` has room for s.n bytes: simple folding never
 * lengthens. */
static bool fold_all_simple(struct str s, char *out, size_t *length)
{
    size_t n = 0;
    while (s.n) {
        utf8proc_int32_t cp;
        size_t len = next_code_point(s, &cp);
        utf8proc_int32_t folded = len ? fold_simple(cp) : 0;
        if (folded == 0)
            return false;
        if (folded == cp)
            memcpy(out + n, s.p, len);
        else
            out[n] = (char)folded; /* what changes becomes ASCII */
        n += folded == cp ? len : 1;
        s.p += len;
        s.n -= len;
    }
    *length = n;
    return true;
}

static struct str fold_any(struct arena *a, struct str s)
{
    static const int how =
        UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
    utf8proc_uint8_t *mapped = NULL;
    utf8proc_ssize_t n =
        utf8proc_map((const utf8proc_uint8_t *)(s.n ? s.p : ""), (utf8proc_ssize_t)s.n, &mapped, how);
    if (n < 0)
        return (struct str){NULL, 0};
    struct str folded = collapse(a, (struct str){(const char *)mapped, (size_t)n});
    free(mapped);
    return folded;
}

struct str fold(struct arena *a, struct str s)
{
    char *simple = arena_alloc(a, s.n + 1);
    size_t n;
    if (!simple)
        return (struct str){NULL, 0};
    if (!fold_all_simple(s, simple, &n))
        return fold_any(a, s);
    n = collapse_into(simple, (struct str){simple, n});
    simple[n] = '\0';
    return (struct str){simple, n};
}

enum text_fault text_check(struct str s, bool lines)
{
    while (s.n) {
        utf8proc_int32_t cp;
        size_t len = next_code_point(s, &cp);
        if (len == 0)
            return TEXT_BAD_UTF8;
        if (cp == 0)
            return TEXT_NUL;
        bool line_control = cp == '\t' || cp == '\n' || cp == '\r';
        if ((cp < 0x20 && !(lines && line_control)) || (cp >= 0x7f && cp < 0xa0))
            return TEXT_CONTROL;
        s.p += len;
        s.n -= len;
    }
    return TEXT_OK;
}

int text_width(struct str s)
{
    int width = 0;
    while (s.n) {
        utf8proc_int32_t cp;
        size_t len = next_code_point(s, &cp);
        width += len ? utf8proc_charwidth(cp) : 1;
        s.p += len ? len : 1;
        s.n -= len ? len : 1;
    }
    return width;
}
