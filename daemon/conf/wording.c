/*
 * wording.c - one row a kind of condition, one function a kind of value
 */
#include "conf/wording.h"

#define FEN 100

static struct str joined(const struct wording *w, struct str a, const char *between, struct str b)
{
    if (a.n == 0)
        return b;
    return arena_printf(w->a, STR_FMT "%s" STR_FMT, STR_ARG(a), between, STR_ARG(b));
}

static struct str word_in(const struct wording *w, const struct word *table, int value)
{
    const char *zh = word_zh(table, value);
    return str_from(w->zh && zh[0] ? zh : word_of(table, value));
}

static struct str category_in(const struct wording *w, int i)
{
    return w->zh ? w->rs->categories.items[i].name : w->rs->categories.items[i].code;
}

static struct str region_in(const struct wording *w, int i)
{
    return w->zh ? w->rs->regions.items[i].name : w->rs->regions.items[i].code;
}

/* ---- what each kind is called, and what its values are ---- */

static const struct kind_words {
    const char *en, *zh;
    const struct word *words; /* of a set */
} kinds[COND_KIND_LIMIT] = {
    [COND_ALL] = {"all_of", "全部成立", NULL},
    [COND_ANY] = {"any_of", "任一成立", NULL},
    [COND_NOT] = {"not", "不成立", NULL},
    [COND_CHANNEL] = {"channel", "渠道", channel_words},
    [COND_MODE] = {"mode", "方式", mode_words},
    [COND_CATEGORY_UNDER] = {"category under", "类型属于", NULL},
    [COND_CATEGORY_IS] = {"category is", "类型是", NULL},
    [COND_CATEGORY_MISSING] = {"category missing", "类型未定", NULL},
    [COND_REGION_WITHIN] = {"region within", "地点在", NULL},
    [COND_REGION_IS] = {"region is", "地点是", NULL},
    [COND_REGION_LEVEL] = {"region level", "地点级别", region_level_words},
    [COND_REGION_KIND] = {"region kind", "地点类别", region_kind_words},
    [COND_CLAIM] = {"claim", "标的额", NULL},
    [COND_CLAIM_MISSING] = {"claim missing", "未写标的额", NULL},
    [COND_TAGS] = {"tags", "标签", NULL},
    [COND_OFFENCE] = {"offence", "罪名", NULL},
    [COND_SOURCE_CATEGORY] = {"source_category", "来源类别", NULL},
    [COND_AGENCY] = {"agency", "来源机关", NULL},
    [COND_RISK] = {"risk", "风险", NULL},
    [COND_TEXT] = {"text", "文中有", NULL},
    [COND_PARTY] = {"party", "有当事人", NULL},
    [COND_PARTIES] = {"parties", "当事人数", NULL},
    [COND_SAME_VILLAGE] = {"parties same_village", "当事人同村", NULL},
    [COND_AGE] = {"age", "发生距今", NULL},
    [COND_AGE_MISSING] = {"age missing", "未写发生时间", NULL},
    [COND_ARRIVED] = {"arrived", "收到日", NULL},
    [COND_WORKING_TIME] = {"arrived working_time", "工作时间收到", NULL},
    [COND_EARLIER] = {"earlier within", "距上次移送", NULL},
    [COND_EARLIER_COUNT] = {"earlier count", "此前移送次数", NULL},
};

struct str wording_member(const struct wording *w, const struct cond *c, int member)
{
    switch (c->kind) {
    case COND_CATEGORY_UNDER:
    case COND_CATEGORY_IS:
        return category_in(w, c->list[member]);
    case COND_REGION_WITHIN:
    case COND_REGION_IS:
        return region_in(w, c->list[member]);
    case COND_TEXT:
        return textscan_word(w->rs->words, c->list[member]);
    case COND_RISK:
        return word_in(w, risk_words, 1 << member);
    case COND_TAGS:
    case COND_OFFENCE:
    case COND_SOURCE_CATEGORY:
    case COND_AGENCY:
        return c->strings[member];
    default:
        return kinds[c->kind].words ? word_in(w, kinds[c->kind].words, member) : STR("?");
    }
}

