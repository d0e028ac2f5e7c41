/*
 * dossier_steps.c - the steps of a dossier, what they came to, and the deadlines that they kept or missed
 */
#include "role/control/dossier.h"

#include "base/clock.h"
#include "core/deadlines.h"

static struct str cell_seq(struct arena *a, uint64_t seq)
{
    return seq ? cell_int(a, (int64_t)seq) : STR("");
}

/* "2d 03:15", whichever side of the deadline it lies on. */
static struct str text_left(struct arena *a, const struct told_deadline *d)
{
    int64_t minutes = (d->left_ms < 0 ? -d->left_ms : d->left_ms) / 60000;
    if (!d->due_ms)
        return STR("");
    return arena_printf(a, "%s%lldd %02lld:%02lld", d->left_ms < 0 ? "-" : "", (long long)(minutes / 1440),
                        (long long)(minutes / 60 % 24), (long long)(minutes % 60));
}

static bool deadlines(struct dossier *d, struct told_deadline **out, int *n)
{
    struct arena *a = d->job->arena;
    struct told_step *told = ARENA_ARRAY(a, (size_t)d->n + 1, struct told_step);
    int64_t *finish_by = ARENA_ARRAY(a, (size_t)d->n_offers + 1, int64_t);
    int n_finish_by = 0;
    if (!told || !finish_by)
        return false;
    for (int i = 0; i < d->n; i++) {
        const struct step *s = &d->steps[i];
        told[i] = (struct told_step){.seq = d->entries[i].seq, .kind = s->kind, .state = s->state, .at_ms = d->entries[i].at_ms,
                                     .reason = s->reason, .due_kind = s->due_kind, .due_ms = s->due_ms, .provisional = s->due_provisional};
    }
    for (int i = 0; i < d->n_offers; i++)
        if (d->offers[i].finish_by_ms)
            finish_by[n_finish_by++] = d->offers[i].finish_by_ms;
    return deadlines_of(a, told, d->n, finish_by, n_finish_by, clock_now_ms(), out, n);
}

bool dossier_assignments(struct dossier *d)
{
    static const struct sheet_column columns[] = {{"assignment", "assignment", CELL_TEXT},
                                                  {"organisation", "organisation", CELL_TEXT},
                                                  {"name", "组织", CELL_TEXT},
                                                  {"status", "status", CELL_TEXT},
                                                  {"respond_by", "respond by", CELL_TIME},
                                                  {"finish_by", "finish by", CELL_TIME},
                                                  {NULL, NULL, 0}};
    struct job *j = d->job;
    struct arena *a = j->arena;
    if (!clerk_ok(d->clerk, j, assignment_list(d->clerk->db, a, d->id, &d->offers, &d->n_offers)))
        return false;
    struct sheet *sheet = sheet_add(&j->sheets, "assignments", "Assignments", columns, false);
    for (int i = 0; i < d->n_offers; i++) {
        const struct assignment_row *o = &d->offers[i];
        struct str *row = sheet_row(&j->sheets, sheet);
        if (!row)
            break;
        row[0] = case_id_text(a, o->id);
        row[1] = o->organisation;
        row[2] = dossier_organisation(d, o->organisation);
        row[3] = str_from(case_offer_word(o->status));
        row[4] = cell_time(a, o->respond_by_ms);
        row[5] = cell_time(a, o->finish_by_ms);
    }
    return true;
}

