/*
 * analyse_cover.h - from which places a rung finds anybody on the roster at all
 */
#ifndef CORE_ANALYSE_COVER_H
#define CORE_ANALYSE_COVER_H

#include "core/ruleset.h"

struct covers;

struct covers *covers_new(struct arena *a, const struct ruleset *rs); /* NULL: memory */
/* Words of a set of places: a bit for each region. */
int covers_words(const struct covers *c);
/* Where `r` finds somebody for a referral of this agency (empty: one with no rooms) and category. False:
 * memory. */
bool covers_rung(struct covers *c, const struct rung *r, struct str agency, int category, uint64_t *places);
/* Categories of the same speciality find the same; -1: no organisation covers it. */
int covers_speciality(const struct covers *c, int category);

/* A target in one line (analyse_outcome.c). .p NULL: memory. */
struct str target_text(struct arena *a, const struct ruleset *rs, const struct target *t);

#endif
