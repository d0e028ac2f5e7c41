/*
 * dossier_page.c - the page of a dossier: sections of sheets under Chinese labels
 */
#include "ctl/dossier.h"

#include "core/deadlines.h"
#include "core/review.h"
#include "ctl/html.h"
#include "ctl/layout.h"

#include <stdlib.h>

enum { LABELS_MAX = 20, HASH_GROUP = 16 };

/* Words of the daemon's answer that stand in no list of the domain. */
static const struct word outcome_zh[] = {{1, "assigned", "已指派"}, {2, "manual", "转人工指派"}, {3, "refused", "不予受理"}, {0}};
static const struct word proof_zh[] = {{1, "verified", "已验证"}, {2, "BROKEN", "断链"}, {3, "after the break", "断链之后"},
                                       {4, "ok", "完好"},         {5, "BAD", "已损坏"}, {0}};
static const struct word kept_zh[] = {{1, "sealed", "加密保存"}, {2, "erased", "已删除"}, {3, "cannot be opened", "无法打开"},
                                      {4, "yes", "是"},          {5, "no", "否"},         {6, "masked", "未公开"},
                                      {7, "opened", "已公开"},   {0}};
static const struct word by_zh[] = {{1, "rules", "规则"}, {2, "timer", "时钟"}, {0}};
static const struct word what_zh[] = {{1, "summary", "纠纷概要"},   {2, "source-category", "机关原分类"}, {3, "offence", "涉嫌罪名"},
                                      {4, "occurred-on", "发生日期"}, {5, "attachment", "附件"},       {6, "supplement", "补充说明"},
                                      {7, "note", "步骤说明"},      {0}};
static const struct word status_zh[] = {{1, "offered", "待答复"},   {2, "accepted", "已接受"},  {3, "declined", "不接受"}, {4, "lapsed", "逾期未答复"},
                                        {5, "cancelled", "已取消"}, {6, "concluded", "已终结"}, {7, "moved", "已改派"},    {0}};
static const struct word explained_zh[] = {{1, "identical", "一致"}, {2, "DIFFERS", "不一致"},
                                           {3, "not applicable: assigned by hand", "人工指派，不适用"}, {0}};

enum shape { AS_IT_IS, HASH, LEFT };

struct label {
    const char *key, *zh;
    const struct word *words; /* NULL: as it is */
    enum shape shape;
    const struct word *or[2]; /* other tables of words */
};

static const struct section {
    const char *sheet, *zh, *en;
    struct label labels[LABELS_MAX];
} sections[] = {
    {"facts", "案件要素", "Facts",
     {{"referral", "流转编号"}, {"agency", "来源机关"}, {"agency_ref", "机关案号"}, {"arrived", "收到时间"}, {"channel", "渠道", channel_words},
      {"mode", "移送方式", mode_words}, {"place_name", "纠纷发生地"}, {"place", "区划代码"}, {"category_name", "纠纷类别"},
      {"category", "类别代码"}, {"claim", "标的额"}, {"parties", "当事人数"}, {"risk", "风险提示", risk_words}, {"state", "当前状态", state_words},
      {"organisation_name", "承办组织"}, {"organisation", "组织编号"}, {"content", "原始内容", kept_zh}, {"content_sha256", "内容摘要", NULL, HASH},
      {"personal", "个人信息", kept_zh}}},
    {"parties", "当事人", "Parties",
     {{"n", "序号"}, {"role", "地位", party_role_words}, {"kind", "类型", party_kind_words}, {"minor", "未成年", kept_zh}, {"name", "姓名或名称"},
      {"identity", "证件号码"}, {"phone", "电话"}, {"address", "住所区划"}, {"representative", "代理人"}}},
    {"texts", "文字材料", "Free text", {{"what", "材料", what_zh}, {"of", "条目"}, {"text", "内容", kept_zh}}},
    {"decisions", "分派决定", "Decisions",
     {{"n", "次"}, {"at", "时间"}, {"outcome", "结果", outcome_zh}, {"organisation_name", "调解组织"}, {"code", "原因"}, {"rule_name", "依据规则"},
      {"rung", "梯级"}, {"by", "决定者", by_zh}, {"rederived", "重算核对", explained_zh}}},
    {"assignments", "历次指派", "Assignments",
     {{"name", "调解组织"}, {"organisation", "组织编号"}, {"status", "结果", status_zh}, {"respond_by", "答复期限"}, {"finish_by", "办结期限"}}},
    {"deadlines", "期限遵守", "Deadlines, kept or missed",
     {{"due", "期限", due_words}, {"since", "起算"}, {"due_at", "到期"}, {"done_at", "完成"}, {"result", "结果", deadline_words},
      {"left", "余（－超）", NULL, LEFT}, {"moved", "变更"}, {"warned", "提醒"}, {"provisional", "暂定", kept_zh}}},
    {"outcome", "终结与后续", "Conclusion, and what followed",
     {{"seq", "条目"}, {"at", "时间"}, {"conclusion", "终结事由", conclusion_words}, {"agreement", "协议形式", agreement_kind_words},
      {"amount", "协议金额"}, {"follow_up", "履行与司法确认", follow_up_kind_words}}},
    {"steps", "流转步骤", "Every step",
     {{"seq", "条目"}, {"at", "时间"}, {"step", "步骤", step_kind_words}, {"name", "调解组织"},
      {"reason", "事由", progress_kind_words, AS_IT_IS, {decline_reason_words, due_words}}, {"state", "之后状态", state_words}, {"due", "下一期限", due_words},
      {"due_at", "到期"}, {"actor", "经办", by_zh}}},
    {"chain", "流转日志校验", "The agency's chain recomputed",
     {{"agency", "来源机关"}, {"result", "结果", proof_zh}, {"entries", "条目总数"}, {"verified", "已验证至"}, {"first_bad", "首个损坏条目"},
      {"fault", "问题"}, {"hash", "末条摘要", NULL, HASH}}},
    {"reviews", "评查意见", "Marks of reviewers",
     {{"sample", "样本"}, {"at", "时间"}, {"who", "评查人"}, {"score", "得分"}, {"findings", "问题", finding_words}, {"note", "意见"}}},
    {"openings", "个人信息调阅记录", "Who has seen its personal data", {{"at", "时间"}, {"who", "调阅人"}, {"why", "事由", kept_zh}}},
    {"proof", "逐条凭证", "Proof of each step",
     {{"seq", "条目"}, {"result", "验证", proof_zh}, {"previous", "前一条摘要", NULL, HASH}, {"hash", "本条摘要 SHA-256", NULL, HASH}}},
};

