/*
 * reading.c - findings and files of one reading
 */
#include "conf/csv.h"

#include "base/fold.h"

/* The heading over a place inside one cell of the row; empty for any other place. */
static struct str heading_over(const struct table_row *row, struct place at)
{
    for (int i = 0; row && at.text == row->text && i < row->n; i++) {
        struct place cell = row->cells[i].at;
        if (at.line == cell.line && at.col >= cell.col && at.col + at.span <= cell.col + cell.span)
            return row->headings[i].text;
    }
    return STR("");
}

static void add(struct reading *r, enum diag_level level, const char *kind, struct place at, const char *hint,
                const char *fmt, va_list ap)
{
    struct diag_place where = place_for_diag(at);
    where.column = heading_over(r->row, at);
    diag_vadd(r->diag, level, kind, &where, hint, fmt, ap);
}

bool reading_error(struct reading *r, struct place at, const char *hint, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add(r, DIAG_ERROR, NULL, at, hint, fmt, ap);
    va_end(ap);
    return false;
}

bool reading_error_kind(struct reading *r, const char *kind, struct place at, const char *hint,
                        const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add(r, DIAG_ERROR, kind, at, hint, fmt, ap);
    va_end(ap);
    return false;
}

void reading_warn(struct reading *r, struct place at, const char *hint, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add(r, DIAG_WARNING, NULL, at, hint, fmt, ap);
    va_end(ap);
}

const char *reading_hint(struct reading *r, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct str s = arena_vprintf(r->scratch, fmt, ap);
    va_end(ap);
    return s.p;
}

const char *reading_suggest(struct reading *r, struct str wrong, const char *const *words, size_t n,
                            const char *otherwise)
{
    const char *near = diag_nearest(wrong, words, n);
    return near ? reading_hint(r, "did you mean `%s`?", near) : otherwise;
}

bool reading_full(struct reading *r)
{
    struct place nowhere = {0};
    return reading_error(r, nowhere, "make it smaller, or split it over several daemons",
                         "the configuration does not fit into memory");
}

size_t reading_errors(const struct reading *r)
{
    return diag_count(r->diag, DIAG_ERROR) - r->errors_before;
}

struct place reading_whole(struct reading *r, const char *name)
{
    struct source_file f = {.name = str_from(name)};
    f.bytes = STR("");
    return (struct place){.text = text_new(r->scratch, r->source->shown_as, &f)};
}

static bool clean(struct reading *r, const struct text *t)
{
    struct str s = t->bytes;
    enum text_fault fault = text_check(s, true);
    if (fault == TEXT_OK)
        return true;
    if (s.n >= 2 && (memcmp(s.p, "\xFF\xFE", 2) == 0 || memcmp(s.p, "\xFE\xFF", 2) == 0))
        return reading_error(r, text_place(t, 0, 1), "save it as UTF-8", "the file is UTF-16, not UTF-8");
    size_t bad = text_bad_utf8(s);
    if (bad < s.n)
        return reading_error(r, text_place(t, bad, 1), "save the file as UTF-8 (it may be GBK or GB18030)",
                             "not UTF-8 from here on: byte 0x%02X", (unsigned char)s.p[bad]);
    for (size_t i = 0; i < s.n; i++) {
        struct str one = {s.p + i, 1};
        unsigned char byte = (unsigned char)s.p[i];
        if (byte < 0x80 && text_check(one, true) != TEXT_OK)
            return reading_error(r, text_place(t, i, 1), "delete it", "a control character: byte 0x%02X",
                                 byte);
    }
    return reading_error(r, text_place(t, 0, 1), "delete it", "the file holds a control character");
}

int reading_files(struct reading *r, const char *prefix,
                  void (*each)(struct reading *r, const struct text *t, void *state), void *state)
{
    size_t n = strlen(prefix);
    int found = 0;
    for (int i = 0; i < r->source->n; i++) {
        const struct source_file *f = &r->source->files[i];
        if (f->name.n < n || memcmp(f->name.p, prefix, n) != 0)
            continue;
        found++;
        const struct text *t = text_new(r->scratch, r->source->shown_as, f);
        if (!t)
            reading_full(r);
        else if (clean(r, t))
            each(r, t, state);
    }
    return found;
}

const char *reading_where(struct reading *r, struct place at)
{
    if (!at.text)
        return "elsewhere";
    const char *s = reading_hint(r, "%s:%u", at.text->shown, at.line);
    return s ? s : at.text->shown;
}
