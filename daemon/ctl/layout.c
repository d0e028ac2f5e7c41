/*
 * layout.c - sheets as text and as JSON
 */
#include "ctl/layout.h"

#include "base/fold.h"
#include "ctl/json.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define SHANGHAI_SECONDS (8 * 3600)
#define HEAD_ON          "\x1b[1m"
#define HEAD_OFF         "\x1b[0m"

bool layout_colour(FILE *out)
{
    const char *no = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return isatty(fileno(out)) && !(no && *no) && !(term && strcmp(term, "dumb") == 0);
}

char *layout_time(int64_t ms, bool iso, char out[TIME_TEXT_SIZE])
{
    int64_t seconds = ms >= 0 ? ms / 1000 : -((-ms + 999) / 1000);
    time_t local = (time_t)(seconds + SHANGHAI_SECONDS);
    struct tm t;
    if (!gmtime_r(&local, &t)) {
        snprintf(out, TIME_TEXT_SIZE, "?");
        return out;
    }
    size_t n = strftime(out, TIME_TEXT_SIZE, iso ? "%Y-%m-%dT%H:%M:%S" : "%Y-%m-%d %H:%M:%S ", &t);
    if (iso)
        snprintf(out + n, TIME_TEXT_SIZE - n, ".%03d+08:00", (int)(ms - seconds * 1000));
    else
        snprintf(out + n, TIME_TEXT_SIZE - n, "+08:00");
    return out;
}

static bool is_number(enum cell_kind kind)
{
    return kind == CELL_INTEGER || kind == CELL_DECIMAL;
}

/* ---- text ---- */

static int64_t number_of(struct str s)
{
    int64_t v = 0;
    for (size_t i = s.n && s.p[0] == '-'; i < s.n; i++)
        v = v * 10 + (s.p[i] - '0');
    return s.n && s.p[0] == '-' ? -v : v;
}

/* What a cell shows; a time needs `time`. */
static struct str shown(enum cell_kind kind, struct str cell, char time[TIME_TEXT_SIZE])
{
    if (str_empty(cell))
        return STR("-");
    if (kind == CELL_TIME)
        return str_from(layout_time(number_of(cell), false, time));
    return cell;
}

static bool is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

/* Columns that `s` takes with a '?' for each control character. */
static int shown_width(struct str s)
{
    int width = text_width(s);
    for (size_t i = 0; i < s.n; i++)
        width += is_control(s.p[i]);
    return width;
}

void layout_padded(FILE *out, struct str s, int width, bool right)
{
    int pad = width - shown_width(s);
    for (int i = 0; right && i < pad; i++)
        fputc(' ', out);
    for (size_t i = 0; i < s.n; i++)
        fputc(is_control(s.p[i]) ? '?' : s.p[i], out);
    for (int i = 0; !right && i < pad; i++)
        fputc(' ', out);
}

static int column_width(const struct sheet *s, int column)
{
    char time[TIME_TEXT_SIZE];
    int width = text_width(str_from(s->columns[column].head));
    for (size_t r = 0; r < s->n_rows; r++) {
        struct str cell = s->cells[r * (size_t)s->n_columns + (size_t)column];
        int w = shown_width(shown(s->columns[column].kind, cell, time));
        width = w > width ? w : width;
    }
    return width;
}

/* A column between others is padded; the last one is not, so that no line ends in spaces. */
static void print_cell(FILE *out, const struct sheet *s, int column, struct str text, const int *widths,
                       bool right)
{
    bool last = column == s->n_columns - 1;
    if (column > 0)
        fputs("  ", out);
    layout_padded(out, text, last && !right ? 0 : widths[column], right);
}

static void print_table(FILE *out, const struct sheet *s, bool colour)
{
    char time[TIME_TEXT_SIZE];
    int *widths = calloc((size_t)s->n_columns + 1, sizeof(*widths));
    if (!widths)
        return;
    for (int i = 0; i < s->n_columns; i++)
        widths[i] = column_width(s, i);
    fputs(colour ? HEAD_ON : "", out);
    for (int i = 0; i < s->n_columns; i++)
        print_cell(out, s, i, str_from(s->columns[i].head), widths, is_number(s->columns[i].kind));
    fputs(colour ? HEAD_OFF "\n" : "\n", out);
    for (size_t r = 0; r < s->n_rows; r++) {
        for (int i = 0; i < s->n_columns; i++) {
            enum cell_kind kind = s->columns[i].kind;
            struct str text = shown(kind, s->cells[r * (size_t)s->n_columns + (size_t)i], time);
            print_cell(out, s, i, text, widths, is_number(kind));
        }
        fputc('\n', out);
    }
    free(widths);
}

