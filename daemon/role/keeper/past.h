/*
 * past.h - what came before the new referrals of a batch: earlier ones of the same parties, and linked cases
 *
 * Intake decides without it. The keeper, under its locks, looks it up for referrals whose rules ask (NEEDS_EARLIER),
 * and decides those anew for whom there is something to tell the rules. "Before" is the order of commit, and within a batch
 * the order in which they came: what depends on another one of the same batch is placed after it, in a later wave.
 */
#ifndef ROLE_PAST_H
#define ROLE_PAST_H

#include "role/keeper/ledger.h"
#include "wire/ties.h"

struct past_item { /* as far as it is read before the locks */
    const struct work_item *item;
    struct ties ties;
    int first_mark, n_marks; /* newest key first; none: its parties are not known */
    int first_link;          /* of those that name an agency_ref */
};

struct past_entry { /* one new referral */
    const struct past_item *past;
    struct placing *placing;
    struct referral told;    /* the referral, with what came before */
    int n;                   /* of its mark */
    struct past_entry *twin; /* the one before it in this batch with the same parties */
    int first_source, n_linked, n_sources;
    int same_organisation;   /* who has or had the newest of the same parties that anybody has; -1 */
    int wave;
};

struct past_source { /* one referral whose organisation may be worth knowing: linked ones, then those of the same parties */
    struct id referral;
    const struct past_entry *entry; /* it is in this batch; NULL: on record */
    struct str organisation;        /* on record */
};

struct past {
    struct ledger *l;
    struct past_item *items; /* those in order whose rules ask */
    struct mark_found *marks;
    struct link_found *links;
    size_t n_items, cap_items, n_marks, cap_marks, n_links, cap_links;
    struct past_entry *entries; /* of those the new ones */
    int n_entries;
    struct past_entry **marked; /* of those the ones with marks, by city, mark and order */
    int n_marked;
    struct past_source *sources; /* where organisations are known from */
    size_t n_sources, cap_sources;
};

/* Reads what ties the works' items, and has the batch look back in its batch_lock(). False when memory is out. */
bool past_gather(struct past *p, struct ledger *l, struct work **works, int n);
/* ledger_place() for new referrals, after batch_lock(), told what came before. `placings` are in the order of the items. */
enum db_result past_place(struct past *p, struct placing *placings, int n) DB_CHECKED;
/* The marks of the new referrals. False when memory is out. */
bool past_write(const struct past *p);

#endif
