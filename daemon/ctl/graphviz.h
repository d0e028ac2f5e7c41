/*
 * graphviz.h - DOT drawn as SVG by Graphviz, which runs as a program of its own
 */
#ifndef CTL_GRAPHVIZ_H
#define CTL_GRAPHVIZ_H

#include <stdbool.h>
#include <stdio.h>

/* From `in`, at its start, to `out`. False when it could not; why has been told on stderr. */
bool graphviz_draw(FILE *in, FILE *out);

#endif
