/*
 * case_find.h - the one referral that a request is about, and its facts as text
 */
#ifndef ROLE_CASE_FIND_H
#define ROLE_CASE_FIND_H

#include "role/control/control_parts.h"
#include "store/reader.h"

/* The referral that args[0] names, by id or by the agency's number; or a failed job, with a list where several have that number. */
bool case_named(struct clerk *c, struct job *j, struct id *out, struct case_row *row);
struct str case_id_text(struct arena *a, struct id id); /* empty for zero */
struct str case_money(struct arena *a, int64_t minor, struct str currency);
struct str case_risk(struct arena *a, int risk);
const char *case_offer_word(int status); /* enum assignment_status */

#endif
