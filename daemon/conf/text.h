/*
 * text.h - a file's bytes, and places in it that a finding can point at
 *
 * A text knows its lines, so that a finding can show the one it is about. A byte order mark is left out.
 */
#ifndef CONF_TEXT_H
#define CONF_TEXT_H

#include "conf/source.h"

#include <stdint.h>

struct text {
    struct str name;      /* relative to the configuration directory: "rules/20-labour.yaml" */
    const char *shown;    /* as the operator named it: "config/rules/20-labour.yaml" */
    struct str bytes;     /* without a byte order mark */
    const size_t *starts; /* where each line begins */
    unsigned n_lines;
};

struct place {
    const struct text *text;
    unsigned line, col, span; /* as in struct diag_place; line 0: the whole file */
};

/* Borrows the file's bytes. NULL when memory is out. */
struct text *text_new(struct arena *a, const char *shown_as, const struct source_file *f);

/* Whether its name ends in .csv. */
bool text_is_table(const struct text *t);
/* Line `line` (from 1) without its line end; empty when there is none. */
struct str text_line(const struct text *t, unsigned line);
/* Line (from 1), and column in code points, of a byte. */
struct place text_place(const struct text *t, size_t offset, unsigned span);
/* Code points in `s`; a byte that is not UTF-8 counts as one. */
unsigned text_columns(struct str s);
/* Offset of the first byte that is not part of a UTF-8 character; s.n when all are. */
size_t text_bad_utf8(struct str s);

/* Whether `part` occurs in `s`. */
bool text_contains(struct str s, const char *part);
#define FULL_WIDTH_COLON  "\xEF\xBC\x9A" /* ： as Chinese input methods type it */
#define FULL_WIDTH_COMMA  "\xEF\xBC\x8C" /* ， */
#define IDEOGRAPHIC_COMMA "\xE3\x80\x81" /* 、 */

/* What diag wants to know about a place. */
struct diag_place place_for_diag(struct place at);

#endif
