/*
 * chart.h - charts as inline SVG for a page of ctl/html.h: stacked bars, flows, load against capacity
 *
 * Colours are the page's classes: then, now, wish, manual, refused, same, and c0 to c11 to tell things apart. Labels that do not fit are cut and told in full in a tooltip.
 */
#ifndef CTL_CHART_H
#define CTL_CHART_H

#include "base/str.h"

#include <stdint.h>
#include <stdio.h>

struct chart_part {
    const char *label, *tone;
};
/* One bar a row, each a whole cut into `n_parts`; `values` row by row. The parts are explained above. */
void chart_stack(FILE *out, const struct chart_part *parts, int n_parts, const struct str *rows, const int64_t *values, int n_rows);

struct chart_node {
    struct str label;
    const char *tone;
    int64_t total; /* of its links */
};
struct chart_link {
    int from, to; /* nodes on the left, on the right */
    int64_t n;
};
/* Ribbons from the left to the right, as thick as what flows. Links are in the order of their left nodes, then of their right ones. */
void chart_flow(FILE *out, const struct chart_node *left, int n_left, const struct chart_node *right, int n_right,
                const struct chart_link *links, int n_links);

struct chart_gauge {
    struct str label, note;
    int64_t capacity;            /* above 0 */
    int64_t then, would, wished; /* peaks */
};
/* Peaks as shares of each one's capacity; the capacity is one line down the chart. */
void chart_gauges(FILE *out, const struct chart_gauge *gauges, int n);

#endif
