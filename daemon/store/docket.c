/*
 * docket.c - dockets and assignments out of results
 */
#include "store/docket.h"

void docket_fields(struct fields *f, struct docket_row *out)
{
    field_id(f);
    out->found = true;
    out->agency = field_str(f);
    out->agency_ref = field_str(f);
    out->state = (int)field_int(f);
    out->channel = (int)field_int(f);
    out->mode = (int)field_int(f);
    out->due_kind = (int)field_int(f);
    out->due_ms = field_ms(f);
    out->assignment = field_id(f);
    out->organisation = field_str(f);
    out->place = field_str(f);
    out->reason = field_str(f);
    out->decisions = (int)field_int(f);
    out->conclusion = (int)field_int(f);
    out->changed_ms = field_ms(f);
    out->clocks = field_str(f);
    out->wake_ms = field_ms(f);
    out->wake = (int)field_int(f);
}

void assignment_fields(struct fields *f, struct assignment_row *out)
{
    out->found = true;
    out->id = field_id(f);
    out->referral = field_id(f);
    out->agency = field_str(f);
    out->organisation = field_str(f);
    out->org_city = (int)field_int(f);
    out->status = (int)field_int(f);
    out->term = (int)field_int(f);
    out->respond_by_ms = field_ms(f);
    out->finish_by_ms = field_ms(f);
    out->finish_count = (int)field_int(f);
    out->finish_unit = (int)field_int(f);
    out->answered = !field_null(f);
    out->answer = field_digest(f);
    out->role = (enum assignment_role)field_int(f);
}

enum { COLUMN_ID, COLUMN_REFERRAL, COLUMN_ORGANISATION = 3, COLUMN_STATUS = 5, COLUMN_ROLE = 12 };

static struct id id_at(const PGresult *res, int row, int col)
{
    struct fields f = {res, row, col, NULL};
    return field_id(&f);
}

static int64_t int_at(const PGresult *res, int row, int col)
{
    struct fields f = {res, row, col, NULL};
    return field_int(&f);
}

static bool is_partner(const PGresult *res, int row)
{
    return int_at(res, row, COLUMN_ROLE) == ROLE_PARTNER;
}

static bool is_former(const PGresult *res, int row)
{
    int64_t status = int_at(res, row, COLUMN_STATUS);
    if (is_partner(res, row))
        return false;
    return status == ASSIGNMENT_DECLINED || status == ASSIGNMENT_LAPSED;
}

int docket_assignments(const PGresult *res, int from, struct arena *a, struct docket_row *d)
{
    int n = PQntuples(res), end, n_former = 0;
    while (from < n && memcmp(id_at(res, from, COLUMN_REFERRAL).b, d->referral.b, sizeof d->referral.b) < 0)
        from++;
    for (end = from; end < n && id_eq(id_at(res, end, COLUMN_REFERRAL), d->referral); end++)
        n_former += is_former(res, end);
    struct str *former = n_former ? ARENA_ARRAY(a, (size_t)n_former, struct str) : NULL;
    int k = 0;
    for (int i = from; i < end; i++) {
        struct fields f = {res, i, COLUMN_ORGANISATION, a};
        if (former && is_former(res, i))
            former[k++] = field_str(&f);
        f.col = COLUMN_ID;
        if (!id_is_zero(d->assignment) && id_eq(id_at(res, i, COLUMN_ID), d->assignment))
            assignment_fields(&f, &d->current);
        else if (is_partner(res, i))
            assignment_fields(&f, &d->partner);
        f.col = COLUMN_ID;
        if (!id_is_zero(d->want_named) && id_eq(id_at(res, i, COLUMN_ID), d->want_named))
            assignment_fields(&f, &d->named);
    }
    d->former = former;
    d->n_former = k;
    return from;
}
