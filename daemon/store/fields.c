/*
 * fields.c - the binary forms of values in results
 */
#include "store/fields.h"
#include "store/conn.h"
#include "store/wireform.h"

#include <assert.h>

bool field_null(const struct fields *f)
{
    return PQgetisnull(f->res, f->row, f->col);
}

static struct str next(struct fields *f)
{
    assert(f->col < PQnfields(f->res));
    int col = f->col++;
    return (struct str){PQgetvalue(f->res, f->row, col), (size_t)PQgetlength(f->res, f->row, col)};
}

int64_t field_int(struct fields *f)
{
    struct str s = next(f);
    assert(s.n <= 8);
    return s.n ? wire_get((const unsigned char *)s.p, (int)s.n) : 0;
}

int64_t field_ms(struct fields *f)
{
    struct str s = next(f);
    assert(s.n == 0 || s.n == 8);
    return s.n ? wire_ms(wire_get((const unsigned char *)s.p, 8)) : 0;
}

struct str field_borrow(struct fields *f)
{
    return next(f);
}

struct str field_str(struct fields *f)
{
    return arena_str(f->arena, next(f));
}

struct id field_id(struct fields *f)
{
    struct id id = {{0}};
    struct str s = next(f);
    if (s.n == sizeof id.b)
        memcpy(id.b, s.p, sizeof id.b);
    return id;
}

struct digest field_digest(struct fields *f)
{
    struct digest d = {{0}};
    struct str s = next(f);
    if (s.n == sizeof d.b)
        memcpy(d.b, s.p, sizeof d.b);
    return d;
}

enum db_result fields_done(struct db *db, const struct arena *a)
{
    return arena_overflowed(a) ? db_fail(db, DB_LOST, "memory is out") : DB_OK;
}

enum db_result fields_ids(struct db *db, struct arena *a, struct id **out, int *n)
{
    const PGresult *res = pipe_result(db, 0);
    int count = PQntuples(res);
    struct id *ids = ARENA_ARRAY(a, (size_t)count + 1, struct id);
    for (int i = 0; ids && i < count; i++) {
        struct fields f = {res, i, 0, a};
        ids[i] = field_id(&f);
    }
    enum db_result r = fields_done(db, a);
    if (r == DB_OK) {
        *out = ids;
        *n = count;
    }
    return r;
}
