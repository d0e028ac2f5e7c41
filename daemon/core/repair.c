/*
 * repair.c - which fact a predicate asks about, and the plain facts changed: mode, category, place, claim, words
 */
#include "core/repair.h"

const struct word fact_words[] = {
    {FACT_MODE, "mode", "渠道与方式"},       {FACT_CATEGORY, "category", "纠纷类型"},
    {FACT_PLACE, "place", "纠纷发生地"},     {FACT_CLAIM, "claim", "诉求金额"},
    {FACT_TAGS, "tags", "标签"},             {FACT_RISK, "risk", "风险提示"},
    {FACT_OFFENCE, "offence", "罪名"},       {FACT_SOURCE_CATEGORY, "source_category", "来源机关的分类"},
    {FACT_AGENCY, "agency", "来源机关"},     {FACT_TEXT, "text", "案情文字"},
    {FACT_PARTIES, "parties", "当事人"},     {FACT_OCCURRED, "occurred_on", "发生日期"},
    {FACT_ARRIVED, "arrived", "移送时间"},   {FACT_EARLIER, "earlier", "此前移送"},
    {0},
};

struct referral *repair_variant(struct repair *x)
{
    struct referral *r = &x->variants[x->n < REPAIR_VARIANTS - 1 ? x->n++ : REPAIR_VARIANTS - 1];
    *r = *x->now->referral;
    return r;
}

int repair_numbers(const struct cond *c, bool wanted, int64_t now, int64_t out[2])
{
    int n = 0;
    if (wanted) {
        out[n++] = now < c->low ? c->low : now > c->high ? c->high : now;
        return n;
    }
    if (c->low > 0)
        out[n++] = c->low - 1;
    if (c->high < INT64_MAX)
        out[n++] = c->high + 1;
    return n;
}

static void set_mode(struct repair *x, int mode)
{
    struct referral *r = repair_variant(x);
    r->mode = (enum mode)mode;
    r->channel = (enum channel)mode_channel(mode);
}

static void repair_mode(struct repair *x, const struct cond *c, bool wanted)
{
    const struct policies *p = &x->now->rules->policies;
    for (int own = 1; own >= 0; own--) /* those of the same channel first */
        for (int mode = 1; mode < MODE_LIMIT; mode++) {
            int channel = mode_channel(mode);
            int asked = c->kind == COND_CHANNEL ? channel : mode;
            if (channel && p->modes[mode].present && (c->set >> asked & 1) == wanted && (channel == (int)x->now->referral->channel) == own)
                set_mode(x, mode);
        }
}

static void repair_category(struct repair *x, const struct cond *c, bool wanted)
{
    const struct categories *all = &x->now->rules->categories;
    bool missing = c->kind == COND_CATEGORY_MISSING;
    if (missing == wanted)
        repair_variant(x)->category = -1;
    for (int i = 0; !missing && wanted && i < c->n; i++)
        repair_variant(x)->category = c->list[i];
    if (wanted)
        return;
    for (int up = x->now->category; up >= 0; up = all->items[up].parent)
        repair_variant(x)->category = up;
    for (int i = 0, roots = 0; i < all->n && roots < 6; i++)
        if (all->items[i].parent < 0) {
            repair_variant(x)->category = i;
            roots++;
        }
}

static void set_place(struct repair *x, int place)
{
    if (place >= 0)
        repair_variant(x)->place = place;
}

static void first_of_each_kind(struct repair *x, int from, int end, unsigned *kinds)
{
    for (int i = from; i < end; i++) {
        unsigned bit = 1u << x->now->rules->regions.items[i].kind;
        if (!(*kinds & bit))
            set_place(x, i);
        *kinds |= bit;
    }
}

