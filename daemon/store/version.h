/*
 * version.h - published rule sets: kept by content, published by somebody, proposed to a second person
 *
 * What is kept is never changed. The newest publication is the one in force; all daemons over the database see the
 * same ones.
 */
#ifndef STORE_VERSION_H
#define STORE_VERSION_H

#include "store/reader.h"

enum publication_kind { PUBLICATION_DIRECTORY = 1, PUBLICATION_ROLLBACK, PUBLICATION_PROPOSED };

struct publication_row {
    int64_t at_ms;
    struct id daemon;
    struct digest hash;
    struct digest directory; /* the set that the configuration directory held then */
    int kind;
    struct str who, proposer, reason; /* proposer: the first of two, or empty */
    int rules, organisations;         /* 0: not counted */
    int64_t decisions;                /* of publication_log() alone: made by this set, whenever it was in force */
};

/* Keeps the set's files; nothing is published by it. */
enum db_result ruleset_keep(struct db *db, struct digest hash, const struct stored_file *files, int n, struct str who,
                            int64_t now_ms) DB_CHECKED;
/*
 * Keeps the set (n 0: it is kept already) and publishes it, in one transaction. `at_ms` is when; later where a newer publication is on record. With
 * `base`, only while that is still the newest; else *done is false.
 */
enum db_result ruleset_publish(struct db *db, const struct stored_file *files, int n, const struct publication_row *row,
                               const struct publication_row *base, bool *done) DB_CHECKED;

enum db_result publication_newest(struct db *db, struct arena *a, struct publication_row *out, bool *found) DB_CHECKED;
/* Newest first. */
enum db_result publication_log(struct db *db, struct arena *a, int limit, struct publication_row **out, int *n) DB_CHECKED;

#define VERSION_PREFIX_MIN 6
/* The least and the greatest hash that begin with these hexadecimal digits; false unless they are some, and enough. */
bool version_range(struct str prefix, struct digest *low, struct digest *high);
/* Kept sets whose hash lies between the two, up to `limit`: for prefixes. */
enum db_result ruleset_between(struct db *db, struct arena *a, struct digest low, struct digest high, int limit,
                               struct digest **out, int *n) DB_CHECKED;

struct ruleset_row {
    bool found;
    int64_t kept_ms;
    struct str who; /* kept it first */
    int publications;
    int64_t published_ms; /* last; 0: never */
};
enum db_result ruleset_read(struct db *db, struct arena *a, struct digest hash, struct ruleset_row *out) DB_CHECKED;

struct file_row {
    struct str name;
    struct digest digest;
    int64_t size;
};
enum db_result ruleset_files(struct db *db, struct arena *a, struct digest hash, struct file_row **out, int *n) DB_CHECKED;
enum db_result ruleset_file(struct db *db, struct arena *a, struct digest hash, struct str name, struct stored_file *out,
                            bool *found) DB_CHECKED;

/* An open referral whose newest decision was made by a set. */
struct affected_row {
    struct id referral;
    struct str agency, agency_ref, organisation, rule;
    int state, decisions;
    bool by_hand; /* an operator chose the organisation */
    struct str record; /* of the decision */
};
/* By city and id, after `after` (zero: from the beginning), up to `limit`. */
enum db_result affected_list(struct db *db, struct arena *a, struct digest hash, struct id after, int limit,
                             struct affected_row **out, int *n) DB_CHECKED;
enum db_result affected_count(struct db *db, struct arena *a, struct digest hash, int64_t *out) DB_CHECKED;

enum proposal_state { PROPOSAL_OPEN = 1, PROPOSAL_PUBLISHED, PROPOSAL_STALE };

struct proposal_row {
    int64_t at_ms;
    struct id daemon;
    struct digest hash;
    int kind; /* enum publication_kind: a rollback or a proposed set */
    struct str who, reason;
    enum proposal_state state; /* out */
};
/* Stands on the newest publication; *done is false when there is none yet. The set must be kept. */
enum db_result proposal_add(struct db *db, const struct proposal_row *row, bool *done) DB_CHECKED;
/* Newest first. */
enum db_result proposal_list(struct db *db, struct arena *a, int limit, struct proposal_row **out, int *n) DB_CHECKED;

#endif
