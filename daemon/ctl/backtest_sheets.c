/*
 * backtest_sheets.c - the results as sheets
 */
#include "ctl/backtest_report.h"

/* A sheet being filled; a row that finds no memory shows in the arena. */
struct filling {
    const struct backtest_lists *l;
    const struct backtest *b;
    const struct backtest_tally *t;
    struct sheets *out;
    struct arena *a;
    size_t limit;
};

static struct str number(struct filling *f, int64_t v)
{
    return cell_int(f->a, v);
}

static struct str tenths(struct filling *f, int64_t v)
{
    return arena_printf(f->a, "%lld.%lld", (long long)(v / 10), (long long)(v % 10));
}

static struct str percent(struct filling *f, int64_t part, int64_t whole)
{
    return arena_printf(f->a, "%.2f", whole ? 100.0 * (double)part / (double)whole : 0.0);
}

static struct str hex_of(struct filling *f, const void *bytes)
{
    char hex[DIGEST_HEX_SIZE];
    struct digest d;
    memcpy(d.b, bytes, sizeof(d.b));
    return arena_str(f->a, str_from(digest_hex(d, hex)));
}

static size_t at_most(size_t n, size_t limit)
{
    return n < limit ? n : limit;
}

static void sheet_summary(struct filling *f)
{
    static const struct sheet_column columns[] = {{"directory", "rule set in", CELL_TEXT},
                                                  {"ruleset", "its hash", CELL_TEXT},
                                                  {"since", "arrived since", CELL_TIME},
                                                  {"until", "until", CELL_TIME},
                                                  {"region", "in", CELL_TEXT},
                                                  {"referrals", "referrals", CELL_INTEGER},
                                                  {"left", "could not be replayed", CELL_INTEGER},
                                                  {"replayed", "replayed", CELL_INTEGER},
                                                  {"same", "go where they went", CELL_INTEGER},
                                                  {"moved", "go elsewhere", CELL_INTEGER},
                                                  {"moved_percent", "  in percent", CELL_DECIMAL},
                                                  {"elsewhere", "  from one organisation to another", CELL_INTEGER},
                                                  {"other_rule", "decided by another rule", CELL_INTEGER},
                                                  {"other_category", "of another category", CELL_INTEGER},
                                                  {"other_partner", "same organisation, other partner", CELL_INTEGER},
                                                  {"other_limits", "same organisation, other time limits", CELL_INTEGER},
                                                  {"other_code", "manual or refused for another reason", CELL_INTEGER},
                                                  {"beyond_then", "organisations past their capacity then", CELL_INTEGER},
                                                  {"beyond_would", "  now", CELL_INTEGER},
                                                  {"wished_beyond", "  if nobody were turned away as full", CELL_INTEGER},
                                                  {"usual_hold_days", "held, usually, for days", CELL_DECIMAL},
                                                  {"assumed", "  assumed of so many that nobody held", CELL_INTEGER},
                                                  {"silent", "taken as having no earlier referral", CELL_INTEGER},
                                                  {NULL, NULL, 0}};
    const struct backtest_tally *t = f->t;
    struct str *row = sheet_row(f->out, sheet_add(f->out, "summary", "", columns, true));
    if (!row)
        return;
    const struct str cells[] = {
        str_from(f->b->directory),
        hex_of(f, f->b->set.rules->hash.b),
        number(f, f->b->window.since_ms),
        number(f, f->b->window.until_ms),
        f->b->region,
        number(f, t->referrals),
        number(f, t->referrals - t->replayed),
        number(f, t->replayed),
        number(f, t->replayed - t->moved),
        number(f, t->moved),
        percent(f, t->moved, t->replayed),
        number(f, t->elsewhere),
        number(f, t->other_rule),
        number(f, t->other_category),
        number(f, t->other_partner),
        number(f, t->other_limits),
        number(f, t->other_code),
        number(f, f->l->beyond_then),
        number(f, f->l->beyond_would),
        number(f, f->l->wished_beyond),
        tenths(f, f->b->usual_hold_ms / 8640000),
        number(f, t->assumed),
        number(f, t->silent),
    };
    memcpy(row, cells, sizeof(cells));
}

static void sheet_left(struct filling *f)
{
    static const struct sheet_column columns[] = {
        {"reason", "reason", CELL_TEXT}, {"zh", "原因", CELL_TEXT}, {"referrals", "referrals", CELL_INTEGER}, {NULL, NULL, 0}};
    struct sheet *sheet = sheet_add(f->out, "left", "Could not be replayed", columns, false);
    for (const struct word *w = backtest_left_words; w->word; w++) {
        struct str *row = f->t->left[w->value] ? sheet_row(f->out, sheet) : NULL;
        if (!row)
            continue;
        row[0] = str_from(w->word);
        row[1] = str_from(w->zh);
        row[2] = number(f, f->t->left[w->value]);
    }
}

