/*
 * dossier.h - review: what a dossier reads beside the case itself, who opened it, samples and marks
 *
 * All of it is append-only. What people wrote is sealed by the caller, bound to its row (store/bind.h).
 */
#ifndef STORE_DOSSIER_H
#define STORE_DOSSIER_H

#include "store/reader.h"

struct supplement_read {
    struct str ref;
    uint64_t seq;      /* the journal entry that records it */
    struct str sealed; /* empty once erased */
};
/* In the order in which they came. */
enum db_result supplement_list(struct db *db, struct arena *a, struct id referral, struct supplement_read **out, int *n) DB_CHECKED;

/* Personal data shown to somebody. */
struct dossier_opening {
    struct id id, referral;
    int64_t at_ms;
    struct str who, sealed; /* why; empty once erased */
};
enum db_result opening_add(struct db *db, const struct dossier_opening *o) DB_CHECKED;
/* Of one referral, oldest first. */
enum db_result opening_list(struct db *db, struct arena *a, struct id referral, struct dossier_opening **out, int *n) DB_CHECKED;

/* -- samples -- */

/* Whose case an organisation has mediated to a conclusion. */
struct concluded_row {
    struct id id;
    int channel, conclusion;
    struct str place, organisation;
};
/*
 * Those of one city that arrived in [since, until), a page of at most `limit` after *after (zero: the first), which moves on. Fewer than
 * `limit`: the last page.
 */
enum db_result concluded_page(struct db *db, struct arena *a, int city, int64_t since_ms, int64_t until_ms, int limit, struct id *after,
                              struct concluded_row **out, int *n) DB_CHECKED;

struct sample_row {
    struct digest hash;
    int64_t at_ms;
    struct str who, period, seed;
    int by, size;
    int64_t population;
    int members; /* when read */
};
struct member_row {
    int n;
    struct id referral;
    struct str organisation, stratum;
    int64_t population; /* of the stratum */
};
/* Kept once: nothing happens when it is there. */
enum db_result sample_keep(struct db *db, const struct sample_row *s, const struct member_row *members, int n) DB_CHECKED;
/* Newest first. */
enum db_result sample_list(struct db *db, struct arena *a, int limit, struct sample_row **out, int *n) DB_CHECKED;
/* Samples whose hash lies between the two, up to `limit`: for prefixes. */
enum db_result sample_between(struct db *db, struct arena *a, struct digest low, struct digest high, int limit, struct sample_row **out,
                              int *n) DB_CHECKED;
enum db_result member_list(struct db *db, struct arena *a, struct digest sample, struct member_row **out, int *n) DB_CHECKED;
enum db_result member_find(struct db *db, struct digest sample, struct id referral, bool *found) DB_CHECKED;

/* -- marks -- */

struct review_mark {
    struct id id, referral;
    struct digest sample;
    int64_t at_ms;
    struct str who, findings, sealed; /* a note; empty: none, or erased */
    int score;
};
enum db_result mark_add(struct db *db, const struct review_mark *m) DB_CHECKED;
/* The newest of each referral of a sample. */
enum db_result mark_newest(struct db *db, struct arena *a, struct digest sample, const struct member_row *members, int n_members,
                           struct review_mark **out, int *n) DB_CHECKED;
/* All of one referral, in whatever sample, oldest first. */
enum db_result mark_list(struct db *db, struct arena *a, struct id referral, struct review_mark **out, int *n) DB_CHECKED;

#endif
