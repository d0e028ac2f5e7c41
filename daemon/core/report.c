/*
 * report.c - the table of figures, and their values
 */
#include "core/report.h"

const struct word report_unit_words[] = {
    {REPORT_COUNT, "count", "件"}, {REPORT_PERCENT, "percent", "%"}, {REPORT_HOURS, "hours", "小时"}, {REPORT_DAYS, "days", "天"}, {0},
};

const struct word report_source_words[] = {
    {REPORT_TABLES, "tables and journal", "登记表和日志"},
    {REPORT_JOURNAL, "journal alone", "日志"},
    {REPORT_UNRECORDED, "not recorded", "尚未记录"},
    {0},
};

#define COUNT(m)       REPORT_COUNT, REPORT_##m, REPORT_NOTHING
#define PERCENT(m, of) REPORT_PERCENT, REPORT_##m, REPORT_##of
#define ENDED(c)       REPORT_COUNT, (enum report_measure)(REPORT_CONCLUSION + CONCLUSION_##c - 1), REPORT_NOTHING
#define PAPER(k)       REPORT_COUNT, (enum report_measure)(REPORT_AGREEMENT + AGREEMENT_##k - 1), REPORT_NOTHING
#define AGREED         (enum report_measure)(REPORT_CONCLUSION + CONCLUSION_AGREED - 1)
#define BY_AGREED(m)   REPORT_PERCENT, REPORT_##m, AGREED

