/*
 * policy.c - what holds where channels.yaml is silent
 */
#include "core/policy.h"

const struct hours *policy_working(const struct policies *p)
{
    static const struct opening office = {OPENING_WORKDAYS, 9 * 60, 17 * 60};
    static const struct hours usual = {&office, 1};
    return p->working.n ? &p->working : &usual;
}
