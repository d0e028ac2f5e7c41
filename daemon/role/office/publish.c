/*
 * publish.c - a configuration directory or a kept version, checked, kept in PostgreSQL, and only then put in force
 *
 * The rule set is stored before the first decision can name it, so that every decision can be explained later.
 */
#include "role/office/publish.h"

#include "base/clock.h"
#include "base/diag.h"
#include "base/log.h"
#include "conf/source.h"
#include "role/office/making.h"

static struct publication_row row_of(const struct making *m, enum publication_kind kind, struct str who, struct str reason)
{
    return (struct publication_row){
        .at_ms = clock_now_ms(),
        .daemon = m->office->daemon,
        .hash = m->rules->hash,
        .directory = m->directory,
        .kind = kind,
        .who = who,
        .reason = reason,
        .rules = m->rules->n_rules,
        .organisations = m->rules->roster.n,
    };
}

static void tell_published(const struct publication_row *row)
{
    char hash[DIGEST_HEX_SIZE];
    log_event(LOG_INFO, "ruleset.published", "a rule set is in force",
              LOG_FIELDS(LOG_Z("ruleset", digest_hex(row->hash, hash)), LOG_S("who", row->who), LOG_S("reason", row->reason),
                         LOG_S("proposer", row->proposer), LOG_I("rules", row->rules), LOG_I("organisations", row->organisations)));
}

static const char *const kept_because[] = {
    [STANDING_PINNED] = "the directory holds the set that this one was put in the place of",
    [STANDING_AWAITS] = "the directory was edited since; `referralctl reload` publishes it",
    [STANDING_UNAPPROVED] = "the directory's set needs a second person: `referralctl rules propose`",
};

static void tell_kept(const struct making *m, enum standing standing, struct digest hash, struct str who)
{
    char in_force[DIGEST_HEX_SIZE], directory[DIGEST_HEX_SIZE];
    log_event(LOG_WARNING, "ruleset.kept", "the rule set published last is in force, not the configuration directory's",
              LOG_FIELDS(LOG_Z("ruleset", digest_hex(hash, in_force)), LOG_Z("directory", digest_hex(m->directory, directory)),
                         LOG_S("who", who), LOG_Z("why", kept_because[standing])));
}

/* -- a start, a reload -- */

/* The set that the standing says, with its peers. */
static bool make(struct making *m, enum standing standing, struct digest newest)
{
    return (standing_keeps(standing) ? making_of_kept(m, newest) : making_of_directory(m)) && making_peers(m);
}

/*
 * At a start nothing serves yet. A kept set that this program cannot read, or that the peers no longer fit, does not
 * keep an edited directory out.
 */
static bool make_awaiting(struct making *m, enum standing *standing, struct digest newest)
{
    struct diag *findings = m->diag;
    char hash[DIGEST_HEX_SIZE];
    m->diag = diag_new();
    bool ok = m->diag && make(m, *standing, newest);
    const char *why = m->diag && diag_size(m->diag) > 0 ? diag_item(m->diag, 0)->cause : "";
    if (!ok)
        log_event(LOG_WARNING, "ruleset.set-aside", "the rule set published last cannot be put in force; the edited directory's is",
                  LOG_FIELDS(LOG_Z("ruleset", digest_hex(newest, hash)), LOG_Z("why", why)));
    diag_free(m->diag);
    m->diag = findings;
    if (ok)
        return true;
    making_undo(m);
    *standing = STANDING_CHANGED;
    return make(m, *standing, newest);
}

static bool make_at_start(struct making *m, enum standing *standing, struct digest newest)
{
    if (*standing == STANDING_AWAITS)
        return make_awaiting(m, standing, newest);
    if (make(m, *standing, newest))
        return true;
    if (standing_keeps(*standing))
        making_complain(m,
                        *standing == STANDING_PINNED ? "mend the directory's rules: an edited directory is published at the next start"
                                                     : "mend the peers, or start once with `approval: none` in referrald.yaml",
                        "the rule set published last cannot be put in force", kept_because[*standing]);
    return false;
}

