/*
 * rows.c - the binary form of one-dimensional arrays (PostgreSQL 15, array_recv in arrayfuncs.c)
 *
 * Header: dimensions, has-nulls flag, element type, length, lower bound; then for each item its length
 * (-1: NULL) and its bytes.
 */
#include "store/rows.h"
#include "store/wireform.h"

#include <assert.h>
#include <stdlib.h>

#define HEADER     20
#define COLUMN_CAP ((size_t)1024)
#define COLUMN_KEPT ((size_t)2 * 1024 * 1024)
#define COLUMN_MAX ((size_t)1 << 29)

/* Object ids are fixed for built-in types (src/include/catalog/pg_type.dat). */
#define EMPTY(oid) {[10] = (oid) >> 8, [11] = (oid) & 0xFF}

static const struct {
    char letter;
    int size; /* 0: varies */
    uint32_t oid;
    unsigned char empty[12]; /* an array of no dimensions */
} types[] = {
    {'i', 4, 23, EMPTY(23)},      {'l', 8, 20, EMPTY(20)},     {'t', 0, 25, EMPTY(25)},
    {'b', 0, 17, EMPTY(17)},      {'u', 16, 2950, EMPTY(2950)}, {'z', 8, 1184, EMPTY(1184)},
};

static size_t type_index(char letter)
{
    size_t i = 0;
    while (types[i].letter != letter) {
        i++;
        assert(i < sizeof types / sizeof types[0]);
    }
    return i;
}

void rows_init(struct rows *r, const char *letters)
{
    *r = (struct rows){.n_columns = (int)strlen(letters)};
    assert(r->n_columns <= ROWS_COLUMNS);
    for (int i = 0; i < r->n_columns; i++)
        r->columns[i].type = letters[i];
}

void rows_fini(struct rows *r)
{
    for (int i = 0; i < r->n_columns; i++)
        free(r->columns[i].p);
    *r = (struct rows){0};
}

void rows_reset(struct rows *r)
{
    for (int i = 0; i < r->n_columns; i++) {
        struct column *c = &r->columns[i];
        c->n = 0;
        c->nulls = false;
        if (c->cap > COLUMN_KEPT) {
            free(c->p);
            c->p = NULL;
            c->cap = 0;
        }
    }
    r->n = 0;
    r->next = 0;
    r->failed = false;
}

void rows_args(struct rows *r, struct args *a)
{
    assert(!r->failed);
    for (int i = 0; i < r->n_columns; i++) {
        struct column *c = &r->columns[i];
        size_t type = type_index(c->type);
        if (r->n == 0) {
            args_bytes(a, types[type].empty, sizeof types[type].empty);
            continue;
        }
        wire_put4(c->p, 1);
        wire_put4(c->p + 4, c->nulls);
        wire_put4(c->p + 8, types[type].oid);
        wire_put4(c->p + 12, (uint32_t)r->n);
        wire_put4(c->p + 16, 1);
        args_bytes(a, c->p, c->n);
    }
}

enum db_result rows_ask(struct db *db, const struct statement *st, struct rows *r)
{
    if (r->failed)
        return pipe_drop(db);
    struct args args;
    args_init(&args);
    rows_args(r, &args);
    return pipe_one(db, st, &args);
}

/* Room for one item's length and `size` bytes in the current column; NULL when memory is out. */
static unsigned char *item(struct rows *r, size_t size)
{
    assert(r->next < r->n_columns);
    struct column *c = &r->columns[r->next++];
    if (c->n == 0)
        c->n = HEADER;
    if (r->failed || size > COLUMN_MAX || c->n + 4 + size > COLUMN_MAX) {
        r->failed = true;
        return NULL;
    }
    size_t need = c->n + 4 + size;
    if (need > c->cap) {
        size_t cap = c->cap ? c->cap : COLUMN_CAP;
        while (cap < need)
            cap *= 2;
        unsigned char *bigger = realloc(c->p, cap);
        if (!bigger) {
            r->failed = true;
            return NULL;
        }
        c->p = bigger;
        c->cap = cap;
    }
    unsigned char *p = c->p + c->n;
    c->n = need;
    return p;
}

static char next_type(const struct rows *r)
{
    assert(r->next < r->n_columns);
    return r->columns[r->next].type;
}

void put_null(struct rows *r)
{
    r->columns[r->next].nulls = true;
    unsigned char *p = item(r, 0);
    if (p)
        wire_put4(p, UINT32_MAX);
}

void put_int(struct rows *r, int64_t v)
{
    char type = next_type(r);
    int size = types[type_index(type)].size;
    assert(type == 'i' || type == 'l');
    unsigned char *p = item(r, (size_t)size);
    if (!p)
        return;
    wire_put4(p, (uint32_t)size);
    if (size == 4)
        wire_put4(p + 4, (uint32_t)v);
    else
        wire_put8(p + 4, (uint64_t)v);
}

static void put_bytes(struct rows *r, const void *bytes, size_t n)
{
    unsigned char *p = item(r, n);
    if (!p)
        return;
    wire_put4(p, (uint32_t)n);
    if (n)
        memcpy(p + 4, bytes, n);
}

void put_str(struct rows *r, struct str s)
{
    assert(next_type(r) == 't' || next_type(r) == 'b');
    put_bytes(r, s.p, s.n);
}

void put_digest(struct rows *r, struct digest d)
{
    assert(next_type(r) == 'b');
    put_bytes(r, d.b, sizeof d.b);
}

void put_id(struct rows *r, struct id id)
{
    assert(next_type(r) == 'u');
    put_bytes(r, id.b, sizeof id.b);
}

void put_ms(struct rows *r, int64_t ms)
{
    assert(next_type(r) == 'z');
    unsigned char *p = item(r, 8);
    if (!p)
        return;
    wire_put4(p, 8);
    wire_put8(p + 4, (uint64_t)wire_time(ms));
}

void put_int_or_null(struct rows *r, int64_t v)
{
    if (v)
        put_int(r, v);
    else
        put_null(r);
}

void put_str_or_null(struct rows *r, struct str s)
{
    if (s.n)
        put_str(r, s);
    else
        put_null(r);
}

void put_digest_or_null(struct rows *r, const struct digest *d)
{
    if (d)
        put_digest(r, *d);
    else
        put_null(r);
}

void put_id_or_null(struct rows *r, struct id id)
{
    if (id_is_zero(id))
        put_null(r);
    else
        put_id(r, id);
}

void put_ms_or_null(struct rows *r, int64_t ms)
{
    if (ms)
        put_ms(r, ms);
    else
        put_null(r);
}

bool rows_end(struct rows *r)
{
    assert(r->next == r->n_columns || r->failed);
    r->next = 0;
    r->n += !r->failed;
    return !r->failed;
}