/* Lines of a text that has several go below its name. */
static void print_lines(FILE *out, struct str text)
{
    while (text.n > 0) {
        const char *end = memchr(text.p, '\n', text.n);
        struct str line = {text.p, end ? (size_t)(end - text.p) : text.n};
        fputs("\n    ", out);
        layout_padded(out, line, 0, false);
        size_t skip = end ? line.n + 1 : line.n;
        text = (struct str){text.p + skip, text.n - skip};
    }
}

static void print_single(FILE *out, const struct sheet *s, bool colour)
{
    char time[TIME_TEXT_SIZE];
    int width = 0;
    for (int i = 0; i < s->n_columns; i++) {
        int w = text_width(str_from(s->columns[i].head));
        width = w > width ? w : width;
    }
    for (int i = 0; i < s->n_columns && s->n_rows > 0; i++) {
        struct str text = shown(s->columns[i].kind, s->cells[i], time);
        fputs(colour ? HEAD_ON : "", out);
        layout_padded(out, str_from(s->columns[i].head), width, false);
        fputs(colour ? HEAD_OFF "  " : "  ", out);
        if (memchr(text.p, '\n', text.n))
            print_lines(out, text);
        else
            layout_padded(out, text, 0, false);
        fputc('\n', out);
    }
}

void layout_text(FILE *out, const struct sheets *s, bool colour)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct sheet *sheet = &s->items[i];
        if (i > 0)
            fputc('\n', out);
        if (s->n > 1 && sheet->title[0])
            fprintf(out, "%s%s%s\n", colour ? HEAD_ON : "", sheet->title, colour ? HEAD_OFF : "");
        if (sheet->single)
            print_single(out, sheet, colour);
        else if (sheet->n_rows > 0)
            print_table(out, sheet, colour);
        else
            fputs("(none)\n", out);
    }
}

/* ---- JSON ---- */

static void json_cell(struct json_out *j, enum cell_kind kind, struct str cell)
{
    char time[TIME_TEXT_SIZE];
    if (str_empty(cell) && kind != CELL_TEXT) {
        json_raw(j, "null");
        return;
    }
    switch (kind) {
    case CELL_INTEGER:
        json_int(j, number_of(cell));
        return;
    case CELL_DECIMAL:
        json_raw(j, cell.p);
        return;
    case CELL_TIME:
        json_text(j, str_from(layout_time(number_of(cell), true, time)));
        return;
    case CELL_BOOL:
        json_raw(j, str_eqz(cell, "yes") ? "true" : "false");
        return;
    case CELL_TEXT:
        break;
    }
    json_text(j, cell);
}

static void json_row(struct json_out *j, const struct sheet *s, size_t row)
{
    json_open(j, '{');
    for (int i = 0; i < s->n_columns; i++) {
        json_key(j, s->columns[i].key);
        json_cell(j, s->columns[i].kind, s->cells[row * (size_t)s->n_columns + (size_t)i]);
    }
    json_close(j, '}');
}

void layout_json(FILE *out, const struct sheets *s)
{
    struct json_out j = {.out = out};
    json_open(&j, '{');
    for (size_t i = 0; i < s->n; i++) {
        const struct sheet *sheet = &s->items[i];
        json_key(&j, sheet->name);
        if (sheet->single && sheet->n_rows > 0) {
            json_row(&j, sheet, 0);
        } else if (sheet->single) {
            json_raw(&j, "null");
        } else {
            json_open(&j, '[');
            for (size_t r = 0; r < sheet->n_rows; r++)
                json_row(&j, sheet, r);
            json_close(&j, ']');
        }
    }
    if (!str_empty(s->error)) {
        json_key(&j, "error");
        json_text(&j, s->error);
    }
    json_close(&j, '}');
    fputc('\n', out);
}
