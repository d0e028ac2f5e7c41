/*
 * policy.h - what each channel's mode of referral lays down: the legal time limits
 *
 * From channels.yaml. Indexed by enum mode.
 */
#ifndef CORE_POLICY_H
#define CORE_POLICY_H

#include "core/calendar.h"
#include "core/word.h"

/* The ends that may mean something to the agency: the eight conclusions by their numbers, and these. */
enum end {
    END_REFUSED = 9, END_RETURNED, END_FAILED_ONCE, END_STOPPED, END_PERFORMED, END_BREACHED, END_CONFIRMATION_REFUSED,
    END_UNFOLLOWED
};
#define END_LIMIT 17

struct mode_policy {
    bool present;
    struct str name;
    struct duration respond_within; /* to accept or decline */
    struct duration finish_within;  /* from acceptance */
    struct duration contact_within; /* from acceptance, until the parties are reached; count 0: not asked for */
    struct duration follow_up_within; /* from an agreement, until it is told what became of it; count 0: not followed */
    int follow_up_reminders;        /* how often it is asked for again before the referral is closed without */
    struct duration second_within;  /* from a first failure, to mediate once more if the agency asks; count 0: no second time */
    struct duration overrun_after;  /* past the end, until it is taken from the organisation; count 0: never */
    uint64_t stops_for;             /* suspension reasons for which the time stands still, bits 1 << reason: no others are taken */
    uint64_t agreements;            /* agreement kinds there may be, bits 1 << kind */
    bool report_on_failure;         /* a conclusion without agreement needs its circumstances and reasons */
    enum agency_action ends[END_LIMIT]; /* what each end means to the agency; 0: not said */
    bool extends;                   /* the parties may agree on a later day */
    struct duration extend_at_most; /* past the end that the law gives; count 0: as they agree */
    int warn_share;                 /* hundredths of the time that are left when it is warned; 0: not at all */
    bool roll;                      /* a deadline on a day off moves to the next workday */
    struct str basis;               /* law and article; empty: a setting, not law */
};

struct policies {
    struct mode_policy modes[MODE_LIMIT];
    struct str channel_names[CHANNEL_COUNT];
    struct hours working; /* when an arrival counts as in working time; none given: workdays 09:00-17:00 */
};

/* The hours that count as working time. */
const struct hours *policy_working(const struct policies *p);

#endif
