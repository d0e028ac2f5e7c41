/*
 * dossier.h - inside `dossier`: what was read of one referral, and the parts that make sheets of it
 *
 * Nothing personal is put into a sheet unless `opened`: then it stands in an append-only table who has seen it, and why.
 */
#ifndef ROLE_DOSSIER_H
#define ROLE_DOSSIER_H

#include "role/control/case_find.h"
#include "role/control/chaincheck.h"
#include "wire/journal.h"
#include "wire/persons.h"

struct dossier {
    struct clerk *clerk;
    struct job *job;
    struct id id;
    struct case_row row;
    struct snapshot *now;          /* for names; NULL: nothing published */
    bool opened, erased;
    bool readable;                 /* `persons` is valid */
    struct persons persons;
    struct str bytes;              /* the referral; empty: erased, or no key */
    struct journal_entry *entries; /* of this referral */
    struct step *steps;            /* the same, read; kind 0: cannot be */
    struct digest *before;         /* the hash before each */
    int n;
    struct assignment_row *offers; /* in the order in which they were made */
    int n_offers;
    struct chain_row head;
    struct chain_check check;
};

/* Reads the journal and recomputes the agency's chain; false with the reason as the answer. */
bool dossier_read_journal(struct dossier *d);
/*
 * --open: whether the operator may, and on record that they did. Nothing is opened without it. False with the reason as the answer.
 */
bool dossier_open(struct dossier *d);
/* The name of an organisation of now; empty when it is on no roster. */
struct str dossier_organisation(const struct dossier *d, struct str id);
/* What stands where something may not be shown. */
#define DOSSIER_MASK STR("●●●")
/* `text` when it may be shown; a mask for it; empty when there is none. */
struct str dossier_shown(const struct dossier *d, struct str text);

/* -- sheets; those that return bool ask the database, and leave the reason as the answer -- */
void dossier_facts(struct dossier *d);
void dossier_parties(struct dossier *d);
bool dossier_texts(struct dossier *d);
bool dossier_decisions(struct dossier *d);
bool dossier_assignments(struct dossier *d);
void dossier_deadlines(struct dossier *d);
void dossier_outcome(struct dossier *d);
void dossier_steps(struct dossier *d);
void dossier_proof(struct dossier *d);
bool dossier_reviews(struct dossier *d);
bool dossier_openings(struct dossier *d);

#endif
