/*
 * wordtable.c - `weigh`: tables of words with points (rules/NAME.csv), made into a weigher
 *
 * In the column `word`, `+` joins what must all occur and `/` what may stand for one another: 工地/包工头+工资/工钱.
 */
#include "conf/csv.h"
#include "conf/index.h"
#include "conf/lists.h"
#include "conf/predicates.h"
#include "conf/rules.h"
#include "conf/shape.h"
#include "conf/tablefile.h"

#include "base/fold.h"

#include <stdlib.h>

enum { SHORT_TEXT = 200 };
enum table_kind { TABLE_NONE, TABLE_CATEGORIES, TABLE_TAGS };
static const char *const headers[][4] = {
    [TABLE_CATEGORIES] = {"word", "category", "points", NULL},
    [TABLE_TAGS] = {"word", "tag", "points", NULL},
};

struct weigh_record {
    struct strs tables, short_tables;
    int at_least, lead, repeats, short_text;
};
static const struct shape table_shape = {.kind = SHAPE_TEXT, .pattern = "^.+\\.csv$"};
static const struct shape tables_shape = {.kind = SHAPE_LIST, .of = &table_shape, .least = 1};
static const struct field weigh_fields[] = {
    {"tables", read_texts, offsetof(struct weigh_record, tables), REQUIRED, .shape = &tables_shape,
     .about = "CSV files beside this one, with the columns word, category (or tag), points"},
    {"at_least", read_int, offsetof(struct weigh_record, at_least), REQUIRED, NULL, 1, 1000000,
     .about = "points that a category or tag needs"},
    {"lead", read_int, offsetof(struct weigh_record, lead), OPTIONAL, NULL, 0, 1000000,
     .about = "points that the best category needs over the next; 1 unless given"},
    {"repeats", read_int, offsetof(struct weigh_record, repeats), OPTIONAL, NULL, 1, WEIGH_REPEATS_MAX,
     .about = "a row counts at most so often; once unless given"},
    {"short_tables", read_texts, offsetof(struct weigh_record, short_tables), OPTIONAL, .shape = &tables_shape,
     .about = "more of such files, whose rows count in a short text only"},
    {"short", read_int, offsetof(struct weigh_record, short_text), OPTIONAL, NULL, 1, 65536,
     .about = "a text is short that has no more characters; 200 unless given"},
    {0},
};
const struct shape weigh_shape = {.kind = SHAPE_FIELDS, .name = "weigh", .fields = weigh_fields};

struct word_rows {
    enum table_kind kind; /* of the tables read so far */
    struct str file;      /* the one being read */
    bool short_only;      /* what it holds counts in a short text only */
    struct weigh_row *rows;
    size_t n_rows, cap_rows;
    struct weigh_term *terms;
    size_t n_terms, cap_terms;
    struct index *pairs; /* word and target -> row */
    struct place *places;
    size_t n_places, cap_places;
    bool broken, full;
};

static struct str trimmed(struct str s)
{
    while (s.n && s.p[0] == ' ')
        s = (struct str){s.p + 1, s.n - 1};
    while (s.n && s.p[s.n - 1] == ' ')
        s.n--;
    return s;
}

/* What stands before the first `separator`, taken from *rest, which is empty and .p NULL after the last. */
static struct str next_piece(struct str *rest, char separator)
{
    const char *stop = memchr(rest->p, separator, rest->n);
    struct str piece = {rest->p, stop ? (size_t)(stop - rest->p) : rest->n};
    *rest = stop ? (struct str){stop + 1, rest->n - piece.n - 1} : (struct str){NULL, 0};
    return trimmed(piece);
}

static bool add_term(struct reading *r, struct word_rows *t, const struct cell *cell, int part, struct str word)
{
    int row = (int)t->n_rows;
    if (word.n == 0)
        return reading_error(r, cell->at, "words stand on both sides of `+` and of `/`", "an empty word");
    int number = word_number(r, word);
    if (number < 0)
        return false;
    for (size_t i = t->n_terms; i > 0 && t->terms[i - 1].row == row; i--)
        if (t->terms[i - 1].word == number)
            return reading_error(r, cell->at, "write it once", "the word `" STR_FMT "` a second time in this row",
                                 STR_ARG(word));
    struct weigh_term *term = ARENA_PUSH(r->scratch, t->terms, t->n_terms, t->cap_terms);
    if (!term)
        return reading_full(r);
    *term = (struct weigh_term){row, part, number, word.n};
    return true;
}

static bool add_terms(struct reading *r, struct word_rows *t, const struct cell *cell)
{
    struct str rest = fold(r->arena, cell->text);
    if (!rest.p)
        return reading_full(r);
    if (text_contains(rest, IDEOGRAPHIC_COMMA))
        return reading_error(r, cell->at, "write `/` between words that mean the same, or give each its own row",
                             "a comma in a word");
    for (int part = 0; rest.p; part++) {
        struct str words = next_piece(&rest, '+');
        if (words.n == 0)
            return add_term(r, t, cell, part, words);
        while (words.p)
            if (!add_term(r, t, cell, part, next_piece(&words, '/')))
                return false;
    }
    return true;
}

/* What the row speaks for; nothing for a mask. False after reporting. */
static bool read_target(struct reading *r, const struct word_rows *t, const struct cell *cell, struct weigh_row *row)
{
    const struct node v = {.kind = NODE_SCALAR, .plain = true, .at = cell->at, .text = cell->text};
    const struct field f = {.key = "tag", .of = "a tag"};
    row->category = -1;
    row->tag = STR("");
    if (cell->text.n == 0)
        return true;
    return t->kind == TABLE_TAGS ? read_slug(r, &v, &f, &row->tag) : read_category(r, &v, &f, &row->category);
}

