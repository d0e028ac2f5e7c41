/*
 * abolished.c - regions/abolished.csv: codes that were, and what took their place
 *
 * Only for messages: whoever writes an old code is told the new one.
 */
#include "conf/csv.h"
#include "conf/index.h"
#include "conf/lists.h"

#include "base/fold.h"

struct abolished_region {
    struct str code, name, since;
    int successor; /* region; -1 when the row is wrong */
    struct place at;
};

struct abolished {
    struct abolished_region *items;
    size_t n, cap;
    struct index *by_code;
};

static int successor_of(struct reading *r, const struct cell *cell)
{
    int i = region_find(&r->rs->regions, cell->text);
    if (i < 0 && r->whole.regions)
        reading_error(r, cell->at, "name the region that its people belong to now: one of the other files",
                      "no region `" STR_FMT "`", STR_ARG(cell->text));
    return i;
}

static bool check_row(struct reading *r, const struct cell *cells)
{
    int32_t day;
    if (!region_code_level(cells[0].text))
        return reading_error(r, cells[0].at, "2, 4, 6, 9 or 12 digits",
                             "`" STR_FMT "` is not a division code", STR_ARG(cells[0].text));
    int i = region_find(&r->rs->regions, cells[0].text);
    if (i >= 0)
        return reading_error(r, cells[0].at, "take it off one of the two lists",
                             "region " STR_FMT " (" STR_FMT ") is on the list of those that exist",
                             STR_ARG(cells[0].text), STR_ARG(r->rs->regions.items[i].name));
    if (cells[1].text.n == 0 || text_check(cells[1].text, false) != TEXT_OK)
        return reading_error(r, cells[1].at, "give the name it had",
                             "a region without a name, or with a line break in it");
    if (!calendar_parse_day(cells[3].text, &day))
        return reading_error(r, cells[3].at, "write it as 2026-05-01",
                             "`" STR_FMT "` is not a day of the calendar", STR_ARG(cells[3].text));
    return true;
}

static bool add_row(struct reading *r, const struct cell *cells)
{
    struct abolished *all = r->abolished;
    if (!check_row(r, cells))
        return false;
    int before = index_put(all->by_code, cells[0].text, (int)all->n);
    if (before >= 0)
        return reading_error(
            r, cells[0].at,
            reading_hint(r, "it stands in %s already", reading_where(r, all->items[before].at)),
            "region " STR_FMT " a second time", STR_ARG(cells[0].text));
    struct abolished_region *item = ARENA_PUSH(r->scratch, all->items, all->n, all->cap);
    if (before == -2 || !item)
        return reading_full(r);
    *item = (struct abolished_region){cells[0].text, cells[1].text, cells[3].text,
                                      successor_of(r, &cells[2]), cells[0].at};
    return item->successor >= 0;
}

static void read_file(struct reading *r, const struct text *t, void *state)
{
    static const char *const header[] = {"code", "name", "successor", "since", NULL};
    (void)state;
    struct csv c;
    struct cell cells[CSV_COLUMNS_MAX];
    if (csv_open(&c, r, t, header))
        while (csv_next(&c, cells))
            add_row(r, cells);
}

void abolished_read(struct reading *r)
{
    r->abolished = ARENA_NEW(r->scratch, struct abolished);
    if (r->abolished)
        r->abolished->by_code = index_new(r->scratch);
    if (!r->abolished || !r->abolished->by_code) {
        reading_full(r);
        return;
    }
    reading_files(r, ABOLISHED_CSV, read_file, NULL);
}

/* The entry for `code` or for what it lay in. */
static const struct abolished_region *find(const struct abolished *all, struct str code)
{
    for (; code.n; code = region_parent_code(code)) {
        int i = index_get(all->by_code, code);
        if (i >= 0)
            return &all->items[i];
    }
    return NULL;
}

bool abolished_report(struct reading *r, struct place at, struct str written)
{
    struct str code = region_code_normal(written);
    const struct abolished_region *a =
        r->abolished && region_code_level(written) ? find(r->abolished, code) : NULL;
    if (!a || a->successor < 0)
        return false;
    const struct region *now = &r->rs->regions.items[a->successor];
    const char *hint =
        a->code.n == code.n
            ? reading_hint(r, "write \"" STR_FMT "\" (" STR_FMT ")", STR_ARG(now->code), STR_ARG(now->name))
            : reading_hint(r, "look for it in " STR_FMT " (" STR_FMT ")", STR_ARG(now->code),
                           STR_ARG(now->name));
    reading_error(r, at, hint,
                  a->code.n == code.n ? "region `" STR_FMT "` (" STR_FMT ") was abolished on " STR_FMT
                                      : "region `" STR_FMT "` lay in " STR_FMT ", abolished on " STR_FMT,
                  STR_ARG(written), STR_ARG(a->name), STR_ARG(a->since));
    return true;
}
