/*
 * word.c - the tables of the closed lists
 */
#include "core/word.h"

const struct word channel_words[] = {
    {CHANNEL_COURT, "court", "诉调对接"},         {CHANNEL_PETITION, "petition", "访调对接"},
    {CHANNEL_POLICE, "police", "公调对接"},       {CHANNEL_PROCURATORATE, "procuratorate", "检调对接"},
    {CHANNEL_PLATFORM, "platform", "一站式平台"}, {0},
};

const struct word mode_words[] = {
    {MODE_COURT_PRE_FILING, "court-pre-filing", "委派调解（立案前）"},
    {MODE_COURT_POST_FILING_ORDINARY, "court-post-filing-ordinary", "委托调解（立案后，普通程序）"},
    {MODE_COURT_POST_FILING_SUMMARY, "court-post-filing-summary", "委托调解（立案后，简易程序）"},
    {MODE_POLICE_CIVIL, "police-civil", "民间纠纷"},
    {MODE_POLICE_PUBLIC_SECURITY, "police-public-security", "治安案件中可以调解的"},
    {MODE_POLICE_MINOR_CRIMINAL, "police-minor-criminal", "轻微刑事案件的民事部分"},
    {MODE_PETITION_APPEAL, "petition-appeal", "申诉求决类"},
    {MODE_PETITION_SUGGESTION, "petition-suggestion", "建议意见类"},
    {MODE_PETITION_ACCUSATION, "petition-accusation", "检举控告类"},
    {MODE_PROCURATORATE_ARREST_REVIEW, "procuratorate-arrest-review", "审查逮捕阶段"},
    {MODE_PROCURATORATE_PROSECUTION_REVIEW, "procuratorate-prosecution-review", "审查起诉阶段"},
    {MODE_PROCURATORATE_EXPEDITED, "procuratorate-expedited", "速裁程序审查起诉"},
    {MODE_PROCURATORATE_CIVIL_SUPERVISION, "procuratorate-civil-supervision", "民事检察监督和解"},
    {MODE_PLATFORM_COUNTER, "platform-counter", "窗口受理"},
    {MODE_PLATFORM_ONLINE, "platform-online", "网上受理"},
    {0},
};

const struct word party_role_words[] = {
    {PARTY_APPLICANT, "applicant", "申请人"},
    {PARTY_RESPONDENT, "respondent", "被申请人"},
    {PARTY_THIRD_PARTY, "third-party", "第三人"},
    {PARTY_VICTIM, "victim", "被害人、被侵害人"},
    {PARTY_SUSPECT, "suspect", "犯罪嫌疑人、违法行为人"},
    {0},
};

const struct word party_kind_words[] = {
    {PARTY_PERSON, "person", "自然人"},
    {PARTY_ENTERPRISE, "enterprise", "营利法人、个体工商户、非法人企业"},
    {PARTY_PUBLIC_BODY, "public-body", "机关、事业单位"},
    {PARTY_VILLAGE_BODY, "village-body", "村（居）民委员会、农村集体经济组织"},
    {PARTY_ASSOCIATION, "association", "社会团体、其他组织"},
    {0},
};

const struct word identity_kind_words[] = {
    {IDENTITY_RESIDENT, "resident", "居民身份证"},
    {IDENTITY_CREDIT_CODE, "credit-code", "统一社会信用代码"},
    {IDENTITY_HMT_PERMIT, "hmt-permit", "港澳台居民来往内地通行证或居住证"},
    {IDENTITY_PASSPORT, "passport", "护照"},
    {0},
};

const struct word decline_reason_words[] = {
    {DECLINE_OUT_OF_SCOPE, "out-of-scope", "不属于本组织调解范围"},
    {DECLINE_CONFLICT_OF_INTEREST, "conflict-of-interest", "有利害关系，应当回避"},
    {DECLINE_NO_MEDIATOR, "no-mediator", "暂无适任调解员"},
    {DECLINE_ALREADY_ELSEWHERE, "already-elsewhere", "已由其他组织或机关处理"},
    {DECLINE_UNSUITABLE, "unsuitable", "不宜调解"},
    {DECLINE_OTHER, "other", "其他，须附说明"},
    {0},
};

const struct word progress_kind_words[] = {
    {PROGRESS_CONTACTED, "contacted", "已联系当事人"},
    {PROGRESS_SUSPENDED, "suspended", "中止，期间不计入"},
    {PROGRESS_RESUMED, "resumed", "恢复调解"},
    {PROGRESS_EXTENDED, "extended", "双方同意延长"},
    {PROGRESS_JOINT_REQUESTED, "joint-requested", "申请联合调解"},
    {PROGRESS_MEDIATOR_NAMED, "mediator-named", "确定调解员"},
    {PROGRESS_MEDIATOR_RECUSED, "mediator-recused", "调解员回避、更换"},
    {PROGRESS_SHAM_SUSPECTED, "sham-suspected", "涉嫌虚假调解"},
    {0},
};

