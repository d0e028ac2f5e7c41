/*
 * template.h - one entry written for many regions: `for_each`, and texts with {placeholders}
 */
#ifndef CONF_TEMPLATE_H
#define CONF_TEMPLATE_H

#include "conf/lists.h"

struct for_each {
    uint64_t levels, kinds; /* bits; 0: any */
    int within;             /* region; -1: everywhere */
    struct ints except;     /* regions left out with all below them */
    struct place at;
};

struct pattern {
    const struct pattern_piece *pieces;
    int n;
    struct place at;
};

struct patterns {
    const struct pattern *items;
    int n;
};

extern const struct shape for_each_shape;
field_reader read_for_each;     /* struct for_each */
field_reader read_pattern;      /* struct pattern */
field_reader read_pattern_list; /* struct patterns; a list */

/* The first region at or after `from` that matches; -1 when there is none. Start with 0. */
int for_each_next(const struct for_each *f, const struct regions *regions, int from);

/*
 * The text for region `i` (-1: for none, which only a pattern without placeholders allows), in the lasting
 * arena. .p is NULL after reporting that a placeholder has no meaning there.
 */
struct str pattern_expand(struct reading *r, const struct pattern *p, int i);

#endif
