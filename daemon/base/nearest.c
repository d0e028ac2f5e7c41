/*
 * nearest.c - which known word was meant: Damerau and Levenshtein's distance over code points
 *
 * Restricted to swaps of neighbours (optimal string alignment). Letters of ASCII are compared without case.
 */
#include "base/diag.h"

#include <utf8proc.h>

#define WORD_MAX 64

/* Code points of `s` into `out`; 0 when there are none, too many, or it is not valid UTF-8. */
static int code_points(struct str s, utf8proc_int32_t *out)
{
    int n = 0;
    while (s.n) {
        utf8proc_int32_t cp;
        utf8proc_ssize_t len = utf8proc_iterate((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n, &cp);
        if (len <= 0 || n == WORD_MAX)
            return 0;
        out[n++] = cp >= 'A' && cp <= 'Z' ? cp - 'A' + 'a' : cp;
        s.p += len;
        s.n -= (size_t)len;
    }
    return n;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int distance(const utf8proc_int32_t *a, int n, const utf8proc_int32_t *b, int m)
{
    int rows[3][WORD_MAX + 1];
    for (int j = 0; j <= m; j++)
        rows[0][j] = j;
    for (int i = 1; i <= n; i++) {
        int *row = rows[i % 3], *before = rows[(i + 2) % 3], *before2 = rows[(i + 1) % 3];
        row[0] = i;
        for (int j = 1; j <= m; j++) {
            int d = before[j - 1] + (a[i - 1] != b[j - 1]);
            d = least(d, least(before[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d = least(d, before2[j - 2] + 1);
            row[j] = d;
        }
    }
    return rows[n % 3][m];
}

const char *diag_nearest(struct str wrong, const char *const *words, size_t count)
{
    utf8proc_int32_t a[WORD_MAX], b[WORD_MAX];
    const char *best = NULL;
    int n = code_points(wrong, a), best_distance = WORD_MAX + 1;
    if (n == 0)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        int m = code_points(str_from(words[i]), b);
        int longer = n > m ? n : m, gap = n > m ? n - m : m - n;
        int allowed = longer / 3 > 1 ? longer / 3 : 1;
        if (m == 0 || gap > allowed || gap >= best_distance || longer < 2)
            continue;
        int d = distance(a, n, b, m);
        if (d <= allowed && d < best_distance) {
            best = words[i];
            best_distance = d;
        }
    }
    return best;
}
