/*
 * ruletest.c - one test run against a rule set: what differs from what was expected, and why
 */
#include "conf/ruletests.h"

struct load_context {
    const struct roster *roster;
    const struct test_loads *loads;
};

static struct load load_of(void *context, int organisation)
{
    const struct load_context *c = context;
    for (int i = 0; i < c->loads->n; i++) {
        const struct test_load *l = &c->loads->items[i];
        if (l->organisation == organisation)
            return (struct load){l->open, l->capacity, l->given_ms};
    }
    return (struct load){.capacity = c->roster->items[organisation].capacity};
}

/* What differs, so far. */
struct differences {
    struct arena *a;
    struct str text;
};

static void differs(struct differences *d, const char *what, struct str expected, struct str got)
{
    d->text = arena_printf(d->a, STR_FMT "%s%s `" STR_FMT "`, got `" STR_FMT "`", STR_ARG(d->text),
                           d->text.n ? "; " : "", what, STR_ARG(expected), STR_ARG(got));
}

static struct str rule_id(const struct ruleset *rs, int rule)
{
    return rule >= 0 ? rs->rules[rule].id : STR("no rule");
}

static struct str organisation_id(const struct ruleset *rs, int organisation)
{
    return organisation >= 0 ? rs->roster.items[organisation].id : STR("nobody");
}

static struct str category_code(const struct ruleset *rs, int category)
{
    return category >= 0 ? rs->categories.items[category].code : STR("none");
}

static bool has_tag(const struct str *tags, int n, struct str tag)
{
    for (int i = 0; i < n; i++)
        if (str_eq(tags[i], tag))
            return true;
    return false;
}

static bool same_tags(const struct strs *a, const struct str *tags, int n)
{
    for (int i = 0; i < a->n; i++)
        if (!has_tag(tags, n, a->items[i]))
            return false;
    for (int i = 0; i < n; i++)
        if (!has_tag(a->items, a->n, tags[i]))
            return false;
    return true;
}

static struct str joined(struct arena *a, const struct str *tags, int n)
{
    struct str s = STR("");
    for (int i = 0; i < n; i++)
        s = arena_printf(a, STR_FMT "%s" STR_FMT, STR_ARG(s), i ? ", " : "", STR_ARG(tags[i]));
    return n ? s : STR("none");
}

static struct str kind_got(const struct ruleset *rs, const struct decision *d)
{
    return str_from(
        d->organisation >= 0 ? word_of(org_kind_words, (int)rs->roster.items[d->organisation].kind) : "none");
}

static bool same_duration(struct duration a, struct duration b)
{
    return a.count == b.count && a.unit == b.unit;
}

static struct str duration_text(struct arena *a, struct duration d)
{
    static const char *const units[] = {
        [DURATION_WORKDAYS] = "workday", [DURATION_DAYS] = "day", [DURATION_MONTHS] = "month"};
    return d.count ? arena_printf(a, "%d %s%s", d.count, units[d.unit], d.count == 1 ? "" : "s") : STR("none");
}

static void compare_duration(struct differences *o, const char *what, struct duration expected,
                             struct duration got)
{
    if (expected.count && !same_duration(expected, got))
        differs(o, what, duration_text(o->a, expected), duration_text(o->a, got));
}

/* Why a candidate was passed over; as a leader rather than as a partner. */
static const char *passed_got(const struct decision *d, int organisation)
{
    const struct candidate *found = NULL;
    for (int i = 0; i < d->n_candidates; i++)
        if (d->candidates[i].organisation == organisation && (!found || found->partner))
            found = &d->candidates[i];
    return found ? word_of(passed_words, (int)found->passed) : "not looked at";
}

/* How the ladder was climbed. */
static void compare_climb(struct differences *o, const struct ruleset *rs, const struct test_expected *e,
                          const struct decision *d)
{
    if (e->partner >= 0 && e->partner != d->partner)
        differs(o, "partner", organisation_id(rs, e->partner), organisation_id(rs, d->partner));
    if (e->rung && e->rung != d->rung + 1)
        differs(o, "rung", arena_printf(o->a, "%d", e->rung),
                d->rung >= 0 ? arena_printf(o->a, "%d", d->rung + 1) : STR("none"));
    for (int i = 0; i < e->n_passed; i++) {
        const struct test_passed *p = &e->passed[i];
        const char *got = passed_got(d, p->organisation), *wanted = word_of(passed_words, p->reason);
        if (strcmp(got, wanted) != 0)
            differs(o, arena_printf(o->a, "passed " STR_FMT, STR_ARG(organisation_id(rs, p->organisation))).p,
                    str_from(wanted), str_from(got));
    }
    compare_duration(o, "respond_within", e->respond_within, d->respond_within);
    compare_duration(o, "finish_within", e->finish_within, d->finish_within);
}

/* All that is not as expected, in words; empty when the test passes. */
static struct str compare(struct arena *a, const struct ruleset *rs, const struct test_expected *e,
                          const struct decision *d)
{
    struct differences o = {a, STR("")};
    struct str code = d->outcome == OUTCOME_REFUSED ? d->code : STR("none");
    struct str reason = d->outcome == OUTCOME_MANUAL ? d->code : STR("none");
    int kind = d->organisation >= 0 ? (int)rs->roster.items[d->organisation].kind : 0;
    if (e->rule.n && !str_eq(e->rule, rule_id(rs, d->rule)))
        differs(&o, "rule", e->rule, rule_id(rs, d->rule));
    if (e->outcome && e->outcome != (int)d->outcome)
        differs(&o, "outcome", str_from(word_of(outcome_words, e->outcome)),
                str_from(word_of(outcome_words, (int)d->outcome)));
    if (e->organisation >= 0 && e->organisation != d->organisation)
        differs(&o, "organisation", organisation_id(rs, e->organisation),
                organisation_id(rs, d->organisation));
    if (e->kind && e->kind != kind)
        differs(&o, "kind", str_from(word_of(org_kind_words, e->kind)), kind_got(rs, d));
    compare_climb(&o, rs, e, d);
    if (e->code.n && !str_eq(e->code, code))
        differs(&o, "code", e->code, code);
    if (e->reason.n && !str_eq(e->reason, reason))
        differs(&o, "reason", e->reason, reason);
    if (e->category >= 0 && e->category != d->category)
        differs(&o, "category", category_code(rs, e->category), category_code(rs, d->category));
    if (e->has_tags && !same_tags(&e->tags, d->tags, d->n_tags))
        differs(&o, "tags", joined(a, e->tags.items, e->tags.n), joined(a, d->tags, d->n_tags));
    return o.text;
}

