/*
 * word.h - the closed lists of the domain: number, word in the rules, Chinese name
 *
 * Numbers are those of proto/referral/v1/vocabulary.proto (wire/ asserts that they agree). 0 is
 * never a valid member.
 */
#ifndef CORE_WORD_H
#define CORE_WORD_H

#include "base/str.h"

enum channel { CHANNEL_COURT = 1, CHANNEL_PETITION, CHANNEL_POLICE, CHANNEL_PROCURATORATE, CHANNEL_PLATFORM };
#define CHANNEL_COUNT 6 /* with the invalid 0 */

enum mode {
    MODE_COURT_PRE_FILING = 1,
    MODE_COURT_POST_FILING_ORDINARY = 2,
    MODE_COURT_POST_FILING_SUMMARY = 3,
    MODE_POLICE_CIVIL = 10,
    MODE_POLICE_PUBLIC_SECURITY = 11,
    MODE_POLICE_MINOR_CRIMINAL = 12,
    MODE_PETITION_APPEAL = 20,
    MODE_PETITION_SUGGESTION = 21,
    MODE_PETITION_ACCUSATION = 22,
    MODE_PROCURATORATE_ARREST_REVIEW = 30,
    MODE_PROCURATORATE_PROSECUTION_REVIEW = 31,
    MODE_PROCURATORATE_EXPEDITED = 32,
    MODE_PROCURATORATE_CIVIL_SUPERVISION = 33,
    MODE_PLATFORM_COUNTER = 40,
    MODE_PLATFORM_ONLINE = 41,
};
#define MODE_LIMIT 42

enum party_role { PARTY_APPLICANT = 1, PARTY_RESPONDENT, PARTY_THIRD_PARTY, PARTY_VICTIM, PARTY_SUSPECT };
enum party_kind { PARTY_PERSON = 1, PARTY_ENTERPRISE, PARTY_PUBLIC_BODY, PARTY_VILLAGE_BODY, PARTY_ASSOCIATION };
enum identity_kind { IDENTITY_RESIDENT = 1, IDENTITY_CREDIT_CODE, IDENTITY_HMT_PERMIT, IDENTITY_PASSPORT };

enum decline_reason {
    DECLINE_OUT_OF_SCOPE = 1, DECLINE_CONFLICT_OF_INTEREST, DECLINE_NO_MEDIATOR,
    DECLINE_ALREADY_ELSEWHERE, DECLINE_UNSUITABLE, DECLINE_OTHER
};
enum progress_kind {
    PROGRESS_CONTACTED = 1, PROGRESS_SUSPENDED, PROGRESS_RESUMED, PROGRESS_EXTENDED, PROGRESS_JOINT_REQUESTED,
    PROGRESS_MEDIATOR_NAMED, PROGRESS_MEDIATOR_RECUSED, PROGRESS_SHAM_SUSPECTED
};
enum suspension_reason {
    SUSPENSION_APPRAISAL = 1, SUSPENSION_HEARING, SUSPENSION_PARTY_UNAVAILABLE, SUSPENSION_OTHER_CASE,
    SUSPENSION_FORCE_MAJEURE, SUSPENSION_OTHER
};
enum conclusion {
    CONCLUSION_AGREED = 1, CONCLUSION_SETTLED_WITHDRAWN, CONCLUSION_UNREACHABLE, CONCLUSION_UNWILLING,
    CONCLUSION_TOO_FAR_APART, CONCLUSION_EXPIRED, CONCLUSION_REFUSED_TO_SIGN, CONCLUSION_OTHER
};
enum agreement_kind { AGREEMENT_WRITTEN = 1, AGREEMENT_ORAL_RECORDED, AGREEMENT_COURT_DOCUMENT, AGREEMENT_CRIMINAL_SETTLEMENT };
enum follow_up_kind {
    FOLLOW_UP_PERFORMED = 1, FOLLOW_UP_BREACHED, FOLLOW_UP_CONFIRMATION_APPLIED,
    FOLLOW_UP_CONFIRMATION_GRANTED, FOLLOW_UP_CONFIRMATION_REFUSED, FOLLOW_UP_PERFORMING
};

