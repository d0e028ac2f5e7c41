/*
 * control.h - requests and sheets between referralctl and referrald
 */
#ifndef WIRE_CONTROL_H
#define WIRE_CONTROL_H

#include "base/arena.h"

enum cell_kind { CELL_TEXT = 1, CELL_INTEGER, CELL_TIME, CELL_BOOL, CELL_DECIMAL };

struct sheet_column { const char *key, *head; enum cell_kind kind; };
struct sheet {
    const char *name, *title;
    bool single;
    const struct sheet_column *columns;
    int n_columns;
    struct str *cells; /* n_rows * n_columns */
    size_t n_rows, cap_rows;
};

struct sheets {
    struct arena *arena;
    struct sheet *items;
    size_t n, cap;
    struct str error; /* empty: all is well */
};

struct control_request {
    const struct str *words;
    int n;
    struct str operator_name;
};

struct str control_request_encode(struct arena *a, const struct control_request *r);
bool control_request_decode(struct arena *a, struct str bytes, struct control_request *out);
struct str control_reply_encode(struct arena *a, const struct sheets *s);
bool control_reply_decode(struct arena *a, struct str bytes, struct sheets *out);

/*
 * A new sheet; `columns` ends with a NULL key and must outlive it. It stays where it is while others are
 * added. NULL past SHEETS_MAX or the arena's budget.
 */
#define SHEETS_MAX 72
struct sheet *sheet_add(struct sheets *s, const char *name, const char *title, const struct sheet_column *columns,
                        bool single);
/* A new empty row: n_columns cells to fill before the next row is added; NULL past the arena's budget, or without a sheet. */
struct str *sheet_row(struct sheets *s, struct sheet *sheet);
struct str cell_int(struct arena *a, int64_t v);
struct str cell_bool(bool v);

#endif
