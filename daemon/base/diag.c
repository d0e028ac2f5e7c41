/*
 * diag.c - findings collected, sorted and shown with a caret
 */
#include "base/diag.h"

#include "base/arena.h"
#include "base/fold.h"

#include <assert.h>
#include <stdlib.h>
#include <utf8proc.h>

#define ITEMS_MAX 1000

struct diag {
    struct arena *arena;
    struct diag_item *items; /* in the order of adding until sorted */
    size_t n, cap;
    size_t counts[DIAG_NOTE + 1];
};

struct diag *diag_new(void)
{
    struct diag *d = calloc(1, sizeof *d);
    if (d && !(d->arena = arena_new(0))) {
        free(d);
        d = NULL;
    }
    return d;
}

void diag_free(struct diag *d)
{
    if (!d)
        return;
    arena_free(d->arena);
    free(d);
}

static const char *copy(struct diag *d, struct str s)
{
    return s.p ? arena_str(d->arena, s).p : NULL;
}

/* A format of nothing but `%s` passes a fixed text on: its words tell. */
static const char *kind_from(struct diag *d, const char *fmt, const char *cause)
{
    char kind[DIAG_KIND_SIZE];
    if (!*diag_kind(fmt, kind))
        diag_kind(cause, kind);
    const char *kept = copy(d, str_from(kind));
    return kept ? kept : "";
}

void diag_vadd(struct diag *d, enum diag_level level, const char *kind, const struct diag_place *at,
               const char *hint, const char *fmt, va_list ap)
{
    assert(level >= DIAG_ERROR && level <= DIAG_NOTE);
    d->counts[level]++;
    if (d->n == ITEMS_MAX)
        return;
    struct diag_item *item = ARENA_PUSH(d->arena, d->items, d->n, d->cap);
    if (!item)
        return;
    const char *cause = arena_vprintf(d->arena, fmt, ap).p, *told = cause;
    if (cause && at->column.n)
        told = arena_printf(d->arena, "column `" STR_FMT "`: %s", STR_ARG(at->column), cause).p;
    const char *file = copy(d, str_from(at->file));
    *item = (struct diag_item){
        .level = level,
        .kind = kind ? kind : kind_from(d, fmt, cause ? cause : ""),
        .file = file ? file : "",
        .line = at->line,
        .col = at->col,
        .span = at->span ? at->span : 1,
        .source = at->source.n ? copy(d, at->source) : NULL,
        .cause = told ? told : "",
        .hint = copy(d, str_from(hint)),
    };
}

void diag_add(struct diag *d, enum diag_level level, const struct diag_place *at, const char *hint,
              const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    diag_vadd(d, level, NULL, at, hint, fmt, ap);
    va_end(ap);
}

size_t diag_count(const struct diag *d, enum diag_level level)
{
    return d->counts[level];
}

size_t diag_size(const struct diag *d)
{
    return d->n;
}

const struct diag_item *diag_item(const struct diag *d, size_t i)
{
    assert(i < d->n);
    return &d->items[i];
}

static int compare(const struct diag_item *a, const struct diag_item *b)
{
    int c = strcmp(a->file, b->file);
    if (c == 0)
        c = (a->line > b->line) - (a->line < b->line);
    return c ? c : (a->col > b->col) - (a->col < b->col);
}

/* By insertion: keeps equals in order, and what readers add is nearly sorted. */
void diag_sort(struct diag *d)
{
    for (size_t i = 1; i < d->n; i++) {
        struct diag_item item = d->items[i];
        size_t j = i;
        for (; j > 0 && compare(&d->items[j - 1], &item) > 0; j--)
            d->items[j] = d->items[j - 1];
        d->items[j] = item;
    }
}

static const struct {
    const char *word, *colour;
} levels[] = {
    [DIAG_ERROR] = {"error", "\033[1;31m"},
    [DIAG_WARNING] = {"warning", "\033[1;33m"},
    [DIAG_NOTE] = {"note", "\033[1;36m"},
};

static void print_heading(const struct diag_item *item, FILE *out, bool colour)
{
    const char *bold = colour ? "\033[1m" : "", *plain = colour ? "\033[0m" : "";
    fprintf(out, "%s%s", bold, item->file);
    if (item->line)
        fprintf(out, ":%u", item->line);
    if (item->line && item->col)
        fprintf(out, ":%u", item->col);
    fprintf(out, ":%s %s%s:%s %s\n", plain, colour ? levels[item->level].colour : "",
            levels[item->level].word, plain, item->cause);
}

/* The code point or stray byte at the start of `s`, which is not empty. */
static struct str first_of(struct str s)
{
    utf8proc_int32_t cp;
    utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n, &cp);
    return (struct str){s.p, n > 0 ? (size_t)n : 1};
}

static bool printable(struct str c)
{
    return *c.p == '\t' || text_check(c, false) == TEXT_OK;
}

static void put_times(FILE *out, char c, int times)
{
    while (times-- > 0)
        fputc(c, out);
}

/* The source line, then the caret under `col` and its span; what a terminal would obey shows as '?'. */
static void print_source(const struct diag_item *item, int gutter, FILE *out, bool colour)
{
    struct str rest = str_from(item->source), c;
    fprintf(out, "%*u | ", gutter, item->line);
    for (struct str s = rest; s.n; s.p += c.n, s.n -= c.n) {
        c = first_of(s);
        fprintf(out, STR_FMT, STR_ARG(printable(c) ? c : STR("?")));
    }
    fputc('\n', out);
    if (item->col == 0)
        return;
    fprintf(out, "%*s | ", gutter, "");
    for (unsigned i = 1; i < item->col && rest.n; i++, rest.p += c.n, rest.n -= c.n) {
        c = first_of(rest);
        if (*c.p == '\t')
            fputc('\t', out);
        else
            put_times(out, ' ', printable(c) ? text_width(c) : 1);
    }
    int columns = 0;
    for (unsigned i = 0; i < item->span && rest.n; i++, rest.p += c.n, rest.n -= c.n) {
        c = first_of(rest);
        columns += printable(c) && *c.p != '\t' ? text_width(c) : 1;
    }
    fprintf(out, "%s^", colour ? levels[item->level].colour : "");
    put_times(out, '~', columns - 1);
    fprintf(out, "%s\n", colour ? "\033[0m" : "");
}

static int gutter_of(unsigned line)
{
    int digits = snprintf(NULL, 0, "%u", line);
    return digits > 5 ? digits : 5;
}

void diag_print(const struct diag *d, FILE *out, bool colour)
{
    for (size_t i = 0; i < d->n; i++) {
        const struct diag_item *item = &d->items[i];
        int gutter = gutter_of(item->line);
        print_heading(item, out, colour);
        if (item->source && item->line)
            print_source(item, gutter, out, colour);
        if (item->hint)
            fprintf(out, "%*s = %s\n", gutter, "", item->hint);
    }
    size_t all = d->counts[DIAG_ERROR] + d->counts[DIAG_WARNING] + d->counts[DIAG_NOTE];
    if (all > d->n)
        fprintf(out, "... and %zu more\n", all - d->n);
}

char *diag_text(const struct diag *d)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    diag_print(d, out, false);
    if (fclose(out) != 0) {
        free(text);
        text = NULL;
    }
    return text;
}
