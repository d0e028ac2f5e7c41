/*
 * csv.h - strict CSV (RFC 4180): a header, known or to be looked up, and the same columns in every row
 *
 * Separator is the comma; a quoted field may hold commas, line breaks and doubled quotes; lines end in LF or
 * CRLF. Nothing is trimmed or guessed. A row that is wrong is reported and passed over; broken quotes end the
 * file.
 */
#ifndef CONF_CSV_H
#define CONF_CSV_H

#include "conf/reading.h"

#define CSV_COLUMNS_MAX 64

struct csv {
    struct reading *r;
    const struct text *text;
    const char *columns_text; /* the header as one line, for messages */
    int columns;
    size_t at;   /* next byte */
    bool broken; /* something was reported: the file was not read whole */
};

struct cell {
    struct str text;
    struct place at;
    bool copied; /* the text is not that of the file: quotes were doubled in it */
};

/* Checks the header, names that end with NULL. False after reporting that it is another one. */
bool csv_open(struct csv *c, struct reading *r, const struct text *t, const char *const *header);
/* Any header, for the caller to look at: `columns` cells. False after reporting that there is none, or too much of it. */
bool csv_open_any(struct csv *c, struct reading *r, const struct text *t, struct cell *header);
/* The next good row into `cells`, one a column. False at the end. */
bool csv_next(struct csv *c, struct cell *cells);

#endif