/* ---- finding ---- */

static const struct sheet *find_sheet(const struct sheets *s, const char *name)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->items[i].name, name) == 0)
            return &s->items[i];
    return NULL;
}

static int find_column(const struct sheet *sheet, const char *key)
{
    for (int i = 0; i < sheet->n_columns; i++)
        if (strcmp(sheet->columns[i].key, key) == 0)
            return i;
    return -1;
}

static struct str cell(const struct sheet *sheet, size_t row, const char *key)
{
    int column = sheet && row < sheet->n_rows ? find_column(sheet, key) : -1;
    return column >= 0 ? sheet->cells[row * (size_t)sheet->n_columns + (size_t)column] : STR("");
}

/* ---- one cell ---- */

/* In Chinese, one word or several with spaces or commas between; .p NULL when one of them is not in the table. */
static struct str translated(struct arena *a, const struct word *words, struct str s)
{
    struct str all = STR("");
    int value = word_value(words, s);
    if (value)
        return str_from(word_zh(words, value));
    while (s.n > 0) {
        size_t n = 0;
        while (n < s.n && s.p[n] != ' ' && s.p[n] != ',')
            n++;
        bool more = n < s.n;
        struct str one = {s.p, n};
        value = word_value(words, one);
        if (!value)
            return (struct str){NULL, 0};
        all = arena_printf(a, STR_FMT "%s%s", STR_ARG(all), all.n ? "、" : "", word_zh(words, value));
        s = (struct str){one.p + one.n + more, s.n - one.n - more};
    }
    return all;
}

/* In groups, so that a line may break between them. */
static struct str grouped(struct arena *a, struct str hash)
{
    struct str all = STR("");
    for (size_t i = 0; i < hash.n; i += HASH_GROUP) {
        struct str group = {hash.p + i, hash.n - i < HASH_GROUP ? hash.n - i : HASH_GROUP};
        all = arena_printf(a, STR_FMT "%s" STR_FMT, STR_ARG(all), i ? " " : "", STR_ARG(group));
    }
    return all;
}

/* "2026-05-01 09:30:00", in Asia/Shanghai as the page says. */
static struct str time_shown(struct arena *a, struct str ms)
{
    char text[TIME_TEXT_SIZE], digits[24];
    if (ms.n >= sizeof(digits))
        return ms;
    memcpy(digits, ms.p, ms.n);
    digits[ms.n] = '\0';
    struct str s = arena_str(a, str_from(layout_time(strtoll(digits, NULL, 10), false, text)));
    return s.p && s.n > 19 ? (struct str){s.p, 19} : s;
}

/* "5d 05:20" as 5天05:20. */
static struct str left_shown(struct arena *a, struct str s)
{
    const char *d = memchr(s.p, 'd', s.n);
    size_t at = d ? (size_t)(d - s.p) : s.n;
    if (at + 2 > s.n)
        return s;
    return arena_printf(a, STR_FMT "天" STR_FMT, STR_ARG(((struct str){s.p, at})), STR_ARG(((struct str){d + 2, s.n - at - 2})));
}

