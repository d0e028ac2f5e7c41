/*
 * versions.c - the log of publications, proposals, and what a kept rule set consists of
 */
#include "store/desk.h"
#include "store/fields.h"
#include "store/rows.h"
#include "store/version.h"

#include <stdlib.h>

static const struct statement publications = {
    "publications",
    "SELECT at, daemon, hash, COALESCE(directory, hash), kind, who, proposer, reason, rules, organisations FROM publication "
    "ORDER BY at DESC, daemon DESC LIMIT $1::int4",
};

static const struct statement count_decisions = {
    "count_decisions",
    "SELECT d.ruleset, count(*) FROM unnest($1::int4[], $2::bytea[]) AS u(city, hash) "
    "JOIN decision d ON d.city = u.city AND d.ruleset = u.hash GROUP BY d.ruleset",
};

static const struct statement sets_between = {
    "sets_between",
    "SELECT hash FROM ruleset WHERE hash BETWEEN $1::bytea AND $2::bytea ORDER BY hash LIMIT $3::int4",
};

static const struct statement set_row = {
    "set_row",
    "SELECT r.published, r.publisher, (SELECT count(*) FROM publication p WHERE p.hash = r.hash), "
    "(SELECT max(p.at) FROM publication p WHERE p.hash = r.hash) FROM ruleset r WHERE r.hash = $1::bytea",
};

static const struct statement set_files = {
    "set_files",
    "SELECT u.name, u.digest, octet_length(f.bytes) FROM ruleset r CROSS JOIN unnest(r.names, r.digests) WITH ORDINALITY "
    "AS u(name, digest, at) JOIN ruleset_file f ON f.digest = u.digest WHERE r.hash = $1::bytea ORDER BY u.at",
};

static const struct statement set_file = {
    "set_file",
    "SELECT u.name, f.bytes, u.digest FROM ruleset r CROSS JOIN unnest(r.names, r.digests) AS u(name, digest) "
    "JOIN ruleset_file f ON f.digest = u.digest WHERE r.hash = $1::bytea AND u.name = $2::text",
};

static const struct statement keep_proposal = {
    "keep_proposal",
    "INSERT INTO proposal (at, daemon, hash, who, kind, reason, base_at, base_daemon) "
    "SELECT $1::timestamptz, $2::uuid, $3::bytea, $4::text, $5::int4, $6::text, q.at, q.daemon FROM publication q "
    "ORDER BY q.at DESC, q.daemon DESC LIMIT 1",
};

static const struct statement proposals = {
    "proposals",
    "SELECT p.at, p.daemon, p.hash, p.kind, p.who, p.reason, (p.base_at, p.base_daemon) = "
    "(SELECT q.at, q.daemon FROM publication q ORDER BY q.at DESC, q.daemon DESC LIMIT 1), "
    "EXISTS (SELECT 1 FROM publication q WHERE q.at > p.at AND q.hash = p.hash AND q.proposer = p.who) "
    "FROM proposal p ORDER BY p.at DESC, p.daemon DESC LIMIT $1::int4",
};

static void read_publication(struct fields *f, struct publication_row *p)
{
    p->at_ms = field_ms(f);
    p->daemon = field_id(f);
    p->hash = field_digest(f);
    p->directory = field_digest(f);
    p->kind = (int)field_int(f);
    p->who = field_str(f);
    p->proposer = field_str(f);
    p->reason = field_str(f);
    p->rules = (int)field_int(f);
    p->organisations = (int)field_int(f);
}

static enum db_result read_publications(struct db *db, struct arena *a, int limit, struct publication_row **out, int *n)
{
    struct args args;
    args_init(&args);
    args_int4(&args, limit);
    enum db_result r = pipe_one(db, &publications, &args);
    if (r != DB_OK)
        return r;
    const PGresult *res = pipe_result(db, 0);
    int count = PQntuples(res);
    struct publication_row *p = ARENA_ARRAY(a, (size_t)count + 1, struct publication_row);
    for (int i = 0; p && i < count; i++) {
        struct fields f = {res, i, 0, a};
        read_publication(&f, &p[i]);
    }
    r = fields_done(db, a);
    if (r == DB_OK) {
        *out = p;
        *n = count;
    }
    return r;
}

