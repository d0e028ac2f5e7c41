/*
 * hours.c - opening hours, of an organisation or of all offices
 */
#include "conf/hours.h"
#include "conf/shape.h"

#define OPENINGS_MAX 32
#define DAYS         "(workdays|daily|(mon|tue|wed|thu|fri|sat|sun)([-,](mon|tue|wed|thu|fri|sat|sun))*)"
#define TIME         "([01]?[0-9]|2[0-4]):[0-5][0-9]"

static const struct shape opening_shape = {.kind = SHAPE_TEXT, .pattern = "^" DAYS " " TIME "-" TIME "$"};
const struct shape hours_shape = {
    .kind = SHAPE_LIST,
    .of = &opening_shape,
    .least = 1,
    .about = "workdays 09:00-12:00, mon-fri 9:00-17:30, sat,sun 10:00-16:00, daily 00:00-24:00"};

bool read_hours(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    (void)f;
    if (!node_is(r, v, NODE_LIST, "a list of opening hours"))
        return false;
    if (v->n == 0)
        return reading_error(r, v->at, "remove the key: without it there is no closing time",
                             "opening hours without an hour");
    if (v->n > OPENINGS_MAX)
        return reading_error(r, node_key_place(v), "put days together: `mon-fri 9:00-17:00`",
                             "%d lines of opening hours; at most %d", v->n, OPENINGS_MAX);
    struct opening *items = ARENA_ARRAY(r->arena, (size_t)v->n, struct opening);
    if (!items)
        return reading_full(r);
    bool good = true;
    int n = 0;
    for (const struct node *e = v->first; e; e = e->next) {
        if (!node_is_text(r, e, "opening hours"))
            good = false;
        else if (!opening_parse(e->text, &items[n++]))
            good = reading_error(r, e->at,
                                 "write `workdays 09:00-12:00`, `mon-fri 9:00-17:30`, `sat,sun 10:00-16:00` or "
                                 "`daily 00:00-24:00`",
                                 "`" STR_FMT "` is no stretch of opening hours", STR_ARG(e->text));
    }
    if (good)
        *(struct hours *)out = (struct hours){items, n};
    return good;
}