static struct str shown(struct arena *a, const struct sheet *sheet, size_t row, const struct label *l)
{
    struct str s = cell(sheet, row, l->key), zh = {NULL, 0};
    if (str_empty(s))
        return STR("");
    if (l->words)
        zh = translated(a, l->words, s);
    for (size_t i = 0; i < 2 && !zh.p && l->or[i]; i++)
        zh = translated(a, l->or[i], s);
    if (zh.p)
        return zh;
    if (l->shape == HASH)
        return grouped(a, s);
    if (l->shape == LEFT)
        return left_shown(a, s);
    return sheet->columns[find_column(sheet, l->key)].kind == CELL_TIME ? time_shown(a, s) : s;
}

/* ---- sections ---- */

/* One row as names and values; what is empty is left out. */
static void write_single(FILE *out, struct arena *a, const struct section *section, const struct sheet *sheet)
{
    struct html_fact facts[LABELS_MAX];
    size_t n = 0;
    for (const struct label *l = section->labels; l < section->labels + LABELS_MAX && l->key; l++) {
        struct str value = shown(a, sheet, 0, l);
        if (!str_empty(value))
            facts[n++] = (struct html_fact){l->zh, value};
    }
    html_facts(out, facts, n);
}

static void write_rows(FILE *out, struct arena *a, const struct section *section, const struct sheet *sheet)
{
    struct html_column heads[LABELS_MAX];
    size_t n = 0;
    for (const struct label *l = section->labels; l < section->labels + LABELS_MAX && l->key; l++, n++) {
        int at = find_column(sheet, l->key);
        heads[n] = (struct html_column){l->zh, at >= 0 && sheet->columns[at].kind == CELL_INTEGER};
    }
    struct str *cells = ARENA_ARRAY(a, sheet->n_rows * n + 1, struct str);
    for (size_t row = 0; cells && row < sheet->n_rows; row++)
        for (size_t i = 0; i < n; i++)
            cells[row * n + i] = shown(a, sheet, row, &section->labels[i]);
    if (cells)
        html_table(out, heads, n, cells, sheet->n_rows);
}

static void write_sections(FILE *out, const struct sheets *s)
{
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        const struct sheet *sheet = find_sheet(s, sections[i].sheet);
        if (!sheet)
            continue;
        html_section(out, sections[i].zh, sections[i].en);
        if (sheet->single)
            write_single(out, s->arena, &sections[i], sheet);
        else
            write_rows(out, s->arena, &sections[i], sheet);
        html_section_end(out);
    }
}

/* ---- what is seen first ---- */

static struct str count_of(struct arena *a, const struct sheet *sheet, const char *key, const char *word)
{
    int64_t n = 0;
    for (size_t row = 0; sheet && row < sheet->n_rows; row++)
        n += str_eqz(cell(sheet, row, key), word);
    return cell_int(a, n);
}

static void write_tiles(FILE *out, const struct sheets *s)
{
    static const struct label state = {"state", "", state_words, AS_IT_IS, {NULL}}, result = {"result", "", proof_zh, AS_IT_IS, {NULL}};
    struct arena *a = s->arena;
    const struct sheet *deadlines = find_sheet(s, "deadlines");
    const struct html_tile tiles[] = {
        {"当前状态", "state", shown(a, find_sheet(s, "facts"), 0, &state), STR(""), true},
        {"按期", "deadlines kept", count_of(a, deadlines, "result", "kept"), STR(""), false},
        {"逾期", "deadlines missed", count_of(a, deadlines, "result", "missed"), STR(""), false},
        {"流转日志", "the agency's chain", shown(a, find_sheet(s, "chain"), 0, &result), STR(""), false},
    };
    html_tiles(out, tiles, sizeof tiles / sizeof tiles[0]);
}

static void write_foot(FILE *out, const struct sheets *s)
{
    static const struct label at = {"made_at", "", NULL, AS_IT_IS, {NULL}};
    struct arena *a = s->arena;
    const struct sheet *facts = find_sheet(s, "facts");
    struct str personal = cell(facts, 0, "personal");
    const char *note = str_eqz(personal, "opened")   ? "本卷宗含个人信息，调阅已登记在案；仅供评查使用，不得外传。"
                       : str_eqz(personal, "erased") ? "本案个人信息已依法删除；流转日志仍可校验。"
                                                     : "姓名、证件号码、电话、住所和文字材料以“●●●”代替。";
    struct str made = arena_printf(a, "%s 制作：" STR_FMT "，" STR_FMT "。时间均为北京时间（UTC+8）。", note, STR_ARG(cell(facts, 0, "made_by")),
                                   STR_ARG(shown(a, facts, 0, &at)));
    if (made.p)
        html_note(out, made.p);
}

void dossier_page(FILE *out, const struct sheets *s)
{
    html_begin(out, "案件评查卷宗", "Dossier for review");
    write_tiles(out, s);
    struct str error = str_empty(s->error) ? STR("") : arena_str(s->arena, s->error);
    if (error.n)
        html_note(out, error.p);
    write_sections(out, s);
    write_foot(out, s);
    html_end(out);
}
