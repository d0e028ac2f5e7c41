/*
 * whynot.c - the search for the fewest facts, in growing depth
 */
#include "core/whynot.h"

enum { NODES_MAX = 20000, WISHES_MAX = 24, STEPS_MAX = WHYNOT_CHANGES_MAX + 2 };

struct path {
    struct whynot_change steps[STEPS_MAX];
    int n;
    unsigned facts; /* bits */
};

struct search {
    struct arena *keep;
    const struct whynot_question *q;
    struct load_view load;
    const int *excluded;
    int n_excluded;
    int depth; /* facts that may change */
    int rule;  /* that is to take it */
    int nodes;
    bool memory;
    struct whynot *out;
};

static const struct organisation *wanted(const struct whynot_question *q)
{
    return &q->rules->roster.items[q->organisation];
}

/* ---- what has no part in it: its load, an earlier refusal ---- */

static struct load idle_there(void *context, int organisation)
{
    const struct whynot_question *q = context;
    struct load load = q->load.of(q->load.context, organisation);
    return organisation == q->organisation ? (struct load){.open = 0, .capacity = load.capacity > 0 ? load.capacity : 1} : load;
}

static bool without_exclusion(struct search *s)
{
    int *kept = ARENA_ARRAY(s->keep, (size_t)s->q->n_excluded + 1, int);
    for (int i = 0; kept && i < s->q->n_excluded; i++)
        if (s->q->excluded[i] != s->q->organisation)
            kept[s->n_excluded++] = s->q->excluded[i];
    s->excluded = kept;
    return kept;
}

/* ---- rules that could lead there ---- */

static bool in_ints(const int *items, int n, int wanted_one)
{
    for (int i = 0; i < n; i++)
        if (items[i] == wanted_one)
            return true;
    return false;
}

static bool covers(const struct ruleset *rs, const struct organisation *o, const struct target *t)
{
    for (int i = 0; i < t->n_specialities; i++)
        for (int k = 0; k < o->n_specialities; k++)
            if (category_under(&rs->categories, t->specialities[i], o->specialities[k]))
                return true;
    return t->n_specialities == 0;
}

static bool speaks_all(const struct organisation *o, const struct target *t)
{
    int n = 0;
    for (int i = 0; i < t->n_languages; i++)
        for (int k = 0; k < o->n_languages; k++)
            n += str_eq(t->languages[i], o->languages[k]);
    return n == t->n_languages;
}

/* Whatever the dispute: what no fact of it can change. */
static bool could_reach(const struct ruleset *rs, const struct target *t, int organisation)
{
    const struct organisation *o = &rs->roster.items[organisation];
    if ((t->kinds && !(t->kinds >> o->kind & 1)) || (t->levels && !(t->levels >> rs->regions.items[o->region].level & 1)))
        return false;
    if ((t->n_organisations && !in_ints(t->organisations, t->n_organisations, organisation)) || (t->stationed && !o->n_agencies))
        return false;
    if ((t->where == TARGET_IS && t->region != o->region) ||
        (t->where == TARGET_WITHIN && !region_within(&rs->regions, o->region, t->region)))
        return false;
    return o->rating >= t->rating_at_least && covers(rs, o, t) && (!t->speciality_matching || o->n_specialities) && speaks_all(o, t);
}

static bool rule_could_reach(const struct whynot_question *q, int rule)
{
    const struct rule *r = &q->rules->rules[rule];
    for (int i = 0; r->outcome == OUTCOME_ASSIGNED && i < r->n_rungs; i++)
        if (could_reach(q->rules, &r->rungs[i].to, q->organisation))
            return true;
    return false;
}

/* Facts that have to change in any case; *hopeless when one of them cannot. */
static unsigned needed_facts(const struct match *m, const struct cond *c, bool *hopeless)
{
    unsigned facts = 0;
    if (c->kind == COND_ALL) {
        for (const struct cond *k = c + 1; k < c + 1 + c->span; k += 1 + k->span)
            facts |= needed_facts(m, k, hopeless);
    } else if (c->span == 0 && c->kind != COND_ANY && c->kind != COND_NOT && !match_holds(m, c)) {
        facts = 1u << fact_of(c->kind);
        *hopeless |= facts == 1;
    }
    return facts;
}

/* ---- what the rungs of the rule ask of the facts ---- */

static void place_variants(struct repair *x, const struct organisation *o)
{
    const struct regions *regions = &x->now->rules->regions;
    int level = 0;
    for (int i = o->region; i < regions->items[o->region].end; i++)
        if ((int)regions->items[i].level > level) {
            level = (int)regions->items[i].level;
            repair_variant(x)->place = i;
        }
}