const struct word suspension_reason_words[] = {
    {SUSPENSION_APPRAISAL, "appraisal", "鉴定、评估"},
    {SUSPENSION_HEARING, "hearing", "听证"},
    {SUSPENSION_PARTY_UNAVAILABLE, "party-unavailable", "当事人暂时不能参加"},
    {SUSPENSION_OTHER_CASE, "other-case", "等待另案或其他机关的结果"},
    {SUSPENSION_FORCE_MAJEURE, "force-majeure", "不可抗力"},
    {SUSPENSION_OTHER, "other", "其他"},
    {0},
};

const struct word agency_action_words[] = {
    {ACTION_REGISTER_CASE, "register-case", "依法登记立案"},
    {ACTION_RESUME_TRIAL, "resume-trial", "恢复审理"},
    {ACTION_COURT_DOCUMENT, "court-document", "审查后制作调解书或准许撤诉"},
    {ACTION_AWAIT_CONFIRMATION, "await-confirmation", "双方可在三十日内共同申请司法确认"},
    {ACTION_REPLY_PETITIONER, "reply-petitioner", "书面答复信访人"},
    {ACTION_DECIDE_CASE, "decide-case", "依法作出处理决定"},
    {ACTION_DECIDE_SECOND, "decide-second", "决定是否再次调解"},
    {ACTION_MAKE_SETTLEMENT, "make-settlement", "主持制作和解协议书"},
    {ACTION_CONTINUE_REVIEW, "continue-review", "继续审查办理"},
    {ACTION_VERIFY_PERFORMANCE, "verify-performance", "核实履行情况"},
    {ACTION_INFORM_APPLICANT, "inform-applicant", "告知申请人其他途径"},
    {ACTION_CHECK_SHAM, "check-sham", "核查是否虚假调解"},
    {ACTION_REDIRECT, "redirect", "核实退回理由，另行转送"},
    {ACTION_CLOSE_FILE, "close-file", "办结归档"},
    {ACTION_INFORM_ENFORCEMENT, "inform-enforcement", "告知起诉或申请强制执行"},
    {0},
};

const struct word conclusion_words[] = {
    {CONCLUSION_AGREED, "agreed", "达成调解协议"},
    {CONCLUSION_SETTLED_WITHDRAWN, "settled-withdrawn", "自行和解、撤回申请"},
    {CONCLUSION_UNREACHABLE, "unreachable", "无法联系当事人"},
    {CONCLUSION_UNWILLING, "unwilling", "当事人不愿调解"},
    {CONCLUSION_TOO_FAR_APART, "too-far-apart", "分歧过大，调解不成"},
    {CONCLUSION_EXPIRED, "expired", "期限届满未同意延长"},
    {CONCLUSION_REFUSED_TO_SIGN, "refused-to-sign", "达成一致后拒绝签字"},
    {CONCLUSION_OTHER, "other", "其他，须附说明"},
    {0},
};

const struct word agreement_kind_words[] = {
    {AGREEMENT_WRITTEN, "written", "书面调解协议书"},
    {AGREEMENT_ORAL_RECORDED, "oral-recorded", "口头协议并记录"},
    {AGREEMENT_COURT_DOCUMENT, "court-document", "由法院出具调解书"},
    {AGREEMENT_CRIMINAL_SETTLEMENT, "criminal-settlement", "刑事和解协议书"},
    {0},
};

const struct word follow_up_kind_words[] = {
    {FOLLOW_UP_PERFORMED, "performed", "已履行"},
    {FOLLOW_UP_BREACHED, "breached", "未履行"},
    {FOLLOW_UP_CONFIRMATION_APPLIED, "confirmation-applied", "已申请司法确认"},
    {FOLLOW_UP_CONFIRMATION_GRANTED, "confirmation-granted", "裁定确认有效"},
    {FOLLOW_UP_CONFIRMATION_REFUSED, "confirmation-refused", "裁定驳回"},
    {FOLLOW_UP_PERFORMING, "performing", "分期履行中"},
    {0},
};

const struct word org_kind_words[] = {
    {ORG_PEOPLE, "people", "人民调解委员会"},
    {ORG_CENTRE, "centre", "非诉讼服务中心"},
    {ORG_INDUSTRY, "industry", "行业性、专业性调解组织"},
    {ORG_COMMERCIAL, "commercial", "商事调解组织"},
    {ORG_CHAMBER, "chamber", "商会调解组织"},
    {ORG_LABOUR, "labour", "劳动争议调解组织"},
    {ORG_ENTERPRISE, "enterprise", "企业调解组织"},
    {ORG_ZONE, "zone", "园区调解组织"},
    {ORG_FAMILY, "family", "家庭、个人调解工作室"},
    {ORG_VETERANS, "veterans", "退役军人调解组织"},
    {ORG_ADMINISTRATIVE, "administrative", "行政调解机构"},
    {ORG_COURT_ROOM, "court-room", "驻法院调解室"},
    {ORG_POLICE_ROOM, "police-room", "驻派出所调解室"},
    {ORG_PROCURATORATE_ROOM, "procuratorate-room", "检察和解室"},
    {0},
};

