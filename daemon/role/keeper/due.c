/* due.c - from clocks to the due fields of docket and step */
#include "role/keeper/due.h"

#include "wire/clocks.h"
#include "wire/journal.h"

bool due_read(struct arena *a, const struct docket_row *d, struct clocks *out)
{
    struct clocks finish;
    const struct limit_entry stop = {.act = LIMIT_STOP, .at_ms = d->changed_ms};
    *out = (struct clocks){0};
    if (!str_empty(d->clocks) && clocks_decode(a, d->clocks, out))
        return true;
    if (d->due_kind == DUE_NONE)
        return true;
    if (!clocks_of_instant(a, out, (enum due)d->due_kind, d->changed_ms, d->due_ms))
        return false;
    if (d->state != STATE_SUSPENDED)
        return true;
    /* What goes on again when it is resumed. */
    if (!clocks_of_instant(a, &finish, DUE_FINISH, d->changed_ms, d->current.finish_by_ms) ||
        !timelimit_add(a, &finish.items[0].limit, stop))
        return false;
    out->items[out->n++] = finish.items[0];
    return true;
}

bool due_write(struct ledger *l, const struct ruleset *rules, struct clocks *c, enum clock_act act, const struct clock_event *e,
               struct docket_write *d, struct agenda *out)
{
    *out = (struct agenda){0};
    if (!clocks_act(l->arena, c, act, e, &rules->calendar))
        return false;
    if (state_open((enum state)d->state))
        *out = clocks_agenda(c, e->policy, &rules->calendar);
    d->due_kind = (int)out->due;
    d->due_ms = out->due_ms;
    d->wake_ms = out->wake_ms;
    d->wake = (int)out->event;
    d->calendar = rules->calendar.mark;
    d->clocks = STR("");
    if (!out->due)
        return true;
    d->clocks = clocks_encode(l->arena, c);
    return !str_empty(d->clocks);
}

void due_tell(struct step *s, const struct agenda *g)
{
    s->due_kind = g->due ? str_from(word_of(due_words, (int)g->due)) : STR("");
    s->due_ms = g->due_ms;
    s->due_provisional = g->provisional;
}
