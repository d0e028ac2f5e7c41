/*
 * lifecycle.c - the table of transitions
 */
#include "core/lifecycle.h"

#include <stddef.h>

const struct word due_words[] = {
    {DUE_RESPOND, "respond", "组织答复"},
    {DUE_FINISH, "finish", "调解终结"},
    {DUE_ASSIGN, "assign", "人工指派"},
    {DUE_RESUME, "resume", "恢复调解"},
    {DUE_CONTACT, "contact", "联系当事人"},
    {DUE_FOLLOW_UP, "follow-up", "回访履行"},
    {DUE_SECOND, "second", "再次调解"},
    {DUE_DECIDE, "decide", "来源机关处理"},
    {0},
};

const struct word event_words[] = {
    {EVENT_ACCEPT, "accept", "组织接受"},
    {EVENT_DECLINE, "decline", "组织不接受"},
    {EVENT_LAPSE, "lapse", "逾期未确认"},
    {EVENT_CONTACT, "contact", "调解进展"},
    {EVENT_SUSPEND, "suspend", "中止"},
    {EVENT_RESUME, "resume", "恢复"},
    {EVENT_EXTEND, "extend", "延长"},
    {EVENT_OVERDUE, "overdue", "超过期限"},
    {EVENT_CONCLUDE, "conclude", "终结"},
    {EVENT_FOLLOW_UP, "follow-up", "履行与司法确认"},
    {EVENT_SUPPLEMENT, "supplement", "补充材料"},
    {EVENT_WITHDRAW, "withdraw", "撤回"},
    {EVENT_ASSIGN, "assign", "人工指派"},
    {EVENT_RETURN, "return", "退回来源机关"},
    {EVENT_REMIND, "remind", "到期提醒"},
    {EVENT_ERASE, "erase", "删除个人信息"},
    {EVENT_REROUTE, "reroute", "按现行规则改派"},
    {EVENT_WARN, "warn", "临期提醒"},
    {EVENT_RECOUNT, "recount", "按新日历重算期限"},
    {EVENT_UNFOLLOWED, "unfollowed", "逾期未回访"},
    {EVENT_NOTE, "note", "调解情况"},
    {EVENT_FAIL, "fail", "一次调解不成"},
    {EVENT_SUSPECT, "suspect", "涉嫌虚假调解"},
    {EVENT_PROCEED, "proceed", "要求继续调解"},
    {EVENT_UNDECIDED, "undecided", "逾期未要求再次调解"},
    {EVENT_JOIN, "join", "协同组织参加"},
    {EVENT_STAND_ASIDE, "stand-aside", "协同组织不参加"},
    {EVENT_OVERRUN, "overrun", "逾期改派"},
    {0},
};

const struct word actor_words[] = {
    {ACTOR_ORGANISATION, "organisation", "调解组织"},
    {ACTOR_AGENCY, "agency", "来源机关"},
    {ACTOR_TIMER, "timer", "时钟"},
    {ACTOR_OPERATOR, "operator", "经办人"},
    {0},
};

const struct word need_words[] = {
    {NEED_REASON, "reason", "理由代码"},
    {NEED_TEXT, "text", "说明"},
    {NEED_DAY, "day", "日期"},
    {NEED_CONCLUSION, "conclusion", "终结事由及其必备事项"},
    {NEED_ORGANISATION, "organisation", "有空位的调解组织"},
    {0},
};

const struct word effect_words[] = {
    {EFFECT_REPLACE, "replace", "收回指派，重新分派"},
    {EFFECT_CLOSE, "close", "结束指派，腾出名额"},
    {EFFECT_OFFER, "offer", "指派给指定的组织"},
    {0},
};

const struct word clock_act_words[] = {
    {CLOCK_ENTER, "start", "新状态的期限开始"},
    {CLOCK_REACHED, "reached", "联系期限结束"},
    {CLOCK_STOP, "stop", "期限中止"},
    {CLOCK_GO, "go-on", "期限继续"},
    {CLOCK_STRETCH, "extend", "期限延长"},
    {CLOCK_TOLD, "told", "已告知逾期，之后再告知"},
    {CLOCK_WARNED, "warned", "已提醒"},
    {CLOCK_AGAIN, "again", "再次调解的余下期间为调解期限"},
    {0},
};

