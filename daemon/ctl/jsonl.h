/*
 * jsonl.h - referrals as people and scripts write them: one JSON object a line
 *
 * The keys are those of the table in referralctl(1). Words are the words of the rules ("court-pre-filing"),
 * a claim is in yuan, dates are YYYY-MM-DD. Everything wrong with a line is told at once, with file, line and
 * path; values are not repeated when they may be personal data.
 */
#ifndef CTL_JSONL_H
#define CTL_JSONL_H

#include "wire/client.h"

#include <stdio.h>

struct jsonl {
    struct arena *arena; /* of this line */
    FILE *err;           /* where faults are told */
    const char *file;    /* as shown in faults */
    unsigned line;
    int32_t today;          /* for days_ago and reply_in_days; a day of core/calendar.h */
    const char *ref_prefix; /* NULL: a line without agency_ref is wrong */
    int faults;             /* told so far, for this line */
};

/* True when `text` is a referral; it and its strings then live in x->arena. */
bool jsonl_read(struct jsonl *x, struct str text, struct client_referral *out);

#endif
