/*
 * mutation_text.h - what a mutation changed, in a few words
 */
#ifndef CTL_MUTATION_TEXT_H
#define CTL_MUTATION_TEXT_H

#include "conf/wording.h"
#include "core/mutate.h"

extern const char *const mutation_kind_names[MUTATION_KINDS];

/* "without `claim > 5000 yuan`", "rungs 1 and 2 swapped". */
struct str mutation_text(const struct wording *w, const struct mutation *m);

#endif
