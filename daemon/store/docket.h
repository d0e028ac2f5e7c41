/*
 * docket.h - dockets and assignments as several statements of store/ select them
 *
 * The column lists are the same wherever these are used:
 *   docket:     referral, agency, agency_ref, state, channel, mode, due_kind, due_at, assignment, organisation, place,
 *               reason, decisions, conclusion, changed, clocks, wake_at, wake
 *   assignment: id, referral, agency, organisation, org_city, status, term, respond_by, finish_by, finish_count,
 *               finish_unit, answer, role
 */
#ifndef STORE_DOCKET_H
#define STORE_DOCKET_H

#include "store/batch.h"
#include "store/fields.h"

/* Leaves `referral` and what is wanted as they are. */
void docket_fields(struct fields *f, struct docket_row *out);
void assignment_fields(struct fields *f, struct assignment_row *out);

/*
 * Finds the current assignment, the partner's, the wanted one and the former organisations of `d` in `res`, whose rows
 * (assignment columns) are sorted by referral, from row `from` on. Returns the first row that is not before `d`.
 */
int docket_assignments(const PGresult *res, int from, struct arena *a, struct docket_row *d);

#endif
