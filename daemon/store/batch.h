/*
 * batch.h - one transaction of the keeper: lock and read, claim places, write rows, commit
 *
 * The order is always the same, so that two keepers cannot deadlock for long: chain heads by (city, agency), then
 * dockets by (city, referral), then loads by (city, organisation). Rows are collected as binary arrays and written with one
 * `INSERT ... SELECT FROM unnest(...)` or `UPDATE ... FROM unnest(...)` a table, pipelined, COMMIT included.
 *
 *     batch_begin -> [batch_find_assignments] -> batch_lock -> [batch_claim]... -> batch_add_* -> batch_commit
 *
 * After anything but DB_OK the transaction is gone and the batch is only good for batch_free(). Strings
 * handed in are borrowed until batch_commit() returns; results lie in the batch's arena.
 */
#ifndef STORE_BATCH_H
#define STORE_BATCH_H

#include "base/digest.h"
#include "base/id.h"
#include "base/seal.h"
#include "store/db.h"

struct batch;

struct batch *batch_new(struct db *db); /* NULL when memory is out */
void batch_free(struct batch *b);       /* rolls back what is not committed; NULL is accepted */
struct arena *batch_arena(struct batch *b);
enum db_result batch_begin(struct batch *b) DB_CHECKED; /* queued; costs no round trip */

/* -- reading and locking -- */

struct chain_head { /* in: city, agency. out: the rest. A missing row is made. */
    int city;
    struct str agency;
    uint64_t seq;
    struct digest hash;
    bool grew; /* the caller's mark: something was appended in this batch */
};

struct submission_row { /* in: city, agency, agency_ref. out: found and the rest */
    int city;
    struct str agency, agency_ref;
    bool found;
    struct digest content;
    struct id referral;
    struct str receipt;
};

enum assignment_status { ASSIGNMENT_OFFERED = 1, ASSIGNMENT_ACCEPTED, ASSIGNMENT_DECLINED, ASSIGNMENT_LAPSED,
                         ASSIGNMENT_CANCELLED, ASSIGNMENT_CONCLUDED,
                         ASSIGNMENT_MOVED /* decided anew by other rules, before anybody answered */ };

enum assignment_role { ROLE_LEAD /* or alone */, ROLE_PARTNER };

/* One set of parties at one place's city. in: city, mark. out: its referrals on record. */
struct mark_found {
    int city;
    struct mark mark;
    int count;
    int last_n;      /* the highest number; 0: none */
    int64_t last_ms; /* arrival of the latest */
    const struct id *newest; /* those with the highest numbers, the highest first */
    int n_newest;
};
#define MARK_NEWEST 8

struct link_found { /* in: city, agency, agency_ref. out: found, referral */
    int city;
    struct str agency, agency_ref;
    bool found;
    struct id referral;
};

struct holder { /* in: referral. out: the organisation that has or had it; empty: nobody, or no such referral */
    struct id referral;
    struct str organisation;
};

struct assignment_row {
    struct id id; /* in */
    bool found;
    struct id referral;
    struct str agency, organisation;
    int org_city;
    int status;
    int term;
    int64_t respond_by_ms, finish_by_ms; /* finish_by 0: not accepted yet */
    int finish_count, finish_unit;
    bool answered;
    struct digest answer;
    enum assignment_role role;
};

struct docket_row {
    struct id referral; /* in; tells city and arrival */
    bool found;
    struct str agency, agency_ref;
    int state, channel, mode, due_kind;
    int64_t due_ms; /* 0: none */
    int64_t changed_ms; /* when it came into its state */
    struct str clocks;  /* empty: closed, or from before there were any */
    int64_t wake_ms;    /* 0: none */
    int wake;           /* event of core/lifecycle.h */
    struct id assignment; /* zero: none */
    struct str organisation, place, reason;
    int decisions;
    int conclusion; /* 0: none yet */
    /* The current assignment, when there is one. */
    struct assignment_row current;
    struct assignment_row partner; /* the newest in joint mediation, if there is any */
    /* When `want_named` was set (in): this one of its assignments, as it is under the lock. */
    struct id want_named;
    struct assignment_row named;
    /* Organisations that declined it or let it lapse: never asked again. */
    const struct str *former;
    int n_former;
    /* When `want_sealed` was set (in): the referral's bytes, sealed; empty once erased. */
    bool want_sealed;
    struct str sealed;
    /* When `want_record` was set (in): the newest decision's record. */
    bool want_record;
    struct str record;
};

/* Reads without locking: which referral and agency an assignment id belongs to. */
enum db_result batch_find_assignments(struct batch *b, struct assignment_row *rows, int n) DB_CHECKED;
/* Likewise for submissions by agency_ref. */
enum db_result batch_find_submissions(struct batch *b, struct submission_row *rows, int n) DB_CHECKED;
/* What came before is read in the next batch_lock()'s round trip, under its locks. */
void batch_look_back(struct batch *b, struct mark_found *marks, int n_marks, struct link_found *links, int n_links);
/* Without locking. Those not found stay empty. */
enum db_result batch_find_holders(struct batch *b, struct holder *rows, int n) DB_CHECKED;
/*
 * Locks the heads and the dockets (both sorted here, in place), then reads submissions as they are under the lock. One round trip.
 */
