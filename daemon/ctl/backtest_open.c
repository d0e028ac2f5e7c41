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

struct timing {
    int64_t since;     /* 0: not timed */
    int64_t *stage_ns;
};

/* Time since the last lap goes to `stage`. */
static void lap(struct timing *t, enum backtest_stage stage)
{
    if (!t->since)
        return;
    int64_t now = now_ns();
    t->stage_ns[stage] += now - t->since;
    t->since = now;
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
    c->seen = ARENA_ARRAY(a, (size_t)c->then.n_candidates + 1, int);
    c->excluded = ARENA_ARRAY(a, (size_t)c->then.n_excluded + 1, int);
    if (!c->seen || !c->excluded)
        return false;
    for (int i = 0; i < c->then.n_candidates; i++)
        c->seen[i] = counting_find(set->roster, c->then.candidates[i].organisation);
    for (int i = 0; i < c->then.n_excluded; i++) {
        int o = counting_find(set->roster, c->then.excluded[i]);
        if (o >= 0)
            c->excluded[c->n_excluded++] = o;
    }
    return true;
}

/* What a ladder looks at, copied; the rest of the referral stays behind in the scratch arena. */
static bool keep_referral(struct arena *a, const struct referral *r, struct referral *out)
{
    struct party_facts *parties = ARENA_ARRAY(a, (size_t)r->n_parties + 1, struct party_facts);
    *out = (struct referral){.channel = r->channel,
                             .mode = r->mode,
                             .agency = r->agency,
                             .agency_ref = arena_str(a, r->agency_ref),
                             .place = r->place,
                             .category = r->category,
                             .parties = parties,
                             .n_parties = r->n_parties,
                             .earlier = r->earlier,
                             .risk = r->risk,
                             .arrived_ms = r->arrived_ms};
    for (int i = 0; parties && i < r->n_parties; i++) {
        parties[i] = r->parties[i];
        parties[i].credit_code = arena_str(a, r->parties[i].credit_code);
    }
    return parties && !arena_overflowed(a);
}

/* The referral and its rule. */
static enum backtest_left open_referral(const struct backtest_set *set, const struct backtest_memory *m, const struct replay_row *row,
                                        struct backtest_case *c, struct timing *t)
{
    char bound[BIND_SIZE];
    struct referral whole;
    struct str bytes = unseal(set->keys, m->scratch, row->sealed, bind_referral(bound, row->id));
    lap(t, STAGE_UNSEAL);
    if (!bytes.p)
        return LEFT_SEALED;
    if (region_find(&set->rules->regions, row->place) < 0)
        return LEFT_PLACE;
    if (!referral_reopen(m->scratch, set->rules, row->agency, c->then.arrived_ms, bytes, &whole))
        return LEFT_UNREADABLE;
    whole.earlier = record_earlier(&c->then, set->rules);
    lap(t, STAGE_REFERRAL);
    bool good = decide_rule(m->scratch, set->rules, &whole, &c->decision) && keep_referral(m->kept, &whole, &c->referral);
    c->decision.tags = NULL;
    c->decision.n_tags = 0;
    lap(t, STAGE_RULES);
    return good ? LEFT_NOT : LEFT_UNREADABLE;
}

static enum backtest_left open_case(const struct backtest_set *set, const struct backtest_memory *m, const struct replay_row *row,
                                    struct backtest_case *c, struct timing *t)
{
    if (!row->record.p || !record_decode(m->kept, row->record, &c->then) ||
        !word_known(backtest_outcome_words, (int)c->then.outcome) || !find_organisations(set, m->kept, c))
        return LEFT_RECORD;
    lap(t, STAGE_RECORD);
    if (c->then.by.n)
        return LEFT_BY_HAND;
    return row->sealed.p ? open_referral(set, m, row, c, t) : LEFT_ERASED;
}

void backtest_open(const struct backtest_set *set, const struct backtest_memory *m, const struct replay_row *row,
                   struct backtest_case *out, int64_t *stage_ns)
{
    struct timing t = {stage_ns ? now_ns() : 0, stage_ns};
    *out = (struct backtest_case){
        .id = row->id,
        .arrived_ms = row->arrived_ms,
        .city = city_of(row->place),
        .channel = word_known(channel_words, row->channel) ? (enum channel)row->channel : 0,
    };
    out->left = open_case(set, m, row, out, &t);
    arena_reset(m->scratch);
}