static void repair_place(struct repair *x, const struct cond *c, bool wanted)
{
    const struct regions *regions = &x->now->rules->regions;
    int now = x->now->referral->place;
    set_place(x, x->place);
    if (wanted && (c->kind == COND_REGION_WITHIN || c->kind == COND_REGION_IS)) {
        for (int i = 0; i < c->n; i++)
            set_place(x, c->list[i]);
        return;
    }
    for (int up = regions->items[now].parent; up >= 0; up = regions->items[up].parent)
        set_place(x, up);
    int start = x->place >= 0 ? x->place : now;
    unsigned kinds = 0;
    first_of_each_kind(x, start + 1, regions->items[start].end, &kinds); /* below it, then anywhere */
    first_of_each_kind(x, 0, regions->n, &kinds);
}

static void repair_claim(struct repair *x, const struct cond *c, bool wanted)
{
    const struct referral *now = x->now->referral;
    int64_t numbers[2];
    int n = repair_numbers(c, wanted, now->has_claim ? now->claim_minor : c->low, numbers);
    for (int i = 0; i < n; i++) {
        struct referral *r = repair_variant(x);
        r->has_claim = true;
        r->claim_minor = numbers[i];
        memcpy(r->currency, c->currency, sizeof r->currency);
    }
    if (!wanted)
        repair_variant(x)->has_claim = false;
}

static void repair_claim_missing(struct repair *x, const struct cond *c, bool wanted)
{
    (void)c;
    static const int64_t amounts[] = {100, 1000000, 100000000}; /* 1, 10,000 and 1,000,000 yuan */
    if (wanted)
        repair_variant(x)->has_claim = false;
    for (size_t i = 0; !wanted && i < sizeof amounts / sizeof *amounts; i++) {
        struct referral *r = repair_variant(x);
        r->has_claim = true;
        r->claim_minor = amounts[i];
        memcpy(r->currency, "CNY", sizeof r->currency);
    }
}

static bool in_strings(const struct cond *c, struct str s)
{
    for (int i = 0; i < c->n; i++)
        if (str_eq(c->strings[i], s))
            return true;
    return false;
}

/* The referral's tags without those of the list, and with `one` (empty: none). */
static void set_tags(struct repair *x, const struct cond *without, struct str one)
{
    const struct referral *now = x->now->referral;
    struct str *tags = ARENA_ARRAY(x->arena, (size_t)now->n_tags + 1, struct str);
    int n = 0;
    if (!tags)
        return;
    for (int i = 0; i < now->n_tags; i++)
        if (!without || !in_strings(without, now->tags[i]))
            tags[n++] = now->tags[i];
    if (!str_empty(one))
        tags[n++] = one;
    struct referral *r = repair_variant(x);
    r->tags = tags;
    r->n_tags = n;
}

static void repair_tags(struct repair *x, const struct cond *c, bool wanted)
{
    for (int i = 0; wanted && i < c->n; i++)
        set_tags(x, NULL, c->strings[i]);
    if (!wanted)
        set_tags(x, c, STR(""));
}

static void repair_offence(struct repair *x, const struct cond *c, bool wanted)
{
    for (int i = 0; wanted && i < c->n; i++)
        repair_variant(x)->offence = c->strings[i];
    if (!wanted) { /* none, or one that no list names */
        repair_variant(x)->offence = STR("");
        repair_variant(x)->offence = STR("未列明");
    }
}

static void repair_agency(struct repair *x, const struct cond *c, bool wanted)
{
    for (int i = 0; wanted && i < c->n; i++)
        repair_variant(x)->agency = c->strings[i];
    if (!wanted)
        repair_variant(x)->agency = STR("");
}

static void repair_risk(struct repair *x, const struct cond *c, bool wanted)
{
    if (!wanted)
        repair_variant(x)->risk &= ~(unsigned)c->set;
    for (unsigned bit = 1; wanted && bit && bit <= c->set; bit <<= 1)
        if (c->set & bit)
            repair_variant(x)->risk |= bit;
}

/* The text before the line break, and the source category behind it. */
static struct str text_of(const struct match *m)
{
    struct str all = m->referral->folded;
    size_t behind = m->source_category.n + 1;
    return all.n >= behind ? (struct str){all.p, all.n - behind} : all;
}

static void set_text(struct repair *x, struct str text, struct str source)
{
    struct str folded = arena_printf(x->arena, STR_FMT "\n" STR_FMT, STR_ARG(text), STR_ARG(source));
    if (!folded.p)
        return;
    repair_variant(x)->folded = folded;
}

