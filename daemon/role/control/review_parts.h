/*
 * review_parts.h - inside `dossier sample` and `dossier marks`: samples found by name, and told
 */
#ifndef ROLE_REVIEW_PARTS_H
#define ROLE_REVIEW_PARTS_H

#include "core/review.h"
#include "role/control/case_find.h"
#include "store/dossier.h"

/* The sample that `text`, its hash or the beginning of it, names; or a failed job. */
bool job_sample(struct clerk *c, struct job *j, struct str text, struct sample_row *out);
void sheet_sample(struct job *j, const struct sample_row *s);
/* In Chinese: 诉调对接, 苏州市; empty when it has no name now. `now` may be NULL. */
struct str stratum_name(struct arena *a, const struct snapshot *now, int by, struct str key);
struct str organisation_now(struct arena *a, const struct snapshot *now, struct str id);

#endif