void dossier_deadlines(struct dossier *d)
{
    static const struct sheet_column columns[] = {
        {"due", "what was due", CELL_TEXT},   {"since", "since", CELL_TIME},          {"due_at", "due at", CELL_TIME},
        {"done_at", "done at", CELL_TIME},    {"result", "result", CELL_TEXT},        {"left", "time left", CELL_TEXT},
        {"moved", "moved", CELL_INTEGER},     {"warned", "warned", CELL_INTEGER},     {"set", "told by entry", CELL_INTEGER},
        {"done", "done by", CELL_INTEGER},    {"passed", "passed, told by", CELL_INTEGER},
        {"provisional", "provisional", CELL_BOOL}, {NULL, NULL, 0}};
    struct job *j = d->job;
    struct arena *a = j->arena;
    struct told_deadline *list;
    int n;
    if (!deadlines(d, &list, &n)) /* memory is out: the arena tells */
        return;
    struct sheet *sheet = sheet_add(&j->sheets, "deadlines", "Deadlines, kept or missed", columns, false);
    for (int i = 0; i < n; i++) {
        const struct told_deadline *t = &list[i];
        struct str *row = sheet_row(&j->sheets, sheet);
        if (!row)
            break;
        const struct str cells[] = {
            cell_word(due_words, (int)t->due), cell_time(a, t->started_ms), cell_time(a, t->due_ms), cell_time(a, t->done_ms),
            cell_word(deadline_words, (int)t->result), text_left(a, t), cell_int(a, t->moved), cell_int(a, t->warned),
            cell_seq(a, t->set_seq), cell_seq(a, t->done_seq), cell_seq(a, t->passed_seq), cell_bool(t->provisional)};
        memcpy(row, cells, sizeof(cells));
    }
}

void dossier_outcome(struct dossier *d)
{
    static const struct sheet_column columns[] = {
        {"seq", "entry", CELL_INTEGER},        {"at", "at", CELL_TIME},         {"conclusion", "conclusion", CELL_TEXT},
        {"agreement", "agreement", CELL_TEXT}, {"amount", "amount", CELL_TEXT}, {"follow_up", "follow-up", CELL_TEXT},
        {"organisation", "organisation", CELL_TEXT}, {NULL, NULL, 0}};
    struct job *j = d->job;
    struct arena *a = j->arena;
    struct sheet *sheet = sheet_add(&j->sheets, "outcome", "Conclusion, and what followed", columns, false);
    for (int i = 0; i < d->n; i++) {
        const struct step *s = &d->steps[i];
        if (s->kind != STEP_CONCLUDED && s->kind != STEP_FOLLOW_UP)
            continue;
        struct str *row = sheet_row(&j->sheets, sheet);
        if (!row)
            return;
        const struct str cells[] = {
            cell_int(a, (int64_t)d->entries[i].seq), cell_time(a, d->entries[i].at_ms), cell_word(conclusion_words, (int)s->conclusion),
            cell_word(agreement_kind_words, (int)s->agreement_kind),
            s->agreement_minor ? case_money(a, s->agreement_minor, s->currency) : STR(""),
            cell_word(follow_up_kind_words, (int)s->follow_up), s->organisation_id};
        memcpy(row, cells, sizeof(cells));
    }
}

void dossier_steps(struct dossier *d)
{
    static const struct sheet_column columns[] = {
        {"seq", "entry", CELL_INTEGER},      {"at", "at", CELL_TIME},         {"step", "step", CELL_TEXT},
        {"zh", "步骤", CELL_TEXT},           {"state", "state after it", CELL_TEXT}, {"organisation", "organisation", CELL_TEXT},
        {"name", "组织", CELL_TEXT},         {"reason", "reason", CELL_TEXT}, {"due", "due next", CELL_TEXT},      {"due_at", "due at", CELL_TIME}, {"actor", "by", CELL_TEXT}, {NULL, NULL, 0}};
    struct job *j = d->job;
    struct arena *a = j->arena;
    struct sheet *sheet = sheet_add(&j->sheets, "steps", "Steps, as in the agency's journal", columns, false);
    for (int i = 0; i < d->n; i++) {
        const struct step *s = &d->steps[i];
        struct str *row = sheet_row(&j->sheets, sheet);
        if (!row)
            return;
        const struct str cells[] = {
            cell_int(a, (int64_t)d->entries[i].seq),
            cell_time(a, d->entries[i].at_ms),
            cell_word(step_kind_words, d->entries[i].kind),
            str_from(word_zh(step_kind_words, d->entries[i].kind)),
            s->kind ? cell_word(state_words, (int)s->state) : STR("?"),
            s->organisation_id,
            s->organisation_name,
            s->reason,
            s->due_kind,
            cell_time(a, s->due_ms),
            s->actor,
        };
        memcpy(row, cells, sizeof(cells));
    }
}