/* clang-format off */
const struct report_figure report_figures[] = {
    {"received", "received", "收到移送", COUNT(RECEIVED), REPORT_TABLES, true,
     "referrals received in the period", "统计期内收到的移送件数"},
    {"placed", "placed", "已派出", COUNT(PLACED), REPORT_TABLES, false,
     "of those, offered to at least one organisation", "其中至少向一个调解组织派出过的件数"},
    {"first_answered", "first offers settled", "首派已有结果", COUNT(FIRST_ANSWERED), REPORT_TABLES, false,
     "whose first offer was accepted, declined, left to lapse, or taken back because the rules were wrong",
     "首次指派已被接受、不接受、逾期未确认或因规则有误收回的件数"},
    {"first_right", "placed right first time", "首派即受理", COUNT(FIRST_RIGHT), REPORT_TABLES, false,
     "whose first offer was accepted", "首次指派即被接受的件数"},
    {"first_right_rate", "right first time", "首派准确率", PERCENT(FIRST_RIGHT, FIRST_ANSWERED), REPORT_TABLES, true,
     "accepted first offers, of all first offers that are settled", "首派即受理件数 ÷ 首派已有结果件数"},
    {"queued", "queued for a person", "曾转人工", COUNT(QUEUED), REPORT_TABLES, false,
     "that waited in the manual queue at some time", "曾进入人工指派队列的件数"},
    {"refused", "refused", "不予受理", COUNT(REFUSED), REPORT_TABLES, false,
     "refused by a rule, with its reason and legal basis", "按规则不予受理（附理由和依据）的件数"},
    {"returned", "returned", "退回", COUNT(RETURNED), REPORT_TABLES, false,
     "sent back to the agency by a person", "经人工退回来源机关的件数"},
    {"withdrawn", "withdrawn", "撤回", COUNT(WITHDRAWN), REPORT_TABLES, false,
     "taken back by the agency before a conclusion", "终结前由来源机关撤回的件数"},
    {"transferred", "transferred", "发生改派", COUNT(TRANSFERRED), REPORT_TABLES, false,
     "that were offered more than once", "指派超过一次的件数"},
    {"transfers", "transfers", "改派次数", COUNT(TRANSFERS), REPORT_TABLES, true,
     "offers beyond the first of each referral", "每件首次指派之后的再次指派次数之和"},
    {"offers", "offers", "指派次数", COUNT(OFFERS), REPORT_TABLES, false,
     "offers of a referral to an organisation; by organisation, each counts with the one it was made to",
     "向调解组织指派的次数；按组织统计时计入被指派的组织"},
    {"accepted", "offers accepted", "接受次数", COUNT(ACCEPTED), REPORT_TABLES, false,
     "offers that were accepted", "被接受的指派次数"},
    {"declined", "offers declined", "不接受次数", COUNT(DECLINED), REPORT_TABLES, false,
     "offers that were declined with a reason", "说明理由不接受的指派次数"},
    {"lapsed", "offers lapsed", "逾期未确认次数", COUNT(LAPSED), REPORT_TABLES, false,
     "offers that nobody answered within the time to respond", "在答复期限内未确认的指派次数"},
    {"answers", "answers", "已答复次数", COUNT(ANSWERS), REPORT_TABLES, false,
     "offers that were accepted or declined", "已接受或不接受的指派次数"},
    {"answers_due", "answers due", "应答复次数", COUNT(ANSWERS_DUE), REPORT_TABLES, false,
     "offers that were accepted, declined or left to lapse", "已接受、不接受或逾期未确认的指派次数"},
    {"answered_rate", "answered in time", "按期答复率", PERCENT(ANSWERS, ANSWERS_DUE), REPORT_TABLES, false,
     "offers answered before they lapsed, of all that were answered or lapsed", "已答复次数 ÷ 应答复次数"},
    {"response_hours", "response", "平均答复时间", REPORT_HOURS, REPORT_ANSWER_MS, REPORT_ANSWERS, REPORT_TABLES, true,
     "mean time from an offer to its answer, in hours on the clock, nights and holidays included",
     "从指派到接受或不接受的平均用时（自然小时，含夜间和节假日）"},
    {"taken", "taken on", "组织已受理", COUNT(TAKEN), REPORT_TABLES, false,
     "that an organisation has accepted", "已有调解组织接受的件数"},
    {"open", "open", "在办", COUNT(OPEN), REPORT_TABLES, true,
     "without a conclusion, and not refused, returned or withdrawn; an agreement that is followed up is concluded",
     "尚未终结，也未被不予受理、退回、撤回的件数；已达成协议、正在跟踪履行的计为已终结"},
    {"concluded", "concluded", "已终结", COUNT(CONCLUDED), REPORT_TABLES, true,
     "with one of the eight conclusions", "已按八种终结事由之一终结的件数"},
    {"in_time", "concluded in time", "期限内终结", COUNT(IN_TIME), REPORT_TABLES, false,
     "concluded by the end of the time limit, extensions included and suspensions not counted; where it was concluded while "
     "suspended, by the moment it was suspended",
     "在调解期限届满前终结的件数（期限含双方同意的延长，中止期间不计；中止中终结的，以中止时为准）"},
    {"in_time_rate", "in time", "期限内终结率", PERCENT(IN_TIME, CONCLUDED), REPORT_TABLES, true,
     "concluded in time, of all concluded", "期限内终结件数 ÷ 已终结件数"},
    {"overdue", "overdue", "超期", COUNT(OVERDUE), REPORT_TABLES, true,
     "whose mediation ran past its time limit, open or closed since", "调解超过期限的件数，不论现在是否已经办结"},
    {"overdue_rate", "overdue rate", "超期率", PERCENT(OVERDUE, TAKEN), REPORT_TABLES, false,
     "overdue, of all taken on", "超期件数 ÷ 组织已受理件数"},
    {"mediation_days", "mediation", "平均调解时间", REPORT_DAYS, REPORT_MEDIATION_MS, REPORT_CONCLUDED, REPORT_TABLES, false,
     "mean time from acceptance to conclusion, in days on the calendar", "从接受到终结的平均用时（自然日）"},
    {"joint", "joint mediations", "联合调解", COUNT(JOINT), REPORT_JOURNAL, false,
     "taken on for mediation together with a partner that the offer names", "组织接受的指派载明协同组织、联合调解的件数"},
    {"partnered", "as a partner", "协同调解次数", COUNT(PARTNERED), REPORT_JOURNAL, false,
     "accepted offers that name a partner; by organisation, they count with the partner", "被接受的联合调解指派次数；按组织统计时计入协同组织"},
    {"agreed", "agreed", "达成协议", ENDED(AGREED), REPORT_TABLES, false,
     "concluded with an agreement", "终结事由：达成调解协议"},
    {"settled_withdrawn", "settled and withdrawn", "和解撤回", ENDED(SETTLED_WITHDRAWN), REPORT_TABLES, false,
     "the parties settled and withdrew", "终结事由：自行和解、撤回申请"},
    {"unreachable", "unreachable", "无法联系", ENDED(UNREACHABLE), REPORT_TABLES, false,
     "a party could not be reached", "终结事由：无法联系当事人"},
    {"unwilling", "unwilling", "不愿调解", ENDED(UNWILLING), REPORT_TABLES, false,
     "a party did not want mediation", "终结事由：当事人不愿调解"},
    {"too_far_apart", "too far apart", "分歧过大", ENDED(TOO_FAR_APART), REPORT_TABLES, false,
     "the parties remained too far apart", "终结事由：分歧过大，调解不成"},
    {"expired", "expired", "期限届满", ENDED(EXPIRED), REPORT_TABLES, false,
     "the time limit ran out without an extension", "终结事由：期限届满未同意延长"},
    {"refused_to_sign", "refused to sign", "拒绝签字", ENDED(REFUSED_TO_SIGN), REPORT_TABLES, false,
     "agreed, then a party refused to sign", "终结事由：达成一致后拒绝签字"},
    {"other", "other", "其他事由", ENDED(OTHER), REPORT_TABLES, false,
     "another reason, told in words", "终结事由：其他，附说明"},
    {"success", "successful", "调解成功", COUNT(SUCCESS), REPORT_TABLES, false,
     "concluded so that it counts as success in its channel, as defined below", "按所属渠道的成功口径（见成功口径表）计为成功的件数"},
    {"success_rate", "success", "调解成功率", PERCENT(SUCCESS, CONCLUDED), REPORT_TABLES, true,
     "successful, of all concluded", "调解成功件数 ÷ 已终结件数"},
    {"written", "written agreements", "书面协议", PAPER(WRITTEN), REPORT_JOURNAL, false,
     "agreed in a written agreement", "达成书面调解协议书的件数"},
    {"oral", "oral agreements", "口头协议", PAPER(ORAL_RECORDED), REPORT_JOURNAL, false,
     "agreed orally, and recorded", "达成口头协议并记录的件数"},
    {"court_document", "court documents", "法院调解书", PAPER(COURT_DOCUMENT), REPORT_JOURNAL, false,
     "agreed, and the court makes the mediation document", "由法院出具调解书的件数"},
    {"criminal_settlement", "criminal settlements", "刑事和解", PAPER(CRIMINAL_SETTLEMENT), REPORT_JOURNAL, false,
     "agreed in a criminal settlement", "达成刑事和解协议书的件数"},
    {"performed", "performed", "已履行", COUNT(PERFORMED), REPORT_JOURNAL, false,
     "agreements of which the last word is that they were performed", "达成协议后最近一次回访为已履行的件数"},
    {"performed_rate", "performed", "履行率", BY_AGREED(PERFORMED), REPORT_JOURNAL, true,
     "performed, of all agreed; those of which nobody has told anything count as not performed",
     "已履行件数 ÷ 达成协议件数；尚无回访结果的视为未履行"},
    {"breached", "breached", "未履行", COUNT(BREACHED), REPORT_JOURNAL, false,
     "agreements of which the last word is that they were breached", "达成协议后最近一次回访为未履行的件数"},
    {"confirmation_applied", "confirmation applied for", "申请司法确认", COUNT(CONFIRMATION_APPLIED), REPORT_JOURNAL, false,
     "agreements for which judicial confirmation was applied for, or was granted or refused", "已申请司法确认（含已裁定）的件数"},
    {"confirmation_rate", "confirmation applied for", "司法确认申请率", BY_AGREED(CONFIRMATION_APPLIED), REPORT_JOURNAL, false,
     "applied for, of all agreed", "申请司法确认件数 ÷ 达成协议件数"},
    {"confirmation_granted", "confirmed", "裁定确认", COUNT(CONFIRMATION_GRANTED), REPORT_JOURNAL, false,
     "agreements that a court has confirmed", "法院裁定确认有效的件数"},
    {"confirmation_granted_rate", "confirmed", "司法确认率", PERCENT(CONFIRMATION_GRANTED, CONFIRMATION_APPLIED), REPORT_JOURNAL, true,
     "confirmed, of all applied for", "裁定确认件数 ÷ 申请司法确认件数"},
    {"confirmation_refused", "confirmation refused", "裁定驳回", COUNT(CONFIRMATION_REFUSED), REPORT_JOURNAL, false,
     "applications that a court has refused", "法院裁定驳回的件数"},
    {"complaints", "complaints", "投诉", REPORT_COUNT, REPORT_NOTHING, REPORT_NOTHING, REPORT_UNRECORDED, false,
     "complaints about a mediation", "对调解工作的投诉件数"},
    {0},
};

