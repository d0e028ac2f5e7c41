/*
 * test_word.c - core/word.h
 */
#include "base/check.h"
#include "core/lifecycle.h"
#include "core/decide.h"

static const struct {
    const struct word *table;
    int n, first, last;
    const char *first_word, *last_word, *last_zh;
} lists[] = {
    {channel_words, 5, CHANNEL_COURT, CHANNEL_PLATFORM, "court", "platform", "一站式平台"},
    {mode_words, 15, MODE_COURT_PRE_FILING, MODE_PLATFORM_ONLINE, "court-pre-filing", "platform-online",
     "网上受理"},
    {party_role_words, 5, PARTY_APPLICANT, PARTY_SUSPECT, "applicant", "suspect", "犯罪嫌疑人、违法行为人"},
    {party_kind_words, 5, PARTY_PERSON, PARTY_ASSOCIATION, "person", "association", "社会团体、其他组织"},
    {identity_kind_words, 4, IDENTITY_RESIDENT, IDENTITY_PASSPORT, "resident", "passport", "护照"},
    {decline_reason_words, 6, DECLINE_OUT_OF_SCOPE, DECLINE_OTHER, "out-of-scope", "other", "其他，须附说明"},
    {progress_kind_words, 8, PROGRESS_CONTACTED, PROGRESS_SHAM_SUSPECTED, "contacted", "sham-suspected",
     "涉嫌虚假调解"},
    {conclusion_words, 8, CONCLUSION_AGREED, CONCLUSION_OTHER, "agreed", "other", "其他，须附说明"},
    {agreement_kind_words, 4, AGREEMENT_WRITTEN, AGREEMENT_CRIMINAL_SETTLEMENT, "written",
     "criminal-settlement", "刑事和解协议书"},
    {follow_up_kind_words, 6, FOLLOW_UP_PERFORMED, FOLLOW_UP_PERFORMING, "performed", "performing", "分期履行中"},
    {org_kind_words, 14, ORG_PEOPLE, ORG_PROCURATORATE_ROOM, "people", "procuratorate-room", "检察和解室"},
    {region_level_words, 5, LEVEL_PROVINCE, LEVEL_VILLAGE, "province", "village", "村级"},
    {region_kind_words, 9, REGION_PROVINCE, REGION_ZONE, "province", "zone", "开发区、功能区"},
    {risk_words, 4, RISK_REPEAT_CALLS, RISK_SELF_HARM, "repeat-calls", "self-harm", "有自伤、极端行为风险"},
    {state_words, 11, STATE_OFFERED, STATE_STOPPED, "offered", "stopped", "涉嫌虚假调解，已停止"},
    {step_kind_words, 23, STEP_RECEIVED, STEP_WARNING_RAISED, "received", "warning-raised", "预警"},
    {event_words, 28, EVENT_ACCEPT, EVENT_OVERRUN, "accept", "overrun", "逾期改派"},
    {due_words, 8, DUE_RESPOND, DUE_DECIDE, "respond", "decide", "来源机关处理"},
    {suspension_reason_words, 6, SUSPENSION_APPRAISAL, SUSPENSION_OTHER, "appraisal", "other", "其他"},
    {agency_action_words, 15, ACTION_REGISTER_CASE, ACTION_INFORM_ENFORCEMENT, "register-case", "inform-enforcement",
     "告知起诉或申请强制执行"},
    {passed_words, 11, PASSED_CHOSEN, PASSED_PARTNER, "chosen", "partner", "联合调解的协同组织"},
};
#define N_LISTS (sizeof lists / sizeof *lists)

static void lists_are_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_LISTS; i++) {
        int n = 0;
        while (lists[i].table[n].word)
            n++;
        assert_int_equal(n, lists[i].n);
        assert_int_equal(lists[i].table[0].value, lists[i].first);
        assert_int_equal(lists[i].table[n - 1].value, lists[i].last);
        assert_string_equal(lists[i].table[0].word, lists[i].first_word);
        assert_string_equal(lists[i].table[n - 1].word, lists[i].last_word);
        assert_string_equal(lists[i].table[n - 1].zh, lists[i].last_zh);
    }
}

static void words_are_well_formed_and_unique(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_LISTS; i++) {
        const struct word *t = lists[i].table;
        for (int k = 0; t[k].word; k++) {
            assert_true(strspn(t[k].word, "abcdefghijklmnopqrstuvwxyz-") == strlen(t[k].word));
            assert_true(t[k].word[0] != '-' && t[k].zh[0]);
            assert_true(k == 0 || t[k].value > t[k - 1].value);
            assert_int_equal(word_value(t, str_from(t[k].word)), t[k].value);
            assert_string_equal(word_of(t, t[k].value), t[k].word);
            assert_string_equal(word_zh(t, t[k].value), t[k].zh);
            assert_true(word_known(t, t[k].value));
        }
    }
}

static void strangers(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "Court", "cour", "courts", "court ", "unspecified"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(word_value(channel_words, str_from(wrong[i])), 0);
    assert_int_equal(word_value(channel_words, (struct str){NULL, 0}), 0);
    static const int values[] = {-1, 0, 6, 1000};
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(word_of(channel_words, values[i]), "?");
        assert_string_equal(word_zh(channel_words, values[i]), "?");
        assert_false(word_known(channel_words, values[i]));
    }
}

static void a_modes_word_begins_with_its_channels(void **state)
{
    (void)state;
    for (int mode = -50; mode < 200; mode++) {
        int channel = mode_channel(mode);
        assert_int_equal(channel != 0, word_known(mode_words, mode));
        if (channel) {
            const char *word = word_of(channel_words, channel);
            assert_int_equal(strncmp(word_of(mode_words, mode), word, strlen(word)), 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_whole),
        cmocka_unit_test(words_are_well_formed_and_unique),
        cmocka_unit_test(strangers),
        cmocka_unit_test(a_modes_word_begins_with_its_channels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
