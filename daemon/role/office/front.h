/*
 * front.h - what must be right before any role starts: settings, keys, database
 */
#ifndef ROLE_FRONT_H
#define ROLE_FRONT_H

#include "role/office/office.h"

/*
 * Fills the office but for the rule set. Configuration errors are printed on stderr; other reasons go to `why`. front_close() is
 * safe after a failure.
 */
bool front_open(struct office *o, struct arena *a, const char *config_dir, char *why, size_t why_size);
void front_close(struct office *o);

/* Settings alone, log set up. Errors are printed. */
bool front_settings(struct office *o, struct arena *a, const char *config_dir);

/* `referrald migrate`: brings the schema up, telling each step. Exit code. */
int front_migrate(const char *config_dir);

#endif
