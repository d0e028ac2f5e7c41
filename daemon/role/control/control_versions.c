/*
 * control_versions.c - `rules log` and `rules show`: rule sets as they were published and kept
 */
#include "role/control/control_parts.h"

#include "store/version.h"

enum { LOG_DEFAULT = 20, LOG_MAX = 1000, PREFIX_SHOWN = 8 };

static const char *const publication_kinds[] = {
    [PUBLICATION_DIRECTORY] = "directory", [PUBLICATION_ROLLBACK] = "rollback", [PUBLICATION_PROPOSED] = "proposal"};

static struct str cell_kind_of(int kind)
{
    return str_from(kind > 0 && kind <= PUBLICATION_PROPOSED ? publication_kinds[kind] : "?");
}

struct str cell_whole_hash(struct arena *a, struct digest hash)
{
    char hex[DIGEST_HEX_SIZE];
    return arena_str(a, str_from(digest_hex(hash, hex)));
}

struct str cell_hash(struct arena *a, struct digest hash)
{
    struct str s = cell_whole_hash(a, hash);
    return s.p ? (struct str){s.p, 12} : s;
}

/* ---- naming a version ---- */

static void fail_ambiguous(struct job *j, struct str text, const struct digest *found, int n)
{
    struct str all = STR("");
    for (int i = 0; i < n && i < PREFIX_SHOWN; i++)
        all = arena_printf(j->arena, STR_FMT "\n  " STR_FMT, STR_ARG(all), STR_ARG(cell_whole_hash(j->arena, found[i])));
    job_fail(j, "`" STR_FMT "` begins the hashes of %s%d rule sets; give more digits:" STR_FMT, STR_ARG(text),
             n > PREFIX_SHOWN ? "more than " : "", n > PREFIX_SHOWN ? PREFIX_SHOWN : n, STR_ARG(all));
}

bool job_version(struct clerk *c, struct job *j, struct str text, struct digest *out)
{
    struct digest low, high, *found;
    int n;
    if (!version_range(text, &low, &high)) {
        job_fail(j, "`" STR_FMT "` does not name a rule set: give its hash, or at least the first %d of its hexadecimal digits, "
                 "as in `rules log`", STR_ARG(text), VERSION_PREFIX_MIN);
        return false;
    }
    if (!clerk_ok(c, j, ruleset_between(c->db, j->arena, low, high, PREFIX_SHOWN + 1, &found, &n)))
        return false;
    if (n == 1)
        *out = found[0];
    else if (n == 0)
        job_fail(j, "no rule set is kept whose hash begins with `" STR_FMT "`; `rules log` lists those that were published",
                 STR_ARG(text));
    else
        fail_ambiguous(j, text, found, n);
    return n == 1;
}

/* ---- rules log ---- */

void verb_rules_log(struct clerk *c, struct job *j)
{
    static const struct sheet_column columns[] = {{"at", "published", CELL_TIME},
                                                  {"hash", "rule set", CELL_TEXT},
                                                  {"from", "from", CELL_TEXT},
                                                  {"who", "by", CELL_TEXT},
                                                  {"proposer", "proposed by", CELL_TEXT},
                                                  {"rules", "rules", CELL_INTEGER},
                                                  {"organisations", "organisations", CELL_INTEGER},
                                                  {"decisions", "decisions", CELL_INTEGER},
                                                  {"reason", "why", CELL_TEXT},
                                                  {NULL, NULL, 0}};
    struct publication_row *rows;
    int limit, n;
    if (!job_number(j, "limit", LOG_MAX, LOG_DEFAULT, &limit) ||
        !clerk_ok(c, j, publication_log(c->db, j->arena, limit, &rows, &n)))
        return;
    struct sheet *sheet = sheet_add(&j->sheets, "publications", "Publications, newest first", columns, false);
    for (int i = 0; i < n; i++) {
        const struct publication_row *p = &rows[i];
        struct str *row = sheet_row(&j->sheets, sheet);
        if (!row)
            return;
        row[0] = cell_time(j->arena, p->at_ms);
        row[1] = cell_hash(j->arena, p->hash);
        row[2] = cell_kind_of(p->kind);
        row[3] = p->who;
        row[4] = p->proposer;
        row[5] = p->rules ? cell_int(j->arena, p->rules) : STR("");
        row[6] = p->organisations ? cell_int(j->arena, p->organisations) : STR("");
        row[7] = cell_int(j->arena, p->decisions);
        row[8] = p->reason;
    }
}

/* ---- rules show ---- */

