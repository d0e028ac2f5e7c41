/*
 * case_find.c - the one referral that a request is about, and its facts as text
 */
#include "role/control/case_find.h"

enum { MATCHES_MAX = 20 };

struct str case_id_text(struct arena *a, struct id id)
{
    char text[ID_TEXT_SIZE];
    return id_is_zero(id) ? STR("") : arena_str(a, str_from(id_text(id, text)));
}

struct str case_money(struct arena *a, int64_t minor, struct str currency)
{
    return arena_printf(a, "%lld.%02d " STR_FMT, (long long)(minor / 100), (int)(minor % 100), STR_ARG(currency));
}

struct str case_risk(struct arena *a, int risk)
{
    struct str all = STR("");
    for (const struct word *w = risk_words; w->word; w++)
        if (risk & w->value)
            all = arena_printf(a, STR_FMT "%s%s", STR_ARG(all), all.n ? " " : "", w->word);
    return all;
}

const char *case_offer_word(int status)
{
    static const char *const words[] = {
        [ASSIGNMENT_OFFERED] = "offered",     [ASSIGNMENT_ACCEPTED] = "accepted",
        [ASSIGNMENT_DECLINED] = "declined",   [ASSIGNMENT_LAPSED] = "lapsed",
        [ASSIGNMENT_CANCELLED] = "cancelled", [ASSIGNMENT_CONCLUDED] = "concluded",
        [ASSIGNMENT_MOVED] = "moved"};
    return status > 0 && status <= ASSIGNMENT_MOVED ? words[status] : "?";
}

/* Several agencies may use the same number: then the ids are told. */
static void tell_matches(struct clerk *c, struct job *j, const struct id *ids, int n)
{
    static const struct sheet_column columns[] = {{"referral", "referral", CELL_TEXT},
                                                  {"agency", "agency", CELL_TEXT},
                                                  {"arrived", "arrived", CELL_TIME},
                                                  {"state", "state", CELL_TEXT},
                                                  {NULL, NULL, 0}};
    struct sheet *sheet = sheet_add(&j->sheets, "matches", "Referrals with this number", columns, false);
    for (int i = 0; i < n; i++) {
        struct case_row r;
        if (!clerk_ok(c, j, case_read(c->db, j->arena, ids[i], &r)))
            return;
        struct str *row = r.found ? sheet_row(&j->sheets, sheet) : NULL;
        if (!row)
            continue;
        row[0] = case_id_text(j->arena, ids[i]);
        row[1] = r.docket.agency;
        row[2] = cell_time(j->arena, r.arrived_ms);
        row[3] = cell_word(state_words, r.docket.state);
    }
    job_fail(j, "%s%d referrals have this number; show one by its id", n == MATCHES_MAX ? "at least " : "", n);
}

static bool find_id(struct clerk *c, struct job *j, struct id *out)
{
    struct id *ids;
    int n;
    if (id_parse(j->args[0], out))
        return true;
    if (!clerk_ok(c, j, case_search(c->db, j->arena, j->args[0], MATCHES_MAX, &ids, &n)))
        return false;
    if (n == 1)
        *out = ids[0];
    else if (n > 1)
        tell_matches(c, j, ids, n);
    else
        job_fail(j, "no referral has the id or agency's number `" STR_FMT "`", STR_ARG(j->args[0]));
    return n == 1;
}

bool case_named(struct clerk *c, struct job *j, struct id *out, struct case_row *row)
{
    if (!find_id(c, j, out) || !clerk_ok(c, j, case_read(c->db, j->arena, *out, row)))
        return false;
    if (!row->found)
        job_fail(j, "no referral has the id " STR_FMT, STR_ARG(j->args[0]));
    return row->found;
}
