/*
 * log.h - one line an event: a message for a person, fields for a machine
 *
 * Goes to journald with fields, or to stderr as text or JSON. The same line repeated more than 10
 * times in 10 seconds (same `event`, same `peer`) is counted and told once; lines that carry a `referral` or an
 * `assignment` tell of one case each and are never held back. Never personal data: fields
 * take ids, codes, counts and names of offices, nothing that an agency wrote freely.
 *
 * Threads: any. Errors: none; what cannot be written is dropped and counted.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/str.h"

#include <stdint.h>

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };
enum log_format { LOG_AUTO, LOG_JOURNAL, LOG_TEXT, LOG_JSON };

/* One field. A NULL text value is left out. */
struct log_field {
    const char *key; /* lower case, [a-z_] */
    enum { LOG_END, LOG_STR, LOG_INT } type;
    struct str s;
    int64_t i;
};
#define LOG_S(k, v) ((struct log_field){.key = (k), .type = LOG_STR, .s = (v)})
#define LOG_Z(k, v) ((struct log_field){.key = (k), .type = LOG_STR, .s = str_from(v)})
#define LOG_I(k, v) ((struct log_field){.key = (k), .type = LOG_INT, .i = (int64_t)(v)})
#define LOG_FIELDS(...) ((const struct log_field[]){__VA_ARGS__ __VA_OPT__(, ) {.type = LOG_END}})

void log_setup(enum log_format format, enum log_level level);
bool log_wanted(enum log_level level);
/* `event` is a fixed name, listed in docs/operations.md ("referral.assigned"); `message` for a person. */
void log_event(enum log_level level, const char *event, const char *message, const struct log_field *fields);
/* Lines that could not be written, and lines held back as repetition. */
uint64_t log_dropped(void);
uint64_t log_suppressed(void);

#endif
