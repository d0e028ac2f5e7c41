/*
 * timelimit.c - the end of a time limit, counted from its ledger
 */
#include "core/timelimit.h"

#include <string.h>

bool timelimit_add(struct arena *a, struct time_limit *t, struct limit_entry entry)
{
    struct limit_entry *list = ARENA_ARRAY(a, (size_t)t->n + 1, struct limit_entry);
    if (!list)
        return false;
    if (t->n > 0)
        memcpy(list, t->entries, (size_t)t->n * sizeof *list);
    list[t->n] = entry;
    t->entries = list;
    t->n++;
    return true;
}

bool timelimit_stopped(const struct time_limit *t)
{
    bool stopped = false;
    for (int i = 0; i < t->n; i++) {
        if (t->entries[i].act == LIMIT_STOP || t->entries[i].act == LIMIT_GO)
            stopped = t->entries[i].act == LIMIT_STOP;
    }
    return stopped;
}

/* How many days of the budget's kind lie after `from`, up to and with `to`. */
static int days_between(const struct calendar *c, enum duration_unit unit, int32_t from, int32_t to)
{
    int n = 0;
    if (unit != DURATION_WORKDAYS)
        return to > from ? to - from : 0;
    for (int32_t day = from + 1; day <= to; day++)
        n += calendar_working(c, day);
    return n;
}

static int32_t moved(const struct calendar *c, enum duration_unit unit, int32_t day, int count)
{
    enum duration_unit one_by_one = unit == DURATION_WORKDAYS ? unit : DURATION_DAYS;
    return calendar_add(c, day, (struct duration){count, one_by_one});
}

struct deadline timelimit_end(const struct calendar *c, const struct time_limit *t)
{
    int32_t day = calendar_add(c, calendar_day_of_ms(t->started_ms), t->budget), stopped = 0;
    bool counted = t->budget.unit == DURATION_WORKDAYS, agreed = false;
    for (int i = 0; i < t->n; i++) {
        const struct limit_entry *e = &t->entries[i];
        switch (e->act) {
        case LIMIT_STOP:
            stopped = calendar_day_of_ms(e->at_ms);
            break;
        case LIMIT_GO:
            day = moved(c, t->budget.unit, day, days_between(c, t->budget.unit, stopped, calendar_day_of_ms(e->at_ms)));
            break;
        case LIMIT_EXTEND:
            day = calendar_add(c, day, e->by);
            counted = counted || e->by.unit == DURATION_WORKDAYS;
            agreed = false;
            break;
        case LIMIT_EXTEND_TO:
            day = e->day;
            counted = false;
            agreed = true;
            break;
        }
    }
    for (; t->roll && !agreed && !calendar_working(c, day); day++)
        counted = true;
    if (t->latest && day > t->latest) {
        day = t->latest;
        counted = false;
    }
    counted = counted || (t->roll && !agreed);
    return (struct deadline){calendar_ms_of_day(day + 1) - 1, counted && day > c->published_until};
}

int64_t timelimit_left_at(const struct calendar *c, const struct time_limit *t, int share)
{
    int64_t end = timelimit_end(c, t).ms;
    return end > t->started_ms ? end - (end - t->started_ms) / 100 * share : end;
}
