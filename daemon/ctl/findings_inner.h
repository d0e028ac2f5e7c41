/*
 * findings_inner.h - the words of a finding; only for findings*.c
 */
#ifndef CTL_FINDINGS_INNER_H
#define CTL_FINDINGS_INNER_H

#include "ctl/findings.h"

/* "unreachable", "gap", ... */
const char *finding_word(const struct finding *f);
/* What is wrong, in one sentence. */
struct str finding_cause(const struct findings_report *r, const struct finding *f);
/* Why it can only be said so far; NULL: it is exact. */
const char *finding_doubt(const struct findings_report *r, const struct finding *f);
/* Where it stands: the file within the directory, and the line. */
struct str finding_file(const struct findings_report *r, const struct finding *f);
unsigned finding_line(const struct findings_report *r, const struct finding *f);

#endif