static void rung_variants(struct repair *x, enum fact fact, const struct organisation *o)
{
    x->n = 0;
    if (fact == FACT_PLACE)
        place_variants(x, o);
    for (int i = 0; fact == FACT_CATEGORY && i < o->n_specialities; i++)
        repair_variant(x)->category = o->specialities[i];
    for (int i = 0; fact == FACT_AGENCY && i < o->n_agencies; i++)
        repair_variant(x)->agency = o->agencies[i];
}

/* ---- the search ---- */

static const struct candidate *candidate_of(const struct decision *d, int organisation)
{
    for (int i = 0; i < d->n_candidates; i++)
        if (d->candidates[i].organisation == organisation && !d->candidates[i].partner)
            return &d->candidates[i];
    return NULL;
}

/* Everything that lies in the arenas of the way there. */
static bool keep_found(struct search *s, const struct referral *r, const struct path *p)
{
    struct str *tags = ARENA_ARRAY(s->keep, (size_t)r->n_tags + 1, struct str);
    struct party_facts *parties = ARENA_ARRAY(s->keep, (size_t)r->n_parties + 1, struct party_facts);
    struct whynot *out = s->out;
    out->changed = *r;
    out->changed.folded = arena_str(s->keep, r->folded);
    if (!tags || !parties || !out->changed.folded.p)
        return false;
    if (r->n_tags)
        memcpy(tags, r->tags, (size_t)r->n_tags * sizeof *tags);
    if (r->n_parties)
        memcpy(parties, r->parties, (size_t)r->n_parties * sizeof *parties);
    out->changed.tags = tags;
    out->changed.parties = parties;
    out->result = WHYNOT_FOUND;
    out->n = 0;
    for (int i = 0; i < p->n && out->n < WHYNOT_CHANGES_MAX; i++) { /* a fact that was changed twice counts by its last change */
        bool again = false;
        for (int k = i + 1; k < p->n && !again; k++)
            again = p->steps[k].fact == p->steps[i].fact;
        if (!again)
            out->changes[out->n++] = p->steps[i];
    }
    return decide(s->keep, s->q->rules, &out->changed, s->excluded, s->n_excluded, s->load, &out->decision);
}

static void note_near(struct search *s, const struct path *p, const struct candidate *c)
{
    if (s->out->near_rule >= 0)
        return;
    s->out->near_rule = s->rule;
    s->out->near_passed = c->passed;
    s->out->n = p->n < WHYNOT_CHANGES_MAX ? p->n : WHYNOT_CHANGES_MAX;
    memcpy(s->out->changes, p->steps, (size_t)s->out->n * sizeof *p->steps);
}

static bool visit(struct search *s, const struct referral *r, const struct path *p);

/* The path with one more step; false when that is one too many. */
static bool extend(const struct search *s, const struct path *p, struct whynot_change step, struct path *out)
{
    if (p->n == STEPS_MAX || !step.fact)
        return false;
    for (int i = 0; i < p->n; i++)
        if (p->steps[i].fact == step.fact && p->steps[i].wish.leaf == step.wish.leaf && p->steps[i].wish.wanted == step.wish.wanted)
            return false; /* tried on this way */
    *out = *p;
    out->steps[out->n++] = step;
    out->facts |= 1u << step.fact;
    return __builtin_popcount(out->facts) <= s->depth;
}

static bool try_variants(struct search *s, struct repair *x, const struct path *p)
{
    for (int i = 0; i < x->n; i++)
        if (visit(s, &x->variants[i], p))
            return true;
    return false;
}

static bool try_wishes(struct search *s, struct repair *x, const struct path *p, const struct leaf_wish *wishes, int n)
{
    for (int i = 0; i < n; i++) {
        struct path next;
        if (!extend(s, p, (struct whynot_change){fact_of(wishes[i].leaf->kind), wishes[i]}, &next))
            continue;
        repair_leaf(x, wishes[i]);
        if (try_variants(s, x, &next))
            return true;
    }
    return false;
}

static bool try_rungs(struct search *s, struct repair *x, const struct path *p)
{
    static const enum fact asked[] = {FACT_PLACE, FACT_CATEGORY, FACT_AGENCY};
    for (int i = 0; i < 3; i++) {
        struct path next;
        if (!extend(s, p, (struct whynot_change){.fact = asked[i]}, &next))
            continue;
        rung_variants(x, asked[i], wanted(s->q));
        if (try_variants(s, x, &next))
            return true;
    }
    return false;
}

static bool adds_one_of(const struct classifier *c, const struct cond *tags)
{
    for (int i = 0; i < c->n_tags; i++)
        for (int k = 0; k < tags->n; k++)
            if (str_eq(c->tags[i], tags->strings[k]))
                return true;
    return false;
}

