/*
 * wording.h - conditions and targets in a few words, for reports and pictures
 *
 * With words and codes as they stand in the rules, or with Chinese names for people.
 */
#ifndef CONF_WORDING_H
#define CONF_WORDING_H

#include "core/ruleset.h"

struct wording {
    struct arena *a; /* all texts lie here; .p is NULL past its budget */
    const struct ruleset *rs;
    bool zh;
    int most; /* elements of a list that are told; 0: all */
    const char *between; /* parts of a target; NULL: a comma */
};

/* One condition that is no group: "category under labour", 类型属于 劳动争议. */
struct str wording_condition(const struct wording *w, const struct cond *c);
/* The value of one element: a place in the condition's list, or a bit of its set. */
struct str wording_member(const struct wording *w, const struct cond *c, int member);
/* An end of the condition's range, in the units that an operator writes. */
struct str wording_number(const struct wording *w, const struct cond *c, int64_t n);
/* Who is considered: "labour, city or province, speciality labour, nearest". */
struct str wording_target(const struct wording *w, const struct target *t);

#endif
