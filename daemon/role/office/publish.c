/*
 * publish.c - a configuration directory read, checked, kept in PostgreSQL, and only then put in force
 *
 * Whatever fails leaves the set in force as it is. The rule set is stored before the first decision can
 * name it, so that every decision can be explained later.
 */
#include "base/clock.h"
#include "base/log.h"
#include "conf/load.h"
#include "role/office/roles.h"
#include "store/desk.h"
#include "store/reader.h"

#include <stdio.h>
#include <string.h>

/* What is being made; each part is freed unless it was given on. */
struct making {
    struct office *office;
    struct str who;
    struct diag *diag;
    struct arena *arena;
    struct source all, part;
    const struct ruleset *rules;
    const struct peers *peers;
    struct db *db;
};

static void complain(struct making *m, const char *hint, const char *what, const char *why)
{
    struct diag_place at = {.file = m->office->config_dir};
    diag_add(m->diag, DIAG_ERROR, &at, hint, "%s: %s", what, why);
}

static bool read_all(struct making *m)
{
    if (!source_read_dir(m->arena, m->office->config_dir, m->diag, &m->all) || !source_ruleset_part(m->arena, &m->all, &m->part))
        return false;
    m->rules = conf_load_ruleset(&m->part, true, m->diag);
    if (!m->rules)
        return false;
    m->peers = conf_load_peers(&m->all, m->rules, m->office->settings.keys_peers, m->diag);
    return m->peers && diag_count(m->diag, DIAG_ERROR) == 0;
}

static bool store_ruleset(struct making *m)
{
    struct stored_file *files = ARENA_ARRAY(m->arena, (size_t)m->part.n + 1, struct stored_file);
    if (!files)
        return false;
    for (int i = 0; i < m->part.n; i++)
        files[i] = (struct stored_file){.name = m->part.files[i].name, .bytes = m->part.files[i].bytes, .digest = m->part.files[i].digest};
    return ruleset_publish(m->db, m->rules->hash, files, m->part.n, m->who, m->office->daemon, clock_now_ms()) == DB_OK;
}

static bool store_capacities(struct making *m)
{
    const struct roster *roster = &m->rules->roster;
    struct load_row *rows = ARENA_ARRAY(m->arena, (size_t)roster->n + 1, struct load_row);
    int changed;
    if (!rows)
        return false;
    for (int i = 0; i < roster->n; i++) {
        const struct organisation *org = &roster->items[i];
        rows[i] = (struct load_row){.city = region_city(&m->rules->regions, org->region), .organisation = org->id, .wanted = org->capacity};
    }
    return load_sync(m->db, rows, roster->n, &changed) == DB_OK;
}

static bool fill_board(struct making *m, struct snapshot *s)
{
    struct load_row *rows;
    int n;
    if (load_read(m->db, m->arena, &rows, &n) != DB_OK)
        return false;
    for (int i = 0; i < n; i++)
        snapshot_note_load(s, rows[i].organisation, rows[i].open, rows[i].capacity);
    return true;
}

/*
 * An agency's number means one referral for ever, and its journal is one chain: both stand under its city. Moved to another
 * city, the same id would start both anew.
 */
static bool agencies_stay(struct making *m)
{
    struct str *ids = ARENA_ARRAY(m->arena, (size_t)m->peers->n + 1, struct str);
    int *cities = ARENA_ARRAY(m->arena, (size_t)m->peers->n + 1, int);
    struct chain_row *moved;
    char cause[256];
    int n = 0, n_moved = 0;
    if (!ids || !cities)
        return false;
    for (int i = 0; i < m->peers->n; i++)
        if (m->peers->items[i].kind == PEER_AGENCY) {
            ids[n] = m->peers->items[i].id;
            cities[n++] = m->peers->items[i].city;
        }
    if (chain_elsewhere(m->db, m->arena, ids, cities, n, &moved, &n_moved) != DB_OK)
        return false;
    for (int i = 0; i < n_moved; i++) {
        snprintf(cause, sizeof(cause), STR_FMT " has a journal under city %d", STR_ARG(moved[i].agency), moved[i].city);
        complain(m, "an agency keeps its city; give the office in the other city an id of its own", "peers", cause);
    }
    return n_moved == 0;
}

static bool keep(struct making *m)
{
    char why[256] = "";
    const char *hint = "the rule set in force goes on serving; reload again when PostgreSQL is there";
    if (db_open(m->office->settings.conninfo, "publish", &m->db, why, sizeof(why)) != DB_OK) {
        complain(m, hint, "cannot reach PostgreSQL to keep the rule set", why);
        return false;
    }
    if (agencies_stay(m) && store_ruleset(m) && store_capacities(m))
        return true;
    if (diag_count(m->diag, DIAG_ERROR) == 0)
        complain(m, hint, "PostgreSQL did not keep the rule set", db_error(m->db));
    return false;
}

bool office_publish(struct office *o, struct str who, struct diag *diag)
{
    struct making m = {.office = o, .who = who, .diag = diag, .arena = arena_new(0)};
    struct snapshot *s = NULL;
    char hash[DIGEST_HEX_SIZE];
    bool ok = m.arena && read_all(&m) && keep(&m);
    int rules = 0, organisations = 0;
    if (ok) {
        digest_hex(m.rules->hash, hash);
        rules = m.rules->n_rules;
        organisations = m.rules->roster.n;
        s = snapshot_new(&m.rules, &m.peers);
        ok = s && fill_board(&m, s);
    }
    if (ok) {
        publication_swap(o->publication, &s);
        log_event(LOG_INFO, "ruleset.published", "a rule set is in force",
                  LOG_FIELDS(LOG_Z("ruleset", hash), LOG_S("who", who), LOG_I("rules", rules), LOG_I("organisations", organisations)));
    }
    metrics_add(&o->metrics, ok ? COUNT_RELOADS : COUNT_RELOADS_FAILED, 1);
    snapshot_unref(s);
    ruleset_unref(m.rules);
    peers_unref(m.peers);
    db_close(m.db);
    arena_free(m.arena);
    return ok;
}
