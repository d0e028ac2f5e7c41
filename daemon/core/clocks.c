/*
 * clocks.c - what each act of the life cycle does to the clocks, and what they make due
 */
#include "core/clocks.h"

enum {
    REVIEW_DAYS = 30,    /* a suspended mediation is looked at again after this long */
    DECIDE_WORKDAYS = 7, /* for the agency to say what becomes of one that was stopped */
};

static struct clock *find(struct clocks *c, enum due due)
{
    for (int i = 0; i < c->n; i++)
        if (c->items[i].due == due)
            return &c->items[i];
    return NULL;
}

const struct clock *clocks_find(const struct clocks *c, enum due due)
{
    return find((struct clocks *)c, due);
}

static void drop(struct clocks *c, enum due due)
{
    int kept = 0;
    for (int i = 0; i < c->n; i++)
        if (c->items[i].due != due)
            c->items[kept++] = c->items[i];
    c->n = kept;
}

static void start(struct clocks *c, enum due due, struct duration budget, bool roll, const struct clock_event *e)
{
    if (budget.count == 0 || c->n == CLOCKS_MAX)
        return;
    c->items[c->n++] = (struct clock){
        .due = due,
        .limit = {.started_ms = e->now_ms, .budget = budget, .roll = roll, .latest = due == DUE_FINISH ? c->latest : 0},
    };
}

static void enter(struct clocks *c, const struct clock_event *e)
{
    bool roll = e->policy->roll;
    c->n = 0;
    switch (e->to) {
    case STATE_OFFERED:
        start(c, DUE_RESPOND, e->respond_within, roll, e);
        break;
    case STATE_ACCEPTED:
        start(c, DUE_FINISH, e->finish_within, roll, e);
        start(c, DUE_CONTACT, e->policy->contact_within, roll, e);
        break;
    case STATE_MANUAL:
        start(c, DUE_ASSIGN, (struct duration){1, DURATION_WORKDAYS}, true, e);
        break;
    case STATE_FOLLOWING:
        start(c, DUE_FOLLOW_UP, e->policy->follow_up_within, roll, e);
        break;
    case STATE_FAILED_ONCE:
        start(c, DUE_SECOND, e->policy->second_within, roll, e);
        break;
    case STATE_SUSPENDED:
    case STATE_STOPPED:
    case STATE_CONCLUDED:
    case STATE_REFUSED:
    case STATE_WITHDRAWN:
    case STATE_RETURNED:
        break;
    }
}

/* Stops, or lets go on, what the mediation is measured by. */
static bool mark(struct arena *a, struct clocks *c, enum limit_act act, int64_t now_ms)
{
    bool ok = true;
    for (int i = 0; ok && i < c->n; i++)
        if ((c->items[i].due == DUE_FINISH || c->items[i].due == DUE_CONTACT) &&
            timelimit_stopped(&c->items[i].limit) == (act == LIMIT_GO))
            ok = timelimit_add(a, &c->items[i].limit, (struct limit_entry){.act = act, .at_ms = now_ms});
    return ok;
}

static void again(struct clocks *c)
{
    struct clock *k = find(c, DUE_SECOND);
    if (!k)
        return;
    k->due = DUE_FINISH;
    k->limit.latest = c->latest;
}

static bool stretch(struct arena *a, struct clocks *c, const struct clock_event *e)
{
    struct clock *k = find(c, DUE_FINISH);
    if (!k)
        return true;
    k->warned = false;
    k->told = 0;
    return timelimit_add(a, &k->limit, (struct limit_entry){.act = LIMIT_EXTEND_TO, .at_ms = e->now_ms, .day = e->until});
}

/* Notes that what passed first was told. Not having reached the parties is told once. */
static void told(struct clocks *c, const struct calendar *cal, const struct clock_event *e)
{
    struct clock *k = find(c, clocks_agenda(c, e->policy, cal).of);
    if (!k)
        return;
    k->told++;
    k->told_ms = e->now_ms;
    if (k->due == DUE_CONTACT)
        drop(c, DUE_CONTACT);
}

bool clocks_act(struct arena *a, struct clocks *c, enum clock_act act, const struct clock_event *e, const struct calendar *cal)
{
    switch (act) {
    case CLOCK_KEEP:
        return true;
    case CLOCK_ENTER:
        enter(c, e);
        return true;
    case CLOCK_REACHED:
        drop(c, DUE_CONTACT);
        return true;
    case CLOCK_STOP:
        if (!mark(a, c, LIMIT_STOP, e->now_ms))
            return false;
        drop(c, DUE_RESUME);
        if (e->to == STATE_STOPPED)
            start(c, DUE_DECIDE, (struct duration){DECIDE_WORKDAYS, DURATION_WORKDAYS}, true, e);
        else
            start(c, DUE_RESUME, (struct duration){REVIEW_DAYS, DURATION_DAYS}, false, e);
        return true;
    case CLOCK_GO:
        drop(c, DUE_RESUME);
        drop(c, DUE_DECIDE);
        return mark(a, c, LIMIT_GO, e->now_ms);
    case CLOCK_AGAIN:
        again(c);
        return true;
    case CLOCK_STRETCH:
        return stretch(a, c, e);
    case CLOCK_TOLD:
        told(c, cal, e);
        return true;
    case CLOCK_WARNED:
        for (int i = 0; i < c->n; i++)
            if (timelimit_left_at(cal, &c->items[i].limit, e->policy->warn_share) <= e->now_ms)
                c->items[i].warned = true;
        return true;
    }
    return true;
}

