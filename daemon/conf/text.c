/*
 * text.c - lines and columns of a configuration file
 */
#include "conf/text.h"

#include <utf8proc.h>

/* A longer line is not shown: it would push the finding itself off the screen. */
#define SHOWN_LINE_MAX 400

static struct str without_bom(struct str s)
{
    if (s.n >= 3 && memcmp(s.p, "\xEF\xBB\xBF", 3) == 0)
        return (struct str){s.p + 3, s.n - 3};
    return s;
}

static unsigned count_lines(struct str s)
{
    unsigned n = 1;
    for (const char *p = s.p, *end = s.p + s.n; p < end && (p = memchr(p, '\n', (size_t)(end - p))); p++)
        n++;
    return n;
}

struct text *text_new(struct arena *a, const char *shown_as, const struct source_file *f)
{
    struct text *t = ARENA_NEW(a, struct text);
    if (!t)
        return NULL;
    struct str shown = arena_printf(a, "%s/" STR_FMT, shown_as, STR_ARG(f->name));
    t->name = f->name;
    t->shown = shown.p;
    t->bytes = without_bom(f->bytes);
    t->n_lines = t->bytes.n ? count_lines(t->bytes) : 1;
    size_t *starts = ARENA_ARRAY(a, t->n_lines, size_t);
    if (!shown.p || !starts)
        return NULL;
    unsigned line = 1;
    for (size_t i = 0; i < t->bytes.n && line < t->n_lines; i++)
        if (t->bytes.p[i] == '\n')
            starts[line++] = i + 1;
    t->starts = starts;
    return t;
}

bool text_is_table(const struct text *t)
{
    return t->name.n >= 4 && memcmp(t->name.p + t->name.n - 4, ".csv", 4) == 0;
}

struct str text_line(const struct text *t, unsigned line)
{
    if (line == 0 || line > t->n_lines)
        return STR("");
    size_t from = t->starts[line - 1];
    size_t to = line < t->n_lines ? t->starts[line] - 1 : t->bytes.n;
    if (to > from && t->bytes.p[to - 1] == '\r')
        to--;
    return (struct str){t->bytes.p + from, to - from};
}

struct place text_place(const struct text *t, size_t offset, unsigned span)
{
    unsigned low = 0, high = t->n_lines;
    while (high - low > 1) {
        unsigned middle = low + (high - low) / 2;
        if (t->starts[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    struct str before = {t->bytes.p + t->starts[low], offset - t->starts[low]};
    return (struct place){t, low + 1, text_columns(before) + 1, span ? span : 1};
}

unsigned text_columns(struct str s)
{
    unsigned n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

size_t text_bad_utf8(struct str s)
{
    size_t i = 0;
    while (i < s.n) {
        utf8proc_int32_t c;
        utf8proc_ssize_t n =
            utf8proc_iterate((const utf8proc_uint8_t *)s.p + i, (utf8proc_ssize_t)(s.n - i), &c);
        if (n <= 0)
            return i;
        i += (size_t)n;
    }
    return s.n;
}

bool text_contains(struct str s, const char *part)
{
    size_t n = strlen(part);
    for (size_t i = 0; i + n <= s.n; i++)
        if (memcmp(s.p + i, part, n) == 0)
            return true;
    return false;
}

struct diag_place place_for_diag(struct place at)
{
    struct diag_place d = {
        .file = at.text ? at.text->shown : "", .line = at.line, .col = at.col, .span = at.span};
    if (at.text && at.line) {
        struct str line = text_line(at.text, at.line);
        if (line.n <= SHOWN_LINE_MAX && text_bad_utf8(line) == line.n)
            d.source = line;
    }
    return d;
}
