/*
 * graphviz.h - DOT drawn as SVG by Graphviz, which runs as a program of its own
 */
#ifndef CTL_GRAPHVIZ_H
#define CTL_GRAPHVIZ_H

#include <stdbool.h>
#include <stdio.h>

/* Draws what `write` writes as DOT to `out`. False when it could not; why has been told on stderr. */
bool graphviz_draw(void (*write)(const void *context, FILE *dot), const void *context, FILE *out);

#endif
