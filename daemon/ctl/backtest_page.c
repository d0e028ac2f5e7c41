/*
 * backtest_page.c - the results as a page with charts
 */
#include "ctl/backtest_report.h"

#include "ctl/chart.h"
#include "ctl/html.h"
#include "ctl/layout.h"

#include <errno.h>
#include <stdlib.h>

enum { NODES = 11, GAUGES = 20, HEADS = 16 };

struct page {
    const struct backtest_lists *l;
    const struct backtest *b;
    const struct backtest_tally *t;
    const struct sheets *sheets;
    struct arena *a;
    FILE *out;
};

/* ---- numbers first ---- */

static struct str number(struct page *p, int64_t v)
{
    char text[HTML_NUMBER_SIZE];
    return arena_str(p->a, str_from(html_number(v, text)));
}

static struct str change(struct page *p, int64_t then, int64_t would)
{
    char a[HTML_NUMBER_SIZE], b[HTML_NUMBER_SIZE];
    return then == would ? number(p, then) : arena_printf(p->a, "%s → %s", html_number(then, a), html_number(would, b));
}

static struct str share(struct page *p, int64_t part)
{
    int64_t whole = p->t->replayed;
    return whole ? arena_printf(p->a, "%.2f%%", 100.0 * (double)part / (double)whole) : STR("");
}

static void write_head(struct page *p)
{
    char since[TIME_TEXT_SIZE], until[TIME_TEXT_SIZE], hex[DIGEST_HEX_SIZE];
    const struct backtest *b = p->b;
    const struct html_fact facts[] = {
        {"新规则集 new rule set", arena_printf(p->a, "%s · %s", b->directory, digest_hex(b->set.rules->hash, hex))},
        {"移送到达时间 arrived", arena_printf(p->a, "%s — %s", layout_time(b->window.since_ms, false, since),
                                              layout_time(b->window.until_ms, false, until))},
        {"地区 region", b->region.n ? b->region : STR("全部 everywhere")},
    };
    html_section(p->out, "范围", "What was replayed");
    html_facts(p->out, facts, sizeof(facts) / sizeof(facts[0]));
    html_section_end(p->out);
}

static void write_tiles(struct page *p)
{
    const struct backtest_tally *t = p->t;
    const struct html_tile tiles[] = {
        {"纳入回测", "replayed", number(p, t->replayed),
         arena_printf(p->a, "replayed; %lld could not be", (long long)(t->referrals - t->replayed)), false},
        {"去向改变", "go elsewhere", number(p, t->moved), arena_printf(p->a, STR_FMT " go elsewhere", STR_ARG(share(p, t->moved))), true},
        {"去向不变", "go where they went", number(p, t->replayed - t->moved), STR(""), false},
        {"改派其他组织", "to another organisation", number(p, t->elsewhere), STR(""), false},
        {"转人工指派", "manual queue", change(p, t->all.then[OUTCOME_MANUAL], t->all.would[OUTCOME_MANUAL]), STR(""), false},
        {"不予受理", "refused", change(p, t->all.then[OUTCOME_REFUSED], t->all.would[OUTCOME_REFUSED]), STR(""), false},
        {"纠纷类型改变", "other category", number(p, t->other_category), STR(""), false},
        {"需求超过额度的组织", "wished beyond capacity", number(p, p->l->wished_beyond), STR(""), false},
    };
    html_tiles(p->out, tiles, sizeof(tiles) / sizeof(tiles[0]));
}

/* ---- charts ---- */

static void write_outcomes(struct page *p)
{
    static const struct chart_part parts[] = {{"指派到组织 assigned", "same"}, {"转人工指派 manual", "manual"}, {"不予受理 refused", "refused"}};
    const struct str rows[] = {STR("原结果 then"), STR("新规则 now")};
    int64_t values[6];
    for (int i = 0; i < 3; i++) {
        values[i] = p->t->all.then[OUTCOME_ASSIGNED + i];
        values[3 + i] = p->t->all.would[OUTCOME_ASSIGNED + i];
    }
    if (p->t->replayed > 0)
        chart_stack(p->out, parts, 3, rows, values, 2);
}

/* One side of the flows: the groups that have most, and one for all others. */
struct side {
    struct chart_node nodes[NODES + 1];
    int groups[NODES];
    int n, others; /* others: the node's number, or -1 */
};

