/*
 * chaincheck.h - a journal walked from its first entry to its head, every link recomputed
 *
 * What is checked for each entry: its number follows without a gap, SHA-256(previous || body) is its hash,
 * the body is a Step that names this agency and number and agrees with the columns beside it, and a note,
 * where it is still there and its key is at hand, is the one the body is bound to. At the end: the head's
 * number and hash.
 *
 * Threads: one at a time.
 */
#ifndef ROLE_CHAINCHECK_H
#define ROLE_CHAINCHECK_H

#include "base/seal.h"
#include "store/reader.h"

#include <stdatomic.h>

struct chain_check {
    int city;
    struct str agency;
    const struct keyring *keys; /* NULL: notes are not opened */
    /* so far */
    uint64_t seq; /* last entry that was right */
    struct digest hash;
    uint64_t notes, notes_closed; /* notes seen; those that could not be opened */
    uint64_t bad_seq;             /* 0: all is well */
    char fault[128];              /* what is wrong with bad_seq, never with content */
};

/* Takes the next entry; false when it breaks the chain (bad_seq and fault are set). */
bool chain_check_entry(struct chain_check *c, struct arena *a, const struct journal_entry *e);
/* After the last one: against the head. */
bool chain_check_head(struct chain_check *c, const struct chain_row *head);

/*
 * Walks one agency's journal up to `head` in windows of 1000. DB_OK: see c->bad_seq. *stop ends it early,
 * with c->seq below the head and bad_seq 0.
 */
enum db_result chain_check_walk(struct chain_check *c, struct db *db, const struct chain_row *head,
                                atomic_bool *stop) DB_CHECKED;

#endif
