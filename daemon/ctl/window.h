/*
 * window.h - a stretch of time on the command line: --since 90d, --since 2026-05-01, --until 2026-06-30
 *
 * Days are those of Asia/Shanghai. A date is the whole day: since its beginning, until its end.
 */
#ifndef CTL_WINDOW_H
#define CTL_WINDOW_H

#include "ctl/command.h"

/* "12h", "90d", "6w" before `now_ms`, or a date. False when it is neither, or lies before 1970. */
bool window_parse(const char *text, int64_t now_ms, bool end, int64_t *out_ms);
/* Both options; false, and told on stderr. Without --until: now. */
bool window_options(const struct call *c, const char *since, int64_t now_ms, int64_t *since_ms, int64_t *until_ms);

#endif
