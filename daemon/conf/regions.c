/*
 * regions.c - regions/NAME.csv: the division codes
 */
#include "conf/csv.h"
#include "conf/index.h"
#include "conf/lists.h"

#include "base/fold.h"

struct region_rows {
    struct region *items;
    size_t n, cap;
    struct place *places; /* of the codes, as read */
    size_t n_places, cap_places;
    struct index *by_code;
    bool broken;
};

/* The level a kind can stand at; 0: any. */
static enum region_level level_of_kind(enum region_kind kind)
{
    static const enum region_level levels[] = {
        [REGION_PROVINCE] = LEVEL_PROVINCE,
        [REGION_CITY] = LEVEL_CITY,
        [REGION_COUNTY] = LEVEL_COUNTY,
        [REGION_TOWN] = LEVEL_TOWN,
        [REGION_TOWNSHIP] = LEVEL_TOWN,
        [REGION_SUBDISTRICT] = LEVEL_TOWN,
        [REGION_VILLAGE] = LEVEL_VILLAGE,
        [REGION_COMMUNITY] = LEVEL_VILLAGE,
        [REGION_ZONE] = 0,
    };
    return levels[kind];
}

static bool check_code(struct reading *r, const struct cell *code, enum region_kind kind)
{
    int level = region_code_level(code->text);
    if (!level)
        return reading_error(
            r, code->at,
            "2 digits (province), 4 (city), 6 (county), 9 (town) or 12 (village); if a spreadsheet "
            "changed it, set the column to text",
            "`" STR_FMT "` is not a division code", STR_ARG(code->text));
    enum region_level wanted = level_of_kind(kind);
    if (wanted && (int)wanted != level)
        return reading_error(r, code->at, "check the code's length and the kind",
                             "a %s at the level of a %s: code " STR_FMT " has %zu digits",
                             word_of(region_kind_words, (int)kind), word_of(region_level_words, level),
                             STR_ARG(code->text), code->text.n);
    return true;
}

static bool check_name(struct reading *r, const struct cell *name)
{
    if (name->text.n && text_check(name->text, false) == TEXT_OK)
        return true;
    return reading_error(r, name->at, "give its everyday name",
                         "a region without a name, or with a line break in it");
}

static int kind_of(struct reading *r, const struct cell *kind)
{
    int value = word_value(region_kind_words, kind->text);
    if (!value) {
        const char *words[16];
        size_t n = 0;
        for (const struct word *w = region_kind_words; w->word && n < 16; w++)
            words[n++] = w->word;
        reading_error(r, kind->at,
                      reading_suggest(r, kind->text, words, n,
                                      "one of: province, city, county, town, township, subdistrict, village, "
                                      "community, zone"),
                      "`" STR_FMT "` is not a kind of region", STR_ARG(kind->text));
    }
    return value;
}

static bool add_row(struct reading *r, struct region_rows *rows, const struct cell *cells)
{
    int kind = kind_of(r, &cells[1]);
    if (!kind || !check_code(r, &cells[0], (enum region_kind)kind) || !check_name(r, &cells[2]))
        return false;
    struct str code = arena_str(r->arena, cells[0].text);
    int before = code.p ? index_put(rows->by_code, code, (int)rows->n) : -2;
    if (before >= 0)
        return reading_error(
            r, cells[0].at,
            reading_hint(r, "it stands in %s already", reading_where(r, rows->places[before])),
            "region " STR_FMT " a second time", STR_ARG(code));
    struct region *item = ARENA_PUSH(r->scratch, rows->items, rows->n, rows->cap);
    struct place *place = ARENA_PUSH(r->scratch, rows->places, rows->n_places, rows->cap_places);
    if (before == -2 || !item || !place)
        return reading_full(r);
    *item = (struct region){.code = code, .kind = (enum region_kind)kind, .parent = -1};
    item->name = arena_str(r->arena, cells[2].text);
    item->level = (enum region_level)region_code_level(code);
    *place = cells[0].at;
    return item->name.p || reading_full(r);
}

static void read_file(struct reading *r, const struct text *t, void *state)
{
    static const char *const header[] = {"code", "kind", "name", NULL};
    if (str_eqz(t->name, NEIGHBOURS_CSV) || str_eqz(t->name, ABOLISHED_CSV))
        return;
    struct region_rows *rows = state;
    struct csv c;
    struct cell cells[CSV_COLUMNS_MAX];
    if (csv_open(&c, r, t, header))
        while (csv_next(&c, cells))
            if (!add_row(r, rows, cells))
                rows->broken = true;
    rows->broken = rows->broken || c.broken;
}

