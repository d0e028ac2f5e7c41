/*
 * control_publish.c - `reload`, `rules rollback`, and the two people: `rules propose`, `rules approve`
 */
#include "role/control/control_parts.h"

#include "base/clock.h"
#include "base/diag.h"
#include "role/office/publish.h"

#include <inttypes.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>

enum { PROPOSALS_LOOKED_AT = 1000 };

static void notify_reloading(void)
{
    sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRId64, clock_mono_us());
}

void sheet_in_force(struct clerk *c, struct job *j, const char *name, const char *note, const struct diag *diag)
{
    static const struct sheet_column columns[] = {
        {"published", "published", CELL_BOOL}, {"ruleset", "rule set", CELL_TEXT},
        {"rules", "rules", CELL_INTEGER},      {"organisations", "organisations", CELL_INTEGER},
        {"peers", "peers", CELL_INTEGER},      {"note", "note", CELL_TEXT},
        {"warnings", "warnings", CELL_INTEGER}, {"findings", "findings", CELL_TEXT},
        {NULL, NULL, 0}};
    struct snapshot *s = publication_get(c->office->publication);
    struct str *row = s ? sheet_row(&j->sheets, sheet_add(&j->sheets, name, "In force", columns, true)) : NULL;
    char *text = diag_text(diag);
    if (row) {
        row[0] = cell_bool(true);
        row[1] = cell_whole_hash(j->arena, s->rules->hash);
        row[2] = cell_int(j->arena, s->rules->n_rules);
        row[3] = cell_int(j->arena, s->rules->roster.n);
        row[4] = cell_int(j->arena, s->peers->n);
        row[5] = str_from(note);
        row[6] = cell_int(j->arena, (int64_t)diag_count(diag, DIAG_WARNING));
        row[7] = arena_str(j->arena, str_from(text));
    }
    free(text);
    snapshot_unref(s);
}

void job_fail_findings(struct job *j, struct diag *diag, const char *what)
{
    diag_sort(diag);
    char *text = diag_text(diag);
    job_fail(j, "%s\n%s: %zu errors; the configuration in force stays", text ? text : "", what, diag_count(diag, DIAG_ERROR));
    free(text);
}

static struct diag *findings(struct job *j)
{
    struct diag *diag = diag_new();
    if (!diag)
        job_fail(j, "out of memory; nothing was changed");
    return diag;
}

/* ---- reload ---- */

static const char *const notes[] = {
    [STANDING_FIRST] = "published",
    [STANDING_SAME] = "the rule set is unchanged",
    [STANDING_CHANGED] = "published",
    [STANDING_PINNED] = "pinned: the directory still holds the rule set that was rolled back from; mended files are published by "
                        "the next reload",
    [STANDING_AWAITS] = "pinned",
    [STANDING_UNAPPROVED] = "the directory's rule set is not published: it needs a second person",
};

/* The peers are in force all the same: a key must be revocable while rules wait. */
static void refuse_unapproved(struct job *j, const struct publish_outcome *out)
{
    job_fail(j, "the rule set of the directory (" STR_FMT ") is not published: publishing needs a second person\n"
             "  propose it: referralctl rules propose --reason TEXT\n"
             "  then somebody else: referralctl rules approve " STR_FMT "\n"
             "  peers and keys of the directory are in force", STR_ARG(cell_hash(j->arena, out->directory)),
             STR_ARG(cell_hash(j->arena, out->directory)));
}

void verb_reload(struct clerk *c, struct job *j)
{
    bool by_signal = str_empty(j->routing_id);
    struct publish_order order = {.occasion = by_signal ? OCCASION_SIGNAL : OCCASION_RELOAD, .who = j->request.operator_name};
    struct publish_outcome out;
    struct diag *diag;
    if (!job_reason(j, false, &order.reason) || !(diag = findings(j)))
        return;
    notify_reloading();
    bool done = office_publish(c->office, &order, diag, &out);
    sd_notify(0, "READY=1");
    diag_sort(diag);
    if (!done)
        job_fail_findings(j, diag, "nothing was published");
    else
        sheet_in_force(c, j, "reload", notes[out.standing], diag);
    if (done && out.standing == STANDING_UNAPPROVED && !by_signal)
        refuse_unapproved(j, &out);
    diag_free(diag);
}

/* ---- rules rollback ---- */

/* A version that was in force before, and is not now. */
static bool may_roll_back(struct clerk *c, struct job *j, struct digest hash)
{
    struct publication_row newest;
    struct ruleset_row r;
    bool found;
    if (!clerk_ok(c, j, ruleset_read(c->db, j->arena, hash, &r)) ||
        !clerk_ok(c, j, publication_newest(c->db, j->arena, &newest, &found)))
        return false;
    if (r.publications == 0)
        job_fail(j, "that rule set was never in force: it was proposed; `rules proposals` and `rules approve` are for it");
    else if (found && digest_eq(newest.hash, hash))
        job_fail(j, "that rule set is the one published last; `reload` takes it over where another one is in force");
    else
        return true;
    return false;
}

