/*
 * answers.h - what organisations answer: Accept, Decline, Progress, Conclude, FollowUp, checked
 */
#ifndef WIRE_ANSWERS_H
#define WIRE_ANSWERS_H

#include "wire/check.h"
#include "wire/request.h"

/* What reading a body needs beside it. */
struct reading {
    struct check c;
    struct arena *a;
    int32_t today;
    struct request *out;
};

/* `body` is the unpacked message of its kind. Faults are told; the arena says when it is past its budget. */
void answers_accept(struct reading *r, const void *body);
void answers_decline(struct reading *r, const void *body);
void answers_progress(struct reading *r, const void *body);
void answers_conclude(struct reading *r, const void *body);
void answers_follow_up(struct reading *r, const void *body);

#endif