struct str region_parent_code(struct str code)
{
    size_t n = code.n == 12 ? 9 : code.n == 9 ? 6 : code.n == 6 ? 4 : code.n == 4 ? 2 : 0;
    return (struct str){code.p, n};
}

static bool check_parents(struct reading *r, const struct region_rows *rows)
{
    bool good = true;
    for (size_t i = 0; i < rows->n; i++) {
        struct str parent = region_parent_code(rows->items[i].code);
        if (parent.n && index_get(rows->by_code, parent) < 0)
            good =
                reading_error(r, rows->places[i], reading_hint(r, "add a row for " STR_FMT, STR_ARG(parent)),
                              "region " STR_FMT " lies in " STR_FMT ", which is not on the list",
                              STR_ARG(rows->items[i].code), STR_ARG(parent));
    }
    return good;
}

/* Keeps the rows whose ancestors are all there, so that the others can still be looked up. */
static size_t drop_orphans(const struct region_rows *rows, struct region *to)
{
    size_t n = 0;
    for (size_t i = 0; i < rows->n; i++) {
        struct str code = region_parent_code(rows->items[i].code);
        while (code.n && index_get(rows->by_code, code) >= 0)
            code = region_parent_code(code);
        if (code.n == 0)
            to[n++] = rows->items[i];
    }
    return n;
}

void regions_read(struct reading *r)
{
    struct region_rows rows = {.by_code = index_new(r->scratch)};
    if (!rows.by_code) {
        reading_full(r);
        return;
    }
    int files = reading_files(r, "regions/", read_file, &rows);
    size_t before = reading_errors(r);
    if (rows.n == 0 && !rows.broken)
        reading_error(r, reading_whole(r, "regions"), "put the division codes into regions/*.csv",
                      files ? "no region at all" : "there is no regions/*.csv");
    bool linked = check_parents(r, &rows);
    struct region *items = ARENA_ARRAY(r->arena, rows.n + 1, struct region);
    if (!items) {
        reading_full(r);
        return;
    }
    int n = (int)drop_orphans(&rows, items);
    const char *why = NULL;
    int bad = regions_build(items, n, &why);
    if (bad >= 0)
        reading_error(r, reading_whole(r, "regions"), NULL, "region " STR_FMT ": %s",
                      STR_ARG(items[bad].code), why);
    else
        r->rs->regions = (struct regions){.items = items, .n = n};
    r->whole.regions = linked && !rows.broken && reading_errors(r) == before;
    neighbours_read(r);
    abolished_read(r);
}

const char *region_suggest(struct reading *r, struct str code)
{
    if (!region_code_level(code))
        return "a code has 2, 4, 6, 9 or 12 digits";
    code = region_code_normal(code);
    for (struct str up = region_parent_code(code); up.n; up = region_parent_code(up)) {
        int i = region_find(&r->rs->regions, up);
        if (i >= 0)
            return reading_hint(r,
                                STR_FMT " (" STR_FMT ") is there, but has no " STR_FMT "; see regions/*.csv",
                                STR_ARG(up), STR_ARG(r->rs->regions.items[i].name), STR_ARG(code));
    }
    return "see regions/*.csv for the codes";
}

bool read_region(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    (void)f;
    if (!node_is_text(r, v, "a region code"))
        return false;
    int i = region_find(&r->rs->regions, v->text);
    if (i < 0 && r->whole.regions && !abolished_report(r, v->at, v->text))
        reading_error(r, v->at, region_suggest(r, v->text), "no region `" STR_FMT "`", STR_ARG(v->text));
    if (i >= 0)
        *(int *)out = i;
    return i >= 0;
}

bool read_indices(struct reading *r, const struct node *v, const struct field *f, field_reader *one,
                  void *out)
{
    int n = node_elements_count(v), left = n;
    int *items = ARENA_ARRAY(r->arena, (size_t)n + 1, int);
    if (!items)
        return reading_full(r);
    if (n == 0)
        return reading_error(r, v->at, "name at least one, or remove the key", "an empty list");
    bool good = true;
    int *item = items;
    for (const struct node *e = node_elements(v); left-- > 0; e = e->next)
        good = (e->kind != NODE_BROKEN && one(r, e, f, item++)) && good;
    if (good)
        *(struct ints *)out = (struct ints){items, n};
    return good;
}

bool read_regions(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    return read_indices(r, v, f, read_region, out);
}

bool read_region_list(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    return node_is(r, v, NODE_LIST, "a list of region codes") && read_indices(r, v, f, read_region, out);
}
