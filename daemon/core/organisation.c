/*
 * organisation.c - the roster and its indices by region and by agency
 */
#include "core/organisation.h"

#include <assert.h>
#include <stdlib.h>

static int by_id(const void *a, const void *b)
{
    return str_cmp(((const struct organisation *)a)->id, ((const struct organisation *)b)->id);
}

static int by_agency(const void *a, const void *b)
{
    const struct station *x = a, *y = b;
    int c = str_cmp(x->agency, y->agency);
    return c ? c : (x->organisation > y->organisation) - (x->organisation < y->organisation);
}

/* Counting sort: how many in each region, where each region's run begins, each organisation to its place. */
static void index_regions(const struct organisation *items, int n, int n_regions, int *start, int *by_region)
{
    for (int i = 0; i < n; i++) {
        assert(items[i].region >= 0 && items[i].region < n_regions);
        start[items[i].region]++;
    }
    for (int i = 0, sum = 0; i <= n_regions; i++) {
        sum += start[i];
        start[i] = sum; /* the end of the run, until the run has been filled from behind */
    }
    for (int i = n - 1; i >= 0; i--)
        by_region[--start[items[i].region]] = i;
}

static int group_of(const struct organisation *o, const struct regions *regions)
{
    assert(o->kind > 0 && o->kind < ORG_KIND_LIMIT);
    return ROSTER_GROUP_OF(o->kind, regions->items[o->region].level);
}

/* The same over groups; taking them in the order of by_region keeps that order inside. */
static void index_groups(const struct organisation *items, int n, const struct regions *regions,
                         const int *by_region, int *start, int *by_group)
{
    int next[ROSTER_GROUPS];
    for (int i = 0; i < n; i++)
        start[group_of(&items[i], regions) + 1]++;
    for (int g = 0; g < ROSTER_GROUPS; g++) {
        start[g + 1] += start[g];
        next[g] = start[g];
    }
    for (int i = 0; i < n; i++)
        by_group[next[group_of(&items[by_region[i]], regions)]++] = by_region[i];
}

static int count_stations(const struct organisation *items, int n)
{
    int count = 0;
    for (int i = 0; i < n; i++)
        count += items[i].n_agencies;
    return count;
}

static void index_stations(const struct organisation *items, int n, struct station *stations, int n_stations)
{
    int k = 0;
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < items[i].n_agencies; j++)
            stations[k++] = (struct station){items[i].agencies[j], i};
    }
    if (n_stations)
        qsort(stations, (size_t)n_stations, sizeof *stations, by_agency);
}

void roster_build(struct arena *a, struct organisation *items, int n, const struct regions *regions,
                  struct roster *out)
{
    int n_stations = count_stations(items, n);
    int *start = ARENA_ARRAY(a, (size_t)regions->n + 1, int);
    int *by_region = ARENA_ARRAY(a, (size_t)n, int);
    struct station *stations = ARENA_ARRAY(a, (size_t)n_stations, struct station);
    unsigned char *kinds = ARENA_ARRAY(a, (size_t)n, unsigned char);
    int *group_start = ARENA_ARRAY(a, ROSTER_GROUPS + 1, int);
    int *by_group = ARENA_ARRAY(a, (size_t)n, int);
    *out = (struct roster){0};
    if (!group_start || !by_group || !start || !by_region || !kinds || !stations)
        return;
    if (n)
        qsort(items, (size_t)n, sizeof *items, by_id);
    index_regions(items, n, regions->n, start, by_region);
    for (int i = 0; i < n; i++)
        kinds[i] = (unsigned char)items[by_region[i]].kind;
    index_groups(items, n, regions, by_region, group_start, by_group);
    index_stations(items, n, stations, n_stations);
    *out = (struct roster){items, n, by_region, start, kinds, by_group, group_start, stations, n_stations};
}

int roster_find(const struct roster *r, struct str id)
{
    return STR_FIND_SORTED(r->items, r->n, id, id);
}

int roster_group_from(const struct roster *r, int group, int region)
{
    int low = r->group_start[group], high = r->group_start[group + 1];
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (r->items[r->by_group[middle]].region < region)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct station *roster_stations(const struct roster *r, struct str agency, int *n)
{
    int low = 0, high = r->n_stations;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (str_cmp(r->stations[middle].agency, agency) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    int end = low;
    while (end < r->n_stations && str_eq(r->stations[end].agency, agency))
        end++;
    *n = end - low;
    return r->stations + low;
}
