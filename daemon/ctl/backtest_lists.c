/*
 * backtest_lists.c - what was counted, in order
 */
#include "ctl/backtest_report.h"

#include <stdlib.h>

struct str backtest_id(const struct backtest *b, int destination)
{
    const struct roster *roster = &b->set.rules->roster;
    if (destination == TO_MANUAL)
        return STR("manual");
    if (destination == TO_REFUSED)
        return STR("refused");
    return destination < roster->n ? roster->items[destination].id : b->tally.gone.items[destination - roster->n];
}

struct str backtest_name(const struct backtest *b, int destination)
{
    const struct roster *roster = &b->set.rules->roster;
    if (destination < 0)
        return str_from(word_zh(backtest_outcome_words, destination == TO_MANUAL ? OUTCOME_MANUAL : OUTCOME_REFUSED));
    return destination < roster->n ? roster->items[destination].name : STR("（不在新名册）");
}

struct str backtest_rule(const struct backtest *b, int rule)
{
    return rule >= 0 ? b->set.rules->rules[rule].id : STR("");
}

struct str backtest_city_name(const struct backtest *b, int city)
{
    char code[8];
    const struct regions *regions = &b->set.rules->regions;
    snprintf(code, sizeof(code), "%04d", city);
    int i = region_find(regions, city % 100 ? str_from(code) : (struct str){code, 2});
    return i >= 0 ? regions->items[i].name : STR("");
}

int64_t backtest_mean_tenths(const struct backtest *b, int organisation, enum replay_level level)
{
    int64_t window = b->window.until_ms - b->window.since_ms, area = replay_account(b->replay, organisation)->area[level];
    return (int64_t)((double)area * 10 / (double)window + 0.5);
}

const struct word *backtest_channel(int channel)
{
    for (const struct word *w = channel_words; w->word; w++)
        if (w->value == channel)
            return w;
    return NULL;
}

/* ---- groups: kind and level ---- */

static int group_of(const struct backtest *b, int destination)
{
    const struct ruleset *rules = b->set.rules;
    if (destination < 0)
        return destination == TO_MANUAL ? GROUP_MANUAL : GROUP_REFUSED;
    if (destination >= rules->roster.n)
        return GROUP_GONE;
    const struct organisation *o = &rules->roster.items[destination];
    return ROSTER_GROUP_OF(o->kind, rules->regions.items[o->region].level);
}

struct str backtest_group_id(const struct backtest_lists *l, int group)
{
    if (group < 0)
        return group == GROUP_MANUAL ? STR("manual") : group == GROUP_REFUSED ? STR("refused") : STR("gone");
    return arena_printf(l->arena, "%s/%s", word_of(org_kind_words, group / ROSTER_LEVELS),
                        word_of(region_level_words, group % ROSTER_LEVELS));
}

struct str backtest_group_name(const struct backtest_lists *l, int group)
{
    if (group == GROUP_GONE)
        return STR("不在新名册的组织");
    if (group < 0)
        return backtest_name(l->b, group == GROUP_MANUAL ? TO_MANUAL : TO_REFUSED);
    return arena_printf(l->arena, "%s（%s）", word_zh(org_kind_words, group / ROSTER_LEVELS),
                        word_zh(region_level_words, group % ROSTER_LEVELS));
}

static bool list_groups(struct backtest_lists *l)
{
    for (size_t i = 0; i < l->n_flows; i++)
        if (!pairs_add_many(&l->grouped, group_of(l->b, l->flows[i].a), group_of(l->b, l->flows[i].b), l->flows[i].n))
            return false;
    l->groups = pairs_sorted(&l->grouped);
    l->n_groups = l->grouped.n;
    return true;
}

void backtest_lists_free(struct backtest_lists *l)
{
    pairs_free(&l->grouped);
}

/* ---- organisations ---- */

static int over(const struct replay_account *o, enum replay_level level)
{
    return o->capacity && o->peak[level] > o->capacity ? o->peak[level] - o->capacity : 0;
}

/* What an organisation is sorted by. */
struct rank {
    int organisation, excess;
    int64_t change;
};

static int rank_cmp(const void *pa, const void *pb)
{
    const struct rank *a = pa, *b = pb;
    if (a->excess != b->excess)
        return a->excess > b->excess ? -1 : 1;
    if (a->change != b->change)
        return a->change > b->change ? -1 : 1;
    return (a->organisation > b->organisation) - (a->organisation < b->organisation);
}

static bool list_organisations(struct backtest_lists *l)
{
    const struct backtest_tally *t = &l->b->tally;
    struct rank *ranks = ARENA_ARRAY(l->arena, (size_t)t->n_organisations + 1, struct rank);
    int *list = ARENA_ARRAY(l->arena, (size_t)t->n_organisations + 1, int);
    size_t n = 0;
    if (!ranks || !list)
        return false;
    for (int i = 0; i < t->n_organisations; i++) {
        const struct replay_account *o = replay_account(l->b->replay, i);
        const struct backtest_organisation *c = &t->organisations[i];
        int excess = over(o, REPLAY_WISHED);
        l->beyond_then += over(o, REPLAY_THEN) > 0;
        l->beyond_would += over(o, REPLAY_WOULD) > 0;
        l->wished_beyond += excess > 0;
        if (excess || over(o, REPLAY_WOULD) || c->given_then != c->given_would || c->full_then != c->full_would)
            ranks[n++] = (struct rank){i, excess, llabs(c->given_would - c->given_then)};
    }
    qsort(ranks, n, sizeof(*ranks), rank_cmp);
    for (size_t i = 0; i < n; i++)
        list[i] = ranks[i].organisation;
    l->organisations = list;
    l->n_organisations = n;
    return true;
}

static bool list_cities(struct backtest_lists *l)
{
    int *list = ARENA_ARRAY(l->arena, BACKTEST_CITIES, int);
    for (int i = 0; list && i < BACKTEST_CITIES; i++)
        if (l->b->tally.cities[i])
            list[l->n_cities++] = i;
    l->cities = list;
    return list;
}

bool backtest_lists(struct backtest *b, struct backtest_lists *out)
{
    struct backtest_tally *t = &b->tally;
    struct backtest_lists l = {
        .b = b,
        .arena = b->arena,
        .flows = pairs_sorted(&t->flows),
        .n_flows = t->flows.n,
        .rules = pairs_sorted(&t->by_rule),
        .n_rules = t->by_rule.n,
        .moved_rules = pairs_sorted(&t->moved_by_rule),
        .n_moved_rules = t->moved_by_rule.n,
        .categories = pairs_sorted(&t->categories),
        .n_categories = t->categories.n,
    };
    bool good = list_organisations(&l) && list_cities(&l) && list_groups(&l);
    if (good)
        *out = l;
    else
        backtest_lists_free(&l);
    return good;
}
