/*
 * ruletable.c - the entry that names a table, its header, its rows as trees
 */
#include "conf/ruletable.h"
#include "conf/tablefile.h"

struct entry {
    struct str table, id, name, law;
    int32_t from, until;
    struct conds when;
    const struct node *route, *refuse, *manual, *then;
    int pick;
    struct duration respond_within, finish_within;
};

static const struct shape table_name_shape = {.kind = SHAPE_TEXT, .pattern = "^.+\\.csv$"};
#define ENTRY_FIELDS                                                                                         \
    {"table", read_text, offsetof(struct entry, table), REQUIRED, .shape = &table_name_shape,                \
     .about = "a CSV file beside this one: its rows stand here, one after the other"},                       \
        {"id", read_slug, offsetof(struct entry, id), REQUIRED, .about = "the ids of its rows begin with this"}, \
    {                                                                                                        \
        "when", read_conditions, offsetof(struct entry, when), OPTIONAL, .about = "has to hold for every row" \
    }

static const struct field rule_table_fields[] = {
    ENTRY_FIELDS,
    {"name", read_text, offsetof(struct entry, name), OPTIONAL, .about = "of rows that have none"},
    {"from", read_day, offsetof(struct entry, from), OPTIONAL, .about = "of rows that have none"},
    {"until", read_day, offsetof(struct entry, until), OPTIONAL, .about = "of rows that have none"},
    {"law", read_text, offsetof(struct entry, law), OPTIONAL, .about = "of rows that have none"},
    {"pick", read_word, offsetof(struct entry, pick), OPTIONAL, pick_words,
     .about = "on the first rung of rows that do not say"},
    {"respond_within", read_duration, offsetof(struct entry, respond_within), OPTIONAL,
     .about = "on the first rung of rows that do not say"},
    {"finish_within", read_duration, offsetof(struct entry, finish_within), OPTIONAL,
     .about = "on the first rung of rows that do not say"},
    {"then", read_node, offsetof(struct entry, then), OPTIONAL, .shape = &ladder_shape,
     .about = "rungs behind those of each row"},
    {"route", read_node, offsetof(struct entry, route), OPTIONAL, .shape = &ladder_shape,
     .about = "of rows that do not say what becomes of the case"},
    {"refuse", read_node, offsetof(struct entry, refuse), OPTIONAL, .shape = &refuse_shape,
     .about = "of rows that do not say what becomes of the case"},
    {"manual", read_node, offsetof(struct entry, manual), OPTIONAL, .shape = &manual_shape,
     .about = "of rows that do not say what becomes of the case"},
    {0},
};
static const struct field classifier_table_fields[] = {ENTRY_FIELDS, {0}};
static const struct shape_keys outcome_keys[] = {{KEYS_NOT_TOGETHER, {"route", "refuse"}},
                                                 {KEYS_NOT_TOGETHER, {"route", "manual"}},
                                                 {KEYS_NOT_TOGETHER, {"refuse", "manual"}},
                                                 {0}};
const struct shape rule_table_shape = {
    .kind = SHAPE_FIELDS, .name = "rule-table", .fields = rule_table_fields, .keys = outcome_keys};
const struct shape classifier_table_shape = {
    .kind = SHAPE_FIELDS, .name = "classifier-table", .fields = classifier_table_fields};

struct table {
    enum table_kind kind;
    const struct node *entry;
    struct entry e;
    struct common common;
    row_taker *take;
    void *state;
    struct str file;
    struct headings headings;
    const struct heading *columns[CSV_COLUMNS_MAX];
    int n;
};

/* ---- the entry ---- */

/* The answers are checked here, once; each row then reads them anew. */
static bool check_answers(struct reading *r, const struct table *t)
{
    struct {
        struct str code, text, basis;
    } unused;
    const struct entry *e = &t->e;
    int outcomes = (e->route != NULL) + (e->refuse != NULL) + (e->manual != NULL);
    if (outcomes > 1)
        return reading_error(r, t->entry->at, "every rule has exactly one of `route`, `refuse` and `manual`",
                             "more than one outcome");
    return (!e->refuse || schema_read(r, e->refuse, "a refusal", refuse_fields, &unused)) &&
           (!e->manual || schema_read(r, e->manual, "`manual`", manual_fields, &unused));
}

static bool read_entry(struct reading *r, struct table *t)
{
    const struct field *fields = t->kind == TABLE_OF_RULES ? rule_table_fields : classifier_table_fields;
    struct str *file = ARENA_NEW(r->arena, struct str);
    struct common *c = &t->common;
    if (!file)
        return reading_full(r);
    if (!schema_read(r, t->entry, "a table", fields, &t->e) || !check_answers(r, t))
        return false;
    *file = arena_str(r->arena, t->entry->at.text->name);
    *c = (struct common){.file = file, .at = t->entry->at, .when = t->e.when, .pick = t->e.pick};
    c->respond_within = t->e.respond_within;
    c->finish_within = t->e.finish_within;
    return (file->p || reading_full(r)) && (!t->e.route || ladder_read(r, t->e.route, 0, &c->route)) &&
           (!t->e.then || ladder_read(r, t->e.then, 0, &c->then));
}

