/*
 * records.h - the referrals on record, read from PostgreSQL by referralctl itself
 *
 * For commands that walk many referrals and must not take the daemon's time. Connection and key file are those of
 * referrald.yaml in the directory of -c; who runs the command must be allowed to read both.
 */
#ifndef CTL_RECORDS_H
#define CTL_RECORDS_H

#include "base/seal.h"
#include "ctl/command.h"
#include "store/db.h"

struct records {
    struct db *db;
    struct keyring *keys; /* NULL unless asked for */
};

/* CTL_OK, or told on stderr: CTL_USAGE for a file, CTL_NO_ANSWER for PostgreSQL. `with_keys`: what is sealed is to be opened. */
int records_open(const struct call *c, bool with_keys, struct records *out);
void records_close(struct records *r); /* harmless on a zeroed one */

/* Tells that reading failed on the way. Returns the exit code. */
int records_failed(const struct records *r);

#endif