static bool publish(struct making *m, const struct publish_order *order, struct publish_outcome *out)
{
    struct publication_row newest = {0};
    struct standing_facts facts = {.occasion = order->occasion, .approval = m->office->settings.approval};
    bool done;
    if (!making_read(m) || !making_connect(m) || !making_ok(m, publication_newest(m->db, m->arena, &newest, &facts.published)))
        return false;
    facts.hash = newest.hash;
    facts.beside = newest.directory;
    facts.directory = out->directory = m->directory;
    out->standing = standing_of(&facts);
    if (order->occasion == OCCASION_START ? !make_at_start(m, &out->standing, newest.hash) : !make(m, out->standing, newest.hash))
        return false;
    struct publication_row row = row_of(m, PUBLICATION_DIRECTORY, order->who, order->reason);
    out->recorded = standing_decides(&facts, out->standing);
    if ((out->recorded && !making_keep(m, order->who, &row, NULL, &done)) || !making_capacities(m) || !making_swap(m))
        return false;
    if (standing_keeps(out->standing))
        tell_kept(m, out->standing, row.hash, order->who);
    else
        tell_published(&row);
    return true;
}

bool office_publish(struct office *o, const struct publish_order *order, struct diag *diag, struct publish_outcome *out)
{
    struct making m;
    *out = (struct publish_outcome){0};
    bool ok = making_init(&m, o, diag) && publish(&m, order, out);
    if (!ok && diag_count(diag, DIAG_ERROR) == 0)
        making_complain(&m, NULL, "nothing was published", NULL);
    metrics_add(&o->metrics, ok ? COUNT_RELOADS : COUNT_RELOADS_FAILED, 1);
    making_fini(&m);
    return ok;
}

bool office_standing(struct office *o, struct db *db, struct arena *a, struct standing_view *out)
{
    struct standing_facts facts = {.occasion = OCCASION_RELOAD, .approval = o->settings.approval};
    struct diag *diag = diag_new();
    struct source all, part;
    struct standing_view v = {0};
    bool ok = diag && publication_newest(db, a, &v.newest, &v.published) == DB_OK;
    v.readable = ok && source_read_dir(a, o->config_dir, diag, &all) && source_ruleset_part(a, &all, &part);
    if (v.readable) {
        facts.published = v.published;
        facts.hash = v.newest.hash;
        facts.beside = v.newest.directory;
        facts.directory = source_hash(&part);
        v.standing = standing_of(&facts);
    }
    diag_free(diag);
    *out = v;
    return ok;
}

/* -- versions -- */

static bool put_back(struct making *m, const struct version_order *order, bool *stale)
{
    bool done = true;
    if (!making_read(m) || !making_connect(m) || !making_of_kept(m, order->hash) || !making_peers(m))
        return false;
    struct publication_row row = row_of(m, order->kind, order->who, order->reason);
    row.proposer = order->proposer;
    if (!making_keep(m, order->who, &row, order->base, &done))
        return false;
    *stale = !done;
    if (!done || !making_capacities(m) || !making_swap(m))
        return false;
    tell_published(&row);
    return true;
}

bool office_put_back(struct office *o, const struct version_order *order, struct diag *diag, bool *stale)
{
    struct making m;
    *stale = false;
    bool ok = making_init(&m, o, diag) && put_back(&m, order, stale);
    if (!ok && !*stale && diag_count(diag, DIAG_ERROR) == 0)
        making_complain(&m, NULL, "nothing was published", NULL);
    metrics_add(&o->metrics, ok ? COUNT_RELOADS : COUNT_RELOADS_FAILED, 1);
    making_fini(&m);
    return ok;
}

static bool propose(struct making *m, const struct version_order *order, struct digest *hash)
{
    bool kept = order->kind == PUBLICATION_ROLLBACK, done = false;
    if (!making_read(m) || !making_connect(m) || !(kept ? making_of_kept(m, order->hash) : making_of_directory(m)) ||
        !making_peers(m) || (!kept && !making_keep(m, order->who, NULL, NULL, NULL)))
        return false;
    const struct proposal_row row = {.at_ms = clock_now_ms(), .daemon = m->office->daemon, .hash = m->rules->hash,
                                     .kind = order->kind, .who = order->who, .reason = order->reason};
    *hash = row.hash;
    if (!making_ok(m, proposal_add(m->db, &row, &done)))
        return false;
    char hex[DIGEST_HEX_SIZE];
    log_event(LOG_INFO, "ruleset.proposed", "a rule set waits for a second person",
              LOG_FIELDS(LOG_Z("ruleset", digest_hex(row.hash, hex)), LOG_S("who", row.who), LOG_S("reason", row.reason)));
    return done;
}

bool office_propose(struct office *o, const struct version_order *order, struct diag *diag, struct digest *hash)
{
    struct making m;
    bool ok = making_init(&m, o, diag) && propose(&m, order, hash);
    if (!ok && diag_count(diag, DIAG_ERROR) == 0)
        making_complain(&m, NULL, "nothing was proposed", NULL);
    making_fini(&m);
    return ok;
}