#define WON(c) (1u << CONCLUSION_##c)
const struct report_success report_success[CHANNEL_COUNT] = {
    [CHANNEL_COURT] = {CHANNEL_COURT, WON(AGREED) | WON(SETTLED_WITHDRAWN),
                       "agreed (a mediation document made by the court included), or settled and withdrawn",
                       "达成调解协议（含由法院出具调解书），或自行和解、撤回申请（撤诉）"},
    [CHANNEL_PETITION] = {CHANNEL_PETITION, WON(AGREED) | WON(SETTLED_WITHDRAWN), "agreed, or settled and withdrawn",
                          "达成调解协议，或自行和解、撤回申请"},
    [CHANNEL_POLICE] = {CHANNEL_POLICE, WON(AGREED) | WON(SETTLED_WITHDRAWN), "agreed, or settled and withdrawn",
                        "达成调解协议，或自行和解、撤回申请"},
    [CHANNEL_PROCURATORATE] = {CHANNEL_PROCURATORATE, WON(AGREED),
                               "agreed; what the parties settled among themselves leaves the procuratorate without an agreement",
                               "达成调解协议；自行和解撤回的，检察机关未取得协议，不计"},
    [CHANNEL_PLATFORM] = {CHANNEL_PLATFORM, WON(AGREED) | WON(SETTLED_WITHDRAWN), "agreed, or settled and withdrawn",
                          "达成调解协议，或自行和解、撤回申请"},
};
/* clang-format on */

