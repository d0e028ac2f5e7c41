/*
 * categories.c - categories/NAME.csv: dispute types and civil causes
 */
#include "conf/csv.h"
#include "conf/index.h"
#include "conf/lists.h"

#include "base/fold.h"

struct category_rows {
    struct category *items;
    size_t n, cap;
    struct place *places, *parents;
    size_t n_places, cap_places, n_parents, cap_parents;
    struct category_name *names;
    size_t n_names, cap_names;
    struct index *by_code;
    bool broken;
};

/* Letters, digits, single hyphens: `labour`, `CC-7-2`. */
static bool code_valid(struct str s)
{
    if (s.n == 0 || s.n > 64 || s.p[0] == '-' || s.p[s.n - 1] == '-')
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && (c != '-' || s.p[i - 1] == '-'))
            return false;
    }
    return true;
}

static bool add_name(struct reading *r, struct category_rows *rows, struct str text, int category)
{
    struct category_name *name = ARENA_PUSH(r->arena, rows->names, rows->n_names, rows->cap_names);
    if (!name)
        return reading_full(r);
    *name = (struct category_name){arena_str(r->arena, text), category};
    return name->text.p || reading_full(r);
}

/* `aliases` are split at `;`. */
static bool add_aliases(struct reading *r, struct category_rows *rows, const struct cell *cell, int category)
{
    const char *p = cell->text.p, *end = p + cell->text.n;
    while (p < end) {
        const char *stop = memchr(p, ';', (size_t)(end - p));
        struct str alias = {p, (size_t)((stop ? stop : end) - p)};
        if (alias.n == 0 || text_check(alias, false) != TEXT_OK)
            return reading_error(r, cell->at, "separate aliases by one `;`, with none at the end",
                                 "an alias with nothing in it");
        if (!add_name(r, rows, alias, category))
            return false;
        if (stop && stop + 1 == end)
            return reading_error(r, cell->at, "remove the last `;`", "an alias with nothing in it");
        p = stop ? stop + 1 : end;
    }
    return true;
}

static bool check_row(struct reading *r, const struct cell *cells)
{
    if (!code_valid(cells[0].text))
        return reading_error(r, cells[0].at, "letters, digits and single hyphens, as in `labour` or `CC-7-2`",
                             "`" STR_FMT "` is not a category code", STR_ARG(cells[0].text));
    if (cells[2].text.n == 0 || text_check(cells[2].text, false) != TEXT_OK)
        return reading_error(r, cells[2].at, "write it into the third column",
                             "category `" STR_FMT "` has no name", STR_ARG(cells[0].text));
    return true;
}

static bool add_row(struct reading *r, struct category_rows *rows, const struct cell *cells)
{
    if (!check_row(r, cells))
        return false;
    struct str code = arena_str(r->arena, cells[0].text);
    int number = (int)rows->n;
    int before = code.p ? index_put(rows->by_code, code, number) : -2;
    if (before >= 0)
        return reading_error(
            r, cells[0].at,
            reading_hint(r, "it stands in %s already", reading_where(r, rows->places[before])),
            "category `" STR_FMT "` a second time", STR_ARG(code));
    struct category *item = ARENA_PUSH(r->arena, rows->items, rows->n, rows->cap);
    struct place *place = ARENA_PUSH(r->scratch, rows->places, rows->n_places, rows->cap_places);
    struct place *parent = ARENA_PUSH(r->scratch, rows->parents, rows->n_parents, rows->cap_parents);
    if (before == -2 || !item || !place || !parent)
        return reading_full(r);
    *place = cells[0].at;
    *parent = cells[1].at;
    *item = (struct category){.code = code, .parent = -1};
    item->parent_code = arena_str(r->arena, cells[1].text);
    item->name = arena_str(r->arena, cells[2].text);
    return add_name(r, rows, code, number) && add_name(r, rows, item->name, number) &&
           add_aliases(r, rows, &cells[3], number);
}

