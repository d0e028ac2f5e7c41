/*
 * layout.h - sheets laid out for a terminal, or as JSON
 *
 * Columns are aligned by display width: a Chinese character takes two. Times are shown in Asia/Shanghai with
 * their offset, whatever the host's zone. Control characters never reach the terminal.
 */
#ifndef CTL_LAYOUT_H
#define CTL_LAYOUT_H

#include "wire/control.h"

#include <stdio.h>

/* Whether to colour what goes to `out`: a terminal, and NO_COLOR is not set (https://no-color.org). */
bool layout_colour(FILE *out);
/* The sheets, one below the other; not the error. */
void layout_text(FILE *out, const struct sheets *s, bool colour);
/* One JSON object: each sheet under its name, single ones as objects, others as arrays; and "error" if there
 * is one. */
void layout_json(FILE *out, const struct sheets *s);

#define TIME_TEXT_SIZE 40
/* "2026-05-01 09:30:00 +08:00"; with `iso`, "2026-05-01T09:30:00.000+08:00". Returns out. */
char *layout_time(int64_t ms, bool iso, char out[TIME_TEXT_SIZE]);

/* `s` padded to `width` columns, control characters replaced by '?'. */
void layout_padded(FILE *out, struct str s, int width, bool right);

#endif
