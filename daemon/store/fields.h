/*
 * fields.h - one row of a binary result, read column by column
 *
 * Texts and bytes are copied into the arena; whether that had room is asked of the arena at the end. NULL
 * reads as 0, empty, or zero.
 */
#ifndef STORE_FIELDS_H
#define STORE_FIELDS_H

#include "store/pipe.h"

#include "base/digest.h"

struct fields {
    const PGresult *res;
    int row, col;
    struct arena *arena;
};

int64_t field_int(struct fields *f); /* int2, int4, int8, bool */
int64_t field_ms(struct fields *f);
struct str field_str(struct fields *f);    /* NUL-terminated behind its bytes */
struct str field_borrow(struct fields *f); /* in the result's own memory */
struct id field_id(struct fields *f);
struct digest field_digest(struct fields *f);
/* Whether the next one is NULL; does not move on. */
bool field_null(const struct fields *f);

/* DB_LOST when the arena is full. */
enum db_result fields_done(struct db *db, const struct arena *a) DB_CHECKED;
/* The ids that are the one column of the only answer. */
enum db_result fields_ids(struct db *db, struct arena *a, struct id **out, int *n) DB_CHECKED;

#endif
