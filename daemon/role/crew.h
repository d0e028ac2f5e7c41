/*
 * crew.h - the daemon put together: office, roles, and the order in which they start and stop
 */
#ifndef ROLE_CREW_H
#define ROLE_CREW_H

#include "role/office/roles.h"

struct crew;

/*
 * Reads the settings and keys, checks the database, publishes the configuration, opens the sockets, starts the
 * threads. NULL with everything that is wrong printed on stderr.
 */
struct crew *crew_start(const char *config_dir);
/* Reads the configuration again, on its own thread. */
void crew_reload(struct crew *c);
/* No new work from now on. */
void crew_drain(struct crew *c);
/* True when nothing is in flight any more. */
bool crew_idle(const struct crew *c);
void crew_stop(struct crew *c); /* NULL is accepted */

#endif
