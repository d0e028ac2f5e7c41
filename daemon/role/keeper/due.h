/*
 * due.h - the clocks of a docket: what an event does to them, and what comes due by it
 */
#ifndef ROLE_DUE_H
#define ROLE_DUE_H

#include "core/clocks.h"
#include "role/keeper/ledger.h"

/* The clocks as they are kept; those from before there were any are made from the due time. False when memory is out. */
bool due_read(struct arena *a, const struct docket_row *d, struct clocks *out);
/*
 * Lets the event act on the clocks, ends them where `d->state` is closed, and fills the due fields of `d`: due_kind, due_ms,
 * wake_ms, wake, clocks, calendar. *out tells the same. False when memory is out.
 */
bool due_write(struct ledger *l, const struct ruleset *rules, struct clocks *c, enum clock_act act, const struct clock_event *e,
               struct docket_write *d, struct agenda *out);
/* The due fields of a step. */
void due_tell(struct step *s, const struct agenda *g);

#endif