/* clang-format off */
#define ORG   ACTOR_ORGANISATION
#define AGY   ACTOR_AGENCY
#define TIMER ACTOR_TIMER
#define OPER  ACTOR_OPERATOR

const struct transition transitions[] = {
    {STATE_OFFERED,     EVENT_ACCEPT,      ORG,   0,                      STATE_ACCEPTED,    0,               STEP_ACCEPTED,     EFFECT_NONE,    CLOCK_ENTER},
    {STATE_OFFERED,     EVENT_DECLINE,     ORG,   NEED_REASON,            STATE_OFFERED,     STATE_MANUAL,    STEP_DECLINED,     EFFECT_REPLACE, CLOCK_ENTER},
    {STATE_OFFERED,     EVENT_LAPSE,       TIMER, 0,                      STATE_OFFERED,     STATE_MANUAL,    STEP_LAPSED,       EFFECT_REPLACE, CLOCK_ENTER},
    {STATE_OFFERED,     EVENT_WARN,        TIMER, 0,                      STATE_OFFERED,     0,               STEP_WARNED,       EFFECT_NONE,    CLOCK_WARNED},
    {STATE_OFFERED,     EVENT_RECOUNT,     TIMER, 0,                      STATE_OFFERED,     0,               STEP_RECOUNTED,    EFFECT_NONE,    CLOCK_KEEP},
    {STATE_OFFERED,     EVENT_JOIN,        ORG,   0,                      STATE_OFFERED,     0,               STEP_PROGRESS,     EFFECT_NONE,    CLOCK_KEEP},
    {STATE_OFFERED,     EVENT_STAND_ASIDE, ORG,   NEED_REASON,            STATE_OFFERED,     0,               STEP_PROGRESS,     EFFECT_NONE,    CLOCK_KEEP},
    {STATE_OFFERED,     EVENT_SUPPLEMENT,  AGY,   0,                      STATE_OFFERED,     0,               STEP_SUPPLEMENTED, EFFECT_NONE,    CLOCK_KEEP},
    {STATE_OFFERED,     EVENT_WITHDRAW,    AGY,   NEED_TEXT,              STATE_WITHDRAWN,   0,               STEP_WITHDRAWN,    EFFECT_CLOSE,   CLOCK_ENTER},
    {STATE_OFFERED,     EVENT_REROUTE,     OPER,  0,                      STATE_OFFERED,     STATE_MANUAL,    STEP_REROUTED,     EFFECT_REPLACE, CLOCK_ENTER},

    {STATE_ACCEPTED,    EVENT_CONTACT,     ORG,   0,                      STATE_ACCEPTED,    0,               STEP_PROGRESS,     EFFECT_NONE,    CLOCK_REACHED},
    {STATE_ACCEPTED,    EVENT_EXTEND,      ORG,   NEED_DAY,               STATE_ACCEPTED,    0,               STEP_PROGRESS,     EFFECT_NONE,    CLOCK_STRETCH},
    {STATE_ACCEPTED,    EVENT_SUSPEND,     ORG,   NEED_REASON,            STATE_SUSPENDED,   0,               STEP_PROGRESS,     EFFECT_NONE,    CLOCK_STOP},
    {STATE_ACCEPTED,    EVENT_WARN,        TIMER, 0,                      STATE_ACCEPTED,    0,               STEP_WARNED,       EFFECT_NONE,    CLOCK_WARNED},
    {STATE_ACCEPTED,    EVENT_OVERDUE,     TIMER, 0,                      STATE_ACCEPTED,    0,               STEP_OVERDUE,      EFFECT_NONE,    CLOCK_TOLD},
    {STATE_ACCEPTED,    EVENT_OVERRUN,     TIMER, 0,                      STATE_OFFERED,     STATE_MANUAL,    STEP_OVERRAN,      EFFECT_REPLACE, CLOCK_ENTER},
    {STATE_ACCEPTED,    EVENT_RECOUNT,     TIMER, 0,                      STATE_ACCEPTED,    0,               STEP_RECOUNTED,    EFFECT_NONE,    CLOCK_KEEP},
    {STATE_ACCEPTED,    EVENT_CONCLUDE,    ORG,   NEED_CONCLUSION,        STATE_CONCLUDED,   STATE_FOLLOWING, STEP_CONCLUDED,    EFFECT_CLOSE,   CLOCK_ENTER},
    {STATE_ACCEPTED,    EVENT_NOTE,        ORG,   0,                      STATE_ACCEPTED,    0,               STEP_PROGRESS,     EFFECT_NONE,    CLOCK_KEEP},
    {STATE_ACCEPTED,    EVENT_FAIL,        ORG,   NEED_CONCLUSION,        STATE_FAILED_ONCE, 0,               STEP_FAILED_ONCE,  EFFECT_NONE,    CLOCK_ENTER},
    {STATE_ACCEPTED,    EVENT_SUSPECT,     ORG,   NEED_TEXT,              STATE_STOPPED,     0,               STEP_STOPPED,      EFFECT_NONE,    CLOCK_STOP},
    {STATE_ACCEPTED,    EVENT_JOIN,        ORG,   0,                      STATE_ACCEPTED,    0,               STEP_PROGRESS,     EFFECT_NONE,    CLOCK_KEEP},
    {STATE_ACCEPTED,    EVENT_STAND_ASIDE, ORG,   NEED_REASON,            STATE_ACCEPTED,    0,               STEP_PROGRESS,     EFFECT_NONE,    CLOCK_KEEP},
    {STATE_ACCEPTED,    EVENT_SUPPLEMENT,  AGY,   0,                      STATE_ACCEPTED,    0,               STEP_SUPPLEMENTED, EFFECT_NONE,    CLOCK_KEEP},
    {STATE_ACCEPTED,    EVENT_WITHDRAW,    AGY,   NEED_TEXT,              STATE_WITHDRAWN,   0,               STEP_WITHDRAWN,    EFFECT_CLOSE,   CLOCK_ENTER},

    {STATE_SUSPENDED,   EVENT_RESUME,      ORG,   0,                      STATE_ACCEPTED,    0,               STEP_PROGRESS,     EFFECT_NONE,    CLOCK_GO},
    {STATE_SUSPENDED,   EVENT_OVERDUE,     TIMER, 0,                      STATE_SUSPENDED,   0,               STEP_OVERDUE,      EFFECT_NONE,    CLOCK_TOLD},
    {STATE_SUSPENDED,   EVENT_RECOUNT,     TIMER, 0,                      STATE_SUSPENDED,   0,               STEP_RECOUNTED,    EFFECT_NONE,    CLOCK_KEEP},
    {STATE_SUSPENDED,   EVENT_CONCLUDE,    ORG,   NEED_CONCLUSION,        STATE_CONCLUDED,   STATE_FOLLOWING, STEP_CONCLUDED,    EFFECT_CLOSE,   CLOCK_ENTER},
    {STATE_SUSPENDED,   EVENT_NOTE,        ORG,   0,                      STATE_SUSPENDED,   0,               STEP_PROGRESS,     EFFECT_NONE,    CLOCK_KEEP},
    {STATE_SUSPENDED,   EVENT_SUSPECT,     ORG,   NEED_TEXT,              STATE_STOPPED,     0,               STEP_STOPPED,      EFFECT_NONE,    CLOCK_STOP},
    {STATE_SUSPENDED,   EVENT_JOIN,        ORG,   0,                      STATE_SUSPENDED,   0,               STEP_PROGRESS,     EFFECT_NONE,    CLOCK_KEEP},
    {STATE_SUSPENDED,   EVENT_STAND_ASIDE, ORG,   NEED_REASON,            STATE_SUSPENDED,   0,               STEP_PROGRESS,     EFFECT_NONE,    CLOCK_KEEP},
    {STATE_SUSPENDED,   EVENT_SUPPLEMENT,  AGY,   0,                      STATE_SUSPENDED,   0,               STEP_SUPPLEMENTED, EFFECT_NONE,    CLOCK_KEEP},
    {STATE_SUSPENDED,   EVENT_WITHDRAW,    AGY,   NEED_TEXT,              STATE_WITHDRAWN,   0,               STEP_WITHDRAWN,    EFFECT_CLOSE,   CLOCK_ENTER},

    {STATE_FAILED_ONCE, EVENT_PROCEED,     AGY,   0,                      STATE_ACCEPTED,    0,               STEP_PROCEEDED,    EFFECT_NONE,    CLOCK_AGAIN},
    {STATE_FAILED_ONCE, EVENT_CONCLUDE,    ORG,   NEED_CONCLUSION,        STATE_CONCLUDED,   STATE_FOLLOWING, STEP_CONCLUDED,    EFFECT_CLOSE,   CLOCK_ENTER},
    {STATE_FAILED_ONCE, EVENT_UNDECIDED,   TIMER, 0,                      STATE_CONCLUDED,   0,               STEP_CONCLUDED,    EFFECT_CLOSE,   CLOCK_ENTER},
    {STATE_FAILED_ONCE, EVENT_RECOUNT,     TIMER, 0,                      STATE_FAILED_ONCE, 0,               STEP_RECOUNTED,    EFFECT_NONE,    CLOCK_KEEP},
    {STATE_FAILED_ONCE, EVENT_SUPPLEMENT,  AGY,   0,                      STATE_FAILED_ONCE, 0,               STEP_SUPPLEMENTED, EFFECT_NONE,    CLOCK_KEEP},
    {STATE_FAILED_ONCE, EVENT_WITHDRAW,    AGY,   NEED_TEXT,              STATE_WITHDRAWN,   0,               STEP_WITHDRAWN,    EFFECT_CLOSE,   CLOCK_ENTER},

    {STATE_STOPPED,     EVENT_PROCEED,     AGY,   0,                      STATE_ACCEPTED,    0,               STEP_PROCEEDED,    EFFECT_NONE,    CLOCK_GO},
    {STATE_STOPPED,     EVENT_OVERDUE,     TIMER, 0,                      STATE_STOPPED,     0,               STEP_OVERDUE,      EFFECT_NONE,    CLOCK_TOLD},
    {STATE_STOPPED,     EVENT_RECOUNT,     TIMER, 0,                      STATE_STOPPED,     0,               STEP_RECOUNTED,    EFFECT_NONE,    CLOCK_KEEP},
    {STATE_STOPPED,     EVENT_SUPPLEMENT,  AGY,   0,                      STATE_STOPPED,     0,               STEP_SUPPLEMENTED, EFFECT_NONE,    CLOCK_KEEP},
    {STATE_STOPPED,     EVENT_WITHDRAW,    AGY,   NEED_TEXT,              STATE_WITHDRAWN,   0,               STEP_WITHDRAWN,    EFFECT_CLOSE,   CLOCK_ENTER},

    {STATE_MANUAL,      EVENT_ASSIGN,      OPER,  NEED_ORGANISATION,      STATE_OFFERED,     0,               STEP_ASSIGNED,     EFFECT_OFFER,   CLOCK_ENTER},
    {STATE_MANUAL,      EVENT_RETURN,      OPER,  NEED_TEXT,              STATE_RETURNED,    0,               STEP_RETURNED,     EFFECT_CLOSE,   CLOCK_ENTER},
    {STATE_MANUAL,      EVENT_REMIND,      TIMER, 0,                      STATE_MANUAL,      0,               STEP_OVERDUE,      EFFECT_NONE,    CLOCK_TOLD},
    {STATE_MANUAL,      EVENT_RECOUNT,     TIMER, 0,                      STATE_MANUAL,      0,               STEP_RECOUNTED,    EFFECT_NONE,    CLOCK_KEEP},
    {STATE_MANUAL,      EVENT_SUPPLEMENT,  AGY,   0,                      STATE_MANUAL,      0,               STEP_SUPPLEMENTED, EFFECT_NONE,    CLOCK_KEEP},
    {STATE_MANUAL,      EVENT_WITHDRAW,    AGY,   NEED_TEXT,              STATE_WITHDRAWN,   0,               STEP_WITHDRAWN,    EFFECT_CLOSE,   CLOCK_ENTER},
    {STATE_MANUAL,      EVENT_REROUTE,     OPER,  0,                      STATE_OFFERED,     STATE_MANUAL,    STEP_REROUTED,     EFFECT_REPLACE, CLOCK_ENTER},

    {STATE_FOLLOWING,   EVENT_FOLLOW_UP,   ORG,   NEED_REASON | NEED_DAY, STATE_FOLLOWING,   STATE_CONCLUDED, STEP_FOLLOW_UP,    EFFECT_NONE,    CLOCK_ENTER},
    {STATE_FOLLOWING,   EVENT_UNFOLLOWED,  TIMER, 0,                      STATE_FOLLOWING,   STATE_CONCLUDED, STEP_OVERDUE,      EFFECT_NONE,    CLOCK_TOLD},
    {STATE_FOLLOWING,   EVENT_RECOUNT,     TIMER, 0,                      STATE_FOLLOWING,   0,               STEP_RECOUNTED,    EFFECT_NONE,    CLOCK_KEEP},
    {STATE_FOLLOWING,   EVENT_SUPPLEMENT,  AGY,   0,                      STATE_FOLLOWING,   0,               STEP_SUPPLEMENTED, EFFECT_NONE,    CLOCK_KEEP},

    {STATE_CONCLUDED,   EVENT_FOLLOW_UP,   ORG,   NEED_REASON | NEED_DAY, STATE_CONCLUDED,   0,               STEP_FOLLOW_UP,    EFFECT_NONE,    CLOCK_KEEP},
    {STATE_CONCLUDED,   EVENT_ERASE,       OPER,  0,                      STATE_CONCLUDED,   0,               STEP_ERASED,       EFFECT_NONE,    CLOCK_KEEP},
    {STATE_REFUSED,     EVENT_ERASE,       OPER,  0,                      STATE_REFUSED,     0,               STEP_ERASED,       EFFECT_NONE,    CLOCK_KEEP},
    {STATE_WITHDRAWN,   EVENT_ERASE,       OPER,  0,                      STATE_WITHDRAWN,   0,               STEP_ERASED,       EFFECT_NONE,    CLOCK_KEEP},
    {STATE_RETURNED,    EVENT_ERASE,       OPER,  0,                      STATE_RETURNED,    0,               STEP_ERASED,       EFFECT_NONE,    CLOCK_KEEP},
    {0},
};
/* clang-format on */

