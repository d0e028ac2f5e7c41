/*
 * lists.h - the lists that rules refer to: regions, categories, days off, channels
 *
 * Each reader fills its part of the rule set; each look-up reports a name that is not on its list.
 */
#ifndef CONF_LISTS_H
#define CONF_LISTS_H

#include "conf/schema.h"

void regions_read(struct reading *r); /* with the two below */
void neighbours_read(struct reading *r);
void abolished_read(struct reading *r);
void categories_read(struct reading *r);
void calendar_read(struct reading *r);
void channels_read(struct reading *r);
/* channels.yaml */
extern const struct shape channels_file_shape;

#define NEIGHBOURS_CSV "regions/neighbours.csv"
#define ABOLISHED_CSV  "regions/abolished.csv"

/* The code one level up: 12 -> 9 -> 6 -> 4 -> 2 digits; empty above a province. */
struct str region_parent_code(struct str code);
/* Names the nearest ancestor that exists: more use than a code that happens to look alike. */
const char *region_suggest(struct reading *r, struct str code);
/* Reports that the code, or what it lay in, is one of the abolished; false when it is not. */
bool abolished_report(struct reading *r, struct place at, struct str code);

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
