/*
 * ruletests.c - the tests beside the rules: a made-up referral, and what has to become of it
 */
#include "conf/index.h"
#include "conf/rules.h"

#include "base/fold.h"
#include "core/decide.h"

struct given {
    struct str agency, text, offence, source_category, currency;
    int channel, mode, place, category;
    int64_t claim; /* minor units; -1: none */
    struct strs tags;
    unsigned risk;
    const struct node *parties;
    struct ints full;
};

static const struct field given_fields[] = {
    {"channel", read_word, offsetof(struct given, channel), REQUIRED, channel_words},
    {"mode", read_word, offsetof(struct given, mode), REQUIRED, mode_words},
    {"place", read_region, offsetof(struct given, place), REQUIRED},
    {"agency", read_slug, offsetof(struct given, agency), OPTIONAL},
    {"category", read_category_name, offsetof(struct given, category), OPTIONAL},
    {"text", read_text_any, offsetof(struct given, text), OPTIONAL},
    {"claim", read_yuan, offsetof(struct given, claim), OPTIONAL},
    {"currency", read_text, offsetof(struct given, currency), OPTIONAL},
    {"tags", read_slug_list, offsetof(struct given, tags), OPTIONAL, "a tag"},
    {"risk", read_flags, offsetof(struct given, risk), OPTIONAL, risk_words},
    {"offence", read_text_any, offsetof(struct given, offence), OPTIONAL},
    {"source_category", read_text_any, offsetof(struct given, source_category), OPTIONAL},
    {"parties", read_node, offsetof(struct given, parties), OPTIONAL},
    {"full", read_organisation_list, offsetof(struct given, full), OPTIONAL},
    {0},
};

struct party_record {
    int role, kind;
    bool foreign, minor;
};
static const struct field party_fields[] = {
    {"role", read_word, offsetof(struct party_record, role), REQUIRED, party_role_words},
    {"kind", read_word, offsetof(struct party_record, kind), REQUIRED, party_kind_words},
    {"foreign", read_bool, offsetof(struct party_record, foreign), OPTIONAL},
    {"minor", read_bool, offsetof(struct party_record, minor), OPTIONAL},
    {0},
};

static const struct word outcome_words[] = {{OUTCOME_ASSIGNED, "assigned", "指派"},
                                            {OUTCOME_MANUAL, "manual", "人工"},
                                            {OUTCOME_REFUSED, "refused", "退回"},
                                            {0}};

struct expected {
    struct str rule, code, reason;
    int organisation, kind, outcome, category; /* organisation, category: -1 when not given */
    struct strs tags;
    bool has_tags;
};

static bool read_rule_id(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    if (!read_slug(r, v, f, out))
        return false;
    if (index_get(r->rule_ids, v->text) >= 0)
        return true;
    if (!r->whole.rules)
        return false;
    const char **ids = ARENA_ARRAY(r->scratch, (size_t)r->rs->n_rules + 1, const char *);
    for (int i = 0; ids && i < r->rs->n_rules; i++)
        ids[i] = r->rs->rules[i].id.p;
    return reading_error(
        r, v->at, ids ? reading_suggest(r, v->text, ids, (size_t)r->rs->n_rules, "see rules/*.yaml") : NULL,
        "no rule `" STR_FMT "`", STR_ARG(v->text));
}

static const struct field expected_fields[] = {
    {"rule", read_rule_id, offsetof(struct expected, rule), OPTIONAL},
    {"organisation", read_organisation, offsetof(struct expected, organisation), OPTIONAL},
    {"kind", read_word, offsetof(struct expected, kind), OPTIONAL, org_kind_words},
    {"outcome", read_word, offsetof(struct expected, outcome), OPTIONAL, outcome_words},
    {"code", read_slug, offsetof(struct expected, code), OPTIONAL, "a code"},
    {"reason", read_slug, offsetof(struct expected, reason), OPTIONAL, "a reason"},
    {"category", read_category, offsetof(struct expected, category), OPTIONAL},
    {"tags", read_slug_list, offsetof(struct expected, tags), OPTIONAL, "a tag"},
    {0},
};

struct rule_test {
    struct str name;
    const struct node *given_node, *expect_node;
    struct place at;
    struct given given;
    struct expected expected;
    struct referral referral;
};

static const struct field test_fields[] = {
    {"name", read_text, offsetof(struct rule_test, name), REQUIRED},
    {"given", read_node, offsetof(struct rule_test, given_node), REQUIRED},
    {"expect", read_node, offsetof(struct rule_test, expect_node), REQUIRED},
    {0},
};

struct tests {
    struct rule_test *items;
    size_t n, cap;
};

