/*
 * courier_delivery.c - offers fetched for sessions and made into Assignments
 */
#include "base/clock.h"
#include "base/log.h"
#include "core/calendar.h"
#include "store/bind.h"
#include "role/dispatch/courier.h"
#include "wire/clocks.h"
#include "wire/record.h"
#include "wire/reply.h"

enum {
    SESSIONS_A_TURN = 64,
    OFFERS_AT_ONCE = 16,
};

/* One round of deliveries: everybody is measured by the same view. */
struct round {
    struct courier *c;
    struct db *db;
    struct arena *arena;
    struct snapshot *snapshot;
    struct id *live;
    int n_live;
};

/* -- the message -- */

int courier_supplements(struct arena *a, const struct keyring *personal, struct id referral,
                        const struct kept_supplements *kept, struct str **out)
{
    char bound[BIND_LONG_SIZE];
    int n = 0;
    *out = ARENA_ARRAY(a, (size_t)kept->n + 1, struct str);
    for (int i = 0; *out && i < kept->n; i++) {
        struct str opened = unseal(personal, a, kept->sealed[i], bind_supplement(bound, referral, kept->refs[i]));
        if (opened.p)
            (*out)[n++] = opened;
    }
    return n;
}

/* Counted as if it were accepted now. */
static int64_t finish_by(struct arena *a, const struct snapshot *s, const struct delivery *d, int64_t now_ms)
{
    struct clocks clocks = {0};
    struct time_limit t = {.started_ms = now_ms, .budget = {d->finish_count, (enum duration_unit)d->finish_unit}};
    if (d->finish_count <= 0)
        return 0;
    if (d->mode > 0 && d->mode < MODE_LIMIT)
        t.roll = s->rules->policies.modes[d->mode].roll;
    if (clocks_decode(a, d->clocks, &clocks))
        t.latest = clocks.latest;
    return timelimit_end(&s->rules->calendar, &t).ms;
}

static struct str organisation_name(const struct snapshot *s, struct str id)
{
    int i = str_empty(id) ? -1 : roster_find(&s->rules->roster, id);
    return i < 0 ? STR("") : s->rules->roster.items[i].name;
}

/* Joint mediation: the lead is told of the partner, and the partner of the lead. */
static void name_other(struct assignment_message *m, const struct snapshot *s, const struct delivery *d, const struct record *record)
{
    if (d->role == ROLE_PARTNER) {
        m->lead_id = record->organisation;
        m->lead_name = organisation_name(s, record->organisation);
    } else {
        m->partner_id = record->partner;
        m->partner_name = organisation_name(s, record->partner);
    }
}

struct str courier_frame(struct arena *a, const struct keyring *personal, const struct snapshot *s,
                         const struct delivery *d, int64_t now_ms)
{
    char bound[BIND_SIZE];
    struct record record = {.category = d->category};
    struct str plain = unseal(personal, a, d->sealed, bind_referral(bound, d->referral));
    struct str *supplements = NULL;
    int agency = peers_by_id(s->peers, d->agency);
    struct assignment_message m = {
        .assignment = d->assignment,
        .referral = d->referral,
        .term = (uint32_t)d->term,
        .organisation_id = d->organisation,
        .agency_id = d->agency,
        .agency_name = agency < 0 ? d->agency : s->peers->items[agency].name,
        .referral_bytes = plain,
        .respond_by_ms = d->respond_by_ms,
        .finish_by_ms = finish_by(a, s, d, now_ms),
    };
    if (!plain.p)
        return (struct str){0};
    if (!record_decode(a, d->record, &record))
        record = (struct record){.category = d->category};
    m.category = record.category;
    name_other(&m, s, d, &record);
    m.tags = record.tags;
    m.n_tags = record.n_tags;
    m.n_supplements = courier_supplements(a, personal, d->referral, &d->supplements, &supplements);
    m.supplements = supplements;
    return reply_assignment(a, &m);
}

/* -- to dispatch -- */