struct str wording_number(const struct wording *w, const struct cond *c, int64_t n)
{
    char day[16];
    switch (c->kind) {
    case COND_CLAIM:
        return n % FEN ? arena_printf(w->a, "%lld.%02d", (long long)(n / FEN), (int)(n % FEN))
                       : arena_printf(w->a, "%lld", (long long)(n / FEN));
    case COND_ARRIVED:
        return arena_printf(w->a, "%s", calendar_day_text((int32_t)n, day));
    default:
        return arena_printf(w->a, "%lld", (long long)n);
    }
}

/* ---- values ---- */

/* Elements of a list or a set, at most `most` of them. */
static struct str elements(const struct wording *w, const struct cond *c, int limit, bool set)
{
    const char *comma = w->zh ? "、" : ", ";
    struct str s = STR("");
    int told = 0, left = 0;
    for (int i = 0; i < limit; i++) {
        if (set && !(c->set >> i & 1))
            continue;
        if (w->most && told == w->most)
            left++;
        else
            s = joined(w, s, comma, wording_member(w, c, i)), told++;
    }
    return left ? arena_printf(w->a, STR_FMT "… +%d", STR_ARG(s), left) : s;
}

/* One end alone; a sum just past a whole yuan was written as `over` or `under`. */
static struct str one_end(const struct wording *w, const struct cond *c, bool low, const char *unit)
{
    int64_t end = low ? c->low : c->high;
    const char *sign = low ? "≥" : "≤";
    if (c->kind == COND_CLAIM && end % FEN == (low ? 1 : FEN - 1)) {
        sign = low ? ">" : "<";
        end += low ? -1 : 1;
    }
    struct str n = wording_number(w, c, end);
    return arena_printf(w->a, "%s " STR_FMT "%s", sign, STR_ARG(n), unit);
}

static struct str range(const struct wording *w, const struct cond *c)
{
    bool low = c->low > 0, high = c->high < INT32_MAX || (c->kind == COND_CLAIM && c->high < INT64_MAX);
    struct str from = low ? wording_number(w, c, c->low) : STR("");
    struct str to = high ? wording_number(w, c, c->high) : STR("");
    const char *unit = c->kind == COND_AGE || c->kind == COND_EARLIER ? (w->zh ? " 天" : " days") : "";
    if (c->kind == COND_CLAIM)
        unit = c->currency[0] && strcmp(c->currency, "CNY") != 0 ? c->currency : w->zh ? " 元" : " yuan";
    if (low && high)
        return c->low == c->high
                   ? arena_printf(w->a, STR_FMT "%s", STR_ARG(from), unit)
                   : arena_printf(w->a, STR_FMT "–" STR_FMT "%s", STR_ARG(from), STR_ARG(to), unit);
    if (!low && !high)
        return w->zh ? STR("已写明") : STR("given");
    return one_end(w, c, low, unit);
}

/* The words of a set of bits, any of them. */
static struct str words_of_set(const struct wording *w, const struct word *table, uint64_t set)
{
    struct str s = STR("");
    for (const struct word *x = table; x->word; x++)
        if (set >> x->value & 1)
            s = joined(w, s, w->zh ? "、" : ", ", word_in(w, table, x->value));
    return s;
}

static struct str party(const struct wording *w, const struct cond *c)
{
    struct str s = joined(w, words_of_set(w, party_role_words, c->party.roles), " ",
                          words_of_set(w, party_kind_words, c->party.kinds));
    if (c->party.foreign >= 0)
        s = joined(w, s, " ",
                   c->party.foreign ? (w->zh ? STR("境外") : STR("foreign"))
                                    : (w->zh ? STR("非境外") : STR("not foreign")));
    if (c->party.minor >= 0)
        s = joined(w, s, " ",
                   c->party.minor ? (w->zh ? STR("未成年") : STR("minor"))
                                  : (w->zh ? STR("成年") : STR("of age")));
    return s;
}