static bool read_parties(struct reading *r, const struct node *v, struct referral *referral)
{
    if (!node_is(r, v, NODE_LIST, "a list of parties"))
        return false;
    struct party_facts *parties = ARENA_ARRAY(r->scratch, (size_t)v->n + 1, struct party_facts);
    if (!parties)
        return reading_full(r);
    bool good = true;
    int n = 0;
    for (const struct node *e = v->first; e; e = e->next) {
        struct party_record p = {0};
        if (e->kind == NODE_BROKEN || !schema_read(r, e, "a party", party_fields, &p)) {
            good = false;
            continue;
        }
        parties[n++] =
            (struct party_facts){(enum party_role)p.role, (enum party_kind)p.kind, p.foreign, p.minor};
    }
    referral->parties = parties;
    referral->n_parties = n;
    return good;
}

/* As the wire's reader makes it: summary and the agency's own category, each folded, a line break between. */
static bool make_referral(struct reading *r, const struct given *g, struct referral *out)
{
    *out = (struct referral){
        .channel = (enum channel)g->channel,
        .mode = (enum mode)g->mode,
        .agency = g->agency,
        .agency_ref = STR("test"),
        .place = g->place,
        .category = g->category,
        .source_category = g->source_category,
        .summary = g->text,
        .has_claim = g->claim >= 0,
        .claim_minor = g->claim >= 0 ? g->claim : 0,
        .tags = g->tags.items,
        .n_tags = g->tags.n,
        .risk = g->risk,
        .offence = g->offence,
    };
    memcpy(out->currency, g->currency.p, g->currency.n < 3 ? g->currency.n : 3);
    struct str text = fold(r->scratch, g->text), own = fold(r->scratch, g->source_category);
    out->folded = arena_printf(r->scratch, STR_FMT "\n" STR_FMT, STR_ARG(text), STR_ARG(own));
    return out->folded.p || reading_full(r);
}

static bool read_given(struct reading *r, const struct node *v, struct rule_test *t)
{
    t->given = (struct given){.category = -1, .place = -1, .claim = -1, .currency = STR("CNY")};
    t->given.agency = t->given.text = t->given.offence = t->given.source_category = STR("");
    if (!schema_read(r, v, "`given`", given_fields, &t->given))
        return false;
    int channel = mode_channel(t->given.mode);
    if (channel != t->given.channel)
        return reading_error(r, node_get(v, "mode")->at, "change the channel or the mode",
                             "mode `%s` belongs to channel `%s`", word_of(mode_words, t->given.mode),
                             word_of(channel_words, channel));
    return make_referral(r, &t->given, &t->referral) &&
           (!t->given.parties || read_parties(r, t->given.parties, &t->referral));
}

static bool read_expected(struct reading *r, const struct node *v, struct rule_test *t)
{
    t->expected = (struct expected){.organisation = -1, .category = -1};
    if (!schema_read(r, v, "`expect`", expected_fields, &t->expected))
        return false;
    t->expected.has_tags = node_get(v, "tags") != NULL;
    return v->n > 0 || reading_error(r, node_key_place(v), "say what has to come out: `rule: ...`",
                                     "a test that expects nothing");
}

static void each_test(struct reading *r, const struct node *v, void *state)
{
    struct tests *tests = state;
    struct rule_test t = {.at = v->at};
    if (!schema_read(r, v, "a test", test_fields, &t))
        return;
    t.at = node_get(v, "name")->at;
    bool given = read_given(r, t.given_node, &t);
    if (!read_expected(r, t.expect_node, &t) || !given)
        return;
    struct rule_test *kept = ARENA_PUSH(r->scratch, tests->items, tests->n, tests->cap);
    if (kept)
        *kept = t;
    else
        reading_full(r);
}

struct full_context {
    const struct roster *roster;
    struct ints full;
};

static struct load load_of(void *context, int organisation)
{
    const struct full_context *f = context;
    struct load load = {0, f->roster->items[organisation].capacity};
    for (int i = 0; i < f->full.n; i++)
        if (f->full.items[i] == organisation)
            load.open = load.capacity;
    return load;
}

struct outcome_report {
    struct reading *r;
    struct str text; /* what differs, so far */
};

