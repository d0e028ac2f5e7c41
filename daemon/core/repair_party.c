/* repair_party.c - parties changed, and the time and history of a dispute */
#include "core/repair.h"

#define DAY_MS INT64_C(86400000)

/* ---- parties ---- */

/* A copy of the parties, with room for more. */
static struct party_facts *copy(struct repair *x, int room)
{
    const struct referral *now = x->now->referral;
    struct party_facts *parties = ARENA_ARRAY(x->arena, (size_t)(now->n_parties + room) + 1, struct party_facts);
    if (parties && now->n_parties)
        memcpy(parties, now->parties, (size_t)now->n_parties * sizeof *parties);
    return parties;
}

static void set_parties(struct repair *x, const struct party_facts *parties, int n)
{
    struct referral *r = repair_variant(x);
    r->parties = parties;
    r->n_parties = n;
}

static int lowest(uint64_t set)
{
    return set ? __builtin_ctzll(set) : 0;
}

static int lowest_outside(uint64_t set, int last)
{
    for (int i = 1; i <= last; i++)
        if (!(set >> i & 1))
            return i;
    return 0;
}

static struct party_facts as_asked(struct party_facts p, const struct cond *c)
{
    if (c->party.kinds && !(c->party.kinds >> p.kind & 1))
        p.kind = (enum party_kind)lowest(c->party.kinds);
    if (c->party.roles && !(c->party.roles >> p.role & 1))
        p.role = (enum party_role)lowest(c->party.roles);
    p.foreign = c->party.foreign < 0 ? p.foreign : c->party.foreign != 0;
    p.minor = c->party.minor < 0 ? p.minor : c->party.minor != 0;
    return p;
}

static struct party_facts not_as_asked(struct party_facts p, const struct cond *c)
{
    if (c->party.foreign >= 0)
        p.foreign = !c->party.foreign;
    else if (c->party.minor >= 0)
        p.minor = !c->party.minor;
    else if (c->party.kinds && lowest_outside(c->party.kinds, PARTY_ASSOCIATION))
        p.kind = (enum party_kind)lowest_outside(c->party.kinds, PARTY_ASSOCIATION);
    else if (c->party.roles && lowest_outside(c->party.roles, PARTY_SUSPECT))
        p.role = (enum party_role)lowest_outside(c->party.roles, PARTY_SUSPECT);
    return p;
}

static const struct party_facts nobody = {.role = PARTY_RESPONDENT, .kind = PARTY_PERSON, .address = -1};

void repair_party(struct repair *x, const struct cond *c, bool wanted)
{
    int n = x->now->referral->n_parties;
    struct party_facts *parties;
    if (!wanted) {
        parties = copy(x, 0);
        for (int i = 0; parties && i < n; i++)
            parties[i] = not_as_asked(parties[i], c);
        if (parties)
            set_parties(x, parties, n);
        return;
    }
    for (int i = 0; i < n && i < 4; i++)
        if ((parties = copy(x, 0))) {
            parties[i] = as_asked(parties[i], c);
            set_parties(x, parties, n);
        }
    if ((parties = copy(x, 1))) {
        parties[n] = as_asked(nobody, c);
        set_parties(x, parties, n + 1);
    }
}

void repair_parties(struct repair *x, const struct cond *c, bool wanted)
{
    int now = x->now->referral->n_parties;
    int64_t numbers[2];
    int n = repair_numbers(c, wanted, now, numbers);
    for (int i = 0; i < n; i++) {
        if (numbers[i] < 1 || numbers[i] > 1000)
            continue;
        int count = (int)numbers[i];
        struct party_facts *parties = copy(x, count > now ? count - now : 0);
        for (int k = now; parties && k < count; k++)
            parties[k] = nobody;
        if (parties)
            set_parties(x, parties, count);
    }
}

/* The next village, from the place on; -1: there is none at all. */
static int any_village(const struct regions *regions, int from)
{
    for (int i = 0; i < regions->n; i++)
        if (regions->items[(from + i) % regions->n].level == LEVEL_VILLAGE)
            return (from + i) % regions->n;
    return -1;
}

