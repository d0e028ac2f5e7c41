/*
 * decide.c - classify, find the rule, climb its ladder
 */
#include "core/decide.h"

#include "core/ladder.h"
#include "core/match.h"

#include <assert.h>

const struct word passed_words[] = {
    {PASSED_CHOSEN, "chosen", "选定"},
    {PASSED_FULL, "full", "已满额"},
    {PASSED_CLOSED, "closed", "暂停接收"},
    {PASSED_EXCLUDED, "excluded", "此前未接受或逾期未确认"},
    {PASSED_PICK, "not-picked", "可以接收，择优选定其他组织"},
    {PASSED_CONFLICT, "conflict", "与当事人有利害关系，应当回避"},
    {PASSED_SHUT, "shut", "不在服务时间"},
    {PASSED_RATING, "rating", "评分低于要求"},
    {PASSED_LANGUAGE, "language", "不具备所需语言"},
    {PASSED_ALONE, "alone", "没有可以联合调解的组织"},
    {PASSED_PARTNER, "partner", "联合调解的协同组织"},
    {0},
};

/* Tags being gathered: sorted, unique. */
struct tags {
    struct str *items;
    size_t n, cap;
};

static bool tags_add(struct arena *a, struct tags *t, struct str tag)
{
    size_t at = 0;
    while (at < t->n && str_cmp(t->items[at], tag) < 0)
        at++;
    if (at < t->n && str_eq(t->items[at], tag))
        return true;
    if (!ARENA_PUSH(a, t->items, t->n, t->cap))
        return false;
    memmove(&t->items[at + 1], &t->items[at], (t->n - 1 - at) * sizeof *t->items);
    t->items[at] = tag;
    return true;
}

static bool tags_add_all(struct arena *a, struct tags *t, const struct str *items, int n)
{
    for (int i = 0; i < n; i++) {
        if (!tags_add(a, t, items[i]))
            return false;
    }
    return true;
}

/* The tags that words have enough points for. */
static bool add_weighed_tags(struct arena *a, const struct weigher *w, const struct weighing *g, struct tags *tags)
{
    for (int i = 0; i < w->n_targets; i++)
        if (g->points[i] >= w->at_least && !tags_add(a, tags, w->targets[i].tag))
            return false;
    return true;
}

/* What classifier `c`, whose conditions hold, adds. *category: what it sets, or -1. */
static bool apply(struct arena *a, const struct classifier *c, const struct textscan_log *log, struct tags *tags,
                  int *category)
{
    *category = c->category;
    if (!c->weigh)
        return tags_add_all(a, tags, c->tags, c->n_tags);
    struct weighing g;
    if (!weigh_run(a, c->weigh, log, &g))
        return false;
    if (!weigher_sets_category(c->weigh))
        return add_weighed_tags(a, c->weigh, &g, tags);
    struct weigh_best best = weigh_best(c->weigh, &g);
    if (best.chosen < 0)
        return tags_add_all(a, tags, c->otherwise, c->n_otherwise);
    *category = c->weigh->targets[best.chosen].category;
    return tags_add_all(a, tags, c->tags, c->n_tags);
}

/* The referral with its text scanned, then with what the classifiers add. *classifier: who set the category,
 * or -1. */
static bool classify(struct arena *a, const struct ruleset *rs, const struct referral *r, struct match *m,
                     int *classifier)
{
    struct tags tags = {0};
    struct textscan_log log = {.arena = a};
    unsigned char *hits = arena_alloc(a, textscan_hits_size(rs->words));
    if (!hits || !tags_add_all(a, &tags, r->tags, r->n_tags))
        return false;
    if (!rs->weighs)
        textscan_run(rs->words, r->folded, hits);
    else if (!textscan_find(rs->words, r->folded, hits, &log))
        return false;
    *m = (struct match){rs, r, r->category, tags.items, (int)tags.n, hits, match_source_category(r)};
    *classifier = -1;
    for (int i = 0; i < rs->n_classifiers; i++) {
        const struct classifier *c = &rs->classifiers[i];
        int category;
        if ((classifier_sets_category(c) && m->category >= 0) || !match_holds(m, c->when))
            continue;
        if (!apply(a, c, &log, &tags, &category))
            return false;
        if (category >= 0) {
            m->category = category;
            *classifier = i;
        }
        m->tags = tags.items;
        m->n_tags = (int)tags.n;
    }
    return true;
}