/* ---- the header ---- */

static bool has_column(const struct table *t, enum heading_place place, const char *key)
{
    for (int i = 0; i < t->n; i++)
        if (t->columns[i]->place == place && (!key || strcmp(t->columns[i]->path[0], key) == 0))
            return true;
    return false;
}

static bool decides(const struct table *t)
{
    return has_column(t, HEADING_RUNG, NULL) || has_column(t, HEADING_LADDER, NULL) ||
           has_column(t, HEADING_ITEM, "refuse") || has_column(t, HEADING_ITEM, "manual");
}

static bool needed(struct reading *r, const struct text *t, const char *what, const char *hint)
{
    return reading_error(r, text_place(t, 0, text_columns(text_line(t, 1))), hint, "no column %s", what);
}

/* What no row could do without is reported once. */
static bool check_columns(struct reading *r, const struct table *t, const struct text *text)
{
    const struct entry *e = &t->e;
    bool good = has_column(t, HEADING_ITEM, "id") ||
                needed(r, text, "`id`", "each row has an id of its own: it stands in every decision");
    if (t->kind == TABLE_OF_CLASSIFIERS)
        return (has_column(t, HEADING_ITEM, "category") || has_column(t, HEADING_ITEM, "tags") ||
                needed(r, text, "`category` or `tags`", "say what each row adds")) &&
               good;
    if (!has_column(t, HEADING_ITEM, "name") && !e->name.n)
        good = needed(r, text, "`name`", "add one, or `name:` to the entry in YAML for all rows");
    if (!decides(t) && !e->route && !e->refuse && !e->manual)
        good = needed(r, text, "that says what becomes of a case",
                      "add `to kind`, `ladder`, `refuse code` or `manual reason`, or `route:` to the entry in YAML");
    return good;
}

static bool read_header(struct reading *r, struct table *t, const struct text *text, const struct cell *cells,
                        int n)
{
    bool good = true;
    t->n = n;
    for (int i = 0; i < n; i++) {
        t->columns[i] = heading_find(r, &t->headings, &cells[i]);
        good = t->columns[i] && good;
        for (int k = 0; t->columns[i] && t->columns[i]->place != HEADING_NOTE && k < i; k++)
            if (t->columns[k] == t->columns[i])
                good = reading_error(r, cells[i].at, "put several values into one cell, with `;` between them",
                                     "the heading `" STR_FMT "` a second time", STR_ARG(cells[i].text));
    }
    return good && check_columns(r, t, text);
}

/* ---- a row as a tree ---- */

struct row {
    struct reading *r;
    struct place at;
    struct node *item, *when, *rungs[2], *ladder, *nots;
    bool full;
};

static struct node *new_node(struct row *row, enum node_kind kind, struct place at)
{
    struct node *n = ARENA_NEW(row->r->scratch, struct node);
    if (n)
        *n = (struct node){.kind = kind, .at = at};
    else
        row->full = true;
    return n;
}

static void append(struct node *to, struct node *n)
{
    struct node **end = &to->first;
    while (*end)
        end = &(*end)->next;
    *end = n;
    to->n++;
}

/* `value` under `key`, whose finding points at `at`. */
static void put(struct row *row, struct node *map, const char *key, struct place at, struct node *value)
{
    struct node *k = new_node(row, NODE_SCALAR, at);
    if (!k || !map || !value)
        return;
    k->text = str_from(key);
    value->key = k;
    append(map, value);
}

/* A copy of what stands in YAML. */
static void put_copy(struct row *row, struct node *map, const struct node *value)
{
    struct node *copy = value ? new_node(row, value->kind, value->at) : NULL;
    if (!copy)
        return;
    *copy = *value;
    copy->next = NULL;
    append(map, copy);
}

static struct node *child(struct row *row, struct node *map, const char *key, struct place at)
{
    const struct node *there = node_get(map, key);
    if (there)
        return (struct node *)there; /* ours: made for this row */
    struct node *n = new_node(row, NODE_MAP, at);
    put(row, map, key, at, n);
    return n;
}

/* The map that a column's path begins in. */
static struct node *base_of(struct row *row, const struct heading *h, struct place at)
{
    struct node *map = NULL, **rung = &row->rungs[h->place == HEADING_THEN];
    switch (h->place) {
    case HEADING_ITEM:
        return row->item;
    case HEADING_CONDITION:
        return row->when;
    case HEADING_NOT:
        if (!row->nots && (row->nots = new_node(row, NODE_LIST, at)))
            put(row, row->when, "all_of", at, row->nots);
        map = row->nots ? new_node(row, NODE_MAP, at) : NULL;
        if (map)
            append(row->nots, map);
        return map ? child(row, map, "not", at) : NULL;
    case HEADING_RUNG:
    case HEADING_THEN:
        if (!*rung)
            *rung = new_node(row, NODE_MAP, at);
        return *rung;
    case HEADING_LADDER:
        return row->ladder = new_node(row, NODE_MAP, at);
    case HEADING_NOTE:
        break;
    }
    return NULL;
}

