/*
 * calendar.c - days, months and workdays
 */
#include "core/calendar.h"

#include <assert.h>

#define DAY_MS    ((int64_t)86400000)
#define ZONE_MS   ((int64_t)8 * 3600 * 1000)

/* The proleptic Gregorian calendar in eras of 400 years that begin on 1 March (H. Hinnant, chrono-compatible
 * algorithms). */
#define ERA_DAYS   146097
#define ERA_OFFSET 719468 /* days from 0000-03-01 to 1970-01-01 */

struct date {
    int year, month, day;
};

static int32_t day_of(struct date d)
{
    int year = d.year - (d.month <= 2);
    int era = (year >= 0 ? year : year - 399) / 400;
    int of_era = year - era * 400;
    int of_year = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
    return era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + of_year - ERA_OFFSET;
}

static struct date date_of(int32_t day)
{
    int since = day + ERA_OFFSET;
    int era = (since >= 0 ? since : since - (ERA_DAYS - 1)) / ERA_DAYS;
    int rest = since - era * ERA_DAYS;
    int of_era = (rest - rest / 1460 + rest / 36524 - rest / 146096) / 365;
    int of_year = rest - (365 * of_era + of_era / 4 - of_era / 100);
    int month = (5 * of_year + 2) / 153;
    struct date d = {
        .year = of_era + era * 400,
        .month = month < 10 ? month + 3 : month - 9,
        .day = of_year - (153 * month + 2) / 5 + 1,
    };
    d.year += d.month <= 2;
    return d;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

int32_t calendar_day_of_ms(int64_t ms)
{
    int64_t local = ms + ZONE_MS;
    return (int32_t)(local >= 0 ? local / DAY_MS : -((-local + DAY_MS - 1) / DAY_MS));
}

int64_t calendar_ms_of_day(int32_t day)
{
    return day * DAY_MS - ZONE_MS;
}

/* The number that the `n` characters at `p` write; -1 when they are not all digits. */
static int digits(const char *p, int n)
{
    int value = 0;
    for (int i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '9')
            return -1;
        value = value * 10 + (p[i] - '0');
    }
    return value;
}

bool calendar_parse_day(struct str iso, int32_t *day)
{
    if (iso.n != 10 || iso.p[4] != '-' || iso.p[7] != '-')
        return false;
    struct date d = {digits(iso.p, 4), digits(iso.p + 5, 2), digits(iso.p + 8, 2)};
    if (d.year < 1 || d.month < 1 || d.month > 12 || d.day < 1 || d.day > month_days(d.year, d.month))
        return false;
    *day = day_of(d);
    return true;
}

static void put_digits(char *out, int value, int n)
{
    while (n-- > 0) {
        out[n] = (char)('0' + value % 10);
        value /= 10;
    }
}

char *calendar_day_text(int32_t day, char *out)
{
    struct date d = date_of(day);
    assert(d.year >= 0 && d.year <= 9999);
    memcpy(out, "0000-00-00", 11);
    put_digits(out, d.year, 4);
    put_digits(out + 5, d.month, 2);
    put_digits(out + 8, d.day, 2);
    return out;
}

bool calendar_working(const struct calendar *c, int32_t day)
{
    int low = 0, high = c->n;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (c->items[middle].day == day)
            return c->items[middle].working;
        if (c->items[middle].day < day)
            low = middle + 1;
        else
            high = middle;
    }
    int weekday = (day % 7 + 7 + 3) % 7; /* 0: Monday; 1970-01-01 was a Thursday */
    return weekday < 5;
}

static int32_t add_workdays(const struct calendar *c, int32_t day, int count)
{
    while (count > 0)
        count -= calendar_working(c, ++day);
    return day;
}

static int32_t add_months(int32_t day, int count)
{
    struct date d = date_of(day);
    int months = d.year * 12 + d.month - 1 + count;
    d.year = months / 12;
    d.month = months % 12 + 1;
    int last = month_days(d.year, d.month);
    d.day = d.day < last ? d.day : last;
    return day_of(d);
}

int32_t calendar_add(const struct calendar *c, int32_t day, struct duration d)
{
    switch (d.unit) {
    case DURATION_WORKDAYS:
        return add_workdays(c, day, d.count);
    case DURATION_DAYS:
        return day + d.count;
    case DURATION_MONTHS:
        return add_months(day, d.count);
    }
    return day;
}

struct deadline calendar_deadline(const struct calendar *c, int64_t start_ms, struct duration d, bool roll)
{
    assert(d.count > 0 && d.count <= DURATION_MAX);
    int32_t day = calendar_add(c, calendar_day_of_ms(start_ms), d);
    bool asked = roll || d.unit == DURATION_WORKDAYS; /* the calendar had a say */
    while (roll && !calendar_working(c, day))
        day++;
    return (struct deadline){calendar_ms_of_day(day + 1) - 1, asked && day > c->published_until};
}

bool duration_parse(struct str s, struct duration *out)
{
    static const struct {
        const char *word;
        enum duration_unit unit;
    } units[] = {
        {"workdays", DURATION_WORKDAYS}, {"workday", DURATION_WORKDAYS}, {"days", DURATION_DAYS},
        {"day", DURATION_DAYS},          {"months", DURATION_MONTHS},    {"month", DURATION_MONTHS},
    };
    const char *space = s.n ? memchr(s.p, ' ', s.n) : NULL;
    int n = space ? (int)(space - s.p) : 0;
    int count = n >= 1 && n <= 4 && s.p[0] != '0' ? digits(s.p, n) : -1;
    if (count < 1 || count > DURATION_MAX)
        return false;
    struct str unit = {space + 1, s.n - (size_t)n - 1};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (str_eqz(unit, units[i].word)) {
            *out = (struct duration){count, units[i].unit};
            return true;
        }
    }
    return false;
}

/* In fifths of a day. */
static int length(struct duration d)
{
    static const int fifths[] = {[DURATION_WORKDAYS] = 7, [DURATION_DAYS] = 5, [DURATION_MONTHS] = 150};
    return d.count ? d.count * fifths[d.unit] : 0;
}

int duration_cmp(struct duration a, struct duration b)
{
    return (length(a) > length(b)) - (length(a) < length(b));
}