enum db_result publication_newest(struct db *db, struct arena *a, struct publication_row *out, bool *found)
{
    struct publication_row *rows;
    int n;
    enum db_result r = read_publications(db, a, 1, &rows, &n);
    if (r != DB_OK)
        return r;
    *found = n > 0;
    if (n > 0)
        *out = rows[0];
    return DB_OK;
}

/* How many decisions each of these sets made, in every city. */
static enum db_result count_all(struct db *db, struct arena *a, struct publication_row *p, int n)
{
    struct rows keys;
    int *cities, n_cities;
    bool room = true;
    enum db_result r = city_list(db, a, &cities, &n_cities);
    if (r != DB_OK || n == 0)
        return r;
    rows_init(&keys, "ib");
    for (int i = 0; i < n && room; i++) {
        bool again = false;
        for (int k = 0; k < i && !again; k++)
            again = digest_eq(p[k].hash, p[i].hash);
        for (int k = 0; k < n_cities && !again && room; k++) {
            put_int(&keys, cities[k]);
            put_digest(&keys, p[i].hash);
            room = rows_end(&keys);
        }
    }
    r = room ? rows_ask(db, &count_decisions, &keys) : pipe_drop(db);
    rows_fini(&keys);
    for (int i = 0; r == DB_OK && i < PQntuples(pipe_result(db, 0)); i++) {
        struct fields f = {pipe_result(db, 0), i, 0, a};
        struct digest hash = field_digest(&f);
        int64_t count = field_int(&f);
        for (int k = 0; k < n; k++)
            if (digest_eq(p[k].hash, hash))
                p[k].decisions = count;
    }
    return r;
}

enum db_result publication_log(struct db *db, struct arena *a, int limit, struct publication_row **out, int *n)
{
    enum db_result r = read_publications(db, a, limit, out, n);
    return r == DB_OK ? count_all(db, a, *out, *n) : r;
}

bool version_range(struct str prefix, struct digest *low, struct digest *high)
{
    char least[DIGEST_HEX_SIZE], most[DIGEST_HEX_SIZE];
    if (prefix.n < VERSION_PREFIX_MIN || prefix.n >= DIGEST_HEX_SIZE)
        return false;
    memset(least, '0', sizeof(least));
    memset(most, 'f', sizeof(most));
    for (size_t i = 0; i < prefix.n; i++)
        least[i] = most[i] = (char)(prefix.p[i] >= 'A' && prefix.p[i] <= 'F' ? prefix.p[i] + ('a' - 'A') : prefix.p[i]);
    return digest_parse((struct str){least, sizeof(least) - 1}, low) && digest_parse((struct str){most, sizeof(most) - 1}, high);
}

enum db_result ruleset_between(struct db *db, struct arena *a, struct digest low, struct digest high, int limit,
                               struct digest **out, int *n)
{
    struct args args;
    args_init(&args);
    args_bytes(&args, low.b, sizeof low.b);
    args_bytes(&args, high.b, sizeof high.b);
    args_int4(&args, limit);
    enum db_result r = pipe_one(db, &sets_between, &args);
    if (r != DB_OK)
        return r;
    int count = PQntuples(pipe_result(db, 0));
    struct digest *d = ARENA_ARRAY(a, (size_t)count + 1, struct digest);
    for (int i = 0; d && i < count; i++)
        d[i] = field_digest(&(struct fields){pipe_result(db, 0), i, 0, a});
    *out = d;
    *n = count;
    return fields_done(db, a);
}

static void hash_args(struct args *args, const struct digest *hash)
{
    args_init(args);
    args_bytes(args, hash->b, sizeof hash->b);
}