/* Posted, or not to be sent at all. False when memory is out. */
static bool hand_over(struct round *r, struct session *s, const struct delivery *d)
{
    char referral[ID_TEXT_SIZE], assignment[ID_TEXT_SIZE];
    struct letter *l = letter_new(LETTER_OFFER, s->id);
    if (!l)
        return false;
    l->frame = courier_frame(l->arena, r->c->office->personal, r->snapshot, d, clock_now_ms());
    if (!l->frame.p) {
        log_event(LOG_ERROR, "referral.unreadable",
                  "a sealed referral does not open: its key is missing, or the row was tampered with",
                  LOG_FIELDS(LOG_Z("referral", id_text(d->referral, referral)),
                             LOG_Z("assignment", id_text(d->assignment, assignment)),
                             LOG_S("organisation", d->organisation)));
        letter_free(l);
        return true;
    }
    l->assignment = d->assignment;
    l->referral = d->referral;
    l->term = d->term;
    l->respond_by_ms = d->respond_by_ms;
    l->organisation = arena_str(l->arena, d->organisation);
    if (!offers_put(&s->offers, d->assignment, d->respond_by_ms)) {
        letter_free(l);
        return false;
    }
    return courier_post(r->c, l);
}

/* -- from PostgreSQL -- */

/* Which organisations the session serves by what is published now. NULL: its key is no longer good. */
static const struct str *served(struct round *r, const struct session *s, int *n)
{
    const struct peers *peers = r->snapshot->peers;
    int peer = peers_by_key(peers, s->key);
    struct str *some;
    *n = 0;
    if (peer < 0 || !str_eq(peers->items[peer].id, s->receiver))
        return NULL;
    if (s->everything) {
        static const struct str none;
        *n = peers->items[peer].n_serves;
        return *n ? peers->items[peer].serves : &none;
    }
    some = ARENA_ARRAY(r->arena, (size_t)s->n_organisations + 1, struct str);
    for (int i = 0; some && i < s->n_organisations; i++)
        if (peer_serves(&peers->items[peer], s->organisations[i]))
            some[(*n)++] = s->organisations[i];
    return some;
}

static void give_up(struct round *r, struct session *s, const char *reason)
{
    (void)link_ok(&r->c->link, session_close(r->db, id_city(s->id), s->id), "session_close");
    courier_lose(r->c, s, reason);
}

/* False when the connection is lost. */
static bool fetch(struct round *r, struct session *s)
{
    struct delivery *deliveries;
    int n, n_taken = 0, room = offers_room(&s->offers), limit = room < OFFERS_AT_ONCE ? room : OFFERS_AT_ONCE;
    const struct str *organisations = served(r, s, &n);
    enum db_result result;
    bool ok = true;
    s->look = false;
    if (!organisations) {
        give_up(r, s, "its key is no longer on the list");
        return r->c->link.db != NULL;
    }
    if (n == 0 || limit <= 0)
        return true;
    result = delivery_take(r->db, r->arena, &(struct taker){s->id, s->receiver}, organisations, n, r->live, r->n_live, limit,
                           &deliveries, &n_taken);
    s->doubt = result == DB_LOST;
    s->look = result == DB_AGAIN || (result == DB_OK && n_taken == limit);
    if (result == DB_AGAIN)
        return true;
    if (!link_ok(&r->c->link, result, "delivery_take"))
        return result != DB_LOST;
    for (int i = 0; i < n_taken && ok; i++)
        ok = hand_over(r, s, &deliveries[i]);
    if (!ok)
        give_up(r, s, "no memory to deliver its offers");
    return r->c->link.db != NULL;
}

static bool round_begin(struct round *r)
{
    r->arena = arena_new(0);
    r->snapshot = publication_get(r->c->office->publication);
    return r->arena && r->snapshot &&
           link_ok(&r->c->link, session_live(r->db, r->arena, clock_lease_ms(), &r->live, &r->n_live),
                   "session_live");
}

static bool waits(const struct session *s)
{
    return s->look && offers_room(&s->offers) > 0;
}

static struct session *next_waiting(struct courier *c, struct session *s)
{
    do
        s = session_next(c->sessions, s);
    while (s && !waits(s));
    return s;
}

bool courier_deliver(struct courier *c, struct db *db)
{
    struct round r = {.c = c, .db = db};
    struct session *s = next_waiting(c, NULL), *next;
    bool connected = s && round_begin(&r);
    for (int done = 0; s && connected && done < SESSIONS_A_TURN; s = next, done++) {
        next = next_waiting(c, s); /* first: `s` may end */
        connected = fetch(&r, s);
    }
    snapshot_unref(r.snapshot);
    arena_free(r.arena);
    return connected && next_waiting(c, NULL);
}