static void sheet_outcomes(struct filling *f)
{
    static const struct sheet_column columns[] = {{"then", "then", CELL_TEXT},
                                                  {"zh", "原结果", CELL_TEXT},
                                                  {"assigned", "now assigned", CELL_INTEGER},
                                                  {"manual", "now manual", CELL_INTEGER},
                                                  {"refused", "now refused", CELL_INTEGER},
                                                  {NULL, NULL, 0}};
    struct sheet *sheet = sheet_add(f->out, "outcomes", "Outcomes, then and now", columns, false);
    for (const struct word *w = backtest_outcome_words; w->word; w++) {
        struct str *row = sheet_row(f->out, sheet);
        if (!row)
            return;
        row[0] = str_from(w->word);
        row[1] = str_from(w->zh);
        for (int i = OUTCOME_ASSIGNED; i <= OUTCOME_REFUSED; i++)
            row[1 + i] = number(f, f->t->outcomes[w->value][i]);
    }
}

static void sheet_sets(struct filling *f)
{
    static const struct sheet_column columns[] = {{"ruleset", "decided by the rule set", CELL_TEXT},
                                                  {"referrals", "referrals", CELL_INTEGER},
                                                  {"moved", "go elsewhere", CELL_INTEGER},
                                                  {NULL, NULL, 0}};
    struct sheet *sheet = sheet_add(f->out, "sets", "Rule sets that decided then", columns, false);
    for (size_t i = 0; i < f->t->n_old_sets; i++) {
        struct str *row = sheet_row(f->out, sheet);
        if (!row)
            return;
        row[0] = hex_of(f, f->t->old_sets.items[i].p);
        row[1] = number(f, f->t->old_set_referrals[i]);
        row[2] = number(f, f->t->old_set_moved[i]);
    }
}

static void sheet_flows(struct filling *f)
{
    static const struct sheet_column columns[] = {{"referrals", "referrals", CELL_INTEGER}, {"from", "from", CELL_TEXT},
                                                  {"from_name", "原去向", CELL_TEXT},      {"to", "to", CELL_TEXT},
                                                  {"to_name", "现去向", CELL_TEXT},        {NULL, NULL, 0}};
    struct sheet *sheet = sheet_add(f->out, "flows", "From whom to whom", columns, false);
    for (size_t i = 0; i < at_most(f->l->n_flows, f->limit); i++) {
        const struct pair *p = &f->l->flows[i];
        struct str *row = sheet_row(f->out, sheet);
        if (!row)
            return;
        row[0] = number(f, p->n);
        row[1] = backtest_id(f->b, p->a);
        row[2] = backtest_name(f->b, p->a);
        row[3] = backtest_id(f->b, p->b);
        row[4] = backtest_name(f->b, p->b);
    }
}

static void sheet_kinds(struct filling *f)
{
    static const struct sheet_column columns[] = {{"referrals", "referrals", CELL_INTEGER}, {"from", "from", CELL_TEXT},
                                                  {"from_name", "原去向", CELL_TEXT},      {"to", "to", CELL_TEXT},
                                                  {"to_name", "现去向", CELL_TEXT},        {NULL, NULL, 0}};
    struct sheet *sheet = sheet_add(f->out, "kinds", "From whom to whom, by kind and level", columns, false);
    for (size_t i = 0; i < at_most(f->l->n_groups, f->limit); i++) {
        const struct pair *p = &f->l->groups[i];
        struct str *row = sheet_row(f->out, sheet);
        if (!row)
            return;
        row[0] = number(f, p->n);
        row[1] = backtest_group_id(f->l, p->a);
        row[2] = backtest_group_name(f->l, p->a);
        row[3] = backtest_group_id(f->l, p->b);
        row[4] = backtest_group_name(f->l, p->b);
    }
}

static int64_t moved_of(const struct backtest_lists *l, const struct pair *p)
{
    for (size_t i = 0; i < l->n_moved_rules; i++)
        if (l->moved_rules[i].a == p->a && l->moved_rules[i].b == p->b)
            return l->moved_rules[i].n;
    return 0;
}

