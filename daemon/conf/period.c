/*
 * period.c - years, halves, quarters and months
 */
#include "conf/period.h"

#include "core/calendar.h"

#include <stdio.h>

/* The number that the first `digits` characters make; -1: they are none. */
static int number(struct str s, size_t digits)
{
    int v = 0;
    if (s.n < digits)
        return -1;
    for (size_t i = 0; i < digits; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return -1;
        v = v * 10 + (s.p[i] - '0');
    }
    return v;
}

static int64_t month_begins(int year, int month)
{
    char text[32];
    int32_t day = 0;
    snprintf(text, sizeof text, "%04d-%02d-01", year + (month - 1) / 12, (month - 1) % 12 + 1);
    return calendar_parse_day(str_from(text), &day) ? calendar_ms_of_day(day) : 0;
}

static bool fill(struct period *p, struct str s, int year, int month, int months)
{
    p->since_ms = month_begins(year, month);
    p->until_ms = month_begins(year, month + months);
    snprintf(p->text, sizeof p->text, STR_FMT, STR_ARG(s));
    return p->since_ms > 0 && p->until_ms > p->since_ms;
}

bool period_parse(struct str s, struct period *out)
{
    static const char *const quarters[] = {"一", "二", "三", "四"};
    struct period p = {0};
    int year = number(s, 4), n;
    bool good = false;
    if (year < 1971 || year > 9998)
        return false;
    if (s.n == 4) {
        good = fill(&p, s, year, 1, 12);
        snprintf(p.zh, sizeof p.zh, "%d年", year);
    } else if (s.n == 6 && s.p[4] == 'H' && (n = s.p[5] - '0') >= 1 && n <= 2) {
        good = fill(&p, s, year, 6 * n - 5, 6);
        snprintf(p.zh, sizeof p.zh, "%d年%s半年", year, n == 1 ? "上" : "下");
    } else if (s.n == 6 && s.p[4] == 'Q' && (n = s.p[5] - '0') >= 1 && n <= 4) {
        good = fill(&p, s, year, 3 * n - 2, 3);
        snprintf(p.zh, sizeof p.zh, "%d年第%s季度", year, quarters[n - 1]);
    } else if (s.n == 7 && s.p[4] == '-' && (n = number((struct str){s.p + 5, 2}, 2)) >= 1 && n <= 12) {
        good = fill(&p, s, year, n, 1);
        snprintf(p.zh, sizeof p.zh, "%d年%d月", year, n);
    }
    if (good)
        *out = p;
    return good;
}
