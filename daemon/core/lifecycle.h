/*
 * lifecycle.h - the states of a referral and what may follow what: one table
 *
 * docs/architecture.md shows it as a picture made from the same table.
 */
#ifndef CORE_LIFECYCLE_H
#define CORE_LIFECYCLE_H

#include "core/word.h"

/* What can happen to a referral that is on record. */
enum event {
    EVENT_ACCEPT = 1,   /* organisation */
    EVENT_DECLINE,      /* organisation */
    EVENT_LAPSE,        /* timer: respond-by has passed */
    EVENT_CONTACT,      /* organisation: progress without change of state */
    EVENT_SUSPEND,      /* organisation */
    EVENT_RESUME,       /* organisation */
    EVENT_EXTEND,       /* organisation */
    EVENT_OVERDUE,      /* timer: finish-by has passed */
    EVENT_CONCLUDE,     /* organisation */
    EVENT_FOLLOW_UP,    /* organisation, after conclusion with agreement */
    EVENT_SUPPLEMENT,   /* agency */
    EVENT_WITHDRAW,     /* agency */
    EVENT_ASSIGN,       /* operator, from the manual queue */
    EVENT_RETURN,       /* operator, from the manual queue */
    EVENT_REMIND,       /* timer: the manual queue's turn has come */
    EVENT_ERASE,        /* operator: personal data goes (个人信息保护法 第47条); only once it is closed */
    EVENT_REROUTE,      /* operator: the rules that decided it were wrong; those in force decide anew */
};
#define EVENT_LIMIT 18

/* What carrying it out means beside the new state. */
enum effect {
    EFFECT_NONE,
    EFFECT_REPLACE,  /* close the assignment, free the place, decide anew, without this organisation but for REROUTE */
    EFFECT_CLOSE,    /* close the assignment if there is one, free the place */
    EFFECT_OFFER,    /* offer to the organisation named by the operator */
};

/* What is due next in a state. DUE_NONE only in closed states. */
enum due { DUE_NONE, DUE_RESPOND, DUE_FINISH, DUE_ASSIGN, DUE_RESUME };
extern const struct word due_words[], event_words[];

struct transition {
    enum state from;
    enum event event;
    enum state to;       /* with EFFECT_REPLACE: OFFERED, or MANUAL or REFUSED as the new decision says */
    enum step_kind step; /* the journal entry it makes */
    enum effect effect;
    enum due due;        /* what is due afterwards (for the state `to`) */
};

extern const struct transition transitions[]; /* ends with from == 0 */

/* NULL when the state does not allow the event. */
const struct transition *lifecycle_next(enum state from, enum event event);
bool state_open(enum state s);      /* something is still due */
enum due state_due(enum state s);   /* what is due in it */

#endif
