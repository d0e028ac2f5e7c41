/*
 * publish.h - rule sets and peers put in force: from the directory, or a version that is kept
 *
 * Whatever fails leaves the set in force as it is; the findings say why.
 *
 * Threads: one at a time.
 */
#ifndef ROLE_PUBLISH_H
#define ROLE_PUBLISH_H

#include "role/office/office.h"
#include "role/office/standing.h"
#include "store/version.h"

struct publish_order {
    enum occasion occasion;
    struct str who, reason;
};
struct publish_outcome {
    enum standing standing; /* whose set is in force now */
    struct digest directory; /* the one that the directory holds */
    bool recorded;          /* as a new publication */
};
/*
 * A start or a reload: the directory's peers come into force, with the directory's rule set or the one published
 * last, as standing_of() says.
 */
bool office_publish(struct office *o, const struct publish_order *order, struct diag *diag, struct publish_outcome *out);

/* What an operator decides about a version. */
struct version_order {
    struct digest hash;
    enum publication_kind kind;
    struct str who, proposer, reason;
    const struct publication_row *base; /* not NULL: only while this is the newest publication */
};
/* Puts a kept version in force, with the directory's peers. *stale: another set was published meanwhile, nothing was done. */
bool office_put_back(struct office *o, const struct version_order *order, struct diag *diag, bool *stale);

/* What a reload would do now, for the status: nothing is parsed, nothing is changed. False when something cannot be read. */
struct standing_view {
    bool published;
    struct publication_row newest;
    bool readable; /* the directory */
    enum standing standing;
};
bool office_standing(struct office *o, struct db *db, struct arena *a, struct standing_view *out);

/*
 * Checks whole what would be published, and keeps it as a proposal: the directory's set, or with PUBLICATION_ROLLBACK the
 * kept version `hash`. *hash is the set proposed.
 */
bool office_propose(struct office *o, const struct version_order *order, struct diag *diag, struct digest *hash);

#endif
