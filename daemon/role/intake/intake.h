/*
 * intake.h - the inside of the intake role: the thread (intake.c), what it does with requests (intake_request.c)
 * and with what comes back (intake_answer.c)
 */
#ifndef ROLE_INTAKE_H
#define ROLE_INTAKE_H

#include "role/office/quota.h"
#include "role/office/roles.h"
#include "role/office/work.h"
#include "transport/box.h"

#include <pthread.h>

struct intake {
    struct office *office;
    struct socket *socket;
    struct inbox *works, *postings;
    struct slot *keepers[KEEPERS_MAX], *feedback;
    struct quota *quota;
    pthread_t thread;
    bool started;
};

/* One message from an agency: it is answered, or it is on its way to a keeper or to feedback. Takes *a over. */
void intake_request(struct intake *in, struct arena **a, const struct received *message);
/* An admitted work that comes back: its room is free again, its sender is answered. */
void intake_back(struct intake *in, struct work *w);
/* Answers the sender, frees the work. */
void intake_answer(struct intake *in, struct work *w);
/* Counts what was decided as on the way to the database, or no longer. */
void intake_pending(struct snapshot *s, const struct work_item *item, int change);
/* What was decided in it has reached the database, or never will. */
void intake_arrived(const struct work *w);
/* Sends bytes; a receiver that is gone or full asks again by itself. False then. */
bool intake_send(struct intake *in, struct str routing_id, struct str frame);

/* What the quota counts for a work. */
int intake_items(const struct work *w);
size_t intake_bytes(const struct work *w);

#endif
