/*
 * calendar.c - calendar/NAME.csv: holidays and make-up workdays
 */
#include "base/digest.h"
#include "conf/csv.h"
#include "conf/index.h"
#include "conf/lists.h"

#include <stdlib.h>

struct day_rows {
    struct calendar_day *items;
    size_t n, cap;
    struct place *places;
    size_t n_places, cap_places;
    struct index *by_date;
};

static bool add_row(struct reading *r, struct day_rows *rows, const struct cell *cells)
{
    int32_t day;
    if (!calendar_parse_day(cells[0].text, &day))
        return reading_error(r, cells[0].at, "write it as 2026-05-01",
                             "`" STR_FMT "` is not a day of the calendar", STR_ARG(cells[0].text));
    bool working = str_eqz(cells[1].text, "workday");
    if (!working && !str_eqz(cells[1].text, "holiday"))
        return reading_error(r, cells[1].at, "`holiday`, or `workday` for a day that is made up",
                             "`" STR_FMT "` is not a kind of day", STR_ARG(cells[1].text));
    int before = index_put(rows->by_date, cells[0].text, (int)rows->n);
    if (before >= 0)
        return reading_error(
            r, cells[0].at,
            reading_hint(r, "it stands in %s already", reading_where(r, rows->places[before])),
            STR_FMT " a second time", STR_ARG(cells[0].text));
    struct calendar_day *item = ARENA_PUSH(r->arena, rows->items, rows->n, rows->cap);
    struct place *place = ARENA_PUSH(r->scratch, rows->places, rows->n_places, rows->cap_places);
    if (before == -2 || !item || !place)
        return reading_full(r);
    *item = (struct calendar_day){day, working};
    *place = cells[0].at;
    return true;
}

static void read_file(struct reading *r, const struct text *t, void *state)
{
    static const char *const header[] = {"date", "kind", "name", NULL};
    struct csv c;
    struct cell cells[CSV_COLUMNS_MAX];
    if (csv_open(&c, r, t, header))
        while (csv_next(&c, cells))
            add_row(r, state, cells);
}

static int by_day(const void *a, const void *b)
{
    const struct calendar_day *x = a, *y = b;
    return (x->day > y->day) - (x->day < y->day);
}

/* The last day of the year that `day` is in. */
static int32_t year_end(int32_t day)
{
    char text[16];
    calendar_day_text(day, text);
    memcpy(text + 4, "-12-31", sizeof "-12-31");
    calendar_parse_day(str_from(text), &day);
    return day;
}

/* Of its days, in order. */
static int64_t mark_of(const struct day_rows *rows)
{
    struct digest d = {{0}};
    int64_t mark;
    for (size_t i = 0; i < rows->n; i++) {
        int32_t item[2] = {rows->items[i].day, rows->items[i].working};
        d = digest_chain(d, item, sizeof item);
    }
    memcpy(&mark, d.b, sizeof mark);
    return mark ? mark : 1;
}

void calendar_read(struct reading *r)
{
    struct day_rows rows = {.by_date = index_new(r->scratch)};
    if (!rows.by_date) {
        reading_full(r);
        return;
    }
    size_t before = reading_errors(r);
    int files = reading_files(r, "calendar/", read_file, &rows);
    if (rows.n == 0) {
        if (reading_errors(r) == before)
            reading_error(r, reading_whole(r, "calendar"),
                          "put the year's holidays and make-up workdays into calendar/*.csv",
                          files ? "no day listed" : "there is no calendar/*.csv");
        return;
    }
    qsort(rows.items, rows.n, sizeof(*rows.items), by_day);
    r->rs->calendar = (struct calendar){rows.items, (int)rows.n, year_end(rows.items[rows.n - 1].day), mark_of(&rows)};
}
