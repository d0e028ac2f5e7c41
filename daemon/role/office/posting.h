/*
 * posting.h - between the socket threads and the threads that may wait for PostgreSQL
 *
 * A desk request goes from intake to feedback (Follow, Ack, Query: reading); a posting comes back:
 * bytes to send to somebody. Both own their arena.
 */
#ifndef ROLE_POSTING_H
#define ROLE_POSTING_H

#include "role/office/snapshot.h"
#include "wire/request.h"

struct desk_request {
    struct arena *arena;
    struct snapshot *snapshot; /* a reference */
    int peer;                  /* index in snapshot->peers */
    struct str routing_id;
    struct request request;
};
void desk_request_free(struct desk_request *r);

struct posting {
    struct arena *arena;
    struct str routing_id;
    struct str frame;
};
/* With an arena of its own. NULL when memory is out. */
struct posting *posting_new(size_t budget);
void posting_free(struct posting *p);

#define INBOX_FEEDBACK_DESK "inbox.feedback.desk" /* struct desk_request */
#define INBOX_INTAKE_OUT "inbox.intake.out"      /* postings */
#define INBOX_DISPATCH_NOTICES "inbox.dispatch.notices" /* struct notice, NOTICE_CANCELLED */

#endif