static void repair_source_category(struct repair *x, const struct cond *c, bool wanted)
{
    struct str text = text_of(x->now);
    for (int i = 0; wanted && i < c->n; i++)
        set_text(x, text, c->strings[i]);
    if (!wanted) {
        set_text(x, text, STR(""));
        set_text(x, text, STR("未列明"));
    }
}

/* Blanks `word` wherever it stands. */
static void blank(char *text, size_t n, struct str word)
{
    for (char *at = text; word.n && (at = memmem(at, n - (size_t)(at - text), word.p, word.n)); at += word.n)
        memset(at, ' ', word.n);
}

static void repair_text(struct repair *x, const struct cond *c, bool wanted)
{
    const struct textscan *words = x->now->rules->words;
    struct str text = text_of(x->now), source = x->now->source_category;
    for (int i = 0; wanted && i < c->n && i < 4; i++)
        set_text(x, arena_printf(x->arena, STR_FMT " " STR_FMT, STR_ARG(text), STR_ARG(textscan_word(words, c->list[i]))), source);
    if (wanted)
        return;
    struct str left = arena_str(x->arena, x->now->referral->folded);
    for (int i = 0; left.p && i < c->n; i++)
        blank((char *)(uintptr_t)left.p, left.n, textscan_word(words, c->list[i]));
    if (left.p)
        repair_variant(x)->folded = left;
}

static const struct {
    enum fact fact;
    repair_fn *repair;
} table[COND_KIND_LIMIT] = {
    [COND_CHANNEL] = {FACT_MODE, repair_mode},
    [COND_MODE] = {FACT_MODE, repair_mode},
    [COND_CATEGORY_UNDER] = {FACT_CATEGORY, repair_category},
    [COND_CATEGORY_IS] = {FACT_CATEGORY, repair_category},
    [COND_CATEGORY_MISSING] = {FACT_CATEGORY, repair_category},
    [COND_REGION_WITHIN] = {FACT_PLACE, repair_place},
    [COND_REGION_IS] = {FACT_PLACE, repair_place},
    [COND_REGION_LEVEL] = {FACT_PLACE, repair_place},
    [COND_REGION_KIND] = {FACT_PLACE, repair_place},
    [COND_CLAIM] = {FACT_CLAIM, repair_claim},
    [COND_CLAIM_MISSING] = {FACT_CLAIM, repair_claim_missing},
    [COND_TAGS] = {FACT_TAGS, repair_tags},
    [COND_OFFENCE] = {FACT_OFFENCE, repair_offence},
    [COND_SOURCE_CATEGORY] = {FACT_SOURCE_CATEGORY, repair_source_category},
    [COND_AGENCY] = {FACT_AGENCY, repair_agency},
    [COND_RISK] = {FACT_RISK, repair_risk},
    [COND_TEXT] = {FACT_TEXT, repair_text},
    [COND_PARTY] = {FACT_PARTIES, repair_party},
    [COND_PARTIES] = {FACT_PARTIES, repair_parties},
    [COND_SAME_VILLAGE] = {FACT_PARTIES, repair_same_village},
    [COND_AGE] = {FACT_OCCURRED, repair_age},
    [COND_AGE_MISSING] = {FACT_OCCURRED, repair_age_missing},
    [COND_ARRIVED] = {FACT_ARRIVED, repair_arrived},
    [COND_WORKING_TIME] = {FACT_ARRIVED, repair_working_time},
    [COND_EARLIER] = {FACT_EARLIER, repair_earlier},
    [COND_EARLIER_COUNT] = {FACT_EARLIER, repair_earlier_count},
};

enum fact fact_of(enum cond_kind kind)
{
    return (unsigned)kind < COND_KIND_LIMIT ? table[kind].fact : 0;
}

void repair_leaf(struct repair *x, struct leaf_wish wish)
{
    x->n = 0;
    if (table[wish.leaf->kind].repair)
        table[wish.leaf->kind].repair(x, wish.leaf, wish.wanted);
}
