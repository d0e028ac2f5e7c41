/*
 * space_text_inner.h - putting words together; only for space_text*.c
 */
#ifndef CORE_SPACE_TEXT_INNER_H
#define CORE_SPACE_TEXT_INNER_H

#include "core/space_text.h"

#include "core/space_inner.h"

#define ITEMS_SHOWN 8 /* of a list; the rest is counted */

/* "a, b, c and 5 more". */
struct text_list {
    struct arena *a;
    const char *between;
    struct str text;
    int n;
};

void text_list_add(struct text_list *l, struct str item);
void text_list_end(struct text_list *l);

struct str category_set_text(struct arena *a, const struct space *s, int set);
struct str region_set_text(struct arena *a, const struct space *s, int set);
struct str range_set_text(struct arena *a, const struct space *s, struct lit l);
struct str claim_set_text(struct arena *a, const struct space *s, int set);

#endif
