/*
 * review.c - findings and strata
 */
#include "core/review.h"

/* clang-format off */
const struct word finding_words[] = {
    {1,  "wrong-organisation",  "指派不当"},
    {2,  "late-acceptance",     "受理不及时"},
    {3,  "late-contact",        "未及时联系当事人"},
    {4,  "overdue",             "超期办理"},
    {5,  "bad-suspension",      "中止或延长不当"},
    {6,  "no-record",           "调解记录缺失"},
    {7,  "facts-unclear",       "事实未查清"},
    {8,  "not-voluntary",       "违背自愿"},
    {9,  "unlawful-content",    "协议内容违法"},
    {10, "agreement-unclear",   "协议约定不明"},
    {11, "agreement-form",      "文书不规范"},
    {12, "wrong-conclusion",    "终结事由不符"},
    {13, "no-follow-up",        "未回访履行"},
    {14, "privacy",             "泄露个人信息"},
    {15, "other",               "其他"},
    {0},
};

const struct word sample_by_words[] = {
    {SAMPLE_BY_CHANNEL,      "channel",      "对接渠道"},
    {SAMPLE_BY_CITY,         "city",         "设区市和省直管县"},
    {SAMPLE_BY_CHANNEL_CITY, "channel-city", "对接渠道和设区市"},
    {SAMPLE_BY_OUTCOME,      "outcome",      "终结事由"},
    {SAMPLE_BY_ORGANISATION, "organisation", "调解组织"},
    {0},
};
/* clang-format on */

bool findings_parse(struct str s, char out[FINDINGS_SIZE], struct str *wrong)
{
    unsigned found = 0;
    size_t n = 0;
    for (bool more = s.n > 0; more;) {
        const char *comma = memchr(s.p, ',', s.n);
        struct str code = {s.p, comma ? (size_t)(comma - s.p) : s.n};
        int value = word_value(finding_words, code);
        *wrong = code;
        if (!value || found >> value & 1)
            return false;
        found |= 1u << value;
        more = comma;
        if (more)
            s = (struct str){comma + 1, s.n - code.n - 1};
    }
    for (const struct word *w = finding_words; w->word; w++) {
        size_t length = strlen(w->word);
        if (!(found >> w->value & 1) || n + length + 2 > FINDINGS_SIZE)
            continue;
        if (n)
            out[n++] = ',';
        memcpy(out + n, w->word, length);
        n += length;
    }
    out[n] = '\0';
    return true;
}