static int group_total(const struct backtest_lists *l, int group, bool from)
{
    int64_t sum = 0;
    for (size_t i = 0; i < l->n_groups; i++)
        if ((from ? l->groups[i].a : l->groups[i].b) == group)
            sum += l->groups[i].n;
    return (int)sum;
}

static bool side_has(const struct side *s, int group)
{
    for (int i = 0; i < s->n; i++)
        if (s->groups[i] == group)
            return true;
    return false;
}

static const char *const colours[NODES + 1] = {"c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9", "c10", "c11"};

static void side_fill(struct page *p, struct side *s, bool from)
{
    int64_t shown = 0, all = 0;
    *s = (struct side){.others = -1};
    for (size_t i = 0; i < p->l->n_groups; i++)
        all += p->l->groups[i].n;
    while (s->n < NODES) { /* the largest that is not there yet */
        int best = 0, most = 0;
        for (size_t i = 0; i < p->l->n_groups; i++) {
            int group = from ? p->l->groups[i].a : p->l->groups[i].b, total = side_has(s, group) ? 0 : group_total(p->l, group, from);
            if (total > most) {
                best = group;
                most = total;
            }
        }
        if (most == 0)
            break;
        const char *tone = best == GROUP_MANUAL ? "manual" : best == GROUP_REFUSED ? "refused" : from ? colours[s->n] : "now";
        s->nodes[s->n] = (struct chart_node){backtest_group_name(p->l, best), tone, most};
        s->groups[s->n++] = best;
        shown += most;
    }
    if (shown < all) {
        s->nodes[s->n] = (struct chart_node){STR("其他 others"), from ? colours[NODES] : "now", all - shown};
        s->others = s->n;
    }
}

static int side_node(const struct side *s, int group)
{
    for (int i = 0; i < s->n; i++)
        if (s->groups[i] == group)
            return i;
    return s->others;
}

static void write_flows(struct page *p)
{
    struct side left, right;
    struct chart_link links[(NODES + 1) * (NODES + 1)];
    int64_t between[NODES + 1][NODES + 1] = {{0}};
    int n = 0;
    side_fill(p, &left, true);
    side_fill(p, &right, false);
    for (size_t i = 0; i < p->l->n_groups; i++)
        between[side_node(&left, p->l->groups[i].a)][side_node(&right, p->l->groups[i].b)] += p->l->groups[i].n;
    for (int i = 0; i <= NODES; i++)
        for (int k = 0; k <= NODES; k++)
            if (between[i][k])
                links[n++] = (struct chart_link){i, k, between[i][k]};
    chart_flow(p->out, left.nodes, left.n + (left.others >= 0), right.nodes, right.n + (right.others >= 0), links, n);
}

static void write_gauges(struct page *p)
{
    struct chart_gauge gauges[GAUGES];
    int n = 0;
    for (size_t i = 0; i < p->l->n_organisations && n < GAUGES; i++) {
        int o = p->l->organisations[i];
        const struct replay_account *x = replay_account(p->b->replay, o);
        if (x->capacity == 0)
            continue;
        gauges[n++] = (struct chart_gauge){
            .label = backtest_name(p->b, o),
            .note = arena_printf(p->a, "%d → %d / %d · 不限 %d · 满额 %d → %d 天", x->peak[REPLAY_THEN],
                                 x->peak[REPLAY_WOULD], x->capacity, x->peak[REPLAY_WISHED], x->days_full[REPLAY_THEN], x->days_full[REPLAY_WOULD]),
            .capacity = x->capacity,
            .then = x->peak[REPLAY_THEN],
            .would = x->peak[REPLAY_WOULD],
            .wished = x->peak[REPLAY_WISHED],
        };
    }
    if (n > 0)
        chart_gauges(p->out, gauges, n);
}

/* ---- tables ---- */

static const struct sheet *sheet_named(const struct page *p, const char *name)
{
    for (size_t i = 0; i < p->sheets->n; i++)
        if (strcmp(p->sheets->items[i].name, name) == 0)
            return &p->sheets->items[i];
    return NULL;
}

/* A section of the page: a chart, then a sheet as a table; either may be missing. */
struct part {
    const char *zh, *en, *note;
    void (*chart)(struct page *p);
    const char *sheet;
    const char *heads[HEADS];
};

#define PART_HEADS "移送 referrals", "未回测 left", "去向改变 moved", "原人工 manual then", "现人工 now", "原不受理 refused then", "现不受理 now"

