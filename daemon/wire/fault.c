/*
 * fault.c - the table of faults
 */
#include "wire/fault.h"

#include "wire/limits.h"

#include <stdio.h>

struct fault_row {
    enum fault_code code;
    const char *word, *text, *text_zh;
};

/* docs/protocol.md repeats the table for integrators; a test compares. */
static const struct fault_row rows[] = {
    {FAULT_MALFORMED, "malformed",
     "These bytes are not the message they should be. Check the encoder; they were kept aside.",
     "报文无法解析，原始字节已另存；请检查编码程序。"},
    {FAULT_OVERSIZE, "oversize", "Larger than the limit, or too deeply nested. Send less at once.",
     "超过大小限制或嵌套过深，请拆分或精简后再送。"},
    {FAULT_VERSION_UNSUPPORTED, "version-unsupported",
     "This protocol version is not spoken here. Set version to 1.",
     "不支持此协议版本，请将 version 设为 1。"},
    {FAULT_BODY_MISSING, "body-missing",
     "The message has no body, or one unknown here. Set exactly one body.",
     "报文缺少正文，或正文种类未知；请只填一种正文。"},
    {FAULT_REQUEST_ID_INVALID, "request-id-invalid", "request_id must be 1 to 64 printable ASCII characters.",
     "request_id 须为 1 至 64 个可见 ASCII 字符。"},
    {FAULT_BATCH_EMPTY, "batch-empty", "The list has no items. Send at least one.",
     "列表为空，请至少送一项。"},
    {FAULT_BATCH_TOO_LARGE, "batch-too-large", "The list has too many items. Split it.",
     "列表项数超过上限，请分批发送。"},
    {FAULT_NOT_PERMITTED, "not-permitted",
     "Your key may not send this kind of message here. Check the endpoint and the key.",
     "本密钥无权在此端口发送此类报文，请核对端口和密钥。"},
    {FAULT_CHANNEL_NOT_YOURS, "channel-not-yours",
     "Your key is bound to another channel. Use that channel, or its own key.",
     "本密钥绑定的是其他对接渠道，请改用本渠道或相应密钥。"},
    {FAULT_REGION_NOT_YOURS, "region-not-yours",
     "The place lies outside your region. Correct it, or hand over through the agency there.",
     "纠纷发生地不在本机关辖区内，请更正，或由当地机关移送。"},
    {FAULT_ORGANISATION_NOT_YOURS, "organisation-not-yours",
     "Your key does not serve this organisation. Check its id, or ask the administrator.",
     "本密钥不服务于该调解组织，请核对编号或联系管理员。"},
    {FAULT_FIELD_MISSING, "field-missing", "A required field is empty. Fill it in.", "必填项为空，请补填。"},
    {FAULT_FIELD_TOO_LONG, "field-too-long", "The text is longer than its limit. Shorten it.",
     "文字超过长度上限，请缩短。"},
    {FAULT_BAD_UTF8, "bad-utf8", "The text is not valid UTF-8. Convert it from its own encoding first.",
     "文字不是有效的 UTF-8，请先转换编码。"},
    {FAULT_NUL_IN_TEXT, "nul-in-text", "The text contains U+0000. Remove it.", "文字中含有 U+0000，请去除。"},
    {FAULT_CONTROL_IN_TEXT, "control-in-text", "The text contains a control character. Remove it.",
     "文字中含有控制字符，请去除。"},
    {FAULT_UNKNOWN_ENUM, "unknown-enum", "Not a member of its closed list, or not set. Use a listed value.",
     "未填，或不是规定的取值，请从列表中选取。"},
    {FAULT_MODE_NOT_OF_CHANNEL, "mode-not-of-channel",
     "The mode belongs to another channel. Use one of this channel.",
     "移送方式不属于该对接渠道，请选用本渠道的方式。"},
    {FAULT_REGION_UNKNOWN, "region-unknown",
     "No such division code. Use 6, 9 or 12 digits of the current list.",
     "区划代码不存在，请使用现行的 6、9 或 12 位代码。"},
    {FAULT_CATEGORY_UNKNOWN, "category-unknown",
     "No such category. Use a listed code, or leave it empty to be classified.",
     "案由或纠纷类型不存在，请使用列表中的代码，或留空由系统归类。"},
    {FAULT_TAG_INVALID, "tag-invalid",
     "A tag is lower-case words joined by '-', for example platform-worker.",
     "标签须为以“-”相连的小写字母或数字，例如 platform-worker。"},
    {FAULT_DATE_INVALID, "date-invalid", "Not a date that exists. Write YYYY-MM-DD.",
     "日期不存在或格式不对，请按 YYYY-MM-DD 填写。"},
    {FAULT_DATE_IN_FUTURE, "date-in-future", "This date must not lie in the future. Correct it.",
     "此日期不得晚于今天，请更正。"},
    {FAULT_DATE_TOO_OLD, "date-too-old", "This date lies before 1949-10-01. Correct it.",
     "此日期早于 1949-10-01，请更正。"},
    {FAULT_DATE_TOO_FAR, "date-too-far", "A deadline must lie between today and two years ahead. Correct it.",
     "期限须在今天至两年之内，请更正。"},
    {FAULT_AMOUNT_OUT_OF_RANGE, "amount-out-of-range",
     "The number lies outside its range. Check the unit: amounts are in minor units.",
     "数值超出范围，请核对单位（金额以分为单位）。"},
    {FAULT_CURRENCY_UNKNOWN, "currency-unknown",
     "Not an accepted currency. Use an ISO 4217 code of the list, for example CNY.",
     "不接受此币种，请使用列表中的 ISO 4217 代码，例如 CNY。"},
    {FAULT_TOO_FEW_PARTIES, "too-few-parties", "At least one party is required. Add it.",
     "至少须有一名当事人，请补充。"},
    {FAULT_TOO_MANY_PARTIES, "too-many-parties",
     "More parties than the limit. Name representatives, or split the referral.",
     "当事人超过上限，请推选代表人或分案移送。"},
    {FAULT_TOO_MANY_ITEMS, "too-many-items",
     "More items than the limit. Leave some out, or send them as a Supplement.",
     "项数超过上限，请精简，或以补充方式另送。"},
    {FAULT_IDENTITY_INVALID, "identity-invalid",
     "The identity number has a wrong form or check character. Check it against the document.",
     "证件号码格式或校验位不对，请与证件核对。"},
    {FAULT_PHONE_INVALID, "phone-invalid",
     "A phone number has 5 to 20 characters: digits, spaces, '-' and a leading '+'.",
     "电话须为 5 至 20 个字符：数字、空格、“-”，可以“+”开头。"},
    {FAULT_URI_INVALID, "uri-invalid",
     "An attachment's URI starts with https:// or urn: and has only printable ASCII.",
     "附件地址须以 https:// 或 urn: 开头，且只含可见 ASCII 字符。"},
    {FAULT_DIGEST_INVALID, "digest-invalid", "A digest is the 32 bytes of a SHA-256, not its hex text.",
     "摘要须为 SHA-256 的 32 个字节，而非十六进制文本。"},
    {FAULT_ID_INVALID, "id-invalid",
     "This cannot be an id given out here. Send it back exactly as it was received.",
     "编号格式不对，请原样填写收到的编号。"},
    {FAULT_MEDIATOR_INVALID, "mediator-invalid",
     "A mediator goes by your own number for the person: 1 to 32 letters, digits and '-'. Never by name.",
     "调解员须用本组织自己的编号（1 至 32 个字母、数字和“-”），不得填写姓名。"},
    {FAULT_REFERRAL_UNKNOWN, "referral-unknown",
     "You have no such referral. Check agency_ref, and that it was accepted.",
     "本机关没有此移送，请核对来源机关编号及是否已受理。"},
    {FAULT_ASSIGNMENT_UNKNOWN, "assignment-unknown",
     "No such assignment for your organisations. Check assignment_id.", "贵组织没有此指派，请核对指派编号。"},
    {FAULT_ASSIGNMENT_CLOSED, "assignment-closed",
     "The assignment is no longer open. Stop work on it and close it at your side.",
     "该指派已结束，请停止办理并在本方结案。"},
    {FAULT_STALE_TERM, "stale-term", "The assignment has been delivered anew. Use the highest term received.",
     "该指派已重新送达，请使用收到的最大 term。"},
    {FAULT_STATE_FORBIDS, "state-forbids",
     "The referral's present state does not allow this step. Query it first.",
     "当前状态不允许此操作，请先查询状态。"},
    {FAULT_REASON_MISSING, "reason-missing", "This reason must be explained. Fill in the text.",
     "选择此项须附说明，请填写文字。"},
    {FAULT_OUTCOME_INCOMPLETE, "outcome-incomplete",
     "The conclusion lacks an item that it requires. Fill it in.", "终结结果缺少必填内容，请补填。"},
    {FAULT_CURSOR_AHEAD, "cursor-ahead",
     "The cursor lies beyond the journal's end. Follow from the last entry you verified.",
     "游标超出日志末尾，请从最后核验的条目续传。"},
    {FAULT_RULE_REFUSED, "rule-refused",
     "A routing rule refuses this referral. See the reason and its legal basis.",
     "按规则不予受理，见所附理由和依据。"},
};

