/*
 * control_verify.c - `verify`: every journal, or one, recomputed
 */
#include "role/control/chaincheck.h"
#include "role/control/control_parts.h"

enum { NAMED_MAX = 10 }; /* damaged journals named in the last line */

static struct str text_note_state(struct arena *a, const struct chain_check *k)
{
    if (k->notes_closed == 0)
        return STR("");
    return arena_printf(a, "%llu of %llu notes could not be opened (key not on the ring, or damaged)",
                        (unsigned long long)k->notes_closed, (unsigned long long)k->notes);
}

/* False when the walk could not be finished; the job says why. */
static bool verify_one(struct clerk *c, struct job *j, struct sheet *sheet, const struct chain_row *head,
                       int *bad, struct str *named)
{
    char hex[DIGEST_HEX_SIZE];
    struct chain_check k = {.city = head->city, .agency = head->agency, .keys = c->office->personal};
    enum db_result r = chain_check_walk(&k, c->db, head, &c->office->stopping);
    if (!clerk_ok(c, j, r))
        return false;
    if (k.bad_seq == 0 && k.seq < head->seq) {
        job_fail(j, "the daemon is on its way down; not finished");
        return false;
    }
    struct str *row = sheet_row(&j->sheets, sheet);
    if (!row)
        return false;
    row[0] = head->agency;
    row[1] = k.bad_seq ? STR("BAD") : STR("ok");
    row[2] = cell_int(j->arena, (int64_t)head->seq);
    row[3] = cell_int(j->arena, (int64_t)head->cursor);
    row[4] = k.bad_seq ? cell_int(j->arena, (int64_t)k.bad_seq) : STR("");
    row[5] = k.bad_seq ? arena_str(j->arena, str_from(k.fault)) : text_note_state(j->arena, &k);
    row[6] = arena_str(j->arena, str_from(digest_hex(head->hash, hex)));
    if (k.bad_seq && (*bad)++ < NAMED_MAX)
        *named = arena_printf(j->arena, STR_FMT " " STR_FMT, STR_ARG(*named), STR_ARG(head->agency));
    return true;
}

void verb_verify(struct clerk *c, struct job *j)
{
    static const struct sheet_column columns[] = {{"agency", "agency", CELL_TEXT},
                                                  {"result", "result", CELL_TEXT},
                                                  {"entries", "entries", CELL_INTEGER},
                                                  {"cursor", "taken over", CELL_INTEGER},
                                                  {"first_bad", "first bad", CELL_INTEGER},
                                                  {"fault", "what is wrong", CELL_TEXT},
                                                  {"hash", "hash of the last entry", CELL_TEXT},
                                                  {NULL, NULL, 0}};
    static const struct sheet_column totals[] = {{"journals", "journals", CELL_INTEGER},
                                                 {"entries", "entries", CELL_INTEGER},
                                                 {"bad", "bad", CELL_INTEGER},
                                                 {NULL, NULL, 0}};
    struct chain_row *heads;
    int n, bad = 0, checked = 0;
    uint64_t entries = 0;
    struct str named = STR("");
    if (!clerk_ok(c, j, chain_list(c->db, j->arena, &heads, &n)))
        return;
    struct sheet *sheet = sheet_add(&j->sheets, "journals", "Journals", columns, false);
    for (int i = 0; i < n; i++) {
        if (j->n_args > 0 && !str_eq(j->args[0], heads[i].agency))
            continue;
        if (!verify_one(c, j, sheet, &heads[i], &bad, &named))
            return;
        checked++;
        entries += heads[i].seq;
    }
    struct str *row = sheet_row(&j->sheets, sheet_add(&j->sheets, "summary", "", totals, true));
    if (row) {
        row[0] = cell_int(j->arena, checked);
        row[1] = cell_int(j->arena, (int64_t)entries);
        row[2] = cell_int(j->arena, bad);
    }
    if (bad > 0)
        job_fail(j,
                 "%d of %d journals are damaged:" STR_FMT
                 "%s; compare with a backup, and with the (number, hash) "
                 "pairs that agencies hold from their receipts",
                 bad, checked, STR_ARG(named), bad > NAMED_MAX ? " ..." : "");
    else if (j->n_args > 0 && checked == 0)
        job_fail(j,
                 "no journal of `" STR_FMT "`: it has sent nothing yet, or its id is another (`peer list`)",
                 STR_ARG(j->args[0]));
}