/* Pairs in which nothing changed are left out. */
static void sheet_rules(struct filling *f)
{
    static const struct sheet_column columns[] = {{"old", "rule then", CELL_TEXT},
                                                  {"new", "rule now", CELL_TEXT},
                                                  {"referrals", "referrals", CELL_INTEGER},
                                                  {"moved", "go elsewhere", CELL_INTEGER},
                                                  {NULL, NULL, 0}};
    struct sheet *sheet = sheet_add(f->out, "rules", "Rules, then and now", columns, false);
    size_t shown = 0;
    for (size_t i = 0; i < f->l->n_rules && shown < f->limit; i++) {
        const struct pair *p = &f->l->rules[i];
        struct str old = f->t->old_rules.items[p->a], new = backtest_rule(f->b, p->b);
        int64_t moved = moved_of(f->l, p);
        struct str *row = moved || !str_eq(old, new) ? sheet_row(f->out, sheet) : NULL;
        if (!row)
            continue;
        row[0] = old;
        row[1] = new;
        row[2] = number(f, p->n);
        row[3] = number(f, moved);
        shown++;
    }
}

static struct str category_name(const struct filling *f, int category)
{
    return category >= 0 ? f->b->set.rules->categories.items[category].name : STR("");
}

static void sheet_categories(struct filling *f)
{
    static const struct sheet_column columns[] = {{"old", "category then", CELL_TEXT},
                                                  {"old_name", "原类型", CELL_TEXT},
                                                  {"new", "category now", CELL_TEXT},
                                                  {"new_name", "现类型", CELL_TEXT},
                                                  {"referrals", "referrals", CELL_INTEGER},
                                                  {NULL, NULL, 0}};
    const struct categories *categories = &f->b->set.rules->categories;
    struct sheet *sheet = sheet_add(f->out, "categories", "Categories that change", columns, false);
    for (size_t i = 0; i < at_most(f->l->n_categories, f->limit); i++) {
        const struct pair *p = &f->l->categories[i];
        struct str *row = sheet_row(f->out, sheet);
        if (!row)
            return;
        struct str old = f->t->old_categories.items[p->a];
        row[0] = old;
        row[1] = category_name(f, old.n ? category_find(categories, old) : -1);
        row[2] = p->b >= 0 ? categories->items[p->b].code : STR("");
        row[3] = category_name(f, p->b);
        row[4] = number(f, p->n);
    }
}

static void sheet_organisations(struct filling *f)
{
    static const struct sheet_column columns[] = {{"id", "organisation", CELL_TEXT},
                                                  {"name", "名称", CELL_TEXT},
                                                  {"capacity", "capacity", CELL_INTEGER},
                                                  {"peak_then", "peak then", CELL_INTEGER},
                                                  {"peak_would", "now", CELL_INTEGER},
                                                  {"peak_wished", "wished", CELL_INTEGER},
                                                  {"mean_then", "mean then", CELL_DECIMAL},
                                                  {"mean_would", "now", CELL_DECIMAL},
                                                  {"days_full_then", "days full then", CELL_INTEGER},
                                                  {"days_full_would", "now", CELL_INTEGER},
                                                  {"days_over_would", "days over", CELL_INTEGER},
                                                  {"given_then", "given then", CELL_INTEGER},
                                                  {"given_would", "now", CELL_INTEGER},
                                                  {"found_full_then", "found full then", CELL_INTEGER},
                                                  {"found_full_would", "now", CELL_INTEGER},
                                                  {NULL, NULL, 0}};
    struct sheet *sheet = sheet_add(f->out, "organisations", "Organisations: load against capacity", columns, false);
    for (size_t i = 0; i < at_most(f->l->n_organisations, f->limit); i++) {
        int n = f->l->organisations[i];
        const struct replay_account *o = replay_account(f->b->replay, n);
        const struct backtest_organisation *c = &f->t->organisations[n];
        struct str *row = sheet_row(f->out, sheet);
        if (!row)
            return;
        const struct str cells[] = {
            backtest_id(f->b, n),
            backtest_name(f->b, n),
            o->capacity ? number(f, o->capacity) : STR(""),
            number(f, o->peak[REPLAY_THEN]),
            number(f, o->peak[REPLAY_WOULD]),
            number(f, o->peak[REPLAY_WISHED]),
            tenths(f, backtest_mean_tenths(f->b, n, REPLAY_THEN)),
            tenths(f, backtest_mean_tenths(f->b, n, REPLAY_WOULD)),
            number(f, o->days_full[REPLAY_THEN]),
            number(f, o->days_full[REPLAY_WOULD]),
            number(f, o->days_over[REPLAY_WOULD]),
            number(f, c->given_then),
            number(f, c->given_would),
            number(f, c->full_then),
            number(f, c->full_would),
        };
        memcpy(row, cells, sizeof(cells));
    }
}

#define PART_COLUMNS                                                                                                      \
    {"referrals", "referrals", CELL_INTEGER}, {"left", "not replayed", CELL_INTEGER}, {"moved", "go elsewhere", CELL_INTEGER},     \
        {"manual_then", "manual then", CELL_INTEGER}, {"manual_would", "now", CELL_INTEGER},                               \
        {"refused_then", "refused then", CELL_INTEGER}, {"refused_would", "now", CELL_INTEGER}, {NULL, NULL, 0}

