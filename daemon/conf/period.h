/*
 * period.h - a stretch of the calendar, as it is written: 2026, 2026H1, 2026Q3, 2026-10
 *
 * Its days are those of Asia/Shanghai.
 */
#ifndef CONF_PERIOD_H
#define CONF_PERIOD_H

#include "base/str.h"

#include <stdint.h>

struct period {
    int64_t since_ms, until_ms; /* until excluded */
    char text[8];               /* as written */
    char zh[32];                /* 2026年上半年 */
};
/* False for anything else. */
bool period_parse(struct str s, struct period *out);

#endif
