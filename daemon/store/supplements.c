/* supplements.c - what agencies have added to referrals */
#include "store/supplements.h"

#include "store/fields.h"

static const struct statement read_supplements = {
    "read_supplements",
    "SELECT s.referral, s.supplement_ref, s.sealed FROM unnest($1::int4[], $2::uuid[]) AS u(city, id) "
    "JOIN supplement s ON s.city = u.city AND s.referral = u.id ORDER BY s.referral, s.seq",
};

int supplements_ask(struct db *db, struct rows *referrals)
{
    struct args args;
    args_init(&args);
    rows_args(referrals, &args);
    return pipe_add(db, &read_supplements, &args);
}

struct kept_supplements supplements_of(const PGresult *res, struct arena *a, struct id referral)
{
    struct kept_supplements none = {0};
    int n = 0, k = 0;
    for (int i = 0; i < PQntuples(res); i++) {
        struct fields f = {res, i, 0, NULL};
        n += id_eq(field_id(&f), referral);
    }
    if (n == 0)
        return none;
    struct str *refs = ARENA_ARRAY(a, (size_t)n, struct str), *sealed = ARENA_ARRAY(a, (size_t)n, struct str);
    for (int i = 0; refs && sealed && i < PQntuples(res); i++) {
        struct fields f = {res, i, 0, a};
        if (!id_eq(field_id(&f), referral))
            continue;
        refs[k] = field_str(&f);
        sealed[k++] = field_str(&f);
    }
    return (struct kept_supplements){refs, sealed, k};
}