static bool read_points(struct reading *r, const struct cell *cells, struct weigh_row *row)
{
    char digits[8] = "", *end = digits;
    if (cells[1].text.n == 0)
        return cells[2].text.n == 0 ||
               reading_error(r, cells[2].at, "say what they are for, or leave the points out as well",
                             "points for nothing");
    if (cells[2].text.n < sizeof(digits))
        memcpy(digits, cells[2].text.p, cells[2].text.n);
    long points = strtol(digits, &end, 10);
    if (end == digits || *end || digits[0] == ' ' || points == 0 || labs(points) > WEIGH_POINTS_MAX)
        return reading_error(r, cells[2].at, "a whole number from 1 to 100, or below zero for what speaks against it",
                             "`" STR_FMT "` is not a number of points", STR_ARG(cells[2].text));
    row->points = (int)points;
    return true;
}

/* The same word for the same thing twice is a slip: false after reporting. */
static bool check_pair(struct reading *r, struct word_rows *t, const struct cell *cells)
{
    struct str pair = arena_printf(r->scratch, STR_FMT "," STR_FMT, STR_ARG(cells[0].text), STR_ARG(cells[1].text));
    struct place *at = ARENA_PUSH(r->scratch, t->places, t->n_places, t->cap_places);
    int before = pair.p && at ? index_put(t->pairs, pair, (int)t->n_places - 1) : -2;
    if (before == -2)
        return reading_full(r);
    *at = cells[0].at;
    return before == -1 || reading_error(r, cells[0].at,
                                         reading_hint(r, "it stands in %s already", reading_where(r, t->places[before])),
                                         "the same word for the same thing a second time");
}

static bool add_row(struct reading *r, struct word_rows *t, const struct cell *cells)
{
    struct weigh_row row = {.file = t->file, .line = cells[0].at.line, .short_only = t->short_only, .target = -1};
    size_t terms = t->n_terms;
    bool good = check_pair(r, t, cells);
    good = read_target(r, t, &cells[1], &row) && good;
    good = read_points(r, cells, &row) && good;
    good = add_terms(r, t, &cells[0]) && good;
    row.text = arena_str(r->arena, cells[0].text);
    struct weigh_row *kept = good ? ARENA_PUSH(r->arena, t->rows, t->n_rows, t->cap_rows) : NULL;
    if (!kept)
        t->n_terms = terms;
    else
        *kept = row;
    return good && ((kept && row.text.p) || reading_full(r));
}

static enum table_kind kind_of(const struct text *t)
{
    struct str first = text_line(t, 1);
    return text_contains(first, "tag") ? TABLE_TAGS : TABLE_CATEGORIES;
}

static void read_table(struct reading *r, const struct text *text, void *state)
{
    struct word_rows *t = state;
    struct csv c;
    struct cell cells[CSV_COLUMNS_MAX];
    enum table_kind kind = kind_of(text);
    if (t->kind && t->kind != kind) {
        t->broken = true;
        reading_error(r, text_place(text, 0, 1), "weigh them in two entries",
                      "a table of tags beside a table of categories");
        return;
    }
    t->kind = kind;
    t->file = arena_str(r->arena, text->name);
    if (!csv_open(&c, r, text, headers[kind])) {
        t->broken = true;
        return;
    }
    while (csv_next(&c, cells)) {
        if (t->n_rows >= WEIGH_ROWS_MAX) {
            t->broken = true;
            reading_error(r, cells[0].at, "weigh in more than one entry", "more than %d words", WEIGH_ROWS_MAX);
            return;
        }
        t->broken = !add_row(r, t, cells) || t->broken;
    }
    t->broken = t->broken || c.broken;
}

static void read_tables(struct reading *r, const struct node *names, struct word_rows *t)
{
    for (const struct node *name = names ? names->first : NULL; name; name = name->next)
        tablefile_read(r, name, read_table, t);
}

const struct weigher *wordtable_read(struct reading *r, const struct node *v)
{
    struct weigh_record record = {.lead = 1, .repeats = 1, .short_text = SHORT_TEXT};
    struct word_rows t = {.pairs = index_new(r->scratch)};
    struct weigher *w = ARENA_NEW(r->arena, struct weigher);
    size_t before = reading_errors(r);
    if (!t.pairs || !w) {
        reading_full(r);
        return NULL;
    }
    if (!schema_read(r, v, "`weigh`", weigh_fields, &record))
        return NULL;
    if (node_get(v, "short") && !node_get(v, "short_tables"))
        reading_error(r, node_get(v, "short")->key->at, "remove it, or name `short_tables`",
                      "`short` is for the rows of `short_tables`");
    read_tables(r, node_get(v, "tables"), &t);
    t.short_only = true;
    read_tables(r, node_get(v, "short_tables"), &t);
    if (reading_errors(r) == before && (t.n_rows == 0 || t.kind == TABLE_NONE))
        reading_error(r, node_get(v, "tables")->at, "name a table with words in it", "nothing to weigh");
    if (reading_errors(r) != before)
        return NULL;
    w->at_least = record.at_least;
    w->lead = record.lead;
    w->repeats = record.repeats;
    w->short_text = record.short_text;
    if (!weigh_build(r->arena, &r->rs->categories, t.rows, (int)t.n_rows, t.terms, (int)t.n_terms, w)) {
        reading_full(r);
        return NULL;
    }
    if (w->n_targets == 0) {
        reading_error(r, node_get(v, "tables")->at, "give some of the words a category and points", "nothing to weigh");
        return NULL;
    }
    return w;
}