static void read_file(struct reading *r, const struct text *t, void *state)
{
    static const char *const header[] = {"code", "parent", "name", "aliases", NULL};
    struct category_rows *rows = state;
    struct csv c;
    struct cell cells[CSV_COLUMNS_MAX];
    if (csv_open(&c, r, t, header))
        while (csv_next(&c, cells))
            if (!add_row(r, rows, cells))
                rows->broken = true;
    rows->broken = rows->broken || c.broken;
}

static const char *suggest(struct reading *r, const struct category *items, size_t n, struct str wrong)
{
    const char **codes = ARENA_ARRAY(r->scratch, n + 1, const char *);
    if (!codes)
        return NULL;
    for (size_t i = 0; i < n; i++)
        codes[i] = items[i].code.p;
    return reading_suggest(r, wrong, codes, n, "see categories/*.csv for the codes");
}

/* Unknown parents are reported and the category made a root, so that the rest of the tree can be built. */
static bool check_parents(struct reading *r, struct category_rows *rows)
{
    bool good = true;
    for (size_t i = 0; i < rows->n; i++) {
        struct category *c = &rows->items[i];
        if (c->parent_code.n == 0 || index_get(rows->by_code, c->parent_code) >= 0)
            continue;
        good = reading_error(r, rows->parents[i], suggest(r, rows->items, rows->n, c->parent_code),
                             "category `" STR_FMT "` lies under `" STR_FMT "`, which is not on the list",
                             STR_ARG(c->code), STR_ARG(c->parent_code));
        c->parent_code = STR("");
    }
    return good;
}

void categories_read(struct reading *r)
{
    struct category_rows rows = {.by_code = index_new(r->scratch)};
    if (!rows.by_code) {
        reading_full(r);
        return;
    }
    int files = reading_files(r, "categories/", read_file, &rows);
    if (rows.n == 0 && !rows.broken)
        reading_error(r, reading_whole(r, "categories"), "put the dispute types into categories/*.csv",
                      files ? "no category at all" : "there is no categories/*.csv");
    bool linked = check_parents(r, &rows);
    const char *why = NULL;
    int bad = categories_build(r->arena, rows.items, (int)rows.n, rows.names, (int)rows.n_names,
                               &r->rs->categories, &why);
    if (bad >= 0)
        reading_error_kind(r, "category-tree", rows.parents[bad],
                           "follow the parents up: they must end at one without a parent",
                           "category `" STR_FMT "`: %s", STR_ARG(rows.items[bad].code), why);
    r->category_codes = rows.by_code;
    r->whole.categories = linked && !rows.broken && bad < 0 && rows.n > 0;
}

bool read_category(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    (void)f;
    if (!node_is_text(r, v, "a category code"))
        return false;
    const struct categories *all = &r->rs->categories;
    int i = r->category_codes ? index_get(r->category_codes, v->text) : category_find(all, v->text);
    if (i >= 0 && i < all->n) {
        *(int *)out = i;
        return true;
    }
    if (!r->whole.categories)
        return false;
    i = category_find(all, v->text);
    const char *hint = i >= 0 ? reading_hint(r, "write its code: `" STR_FMT "`", STR_ARG(all->items[i].code))
                              : suggest(r, all->items, (size_t)all->n, v->text);
    return reading_error(r, v->at, hint,
                         i >= 0 ? "`" STR_FMT "` is a category's name" : "no category `" STR_FMT "`",
                         STR_ARG(v->text));
}

bool read_categories(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    return read_indices(r, v, f, read_category, out);
}

bool read_category_list(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    return node_is(r, v, NODE_LIST, "a list of category codes") && read_indices(r, v, f, read_category, out);
}

bool read_category_name(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    (void)f;
    if (!node_is_text(r, v, "a category"))
        return false;
    const struct categories *all = &r->rs->categories;
    int i = category_find(all, v->text);
    if (i < 0 && r->whole.categories)
        reading_error(r, v->at, suggest(r, all->items, (size_t)all->n, v->text),
                      "no category `" STR_FMT "`, or a name that more than one has", STR_ARG(v->text));
    if (i >= 0)
        *(int *)out = i;
    return i >= 0;
}
