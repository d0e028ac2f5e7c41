/*
 * posting.h - between the socket threads and the threads that may wait for PostgreSQL
 *
 * A desk request goes from intake to feedback (Follow, Ack, Query: reading). Exactly one posting comes back for it, even
 * if there is nothing to send, so that its room in intake's quota is free again; others come unasked. Both own their
 * arena.
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
    unsigned char key[32];     /* the CURVE key it came under */
    struct request request;
    size_t bytes;              /* what intake's quota counts for it */
};
void desk_request_free(struct desk_request *r);

struct posting {
    struct arena *arena;
    struct str routing_id;
    struct str frame;     /* empty: nothing to send */
    struct str agency;    /* of the request it answers */
    size_t request_bytes; /* what the quota counted for that request; 0: it answers none */
};
/* With an arena of its own. NULL when memory is out. */
struct posting *posting_new(size_t budget);
void posting_free(struct posting *p);

#define INBOX_FEEDBACK_DESK "inbox.feedback.desk" /* struct desk_request */
#define INBOX_INTAKE_OUT "inbox.intake.out"      /* postings */

#endif