const struct transition *lifecycle_next(enum state from, enum event event)
{
    for (const struct transition *t = transitions; t->from; t++) {
        if (t->from == from && t->event == event)
            return t;
    }
    return NULL;
}

bool state_open(enum state s)
{
    return state_due(s) != DUE_NONE;
}

enum due state_due(enum state s)
{
    switch (s) {
    case STATE_OFFERED:
        return DUE_RESPOND;
    case STATE_ACCEPTED:
        return DUE_FINISH;
    case STATE_SUSPENDED:
        return DUE_RESUME;
    case STATE_MANUAL:
        return DUE_ASSIGN;
    case STATE_FOLLOWING:
        return DUE_FOLLOW_UP;
    case STATE_FAILED_ONCE:
        return DUE_SECOND;
    case STATE_STOPPED:
        return DUE_DECIDE;
    case STATE_CONCLUDED:
    case STATE_REFUSED:
    case STATE_WITHDRAWN:
    case STATE_RETURNED:
        break;
    }
    return DUE_NONE;
}

enum event due_event(enum due d)
{
    static const enum event events[DUE_LIMIT] = {
        [DUE_RESPOND] = EVENT_LAPSE,  [DUE_FINISH] = EVENT_OVERDUE,  [DUE_ASSIGN] = EVENT_REMIND,
        [DUE_RESUME] = EVENT_OVERDUE, [DUE_CONTACT] = EVENT_OVERDUE, [DUE_FOLLOW_UP] = EVENT_UNFOLLOWED,
        [DUE_SECOND] = EVENT_UNDECIDED, [DUE_DECIDE] = EVENT_OVERDUE,
    };
    return events[d];
}
