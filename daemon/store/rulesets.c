/*
 * rulesets.c - published rule sets, whole, by content
 */
#include "store/fields.h"
#include "store/reader.h"
#include "store/rows.h"

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

/* A repetition after a lost connection is the same publication. */
static const struct statement keep_publication = {
    "keep_publication",
    "INSERT INTO publication (hash, who, at, daemon) VALUES ($1::bytea, $2::text, $3::timestamptz, $4::uuid) "
    "ON CONFLICT (at, daemon) DO NOTHING",
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

enum db_result ruleset_publish(struct db *db, struct digest hash, const struct stored_file *files, int n, struct str who,
                               struct id daemon, int64_t now_ms)
{
    struct rows contents, names;
    struct args args;
    rows_init(&contents, "bb");
    rows_init(&names, "tb");
    enum db_result r;
    if (!collect(files, n, &contents, &names)) {
        r = pipe_drop(db);
    } else {
        args_init(&args);
        rows_args(&contents, &args);
        pipe_add(db, &keep_files, &args);
        args_init(&args);
        rows_args(&names, &args);
        args_bytes(&args, hash.b, sizeof hash.b);
        args_str(&args, who);
        args_ms(&args, now_ms);
        pipe_add(db, &keep_ruleset, &args);
        args_init(&args);
        args_bytes(&args, hash.b, sizeof hash.b);
        args_str(&args, who);
        args_ms(&args, now_ms);
        args_id(&args, &daemon);
        pipe_add(db, &keep_publication, &args);
        r = pipe_run(db);
    }
    rows_fini(&contents);
    rows_fini(&names);
    return r;
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
