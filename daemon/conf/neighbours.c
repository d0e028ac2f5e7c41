/*
 * neighbours.c - regions/neighbours.csv: which counties have a common border
 */
#include "conf/csv.h"
#include "conf/index.h"
#include "conf/lists.h"

#include <stdlib.h>

struct pair_rows {
    struct region_pair *items; /* both directions */
    size_t n, cap;
    struct place *places; /* of every row */
    size_t n_places, cap_places;
    struct index *seen; /* "a b", the smaller index first */
};

/* The county in a cell; -1 after reporting. */
static int county_of(struct reading *r, const struct cell *cell)
{
    int i = region_find(&r->rs->regions, cell->text);
    if (i < 0) {
        if (r->whole.regions)
            reading_error(r, cell->at, region_suggest(r, cell->text), "no region `" STR_FMT "`",
                          STR_ARG(cell->text));
        return -1;
    }
    const struct region *region = &r->rs->regions.items[i];
    if (region->level == LEVEL_COUNTY)
        return i;
    reading_error(r, cell->at, "name the counties, districts and county-level cities on both sides: 6 digits",
                  "`" STR_FMT "` (" STR_FMT ") is no county", STR_ARG(cell->text), STR_ARG(region->name));
    return -1;
}

static bool add_pair(struct reading *r, struct pair_rows *rows, int region, int neighbour)
{
    struct region_pair *pair = ARENA_PUSH(r->scratch, rows->items, rows->n, rows->cap);
    if (!pair)
        return reading_full(r);
    *pair = (struct region_pair){region, neighbour};
    return true;
}

static bool add_row(struct reading *r, struct pair_rows *rows, const struct cell *cells)
{
    int a = county_of(r, &cells[0]), b = county_of(r, &cells[1]);
    if (a < 0 || b < 0)
        return false;
    if (a == b)
        return reading_error(r, cells[1].at, "remove the row", "a county is not its own neighbour");
    struct str name = arena_printf(r->scratch, "%d %d", a < b ? a : b, a < b ? b : a);
    int before = name.p ? index_put(rows->seen, name, (int)rows->n_places) : -2;
    if (before >= 0)
        return reading_error(r, cells[0].at,
                             reading_hint(r, "it stands in %s already; both directions follow from one row",
                                          reading_where(r, rows->places[before])),
                             "this pair of neighbours a second time");
    struct place *place = ARENA_PUSH(r->scratch, rows->places, rows->n_places, rows->cap_places);
    if (before == -2 || !place)
        return reading_full(r);
    *place = cells[0].at;
    return add_pair(r, rows, a, b) && add_pair(r, rows, b, a);
}

static void read_file(struct reading *r, const struct text *t, void *state)
{
    static const char *const header[] = {"a", "b", NULL};
    struct csv c;
    struct cell cells[CSV_COLUMNS_MAX];
    if (csv_open(&c, r, t, header))
        while (csv_next(&c, cells))
            add_row(r, state, cells);
}

static int by_region(const void *a, const void *b)
{
    const struct region_pair *x = a, *y = b;
    int c = (x->region > y->region) - (x->region < y->region);
    return c ? c : (x->neighbour > y->neighbour) - (x->neighbour < y->neighbour);
}

void neighbours_read(struct reading *r)
{
    struct pair_rows rows = {.seen = index_new(r->scratch)};
    if (!rows.seen) {
        reading_full(r);
        return;
    }
    reading_files(r, NEIGHBOURS_CSV, read_file, &rows);
    struct region_pair *kept = ARENA_ARRAY(r->arena, rows.n + 1, struct region_pair);
    if (!kept) {
        reading_full(r);
        return;
    }
    if (rows.n) {
        memcpy(kept, rows.items, rows.n * sizeof *kept);
        qsort(kept, rows.n, sizeof *kept, by_region);
    }
    r->rs->regions.neighbours = kept;
    r->rs->regions.n_neighbours = (int)rows.n;
}
