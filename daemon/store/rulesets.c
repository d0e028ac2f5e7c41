/*
 * rulesets.c - published rule sets, whole, by content
 */
#include "store/fields.h"
#include "store/rows.h"
#include "store/version.h"

#include <stdlib.h>

static const struct statement keep_files = {
    "keep_files",
    "INSERT INTO ruleset_file (digest, bytes) SELECT u.digest, u.bytes FROM unnest($1::bytea[], $2::bytea[]) "
    "AS u(digest, bytes) ORDER BY u.digest ON CONFLICT (digest) DO NOTHING",
};

static const struct statement keep_ruleset = {
    "keep_ruleset",
    "INSERT INTO ruleset (names, digests, hash, publisher, published) "
    "VALUES ($1::text[], $2::bytea[], $3::bytea, $4::text, $5::timestamptz) ON CONFLICT (hash) DO NOTHING",
};

/* One after the other, on whatever daemon: so that each sees the one before. */
static const struct statement lock_publications = {
    "lock_publications",
    "SELECT pg_advisory_xact_lock(hashtextextended('referral.publication', 0))",
};

/* Behind the newest one, whatever this machine's clock says. */
static const struct statement keep_publication = {
    "keep_publication",
    "INSERT INTO publication (at, daemon, hash, directory, kind, who, proposer, reason, rules, organisations) "
    "SELECT GREATEST($1::timestamptz, (SELECT max(p.at) + interval '1 millisecond' FROM publication p)), $2::uuid, $3::bytea, "
    "NULLIF($4::bytea, $3::bytea), $5::int4, $6::text, $7::text, $8::text, $9::int4, $10::int4 "
    "WHERE $11::timestamptz = 'epoch' OR ($11::timestamptz, $12::uuid) = "
    "(SELECT q.at, q.daemon FROM publication q ORDER BY q.at DESC, q.daemon DESC LIMIT 1)",
};

static const struct statement fetch_files = {
    "fetch_files",
    "SELECT u.name, f.bytes, u.digest FROM ruleset r CROSS JOIN unnest(r.names, r.digests) WITH ORDINALITY "
    "AS u(name, digest, at) JOIN ruleset_file f ON f.digest = u.digest WHERE r.hash = $1::bytea ORDER BY u.at",
};

static bool collect(const struct stored_file *files, int n, struct rows *contents, struct rows *names)
{
    bool room = true;
    for (int i = 0; i < n && room; i++) {
        put_digest(contents, files[i].digest);
        put_str(contents, files[i].bytes);
        put_str(names, files[i].name);
        put_digest(names, files[i].digest);
        room = rows_end(contents) && rows_end(names);
    }
    return room;
}

static void add_set(struct db *db, struct rows *contents, struct rows *names, struct digest hash, struct str who, int64_t now_ms)
{
    struct args args;
    args_init(&args);
    rows_args(contents, &args);
    pipe_add(db, &keep_files, &args);
    args_init(&args);
    rows_args(names, &args);
    args_bytes(&args, hash.b, sizeof hash.b);
    args_str(&args, who);
    args_ms(&args, now_ms);
    pipe_add(db, &keep_ruleset, &args);
}

static int add_publication(struct db *db, const struct publication_row *p, const struct publication_row *base)
{
    static const struct id nobody;
    struct args args;
    pipe_add(db, &lock_publications, NULL);
    args_init(&args);
    args_ms(&args, p->at_ms);
    args_id(&args, &p->daemon);
    args_bytes(&args, p->hash.b, sizeof p->hash.b);
    args_bytes(&args, p->directory.b, sizeof p->directory.b);
    args_int4(&args, p->kind);
    args_str(&args, p->who);
    args_str(&args, p->proposer);
    args_str(&args, p->reason);
    args_int4(&args, p->rules);
    args_int4(&args, p->organisations);
    args_ms(&args, base ? base->at_ms : 0);
    args_id(&args, base ? &base->daemon : &nobody);
    return pipe_add(db, &keep_publication, &args);
}

/* `row` NULL: kept only. */
static enum db_result keep(struct db *db, struct digest hash, const struct stored_file *files, int n, struct str who,
                           int64_t now_ms, const struct publication_row *row, const struct publication_row *base, bool *done)
{
    struct rows contents, names;
    rows_init(&contents, "bb");
    rows_init(&names, "tb");
    enum db_result r;
    if (!collect(files, n, &contents, &names)) {
        r = pipe_drop(db);
    } else {
        int published = -1;
        if (n > 0)
            add_set(db, &contents, &names, hash, who, now_ms);
        if (row)
            published = add_publication(db, row, base);
        r = pipe_run(db);
        if (r == DB_OK && row)
            *done = atoi(PQcmdTuples((PGresult *)pipe_result(db, published))) == 1;
    }
    rows_fini(&contents);
    rows_fini(&names);
    return r;
}

enum db_result ruleset_keep(struct db *db, struct digest hash, const struct stored_file *files, int n, struct str who,
                            int64_t now_ms)
{
    return keep(db, hash, files, n, who, now_ms, NULL, NULL, NULL);
}

enum db_result ruleset_publish(struct db *db, const struct stored_file *files, int n, const struct publication_row *row,
                               const struct publication_row *base, bool *done)
{
    return keep(db, row->hash, files, n, row->who, row->at_ms, row, base, done);
}

enum db_result ruleset_fetch(struct db *db, struct arena *a, struct digest hash, struct stored_file **out, int *n, bool *found)
{
    struct args args;
    args_init(&args);
    args_bytes(&args, hash.b, sizeof hash.b);
    enum db_result r = pipe_one(db, &fetch_files, &args);
    if (r != DB_OK)
        return r;
    const PGresult *res = pipe_result(db, 0);
    int count = PQntuples(res);
    struct stored_file *files = ARENA_ARRAY(a, (size_t)count + 1, struct stored_file);
    for (int i = 0; files && i < count; i++) {
        struct fields f = {res, i, 0, a};
        files[i].name = field_str(&f);
        files[i].bytes = field_str(&f);
        files[i].digest = field_digest(&f);
    }
    r = fields_done(db, a);
    if (r == DB_OK) {
        *found = count > 0;
        *out = files;
        *n = count;
    }
    return r;
}
