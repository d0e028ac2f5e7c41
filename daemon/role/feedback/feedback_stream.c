/* feedback_stream.c - journals sent to those who follow them */
#include "role/feedback/feedback.h"

#include "base/log.h"
#include "store/bind.h"
#include "store/reader.h"
#include "wire/reply.h"

enum {
    ENTRIES_AT_ONCE = 100,
    BYTES_AT_ONCE = 1024 * 1024, /* of bodies and notes; one entry goes out whatever its size */
};

void feedback_look(struct feedback *f)
{
    size_t n = f->followers.n;
    struct arena *a;
    struct chain_row *rows;
    if (n == 0 || !link_db(&f->link))
        return;
    a = arena_new(0);
    rows = a ? ARENA_ARRAY(a, n, struct chain_row) : NULL;
    if (!rows)
        goto out;
    for (size_t i = 0; i < n; i++) {
        rows[i].city = f->followers.items[i].city;
        rows[i].agency = str_from(f->followers.items[i].agency);
    }
    if (link_ok(&f->link, chain_poll(f->link.db, a, rows, (int)n), "look"))
        for (size_t i = 0; i < n; i++)
            if (rows[i].seq > f->followers.items[i].sent)
                f->followers.items[i].dirty = true;
out:
    arena_free(a);
}

/* The note opened; empty when there is none, or when it can't be opened any more. */
static struct str open_note(struct feedback *f, struct arena *a, const struct follower *one, const struct journal_entry *e)
{
    char bind[BIND_LONG_SIZE];
    struct str note = {0};
    if (!str_empty(e->note_sealed))
        note = unseal(f->office->personal, a, e->note_sealed, bind_note(bind, one->city, str_from(one->agency), e->seq));
    return note.p ? note : STR("");
}

static bool send_run(struct feedback *f, struct follower *one, struct posting *p, const struct journal_entry *read, int n,
                     struct digest previous, bool live)
{
    struct entry *entries = ARENA_ARRAY(p->arena, (size_t)n + 1, struct entry);
    if (!entries)
        return false;
    for (int i = 0; i < n; i++) {
        entries[i] = (struct entry){.seq = read[i].seq, .body = read[i].body, .previous = previous, .hash = read[i].hash};
        entries[i].note = open_note(f, p->arena, one, &read[i]);
        previous = read[i].hash;
    }
    p->routing_id = arena_bytes(p->arena, one->routing_id, one->routing_id_size);
    p->frame = reply_entries(p->arena, entries, n, live);
    return p->routing_id.p && p->frame.p;
}

/* How many of the entries read make one message. */
static int run_length(const struct journal_entry *read, int n)
{
    size_t bytes = 0;
    for (int i = 0; i < n; i++) {
        bytes += read[i].body.n + read[i].note_sealed.n;
        if (i > 0 && bytes > BYTES_AT_ONCE)
            return i;
    }
    return n;
}

/* Reads on from where the follower is and makes the message; how many entries it holds, -1 when it could not be read. */
static int make_run(struct feedback *f, struct follower *one, struct posting *p, int limit, uint64_t *last)
{
    struct journal_entry *read;
    struct digest previous;
    int n, run;
    if (!link_ok(&f->link, journal_read(f->link.db, p->arena, one->city, str_from(one->agency), one->sent, limit, &read, &n, &previous),
                 "stream"))
        return -1;
    run = run_length(read, n);
    if (run == 0 && one->greeted)
        return 0;
    if (!send_run(f, one, p, read, run, previous, run == n && n < limit))
        return -1;
    *last = run > 0 ? read[run - 1].seq : one->sent;
    one->dirty = run < n || n == limit;
    return run;
}

/* One run of entries to one follower; it stays dirty while there is more. */
static void serve(struct feedback *f, struct follower *one)
{
    uint64_t room = one->acked + one->credit - one->sent, last = one->sent;
    struct posting *p;
    int run;
    one->dirty = false;
    if (room == 0)
        return;
    p = posting_new(0);
    if (!p)
        return;
    run = make_run(f, one, p, room < ENTRIES_AT_ONCE ? (int)room : ENTRIES_AT_ONCE, &last);
    if (run < 0)
        one->dirty = true; /* and again, when PostgreSQL is there */
    if (run < 0 || p->frame.n == 0) {
        posting_free(p);
        return;
    }
    if (!feedback_post(f, p))
        return;
    one->greeted = true;
    one->sent = last;
}

/* Who followed under a key that is no longer the agency's gets nothing more. */
static bool still_entitled(struct feedback *f, const struct follower *one)
{
    struct snapshot *s = publication_get(f->office->publication);
    int peer = s ? peers_by_key(s->peers, one->key) : -1;
    bool ok = peer >= 0 && str_eqz(s->peers->items[peer].id, one->agency);
    snapshot_unref(s);
    if (!ok)
        log_event(LOG_WARNING, "peer.revoked", "a key that is no longer on the list followed a journal; the stream is ended",
                  LOG_FIELDS(LOG_Z("peer", one->agency)));
    return ok;
}

bool feedback_stream(struct feedback *f)
{
    bool more = false;
    for (size_t i = 0; i < f->followers.n;) {
        struct follower *one = &f->followers.items[i];
        if (one->dirty && !still_entitled(f, one)) {
            followers_drop(&f->followers, one);
            continue;
        }
        if (one->dirty && link_db(&f->link))
            serve(f, one);
        more = more || (one->dirty && f->link.db);
        i++;
    }
    return more;
}
