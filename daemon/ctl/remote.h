/*
 * remote.h - one question to the daemon over its control socket
 */
#ifndef CTL_REMOTE_H
#define CTL_REMOTE_H

#include "ctl/command.h"
#include "wire/control.h"

/*
 * Sends the words and waits for the sheets. CTL_OK: *out is the answer (which may hold an error). Otherwise
 * the exit code; what is wrong and what to do was told on stderr.
 */
int remote_ask(struct arena *a, const struct call *c, const struct str *words, int n, struct sheets *out);
/* Likewise with the call's own command, arguments and options. */
int remote_call(struct arena *a, const struct call *c, struct sheets *out);
/* Prints an answer in the form asked for; the exit code. */
int remote_print(const struct call *c, const struct sheets *s);

#endif
