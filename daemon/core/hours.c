/*
 * hours.c - opening hours: read from a line, asked at a moment
 */
#include "core/calendar.h"

#define DAY_MINUTES 1440

static const char *const day_names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

static int day_by_name(struct str s)
{
    for (int i = 0; i < 7; i++) {
        if (str_eqz(s, day_names[i]))
            return i;
    }
    return -1;
}

/* Up to `stop` or the end; *rest begins behind it. */
static struct str part(struct str s, char stop, struct str *rest)
{
    const char *at = s.n ? memchr(s.p, stop, s.n) : NULL;
    size_t n = at ? (size_t)(at - s.p) : s.n;
    *rest = at ? (struct str){at + 1, s.n - n - 1} : (struct str){s.p + s.n, 0};
    return (struct str){s.p, n};
}

/* "mon", or "mon-fri"; -1 when it is neither. */
static int day_bits(struct str s)
{
    struct str last, first = part(s, '-', &last);
    int from = day_by_name(first), until = last.n ? day_by_name(last) : from, bits = 0;
    if (from < 0 || until < from || (s.n != first.n && !last.n))
        return -1;
    for (int i = from; i <= until; i++)
        bits |= 1 << i;
    return bits;
}

static bool parse_days(struct str s, uint8_t *out)
{
    int bits = 0;
    if (str_eqz(s, "workdays") || str_eqz(s, "daily")) {
        *out = str_eqz(s, "daily") ? 0x7F : OPENING_WORKDAYS;
        return true;
    }
    if (s.n == 0 || s.p[s.n - 1] == ',')
        return false;
    while (s.n) {
        int more = day_bits(part(s, ',', &s));
        if (more < 0)
            return false;
        bits |= more;
    }
    *out = (uint8_t)bits;
    return true;
}

static int number(struct str s)
{
    int value = 0;
    if (s.n == 0 || s.n > 2)
        return -1;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return -1;
        value = value * 10 + (s.p[i] - '0');
    }
    return value;
}

/* "9:00" or "09:00"; -1 when it is no time of the day. 24:00 is its end. */
static int minute(struct str s)
{
    struct str minutes, hours = part(s, ':', &minutes);
    int h = number(hours), m = minutes.n == 2 ? number(minutes) : -1;
    return h < 0 || m < 0 || m > 59 || h * 60 + m > DAY_MINUTES ? -1 : h * 60 + m;
}

bool opening_parse(struct str s, struct opening *out)
{
    struct str times, until, days = part(s, ' ', &times), from = part(times, '-', &until);
    int low = minute(from), high = minute(until);
    struct opening o = {.from = (int16_t)low, .until = (int16_t)high};
    if (low < 0 || high <= low || !parse_days(days, &o.days))
        return false;
    *out = o;
    return true;
}

bool hours_open(const struct calendar *c, const struct hours *h, int64_t ms)
{
    int32_t day = calendar_day_of_ms(ms);
    int at = (int)((ms - calendar_ms_of_day(day)) / 60000), weekday = (day % 7 + 7 + 3) % 7;
    for (int i = 0; i < h->n; i++) {
        const struct opening *o = &h->items[i];
        bool today = o->days & OPENING_WORKDAYS ? calendar_working(c, day) : o->days >> weekday & 1;
        if (today && o->from <= at && at < o->until)
            return true;
    }
    return false;
}