enum db_result batch_lock(struct batch *b, struct chain_head *heads, int n_heads, struct submission_row *subs, int n_subs,
                          struct docket_row *dockets, int n_dockets) DB_CHECKED;

struct claim { /* in: city, organisation, wanted (places to take). out: granted, open and capacity after it */
    int city;
    struct str organisation;
    int wanted;
    int granted;
    int open, capacity;
};
/*
 * Takes as many places as are free, up to `wanted`. Sorted here. granted 0 and capacity 0: no such row. The places are looked
 * at now and taken at commit, so that other keepers wait as short as can be: when somebody was faster, batch_commit() says
 * DB_AGAIN. Places that this batch gives back are free after commit.
 */
enum db_result batch_claim(struct batch *b, struct claim *claims, int n) DB_CHECKED;
/* A claimed place was given to a referral, with the turn of `at_ms`. Of several the latest is kept, and never an older one. */
void batch_give(struct batch *b, int city, struct str organisation, int64_t at_ms);

/* -- writing: false only when memory is out -- */

struct referral_row {
    struct id id;
    struct str agency, agency_ref, place, category, currency, sealed;
    int channel, mode, parties, risk;
    bool has_claim;
    int64_t claim_minor;
};
bool batch_add_submission(struct batch *b, const struct submission_row *row);
bool batch_add_referral(struct batch *b, const struct referral_row *row);

struct mark_row {
    int city; /* of the place */
    struct mark mark;
    int n; /* one more than the last: somebody else's at the same moment makes the commit say DB_AGAIN */
    struct id referral;
};
/* In order of city, mark and n, so that two batches wait for each other in one direction only. */
bool batch_add_mark(struct batch *b, const struct mark_row *row);

struct docket_write {
    struct id referral;
    struct str agency, agency_ref, place;
    int state, channel, mode, risk;
    int due_kind;     /* 0: none */
    int64_t due_ms;
    struct str clocks; /* empty: none */
    int64_t wake_ms;
    int wake;          /* 0: none */
    int64_t calendar;  /* its mark */
    struct id assignment;
    struct str organisation, reason;
    int decisions;
    int conclusion;
    int64_t changed_ms;
};
bool batch_add_docket(struct batch *b, const struct docket_write *row);    /* new */
bool batch_change_docket(struct batch *b, const struct docket_write *row); /* all but agency, agency_ref, place, channel, mode, risk */

struct decision_row {
    struct id referral;
    int n;
    int64_t at_ms;
    struct digest ruleset;
    struct str rule, record;
    int outcome;
};
bool batch_add_decision(struct batch *b, const struct decision_row *row);

struct assignment_write {
    struct id id, referral;
    struct str agency, organisation;
    int org_city;
    int64_t respond_by_ms, offered_ms;
    int finish_count, finish_unit;
    struct id session; /* zero: nobody has it yet; then term 0, else term 1 */
    enum assignment_role role;
};
bool batch_add_assignment(struct batch *b, const struct assignment_write *row);
struct assignment_change {
    struct id id;
    int status;
    int64_t respond_by_ms, finish_by_ms; /* 0: unchanged */
    int64_t closed_ms;    /* 0: stays open */
    const struct digest *answer; /* NULL: unchanged */
    unsigned notices;     /* step kinds that its receiver is to hear of, a bit each: 1 << STEP_WARNED, ... */
};
bool batch_change_assignment(struct batch *b, const struct assignment_change *row);
/* Gives one place back. */
bool batch_release(struct batch *b, int city, struct str organisation);

struct journal_row {
    int city;
    struct str agency;
    uint64_t seq;
    int64_t at_ms;
    struct id referral;
    int kind;
    struct str body;
    struct digest hash;
    struct str note_sealed; /* empty: none */
};
bool batch_add_journal(struct batch *b, const struct journal_row *row);
/* The head's new end; once for each chain that grew. */
bool batch_set_head(struct batch *b, const struct chain_head *head);

struct supplement_row {
    struct id referral;
    struct str supplement_ref, sealed;
    struct digest content;
    uint64_t seq;
    bool found;
    int in_all;
};
bool batch_add_supplement(struct batch *b, const struct supplement_row *row);
/*
 * In: referral, supplement_ref. Out: found, content and seq of that one, and how many the referral has in all. Under the dockets'
 * locks.
 */
enum db_result batch_find_supplements(struct batch *b, struct supplement_row *rows, int n) DB_CHECKED;

struct quarantine_row {
    struct id id;
    struct str agency, reason, sealed;
    struct digest content;
    int64_t at_ms;
};
bool batch_add_quarantine(struct batch *b, const struct quarantine_row *row);
/* The sealed bytes of a referral, its notes and its supplements go for good. */
bool batch_erase(struct batch *b, struct id referral);

/*
 * Sends everything and COMMIT in one pipeline. DB_OK: durable. DB_LOST: unknown; replay the work, the keys answer. A synchronous
 * standby's cancelled wait (a WARNING) counts as DB_LOST.
 */
enum db_result batch_commit(struct batch *b) DB_CHECKED;
/* The loads that the releases and claims of this batch left (`granted`: taken by it), for the in-memory view; after commit. */
const struct claim *batch_loads(const struct batch *b, int *n);

#endif
