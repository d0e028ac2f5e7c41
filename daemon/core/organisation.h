/*
 * organisation.h - the roster: who can take an assignment, and how much of it (调解组织名册)
 *
 * Immutable once built. How much each has open now is not here but in core/load.h.
 */
#ifndef CORE_ORGANISATION_H
#define CORE_ORGANISATION_H

#include "core/category.h"
#include "core/region.h"

struct organisation {
    struct str id;
    struct str name;
    enum org_kind kind;
    int region;              /* index */
    const int *specialities; /* category indices */
    int n_specialities;
    int capacity;            /* open assignments at once */
    int rating;              /* 1 to 5 */
    bool closed;
    struct str hub;          /* receiver id; empty: a receiver of its own */
    const struct str *agencies; /* stationed with these; none: with nobody */
    int n_agencies;
};

struct roster {
    const struct organisation *items; /* sorted by id */
    int n;
    const int *by_region;       /* organisation indices grouped by region index, id order inside */
    const int *region_start;    /* n_regions + 1 offsets into by_region */
};

/* Sorts `items` by id and fills the region index in `a`. The caller has checked that ids are unique. */
void roster_build(struct arena *a, struct organisation *items, int n, const struct regions *regions,
                  struct roster *out);
int roster_find(const struct roster *r, struct str id); /* -1 when unknown */

#endif