static void fill_part(struct filling *f, struct str *row, const struct backtest_part *p)
{
    const int64_t cells[] = {p->referrals,
                             p->left,
                             p->moved,
                             p->then[OUTCOME_MANUAL],
                             p->would[OUTCOME_MANUAL],
                             p->then[OUTCOME_REFUSED],
                             p->would[OUTCOME_REFUSED]};
    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
        row[i] = number(f, cells[i]);
}

static void sheet_cities(struct filling *f)
{
    static const struct sheet_column columns[] = {{"city", "city", CELL_TEXT}, {"name", "地市", CELL_TEXT}, PART_COLUMNS};
    struct sheet *sheet = sheet_add(f->out, "cities", "By city of the place", columns, false);
    for (size_t i = 0; i < f->l->n_cities; i++) {
        struct str *row = sheet_row(f->out, sheet);
        if (!row)
            return;
        row[0] = arena_printf(f->a, "%04d", f->l->cities[i]);
        row[1] = backtest_city_name(f->b, f->l->cities[i]);
        fill_part(f, row + 2, f->t->cities[f->l->cities[i]]);
    }
}

static void sheet_channels(struct filling *f)
{
    static const struct sheet_column columns[] = {{"channel", "channel", CELL_TEXT}, {"name", "渠道", CELL_TEXT}, PART_COLUMNS};
    struct sheet *sheet = sheet_add(f->out, "channels", "By channel", columns, false);
    for (const struct word *w = channel_words; w->word; w++) {
        struct str *row = f->t->channels[w->value].referrals ? sheet_row(f->out, sheet) : NULL;
        if (!row)
            continue;
        row[0] = str_from(w->word);
        row[1] = str_from(w->zh);
        fill_part(f, row + 2, &f->t->channels[w->value]);
    }
}

/* Not part of the result: it differs from run to run. */
static void sheet_took(struct filling *f)
{
    static const struct sheet_column columns[] = {{"seconds", "seconds", CELL_DECIMAL},
                                                  {"waited", "of them waiting for slices", CELL_DECIMAL},
                                                  {"per_second", "referrals a second", CELL_INTEGER},
                                                  {"threads", "workers", CELL_INTEGER},
                                                  {"cpu_reading", "CPU s: reading", CELL_DECIMAL},
                                                  {"cpu_working", "CPU s: workers", CELL_DECIMAL},
                                                  {"cpu_counting", "CPU s: ladders and counting", CELL_DECIMAL},
                                                  {"record", "workers, s: records", CELL_DECIMAL},
                                                  {"unseal", "workers, s: unsealing", CELL_DECIMAL},
                                                  {"referral", "workers, s: referrals", CELL_DECIMAL},
                                                  {"rules", "workers, s: classify and rules", CELL_DECIMAL},
                                                  {NULL, NULL, 0}};
    const struct backtest *b = f->b;
    struct str *row = sheet_row(f->out, sheet_add(f->out, "took", "Took", columns, true));
    if (!row)
        return;
    const int64_t us[] = {b->reading_us, b->working_us, b->counting_us, b->stage_ns[STAGE_RECORD] / 1000,
                          b->stage_ns[STAGE_UNSEAL] / 1000, b->stage_ns[STAGE_REFERRAL] / 1000, b->stage_ns[STAGE_RULES] / 1000};
    row[0] = arena_printf(f->a, "%.3f", (double)b->took_us / 1e6);
    row[1] = arena_printf(f->a, "%.3f", (double)b->waited_us / 1e6);
    row[2] = number(f, b->took_us ? f->t->referrals * 1000000 / b->took_us : 0);
    row[3] = number(f, b->threads);
    for (int i = 0; i < 7; i++)
        row[4 + i] = arena_printf(f->a, "%.3f", (double)us[i] / 1e6);
}

bool backtest_sheets(const struct backtest_lists *l, size_t limit, struct sheets *out)
{
    struct filling f = {.l = l, .b = l->b, .t = &l->b->tally, .out = out, .a = l->arena, .limit = limit};
    out->arena = l->arena;
    static void (*const sheets[])(struct filling *) = {sheet_summary, sheet_left, sheet_outcomes, sheet_sets, sheet_kinds,
                                                       sheet_flows, sheet_rules, sheet_categories, sheet_organisations, sheet_cities,
                                                       sheet_channels, sheet_took};
    for (size_t i = 0; i < sizeof(sheets) / sizeof(sheets[0]); i++)
        sheets[i](&f);
    return !arena_overflowed(l->arena);
}
