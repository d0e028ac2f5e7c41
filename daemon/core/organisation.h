/*
 * organisation.h - the roster: who can take an assignment, and how much of it (调解组织名册)
 *
 * Immutable once built. How much each has open now is not here but in core/load.h.
 */
#ifndef CORE_ORGANISATION_H
#define CORE_ORGANISATION_H

#include "core/calendar.h"
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
    int weight;              /* share of the work under PICK_WEIGHTED, 1 to 100; 0 counts as 1 */
    struct hours hours;      /* none: always open */
    const struct str *languages; /* sorted */
    int n_languages;
    const struct str *interests; /* credit codes of bodies whose disputes it must leave alone, sorted */
    int n_interests;
    bool closed;
    struct str hub;          /* receiver id; empty: a receiver of its own */
    const struct str *agencies; /* stationed with these; none: with nobody */
    int n_agencies;
};

struct station { /* an organisation stationed with an agency */
    struct str agency;
    int organisation;
};

#define ROSTER_LEVELS               (LEVEL_VILLAGE + 1)
#define ROSTER_GROUPS               (ORG_KIND_LIMIT * ROSTER_LEVELS)
#define ROSTER_GROUP_OF(kind, level) ((int)(kind) * ROSTER_LEVELS + (int)(level))

struct roster {
    const struct organisation *items; /* sorted by id */
    int n;
    const int *by_region;       /* organisation indices grouped by region index, id order inside */
    const int *region_start;    /* n_regions + 1 offsets into by_region */
    const unsigned char *region_kinds; /* the kind of each in by_region: most searches end there */
    const int *by_group;        /* grouped by kind and level; region order inside, then id order */
    const int *group_start;     /* ROSTER_GROUPS + 1 offsets into by_group */
    const struct station *stations; /* sorted by agency, then organisation */
    int n_stations;
};

/*
 * Sorts `items` by id and fills the indices in `a`. The caller has checked that ids are unique, and looks
 * at arena_overflowed(): past the budget the roster is empty.
 */
void roster_build(struct arena *a, struct organisation *items, int n, const struct regions *regions,
                  struct roster *out);
int roster_find(const struct roster *r, struct str id); /* -1 when unknown */
/* The first in a group whose region is `region` or later: an offset into by_group, at most the group's end. */
int roster_group_from(const struct roster *r, int group, int region);
/* The organisations stationed with `agency`: *n of them, the first one returned. */
const struct station *roster_stations(const struct roster *r, struct str agency, int *n);

#endif
