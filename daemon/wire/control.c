/*
 * control.c - requests and sheets of the control socket
 */
#include "wire/control.h"

#include "wire/alloc.h"
#include "wire/limits.h"
#include "wire/scan.h"

#include "referral/v1/control.pb-c.h"

enum { CONTROL_VERSION = 1 };

struct str control_request_encode(struct arena *a, const struct control_request *r)
{
    Referral__V1__ControlRequest m = REFERRAL__V1__CONTROL_REQUEST__INIT;
    m.version = CONTROL_VERSION;
    m.words = wire_z_list(a, r->words, r->n);
    m.n_words = m.words ? (size_t)r->n : 0;
    m.operator_ = wire_z(a, r->operator_name);
    return wire_pack(a, &m);
}

bool control_request_decode(struct arena *a, struct str bytes, struct control_request *out)
{
    const ProtobufCMessageDescriptor *type = &referral__v1__control_request__descriptor;
    const struct scan_wish wish = {.budget = LIMIT_DECODE_MEMORY, .text = true};
    const Referral__V1__ControlRequest *m = NULL;
    if (bytes.n <= LIMIT_FRAME && scan_message(type, bytes, &wish) == SCAN_OK)
        m = wire_unpack(a, type, bytes, LIMIT_DECODE_MEMORY);
    if (!m || m->version != CONTROL_VERSION)
        return false;
    const struct str *words = wire_str_list(a, m->words, m->n_words);
    if (!words)
        return false;
    *out = (struct control_request){
        .words = words, .n = (int)m->n_words, .operator_name = str_from(m->operator_)};
    return true;
}

static bool pack_columns(struct arena *a, const struct sheet *s, Referral__V1__Sheet *m)
{
    size_t n = (size_t)s->n_columns;
    Referral__V1__Column *items = ARENA_ARRAY(a, n + 1, Referral__V1__Column);
    m->columns = ARENA_ARRAY(a, n + 1, Referral__V1__Column *);
    if (!items || !m->columns)
        return false;
    for (size_t i = 0; i < n; i++) {
        referral__v1__column__init(&items[i]);
        items[i].key = wire_z(a, str_from(s->columns[i].key));
        items[i].head = wire_z(a, str_from(s->columns[i].head));
        items[i].kind = (uint32_t)s->columns[i].kind;
        m->columns[i] = &items[i];
    }
    m->n_columns = n;
    return true;
}

static bool pack_rows(struct arena *a, const struct sheet *s, Referral__V1__Sheet *m)
{
    Referral__V1__Row *items = ARENA_ARRAY(a, s->n_rows + 1, Referral__V1__Row);
    m->rows = ARENA_ARRAY(a, s->n_rows + 1, Referral__V1__Row *);
    if (!items || !m->rows)
        return false;
    for (size_t i = 0; i < s->n_rows; i++) {
        referral__v1__row__init(&items[i]);
        items[i].cells = wire_z_list(a, s->cells + i * (size_t)s->n_columns, s->n_columns);
        items[i].n_cells = items[i].cells ? (size_t)s->n_columns : 0;
        m->rows[i] = &items[i];
    }
    m->n_rows = s->n_rows;
    return true;
}

static bool pack_sheet(struct arena *a, const struct sheet *s, Referral__V1__Sheet *m)
{
    referral__v1__sheet__init(m);
    m->name = wire_z(a, str_from(s->name));
    m->title = wire_z(a, str_from(s->title));
    m->single = s->single;
    return pack_columns(a, s, m) && pack_rows(a, s, m);
}

struct str control_reply_encode(struct arena *a, const struct sheets *s)
{
    Referral__V1__ControlReply m = REFERRAL__V1__CONTROL_REPLY__INIT;
    m.version = CONTROL_VERSION;
    m.ok = str_empty(s->error);
    m.error = wire_z(a, s->error);
    Referral__V1__Sheet *items = ARENA_ARRAY(a, s->n + 1, Referral__V1__Sheet);
    m.sheets = ARENA_ARRAY(a, s->n + 1, Referral__V1__Sheet *);
    if (!items || !m.sheets)
        return (struct str){NULL, 0};
    for (size_t i = 0; i < s->n; i++) {
        if (!pack_sheet(a, &s->items[i], &items[i]))
            return (struct str){NULL, 0};
        m.sheets[i] = &items[i];
    }
    m.n_sheets = s->n;
    return wire_pack(a, &m);
}