static void show_file(struct clerk *c, struct job *j, struct digest hash)
{
    static const struct sheet_column columns[] = {{"name", "name", CELL_TEXT},
                                                  {"sha256", "sha256", CELL_TEXT},
                                                  {"content", "content", CELL_TEXT},
                                                  {NULL, NULL, 0}};
    struct stored_file file;
    bool found;
    if (!clerk_ok(c, j, ruleset_file(c->db, j->arena, hash, j->args[1], &file, &found)))
        return;
    if (!found) {
        job_fail(j, "that rule set has no file `" STR_FMT "`; `rules show " STR_FMT "` lists its files", STR_ARG(j->args[1]),
                 STR_ARG(j->args[0]));
        return;
    }
    struct str *row = sheet_row(&j->sheets, sheet_add(&j->sheets, "file", "", columns, true));
    if (!row)
        return;
    row[0] = file.name;
    row[1] = cell_whole_hash(j->arena, file.digest);
    row[2] = file.bytes;
}

static void show_version(struct clerk *c, struct job *j, struct digest hash)
{
    static const struct sheet_column columns[] = {{"hash", "rule set", CELL_TEXT},
                                                  {"kept", "kept since", CELL_TIME},
                                                  {"who", "by", CELL_TEXT},
                                                  {"publications", "times published", CELL_INTEGER},
                                                  {"published", "last published", CELL_TIME},
                                                  {"in_force", "in force here", CELL_BOOL},
                                                  {NULL, NULL, 0}};
    struct ruleset_row r;
    if (!clerk_ok(c, j, ruleset_read(c->db, j->arena, hash, &r)))
        return;
    struct snapshot *s = publication_get(c->office->publication);
    struct str *row = sheet_row(&j->sheets, sheet_add(&j->sheets, "version", "Version", columns, true));
    if (row) {
        row[0] = cell_whole_hash(j->arena, hash);
        row[1] = cell_time(j->arena, r.kept_ms);
        row[2] = r.who;
        row[3] = cell_int(j->arena, r.publications);
        row[4] = cell_time(j->arena, r.published_ms);
        row[5] = cell_bool(s && digest_eq(s->rules->hash, hash));
    }
    snapshot_unref(s);
}

static void show_files(struct clerk *c, struct job *j, struct digest hash)
{
    static const struct sheet_column columns[] = {{"name", "name", CELL_TEXT},
                                                  {"bytes", "bytes", CELL_INTEGER},
                                                  {"sha256", "sha256", CELL_TEXT},
                                                  {NULL, NULL, 0}};
    struct file_row *rows;
    int n;
    if (!clerk_ok(c, j, ruleset_files(c->db, j->arena, hash, &rows, &n)))
        return;
    struct sheet *sheet = sheet_add(&j->sheets, "files", "Files", columns, false);
    for (int i = 0; i < n; i++) {
        struct str *row = sheet_row(&j->sheets, sheet);
        if (!row)
            return;
        row[0] = rows[i].name;
        row[1] = cell_int(j->arena, rows[i].size);
        row[2] = cell_whole_hash(j->arena, rows[i].digest);
    }
}

void verb_rules_show(struct clerk *c, struct job *j)
{
    struct digest hash;
    if (!job_version(c, j, j->args[0], &hash))
        return;
    if (j->n_args > 1) {
        show_file(c, j, hash);
        return;
    }
    show_version(c, j, hash);
    if (str_empty(j->sheets.error))
        show_files(c, j, hash);
}

/* ---- rules proposals ---- */

void verb_rules_proposals(struct clerk *c, struct job *j)
{
    static const struct sheet_column columns[] = {{"at", "proposed", CELL_TIME},
                                                  {"hash", "rule set", CELL_TEXT},
                                                  {"kind", "from", CELL_TEXT},
                                                  {"who", "by", CELL_TEXT},
                                                  {"state", "state", CELL_TEXT},
                                                  {"reason", "why", CELL_TEXT},
                                                  {NULL, NULL, 0}};
    static const char *const states[] = {
        [PROPOSAL_OPEN] = "open", [PROPOSAL_PUBLISHED] = "published", [PROPOSAL_STALE] = "stale"};
    struct proposal_row *rows;
    int limit, n;
    if (!job_number(j, "limit", LOG_MAX, LOG_DEFAULT, &limit) ||
        !clerk_ok(c, j, proposal_list(c->db, j->arena, limit, &rows, &n)))
        return;
    struct sheet *sheet = sheet_add(&j->sheets, "proposals", "Proposals, newest first", columns, false);
    for (int i = 0; i < n; i++) {
        struct str *row = sheet_row(&j->sheets, sheet);
        if (!row)
            return;
        row[0] = cell_time(j->arena, rows[i].at_ms);
        row[1] = cell_hash(j->arena, rows[i].hash);
        row[2] = rows[i].kind == PUBLICATION_ROLLBACK ? STR("rollback") : STR("directory");
        row[3] = rows[i].who;
        row[4] = str_from(states[rows[i].state]);
        row[5] = rows[i].reason;
    }
}
