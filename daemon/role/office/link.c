/* link.c - connect, lose, wait, connect again */
#include "role/office/link.h"

#include "base/clock.h"
#include "base/log.h"

#include <sodium.h>

enum { BACKOFF_FIRST_MS = 100, BACKOFF_LAST_MS = 5000 };

void link_init(struct link *l, struct office *o, const char *name)
{
    *l = (struct link){.office = o, .name = name, .keeper = -1, .wait_ms = BACKOFF_FIRST_MS};
}

/* Whether this keeper can commit now. The store is up when all of them can. */
static void tell(struct link *l, bool up)
{
    unsigned bit, down;
    if (l->keeper < 0)
        return;
    bit = 1u << l->keeper;
    down = up ? atomic_fetch_and(&l->office->keepers_down, ~bit) & ~bit : atomic_fetch_or(&l->office->keepers_down, bit) | bit;
    atomic_store(&l->office->store_up, down == 0);
}

void link_close(struct link *l)
{
    db_close(l->db);
    l->db = NULL;
}

static void put_off(struct link *l)
{
    int half = l->wait_ms / 2;
    l->next_try_ms = clock_mono_ms() + half + (int64_t)randombytes_uniform((uint32_t)half + 1);
    l->wait_ms = l->wait_ms * 2 > BACKOFF_LAST_MS ? BACKOFF_LAST_MS : l->wait_ms * 2;
}

int link_wait_ms(const struct link *l)
{
    int64_t left = l->next_try_ms - clock_mono_ms();
    return l->db || left < 0 ? 0 : (int)left;
}

struct db *link_db(struct link *l)
{
    char why[256];
    enum db_result r;
    if (l->db || link_wait_ms(l) > 0)
        return l->db;
    r = db_open(l->office->settings.conninfo, l->name, &l->db, why, sizeof(why));
    if (r == DB_OK)
        r = db_check_durable(l->db, why, sizeof(why));
    if (r == DB_OK) {
        log_event(LOG_INFO, "store.connected", "PostgreSQL is there", LOG_FIELDS(LOG_Z("role", l->name)));
        tell(l, true);
        l->wait_ms = BACKOFF_FIRST_MS;
        l->next_try_ms = 0;
        return l->db;
    }
    tell(l, false);
    db_close(l->db);
    l->db = NULL;
    log_event(LOG_ERROR, "store.unreachable", why, LOG_FIELDS(LOG_Z("role", l->name), LOG_I("retry_ms", l->wait_ms)));
    put_off(l);
    return NULL;
}

void link_lost(struct link *l)
{
    tell(l, false);
    metrics_add(&l->office->metrics, COUNT_STORE_LOST, 1);
    log_event(LOG_ERROR, "store.lost", "the connection to PostgreSQL is gone",
              LOG_FIELDS(LOG_Z("role", l->name), LOG_Z("error", l->db ? db_error(l->db) : "")));
    link_close(l);
}

bool link_ok(struct link *l, enum db_result r, const char *what)
{
    if (r == DB_OK)
        return true;
    if (r == DB_LOST)
        link_lost(l);
    else
        log_event(LOG_ERROR, "store.error", "PostgreSQL did not do what it was asked",
                  LOG_FIELDS(LOG_Z("role", l->name), LOG_Z("what", what), LOG_Z("error", db_error(l->db))));
    return false;
}

void link_look(struct link *l)
{
    if (l->db && !db_alive(l->db))
        link_lost(l);
    link_db(l);
}