/* One after another declines, as far as `climb` tells who comes next, or until somebody else does. */
static bool climb_on(struct differences *o, const struct ruleset *rs, const struct rule_test *t,
                     struct load_view load, struct test_result *result)
{
    const struct ints *climb = &t->expected.climb;
    int n = t->declined.n, *rungs = ARENA_ARRAY(o->a, (size_t)climb->n, int);
    int *declined = ARENA_ARRAY(o->a, (size_t)(n + climb->n), int);
    struct decision d = result->decision;
    if (!rungs || !declined)
        return false;
    for (int i = 0; i < n; i++)
        declined[i] = t->declined.items[i];
    result->rungs = rungs;
    for (int i = 0; i < climb->n; i++) {
        if (i > 0 && !decide(o->a, rs, &t->referral, declined, n, load, &d))
            return false;
        if (d.organisation != climb->items[i]) {
            differs(o, arena_printf(o->a, "climb %d", i + 1).p, organisation_id(rs, climb->items[i]),
                    organisation_id(rs, d.organisation));
            return true;
        }
        if (i > 0)
            rungs[result->n_rungs++] = d.rung;
        declined[n++] = d.organisation;
    }
    return true;
}

bool ruletest_run(struct arena *a, const struct ruleset *rs, const struct rule_test *t,
                  struct test_result *out)
{
    struct load_context context = {&rs->roster, &t->loads};
    struct load_view load = {load_of, &context};
    struct test_result result = {0};
    if (!decide(a, rs, &t->referral, t->declined.items, t->declined.n, load, &result.decision))
        return false;
    struct differences o = {a, compare(a, rs, &t->expected, &result.decision)};
    if (t->expected.climb.n && !climb_on(&o, rs, t, load, &result))
        return false;
    result.differs = o.text;
    result.passed = result.differs.n == 0;
    *out = result;
    return result.differs.p != NULL;
}

/* ---- why ---- */

/* One failed test, looked into. */
struct question {
    struct arena *a;
    const struct ruleset *rs;
    const char *shown_as;
    const struct rule_test *test;
    const struct decision *decision;
};

/* "config/rules/20-labour.yaml:14" */
static const char *place_of(const struct question *q, struct str file, unsigned line)
{
    return arena_printf(q->a, "%s/" STR_FMT ":%u", q->shown_as, STR_ARG(file), line).p;
}

static const char *place_of_rule(const struct question *q, int rule)
{
    return place_of(q, q->rs->rules[rule].file, q->rs->rules[rule].line);
}

/* An earlier rule took the referral, or a condition of the expected one failed. */
static struct str why_not_rule(const struct question *q)
{
    const struct ruleset *rs = q->rs;
    const struct decision *d = q->decision;
    struct str expected = q->test->expected.rule;
    int wanted = 0;
    while (wanted < rs->n_rules && !str_eq(rs->rules[wanted].id, expected))
        wanted++;
    if (wanted == rs->n_rules)
        return STR("");
    if (d->rule >= 0 && d->rule < wanted)
        return arena_printf(q->a, "`" STR_FMT "` (%s) comes first and matches too",
                            STR_ARG(rs->rules[d->rule].id), place_of_rule(q, d->rule));
    struct rule_trace *trace;
    int n;
    if (!decide_trace(q->a, rs, &q->test->referral, wanted, &trace, &n) || n <= wanted)
        return STR("");
    return arena_printf(q->a, "`" STR_FMT "` does not match: its condition at %s does not hold",
                        STR_ARG(expected), place_of(q, trace[wanted].failed_file, trace[wanted].failed_line));
}

static struct str why_not_organisation(const struct question *q)
{
    const struct decision *d = q->decision;
    int expected = q->test->expected.organisation;
    struct str id = organisation_id(q->rs, expected);
    for (int i = 0; i < d->n_candidates; i++)
        if (d->candidates[i].organisation == expected)
            return arena_printf(q->a, "`" STR_FMT "` was a candidate on rung %d, but: %s", STR_ARG(id),
                                d->candidates[i].rung + 1,
                                word_of(passed_words, (int)d->candidates[i].passed));
    return arena_printf(q->a, "`" STR_FMT "` was on none of the rungs that were tried", STR_ARG(id));
}

struct str ruletest_why(struct arena *a, const struct ruleset *rs, const char *shown_as,
                        const struct rule_test *t, const struct decision *d)
{
    const struct question q = {a, rs, shown_as, t, d};
    if (t->expected.rule.n && !str_eq(t->expected.rule, rule_id(rs, d->rule)))
        return why_not_rule(&q);
    if (t->expected.organisation >= 0 && t->expected.organisation != d->organisation)
        return why_not_organisation(&q);
    if (d->rule < 0)
        return STR("");
    return arena_printf(a, "decided by `" STR_FMT "` (%s)", STR_ARG(rule_id(rs, d->rule)),
                        place_of_rule(&q, d->rule));
}
