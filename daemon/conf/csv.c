/*
 * csv.c - rows and quotes
 */
#include "conf/csv.h"

enum field_end { END_COMMA, END_LINE, END_FILE, END_BROKEN };

static bool fail(struct csv *c)
{
    c->broken = true;
    return false;
}

/* Moves past a line end at `i`, if one is there. */
static bool line_end(struct str s, size_t *i)
{
    size_t at = *i;
    if (at < s.n && s.p[at] == '\r' && at + 1 < s.n && s.p[at + 1] == '\n')
        at++;
    if (at >= s.n || s.p[at] != '\n')
        return false;
    *i = at + 1;
    return true;
}

static enum field_end after_field(struct csv *c, size_t start)
{
    struct str s = c->text->bytes;
    if (c->at >= s.n)
        return END_FILE;
    if (s.p[c->at] == ',') {
        c->at++;
        return END_COMMA;
    }
    if (line_end(s, &c->at))
        return END_LINE;
    reading_error(c->r, text_place(c->text, c->at, 1),
                  "double every quote inside a quoted field, and quote all of it",
                  "text after the closing quote of the field that began in line %u",
                  text_place(c->text, start, 1).line);
    return END_BROKEN;
}

/* A field in quotes: copied when doubled quotes have to be made single. */
static enum field_end quoted(struct csv *c, struct cell *cell)
{
    struct str s = c->text->bytes;
    size_t start = c->at++, n = 0;
    for (; c->at < s.n; c->at++, n++) {
        if (s.p[c->at] != '"')
            continue;
        if (c->at + 1 >= s.n || s.p[c->at + 1] != '"')
            break;
        c->at++;
    }
    if (c->at >= s.n) {
        reading_error(c->r, text_place(c->text, start, 1), "close it with a quote, or remove this one",
                      "a quote that is never closed");
        return END_BROKEN;
    }
    cell->copied = c->at - start - 1 > n;
    cell->text = (struct str){s.p + start + 1, n};
    char *copy = cell->copied ? arena_alloc(c->r->scratch, n + 1) : NULL;
    if (cell->copied && !copy) {
        reading_full(c->r);
        return END_BROKEN;
    }
    size_t to = 0;
    for (size_t i = start + 1; copy && i < c->at; i++) {
        copy[to++] = s.p[i];
        i += s.p[i] == '"';
    }
    if (copy)
        cell->text.p = copy;
    c->at++;
    return after_field(c, start);
}

static enum field_end bare(struct csv *c, struct cell *cell)
{
    struct str s = c->text->bytes;
    size_t start = c->at;
    while (c->at < s.n && s.p[c->at] != ',' && s.p[c->at] != '\n' && s.p[c->at] != '"')
        c->at++;
    if (c->at < s.n && s.p[c->at] == '"') {
        reading_error(c->r, text_place(c->text, c->at, 1),
                      "quote the whole field, and double the quotes inside it",
                      "a quote inside a field that does not begin with one");
        return END_BROKEN;
    }
    size_t end = c->at;
    if (end > start && end < s.n && s.p[end] == '\n' && s.p[end - 1] == '\r')
        end--;
    cell->text = (struct str){s.p + start, end - start};
    c->at = end;
    return after_field(c, start);
}

/* Reads one line's fields; those past CSV_COLUMNS_MAX are counted, not kept. -1 when the file is broken. */
static int read_row(struct csv *c, struct cell *cells)
{
    int n = 0;
    enum field_end end;
    do {
        struct cell cell = {0};
        size_t start = c->at;
        bool has_quote = start < c->text->bytes.n && c->text->bytes.p[start] == '"';
        end = has_quote ? quoted(c, &cell) : bare(c, &cell);
        if (end == END_BROKEN)
            return -1;
        cell.at = text_place(c->text, start, text_columns(cell.text) + (has_quote ? 2 : 0));
        if (n < CSV_COLUMNS_MAX)
            cells[n] = cell;
        n++;
    } while (end == END_COMMA);
    return n;
}

static const char *joined(struct csv *c, const char *const *header)
{
    struct str s = STR("");
    for (int i = 0; header[i]; i++)
        s = arena_printf(c->r->scratch, STR_FMT "%s%s", STR_ARG(s), i ? "," : "", header[i]);
    return s.p;
}

bool csv_open(struct csv *c, struct reading *r, const struct text *t, const char *const *header)
{
    *c = (struct csv){.r = r, .text = t};
    while (header[c->columns])
        c->columns++;
    c->columns_text = joined(c, header);
    struct cell cells[CSV_COLUMNS_MAX];
    int n = read_row(c, cells);
    if (n < 0)
        return fail(c);
    for (int i = 0; i < c->columns; i++) {
        if (i < n && str_eqz(cells[i].text, header[i]))
            continue;
        struct place at = i < n ? cells[i].at : (struct place){t, 1, 1, 1};
        reading_error(r, at, reading_hint(r, "the first line is `%s`", c->columns_text),
                      i < n ? "column %d is not called `%s`" : "column %d, `%s`, is missing", i + 1,
                      header[i]);
        return fail(c);
    }
    if (n > c->columns) {
        reading_error(r, cells[c->columns].at, reading_hint(r, "the first line is `%s`", c->columns_text),
                      "%d columns; there are %d", n, c->columns);
        return fail(c);
    }
    return true;
}

bool csv_open_any(struct csv *c, struct reading *r, const struct text *t, struct cell *header)
{
    *c = (struct csv){.r = r, .text = t};
    int n = read_row(c, header);
    if (n < 0)
        return fail(c);
    if (n == 1 && header[0].text.n == 0) {
        reading_error(r, text_place(t, 0, 1), "write the headings into the first line", "a table without headings");
        return fail(c);
    }
    if (n > CSV_COLUMNS_MAX) {
        reading_error(r, text_place(t, 0, 1), "split the table", "%d columns; at most %d", n, CSV_COLUMNS_MAX);
        return fail(c);
    }
    c->columns = n;
    struct str line = text_line(t, 1);
    c->columns_text = arena_str(r->scratch, line).p;
    return true;
}

bool csv_next(struct csv *c, struct cell *cells)
{
    while (c->at < c->text->bytes.n) {
        size_t start = c->at;
        int n = read_row(c, cells);
        if (n < 0) {
            c->at = c->text->bytes.n;
            return fail(c);
        }
        if (n == c->columns)
            return true;
        struct place at =
            text_place(c->text, start, text_columns(text_line(c->text, text_place(c->text, start, 1).line)));
        c->broken = true;
        if (n == 1 && cells[0].text.n == 0)
            reading_error(c->r, at, "remove it", "an empty line");
        else
            reading_error(
                c->r, at,
                reading_hint(c->r, "the columns are `%s`; quote a field that holds a comma", c->columns_text),
                "%d fields in this row, not %d", n, c->columns);
    }
    return false;
}
