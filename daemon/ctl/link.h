/*
 * link.h - one authenticated connection to an endpoint of the router, as an agency or a receiver has it
 */
#ifndef CTL_LINK_H
#define CTL_LINK_H

#include "ctl/command.h"
#include "transport/socket.h"
#include "wire/client.h"

struct link {
    struct hub *hub;
    struct socket *socket;
};

/* Keys and endpoint of the call. False, and told: the command line or a file is wrong. */
bool link_open(const struct call *c, struct link *out);
void link_close(struct link *l);

/* The keys of the call alone. */
bool link_keys(const struct call *c, unsigned char router[32], struct key_pair *own);

bool link_send(struct link *l, struct str message);
/* The next message within `wait_ms`; false when none came. What cannot be read is told and passed over. */
bool link_receive(struct link *l, struct arena *a, int64_t wait_ms, struct server_message *out);
/* "no answer ...", with the way to find out why. */
void link_tell_silence(const struct call *c, int64_t wait_s);
/* Faults on `out`, one a line: field, text, code. */
void link_print_faults(FILE *out, const struct faults *f, const char *indent);

#endif
