/*
 * rows.h - rows collected as PostgreSQL arrays in binary, one a column, for unnest($1, $2, ...)
 *
 * A column's buffer is kept from batch to batch. Errors: memory is the only one, and it sticks.
 */
#ifndef STORE_ROWS_H
#define STORE_ROWS_H

#include "base/digest.h"
#include "store/pipe.h"

#define ROWS_COLUMNS 24

struct column {
    unsigned char *p; /* the array as it is sent: header, then length and value of each item */
    size_t n, cap;
    bool nulls;
    char type;
};

struct rows {
    int n, n_columns;
    int next; /* column that put_*() writes */
    bool failed;
    struct column columns[ROWS_COLUMNS];
};

/* One letter a column: i int4 (also for smallint: the server checks the range), l int8, t text, b bytea, u uuid, z timestamptz. */
void rows_init(struct rows *r, const char *types);
void rows_fini(struct rows *r);
/* Empties it; gives back buffers that one big batch has blown up. */
void rows_reset(struct rows *r);
/* Appends all columns to the parameters. */
void rows_args(struct rows *r, struct args *a);

/* Runs `st` by itself with all columns as its parameters. */
enum db_result rows_ask(struct db *db, const struct statement *st, struct rows *r) DB_CHECKED;

/* One row: every column once, in order; then rows_end(), false when memory is out. */
void put_int(struct rows *r, int64_t v);             /* i, l */   
void put_int_or_null(struct rows *r, int64_t v);     /* 0: NULL */
void put_str(struct rows *r, struct str s);          /* t, b */
void put_str_or_null(struct rows *r, struct str s);  /* empty: NULL */
void put_digest(struct rows *r, struct digest d);    /* b */
void put_digest_or_null(struct rows *r, const struct digest *d);
void put_id(struct rows *r, struct id id);           /* u */
void put_id_or_null(struct rows *r, struct id id);   /* zero: NULL */
void put_ms(struct rows *r, int64_t ms);             /* z */
void put_ms_or_null(struct rows *r, int64_t ms);     /* 0: NULL */
void put_null(struct rows *r);
bool rows_end(struct rows *r) DB_CHECKED;

#endif