void repair_same_village(struct repair *x, const struct cond *c, bool wanted)
{
    int n = x->now->referral->n_parties;
    int village = wanted ? any_village(&x->now->rules->regions, x->now->referral->place) : -1;
    struct party_facts *parties = copy(x, 2);
    (void)c;
    if (!parties || (wanted && village < 0))
        return;
    for (; wanted && n < 2; n++)
        parties[n] = nobody;
    for (int i = 0; i < n; i++)
        parties[i].address = wanted ? village : i == 0 ? -1 : parties[i].address;
    set_parties(x, parties, n);
}

/* ---- when it happened, when it came ---- */

static int64_t arrival_day(const struct repair *x)
{
    return calendar_day_of_ms(x->now->referral->arrived_ms);
}

void repair_age(struct repair *x, const struct cond *c, bool wanted)
{
    const struct referral *now = x->now->referral;
    int64_t numbers[2];
    int n = repair_numbers(c, wanted, now->occurred_on ? arrival_day(x) - now->occurred_on : c->low, numbers);
    for (int i = 0; i < n; i++)
        if (numbers[i] >= 0 && numbers[i] < arrival_day(x))
            repair_variant(x)->occurred_on = (int32_t)(arrival_day(x) - numbers[i]);
    if (!wanted)
        repair_variant(x)->occurred_on = 0;
}

void repair_age_missing(struct repair *x, const struct cond *c, bool wanted)
{
    static const int days[] = {1, 180, 1200};
    (void)c;
    if (wanted)
        repair_variant(x)->occurred_on = 0;
    for (int i = 0; !wanted && i < 3; i++)
        repair_variant(x)->occurred_on = (int32_t)(arrival_day(x) - days[i]);
}

/* Days of the range near today, or near its ends outside: one alone may be a day off where a workday is asked for too. */
void repair_arrived(struct repair *x, const struct cond *c, bool wanted)
{
    int64_t ends[2], day = arrival_day(x);
    int n = repair_numbers(c, wanted, day, ends);
    for (int i = 0; i < n; i++)
        for (int step = -3; step <= 3; step++) {
            bool within = ends[i] + step >= c->low && ends[i] + step <= c->high;
            if (within == wanted)
                repair_variant(x)->arrived_ms += (ends[i] + step - day) * DAY_MS;
        }
}

/* The first full hour of each day around that is in working time, or is not; today first. */
void repair_working_time(struct repair *x, const struct cond *c, bool wanted)
{
    const struct ruleset *rs = x->now->rules;
    const int64_t hour = INT64_C(3600000), today = calendar_ms_of_day((int32_t)arrival_day(x));
    (void)c;
    for (int k = 0; k < 20; k++) {
        int days = k % 2 ? -(k + 1) / 2 : k / 2;
        for (int i = 0; i < 24; i++) {
            int64_t at = today + days * DAY_MS + i * hour;
            if (hours_open(&rs->calendar, policy_working(&rs->policies), at) != wanted)
                continue;
            repair_variant(x)->arrived_ms = at;
            break;
        }
    }
}

static void set_earlier(struct repair *x, int64_t count, int64_t days)
{
    struct referral *r = repair_variant(x);
    r->earlier.count = (int)count;
    r->earlier.last_ms = count ? r->arrived_ms - days * DAY_MS : 0;
}

void repair_earlier(struct repair *x, const struct cond *c, bool wanted)
{
    const struct earlier *e = &x->now->referral->earlier;
    int64_t numbers[2], days = e->count ? arrival_day(x) - calendar_day_of_ms(e->last_ms) : c->low;
    int n = repair_numbers(c, wanted, days, numbers);
    for (int i = 0; i < n; i++)
        set_earlier(x, e->count ? e->count : 1, numbers[i]);
    if (!wanted)
        set_earlier(x, 0, 0);
}

void repair_earlier_count(struct repair *x, const struct cond *c, bool wanted)
{
    const struct earlier *e = &x->now->referral->earlier;
    int64_t numbers[2], days = e->count ? arrival_day(x) - calendar_day_of_ms(e->last_ms) : 1;
    int n = repair_numbers(c, wanted, e->count, numbers);
    for (int i = 0; i < n; i++)
        if (numbers[i] >= 0 && numbers[i] < 1000)
            set_earlier(x, numbers[i], days);
}
