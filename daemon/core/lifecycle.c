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
    {0},
};

/* clang-format off */
const struct transition transitions[] = {
    {STATE_OFFERED,   EVENT_ACCEPT,     STATE_ACCEPTED,  STEP_ACCEPTED,     EFFECT_NONE,    DUE_FINISH},
    {STATE_OFFERED,   EVENT_DECLINE,    STATE_OFFERED,   STEP_DECLINED,     EFFECT_REPLACE, DUE_RESPOND},
    {STATE_OFFERED,   EVENT_LAPSE,      STATE_OFFERED,   STEP_LAPSED,       EFFECT_REPLACE, DUE_RESPOND},
    {STATE_OFFERED,   EVENT_SUPPLEMENT, STATE_OFFERED,   STEP_SUPPLEMENTED, EFFECT_NONE,    DUE_RESPOND},
    {STATE_OFFERED,   EVENT_WITHDRAW,   STATE_WITHDRAWN, STEP_WITHDRAWN,    EFFECT_CLOSE,   DUE_NONE},
    {STATE_OFFERED,   EVENT_REROUTE,    STATE_OFFERED,   STEP_REROUTED,     EFFECT_REPLACE, DUE_RESPOND},

    {STATE_ACCEPTED,  EVENT_CONTACT,    STATE_ACCEPTED,  STEP_PROGRESS,     EFFECT_NONE,    DUE_FINISH},
    {STATE_ACCEPTED,  EVENT_EXTEND,     STATE_ACCEPTED,  STEP_PROGRESS,     EFFECT_NONE,    DUE_FINISH},
    {STATE_ACCEPTED,  EVENT_SUSPEND,    STATE_SUSPENDED, STEP_PROGRESS,     EFFECT_NONE,    DUE_RESUME},
    {STATE_ACCEPTED,  EVENT_OVERDUE,    STATE_ACCEPTED,  STEP_OVERDUE,      EFFECT_NONE,    DUE_FINISH},
    {STATE_ACCEPTED,  EVENT_CONCLUDE,   STATE_CONCLUDED, STEP_CONCLUDED,    EFFECT_CLOSE,   DUE_NONE},
    {STATE_ACCEPTED,  EVENT_SUPPLEMENT, STATE_ACCEPTED,  STEP_SUPPLEMENTED, EFFECT_NONE,    DUE_FINISH},
    {STATE_ACCEPTED,  EVENT_WITHDRAW,   STATE_WITHDRAWN, STEP_WITHDRAWN,    EFFECT_CLOSE,   DUE_NONE},

    {STATE_SUSPENDED, EVENT_RESUME,     STATE_ACCEPTED,  STEP_PROGRESS,     EFFECT_NONE,    DUE_FINISH},
    {STATE_SUSPENDED, EVENT_OVERDUE,    STATE_SUSPENDED, STEP_OVERDUE,      EFFECT_NONE,    DUE_RESUME},
    {STATE_SUSPENDED, EVENT_CONCLUDE,   STATE_CONCLUDED, STEP_CONCLUDED,    EFFECT_CLOSE,   DUE_NONE},
    {STATE_SUSPENDED, EVENT_SUPPLEMENT, STATE_SUSPENDED, STEP_SUPPLEMENTED, EFFECT_NONE,    DUE_RESUME},
    {STATE_SUSPENDED, EVENT_WITHDRAW,   STATE_WITHDRAWN, STEP_WITHDRAWN,    EFFECT_CLOSE,   DUE_NONE},
    {STATE_SUSPENDED, EVENT_REMIND,     STATE_SUSPENDED, STEP_OVERDUE,      EFFECT_NONE,    DUE_RESUME},

    {STATE_MANUAL,    EVENT_ASSIGN,     STATE_OFFERED,   STEP_ASSIGNED,     EFFECT_OFFER,   DUE_RESPOND},
    {STATE_MANUAL,    EVENT_RETURN,     STATE_RETURNED,  STEP_RETURNED,     EFFECT_CLOSE,   DUE_NONE},
    {STATE_MANUAL,    EVENT_SUPPLEMENT, STATE_MANUAL,    STEP_SUPPLEMENTED, EFFECT_NONE,    DUE_ASSIGN},
    {STATE_MANUAL,    EVENT_WITHDRAW,   STATE_WITHDRAWN, STEP_WITHDRAWN,    EFFECT_CLOSE,   DUE_NONE},
    {STATE_MANUAL,    EVENT_REMIND,     STATE_MANUAL,    STEP_OVERDUE,      EFFECT_NONE,    DUE_ASSIGN},
    {STATE_MANUAL,    EVENT_REROUTE,    STATE_OFFERED,   STEP_REROUTED,     EFFECT_REPLACE, DUE_RESPOND},

    {STATE_CONCLUDED, EVENT_FOLLOW_UP,  STATE_CONCLUDED, STEP_FOLLOW_UP,    EFFECT_NONE,    DUE_NONE},
    {STATE_CONCLUDED, EVENT_ERASE,      STATE_CONCLUDED, STEP_ERASED,       EFFECT_NONE,    DUE_NONE},
    {STATE_REFUSED,   EVENT_ERASE,      STATE_REFUSED,   STEP_ERASED,       EFFECT_NONE,    DUE_NONE},
    {STATE_WITHDRAWN, EVENT_ERASE,      STATE_WITHDRAWN, STEP_ERASED,       EFFECT_NONE,    DUE_NONE},
    {STATE_RETURNED,  EVENT_ERASE,      STATE_RETURNED,  STEP_ERASED,       EFFECT_NONE,    DUE_NONE},
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
    case STATE_CONCLUDED:
    case STATE_REFUSED:
    case STATE_WITHDRAWN:
    case STATE_RETURNED:
        break;
    }
    return DUE_NONE;
}
