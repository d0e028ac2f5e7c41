/*
 * office.h - what all roles share: settings, context, publication, health and counters
 *
 * Made once by referrald.c, before the threads; read-only afterwards but for atomics and the publication.
 */
#ifndef ROLE_OFFICE_H
#define ROLE_OFFICE_H

#include "base/id.h"
#include "base/seal.h"
#include "conf/settings.h"
#include "role/office/metrics.h"
#include "role/office/snapshot.h"
#include "transport/socket.h"

struct office {
    struct settings settings;
    const char *config_dir;
    struct hub *hub;
    struct key_pair router_keys;
    struct keyring *personal;
    struct publication *publication;
    struct id daemon;             /* this process */
    struct metrics metrics;
    atomic_bool store_up;         /* false: some keeper cannot commit; senders get BUSY */
    atomic_uint keepers_down;     /* a bit for each that cannot */
    atomic_bool draining;         /* SIGTERM: no new work */
    atomic_bool stopping;         /* every role leaves its loop */
    atomic_llong beats[16];       /* monotonic ms of each role's last turn; the watchdog looks */
};

enum beat { BEAT_INTAKE, BEAT_DISPATCH, BEAT_TIMER, BEAT_FEEDBACK, BEAT_COURIER, BEAT_KEEPER /* + i */ };

#endif
