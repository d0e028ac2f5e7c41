/*
 * html.h - a page that is one file: style inside, no script, nothing from any network
 *
 * Headings are in Chinese with English beside. All text is escaped; control characters become U+FFFD. What comes out is well-formed XML
 * as well as HTML. Charts to go with it: ctl/chart.h.
 */
#ifndef CTL_HTML_H
#define CTL_HTML_H

#include "base/str.h"

#include <stdint.h>
#include <stdio.h>

void html_text(FILE *out, struct str s);
#define HTML_NUMBER_SIZE 32
/* "-1,234,567". Returns out. */
char *html_number(int64_t v, char out[HTML_NUMBER_SIZE]);

/* The page's head, its title and what stands below it. */
void html_begin(FILE *out, const char *zh, const char *en);
void html_end(FILE *out);
void html_section(FILE *out, const char *zh, const char *en); /* ends with html_section_end() */
void html_section_end(FILE *out);
void html_note(FILE *out, const char *text); /* a paragraph */

/* Facts in two columns: what, and the value. */
struct html_fact {
    const char *what;
    struct str value;
};
void html_facts(FILE *out, const struct html_fact *facts, size_t n);

/* A number to be seen first. */
struct html_tile {
    const char *zh, *en;
    struct str value, note; /* the note may be empty */
    bool strong;
};
void html_tiles(FILE *out, const struct html_tile *tiles, size_t n);

struct html_column {
    const char *head;
    bool number; /* grouped by thousands, to the right */
};
/* `cells` row by row. A table without rows says so. */
void html_table(FILE *out, const struct html_column *columns, size_t n_columns, const struct str *cells, size_t n_rows);

#endif
