/*
 * case.h - one event on one referral: checked, carried out, journalled
 *
 * Inside a ledger's transaction, under the referral's lock. case_open() looks whether the event may happen and
 * what it needs; case_write() writes what it does, once any new place has been claimed.
 */
#ifndef ROLE_CASE_H
#define ROLE_CASE_H

#include "role/keeper/due.h"

struct case_file {
    struct work *work;
    struct id referral;
    struct str agency;
    struct assignment_row named;    /* the assignment an answer names */
    struct docket_row *docket;
    struct chain_head *head;
    enum event event;               /* what it is: the work's, but for a first failure and a partner's answer */
    const struct transition *transition; /* NULL: refused or a repeat; nothing to write */
    bool moves;                     /* needs a new place: placing is filled */
    struct placing placing;
    struct decision decision;       /* of the placing, or made by an operator's hand */
    struct referral facts;          /* of the placing */
    struct str why_manual;          /* not empty: it could not be decided anew, and waits for a person */
    struct clocks clocks;           /* of the docket; after case_write: as they are then */
    struct agenda agenda;           /* after case_write */
    enum due passed;                /* timer: whose time has come */
    struct str went_to;             /* after case_write: name of the organisation with a new offer, or empty */
    enum state state;               /* after case_write */
};

/* What its mode lays down. */
const struct mode_policy *case_policy(const struct case_file *c);
/* Whether the referral's own bytes are needed: it may be decided anew, or matters whether they are erased. */
bool case_needs_bytes(enum event e);
/* Whether it may be decided anew: then the rules are told the same of what came before as the last time. */
bool case_needs_record(enum event e);
/* Checks; faults go into the work. DB_OK also when the event is refused. */
enum db_result case_open(struct ledger *l, struct case_file *c) DB_CHECKED;
/* False when memory is out. */
bool case_write(struct ledger *l, struct case_file *c);
/* After commit: the log line. */
void case_tell(const struct case_file *c);

#endif
