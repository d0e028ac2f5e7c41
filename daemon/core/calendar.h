/*
 * calendar.h - working days of the People's Republic, and what deadlines make of them
 *
 * All in Asia/Shanghai (UTC+8, no daylight saving since 1991), whatever the host's zone. A day is
 * counted from 1970-01-01. The day on which a period starts is not counted (民事诉讼法 第85条).
 */
#ifndef CORE_CALENDAR_H
#define CORE_CALENDAR_H

#include "base/str.h"

#include <stdint.h>

struct calendar_day {
    int32_t day;
    bool working;
};

struct calendar {
    const struct calendar_day *items; /* the exceptions, sorted by day */
    int n;
    int32_t published_until;          /* last day of the last year listed */
    int64_t mark;                     /* another one for every other calendar; never 0 */
};

enum duration_unit { DURATION_WORKDAYS = 1, DURATION_DAYS, DURATION_MONTHS };
#define DURATION_MAX 1000
struct duration {
    int count;              /* 0: none given */
    enum duration_unit unit;
};

int32_t calendar_day_of_ms(int64_t ms);
/* First millisecond of the day in Asia/Shanghai. */
int64_t calendar_ms_of_day(int32_t day);
bool calendar_parse_day(struct str iso, int32_t *day); /* "2026-05-01"; false unless such a day exists */
/* `out` has at least 11 bytes. Returns out. */
char *calendar_day_text(int32_t day, char *out);

bool calendar_working(const struct calendar *c, int32_t day);

/* Opening hours: one stretch of the day on some days of the week. */
enum { OPENING_WORKDAYS = 1 << 7 }; /* the calendar's working days, whatever the day of the week */
struct opening {
    uint8_t days;        /* bit 0 Monday to bit 6 Sunday, or OPENING_WORKDAYS */
    int16_t from, until; /* minutes of the day in Asia/Shanghai, `until` excluded, at most 1440 */
};
struct hours {
    const struct opening *items;
    int n;
};
/* "workdays 09:00-12:00", "mon-fri 9:00-17:30", "sat,sun 10:00-16:00", "daily 00:00-24:00"; false unless well formed. */
bool opening_parse(struct str s, struct opening *out);
bool hours_open(const struct calendar *c, const struct hours *h, int64_t ms); /* false for empty hours */

struct deadline {
    int64_t ms;        /* the last millisecond of the last day */
    bool provisional;  /* counted past the published calendar */
};
/*
 * Start day not counted; months end on the same day of the month, or its last. With `roll`, a last day off moves to
 * the next workday (民法典 第203条); without, it stays (custody periods, 刑事诉讼法 第105条).
 */
struct deadline calendar_deadline(const struct calendar *c, int64_t start_ms, struct duration d, bool roll);
/* The day so long after `day`, as it comes: a day off does not move it. */
int32_t calendar_add(const struct calendar *c, int32_t day, struct duration d);
/* "N workdays", "1 day", "2 months"; false unless well formed and 1 to 1000. */
bool duration_parse(struct str s, struct duration *out);
/* -1, 0, 1 by length, a workday counted as 7/5 days and a month as 30. */
int duration_cmp(struct duration a, struct duration b);

#endif
