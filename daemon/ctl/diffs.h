/*
 * diffs.h - what differs between two rule sets, in an operator's words, as text or as JSON
 */
#ifndef CTL_DIFFS_H
#define CTL_DIFFS_H

#include "core/difference.h"
#include "ctl/witness.h"

struct diffs_report {
    struct arena *arena;
    const struct ruleset *was, *is;
    const char *was_in, *is_in; /* the directories */
    const struct difference *found;
    struct witness_form form;
    int limit; /* of changes, and of entries of each list */
};

/* Nothing at all. */
bool diffs_none(const struct difference *d);
/* Why a part can only be told so far; NULL: it is exact. */
const char *part_doubt(const struct part *p);
/* "added", "removed", "changed" */
extern const char *const trace_words[];
/* "organisations", ... */
extern const char *const list_words[];

void diffs_text(const struct diffs_report *r, FILE *out, bool colour);
void diffs_json(const struct diffs_report *r, FILE *out);

#endif
