/* front.c - settings read, keys loaded, database found fit, the door keeper in place */
#include "role/office/front.h"

#include "base/clock.h"
#include "conf/load.h"
#include "store/migrate.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool front_settings(struct office *o, struct arena *a, const char *config_dir)
{
    struct diag *diag = diag_new();
    struct source all;
    bool ok = diag && source_read_dir(a, config_dir, diag, &all) && settings_load(a, &all, config_dir, diag, &o->settings);
    if (diag && !ok) {
        diag_sort(diag);
        diag_print(diag, stderr, isatty(STDERR_FILENO));
    }
    diag_free(diag);
    if (!ok)
        return false;
    o->config_dir = config_dir;
    log_setup(o->settings.log_format, o->settings.log_level);
    return true;
}

/* Called from the ZAP thread at each connection. */
static bool known_key(void *context, const unsigned char key[32], const char *address)
{
    struct office *o = context;
    struct snapshot *s = publication_get(o->publication);
    bool known = s && peers_by_key(s->peers, key) >= 0;
    char text[KEY_Z85_SIZE];
    snapshot_unref(s);
    if (known) /* who is in stays connected while the daemon drains; newcomers find the next daemon */
        return !atomic_load(&o->draining);
    metrics_add(&o->metrics, COUNT_UNAUTHORISED, 1);
    log_event(LOG_WARNING, "peer.unknown-key", "a key that is not on the list was turned away at the door",
              LOG_FIELDS(LOG_Z("key", key_text(key, text)), LOG_Z("address", address)));
    return false;
}

/* Durable, and with the schema that this binary knows. */
static bool database_fit(struct office *o, char *why, size_t why_size)
{
    struct db *db = NULL;
    enum schema_state state;
    bool ok = db_open(o->settings.conninfo, "start", &db, why, why_size) == DB_OK && db_check_durable(db, why, why_size) == DB_OK &&
              schema_check(db, &state, why, why_size) == DB_OK;
    if (ok && state != SCHEMA_CURRENT) {
        if (state != SCHEMA_UNKNOWN)
            snprintf(why, why_size, "the database has %s; run: referrald migrate -c %s",
                     state == SCHEMA_EMPTY ? "no schema yet" : "an older schema", o->config_dir);
        ok = false;
    }
    db_close(db);
    return ok;
}

bool front_open(struct office *o, struct arena *a, const char *config_dir, char *why, size_t why_size)
{
    char reason[256] = "";
    if (!front_settings(o, a, config_dir))
        return false;
    o->daemon = id_new(clock_now_ms(), 0);
    o->publication = publication_new();
    o->personal = keyring_load(o->settings.key_personal, reason, sizeof(reason));
    if (!o->personal)
        snprintf(why, why_size, "%s: %s", o->settings.key_personal, reason);
    if (!o->publication || !o->personal || !key_pair_load(o->settings.key_router, &o->router_keys, why, why_size) ||
        !database_fit(o, why, why_size))
        return false;
    atomic_store(&o->store_up, true);
    o->hub = hub_open(known_key, o, why, why_size);
    return o->hub != NULL;
}

void front_close(struct office *o)
{
    hub_close(o->hub);
    publication_free(o->publication);
    keyring_free(o->personal);
}

static void told(void *ctx, const struct migration *m)
{
    (void)ctx;
    printf("migrate: %04d %s applied\n", m->number, m->name);
}

int front_migrate(const char *config_dir)
{
    struct office o = {0};
    struct arena *a = arena_new(0);
    struct db *db = NULL;
    char why[512] = "";
    int made = 0;
    bool ok = a && front_settings(&o, a, config_dir) && db_open(o.settings.conninfo, "migrate", &db, why, sizeof(why)) == DB_OK &&
              schema_migrate(db, told, NULL, why, sizeof(why)) == DB_OK;
    if (ok && schema_partitions(db, clock_now_ms(), 4, &made) != DB_OK) {
        snprintf(why, sizeof(why), "%s", db_error(db));
        ok = false;
    }
    if (ok)
        printf("migrate: the schema is current; %d partitions made\n", made);
    else if (why[0])
        fprintf(stderr, "referrald migrate: %s\n", why);
    db_close(db);
    arena_free(a);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