static bool read_sheet(struct arena *a, const Referral__V1__Sheet *m, struct sheet *out)
{
    if (m->n_columns > INT16_MAX)
        return false;
    struct sheet_column *columns = ARENA_ARRAY(a, m->n_columns + 1, struct sheet_column);
    struct str *cells = arena_array(a, m->n_rows + 1, (m->n_columns + 1) * sizeof(struct str));
    if (!columns || !cells)
        return false;
    for (size_t i = 0; i < m->n_columns; i++) {
        const Referral__V1__Column *c = m->columns[i];
        columns[i] = (struct sheet_column){c->key, c->head, (enum cell_kind)c->kind};
    }
    for (size_t i = 0; i < m->n_rows; i++) {
        if (m->rows[i]->n_cells != m->n_columns)
            return false;
        for (size_t j = 0; j < m->n_columns; j++)
            cells[i * m->n_columns + j] = str_from(m->rows[i]->cells[j]);
    }
    *out = (struct sheet){.name = m->name,
                          .title = m->title,
                          .single = m->single,
                          .columns = columns,
                          .n_columns = (int)m->n_columns,
                          .cells = cells,
                          .n_rows = m->n_rows,
                          .cap_rows = m->n_rows};
    return true;
}

bool control_reply_decode(struct arena *a, struct str bytes, struct sheets *out)
{
    const ProtobufCMessageDescriptor *type = &referral__v1__control_reply__descriptor;
    const struct scan_wish wish = {.budget = LIMIT_CONTROL_MEMORY};
    const Referral__V1__ControlReply *m = NULL;
    if (scan_message(type, bytes, &wish) == SCAN_OK)
        m = wire_unpack(a, type, bytes, LIMIT_CONTROL_MEMORY);
    if (!m || m->version != CONTROL_VERSION)
        return false;
    struct sheets s = {.arena = a, .n = m->n_sheets, .cap = m->n_sheets, .error = str_from(m->error)};
    if (!m->ok && str_empty(s.error))
        s.error = STR("refused without a reason");
    s.items = ARENA_ARRAY(a, m->n_sheets + 1, struct sheet);
    for (size_t i = 0; i < m->n_sheets; i++) {
        if (!s.items || !read_sheet(a, m->sheets[i], &s.items[i]))
            return false;
    }
    *out = s;
    return true;
}

struct sheet *sheet_add(struct sheets *s, const char *name, const char *title,
                        const struct sheet_column *columns, bool single)
{
    if (!s->items) {
        s->items = ARENA_ARRAY(s->arena, SHEETS_MAX, struct sheet);
        s->cap = s->items ? SHEETS_MAX : 0;
    }
    if (!s->items || s->n == s->cap)
        return NULL;
    struct sheet *new = &s->items[s->n++];
    *new = (struct sheet){.name = name, .title = title, .single = single, .columns = columns};
    while (columns[new->n_columns].key)
        new->n_columns++;
    return new;
}

struct str *sheet_row(struct sheets *s, struct sheet *sheet)
{
    if (!sheet || sheet->n_columns == 0)
        return NULL;
    size_t width = (size_t)sheet->n_columns;
    if (sheet->n_rows == sheet->cap_rows) {
        size_t cap = sheet->cap_rows ? 2 * sheet->cap_rows : 16;
        struct str *grown = cap <= SIZE_MAX / width ? ARENA_ARRAY(s->arena, cap * width, struct str) : NULL;
        if (!grown)
            return NULL;
        if (sheet->n_rows)
            memcpy(grown, sheet->cells, sheet->n_rows * width * sizeof(*grown));
        sheet->cells = grown;
        sheet->cap_rows = cap;
    }
    return sheet->cells + width * sheet->n_rows++;
}

struct str cell_int(struct arena *a, int64_t v)
{
    return arena_printf(a, "%lld", (long long)v);
}

struct str cell_bool(bool v)
{
    return v ? STR("yes") : STR("no");
}
