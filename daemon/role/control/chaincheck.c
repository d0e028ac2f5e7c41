/*
 * chaincheck.c - journals recomputed
 */
#include "role/control/chaincheck.h"

#include "store/bind.h"
#include "wire/journal.h"

#include <inttypes.h>
#include <stdio.h>

enum { WINDOW = 1000 };

static bool broken(struct chain_check *c, uint64_t seq, const char *fault)
{
    c->bad_seq = seq;
    snprintf(c->fault, sizeof(c->fault), "%s", fault);
    return false;
}

static const char *check_step(const struct chain_check *c, const struct journal_entry *e,
                              const struct step *s)
{
    if (!str_eq(s->agency, c->agency))
        return "the body names another agency";
    if (s->seq != e->seq)
        return "the body names another number";
    if ((int)s->kind != e->kind)
        return "the body's kind is not the column's";
    if (!id_eq(s->referral, e->referral))
        return "the body's referral is not the column's";
    if (s->at_ms != e->at_ms)
        return "the body's time is not the column's";
    return NULL;
}

/* An unopened note proves nothing either way: it is counted. */
static const char *check_note(struct chain_check *c, struct arena *a, const struct journal_entry *e,
                              const struct step *s)
{
    char bound[BIND_LONG_SIZE];
    if (str_empty(e->note_sealed))
        return NULL;
    c->notes++;
    if (!s->note)
        return "a note stands beside an entry that has none";
    struct str note = {NULL, 0};
    if (c->keys)
        note = unseal(c->keys, a, e->note_sealed, bind_note(bound, c->city, c->agency, e->seq));
    if (!note.p) {
        c->notes_closed++;
        return NULL;
    }
    return digest_eq(digest_of(note.p, note.n), *s->note) ? NULL
                                                          : "the note is not the one that was recorded";
}

bool chain_check_entry(struct chain_check *c, struct arena *a, const struct journal_entry *e)
{
    char text[96];
    struct step step;
    if (e->seq != c->seq + 1) {
        snprintf(text, sizeof(text), "missing: the next one on record is %" PRIu64, e->seq);
        return broken(c, c->seq + 1, text);
    }
    struct digest hash = digest_chain(c->hash, e->body.p, e->body.n);
    if (!digest_eq(hash, e->hash))
        return broken(c, e->seq,
                      "its hash is not SHA-256(previous hash, body): body, hash or predecessor was changed");
    if (!step_decode(a, e->body, &step))
        return broken(c, e->seq, "the body is not a step");
    const char *fault = check_step(c, e, &step);
    if (!fault)
        fault = check_note(c, a, e, &step);
    if (fault)
        return broken(c, e->seq, fault);
    c->seq = e->seq;
    c->hash = hash;
    return true;
}

bool chain_check_head(struct chain_check *c, const struct chain_row *head)
{
    char text[96];
    if (c->seq < head->seq) {
        snprintf(text, sizeof(text), "missing: the head says there are %" PRIu64, head->seq);
        return broken(c, c->seq + 1, text);
    }
    if (c->seq != head->seq || !digest_eq(c->hash, head->hash))
        return broken(c, head->seq, "the head does not have the hash of the last entry");
    return true;
}

/* One window; *more tells whether there may be another. */
static enum db_result walk_window(struct chain_check *c, struct db *db, const struct chain_row *head,
                                  bool *more)
{
    struct arena *a = arena_new(0);
    struct journal_entry *entries;
    struct digest previous;
    int n = 0;
    if (!a)
        return DB_AGAIN;
    uint64_t left = head->seq - c->seq;
    int limit = left < WINDOW ? (int)left : WINDOW;
    enum db_result r = journal_read(db, a, c->city, c->agency, c->seq, limit, &entries, &n, &previous);
    *more = r == DB_OK && n > 0;
    for (int i = 0; r == DB_OK && *more && i < n; i++)
        *more = chain_check_entry(c, a, &entries[i]);
    arena_free(a);
    return r;
}

enum db_result chain_check_walk(struct chain_check *c, struct db *db, const struct chain_row *head,
                                atomic_bool *stop)
{
    bool more = true;
    while (more && c->seq < head->seq) {
        if (atomic_load(stop))
            return DB_OK;
        enum db_result r = walk_window(c, db, head, &more);
        if (r != DB_OK)
            return r;
    }
    if (!c->bad_seq)
        chain_check_head(c, head);
    return DB_OK;
}
