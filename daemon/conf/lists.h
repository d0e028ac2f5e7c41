/*
 * lists.h - the lists that rules refer to: regions, categories, days off, channels
 *
 * Each reader fills its part of the rule set; each look-up reports a name that is not on its list.
 */
#ifndef CONF_LISTS_H
#define CONF_LISTS_H

#include "conf/schema.h"

void regions_read(struct reading *r);
void categories_read(struct reading *r);
void calendar_read(struct reading *r);
void channels_read(struct reading *r);
/* channels.yaml */
extern const struct shape channels_file_shape;

/* Readers for tables. One region code / category code / a list or one of them; indices. */
field_reader read_region;        /* int */
field_reader read_regions;       /* struct ints; one or a list */
field_reader read_region_list;   /* struct ints; a list */
field_reader read_category;      /* int; by code */
field_reader read_categories;    /* struct ints; one or a list, by code */
field_reader read_category_list; /* struct ints; a list, by code */
field_reader read_category_name; /* int; by code, name or alias, as a referral may carry it */

/* `one` (storing an int) for each element of a value that is one or a list; into struct ints. */
bool read_indices(struct reading *r, const struct node *v, const struct field *f, field_reader *one,
                  void *out);

#endif