static struct str value(const struct wording *w, const struct cond *c)
{
    switch (c->kind) {
    case COND_CHANNEL:
    case COND_MODE:
    case COND_REGION_LEVEL:
    case COND_REGION_KIND:
    case COND_RISK:
        return elements(w, c, 64, true);
    case COND_CATEGORY_UNDER:
    case COND_CATEGORY_IS:
    case COND_REGION_WITHIN:
    case COND_REGION_IS:
    case COND_TEXT:
    case COND_TAGS:
    case COND_OFFENCE:
    case COND_SOURCE_CATEGORY:
    case COND_AGENCY:
        return elements(w, c, c->n, false);
    case COND_CLAIM:
    case COND_PARTIES:
    case COND_AGE:
    case COND_ARRIVED:
    case COND_EARLIER:
    case COND_EARLIER_COUNT:
        return range(w, c);
    case COND_PARTY:
        return party(w, c);
    default:
        return STR("");
    }
}

struct str wording_condition(const struct wording *w, const struct cond *c)
{
    struct str name = str_from(w->zh ? kinds[c->kind].zh : kinds[c->kind].en), v = value(w, c);
    return v.n ? joined(w, name, " ", v) : name;
}

/* ---- targets ---- */

static struct str specialities(const struct wording *w, const struct target *t)
{
    struct str s = STR("");
    if (t->speciality_matching)
        return w->zh ? STR("专长相符") : STR("speciality matching");
    for (int i = 0; i < t->n_specialities; i++)
        s = joined(w, s, w->zh ? "、" : ", ", category_in(w, t->specialities[i]));
    return s.n ? joined(w, w->zh ? STR("专长") : STR("speciality"), " ", s) : s;
}

static struct str organisations(const struct wording *w, const struct target *t)
{
    struct str s = STR("");
    for (int i = 0; i < t->n_organisations; i++) {
        const struct organisation *o = &w->rs->roster.items[t->organisations[i]];
        if (w->most && i == w->most)
            return arena_printf(w->a, STR_FMT "… +%d", STR_ARG(s), t->n_organisations - i);
        s = joined(w, s, w->zh ? "、" : ", ", w->zh ? o->name : o->id);
    }
    return s;
}

static struct str place(const struct wording *w, const struct target *t)
{
    if (t->where == TARGET_NEIGHBOURING)
        return w->zh ? STR("邻县") : STR("neighbouring counties");
    if (t->where == TARGET_NEAREST)
        return t->n_organisations || t->stationed ? STR("") : w->zh ? STR("由近及远") : STR("nearest");
    struct str code = region_in(w, t->region);
    return t->where == TARGET_IS ? joined(w, w->zh ? STR("本级") : STR("of"), " ", code)
                                 : joined(w, w->zh ? STR("全") : STR("within"), w->zh ? "" : " ", code);
}

static struct str demands(const struct wording *w, const struct target *t)
{
    struct str s = STR("");
    const char *comma = w->zh ? "，" : ", ";
    if (t->rating_at_least)
        s = arena_printf(w->a, w->zh ? "评分≥%d" : "rating ≥ %d", t->rating_at_least);
    if (t->open_now)
        s = joined(w, s, comma, w->zh ? STR("正在服务时间") : STR("open now"));
    for (int i = 0; i < t->n_languages; i++)
        s = joined(w, s, comma, t->languages[i]);
    return s;
}

struct str wording_target(const struct wording *w, const struct target *t)
{
    const char *comma = w->between ? w->between : w->zh ? "，" : ", ";
    const struct str parts[] = {
        organisations(w, t),
        words_of_set(w, org_kind_words, t->kinds),
        t->stationed ? (w->zh ? STR("驻该机关") : STR("stationed with the agency")) : STR(""),
        words_of_set(w, region_level_words, t->levels),
        specialities(w, t),
        place(w, t),
        demands(w, t),
    };
    struct str s = STR("");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i].n)
            s = joined(w, s, comma, parts[i]);
    return s;
}
