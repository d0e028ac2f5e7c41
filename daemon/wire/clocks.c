/*
 * clocks.c - ClocksRecord
 */
#include "wire/clocks.h"

#include "wire/alloc.h"
#include "wire/limits.h"
#include "wire/scan.h"

#include "referral/v1/record.pb-c.h"

static bool pack_entries(struct arena *a, const struct time_limit *t, Referral__V1__ClockRecord *m)
{
    Referral__V1__ClockEntryRecord *items = ARENA_ARRAY(a, (size_t)t->n + 1, Referral__V1__ClockEntryRecord);
    m->entries = ARENA_ARRAY(a, (size_t)t->n + 1, Referral__V1__ClockEntryRecord *);
    if (!items || !m->entries)
        return false;
    for (int i = 0; i < t->n; i++) {
        const struct limit_entry *e = &t->entries[i];
        referral__v1__clock_entry_record__init(&items[i]);
        items[i].act = e->act;
        items[i].at_ms = e->at_ms;
        items[i].count = (uint32_t)e->by.count;
        items[i].unit = e->by.unit;
        items[i].day = e->day;
        m->entries[i] = &items[i];
    }
    m->n_entries = (size_t)t->n;
    return true;
}

struct str clocks_encode(struct arena *a, const struct clocks *c)
{
    Referral__V1__ClocksRecord m = REFERRAL__V1__CLOCKS_RECORD__INIT;
    Referral__V1__ClockRecord items[CLOCKS_MAX], *list[CLOCKS_MAX];
    for (int i = 0; i < c->n; i++) {
        const struct clock *k = &c->items[i];
        referral__v1__clock_record__init(&items[i]);
        items[i].due = k->due;
        items[i].started_ms = k->limit.started_ms;
        items[i].count = (uint32_t)k->limit.budget.count;
        items[i].unit = k->limit.budget.unit;
        items[i].roll = k->limit.roll;
        items[i].latest = k->limit.latest;
        items[i].warned = k->warned;
        items[i].told = (uint32_t)k->told;
        items[i].told_ms = k->told_ms;
        if (!pack_entries(a, &k->limit, &items[i]))
            return (struct str){NULL, 0};
        list[i] = &items[i];
    }
    m.clocks = list;
    m.n_clocks = (size_t)c->n;
    m.latest = c->latest;
    return wire_pack(a, &m);
}

/* 1970 to 2200: what was written here lies between, and counting its days takes a bounded time. */
static bool time_sane(int64_t ms)
{
    return ms >= 0 && ms < INT64_C(7258118400000);
}

static bool day_sane(int32_t day)
{
    return day >= 0 && day < 84006;
}

/* A number that was written here is in its list; another one comes from damage, and is refused. */
static bool read_entries(struct arena *a, const Referral__V1__ClockRecord *m, struct time_limit *out)
{
    struct limit_entry *list = ARENA_ARRAY(a, m->n_entries + 1, struct limit_entry);
    if (!list || m->n_entries > CLOCK_ENTRIES_MAX)
        return false;
    for (size_t i = 0; i < m->n_entries; i++) {
        const Referral__V1__ClockEntryRecord *e = m->entries[i];
        if (e->act < LIMIT_STOP || e->act > LIMIT_EXTEND_TO || e->unit > DURATION_MONTHS || e->count > DURATION_MAX ||
            !time_sane(e->at_ms) || !day_sane(e->day))
            return false;
        list[i] = (struct limit_entry){.act = (enum limit_act)e->act,
                                       .at_ms = e->at_ms,
                                       .by = {(int)e->count, (enum duration_unit)e->unit},
                                       .day = e->day};
    }
    out->entries = list;
    out->n = (int)m->n_entries;
    return true;
}

static bool read_clock(struct arena *a, const Referral__V1__ClockRecord *m, struct clock *out)
{
    if (m->due <= DUE_NONE || m->due >= DUE_LIMIT || m->unit < DURATION_WORKDAYS || m->unit > DURATION_MONTHS ||
        m->count > DURATION_MAX || m->told > INT32_MAX || !time_sane(m->started_ms) || !time_sane(m->told_ms) ||
        !day_sane(m->latest))
        return false;
    *out = (struct clock){
        .due = (enum due)m->due,
        .limit = {.started_ms = m->started_ms,
                  .budget = {(int)m->count, (enum duration_unit)m->unit},
                  .roll = m->roll,
                  .latest = m->latest},
        .warned = m->warned,
        .told = (int)m->told,
        .told_ms = m->told_ms,
    };
    return read_entries(a, m, &out->limit);
}

bool clocks_decode(struct arena *a, struct str bytes, struct clocks *out)
{
    const ProtobufCMessageDescriptor *type = &referral__v1__clocks_record__descriptor;
    const struct scan_wish wish = {.budget = LIMIT_DECODE_MEMORY};
    const Referral__V1__ClocksRecord *m = NULL;
    struct clocks c = {0};
    if (scan_message(type, bytes, &wish) == SCAN_OK)
        m = wire_unpack(a, type, bytes, LIMIT_DECODE_MEMORY);
    if (!m || m->n_clocks > CLOCKS_MAX || !day_sane(m->latest))
        return false;
    for (; (size_t)c.n < m->n_clocks; c.n++)
        if (!read_clock(a, m->clocks[c.n], &c.items[c.n]))
            return false;
    c.latest = m->latest;
    *out = c;
    return true;
}
