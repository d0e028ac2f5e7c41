/*
 * timelimit.h - one time limit (期限): a budget, and the ledger of what has stopped or stretched it
 *
 * When it ends is computed and never stored as the truth, so that a calendar published later counts for what is open.
 *
 * The day on which a period starts is not counted (民事诉讼法 第85条). Days on which the limit is stopped are not
 * counted either: from the day after the stop to the day it goes on again, that one included (在线调解规则 第24条, 医疗纠纷
 * 预防和处理条例 第38条: appraisal). Extensions and stops take effect in the order in which they came.
 */
#ifndef CORE_TIMELIMIT_H
#define CORE_TIMELIMIT_H

#include "base/arena.h"
#include "core/calendar.h"

enum limit_act {
    LIMIT_STOP = 1,  /* suspended */
    LIMIT_GO,        /* resumed */
    LIMIT_EXTEND,    /* by `by` */
    LIMIT_EXTEND_TO, /* to the end of `day`, as agreed: does not roll */
};

struct limit_entry {
    enum limit_act act;
    int64_t at_ms;
    struct duration by;
    int32_t day;
};

struct time_limit {
    int64_t started_ms;
    struct duration budget;
    bool roll;      /* a last day off moves to the next workday */
    int32_t latest; /* a day that nothing stretches it past: the agency's own reply-by; 0: none */
    const struct limit_entry *entries;
    int n;
};

/* Appends to the ledger. False when memory is out. */
bool timelimit_add(struct arena *a, struct time_limit *t, struct limit_entry entry);
/* Stopped now: its end is not known yet. */
bool timelimit_stopped(const struct time_limit *t);
/* The end; of one that is stopped, as if it went on at the moment it was stopped. */
struct deadline timelimit_end(const struct calendar *c, const struct time_limit *t);
/* When `share` hundredths of the time from start to end are left. */
int64_t timelimit_left_at(const struct calendar *c, const struct time_limit *t, int share);

#endif
