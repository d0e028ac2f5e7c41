/*
 * diag.h - what is wrong in a file, where, and what to do: all of it at once
 *
 * Readers of configuration add findings; whoever called them prints the list. Floors that read
 * never print. Texts are copied.
 *
 *   config/rules/20-labour.yaml:14:9: error: unknown key `chanel`
 *      14 |         chanel: court
 *         |         ^~~~~~
 *         = did you mean `channel`?
 */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include "base/str.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

enum diag_level { DIAG_ERROR, DIAG_WARNING, DIAG_NOTE };

struct diag_item {
    enum diag_level level;
    const char *kind;   /* which kind of finding, for programs: "unknown-key" */
    const char *file;   /* as the operator named it */
    unsigned line, col; /* from 1; col counts code points; 0: the whole file */
    unsigned span;      /* columns to underline, at least 1 */
    const char *source; /* the source line without its newline; NULL when there is none */
    const char *cause;  /* what is wrong */
    const char *hint;   /* what to do; NULL when there is nothing to say */
};

struct diag;

struct diag *diag_new(void);
void diag_free(struct diag *d);

struct diag_place {
    const char *file;
    unsigned line, col, span;
    struct str source; /* the source line; empty when unknown */
    struct str column; /* heading over the cell of a table, told before the cause; empty: no table */
};

/* Adds a finding. `hint` may be NULL. Past 1000 findings only the count goes on. Its kind is made of the
 * words of `fmt`. */
void diag_add(struct diag *d, enum diag_level level, const struct diag_place *at, const char *hint,
              const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* The same with a kind of the caller's, where the words of `fmt` do not tell enough; NULL: from `fmt`. */
void diag_vadd(struct diag *d, enum diag_level level, const char *kind, const struct diag_place *at,
               const char *hint, const char *fmt, va_list ap) __attribute__((format(printf, 6, 0)));

#define DIAG_KIND_SIZE 80
/*
 * The kind that a format tells: its first words (two or more), hyphens between, without what it fills in; up
 * to a colon, comma, semicolon or bracket. Returns out, empty when there is no word.
 */
char *diag_kind(const char *fmt, char out[DIAG_KIND_SIZE]);

size_t diag_count(const struct diag *d, enum diag_level level);
size_t diag_size(const struct diag *d);
const struct diag_item *diag_item(const struct diag *d, size_t i);
/* By file, line, column; what was added first comes first among equals. */
void diag_sort(struct diag *d);
/* All items in the form shown above, wide characters counted as two columns for the caret. */
void diag_print(const struct diag *d, FILE *out, bool colour);
/* Into a fresh malloc'ed string, without colour. NULL when memory is out. */
char *diag_text(const struct diag *d);

/* The entry of `words` closest to `wrong` by edit distance, if close enough to suggest; else NULL. */
const char *diag_nearest(struct str wrong, const char *const *words, size_t n);

#endif
