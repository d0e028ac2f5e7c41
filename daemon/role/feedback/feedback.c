/*
 * feedback.c - the thread that reads journals for agencies: Follow, Ack, Query
 *
 * Has its own connection, so that reading never holds up committing. What it has to say goes to intake as
 * postings. A follower's stream is its journal from a cursor: hints from keepers make it prompt, a look every second
 * makes it true also for what other daemons commit.
 */
#include "role/feedback/feedback.h"

#include "base/clock.h"
#include "base/log.h"
#include "role/office/notice.h"
#include "role/office/posting.h"

#include <stdio.h>
#include <stdlib.h>

enum { LOOK_EVERY_MS = 1000, REQUESTS_A_TURN = 64 };

bool feedback_post(struct feedback *f, struct posting *p)
{
    if (slot_post(f->intake, (void **)&p))
        return true;
    posting_free(p);
    return false;
}

/* A turn's worth: streams, beats and stopping have their turn too. */
static void take_requests(struct feedback *f)
{
    struct desk_request *r;
    for (int i = 0; i < REQUESTS_A_TURN && (r = inbox_take(f->desk)) != NULL; i++) {
        feedback_request(f, r);
        desk_request_free(r);
    }
}

static void take_notices(struct feedback *f)
{
    struct notice *n;
    while ((n = inbox_take(f->notices)) != NULL) {
        struct follower *one = followers_find(&f->followers, n->city, str_from(n->name));
        if (one)
            one->dirty = true;
        free(n);
    }
}

static void *feedback_main(void *arg)
{
    struct feedback *f = arg;
    void *inputs[] = {inbox_zmq(f->desk), inbox_zmq(f->notices)};
    bool ready[2], more = false;
    int64_t next_look = 0;
    f->intake = slot_open(f->office->hub, INBOX_INTAKE_OUT);
    while (f->intake && !atomic_load(&f->office->stopping)) {
        atomic_store(&f->office->beats[BEAT_FEEDBACK], clock_mono_ms());
        box_wait(inputs, 2, more ? 0 : 250, ready);
        take_requests(f);
        take_notices(f);
        if (clock_mono_ms() >= next_look) {
            feedback_look(f);
            next_look = clock_mono_ms() + LOOK_EVERY_MS;
        }
        more = feedback_stream(f);
        metrics_set(&f->office->metrics, GAUGE_FOLLOWERS, (int64_t)f->followers.n);
    }
    slot_close(f->intake);
    link_close(&f->link);
    return NULL;
}

struct feedback *feedback_open(struct office *o, char *why, size_t why_size)
{
    struct feedback *f = calloc(1, sizeof(*f));
    if (!f) {
        snprintf(why, why_size, "no memory");
        return NULL;
    }
    f->office = o;
    link_init(&f->link, o, "feedback");
    f->desk = inbox_open(o->hub, INBOX_FEEDBACK_DESK);
    f->notices = inbox_open(o->hub, INBOX_FEEDBACK);
    if (!f->desk || !f->notices) {
        snprintf(why, why_size, "cannot open the inboxes of feedback");
        feedback_close(f);
        return NULL;
    }
    return f;
}

bool feedback_start(struct feedback *f)
{
    f->started = pthread_create(&f->thread, NULL, feedback_main, f) == 0;
    if (f->started)
        pthread_setname_np(f->thread, "feedback");
    return f->started;
}

void feedback_close(struct feedback *f)
{
    struct desk_request *r;
    struct notice *n;
    if (!f)
        return;
    if (f->started)
        pthread_join(f->thread, NULL);
    if (f->desk)
        inbox_shut(f->desk);
    if (f->notices)
        inbox_shut(f->notices);
    while (f->desk && (r = inbox_take(f->desk)) != NULL)
        desk_request_free(r);
    while (f->notices && (n = inbox_take(f->notices)) != NULL)
        free(n);
    inbox_close(f->desk);
    inbox_close(f->notices);
    followers_free(&f->followers);
    free(f);
}