enum org_kind {
    ORG_PEOPLE = 1, ORG_CENTRE, ORG_INDUSTRY, ORG_COMMERCIAL, ORG_CHAMBER, ORG_LABOUR, ORG_ENTERPRISE, ORG_ZONE,
    ORG_FAMILY, ORG_VETERANS, ORG_ADMINISTRATIVE, ORG_COURT_ROOM, ORG_POLICE_ROOM, ORG_PROCURATORATE_ROOM
};
#define ORG_KIND_LIMIT 15

enum region_level { LEVEL_PROVINCE = 1, LEVEL_CITY, LEVEL_COUNTY, LEVEL_TOWN, LEVEL_VILLAGE };
enum region_kind {
    REGION_PROVINCE = 1, REGION_CITY, REGION_COUNTY, REGION_TOWN, REGION_TOWNSHIP, REGION_SUBDISTRICT,
    REGION_VILLAGE, REGION_COMMUNITY, REGION_ZONE
};

/* Risk flags, a bit set. */
enum risk { RISK_REPEAT_CALLS = 1, RISK_VIOLENCE = 2, RISK_GROUP = 4, RISK_SELF_HARM = 8 };

/* The states and steps of a referral: core/lifecycle.h says how they follow. */
enum state {
    STATE_OFFERED = 1, STATE_ACCEPTED, STATE_SUSPENDED, STATE_MANUAL, STATE_CONCLUDED, STATE_REFUSED,
    STATE_WITHDRAWN, STATE_RETURNED, STATE_FOLLOWING, STATE_FAILED_ONCE, STATE_STOPPED
};
/* What an end means to the agency. */
enum agency_action {
    ACTION_REGISTER_CASE = 1, ACTION_RESUME_TRIAL, ACTION_COURT_DOCUMENT, ACTION_AWAIT_CONFIRMATION, ACTION_REPLY_PETITIONER,
    ACTION_DECIDE_CASE, ACTION_DECIDE_SECOND, ACTION_MAKE_SETTLEMENT, ACTION_CONTINUE_REVIEW, ACTION_VERIFY_PERFORMANCE,
    ACTION_INFORM_APPLICANT, ACTION_CHECK_SHAM, ACTION_REDIRECT, ACTION_CLOSE_FILE, ACTION_INFORM_ENFORCEMENT
};
enum step_kind {
    STEP_RECEIVED = 1, STEP_ASSIGNED, STEP_QUEUED, STEP_REFUSED, STEP_ACCEPTED, STEP_DECLINED, STEP_LAPSED,
    STEP_PROGRESS, STEP_CONCLUDED, STEP_FOLLOW_UP, STEP_SUPPLEMENTED, STEP_WITHDRAWN, STEP_RETURNED,
    STEP_OVERDUE, STEP_ERASED, STEP_REROUTED, STEP_WARNED, STEP_RECOUNTED, STEP_FAILED_ONCE, STEP_STOPPED, STEP_PROCEEDED,
    STEP_OVERRAN, STEP_WARNING_RAISED = 30
};
#define STEP_KIND_LIMIT 31 /* of which a set is a word of bits */

struct word {
    int value;
    const char *word; /* as in the rules: "court-pre-filing" */
    const char *zh;   /* for a person: 委派调解（立案前） */
};

/* One table a list; each ends with a NULL word. */
extern const struct word channel_words[], mode_words[], party_role_words[], party_kind_words[],
    identity_kind_words[], decline_reason_words[], progress_kind_words[], conclusion_words[],
    agreement_kind_words[], follow_up_kind_words[], org_kind_words[], region_level_words[],
    pick_words[], region_kind_words[], risk_words[], state_words[], step_kind_words[], suspension_reason_words[],
    agency_action_words[];

/* 0 when `w` is not in the table. */
int word_value(const struct word *table, struct str w);
/* "?" when `value` is not in the table. */
const char *word_of(const struct word *table, int value);
const char *word_zh(const struct word *table, int value);
bool word_known(const struct word *table, int value);

/* The channel a mode belongs to; 0 for an unknown mode. */
int mode_channel(int mode);

#endif
