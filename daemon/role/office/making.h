/*
 * making.h - a rule set with its peers in the making: read, checked, kept, and then swapped in whole
 *
 * The steps of office_publish() and its sisters, in this order. Each says false with a finding; what is in force stays
 * in force until making_swap().
 *
 * Threads: one at a time.
 */
#ifndef ROLE_MAKING_H
#define ROLE_MAKING_H

#include "conf/load.h"
#include "role/office/office.h"
#include "store/version.h"

/* Each part is freed by making_fini() unless it was given on. */
struct making {
    struct office *office;
    struct diag *diag;
    struct arena *arena;
    struct db *db;
    struct source all, part; /* the directory, and its rule set part */
    struct digest directory; /* hash of that part */
    struct source kept;      /* files out of the database */
    const struct source *set; /* what `rules` was made of; NULL: of what is in force */
    const struct ruleset *rules;
    const struct peers *peers;
};

bool making_init(struct making *m, struct office *o, struct diag *diag);
void making_fini(struct making *m);
/* Gives rule set and peers up again, for another try. */
void making_undo(struct making *m);
/* `cause` NULL: memory ran out. */
void making_complain(struct making *m, const char *hint, const char *what, const char *cause);

/* Reads the files; nothing is parsed yet. */
bool making_read(struct making *m);
bool making_connect(struct making *m);
/* False, with a finding, when the store said no. */
bool making_ok(struct making *m, enum db_result r);
/* The rule set out of the directory, or a kept one by its hash; its tests run. */
bool making_of_directory(struct making *m);
bool making_of_kept(struct making *m, struct digest hash);
/* The directory's peers on that rule set, and that no agency has moved to another city. */
bool making_peers(struct making *m);
/* Keeps the files, and with `row` publishes the set: *done false when `base` is not the newest publication any more. */
bool making_keep(struct making *m, struct str who, const struct publication_row *row, const struct publication_row *base,
                 bool *done);
/* The roster's capacities into the database. */
bool making_capacities(struct making *m);
/* From here on it is in force on this daemon. */
bool making_swap(struct making *m);

#endif