const struct word region_level_words[] = {
    {LEVEL_PROVINCE, "province", "省级"}, {LEVEL_CITY, "city", "设区市级"},
    {LEVEL_COUNTY, "county", "县级"},     {LEVEL_TOWN, "town", "乡级"},
    {LEVEL_VILLAGE, "village", "村级"},   {0},
};

const struct word region_kind_words[] = {
    {REGION_PROVINCE, "province", "省"},       {REGION_CITY, "city", "设区市"},
    {REGION_COUNTY, "county", "县（市、区）"}, {REGION_TOWN, "town", "镇"},
    {REGION_TOWNSHIP, "township", "乡"},       {REGION_SUBDISTRICT, "subdistrict", "街道"},
    {REGION_VILLAGE, "village", "村"},         {REGION_COMMUNITY, "community", "社区"},
    {REGION_ZONE, "zone", "开发区、功能区"},   {0},
};

const struct word risk_words[] = {
    {RISK_REPEAT_CALLS, "repeat-calls", "多次报警"},
    {RISK_VIOLENCE, "violence", "有暴力风险"},
    {RISK_GROUP, "group", "群体性"},
    {RISK_SELF_HARM, "self-harm", "有自伤、极端行为风险"},
    {0},
};

const struct word state_words[] = {
    {STATE_OFFERED, "offered", "已指派，待组织接受"},
    {STATE_ACCEPTED, "accepted", "已受理，调解中"},
    {STATE_SUSPENDED, "suspended", "中止"},
    {STATE_MANUAL, "manual", "待人工指派"},
    {STATE_CONCLUDED, "concluded", "已终结"},
    {STATE_REFUSED, "refused", "不予受理"},
    {STATE_WITHDRAWN, "withdrawn", "来源机关撤回"},
    {STATE_RETURNED, "returned", "人工退回来源机关"},
    {STATE_FOLLOWING, "following", "达成协议，跟踪履行"},
    {STATE_FAILED_ONCE, "failed-once", "一次调解不成，待来源机关决定"},
    {STATE_STOPPED, "stopped", "涉嫌虚假调解，已停止"},
    {0},
};

const struct word step_kind_words[] = {
    {STEP_RECEIVED, "received", "收到移送"},         {STEP_ASSIGNED, "assigned", "指派调解组织"},
    {STEP_QUEUED, "queued", "转入人工指派"},         {STEP_REFUSED, "refused", "不予受理"},
    {STEP_ACCEPTED, "accepted", "组织接受"},         {STEP_DECLINED, "declined", "组织不接受"},
    {STEP_LAPSED, "lapsed", "组织逾期未确认"},       {STEP_PROGRESS, "progress", "调解进展"},
    {STEP_CONCLUDED, "concluded", "终结"},           {STEP_FOLLOW_UP, "follow-up", "履行与司法确认"},
    {STEP_SUPPLEMENTED, "supplemented", "补充材料"}, {STEP_WITHDRAWN, "withdrawn", "撤回"},
    {STEP_RETURNED, "returned", "退回来源机关"},     {STEP_OVERDUE, "overdue", "超过期限"},
    {STEP_ERASED, "erased", "个人信息已删除"},       {STEP_REROUTED, "rerouted", "按现行规则改派"},
    {STEP_WARNED, "warned", "临期提醒"},             {STEP_RECOUNTED, "recounted", "按新日历重算期限"},
    {STEP_FAILED_ONCE, "failed-once", "一次调解不成"}, {STEP_STOPPED, "stopped", "涉嫌虚假调解，停止"},
    {STEP_PROCEEDED, "proceeded", "来源机关要求继续"}, {STEP_OVERRAN, "overran", "逾期未终结，改派"},
    {STEP_WARNING_RAISED, "warning-raised", "预警"},
    {0},
};

const struct word pick_words[] = {
    {1, "least_loaded", "负荷最轻"}, {2, "best_rated", "评分最高"}, {3, "weighted", "按权重"},
    {4, "round_robin", "轮流"},      {5, "sticky", "同一组织优先"}, {0},
};

static const struct word *entry(const struct word *table, int value)
{
    for (; table->word; table++) {
        if (table->value == value)
            return table;
    }
    return NULL;
}

int word_value(const struct word *table, struct str w)
{
    for (; table->word; table++) {
        if (str_eqz(w, table->word))
            return table->value;
    }
    return 0;
}

const char *word_of(const struct word *table, int value)
{
    const struct word *w = entry(table, value);
    return w ? w->word : "?";
}

const char *word_zh(const struct word *table, int value)
{
    const struct word *w = entry(table, value);
    return w ? w->zh : "?";
}

bool word_known(const struct word *table, int value)
{
    return entry(table, value) != NULL;
}

/* Modes are numbered by tens. */
int mode_channel(int mode)
{
    static const enum channel by_tens[] = {CHANNEL_COURT, CHANNEL_POLICE, CHANNEL_PETITION,
                                           CHANNEL_PROCURATORATE, CHANNEL_PLATFORM};
    return word_known(mode_words, mode) ? (int)by_tens[mode / 10] : 0;
}
