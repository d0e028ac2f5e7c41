/*
 * decision_log.h - one log line a decision that tells the story: who sent what kind from where, which rule, to whom, why
 */
#ifndef ROLE_DECISION_LOG_H
#define ROLE_DECISION_LOG_H

#include "base/id.h"
#include "core/decide.h"
#include "role/office/snapshot.h"

void decision_log(const struct snapshot *s, const struct peer *sender, struct id referral, const struct referral *r, const struct decision *d);

#endif
