/*
 * sorted.h - readers of lists that are kept sorted, each element once
 */
#ifndef CONF_SORTED_H
#define CONF_SORTED_H

#include "conf/schema.h"

field_reader read_sorted_slugs;     /* struct strs; a list; `of` as for read_slug */
field_reader read_credit_code;  /* struct str */
field_reader read_credit_codes; /* struct strs; a list of unified social credit codes */
extern const struct shape credit_code_shape, credit_codes_shape;

/* Sorts by bytes and drops what stands twice. */
void sort_strings(struct str *items, int *n);

#endif