static const struct fault_row *row_of(enum fault_code code)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].code == code)
            return &rows[i];
    }
    return NULL;
}

const char *fault_word(enum fault_code code)
{
    const struct fault_row *r = row_of(code);
    return r ? r->word : "?";
}

const char *fault_text(enum fault_code code)
{
    const struct fault_row *r = row_of(code);
    return r ? r->text : "?";
}

const char *fault_text_zh(enum fault_code code)
{
    const struct fault_row *r = row_of(code);
    return r ? r->text_zh : "?";
}

static struct fault *add(struct faults *f)
{
    struct fault *new = f->n < LIMIT_FAULTS ? ARENA_PUSH(f->arena, f->items, f->n, f->cap) : NULL;
    if (!new)
        f->left_out++;
    return new;
}

void fault_add(struct faults *f, enum fault_code code, const char *field_fmt, ...)
{
    struct fault *new = add(f);
    if (!new)
        return;
    va_list ap;
    va_start(ap, field_fmt);
    struct str field = arena_vprintf(f->arena, field_fmt, ap);
    va_end(ap);
    *new = (struct fault){.code = code,
                          .field = field,
                          .text = str_from(fault_text(code)),
                          .text_zh = str_from(fault_text_zh(code))};
}

void fault_add_refusal(struct faults *f, struct str code, struct str text_zh, struct str basis)
{
    struct fault *new = add(f);
    if (!new)
        return;
    *new = (struct fault){
        .code = FAULT_RULE_REFUSED,
        .text = arena_printf(f->arena, "Refused by a routing rule: " STR_FMT, STR_ARG(code)),
        .text_zh = text_zh.n ? arena_str(f->arena, text_zh) : str_from(fault_text_zh(FAULT_RULE_REFUSED)),
        .basis = arena_str(f->arena, basis)};
}