const struct report_figure *report_figure_of(enum report_measure m)
{
    const struct report_figure *f = report_figures;
    while (f->key && f->part != m)
        f++;
    return f->key ? f : NULL;
}

const struct report_figure *report_figure_find(struct str key)
{
    for (const struct report_figure *f = report_figures; f->key; f++)
        if (str_eqz(key, f->key))
            return f;
    return NULL;
}

/* part * scale / (of * unit), rounded half up; all are 0 or more. */
static int64_t divided(int64_t part, int64_t scale, int64_t of, int64_t unit)
{
    return (2 * part * scale + of * unit) / (2 * of * unit);
}

bool report_value(const struct report_figure *f, const int64_t sums[REPORT_MEASURES], int64_t *out)
{
    if (f->part == REPORT_NOTHING || (f->of != REPORT_NOTHING && sums[f->of] <= 0))
        return false;
    int64_t part = sums[f->part], of = f->of == REPORT_NOTHING ? 1 : sums[f->of];
    switch (f->unit) {
    case REPORT_COUNT:
        *out = part;
        break;
    case REPORT_PERCENT:
        *out = divided(part, 10000, of, 1);
        break;
    case REPORT_HOURS: /* of milliseconds; in seconds, so that a nation's year does not overflow */
        *out = divided(part / 1000, 100, of, 3600);
        break;
    case REPORT_DAYS:
        *out = divided(part / 1000, 100, of, 86400);
        break;
    }
    return true;
}
