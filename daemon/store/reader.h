/*
 * reader.h - what is read outside the keeper's transactions: journals, dockets, queues, rule sets
 *
 * Single statements, each its own snapshot. Results lie in the arena given.
 */
#ifndef STORE_READER_H
#define STORE_READER_H

#include "base/digest.h"
#include "base/id.h"
#include "store/batch.h"

struct journal_entry {
    uint64_t seq;
    int64_t at_ms;
    struct id referral;
    int kind;
    struct str body, note_sealed;
    struct digest hash;
};
/* Up to `limit` entries after `after`, oldest first; `previous` is the hash of entry `after` (zeros for 0). */
enum db_result journal_read(struct db *db, struct arena *a, int city, struct str agency, uint64_t after, int limit,
                            struct journal_entry **out, int *n, struct digest *previous) DB_CHECKED;
/* All entries of one referral. */
enum db_result journal_of_referral(struct db *db, struct arena *a, struct id referral, struct journal_entry **out, int *n) DB_CHECKED;

struct chain_row {
    int city;
    struct str agency;
    uint64_t seq, cursor;
    struct digest hash;
};
enum db_result chain_read(struct db *db, struct arena *a, int city, struct str agency, struct chain_row *out, bool *found) DB_CHECKED;
enum db_result chain_list(struct db *db, struct arena *a, struct chain_row **out, int *n) DB_CHECKED;
/*
 * Chains that any of these agencies has under another city than the one given for it: their `agency`, and the city where the
 * chain stands. The chain, and the agency's numbers with it, do not move from one city to another.
 */
enum db_result chain_elsewhere(struct db *db, struct arena *a, const struct str *ids, const int *cities, int n,
                               struct chain_row **out, int *n_out) DB_CHECKED;
/* Heads of these agencies only, for followers. `rows`: in city, agency; out the rest. */
enum db_result chain_poll(struct db *db, struct arena *a, struct chain_row *rows, int n) DB_CHECKED;
/* Never moves back, never past the end: *stored is what stands now; *ahead when `seq` is past the end. */
enum db_result cursor_store(struct db *db, int city, struct str agency, uint64_t seq, uint64_t *stored, bool *ahead) DB_CHECKED;

struct case_row { /* everything about one referral but its sealed bytes' content */
    bool found;
    struct docket_row docket;
    int64_t arrived_ms;
    int risk, parties, conclusion;
    struct str category, currency;
    bool has_claim;
    int64_t claim_minor;
    struct str sealed; /* empty once erased */
    struct digest content;
    struct str receipt;
};
enum db_result case_read(struct db *db, struct arena *a, struct id referral, struct case_row *out) DB_CHECKED;
/* By the agency's number. *found false when there is none. */
enum db_result case_find(struct db *db, struct arena *a, int city, struct str agency, struct str agency_ref, struct id *out,
                         bool *found) DB_CHECKED;
/* By the agency's number alone, whichever agency: up to `limit`. */
enum db_result case_search(struct db *db, struct arena *a, struct str agency_ref, int limit, struct id **out, int *n) DB_CHECKED;

struct decision_read { int n; int64_t at_ms; struct str record; };
enum db_result decision_list(struct db *db, struct arena *a, struct id referral, struct decision_read **out, int *n) DB_CHECKED;
enum db_result assignment_list(struct db *db, struct arena *a, struct id referral, struct assignment_row **out, int *n) DB_CHECKED;

struct queue_row { struct id referral; struct str agency, agency_ref, place, reason; int channel, mode, risk; int64_t since_ms, due_ms; };
/* The manual queue, oldest first; `place_prefix` limits by region code, empty: all. */
enum db_result queue_list(struct db *db, struct arena *a, struct str place_prefix, int limit, struct queue_row **out, int *n,
                          int64_t *total) DB_CHECKED;

/* How many wait in it. Counts an index: not for every turn. */
enum db_result queue_count(struct db *db, int64_t *out) DB_CHECKED;

struct state_count { int state; int64_t n; };
enum db_result docket_counts(struct db *db, struct arena *a, struct state_count **out, int *n) DB_CHECKED;

/* -- rule sets; store/version.h has who published them -- */
struct stored_file { struct str name, bytes; struct digest digest; };
enum db_result ruleset_fetch(struct db *db, struct arena *a, struct digest hash, struct stored_file **out, int *n, bool *found) DB_CHECKED;

#endif
