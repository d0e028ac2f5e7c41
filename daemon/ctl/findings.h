/*
 * findings.h - what an analysis found, in an operator's words, as text or as JSON
 */
#ifndef CTL_FINDINGS_H
#define CTL_FINDINGS_H

#include "core/analyse.h"
#include "ctl/witness.h"

struct findings_report {
    struct arena *arena;
    const struct ruleset *rs;
    const char *shown_as; /* the directory */
    const struct analysis *found;
    struct witness_form form;
    const int64_t *touched; /* by finding: past referrals; -1: not known. NULL: nobody asked */
    const char *since;      /* as it was asked for */
};

enum finding_level { FINDING_ERROR, FINDING_WARNING, FINDING_NOTE };
enum finding_level finding_level(const struct finding *f);

struct finding_counts {
    int errors, warnings, notes;
};
struct finding_counts findings_count(const struct analysis *found);

void findings_text(const struct findings_report *r, FILE *out, bool colour);
void findings_json(const struct findings_report *r, FILE *out, bool ok);

#endif