static const struct part parts[] = {
    {"结果对照", "Outcomes, then and now", NULL, write_outcomes, "outcomes",
     {"", "原结果 then", "现指派 assigned", "现转人工 manual", "现不受理 refused"}},
    {"去向改变：从哪类组织到哪类组织", "From whom to whom, by kind and level", NULL, write_flows, NULL, {NULL}},
    {"去向改变最多的组织", "The largest flows", NULL, NULL, "flows",
     {"件数 referrals", "原 from", "原去向", "现 to", "现去向"}},
    {"负荷与额度", "Load against capacity",
     "每条以该组织的额度为 100%。深浅两条为期间内同时在办件数的最高值；底色为不因满额而改派时会达到的最高值，越过红线即需求超过额度。"
     "Peaks of open assignments as shares of each capacity; the pale band is the peak if nobody were turned away as full.",
     write_gauges, "organisations",
     {"组织 id", "名称", "额度", "原峰值", "现峰值", "不限额度", "原平均", "现平均", "原满额天数", "现满额天数", "超额天数", "原指派", "现指派",
      "原遇满额", "现遇满额"}},
    {"规则对照", "Rules, then and now", NULL, NULL, "rules", {"原规则 then", "现规则 now", "件数 referrals", "去向改变 moved"}},
    {"纠纷类型改变", "Categories that change", NULL, NULL, "categories",
     {"原 then", "原类型", "现 now", "现类型", "件数 referrals"}},
    {"分地市", "By city of the place", NULL, NULL, "cities", {"", "地市 city", PART_HEADS}},
    {"分渠道", "By channel", NULL, NULL, "channels", {"", "渠道 channel", PART_HEADS}},
    {"未能回测", "Could not be replayed", NULL, NULL, "left", {"", "原因 reason", "件数 referrals"}},
    {"原规则集", "Rule sets that decided then", NULL, NULL, "sets", {"规则集 rule set", "件数 referrals", "去向改变 moved"}},
};

static void write_table(struct page *p, const struct part *part)
{
    const struct sheet *sheet = sheet_named(p, part->sheet);
    struct html_column columns[HEADS] = {{0}};
    for (int i = 0; sheet && i < sheet->n_columns; i++) {
        enum cell_kind kind = sheet->columns[i].kind;
        columns[i] = (struct html_column){part->heads[i], kind == CELL_INTEGER || kind == CELL_DECIMAL};
    }
    if (sheet)
        html_table(p->out, columns, (size_t)sheet->n_columns, sheet->cells, sheet->n_rows);
}

static void write_part(struct page *p, const struct part *part)
{
    html_section(p->out, part->zh, part->en);
    if (part->note)
        html_note(p->out, part->note);
    if (part->chart)
        part->chart(p);
    if (part->sheet)
        write_table(p, part);
    html_section_end(p->out);
}

static void write_method(struct page *p)
{
    html_section(p->out, "说明", "How it was worked out");
    html_note(p->out, "每件移送按其到达时的时间、首次决定时记录的各组织在办件数，以新规则集重新分类、匹配和指派；已因新规则改派的件数随时计入或扣除。"
                      "改派的移送在新去向占用额度的时间，取其实际在办时间；从未被任何组织受理的，取通常在办时间。本页不含当事人信息。");
    html_note(p->out, "Each referral is decided again at the clock of its arrival under the loads recorded with its first decision, "
                      "plus and minus what the new rules have moved by then. A moved referral holds its new place for as long as it was "
                      "really held; one that nobody ever held, for the usual time. There is no personal data on this page.");
    html_section_end(p->out);
}

static void write_page(struct page *p)
{
    html_begin(p->out, "规则回测报告", "Rule backtest");
    write_head(p);
    write_tiles(p);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        write_part(p, &parts[i]);
    write_method(p);
    html_end(p->out);
}

bool backtest_page(const struct backtest_lists *l, const struct sheets *sheets, const char *path)
{
    struct page p = {.l = l, .b = l->b, .t = &l->b->tally, .sheets = sheets, .a = l->arena, .out = fopen(path, "we")};
    bool good = p.out;
    if (good) {
        write_page(&p);
        good = !ferror(p.out);
        good = fclose(p.out) == 0 && good;
    }
    if (!good)
        fprintf(stderr, "referralctl: %s: %s\n", path, strerror(errno));
    return good;
}
