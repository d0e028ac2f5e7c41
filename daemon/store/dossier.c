/*
 * dossier.c - what only a dossier reads
 */
#include "store/dossier.h"

#include "store/fields.h"

static const struct statement dossier_supplements = {
    "dossier_supplements",
    "SELECT supplement_ref, seq, sealed FROM supplement WHERE city = $1::int4 AND referral = $2::uuid ORDER BY seq",
};

static void referral_args(struct args *args, const struct id *referral)
{
    args_init(args);
    args_int4(args, id_city(*referral));
    args_id(args, referral);
}

enum db_result supplement_list(struct db *db, struct arena *a, struct id referral, struct supplement_read **out, int *n)
{
    struct args args;
    referral_args(&args, &referral);
    enum db_result r = pipe_one(db, &dossier_supplements, &args);
    if (r != DB_OK)
        return r;
    const PGresult *res = pipe_result(db, 0);
    int count = PQntuples(res);
    struct supplement_read *rows = ARENA_ARRAY(a, (size_t)count + 1, struct supplement_read);
    for (int i = 0; rows && i < count; i++) {
        struct fields f = {res, i, 0, a};
        rows[i].ref = field_str(&f);
        rows[i].seq = (uint64_t)field_int(&f);
        rows[i].sealed = field_str(&f);
    }
    *out = rows;
    *n = count;
    return fields_done(db, a);
}
