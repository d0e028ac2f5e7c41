/*
 * logline.h - one log event as a line of text or of JSON, into the caller's buffer
 *
 * Pure. A line that does not fit is cut at a whole character, marked, and still well formed.
 */
#ifndef BASE_LOGLINE_H
#define BASE_LOGLINE_H

#include "base/log.h"

#define LOGLINE_SIZE 4096 /* PIPE_BUF: a line of at most this is written whole or not at all */

/* "error", "warning", "info", "debug". */
const char *log_level_word(enum log_level level);

/* Each returns the length written to `out`, which has LOGLINE_SIZE bytes; the line ends with '\n' and is not
 * NUL-terminated. */
size_t logline_text(char *out, int64_t now_ms, enum log_level level, const char *event, const char *message,
                    const struct log_field *fields, bool colour);
size_t logline_json(char *out, int64_t now_ms, enum log_level level, const char *event, const char *message,
                    const struct log_field *fields);
/* For the journal, which has its own time and level: "event  message  key=value", without '\n'. */
size_t logline_bare(char *out, const char *event, const char *message, const struct log_field *fields);

#endif
