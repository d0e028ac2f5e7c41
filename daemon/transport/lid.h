/*
 * lid.h - whether a letter box takes letters, known to both its ends
 *
 * Private to transport/. libzmq tells a sender that its reader is gone a moment late, and drops what was sent
 * in between; a dropped pointer would be a leak. One lid a name, kept by the hub until it closes.
 *
 * Threads: any.
 */
#ifndef TRANSPORT_LID_H
#define TRANSPORT_LID_H

#include "transport/hub.h"

#include <pthread.h>

struct lid {
    char name[64];
    pthread_rwlock_t lock; /* held for reading while something is posted */
    bool open;
    struct lid *next;
};

/* The one of that name, made when there is none yet. NULL when memory is out. */
struct lid *hub_lid(struct hub *h, const char *name);

#endif
