/*
 * space_text.h - boxes in an operator's words: "court, category under labour 劳动争议, claim over 100,000
 * CNY"
 */
#ifndef CORE_SPACE_TEXT_H
#define CORE_SPACE_TEXT_H

#include "core/space.h"

/* "any referral" for the box of everything. .p NULL: memory. */
struct str box_text(struct arena *a, const struct space *s, const struct box *b);
/* One of its dimensions. */
struct str lit_text(struct arena *a, const struct space *s, struct lit l);
/* "category", "region", "text", ...: the key that a condition on it has in the rules; "any_of" for a group.
 */
const char *dim_key(const struct space *s, int dim);

/* A node, with its name: "3205 苏州市". */
struct str region_text(struct arena *a, const struct regions *r, int region);
struct str category_text(struct arena *a, const struct categories *c, int category);
/* Minor units as people write them: "100,000" or "99.50". */
struct str money_text(struct arena *a, int64_t minor);

#endif
