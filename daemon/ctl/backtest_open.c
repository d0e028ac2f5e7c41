/*
 * backtest_open.c - one stored referral opened, and the part of the decision that no load has a part in
 */
#include "ctl/backtest.h"

#include "store/bind.h"
#include "wire/referral.h"

#include <time.h>

const struct word backtest_left_words[] = {
    {LEFT_ERASED, "erased", "内容已删除"},
    {LEFT_SEALED, "sealed", "密封内容无法打开（缺少密钥或数据损坏）"},
    {LEFT_UNREADABLE, "unreadable", "内容无法解读"},
    {LEFT_PLACE, "place-unknown", "发生地不在新规则集的区划中"},
    {LEFT_RECORD, "no-record", "没有可读的决定记录"},
    {LEFT_BY_HAND, "by-hand", "由人工决定"},
    {0},
};

const struct word backtest_outcome_words[] = {
    {OUTCOME_ASSIGNED, "assigned", "指派到组织"},
    {OUTCOME_MANUAL, "manual", "转人工指派"},
    {OUTCOME_REFUSED, "refused", "不予受理"},
    {0},
};

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Time since the last lap goes to `stage`. */
static void lap(int64_t *since, int64_t *stage_ns, enum backtest_stage stage)
{
    if (!*since)
        return;
    int64_t now = now_ns();
    stage_ns[stage] += now - *since;
    *since = now;
}

/* "320505001002" lies in 3205, "32" in 3200; as region_city() says. */
static int city_of(struct str place)
{
    int city = 0;
    for (size_t i = 0; i < 4; i++)
        city = city * 10 + (i < place.n && place.p[i] >= '0' && place.p[i] <= '9' ? place.p[i] - '0' : 0);
    return city;
}

static bool find_organisations(const struct backtest_set *set, struct arena *a, struct backtest_case *c)
{
    const struct roster *roster = &set->rules->roster;
    c->seen = ARENA_ARRAY(a, (size_t)c->then.n_candidates + 1, int);
    c->excluded = ARENA_ARRAY(a, (size_t)c->then.n_excluded + 1, int);
    if (!c->seen || !c->excluded)
        return false;
    for (int i = 0; i < c->then.n_candidates; i++)
        c->seen[i] = roster_find(roster, c->then.candidates[i].organisation);
    for (int i = 0; i < c->then.n_excluded; i++) {
        int o = roster_find(roster, c->then.excluded[i]);
        if (o >= 0)
            c->excluded[c->n_excluded++] = o;
    }
    return true;
}

static enum backtest_left open_case(const struct backtest_set *set, struct arena *a, const struct replay_row *row,
                                    struct backtest_case *c, int64_t *stage_ns)
{
    char bound[BIND_SIZE];
    int64_t since = stage_ns ? now_ns() : 0;
    if (!row->record.p || !record_decode(a, row->record, &c->then) || !word_known(backtest_outcome_words, (int)c->then.outcome) ||
        !find_organisations(set, a, c))
        return LEFT_RECORD;
    lap(&since, stage_ns, STAGE_RECORD);
    if (c->then.by.n)
        return LEFT_BY_HAND;
    if (!row->sealed.p)
        return LEFT_ERASED;
    struct str bytes = unseal(set->keys, a, row->sealed, bind_referral(bound, row->id));
    lap(&since, stage_ns, STAGE_UNSEAL);
    if (!bytes.p)
        return LEFT_SEALED;
    if (region_find(&set->rules->regions, row->place) < 0)
        return LEFT_PLACE;
    if (!referral_reopen(a, set->rules, row->agency, c->then.arrived_ms, bytes, &c->referral))
        return LEFT_UNREADABLE;
    c->referral.earlier = record_earlier(&c->then, set->rules);
    lap(&since, stage_ns, STAGE_REFERRAL);
    bool good = decide_rule(a, set->rules, &c->referral, &c->decision);
    lap(&since, stage_ns, STAGE_RULES);
    return good ? LEFT_NOT : LEFT_UNREADABLE;
}

void backtest_open(const struct backtest_set *set, struct arena *a, const struct replay_row *row, struct backtest_case *out,
                   int64_t *stage_ns)
{
    *out = (struct backtest_case){
        .id = row->id,
        .arrived_ms = row->arrived_ms,
        .city = city_of(row->place),
        .channel = word_known(channel_words, row->channel) ? (enum channel)row->channel : 0,
    };
    out->left = open_case(set, a, row, out, stage_ns);
}