/* A tag that is not wanted may be a classifier's: then what that one looks at. */
static int classifier_wishes(const struct match *m, struct leaf_wish wish, struct leaf_wish *out, int max)
{
    int n = 0;
    for (int i = 0; wish.leaf->kind == COND_TAGS && !wish.wanted && i < m->rules->n_classifiers; i++) {
        const struct classifier *c = &m->rules->classifiers[i];
        if (adds_one_of(c, wish.leaf))
            n += match_wishes(m, c->when, false, out + n, max - n);
    }
    return n;
}

/* What has to come out otherwise next: the rule's own conditions, or those of one that stands before it. */
static int next_wishes(const struct search *s, const struct match *m, const struct decision *d, struct leaf_wish *out)
{
    const struct rule *rules = s->q->rules->rules;
    int n = match_wishes(m, rules[s->rule].when, true, out, WISHES_MAX);
    if (n == 0 && d->rule >= 0 && d->rule != s->rule)
        n = match_wishes(m, rules[d->rule].when, false, out, WISHES_MAX);
    for (int i = n; i-- > 0;)
        n += classifier_wishes(m, out[i], out + n, WISHES_MAX - n);
    return n;
}

static bool visit(struct search *s, const struct referral *r, const struct path *p)
{
    if (++s->nodes > NODES_MAX || s->memory)
        return false;
    struct arena *a = arena_new(0);
    struct repair *x = a ? ARENA_NEW(a, struct repair) : NULL;
    struct match m;
    struct decision d;
    bool found = false;
    s->memory = !x || !decide_facts(a, s->q->rules, r, &m) ||
                !decide(a, s->q->rules, r, s->excluded, s->n_excluded, s->load, &d);
    if (!s->memory && d.organisation == s->q->organisation) {
        found = true;
        s->memory = !keep_found(s, r, p);
    } else if (!s->memory) {
        struct leaf_wish wishes[WISHES_MAX];
        const struct candidate *c = d.rule == s->rule ? candidate_of(&d, s->q->organisation) : NULL;
        *x = (struct repair){.arena = a, .now = &m, .place = wanted(s->q)->region};
        if (c)
            note_near(s, p, c);
        int n = next_wishes(s, &m, &d, wishes);
        found = n ? try_wishes(s, x, p, wishes, n) : try_rungs(s, x, p);
    }
    arena_free(a);
    return found;
}

static bool search_depth(struct search *s, const struct match *m)
{
    static const struct path nothing;
    for (int i = 0; i < s->q->rules->n_rules; i++) {
        bool hopeless = false;
        if (!rule_could_reach(s->q, i))
            continue;
        unsigned facts = needed_facts(m, s->q->rules->rules[i].when, &hopeless);
        if (hopeless || __builtin_popcount(facts) > s->depth)
            continue;
        s->rule = i;
        if (visit(s, s->q->referral, &nothing))
            return true;
    }
    return false;
}

static bool any_rule(const struct whynot_question *q)
{
    for (int i = 0; i < q->rules->n_rules; i++)
        if (rule_could_reach(q, i))
            return true;
    return false;
}

static bool as_it_is(struct search *s, struct decision *d)
{
    const struct whynot_question *q = s->q;
    struct whynot *out = s->out;
    if (!decide(s->keep, q->rules, q->referral, q->excluded, q->n_excluded, q->load, d))
        return false;
    const struct candidate *c = candidate_of(d, q->organisation);
    if (c) {
        out->candidate = true;
        out->passed = c->passed;
        out->rung = c->rung;
    }
    struct load load = q->load.of(q->load.context, q->organisation);
    out->open = load.open;
    out->capacity = load.capacity;
    out->full = load.open >= load.capacity;
    out->excluded = in_ints(q->excluded, q->n_excluded, q->organisation);
    return true;
}

bool whynot_ask(struct arena *a, const struct whynot_question *q, struct whynot *out)
{
    struct search s = {.keep = a, .q = q, .load = {idle_there, (void *)(uintptr_t)q}, .out = out};
    struct decision d;
    struct match m;
    *out = (struct whynot){.near_rule = -1};
    if (!as_it_is(&s, &d) || !without_exclusion(&s) || !decide_facts(a, q->rules, q->referral, &m))
        return false;
    if (d.organisation == q->organisation) {
        out->result = WHYNOT_HAS_IT;
        return true;
    }
    out->result = wanted(q)->closed ? WHYNOT_CLOSED : any_rule(q) ? WHYNOT_NOT_FOUND : WHYNOT_NO_RULE;
    for (s.depth = 1; out->result == WHYNOT_NOT_FOUND && s.depth <= WHYNOT_CHANGES_MAX; s.depth++) {
        if (search_depth(&s, &m) || s.memory)
            break;
        if (s.nodes > NODES_MAX)
            out->result = WHYNOT_GAVE_UP;
    }
    return !s.memory;
}