/* What has passed is told again after this long. */
static const struct duration told_again[DUE_LIMIT] = {
    [DUE_RESPOND] = {1, DURATION_WORKDAYS}, [DUE_FINISH] = {7, DURATION_DAYS},  [DUE_ASSIGN] = {1, DURATION_WORKDAYS},
    [DUE_RESUME] = {7, DURATION_DAYS},      [DUE_CONTACT] = {7, DURATION_DAYS}, [DUE_FOLLOW_UP] = {30, DURATION_DAYS},
    [DUE_SECOND] = {1, DURATION_WORKDAYS},  [DUE_DECIDE] = {7, DURATION_DAYS},
};

static void overrun(struct agenda *g, int64_t at_ms)
{
    if (at_ms > g->wake_ms)
        return;
    g->wake_ms = at_ms;
    g->event = EVENT_OVERRUN;
}

/* When it is next to be told of, and by which event. */
static struct agenda agenda_of(const struct clock *k, const struct mode_policy *p, const struct calendar *cal)
{
    struct deadline end = timelimit_end(cal, &k->limit);
    struct agenda g = {k->due, end.ms, end.provisional, end.ms, due_event(k->due), k->due};
    bool warns = (k->due == DUE_RESPOND || k->due == DUE_FINISH) && p->warn_share > 0;
    if (k->told > 0) {
        g.wake_ms = calendar_deadline(cal, k->told_ms, told_again[k->due], false).ms;
        if (k->due == DUE_FINISH && p->overrun_after.count > 0)
            overrun(&g, calendar_deadline(cal, end.ms, p->overrun_after, false).ms);
    } else if (warns && !k->warned) {
        g.wake_ms = timelimit_left_at(cal, &k->limit, p->warn_share);
        g.event = EVENT_WARN;
    }
    return g;
}

struct agenda clocks_agenda(const struct clocks *c, const struct mode_policy *policy, const struct calendar *cal)
{
    struct agenda next = {0};
    for (int i = 0; i < c->n; i++) {
        if (timelimit_stopped(&c->items[i].limit))
            continue;
        struct agenda g = agenda_of(&c->items[i], policy, cal);
        if (next.due == DUE_NONE || g.due_ms < next.due_ms) {
            next.due = g.due;
            next.due_ms = g.due_ms;
            next.provisional = g.provisional;
        }
        if (next.event == 0 || g.wake_ms < next.wake_ms) {
            next.wake_ms = g.wake_ms;
            next.event = g.event;
            next.of = g.of;
        }
    }
    return next;
}

bool clocks_full(const struct clocks *c)
{
    for (int i = 0; i < c->n; i++)
        if (c->items[i].limit.n > CLOCK_ENTRIES_MAX - 2) /* room to go on again after a stop */
            return true;
    return false;
}

bool clocks_may_stretch(const struct clocks *c, const struct mode_policy *policy, const struct calendar *cal, int32_t day,
                        int64_t now_ms)
{
    const struct clock *k = clocks_find(c, DUE_FINISH);
    int64_t end = calendar_ms_of_day(day + 1) - 1;
    if (!policy->extends || !k || end <= now_ms || end <= timelimit_end(cal, &k->limit).ms)
        return false;
    if (c->latest && day > c->latest)
        return false;
    if (policy->extend_at_most.count == 0)
        return true;
    struct time_limit by_law = k->limit; /* with its stops, without what was agreed before */
    struct limit_entry stops[CLOCK_ENTRIES_MAX];
    by_law.n = 0;
    for (int i = 0; i < k->limit.n && by_law.n < CLOCK_ENTRIES_MAX; i++)
        if (k->limit.entries[i].act == LIMIT_STOP || k->limit.entries[i].act == LIMIT_GO)
            stops[by_law.n++] = k->limit.entries[i];
    by_law.entries = stops;
    int32_t last = calendar_day_of_ms(timelimit_end(cal, &by_law).ms);
    return day <= calendar_add(cal, last, policy->extend_at_most);
}

bool clocks_of_instant(struct arena *a, struct clocks *c, enum due due, int64_t started_ms, int64_t due_ms)
{
    c->n = 1;
    c->items[0] = (struct clock){.due = due, .limit = {.started_ms = started_ms, .budget = {0, DURATION_DAYS}}, .warned = true};
    return timelimit_add(a, &c->items[0].limit,
                         (struct limit_entry){.act = LIMIT_EXTEND_TO, .at_ms = started_ms, .day = calendar_day_of_ms(due_ms)});
}
