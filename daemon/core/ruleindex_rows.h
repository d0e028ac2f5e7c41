/*
 * ruleindex_rows.h - rows of bits, one bit a term, for each position of an axis and each value of a crowd
 *
 * A row is `blocks` words of summary, one bit for each word that is not zero, then `words` words. Positions where the same
 * terms can hold share a row: so all villages that no rule names have the row of what is above them.
 */
#ifndef CORE_RULEINDEX_ROWS_H
#define CORE_RULEINDEX_ROWS_H

#include "core/ruleindex_terms.h"

struct rows_shape {
    int terms, words, blocks, pitch; /* pitch: words of a whole row */
};

struct axis_rows {
    enum axis axis;
    int n;                 /* rows; 0: no term asks anything of the axis */
    const uint64_t *bits;
    const uint32_t *of;    /* by position: where in `bits` its row begins */
    double density;        /* part of the bits that is set, over all positions */
};

/* A value that few terms want has a list of them instead of a row. */
struct crowd_value {
    const uint64_t *row;   /* NULL: see the list */
    const int32_t *terms;
    int n;
};

struct crowd_rows {
    enum crowd crowd;
    int n;                 /* rows, its own included; 0: no term wants anything of it */
    const uint64_t *own;   /* the terms that want nothing of this crowd */
    const struct crowd_value *values;
};

struct rows_shape rows_shape_of(int terms);
void rows_set(const struct rows_shape *s, uint64_t *row, int term);
bool rows_of_axis(const struct axes *x, struct arena *a, enum axis axis, const struct term *terms,
                  const struct rows_shape *s, struct axis_rows *out);
bool rows_of_crowd(const struct axes *x, struct arena *a, enum crowd crowd, const struct term *terms,
                   const struct rows_shape *s, struct crowd_rows *out);

#endif
