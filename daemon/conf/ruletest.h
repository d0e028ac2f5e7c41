/*
 * ruletest.h - the two halves of a test: what it is given, and what it expects
 */
#ifndef CONF_RULETEST_H
#define CONF_RULETEST_H

#include "conf/ruletests.h"

/* Into the test's referral, loads and declined. Everything that stays lies in `keep` or the lasting arena. */
bool given_read(struct reading *r, struct arena *keep, const struct node *v, struct rule_test *t);
extern const struct shape given_shape;

bool expected_read(struct reading *r, struct arena *keep, const struct node *v, struct test_expected *e);
extern const struct shape expected_shape;

#endif
