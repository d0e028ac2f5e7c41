/*
 * dossier_decisions.c - each decision of a dossier, made again and compared, with who was looked at
 */
#include "role/control/dossier.h"

#include "tell/tell.h"

enum { CANDIDATES_OF = 8 }; /* decisions, the newest, whose candidates are listed */

static const struct sheet_column columns[] = {{"n", "decision", CELL_INTEGER},
                                              {"at", "at", CELL_TIME},
                                              {"outcome", "outcome", CELL_TEXT},
                                              {"organisation", "organisation", CELL_TEXT},
                                              {"organisation_name", "组织", CELL_TEXT},
                                              {"partner", "jointly with", CELL_TEXT},
                                              {"code", "because", CELL_TEXT},
                                              {"rule", "rule", CELL_TEXT},
                                              {"rule_name", "rule's name", CELL_TEXT},
                                              {"rule_at", "stands at", CELL_TEXT},
                                              {"rung", "rung", CELL_INTEGER},
                                              {"candidates", "candidates", CELL_INTEGER},
                                              {"by", "by", CELL_TEXT},
                                              {"ruleset", "rule set", CELL_TEXT},
                                              {"rederived", "re-derived", CELL_TEXT},
                                              {NULL, NULL, 0}};

static struct str rule_name(const struct explain_set *set, struct arena *a, struct str id)
{
    for (int i = 0; set && i < set->rules->n_rules; i++)
        if (str_eq(set->rules->rules[i].id, id))
            return arena_str(a, set->rules->rules[i].name);
    return STR("");
}

static void add_decision(struct dossier *d, struct sheet *sheet, const struct decision_read *read, const struct explain_set *set,
                         const struct explanation *x)
{
    struct arena *a = d->job->arena;
    const struct record *r = &x->stored;
    struct str *row = sheet_row(&d->job->sheets, sheet);
    if (!row)
        return;
    const struct str cells[] = {
        cell_int(a, read->n),
        cell_time(a, read->at_ms),
        tell_word(tell_outcomes, (int)r->outcome),
        r->organisation,
        dossier_organisation(d, r->organisation),
        r->partner,
        r->code,
        r->rule,
        rule_name(set, a, r->rule),
        r->rule_line ? arena_printf(a, STR_FMT ":%u", STR_ARG(r->rule_file), r->rule_line) : STR(""),
        r->outcome == OUTCOME_ASSIGNED && str_empty(r->by) ? cell_int(a, r->rung + 1) : STR(""),
        cell_int(a, r->n_candidates),
        str_empty(r->by) ? STR("rules") : r->by,
        cell_hash(a, r->ruleset),
        text_explained(a, x, d->erased),
    };
    memcpy(row, cells, sizeof(cells));
}

static bool tell_one(struct dossier *d, struct sheet *sheet, const struct decision_read *read, bool candidates)
{
    char why[200] = "";
    struct job *j = d->job;
    const struct explain_set *set = NULL;
    struct explanation x = {0};
    struct record stored;
    if (!record_decode(j->arena, read->record, &stored)) {
        job_fail(j, "the record of decision %d cannot be read", read->n);
        return false;
    }
    if (!clerk_ok(d->clerk, j, explain_fetch(d->clerk->explained, d->clerk->db, stored.ruleset, &set, why, sizeof(why))))
        return false;
    if (!explain_decision(j->arena, set, d->row.docket.agency, d->bytes, read->record, &x)) {
        job_fail(j, "out of memory");
        return false;
    }
    if (!set && why[0])
        x.why = arena_str(j->arena, str_from(why)).p;
    add_decision(d, sheet, read, set, &x);
    const struct telling t = {.sheets = &j->sheets, .rules = set ? set->rules : NULL, .record = &x.stored, .n = read->n};
    if (candidates)
        tell_candidates(&t);
    return true;
}

bool dossier_decisions(struct dossier *d)
{
    struct decision_read *list;
    int n;
    if (!clerk_ok(d->clerk, d->job, decision_list(d->clerk->db, d->job->arena, d->id, &list, &n)))
        return false;
    struct sheet *sheet = sheet_add(&d->job->sheets, "decisions", "Decisions", columns, false);
    for (int i = 0; i < n; i++)
        if (!tell_one(d, sheet, &list[i], i >= n - CANDIDATES_OF))
            return false;
    return true;
}
