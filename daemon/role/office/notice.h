/*
 * notice.h - hints after a commit: something new for a receiver or a follower
 *
 * Only hints: courier and feedback look into the database anyway, every second.
 */
#ifndef ROLE_NOTICE_H
#define ROLE_NOTICE_H

#include "base/id.h"

enum notice_kind {
    NOTICE_OFFER = 1,   /* to the courier: `organisation` has a new offer */
    NOTICE_NEWS,        /* to the courier: of an assignment of `organisation` there is something to tell its receiver */
    NOTICE_ADVANCED,    /* to feedback: the journal of (city, agency) grew */
};

struct notice {
    enum notice_kind kind;
    int city;
    struct id assignment;
    char name[96];      /* organisation or agency id; NUL-terminated */
    char reason[16];    /* CANCELLED: "withdrawn", "lapsed", "reassigned" */
};

#define INBOX_COURIER "inbox.courier"
#define INBOX_FEEDBACK "inbox.feedback"

/* NULL when memory is out. Freed with free(). */
struct notice *notice_new(enum notice_kind kind, int city, struct str name);

#endif
