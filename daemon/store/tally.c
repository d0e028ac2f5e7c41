/*
 * tally.c - first decisions counted by rule
 */
#include "store/tally.h"

#include "store/fields.h"

static const struct statement tally_rules = {
    "tally_rules",
    "SELECT d.rule, count(*) FILTER (WHERE d.outcome = 1), count(*) FILTER (WHERE d.outcome = 2), "
    "count(*) FILTER (WHERE d.outcome = 3), max(d.arrived) "
    "FROM (SELECT DISTINCT city FROM chain) AS c JOIN decision d ON d.city = c.city "
    "WHERE d.n = 1 AND d.arrived >= $1::timestamptz AND d.arrived < $2::timestamptz "
    "GROUP BY d.rule ORDER BY d.rule COLLATE \"C\"",
};

enum db_result rule_tally(struct db *db, struct arena *a, int64_t since_ms, int64_t until_ms, struct rule_tally **out, int *n)
{
    struct args args;
    args_init(&args);
    args_ms(&args, since_ms);
    args_ms(&args, until_ms);
    enum db_result r = pipe_one(db, &tally_rules, &args);
    if (r != DB_OK)
        return r;
    const PGresult *res = pipe_result(db, 0);
    int count = PQntuples(res);
    struct rule_tally *rows = ARENA_ARRAY(a, (size_t)count + 1, struct rule_tally);
    for (int i = 0; rows && i < count; i++) {
        struct fields f = {res, i, 0, a};
        rows[i].rule = field_str(&f);
        rows[i].assigned = field_int(&f);
        rows[i].manual = field_int(&f);
        rows[i].refused = field_int(&f);
        rows[i].last_ms = field_ms(&f);
    }
    r = fields_done(db, a);
    if (r == DB_OK) {
        *out = rows;
        *n = count;
    }
    return r;
}