static struct duration either(struct duration own, struct duration general)
{
    return own.count ? own : general;
}

static bool climb(struct arena *a, const struct ruleset *rs, const struct referral *r, const int *excluded, int n_excluded,
                  struct load_view load, struct decision *d)
{
    const struct rule *rule = &rs->rules[d->rule];
    const struct mode_policy *policy = &rs->policies.modes[r->mode];
    struct ladder l;
    l.rules = rs;
    l.referral = r;
    l.category = d->category;
    l.excluded = excluded;
    l.n_excluded = n_excluded;
    l.load = load;
    l.n_candidates = 0; /* the candidates themselves are written before they are read */
    l.truncated = false;
    d->outcome = OUTCOME_MANUAL;
    d->code = STR("ladder-exhausted");
    for (int i = 0; i < rule->n_rungs && d->organisation < 0; i++) {
        d->organisation = ladder_try(&l, rule, i, &d->partner);
        if (d->organisation < 0)
            continue;
        d->outcome = OUTCOME_ASSIGNED;
        d->code = (struct str){NULL, 0};
        d->rung = i;
        d->respond_within = either(rule->rungs[i].respond_within, policy->respond_within);
        d->finish_within = either(rule->rungs[i].finish_within, policy->finish_within);
    }
    struct candidate *kept = ARENA_ARRAY(a, (size_t)l.n_candidates, struct candidate);
    if (!kept)
        return false;
    memcpy(kept, l.candidates, (size_t)l.n_candidates * sizeof *kept);
    d->candidates = kept;
    d->n_candidates = l.n_candidates;
    d->truncated = l.truncated;
    return true;
}

static int first_match(const struct match *m)
{
    for (int i = 0; i < m->rules->n_rules; i++) {
        if (match_holds(m, m->rules->rules[i].when))
            return i;
    }
    return -1;
}

bool decide_rule(struct arena *a, const struct ruleset *rs, const struct referral *r, struct decision *out)
{
    assert(r->place >= 0 && r->place < rs->regions.n);
    assert(r->mode > 0 && r->mode < MODE_LIMIT && r->category < rs->categories.n);
    struct match m;
    struct decision d = {.outcome = OUTCOME_MANUAL, .rung = -1, .organisation = -1, .partner = -1};
    if (!classify(a, rs, r, &m, &d.classifier))
        return false;
    d.category = m.category;
    d.tags = m.tags;
    d.n_tags = m.n_tags;
    d.rule = first_match(&m);
    if (d.rule < 0) {
        d.code = STR("no-rule");
    } else {
        d.outcome = rs->rules[d.rule].outcome;
        d.code = rs->rules[d.rule].code;
    }
    *out = d;
    return true;
}

bool decide_place(struct arena *a, const struct ruleset *rs, const struct referral *r, const int *excluded, int n_excluded,
                  struct load_view load, struct decision *d)
{
    return d->outcome != OUTCOME_ASSIGNED || climb(a, rs, r, excluded, n_excluded, load, d);
}

bool decide(struct arena *a, const struct ruleset *rs, const struct referral *r, const int *excluded,
            int n_excluded, struct load_view load, struct decision *out)
{
    struct decision d;
    if (!decide_rule(a, rs, r, &d) || !decide_place(a, rs, r, excluded, n_excluded, load, &d))
        return false;
    *out = d;
    return true;
}

bool decide_trace(struct arena *a, const struct ruleset *rs, const struct referral *r, int last,
                  struct rule_trace **out, int *n)
{
    struct match m;
    int classifier, count = last < rs->n_rules ? last + 1 : rs->n_rules;
    struct rule_trace *traces = ARENA_ARRAY(a, count > 0 ? (size_t)count : 0, struct rule_trace);
    if (!traces || !classify(a, rs, r, &m, &classifier))
        return false;
    for (int i = 0; i < count; i++) {
        const struct rule *rule = &rs->rules[i];
        traces[i] = (struct rule_trace){.rule = i, .matched = match_holds(&m, rule->when)};
        if (traces[i].matched)
            continue;
        const struct cond *failed = match_failed(&m, rule->when);
        traces[i].failed_line = failed->line;
        traces[i].failed_file = failed->file ? *failed->file : rule->file;
    }
    *out = traces;
    *n = count;
    return true;
}
