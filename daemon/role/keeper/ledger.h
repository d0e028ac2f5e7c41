/*
 * ledger.h - a batch of works carried out in one transaction
 *
 * The keeper's inner part: everything between BEGIN and COMMIT. A batch is all submissions, all events, or
 * all warnings. Results are written into the works only as far as the transaction's outcome allows: the caller
 * gives them back after DB_OK, runs the same works again after DB_AGAIN or DB_LOST (they come out the same: the keys
 * in the database answer), and splits the batch after DB_REFUSED.
 *
 * Threads: one ledger a keeper.
 */
#ifndef ROLE_LEDGER_H
#define ROLE_LEDGER_H

#include "role/office/office.h"
#include "role/office/work.h"
#include "store/batch.h"

struct ledger {
    struct office *office;
    struct db *db;
    struct batch *batch;
    struct arena *arena;        /* the batch's */
    int64_t now_ms;
    struct chain_head *heads;   /* sorted by city, agency */
    int n_heads;
    /* What to tell others once it is committed. */
    struct notice **notices;
    size_t n_notices, cap_notices;
    int n_deferred;             /* works at the end of the array that another batch must take */
};

/* Runs `works` (all WORK_SUBMIT) in one transaction. */
enum db_result ledger_submit(struct ledger *l, struct work **works, int n) DB_CHECKED;
/*
 * Runs `works` (all WORK_EVENT). One event a referral: later ones are moved to the end of the array, in order, and counted
 * in n_deferred.
 */
enum db_result ledger_events(struct ledger *l, struct work **works, int n) DB_CHECKED;

/* Runs the first of `works` (all WORK_WARNING); the others are counted in n_deferred. */
enum db_result ledger_warnings(struct ledger *l, struct work **works, int n) DB_CHECKED;

/* -- shared by them -- */

/* Opens the transaction; the arena and clock of the ledger are valid after it. */
enum db_result ledger_begin(struct ledger *l) DB_CHECKED;
/* Ends it in any case. */
void ledger_end(struct ledger *l);
/* Sorts and makes unique heads collected in l->heads. */
void ledger_sort_heads(struct ledger *l);
struct chain_head *ledger_head(struct ledger *l, int city, struct str agency);

struct step;
/*
 * Appends one step to its agency's journal: numbers, chains and adds it; the step's agency, seq, at_ms and note are filled
 * here. `text` and `facts` are personal data and become a sealed note. False when memory is out.
 */
bool ledger_step(struct ledger *l, struct chain_head *head, struct step *s, struct str text, const struct str *facts, int n_facts);
/* Writes the heads that grew. */
bool ledger_write_heads(struct ledger *l);
/* Remembers a hint to be given after commit; `reason` may be NULL. Losing one is harmless. */
void ledger_notice(struct ledger *l, int kind, int city, struct str name, const struct id *assignment, const char *reason);

/* -- placing: who gets it, with a place that is really free -- */

struct placing {
    struct snapshot *snapshot;
    struct work_item *item;          /* NULL: not a new referral */
    const struct referral *referral; /* NULL: what it says could not be read */
    const int *excluded;
    int n_excluded;
    struct decision *decision; /* in: a first answer; out: one whose place is taken in this transaction */
    struct turn turn;          /* in: the one that the first answer took; out: that of the decision */
    bool own_turn;             /* taken in this transaction, and given back when it fails */
    struct str holder;         /* has it already, and keeps it where reroute_keeps(); empty: nobody */
    bool settled;
};
/* Whether its holder keeps it: then no place is claimed. */
bool ledger_kept(const struct placing *p);
/* Claims places, deciding anew wherever a place turns out to be gone, until each has one or nowhere to go. */
enum db_result ledger_place(struct ledger *l, struct placing *placings, int n) DB_CHECKED;
/* Decides anew, as the board and the batch know it; takes the new turn and gives up the old one. False when memory is out. */
bool ledger_decide_anew(struct ledger *l, struct placing *p, struct load_view load);
/* The transaction failed: its turns are given back. */
void ledger_unplace(struct placing *placings, int n);

struct new_assignment {
    struct id referral, assignment;
    struct str agency;
    struct snapshot *snapshot;
    const struct decision *decision;
};
/* Writes the offer that a placing made, to be answered by `respond_by_ms`. */
bool ledger_offer(struct ledger *l, const struct new_assignment *n, int64_t respond_by_ms);
/* Joint mediation: names the partner that the decision found, if any. */
void ledger_name_partner(struct step *s, const struct ruleset *rules, const struct decision *d);
/* Adds the decision as it is kept. False when memory is out. */
bool ledger_decision(struct ledger *l, struct id referral, int n, const struct placing *p, int64_t arrived_ms, struct str by);

#endif
