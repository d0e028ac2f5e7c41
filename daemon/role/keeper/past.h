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

struct past_item;
struct past_entry;
struct past_source;

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
