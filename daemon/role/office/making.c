/*
 * making.c - the steps from a directory, or a kept version, to a rule set in force
 */
#include "role/office/making.h"

#include "base/clock.h"
#include "base/diag.h"
#include "store/desk.h"

#include <stdio.h>

static const char stays[] = "the rule set in force goes on serving; try again when PostgreSQL is there";

bool making_init(struct making *m, struct office *o, struct diag *diag)
{
    *m = (struct making){.office = o, .diag = diag, .arena = arena_new(0)};
    return m->arena;
}

void making_undo(struct making *m)
{
    ruleset_unref(m->rules);
    peers_unref(m->peers);
    m->rules = NULL;
    m->peers = NULL;
}

void making_fini(struct making *m)
{
    making_undo(m);
    db_close(m->db);
    arena_free(m->arena);
}

void making_complain(struct making *m, const char *hint, const char *what, const char *cause)
{
    struct diag_place at = {.file = m->office->config_dir};
    diag_add(m->diag, DIAG_ERROR, &at, hint, "%s: %s", what, cause ? cause : "out of memory");
}

bool making_ok(struct making *m, enum db_result r)
{
    if (r != DB_OK)
        making_complain(m, stays, "PostgreSQL did not answer as it should", db_error(m->db));
    return r == DB_OK;
}

/* -- reading -- */

bool making_read(struct making *m)
{
    if (!source_read_dir(m->arena, m->office->config_dir, m->diag, &m->all) || !source_ruleset_part(m->arena, &m->all, &m->part))
        return false;
    m->directory = source_hash(&m->part);
    return true;
}

bool making_connect(struct making *m)
{
    char why[256] = "";
    if (m->db || db_open(m->office->settings.conninfo, "publish", &m->db, why, sizeof(why)) == DB_OK)
        return true;
    making_complain(m, stays, "cannot reach PostgreSQL to keep the rule set", why);
    return false;
}

bool making_of_directory(struct making *m)
{
    m->set = &m->part;
    m->rules = conf_load_ruleset(m->set, true, m->diag);
    return m->rules;
}

/* The set in force needs no reading. */
static const struct ruleset *in_force(struct making *m, struct digest hash)
{
    struct snapshot *s = publication_get(m->office->publication);
    const struct ruleset *rules = s && digest_eq(s->rules->hash, hash) ? ruleset_ref(s->rules) : NULL;
    snapshot_unref(s);
    return rules;
}

static bool fetch(struct making *m, struct digest hash, bool *found)
{
    struct stored_file *files;
    char hex[DIGEST_HEX_SIZE];
    int n;
    if (!making_ok(m, ruleset_fetch(m->db, m->arena, hash, &files, &n, found)) || !*found)
        return false;
    struct source_file *list = ARENA_ARRAY(m->arena, (size_t)n + 1, struct source_file);
    m->kept.shown_as = arena_printf(m->arena, "ruleset %.12s", digest_hex(hash, hex)).p;
    if (!list || !m->kept.shown_as)
        return false;
    for (int i = 0; i < n; i++)
        list[i] = (struct source_file){files[i].name, files[i].bytes, files[i].digest};
    m->kept.files = list;
    m->kept.n = n;
    return true;
}

bool making_of_kept(struct making *m, struct digest hash)
{
    char hex[DIGEST_HEX_SIZE];
    bool found = true;
    m->set = NULL;
    m->rules = in_force(m, hash);
    if (m->rules)
        return true;
    if (!fetch(m, hash, &found)) {
        if (!found)
            making_complain(m, NULL, "no such rule set is kept", digest_hex(hash, hex));
        return false;
    }
    m->set = &m->kept;
    m->rules = conf_load_ruleset(m->set, true, m->diag);
    if (m->rules && !digest_eq(m->rules->hash, hash)) {
        making_complain(m, "restore the tables ruleset and ruleset_file from a backup", "the kept files have another hash",
                        digest_hex(hash, hex));
        return false;
    }
    return m->rules;
}

/* -- checking -- */

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
    if (!making_ok(m, chain_elsewhere(m->db, m->arena, ids, cities, n, &moved, &n_moved)))
        return false;
    for (int i = 0; i < n_moved; i++) {
        snprintf(cause, sizeof(cause), STR_FMT " has a journal under city %d", STR_ARG(moved[i].agency), moved[i].city);
        making_complain(m, "an agency keeps its city; give the office in the other city an id of its own", "peers", cause);
    }
    return n_moved == 0;
}

bool making_peers(struct making *m)
{
    m->peers = conf_load_peers(&m->all, m->rules, m->office->settings.keys_peers, m->diag);
    return m->peers && diag_count(m->diag, DIAG_ERROR) == 0 && agencies_stay(m);
}

/* -- keeping -- */

bool making_keep(struct making *m, struct str who, const struct publication_row *row, const struct publication_row *base,
                 bool *done)
{
    int n = m->set ? m->set->n : 0;
    struct stored_file *files = ARENA_ARRAY(m->arena, (size_t)n + 1, struct stored_file);
    if (!files)
        return false;
    for (int i = 0; i < n; i++)
        files[i] = (struct stored_file){m->set->files[i].name, m->set->files[i].bytes, m->set->files[i].digest};
    if (!row)
        return making_ok(m, ruleset_keep(m->db, m->rules->hash, files, n, who, clock_now_ms()));
    return making_ok(m, ruleset_publish(m->db, files, n, row, base, done));
}

bool making_capacities(struct making *m)
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
    return making_ok(m, load_sync(m->db, rows, roster->n, &changed));
}

static bool fill_board(struct making *m, struct snapshot *s)
{
    struct load_row *rows;
    int n;
    if (!making_ok(m, load_read(m->db, m->arena, &rows, &n)))
        return false;
    for (int i = 0; i < n; i++)
        snapshot_note_load(s, rows[i].organisation, rows[i].open, rows[i].capacity);
    if (!(s->needs & NEEDS_TURNS))
        return true;
    if (!making_ok(m, load_turns(m->db, m->arena, &rows, &n)))
        return false;
    for (int i = 0; i < n; i++) {
        int at = roster_find(&s->rules->roster, rows[i].organisation);
        if (at >= 0)
            snapshot_note_given(s, at, rows[i].given_ms);
    }
    return true;
}

bool making_swap(struct making *m)
{
    struct snapshot *s = snapshot_new(&m->rules, &m->peers);
    bool ok = s && fill_board(m, s);
    if (ok)
        publication_swap(m->office->publication, &s);
    snapshot_unref(s);
    return ok;
}