static void differs(struct outcome_report *o, const char *what, struct str expected, struct str got)
{
    o->text = arena_printf(o->r->scratch, STR_FMT "%s%s `" STR_FMT "`, got `" STR_FMT "`", STR_ARG(o->text),
                           o->text.n ? "; " : "", what, STR_ARG(expected), STR_ARG(got));
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

static struct str joined(struct reading *r, const struct str *tags, int n)
{
    struct str s = STR("");
    for (int i = 0; i < n; i++)
        s = arena_printf(r->scratch, STR_FMT "%s" STR_FMT, STR_ARG(s), i ? ", " : "", STR_ARG(tags[i]));
    return n ? s : STR("none");
}

static struct str kind_got(const struct ruleset *rs, const struct decision *d)
{
    return str_from(
        d->organisation >= 0 ? word_of(org_kind_words, (int)rs->roster.items[d->organisation].kind) : "none");
}

/* All that is not as expected, in words; empty when the test passes. */
static struct str compare(struct reading *r, const struct expected *e, const struct decision *d)
{
    const struct ruleset *rs = r->rs;
    struct outcome_report o = {r, STR("")};
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
    if (e->code.n && !str_eq(e->code, code))
        differs(&o, "code", e->code, code);
    if (e->reason.n && !str_eq(e->reason, reason))
        differs(&o, "reason", e->reason, reason);
    if (e->category >= 0 && e->category != d->category)
        differs(&o, "category", category_code(rs, e->category), category_code(rs, d->category));
    if (e->has_tags && !same_tags(&e->tags, d->tags, d->n_tags))
        differs(&o, "tags", joined(r, e->tags.items, e->tags.n), joined(r, d->tags, d->n_tags));
    return o.text;
}

static const char *where_of_rule(struct reading *r, const struct rule *rule, unsigned line)
{
    return reading_hint(r, "%s/" STR_FMT ":%u", r->source->shown_as, STR_ARG(rule->file), line);
}

/* Why the expected rule was not the one: an earlier one took the referral, or a condition of its own failed.
 */
static const char *why_not_rule(struct reading *r, const struct rule_test *t, const struct decision *d)
{
    const struct ruleset *rs = r->rs;
    int wanted = 0;
    while (wanted < rs->n_rules && !str_eq(rs->rules[wanted].id, t->expected.rule))
        wanted++;
    if (wanted == rs->n_rules)
        return NULL;
    if (d->rule >= 0 && d->rule < wanted)
        return reading_hint(r, "`" STR_FMT "` (%s) comes first and matches too",
                            STR_ARG(rs->rules[d->rule].id),
                            where_of_rule(r, &rs->rules[d->rule], rs->rules[d->rule].line));
    struct rule_trace *trace;
    int n;
    if (!decide_trace(r->scratch, rs, &t->referral, wanted, &trace, &n) || n <= wanted)
        return NULL;
    return reading_hint(r, "`" STR_FMT "` does not match: its condition at %s does not hold",
                        STR_ARG(t->expected.rule),
                        where_of_rule(r, &rs->rules[wanted], trace[wanted].failed_line));
}

static const char *why_not_organisation(struct reading *r, const struct rule_test *t,
                                        const struct decision *d)
{
    for (int i = 0; i < d->n_candidates; i++)
        if (d->candidates[i].organisation == t->expected.organisation)
            return reading_hint(r, "`" STR_FMT "` was a candidate on rung %d, but: %s",
                                STR_ARG(organisation_id(r->rs, t->expected.organisation)),
                                d->candidates[i].rung + 1,
                                word_of(passed_words, (int)d->candidates[i].passed));
    return reading_hint(r, "`" STR_FMT "` was on none of the rungs that were tried",
                        STR_ARG(organisation_id(r->rs, t->expected.organisation)));
}

static bool run(struct reading *r, const struct rule_test *t)
{
    struct full_context full = {&r->rs->roster, t->given.full};
    struct load_view load = {load_of, &full};
    struct decision d;
    if (!decide(r->scratch, r->rs, &t->referral, NULL, 0, load, &d))
        return reading_full(r);
    struct str text = compare(r, &t->expected, &d);
    if (text.n == 0)
        return true;
    const char *why = NULL;
    if (t->expected.rule.n && !str_eq(t->expected.rule, rule_id(r->rs, d.rule)))
        why = why_not_rule(r, t, &d);
    else if (t->expected.organisation >= 0 && t->expected.organisation != d.organisation)
        why = why_not_organisation(r, t, &d);
    else if (d.rule >= 0)
        why = reading_hint(r, "decided by `" STR_FMT "` (%s)", STR_ARG(rule_id(r->rs, d.rule)),
                           where_of_rule(r, &r->rs->rules[d.rule], r->rs->rules[d.rule].line));
    return reading_error(r, t->at, why, "test failed: expected " STR_FMT, STR_ARG(text));
}

int ruletests_run(struct reading *r)
{
    struct tests tests = {0};
    int passed = 0;
    for (size_t i = 0; i < r->n_rule_roots; i++)
        schema_each(r, r->rule_roots[i], "tests", each_test, &tests);
    if (reading_errors(r))
        return 0; /* a rule set that is not whole decides nothing worth comparing */
    for (size_t i = 0; i < tests.n; i++)
        passed += run(r, &tests.items[i]);
    return passed;
}

static void count_file(struct reading *r, const struct text *t, void *state)
{
    const struct node *root = node_parse(r, t);
    const struct node *tests = root ? node_get(root, "tests") : NULL;
    if (tests && tests->kind == NODE_LIST)
        *(int *)state += tests->n;
}

int ruletests_count(struct reading *r)
{
    int n = 0;
    reading_files(r, "rules/", count_file, &n);
    return n;
}