/* False after reporting. */
static bool put_cell(struct row *row, const struct heading *h, const struct cell *cell)
{
    struct node *value = heading_value(row->r, h, cell), *map = value ? base_of(row, h, cell->at) : NULL;
    int last = 0;
    while (last + 1 < HEADING_DEPTH_MAX && h->path[last + 1])
        last++;
    for (int i = 0; map && i < last; i++) {
        map = child(row, map, h->path[i], cell->at);
        if (map && map->kind != NODE_MAP)
            return reading_error(row->r, cell->at, "leave one of the cells empty",
                                 "another column of this row says already what `%s` is", h->path[i]);
    }
    if (map && node_get(map, h->path[last]))
        return reading_error(row->r, cell->at, "leave one of the cells empty",
                             "another column of this row says already what `%s` is", h->path[last]);
    put(row, map, h->path[last], cell->at, value);
    return value && map;
}

static bool prefix_id(struct row *row, struct str prefix)
{
    struct node *id = (struct node *)node_get(row->item, "id");
    if (!id)
        return true; /* reported with the row */
    id->text = arena_printf(row->r->scratch, STR_FMT "-" STR_FMT, STR_ARG(prefix), STR_ARG(id->text));
    return id->text.p || reading_full(row->r);
}

/* Rungs in their order, and what the entry says for all rows. */
static bool finish(struct row *row, const struct table *t)
{
    static const char *const defaults[] = {"name", "law", "from", "until"};
    struct node *route = new_node(row, NODE_LIST, row->at);
    if (row->rungs[1] && !row->rungs[0])
        return reading_error(row->r, row->rungs[1]->at, "fill the columns that begin with `to` first",
                             "a second rung without a first one");
    struct node *parts[] = {row->rungs[0], row->rungs[1], row->ladder};
    for (size_t i = 0; route && i < sizeof parts / sizeof *parts; i++)
        if (parts[i])
            append(route, parts[i]);
    if (route && route->n)
        put(row, row->item, "route", row->at, route);
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
        if (!node_get(row->item, defaults[i]))
            put_copy(row, row->item, node_get(t->entry, defaults[i]));
    if (node_get(row->item, "route") || node_get(row->item, "refuse") || node_get(row->item, "manual"))
        return true;
    put_copy(row, row->item, t->e.refuse);
    put_copy(row, row->item, t->e.manual);
    return true;
}

static void read_row(struct reading *r, struct table *t, const struct cell *cells)
{
    struct str line = text_line(cells[0].at.text, cells[0].at.line);
    struct row row = {.r = r, .at = {cells[0].at.text, cells[0].at.line, 1, text_columns(line)}};
    int filled = 0;
    bool good = true;
    row.item = new_node(&row, NODE_MAP, row.at);
    row.when = row.item ? child(&row, row.item, "when", row.at) : NULL;
    for (int i = 0; row.when && i < t->n; i++) {
        if (t->columns[i]->place == HEADING_NOTE || cells[i].text.n == 0)
            continue;
        filled++;
        good = put_cell(&row, t->columns[i], &cells[i]) && good;
    }
    if (filled == 0) {
        reading_error(r, row.at, "remove it", "an empty row");
        return;
    }
    good = row.when && good && prefix_id(&row, t->e.id) && (t->kind == TABLE_OF_CLASSIFIERS || finish(&row, t));
    if (row.full)
        reading_full(r);
    else if (good)
        t->take(r, row.item, &t->common, t->file, t->state);
}

static void read_table(struct reading *r, const struct text *text, void *state)
{
    struct table *t = state;
    struct csv c;
    struct cell header[CSV_COLUMNS_MAX], cells[CSV_COLUMNS_MAX];
    t->file = arena_str(r->arena, text->name);
    if (!t->file.p) {
        reading_full(r);
        return;
    }
    if (!csv_open_any(&c, r, text, header) || !read_header(r, t, text, header, c.columns))
        return;
    struct table_row row = {.text = text, .headings = header, .cells = cells, .n = c.columns};
    while (csv_next(&c, cells)) {
        r->row = &row;
        read_row(r, t, cells);
        r->row = NULL;
    }
}

void ruletable_read(struct reading *r, const struct node *entry, enum table_kind kind, row_taker *take, void *state)
{
    struct table t = {.kind = kind, .entry = entry, .take = take, .state = state};
    bool good = read_entry(r, &t) && headings_list(r, kind, &t.headings);
    const struct node *name = node_get(entry, "table");
    if (good && name->kind == NODE_SCALAR)
        tablefile_read(r, name, read_table, &t);
}
