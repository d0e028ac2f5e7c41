/*
 * lifecycle.h - the states of a referral and what may follow what: one table
 *
 * docs/lifecycle.md and its pictures are made from this table (`referralctl lifecycle`).
 */
#ifndef CORE_LIFECYCLE_H
#define CORE_LIFECYCLE_H

#include "core/word.h"

/* What can happen to a referral that is on record. */
enum event {
    EVENT_ACCEPT = 1,
    EVENT_DECLINE,
    EVENT_LAPSE,        /* respond-by has passed (在线调解规则 第12条: another may be named) */
    EVENT_CONTACT,      /* progress without change of state: the parties are reached */
    EVENT_SUSPEND,
    EVENT_RESUME,
    EVENT_EXTEND,
    EVENT_OVERDUE,      /* what is due has passed, and whoever has it still has to do it */
    EVENT_CONCLUDE,
    EVENT_FOLLOW_UP,    /* performed, breached, judicial confirmation (人民调解法 第31条, 第33条) */
    EVENT_SUPPLEMENT,
    EVENT_WITHDRAW,
    EVENT_ASSIGN,       /* from the manual queue */
    EVENT_RETURN,       /* from the manual queue */
    EVENT_REMIND,       /* the manual queue's turn has come */
    EVENT_ERASE,        /* personal data goes (个人信息保护法 第47条); only once it is closed */
    EVENT_REROUTE,      /* the rules that decided it were wrong; those in force decide anew */
    EVENT_WARN,         /* most of the time is gone */
    EVENT_RECOUNT,      /* the working calendar has changed: the limits are counted anew */
    EVENT_UNFOLLOWED,   /* nobody has told what became of the agreement */
    EVENT_NOTE,         /* progress that is only told: a mediator named or recused, a partner asked for */
    EVENT_FAIL,         /* concluded without agreement for the first time, where a second time is foreseen (公安机关办理行政案件程序规定
                           第183条) */
    EVENT_SUSPECT,      /* the organisation suspects a sham: it stops and reports (民事诉讼法 第115条) */
    EVENT_PROCEED,      /* the agency lets it go on */
    EVENT_UNDECIDED,    /* the time for a second mediation has passed without the agency asking for it */
    EVENT_JOIN,         /* joint mediation: the partner takes part */
    EVENT_STAND_ASIDE,  /* or does not; the lead goes on alone */
    EVENT_OVERRUN,      /* so long past its end that it is taken from the organisation */
};
#define EVENT_LIMIT 29

/* Who may cause it: a bit set. */
enum actor { ACTOR_ORGANISATION = 1, ACTOR_AGENCY = 2, ACTOR_TIMER = 4, ACTOR_OPERATOR = 8 };
extern const struct word actor_words[];

/* What it has to bring: a bit set. Checked where it comes in (wire/, role/control/). */
enum need {
    NEED_REASON = 1,        /* from a closed list; text too where it is `other` */
    NEED_TEXT = 2,
    NEED_DAY = 4,
    NEED_CONCLUSION = 8,    /* one of the eight, with the items it requires */
    NEED_ORGANISATION = 16, /* open, with a free place */
};
extern const struct word need_words[];

/* What carrying it out means beside the new state. */
enum effect {
    EFFECT_NONE,
    EFFECT_REPLACE,  /* close the assignment, free the place, decide anew, without this organisation but for REROUTE */
    EFFECT_CLOSE,    /* close the assignment if there is one, free the place */
    EFFECT_OFFER,    /* offer to the organisation named by the operator */
};

/* What may be due. DUE_NONE only in closed states. */
enum due { DUE_NONE, DUE_RESPOND, DUE_FINISH, DUE_ASSIGN, DUE_RESUME, DUE_CONTACT, DUE_FOLLOW_UP, DUE_SECOND, DUE_DECIDE };
#define DUE_LIMIT 9
extern const struct word due_words[], event_words[];

/* What it does to the clocks (core/clocks.h). */
enum clock_act {
    CLOCK_KEEP,
    CLOCK_ENTER,    /* those of the new state start, all others end */
    CLOCK_REACHED,  /* the parties are reached: that clock ends */
    CLOCK_STOP,     /* the time limit stops; its review starts */
    CLOCK_GO,       /* it goes on */
    CLOCK_STRETCH,  /* to the day that was agreed */
    CLOCK_TOLD,     /* passed, and told: told again later */
    CLOCK_WARNED,
    CLOCK_AGAIN,    /* what is left of the time for a second mediation is the time to finish */
};

extern const struct word effect_words[], clock_act_words[]; /* EFFECT_NONE and CLOCK_KEEP have none */

struct transition {
    enum state from;
    enum event event;
    unsigned by;           /* actors */
    unsigned needs;
    enum state to;
    enum state or;         /* where it leads instead, when the rules or the channel say so; 0: nowhere else */
    enum step_kind step;   /* the journal entry it makes */
    enum effect effect;
    enum clock_act clocks;
};

extern const struct transition transitions[]; /* ends with from == 0 */

/* NULL when the state does not allow the event. */
const struct transition *lifecycle_next(enum state from, enum event event);
bool state_open(enum state s);      /* something is still due */
enum due state_due(enum state s);   /* what is due in it in the end */
/* What happens when it passes; 0 for DUE_NONE. */
enum event due_event(enum due d);

#endif
