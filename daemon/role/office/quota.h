/*
 * quota.h - how much is in flight, in all and for each agency
 *
 * What is past a limit is answered BUSY, so that memory stays bounded and one agency cannot fill the queue that the
 * others need.
 *
 * Threads: one at a time.
 */
#ifndef ROLE_QUOTA_H
#define ROLE_QUOTA_H

#include "base/str.h"

#include <stdint.h>

struct quota;

/* Limits: referrals in all, for one agency, and bytes in all, of which one agency may hold an eighth. NULL when memory is out. */
struct quota *quota_new(int items, int items_per_agency, size_t bytes);
void quota_free(struct quota *q);
/* False when a limit would be passed or memory is out; then nothing is taken. */
bool quota_take(struct quota *q, struct str agency, int items, size_t bytes);
void quota_give(struct quota *q, struct str agency, int items, size_t bytes);
int quota_items(const struct quota *q);

#endif
