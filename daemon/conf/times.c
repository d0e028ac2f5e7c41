/*
 * times.c - readers of days, moments and lengths of time
 */
#include "conf/schema.h"

#define DAYS_MAX 36500

bool read_duration(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    (void)f;
    if (!node_is_text(r, v, "a duration"))
        return false;
    struct duration d;
    if (!duration_parse(v->text, &d))
        return reading_error(r, v->at, "write `3 workdays`, `30 days` or `2 months`; 1 to 1000",
                             "`" STR_FMT "` is not a duration", STR_ARG(v->text));
    *(struct duration *)out = d;
    return true;
}

/* How long ago: not a legal period, so that a month is 30 days and a year 365, wherever it begins. */
static int64_t days_of(struct str s)
{
    static const struct {
        const char *unit, *units;
        int days;
    } units[] = {{"day", "days", 1}, {"month", "months", 30}, {"year", "years", 365}};
    const char *blank = memchr(s.p, ' ', s.n);
    int64_t count;
    if (!blank || !digits_parse((struct str){s.p, (size_t)(blank - s.p)}, &count) || count > DAYS_MAX)
        return -1;
    struct str unit = {blank + 1, s.n - (size_t)(blank - s.p) - 1};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (str_eqz(unit, units[i].unit) || str_eqz(unit, units[i].units))
            return count * units[i].days;
    return -1;
}

bool read_days(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    (void)f;
    if (!node_is_text(r, v, "a number of days, months or years"))
        return false;
    int64_t days = days_of(v->text);
    if (days < 1 || days > DAYS_MAX)
        return reading_error(r, v->at, "write `30 days`, `2 months` (30 days each) or `1 year` (365); up to 100 years",
                             "`" STR_FMT "` is not a length of time", STR_ARG(v->text));
    *(int64_t *)out = days;
    return true;
}

bool read_day(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    (void)f;
    return node_is_text(r, v, "a day") &&
           (calendar_parse_day(v->text, out) ||
            reading_error(r, v->at, "write it as 2026-05-01", "`" STR_FMT "` is not a day of the calendar",
                          STR_ARG(v->text)));
}

/* "2026-05-01 10:30", in Asia/Shanghai. */
bool read_moment(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    (void)f;
    if (!node_is_text(r, v, "a day and a time"))
        return false;
    struct str s = v->text;
    int32_t day;
    int64_t hour, minute;
    if (s.n != 16 || s.p[10] != ' ' || s.p[13] != ':' || !calendar_parse_day((struct str){s.p, 10}, &day) ||
        !digits_parse((struct str){s.p + 11, 2}, &hour) || !digits_parse((struct str){s.p + 14, 2}, &minute) ||
        hour > 23 || minute > 59)
        return reading_error(r, v->at, "write it as 2026-05-01 10:30", "`" STR_FMT "` is no moment",
                             STR_ARG(s));
    *(int64_t *)out = calendar_ms_of_day(day) + (hour * 60 + minute) * 60000;
    return true;
}
