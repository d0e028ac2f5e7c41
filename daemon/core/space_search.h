/*
 * space_search.h - a point within one box and outside of others, or the proof that there is none
 *
 * To be outside of a box is to leave its set in one dimension: a clause over variables with many values. The
 * search decides, propagates, and learns from each contradiction a box that need not be looked into again
 * (conflict-driven clause learning: Marques-Silva and Sakallah 1999; with sets of values as literals: Liu,
 * Kuehlmann and Moskewicz 2003). Complete: it ends with a point, a proof, or because it was told to give up.
 *
 * The facts of space_never.c are obeyed without being asked for.
 *
 * Threads: one at a time.
 */
#ifndef CORE_SPACE_SEARCH_H
#define CORE_SPACE_SEARCH_H

#include "core/space.h"

struct search;

struct search *search_new(struct space *s); /* NULL: memory. The space has to stay */
void search_free(struct search *x);         /* NULL is accepted */

/* A new question. */
void search_within(struct search *x, const struct box *b);
/* `tag`, at least 0, names the box in search_proof(); -1: it does not matter. */
void search_avoid(struct search *x, const struct box *b, int tag);
/* As things stand before that classifier of rule set `of` is asked. */
void search_before(struct search *x, int of, int classifier);

/* A yes or no of this question's own, for search_imply() and as a literal of boxes to avoid: {dim,
 * SEARCH_NO}. */
int search_fresh(struct search *x);
enum { SEARCH_NO = -1, SEARCH_YES = -2 };
/* Where `dim`, fresh, is yes, the point lies within `b`. */
void search_imply(struct search *x, int dim, const struct box *b);

enum search_result { SEARCH_FOUND, SEARCH_NONE, SEARCH_GAVE_UP, SEARCH_MEMORY };
/* Gives up after so many contradictions. May be asked again after more has been added. */
enum search_result search_run(struct search *x, int contradictions_max);

/* After FOUND: the point, until the next question; a copy is the caller's business. */
int *search_point(struct search *x);
#define SEARCH_CLASSIFIER (INT32_MAX / 2) /* tag of what classifier 0 leaves behind; 1, 2, ... follow */
/* After NONE: the tags that the proof needs, ascending, at most `max`; how many. */
int search_proof(struct search *x, int *tags, int max);

#endif
