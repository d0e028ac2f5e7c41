/*
 * graph.h - the rule set as a picture, in the language of Graphviz
 *
 * Rules stand below each other in their order, a dotted line from each to the one that is looked at when it
 * does not match; to its right what it does: the rungs of its ladder in turn, a refusal, the manual queue.
 */
#ifndef CTL_GRAPH_H
#define CTL_GRAPH_H

#include "conf/wording.h"

#include <stdio.h>

struct graph {
    FILE *out;
    struct wording w; /* with Chinese names */
};

/* One cluster a file. `only`: the name of a file, "rules/20-labour.yaml"; .p NULL: all. */
void graph_rules(const struct graph *g, struct str only);
/* One rule, everything written out. */
void graph_rule(const struct graph *g, int rule);
/* The files in their order, with what is in them; each refers to PAGE.svg. */
void graph_overview(const struct graph *g);

/* Files that hold rules, in order; the next one after the file of rule `i`: the first rule of it, or n_rules.
 */
int graph_next_file(const struct ruleset *rs, int i);
/* "20-labour" of "rules/20-labour.yaml". */
struct str graph_page(struct str file);

/* ---- labels, graph_label.c ---- */

/* A line of a label, wrapped at `width` columns, escaped; each line ends with <br align="left"/>. */
void graph_lines(const struct graph *g, struct str text, int width);
void graph_escaped(FILE *out, struct str text);
/* What has to hold, one line a condition; "" when everything does. */
struct str graph_conditions(const struct graph *g, const struct cond *when);
/* What a rung does besides its target: pick, limits, the partner's target. */
struct str graph_rung_rest(const struct graph *g, const struct rung *rung);

#endif
