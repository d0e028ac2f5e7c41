/*
 * standing.h - which rule set an occasion puts in force: the directory's, or the one published last
 *
 * The configuration directory is where rules are edited, and the newest publication is what somebody decided. They differ
 * after a rollback, after an approval, or because the directory was edited since. A start decides nothing; a reload does,
 * unless two people have to.
 *
 * Pure. Threads: any.
 */
#ifndef ROLE_STANDING_H
#define ROLE_STANDING_H

#include "base/digest.h"

enum occasion { OCCASION_START = 1, OCCASION_RELOAD, OCCASION_SIGNAL };

enum standing {
    STANDING_FIRST = 1, /* nothing has ever been published: the directory's set is */
    STANDING_SAME,      /* the directory holds what is published */
    STANDING_CHANGED,   /* the directory's set is published */
    STANDING_PINNED,    /* the published one stays; the directory is as it was when that was put in its place */
    STANDING_AWAITS,    /* the published one stays; the directory was edited, and a reload would publish it */
    STANDING_UNAPPROVED /* the published one stays; the directory's needs a second person */
};

struct standing_facts {
    enum occasion occasion;
    bool approval;            /* publishing needs a second person */
    bool published;           /* something was: */
    struct digest hash;       /* the newest publication */
    struct digest beside;     /* what the directory held at that moment */
    struct digest directory;  /* what it holds now */
};

enum standing standing_of(const struct standing_facts *f);
/* Whether the set comes from the database, and not from the directory. */
bool standing_keeps(enum standing s);
/* Whether a publication is to be recorded: something is decided by it. */
bool standing_decides(const struct standing_facts *f, enum standing s);

#endif
