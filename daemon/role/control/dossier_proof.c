/*
 * dossier_proof.c - the journal of a dossier's agency recomputed from its first entry, and where this referral's stand in it
 */
#include "role/control/dossier.h"

/* The hash before each of them, whatever referral the entry there is about. */
static bool read_before(struct dossier *d)
{
    struct job *j = d->job;
    for (int i = 0; i < d->n; i++) {
        struct journal_entry *one;
        int n;
        if (!clerk_ok(d->clerk, j, journal_read(d->clerk->db, j->arena, d->check.city, d->check.agency, d->entries[i].seq - 1, 1, &one, &n,
                                                &d->before[i])))
            return false;
    }
    return true;
}

static bool read_entries(struct dossier *d)
{
    struct job *j = d->job;
    if (!clerk_ok(d->clerk, j, journal_of_referral(d->clerk->db, j->arena, d->id, &d->entries, &d->n)))
        return false;
    d->steps = ARENA_ARRAY(j->arena, (size_t)d->n + 1, struct step);
    d->before = ARENA_ARRAY(j->arena, (size_t)d->n + 1, struct digest);
    if (!d->steps || !d->before) {
        job_fail(j, "out of memory");
        return false;
    }
    for (int i = 0; i < d->n; i++)
        if (!step_decode(j->arena, d->entries[i].body, &d->steps[i]))
            d->steps[i] = (struct step){0};
    return true;
}

/* The head is read after the entries, so that none of them lies past it. */
bool dossier_read_journal(struct dossier *d)
{
    struct job *j = d->job;
    struct office *o = d->clerk->office;
    struct str agency = d->row.docket.agency;
    bool found;
    if (!read_entries(d) || !clerk_ok(d->clerk, j, chain_read(d->clerk->db, j->arena, id_city(d->id), agency, &d->head, &found)))
        return false;
    d->check = (struct chain_check){.city = d->head.city, .agency = agency, .keys = o->personal};
    if (!clerk_ok(d->clerk, j, chain_check_walk(&d->check, d->clerk->db, &d->head, &o->stopping)) || !read_before(d))
        return false;
    if (d->check.bad_seq || d->check.seq == d->head.seq)
        return true;
    job_fail(j, "the daemon is on its way down; not finished");
    return false;
}

static struct str text_proof(const struct dossier *d, int i)
{
    uint64_t bad = d->check.bad_seq, seq = d->entries[i].seq;
    return bad == 0 || seq < bad ? STR("verified") : seq == bad ? STR("BROKEN") : STR("after the break");
}

static void sheet_entries(struct dossier *d)
{
    static const struct sheet_column columns[] = {{"seq", "entry", CELL_INTEGER},
                                                  {"result", "result", CELL_TEXT},
                                                  {"previous", "hash before it", CELL_TEXT},
                                                  {"hash", "SHA-256(hash before it, body)", CELL_TEXT},
                                                  {NULL, NULL, 0}};
    struct job *j = d->job;
    struct sheet *sheet = sheet_add(&j->sheets, "proof", "Proof of each step", columns, false);
    for (int i = 0; i < d->n; i++) {
        struct str *row = sheet_row(&j->sheets, sheet);
        if (!row)
            return;
        row[0] = cell_int(j->arena, (int64_t)d->entries[i].seq);
        row[1] = text_proof(d, i);
        row[2] = cell_whole_hash(j->arena, d->before[i]);
        row[3] = cell_whole_hash(j->arena, d->entries[i].hash);
    }
}

void dossier_proof(struct dossier *d)
{
    static const struct sheet_column columns[] = {{"agency", "agency", CELL_TEXT},
                                                  {"result", "result", CELL_TEXT},
                                                  {"entries", "entries", CELL_INTEGER},
                                                  {"verified", "verified up to", CELL_INTEGER},
                                                  {"first_bad", "first bad", CELL_INTEGER},
                                                  {"fault", "what is wrong", CELL_TEXT},
                                                  {"hash", "hash of the last entry", CELL_TEXT},
                                                  {NULL, NULL, 0}};
    struct job *j = d->job;
    struct arena *a = j->arena;
    const struct chain_check *k = &d->check;
    sheet_entries(d);
    struct str *row = sheet_row(&j->sheets, sheet_add(&j->sheets, "chain", "The agency's chain recomputed", columns, true));
    if (!row)
        return;
    row[0] = d->head.agency;
    row[1] = k->bad_seq ? STR("BAD") : STR("ok");
    row[2] = cell_int(a, (int64_t)d->head.seq);
    row[3] = cell_int(a, (int64_t)k->seq);
    row[4] = k->bad_seq ? cell_int(a, (int64_t)k->bad_seq) : STR("");
    row[5] = k->bad_seq ? arena_str(a, str_from(k->fault)) : STR("");
    row[6] = cell_whole_hash(a, d->head.hash);
}
