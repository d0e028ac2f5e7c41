/*
 * control.h - what other threads may ask of the control role
 */
#ifndef ROLE_CONTROL_H
#define ROLE_CONTROL_H

#include "role/office/roles.h"

/*
 * Asks for a reload (SIGHUP); returns at once. What came of it is in the log. Several requests before the
 * first is taken up are one. Threads: any; safe in a signal handler.
 */
void control_request_reload(struct control *c);

#endif
