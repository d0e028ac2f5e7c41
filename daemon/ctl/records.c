/*
 * records.c - opening what is on record
 */
#include "ctl/records.h"

#include "ctl/place.h"
#include "store/migrate.h"

static int open_database(const struct settings *s, struct db **out)
{
    char why[320] = "";
    enum schema_state state;
    struct db *db = NULL;
    if (db_open_reader(s->conninfo, "referralctl", &db, why, sizeof(why)) != DB_OK) {
        fprintf(stderr,
                "referralctl: PostgreSQL does not let us in: %s\n"
                "  the connection is database.conninfo of referrald.yaml; run this as the daemon's user (sudo -u referrald), "
                "or name another directory with -c DIR\n",
                why);
        return CTL_NO_ANSWER;
    }
    if (schema_check(db, &state, why, sizeof(why)) == DB_OK && state == SCHEMA_CURRENT) {
        *out = db;
        return CTL_OK;
    }
    fprintf(stderr, "referralctl: the database is not as this version needs it: %s\n", why[0] ? why : db_error(db));
    db_close(db);
    return CTL_NO_ANSWER;
}

int records_open(const struct call *c, bool with_keys, struct records *out)
{
    char why[200] = "";
    struct arena *a = arena_new(0);
    struct settings settings;
    struct records r = {0};
    int code = a && place_settings(a, place_config(c), &settings) ? CTL_OK : CTL_USAGE;
    if (code == CTL_OK && with_keys && !(r.keys = keyring_load(settings.key_personal, why, sizeof(why)))) {
        fprintf(stderr,
                "referralctl: %s: %s\n"
                "  it is keys.personal of referrald.yaml and opens what is sealed in the database; run this as the daemon's "
                "user (sudo -u referrald), or name another directory with -c DIR\n",
                settings.key_personal, why);
        code = CTL_USAGE;
    }
    if (code == CTL_OK)
        code = open_database(&settings, &r.db);
    if (code == CTL_OK)
        *out = r;
    else
        records_close(&r);
    arena_free(a);
    return code;
}

void records_close(struct records *r)
{
    db_close(r->db);
    keyring_free(r->keys);
    *r = (struct records){0};
}

int records_failed(const struct records *r)
{
    fprintf(stderr, "referralctl: PostgreSQL: %s\n", db_error(r->db));
    return CTL_NO_ANSWER;
}