static void sheet_proposed(struct job *j, struct digest hash, const struct diag *diag)
{
    static const struct sheet_column columns[] = {{"hash", "rule set", CELL_TEXT},
                                                  {"who", "proposed by", CELL_TEXT},
                                                  {"next", "what next", CELL_TEXT},
                                                  {"warnings", "warnings", CELL_INTEGER},
                                                  {"findings", "findings", CELL_TEXT},
                                                  {NULL, NULL, 0}};
    struct str *row = sheet_row(&j->sheets, sheet_add(&j->sheets, "proposal", "Proposed", columns, true));
    char *text = diag_text(diag);
    if (row) {
        row[0] = cell_whole_hash(j->arena, hash);
        row[1] = j->request.operator_name;
        row[2] = arena_printf(j->arena, "somebody else: referralctl rules approve " STR_FMT, STR_ARG(cell_hash(j->arena, hash)));
        row[3] = cell_int(j->arena, (int64_t)diag_count(diag, DIAG_WARNING));
        row[4] = arena_str(j->arena, str_from(text));
    }
    free(text);
}

static void propose(struct clerk *c, struct job *j, const struct version_order *order)
{
    struct diag *diag = findings(j);
    struct digest hash;
    if (!diag)
        return;
    if (office_propose(c->office, order, diag, &hash))
        sheet_proposed(j, hash, diag);
    else
        job_fail_findings(j, diag, "nothing was proposed");
    diag_free(diag);
}

static void put_back(struct clerk *c, struct job *j, const struct version_order *order, const char *name)
{
    struct diag *diag = findings(j);
    bool stale;
    if (!diag)
        return;
    notify_reloading();
    bool done = office_put_back(c->office, order, diag, &stale);
    sd_notify(0, "READY=1");
    if (done)
        sheet_in_force(c, j, name, "published; other daemons over this database take it over at their next reload or start", diag);
    else if (stale)
        job_fail(j, "stale: another rule set was published since it was proposed; nothing was changed. Look at `rules log`, then "
                 "propose again");
    else
        job_fail_findings(j, diag, "nothing was published");
    diag_free(diag);
}

/* Two people are only as good as the knowledge who they are. */
static bool vouched(const struct clerk *c, struct job *j)
{
    if (!act_operator(j))
        return false;
    if (j->vouched || !c->office->settings.approval)
        return true;
    job_fail(j, "the system does not tell the daemon who you are, so that two people cannot be told apart: does it run in a user "
             "namespace (PrivateUsers=yes)?");
    return false;
}

void verb_rules_rollback(struct clerk *c, struct job *j)
{
    struct version_order order = {.kind = PUBLICATION_ROLLBACK, .who = j->request.operator_name};
    if (!vouched(c, j) || !job_reason(j, true, &order.reason) || !job_version(c, j, j->args[0], &order.hash) ||
        !may_roll_back(c, j, order.hash))
        return;
    if (c->office->settings.approval)
        propose(c, j, &order);
    else
        put_back(c, j, &order, "rollback");
}

/* ---- rules propose, rules approve ---- */

void verb_rules_propose(struct clerk *c, struct job *j)
{
    struct version_order order = {.kind = PUBLICATION_PROPOSED, .who = j->request.operator_name};
    if (vouched(c, j) && job_reason(j, false, &order.reason))
        propose(c, j, &order);
}

/* The newest open proposal of that set by somebody else. */
static const struct proposal_row *to_approve(struct clerk *c, struct job *j, struct digest hash)
{
    const struct proposal_row *own = NULL, *past = NULL;
    struct proposal_row *rows;
    int n;
    if (!clerk_ok(c, j, proposal_list(c->db, j->arena, PROPOSALS_LOOKED_AT, &rows, &n)))
        return NULL;
    for (int i = 0; i < n; i++) {
        if (!digest_eq(rows[i].hash, hash))
            continue;
        if (rows[i].state != PROPOSAL_OPEN)
            past = past ? past : &rows[i];
        else if (str_eq(rows[i].who, j->request.operator_name))
            own = &rows[i];
        else
            return &rows[i];
    }
    if (own)
        job_fail(j, "you proposed it yourself: somebody else has to approve it");
    else if (past)
        job_fail(j, "that proposal is %s; `rules log` shows what is in force. Propose again what should come into force now",
                 past->state == PROPOSAL_PUBLISHED ? "published already" : "stale: another rule set was published since");
    else
        job_fail(j, "nobody has proposed that rule set; `rules proposals` lists what waits");
    return NULL;
}

void verb_rules_approve(struct clerk *c, struct job *j)
{
    struct publication_row base;
    struct str remark;
    struct digest hash;
    bool found = false;
    if (!vouched(c, j) || !job_reason(j, false, &remark) || !job_version(c, j, j->args[0], &hash) ||
        !clerk_ok(c, j, publication_newest(c->db, j->arena, &base, &found)))
        return;
    const struct proposal_row *p = to_approve(c, j, hash);
    if (!p)
        return;
    const struct version_order order = {
        .hash = hash,
        .kind = (enum publication_kind)p->kind,
        .who = j->request.operator_name,
        .proposer = p->who,
        .reason = remark.n && p->reason.n ? arena_printf(j->arena, STR_FMT "; " STR_FMT, STR_ARG(p->reason), STR_ARG(remark))
                  : remark.n ? remark : p->reason,
        .base = found ? &base : NULL,
    };
    put_back(c, j, &order, "approval");
}