enum db_result ruleset_read(struct db *db, struct arena *a, struct digest hash, struct ruleset_row *out)
{
    struct args args;
    hash_args(&args, &hash);
    enum db_result r = pipe_one(db, &set_row, &args);
    if (r != DB_OK)
        return r;
    struct ruleset_row row = {.found = PQntuples(pipe_result(db, 0)) > 0};
    if (row.found) {
        struct fields f = {pipe_result(db, 0), 0, 0, a};
        row.kept_ms = field_ms(&f);
        row.who = field_str(&f);
        row.publications = (int)field_int(&f);
        row.published_ms = field_ms(&f);
    }
    *out = row;
    return fields_done(db, a);
}

enum db_result ruleset_files(struct db *db, struct arena *a, struct digest hash, struct file_row **out, int *n)
{
    struct args args;
    hash_args(&args, &hash);
    enum db_result r = pipe_one(db, &set_files, &args);
    if (r != DB_OK)
        return r;
    int count = PQntuples(pipe_result(db, 0));
    struct file_row *rows = ARENA_ARRAY(a, (size_t)count + 1, struct file_row);
    for (int i = 0; rows && i < count; i++) {
        struct fields f = {pipe_result(db, 0), i, 0, a};
        rows[i].name = field_str(&f);
        rows[i].digest = field_digest(&f);
        rows[i].size = field_int(&f);
    }
    *out = rows;
    *n = count;
    return fields_done(db, a);
}

enum db_result ruleset_file(struct db *db, struct arena *a, struct digest hash, struct str name, struct stored_file *out,
                            bool *found)
{
    struct args args;
    hash_args(&args, &hash);
    args_str(&args, name);
    enum db_result r = pipe_one(db, &set_file, &args);
    if (r != DB_OK)
        return r;
    *found = PQntuples(pipe_result(db, 0)) > 0;
    if (*found) {
        struct fields f = {pipe_result(db, 0), 0, 0, a};
        out->name = field_str(&f);
        out->bytes = field_str(&f);
        out->digest = field_digest(&f);
    }
    return fields_done(db, a);
}

enum db_result proposal_add(struct db *db, const struct proposal_row *row, bool *done)
{
    struct args args;
    args_init(&args);
    args_ms(&args, row->at_ms);
    args_id(&args, &row->daemon);
    args_bytes(&args, row->hash.b, sizeof row->hash.b);
    args_str(&args, row->who);
    args_int4(&args, row->kind);
    args_str(&args, row->reason);
    enum db_result r = pipe_one(db, &keep_proposal, &args);
    if (r == DB_OK)
        *done = atoi(PQcmdTuples((PGresult *)pipe_result(db, 0))) == 1;
    return r;
}

enum db_result proposal_list(struct db *db, struct arena *a, int limit, struct proposal_row **out, int *n)
{
    struct args args;
    args_init(&args);
    args_int4(&args, limit);
    enum db_result r = pipe_one(db, &proposals, &args);
    if (r != DB_OK)
        return r;
    int count = PQntuples(pipe_result(db, 0));
    struct proposal_row *rows = ARENA_ARRAY(a, (size_t)count + 1, struct proposal_row);
    for (int i = 0; rows && i < count; i++) {
        struct fields f = {pipe_result(db, 0), i, 0, a};
        rows[i].at_ms = field_ms(&f);
        rows[i].daemon = field_id(&f);
        rows[i].hash = field_digest(&f);
        rows[i].kind = (int)field_int(&f);
        rows[i].who = field_str(&f);
        rows[i].reason = field_str(&f);
        bool open = field_int(&f) != 0, published = field_int(&f) != 0;
        rows[i].state = open ? PROPOSAL_OPEN : published ? PROPOSAL_PUBLISHED : PROPOSAL_STALE;
    }
    *out = rows;
    *n = count;
    return fields_done(db, a);
}
