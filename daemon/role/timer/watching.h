/*
 * watching.h - the timer's part of early warning: what was counted is looked at, and what comes of it handed to the keepers
 *
 * Fresh sightings are claimed, counted by key and held against their watch. Where an episode is to be opened or added to,
 * the keeper does it; a sighting stays claimed until that is done, and is looked at again when the claim runs out. Open episodes
 * are looked at again each day, until they are over.
 */
#ifndef ROLE_WATCHING_H
#define ROLE_WATCHING_H

#include "role/office/link.h"
#include "role/office/work.h"

struct watching {
    struct link *link;
    struct arena *arena; /* of one turn */
    struct snapshot *snapshot;
    int room;            /* works that may be handed on */
    struct work **works; /* to be handed on by the caller */
    size_t n_works, cap_works;
    bool some;           /* there was something to look at */
};

/* One turn; link, arena, snapshot and room are set. */
void watching_look(struct watching *w);
/* A WORK_WARNING is back: what led to it need not be looked at again, unless it came to nothing. */
void watching_done(struct link *link, const struct work *w);
/* Deletes sightings that no watch looks back to any more. */
void watching_forget(struct link *link, const struct ruleset *rules);

#endif
