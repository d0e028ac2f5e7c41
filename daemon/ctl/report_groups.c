/*
 * report_groups.c - sums by city, county, channel, category or organisation
 */
#include "ctl/report.h"

#include <stdlib.h>

const struct word report_by_words[] = {
    {REPORT_BY_CITY, "city", "设区市和省直管县"}, {REPORT_BY_COUNTY, "county", "县（市、区）"},
    {REPORT_BY_CHANNEL, "channel", "对接渠道"},   {REPORT_BY_CATEGORY, "category", "纠纷类型"},
    {REPORT_BY_ORGANISATION, "organisation", "调解组织"}, {0},
};

bool report_init(struct report *r, enum report_by by)
{
    r->arena = arena_new(0);
    r->cities = (struct report_groups){.by = REPORT_BY_CITY, .keys.arena = r->arena};
    r->channels = (struct report_groups){.by = REPORT_BY_CHANNEL, .keys.arena = r->arena};
    r->rows = (struct report_groups){.by = by, .keys.arena = r->arena};
    return r->arena;
}

void report_free(struct report *r)
{
    counting_forget(&r->cities.keys);
    counting_forget(&r->channels.keys);
    counting_forget(&r->rows.keys);
    arena_free(r->arena);
    r->arena = NULL;
}

static struct report_sums *sums_of(struct report *r, struct report_groups *g, struct str key)
{
    static struct report_sums nowhere; /* memory is out: the arena tells */
    int n = counting_name(&g->keys, key);
    while (n >= 0 && g->n <= (size_t)n)
        if (!ARENA_PUSH(r->arena, g->sums, g->n, g->cap))
            return &nowhere;
    return n < 0 ? &nowhere : &g->sums[n];
}

static struct str key_of(const struct report_groups *g, const struct report_referral_row *row, const struct report_part *part)
{
    switch (g->by) {
    case REPORT_BY_CITY:
        return region_unit(row->place);
    case REPORT_BY_COUNTY:
        return (struct str){row->place.p, row->place.n < 6 ? row->place.n : 6};
    case REPORT_BY_CHANNEL:
        return str_from(word_of(channel_words, row->channel));
    case REPORT_BY_CATEGORY:
        return row->category;
    case REPORT_BY_ORGANISATION:
        return part->organisation;
    }
    return STR("");
}

static void add(int64_t *sums, const struct report_part *part)
{
    for (int i = 0; i < REPORT_MEASURES; i++)
        sums[i] += part->sums[i];
}

void report_count(struct report *r, const struct report_referral_row *row, const struct report_parts *parts)
{
    struct report_groups *groups[] = {&r->cities, &r->channels, &r->rows};
    for (size_t i = 0; i < parts->n; i++) {
        add(r->all, &parts->items[i]);
        for (size_t k = 0; k < sizeof groups / sizeof groups[0]; k++)
            add(sums_of(r, groups[k], key_of(groups[k], row, &parts->items[i]))->v, &parts->items[i]);
    }
}

/* ---- what is shown ---- */

static bool in_region(const struct report *r, struct str code)
{
    size_t n = r->region.n < code.n ? r->region.n : code.n;
    return n == 0 || memcmp(r->region.p, code.p, n) == 0;
}

/* Cities and channels are shown with nothing in them too. */
static void complete(struct report *r, struct report_groups *g)
{
    for (int i = 0; g->by == REPORT_BY_CITY && i < HEAT_UNITS; i++)
        if (in_region(r, str_from(heat_units[i].code)) && region_find(&r->rules->regions, str_from(heat_units[i].code)) >= 0)
            sums_of(r, g, str_from(heat_units[i].code));
    for (const struct word *w = channel_words; g->by == REPORT_BY_CHANNEL && w->word; w++)
        sums_of(r, g, str_from(w->word));
}

static int key_cmp(const void *pa, const void *pb, void *groups)
{
    const struct report_groups *g = groups;
    const struct str *a = &g->keys.items[*(const int *)pa], *b = &g->keys.items[*(const int *)pb];
    if (g->by == REPORT_BY_CHANNEL)
        return word_value(channel_words, *a) - word_value(channel_words, *b);
    return str_cmp(*a, *b);
}

int *report_order(struct report *r, const struct report_groups *groups)
{
    struct report_groups *g = groups == &r->cities ? &r->cities : groups == &r->channels ? &r->channels : &r->rows;
    complete(r, g);
    int *order = ARENA_ARRAY(r->arena, g->n + 1, int);
    for (size_t i = 0; order && i < g->n; i++)
        order[i] = (int)i;
    if (order && g->n)
        qsort_r(order, g->n, sizeof *order, key_cmp, g);
    return order;
}

struct str report_group_name(const struct report *r, enum report_by by, struct str key)
{
    int i;
    switch (by) {
    case REPORT_BY_CITY:
    case REPORT_BY_COUNTY:
        i = region_find(&r->rules->regions, key);
        return i >= 0 ? r->rules->regions.items[i].name : STR("（区划未列）");
    case REPORT_BY_CHANNEL:
        i = word_value(channel_words, key);
        return i ? str_from(word_zh(channel_words, i)) : STR("（未知渠道）");
    case REPORT_BY_CATEGORY:
        i = key.n ? category_find(&r->rules->categories, key) : -1;
        return i >= 0 ? r->rules->categories.items[i].name : key.n ? STR("（类型未列）") : STR("（未分类）");
    case REPORT_BY_ORGANISATION:
        i = key.n ? roster_find(&r->rules->roster, key) : -1;
        return i >= 0 ? r->rules->roster.items[i].name : key.n ? STR("（名册未列）") : STR("（未指派组织）");
    }
    return key;
}
