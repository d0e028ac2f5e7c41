/*
 * diag_kind.c - a kind of finding named by the words of its format
 */
#include "base/diag.h"

#define WORDS_MAX 6

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Past one conversion of printf. */
static const char *past_conversion(const char *p)
{
    p++;
    while (*p && strchr("-+ #0123456789.*hlzjtL", *p))
        p++;
    return *p ? p + 1 : p;
}

/* Words that begin many a sentence and tell nothing. */
static bool is_filler(struct str word)
{
    static const char *const fillers[] = {"a", "an", "the", "this", "is", "there"};
    for (size_t i = 0; i < sizeof fillers / sizeof *fillers; i++)
        if (str_eqz(word, fillers[i]))
            return true;
    return false;
}

static size_t put_word(char *out, size_t at, struct str word)
{
    if (at + word.n + 2 > DIAG_KIND_SIZE)
        return at;
    if (at)
        out[at++] = '-';
    for (size_t i = 0; i < word.n; i++)
        out[at++] = (char)(word.p[i] >= 'A' && word.p[i] <= 'Z' ? word.p[i] + ('a' - 'A') : word.p[i]);
    return at;
}

char *diag_kind(const char *fmt, char out[DIAG_KIND_SIZE])
{
    size_t at = 0;
    int words = 0;
    for (const char *p = fmt; *p && words < WORDS_MAX;) {
        if (words > 1 && strchr(":,;(", *p))
            break;
        if (*p == '%') {
            p = past_conversion(p);
            continue;
        }
        struct str word = {p, 0};
        while (is_letter(word.p[word.n]))
            word.n++;
        p += word.n ? word.n : 1;
        if (word.n == 0 || (words == 0 && is_filler(word)))
            continue;
        at = put_word(out, at, word);
        words++;
    }
    out[at] = 0;
    return out;
}
