/*
 * dossier.h - what only a dossier reads
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

#endif
