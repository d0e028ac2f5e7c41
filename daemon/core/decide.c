/*
 * decide.c - classify, find the rule, climb its ladder
 */
#include "core/decide.h"

#include "core/ladder.h"
#include "core/match.h"
#include "core/ruleindex.h"

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

/* What classification works on. */
struct classifying {
    struct arena *arena;
    struct match *match;
    struct textscan_log log;
    struct tags tags;
    int classifier; /* who set the category, or -1 */
};

/* The tags that words have enough points for. */
static bool add_weighed_tags(struct classifying *x, const struct weigher *w, const struct weighing *g)
{
    for (int i = 0; i < w->n_targets; i++)
        if (g->points[i] >= w->at_least && !tags_add(x->arena, &x->tags, w->targets[i].tag))
            return false;
    return true;
}

/* What classifier `c`, whose conditions hold, adds. *category: what it sets, or -1. */
static bool add(struct classifying *x, const struct classifier *c, int *category)
{
    *category = c->category;
    if (!c->weigh)
        return tags_add_all(x->arena, &x->tags, c->tags, c->n_tags);
    struct weighing g;
    if (!weigh_run(x->arena, c->weigh, &x->log, &g))
        return false;
    if (!weigher_sets_category(c->weigh))
        return add_weighed_tags(x, c->weigh, &g);
    struct weigh_best best = weigh_best(c->weigh, &g);
    if (best.chosen < 0)
        return tags_add_all(x->arena, &x->tags, c->otherwise, c->n_otherwise);
    *category = c->weigh->targets[best.chosen].category;
    return tags_add_all(x->arena, &x->tags, c->tags, c->n_tags);
}

static bool apply(struct classifying *x, int i)
{
    int category;
    if (!add(x, &x->match->rules->classifiers[i], &category))
        return false;
    if (category >= 0) {
        x->match->category = category;
        x->classifier = i;
    }
    x->match->tags = x->tags.items;
    x->match->n_tags = (int)x->tags.n;
    return true;
}

/* One with a category counts only while there is none. */
static bool counts(const struct classifying *x, int i)
{
    return x->match->category < 0 || !classifier_sets_category(&x->match->rules->classifiers[i]);
}

static bool apply_all(struct classifying *x)
{
    const struct ruleset *rs = x->match->rules;
    for (int i = 0; i < rs->n_classifiers; i++) {
        if (counts(x, i) && match_holds(x->match, rs->classifiers[i].when) && !apply(x, i))
            return false;
    }
    return true;
}

static bool apply_found(struct classifying *x)
{
    const struct ruleset *rs = x->match->rules;
    struct ruleindex_search search;
    bool sure;
    if (!ruleindex_begin(rs->classifier_index, x->arena, x->match, &search))
        return false;
    for (int i; (i = ruleindex_next(&search, &sure)) >= 0;) {
        if (counts(x, i) && (sure || match_holds(x->match, rs->classifiers[i].when)) && !apply(x, i))
            return false;
    }
    return true;
}

/* The referral with its text scanned, then with what the classifiers add. *classifier: who set the category,
 * or -1. */
static bool classify(struct arena *a, const struct ruleset *rs, const struct referral *r, bool indexed, struct match *m,
                     int *classifier)
{
    struct classifying x = {.arena = a, .match = m, .log = {.arena = a}, .classifier = -1};
    unsigned char *hits = arena_alloc(a, textscan_hits_size(rs->words));
    if (!hits || !tags_add_all(a, &x.tags, r->tags, r->n_tags))
        return false;
    if (!rs->weighs)
        textscan_run(rs->words, r->folded, hits);
    else if (!textscan_find(rs->words, r->folded, hits, &x.log))
        return false;
    *m = (struct match){rs, r, r->category, x.tags.items, (int)x.tags.n, hits, match_source_category(r), NULL, 0};
    if (indexed && r->folded.n && !(m->found = textscan_words(rs->words, a, hits, &m->n_found)))
        return false;
    if (!(indexed ? apply_found(&x) : apply_all(&x)))
        return false;
    *classifier = x.classifier;
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

static int first_of_all(const struct match *m)
{
    for (int i = 0; i < m->rules->n_rules; i++) {
        if (match_holds(m, m->rules->rules[i].when))
            return i;
    }
    return -1;
}

/* False only past the arena's budget. */
static bool first_found(struct arena *a, const struct match *m, int *rule)
{
    struct ruleindex_search search;
    bool sure;
    int i;
    if (!ruleindex_begin(m->rules->rule_index, a, m, &search))
        return false;
    do
        i = ruleindex_next(&search, &sure);
    while (i >= 0 && !sure && !match_holds(m, m->rules->rules[i].when));
    *rule = i;
    return true;
}

static bool find_rule(struct arena *a, const struct ruleset *rs, const struct referral *r, bool indexed, struct decision *out)
{
    assert(r->place >= 0 && r->place < rs->regions.n);
    assert(r->mode > 0 && r->mode < MODE_LIMIT && r->category < rs->categories.n);
    struct match m;
    struct decision d = {.outcome = OUTCOME_MANUAL, .rung = -1, .organisation = -1, .partner = -1};
    if (!classify(a, rs, r, indexed, &m, &d.classifier))
        return false;
    d.category = m.category;
    d.tags = m.tags;
    d.n_tags = m.n_tags;
    if (!indexed)
        d.rule = first_of_all(&m);
    else if (!first_found(a, &m, &d.rule))
        return false;
    if (d.rule < 0) {
        d.code = STR("no-rule");
    } else {
        d.outcome = rs->rules[d.rule].outcome;
        d.code = rs->rules[d.rule].code;
    }
    *out = d;
    return true;
}

bool decide_rule(struct arena *a, const struct ruleset *rs, const struct referral *r, struct decision *out)
{
    return find_rule(a, rs, r, ruleindex_serves(rs->rule_index, rs) && ruleindex_serves(rs->classifier_index, rs), out);
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

bool decide_scan(struct arena *a, const struct ruleset *rs, const struct referral *r, const int *excluded,
                 int n_excluded, struct load_view load, struct decision *out)
{
    struct decision d;
    if (!find_rule(a, rs, r, false, &d) || !decide_place(a, rs, r, excluded, n_excluded, load, &d))
        return false;
    *out = d;
    return true;
}

bool decide_facts(struct arena *a, const struct ruleset *rs, const struct referral *r, struct match *out)
{
    int classifier;
    return classify(a, rs, r, ruleindex_serves(rs->classifier_index, rs), out, &classifier);
}

bool decide_trace(struct arena *a, const struct ruleset *rs, const struct referral *r, int last,
                  struct rule_trace **out, int *n)
{
    struct match m;
    bool indexed = ruleindex_serves(rs->classifier_index, rs);
    int classifier, count = last < rs->n_rules ? last + 1 : rs->n_rules;
    struct rule_trace *traces = ARENA_ARRAY(a, count > 0 ? (size_t)count : 0, struct rule_trace);
    if (!traces || !classify(a, rs, r, indexed, &m, &classifier))
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
