/*
 * feedback.h - the inside of the feedback role: the thread (feedback.c), what it answers (feedback_request.c), the
 * streams (feedback_stream.c), who follows (follower.c)
 */
#ifndef ROLE_FEEDBACK_H
#define ROLE_FEEDBACK_H

#include "role/feedback/follower.h"
#include "role/office/link.h"
#include "role/office/posting.h"
#include "role/office/roles.h"
#include "transport/box.h"

#include <pthread.h>

struct feedback {
    struct office *office;
    struct link link;
    struct inbox *desk, *notices;
    struct slot *intake;
    struct followers followers;
    pthread_t thread;
    bool started;
};

/* Answers one request; the caller frees it. */
void feedback_request(struct feedback *f, const struct desk_request *r);
/* Looks which followed journals have grown. */
void feedback_look(struct feedback *f);
/* Sends a run of what is new to each follower that has credit; true when there is more to send at once. */
bool feedback_stream(struct feedback *f);
/* Takes the posting over. */
bool feedback_post(struct feedback *f, struct posting *p);

#endif
