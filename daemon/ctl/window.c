/*
 * window.c - since and until
 */
#include "ctl/window.h"

#include "core/calendar.h"

#include <stdlib.h>

#define HOUR_MS INT64_C(3600000)

static int64_t unit_ms(char letter)
{
    return letter == 'h' ? HOUR_MS : letter == 'd' ? 24 * HOUR_MS : letter == 'w' ? 7 * 24 * HOUR_MS : 0;
}

bool window_parse(const char *text, int64_t now_ms, bool end, int64_t *out_ms)
{
    int64_t count = 0, unit;
    int32_t day;
    size_t n = 0;
    if (calendar_parse_day(str_from(text), &day)) {
        *out_ms = calendar_ms_of_day(day + (end ? 1 : 0));
        return *out_ms > 0;
    }
    while (text[n] >= '0' && text[n] <= '9' && n < 6)
        count = count * 10 + (text[n++] - '0');
    if (n == 0 || !(unit = unit_ms(text[n])) || text[n + 1])
        return false;
    *out_ms = now_ms - count * unit;
    return *out_ms > 0;
}

static bool option(const struct call *c, enum option_id id, const char *otherwise, int64_t now_ms, bool end, int64_t *out_ms)
{
    const char *text = call_value(c, id, otherwise);
    if (window_parse(text, now_ms, end, out_ms))
        return true;
    fprintf(stderr, "referralctl: --%s takes a date as 2026-05-01, or how long ago as 90d, 12h, 6w; not `%s`\n",
            ctl_options[id].name, text);
    return false;
}

bool window_options(const struct call *c, const char *since, int64_t now_ms, int64_t *since_ms, int64_t *until_ms)
{
    if (!option(c, OPT_SINCE, since, now_ms, false, since_ms) || !option(c, OPT_UNTIL, "0h", now_ms, true, until_ms))
        return false;
    if (*since_ms < *until_ms)
        return true;
    fprintf(stderr, "referralctl: --since is not before --until\n");
    return false;
}
