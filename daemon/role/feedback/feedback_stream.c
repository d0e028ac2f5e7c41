/* feedback_stream.c - journals sent to those who follow them */
#include "role/feedback/feedback.h"

#include "base/log.h"
#include "role/office/bind.h"
#include "store/reader.h"
#include "wire/reply.h"

enum {
    ENTRIES_AT_ONCE = 100,
    STREAM_BUDGET = 16 * 1024 * 1024,
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

/* One run of entries to one follower; it stays dirty while there is more. */
static void serve(struct feedback *f, struct follower *one)
{
    uint64_t room = one->acked + one->credit - one->sent;
    int limit = room < ENTRIES_AT_ONCE ? (int)room : ENTRIES_AT_ONCE;
    struct posting *p;
    struct journal_entry *read;
    struct digest previous;
    int n;
    one->dirty = false;
    if (limit == 0)
        return;
    p = posting_new(STREAM_BUDGET);
    if (!p)
        return;
    if (!link_ok(&f->link, journal_read(f->link.db, p->arena, one->city, str_from(one->agency), one->sent, limit, &read, &n, &previous),
                 "stream")) {
        one->dirty = true;
        posting_free(p);
        return;
    }
    if ((n == 0 && one->greeted) || !send_run(f, one, p, read, n, previous, n < limit)) {
        posting_free(p);
        return;
    }
    uint64_t last = n > 0 ? read[n - 1].seq : one->sent; /* what was read goes away with the posting */
    one->dirty = n == limit;
    if (!feedback_post(f, p))
        return;
    one->greeted = true;
    one->sent = last;
}

bool feedback_stream(struct feedback *f)
{
    bool more = false;
    for (size_t i = 0; i < f->followers.n; i++) {
        struct follower *one = &f->followers.items[i];
        if (one->dirty && link_db(&f->link))
            serve(f, one);
        more = more || (one->dirty && f->link.db);
    }
    return more;
}
