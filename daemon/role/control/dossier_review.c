/*
 * dossier_review.c - personal data of a dossier: who may see it, who has seen it; and what reviewers said of the case
 */
#include "role/control/dossier.h"

#include "base/clock.h"
#include "base/fold.h"
#include "base/log.h"
#include "store/bind.h"
#include "store/dossier.h"

enum { WHY_MAX = 500 };

/* ---- opening ---- */

static void log_opening(const struct dossier *d, enum log_level level, const char *event, const char *message)
{
    char id[ID_TEXT_SIZE];
    log_event(level, event, message,
              LOG_FIELDS(LOG_Z("referral", id_text(d->id, id)), LOG_S("operator", d->job->request.operator_name)));
}

static bool may_open(const struct dossier *d)
{
    const struct settings *s = &d->clerk->office->settings;
    for (int i = 0; d->job->vouched && i < s->n_dossier_openers; i++)
        if (str_eq(s->dossier_openers[i], d->job->request.operator_name))
            return true;
    return false;
}

/* On record before anything is shown. */
static bool record(struct dossier *d, struct str why)
{
    char bound[BIND_SIZE];
    int64_t now_ms = clock_now_ms();
    struct dossier_opening o = {.id = id_new(now_ms, id_city(d->id)), .referral = d->id, .at_ms = now_ms, .who = d->job->request.operator_name};
    o.sealed = seal(d->clerk->office->personal, d->job->arena, why, bind_opening(bound, o.id));
    if (!o.sealed.p) {
        job_fail(d->job, "out of memory; nothing was opened");
        return false;
    }
    return clerk_ok(d->clerk, d->job, opening_add(d->clerk->db, &o));
}

bool dossier_open(struct dossier *d)
{
    struct job *j = d->job;
    struct str why = job_option(j, "why");
    if (!job_option(j, "open").p) {
        if (why.p)
            job_fail(j, "--why goes with --open; without it nothing personal is shown");
        return !why.p;
    }
    if (why.n == 0 || why.n > WHY_MAX || text_check(why, false) != TEXT_OK) {
        job_fail(j, "--open takes --why TEXT, one line of at most %d bytes: it is kept with the opening", WHY_MAX);
        return false;
    }
    if (!act_operator(j))
        return false;
    if (!may_open(d)) {
        log_opening(d, LOG_WARNING, "dossier.closed", "an operator who may not open personal data asked to");
        job_fail(j, "`" STR_FMT "` may not open personal data: referrald.yaml says who may, under `dossiers: may_open:`. Nothing was opened",
                 STR_ARG(j->request.operator_name));
        return false;
    }
    if (str_empty(d->row.sealed)) /* nothing is left to be opened */
        return true;
    if (!d->clerk->office->personal || !record(d, why))
        return false;
    log_opening(d, LOG_INFO, "dossier.opened", "an operator has opened personal data of a referral");
    d->opened = true;
    return true;
}

/* ---- what is told of it ---- */

static struct str opened_text(struct dossier *d, struct str sealed, struct str bound)
{
    const struct keyring *keys = d->clerk->office->personal;
    if (str_empty(sealed))
        return STR("");
    if (!d->opened)
        return DOSSIER_MASK;
    struct str text = keys ? unseal(keys, d->job->arena, sealed, bound) : (struct str){NULL, 0};
    return text.p ? text : STR("cannot be opened");
}

bool dossier_openings(struct dossier *d)
{
    static const struct sheet_column columns[] = {
        {"at", "at", CELL_TIME}, {"who", "by", CELL_TEXT}, {"why", "why", CELL_TEXT}, {NULL, NULL, 0}};
    char bound[BIND_SIZE];
    struct job *j = d->job;
    struct dossier_opening *list;
    int n;
    if (!clerk_ok(d->clerk, j, opening_list(d->clerk->db, j->arena, d->id, &list, &n)))
        return false;
    struct sheet *sheet = sheet_add(&j->sheets, "openings", "Who has seen its personal data", columns, false);
    for (int i = 0; i < n; i++) {
        struct str *row = sheet_row(&j->sheets, sheet);
        if (!row)
            break;
        row[0] = cell_time(j->arena, list[i].at_ms);
        row[1] = list[i].who;
        row[2] = str_empty(list[i].sealed) ? STR("erased") : opened_text(d, list[i].sealed, bind_opening(bound, list[i].id));
    }
    return true;
}

bool dossier_reviews(struct dossier *d)
{
    static const struct sheet_column columns[] = {{"sample", "sample", CELL_TEXT}, {"at", "at", CELL_TIME},
                                                  {"who", "by", CELL_TEXT},        {"score", "score", CELL_INTEGER},
                                                  {"findings", "findings", CELL_TEXT}, {"note", "note", CELL_TEXT},
                                                  {NULL, NULL, 0}};
    char bound[BIND_SIZE];
    struct job *j = d->job;
    struct review_mark *list;
    int n;
    if (!clerk_ok(d->clerk, j, mark_list(d->clerk->db, j->arena, d->id, &list, &n)))
        return false;
    struct sheet *sheet = sheet_add(&j->sheets, "reviews", "Marks of reviewers", columns, false);
    for (int i = 0; i < n; i++) {
        struct str *row = sheet_row(&j->sheets, sheet);
        if (!row)
            break;
        row[0] = cell_hash(j->arena, list[i].sample);
        row[1] = cell_time(j->arena, list[i].at_ms);
        row[2] = list[i].who;
        row[3] = cell_int(j->arena, list[i].score);
        row[4] = list[i].findings;
        row[5] = opened_text(d, list[i].sealed, bind_mark(bound, list[i].id));
    }
    return true;
}
