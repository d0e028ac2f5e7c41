/*
 * ruletests.c - the tests beside the rules: a made-up referral, and what has to become of it
 */
#include "conf/ruletests.h"
#include "conf/index.h"
#include "conf/organisations.h"
#include "conf/shape.h"

#include "base/fold.h"

struct given {
    struct str agency, text, offence, source_category, currency;
    int channel, mode, place, category;
    int64_t claim; /* minor units; -1: none */
    struct strs tags;
    unsigned risk;
    const struct node *parties;
    struct ints full;
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

static const struct shape party_shape = {.kind = SHAPE_FIELDS, .name = "test-party", .fields = party_fields};
static const struct shape parties_shape = {.kind = SHAPE_LIST, .of = &party_shape};

static const struct field given_fields[] = {
    {"channel", read_word, offsetof(struct given, channel), REQUIRED, channel_words},
    {"mode", read_word, offsetof(struct given, mode), REQUIRED, mode_words},
    {"place", read_region, offsetof(struct given, place), REQUIRED},
    {"agency", read_slug, offsetof(struct given, agency), OPTIONAL},
    {"category", read_category_name, offsetof(struct given, category), OPTIONAL},
    {"text", read_text_any, offsetof(struct given, text), OPTIONAL},
    {"claim", read_yuan, offsetof(struct given, claim), OPTIONAL, .about = "yuan"},
    {"currency", read_text, offsetof(struct given, currency), OPTIONAL},
    {"tags", read_slug_list, offsetof(struct given, tags), OPTIONAL, "a tag"},
    {"risk", read_flags, offsetof(struct given, risk), OPTIONAL, risk_words},
    {"offence", read_text_any, offsetof(struct given, offence), OPTIONAL},
    {"source_category", read_text_any, offsetof(struct given, source_category), OPTIONAL},
    {"parties", read_node, offsetof(struct given, parties), OPTIONAL, .shape = &parties_shape},
    {"full", read_organisation_list, offsetof(struct given, full), OPTIONAL,
     .about = "organisations without a free place"},
    {0},
};
static const struct shape given_shape = {.kind = SHAPE_FIELDS, .name = "given", .fields = given_fields};

const struct word outcome_words[] = {{OUTCOME_ASSIGNED, "assigned", "指派"},
                                     {OUTCOME_MANUAL, "manual", "人工"},
                                     {OUTCOME_REFUSED, "refused", "退回"},
                                     {0}};

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
    {"rule", read_rule_id, offsetof(struct test_expected, rule), OPTIONAL, .shape = &slug_shape},
    {"organisation", read_organisation, offsetof(struct test_expected, organisation), OPTIONAL},
    {"kind", read_word, offsetof(struct test_expected, kind), OPTIONAL, org_kind_words},
    {"outcome", read_word, offsetof(struct test_expected, outcome), OPTIONAL, outcome_words},
    {"code", read_slug, offsetof(struct test_expected, code), OPTIONAL, "a code"},
    {"reason", read_slug, offsetof(struct test_expected, reason), OPTIONAL, "a reason"},
    {"category", read_category, offsetof(struct test_expected, category), OPTIONAL},
    {"tags", read_slug_list, offsetof(struct test_expected, tags), OPTIONAL, "a tag"},
    {0},
};
static const struct shape expected_shape = {
    .kind = SHAPE_FIELDS, .name = "expect", .fields = expected_fields, .least = 1};

struct test_record {
    struct str name;
    const struct node *given, *expect;
};

static const struct field test_fields[] = {
    {"name", read_text, offsetof(struct test_record, name), REQUIRED},
    {"given", read_node, offsetof(struct test_record, given), REQUIRED, .shape = &given_shape,
     .about = "a made-up referral"},
    {"expect", read_node, offsetof(struct test_record, expect), REQUIRED, .shape = &expected_shape,
     .about = "what has to become of it"},
    {0},
};
static const struct shape test_shape = {.kind = SHAPE_FIELDS, .name = "test", .fields = test_fields};
const struct shape ruletests_shape = {.kind = SHAPE_LIST, .of = &test_shape, .maybe_missing = true};

struct gathering {
    struct arena *keep;
    struct rule_test *items;
    size_t n, cap;
};

static bool read_parties(struct reading *r, struct arena *keep, const struct node *v,
                         struct referral *referral)
{
    if (!node_is(r, v, NODE_LIST, "a list of parties"))
        return false;
    struct party_facts *parties = ARENA_ARRAY(keep, (size_t)v->n + 1, struct party_facts);
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
        parties[n++] = (struct party_facts){.role = (enum party_role)p.role,
                                            .kind = (enum party_kind)p.kind,
                                            .foreign = p.foreign,
                                            .minor = p.minor,
                                            .address = -1};
    }
    referral->parties = parties;
    referral->n_parties = n;
    return good;
}

/* As the wire's reader makes it: summary and the agency's own category, each folded, a line break between. */
static bool make_referral(struct reading *r, struct arena *keep, const struct given *g, struct referral *out)
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
        .earlier = {.organisation = -1},
    };
    memcpy(out->currency, g->currency.p, g->currency.n < 3 ? g->currency.n : 3);
    struct str text = fold(r->scratch, g->text), own = fold(r->scratch, g->source_category);
    out->folded = arena_printf(keep, STR_FMT "\n" STR_FMT, STR_ARG(text), STR_ARG(own));
    return out->folded.p || reading_full(r);
}

static bool read_given(struct reading *r, struct arena *keep, const struct node *v, struct rule_test *t)
{
    struct given g = {.category = -1, .place = -1, .claim = -1, .currency = STR("CNY")};
    g.agency = g.text = g.offence = g.source_category = STR("");
    if (!schema_read(r, v, "`given`", given_fields, &g))
        return false;
    int channel = mode_channel(g.mode);
    if (channel != g.channel)
        return reading_error(r, node_get(v, "mode")->at, "change the channel or the mode",
                             "mode `%s` belongs to channel `%s`", word_of(mode_words, g.mode),
                             word_of(channel_words, channel));
    t->full = g.full;
    return make_referral(r, keep, &g, &t->referral) &&
           (!g.parties || read_parties(r, keep, g.parties, &t->referral));
}

static bool read_expected(struct reading *r, const struct node *v, struct test_expected *e)
{
    *e = (struct test_expected){.organisation = -1, .category = -1};
    if (!schema_read(r, v, "`expect`", expected_fields, e))
        return false;
    e->has_tags = node_get(v, "tags") != NULL;
    return v->n > 0 || reading_error(r, node_key_place(v), "say what has to come out: `rule: ...`",
                                     "a test that expects nothing");
}

/* The place, with what it needs to be told after the reading. */
static struct diag_place kept_place(struct arena *keep, struct place at)
{
    struct diag_place d = place_for_diag(at);
    d.file = arena_str(keep, str_from(d.file)).p;
    d.source = arena_str(keep, d.source);
    return d;
}

static void each_test(struct reading *r, const struct node *v, void *state)
{
    struct gathering *g = state;
    struct test_record record = {0};
    if (!schema_read(r, v, "a test", test_fields, &record))
        return;
    struct place at = node_get(v, "name")->at;
    struct rule_test t = {.name = record.name, .at = kept_place(g->keep, at)};
    t.file = arena_str(g->keep, at.text->name);
    bool given = read_given(r, g->keep, record.given, &t);
    if (!read_expected(r, record.expect, &t.expected) || !given)
        return;
    struct rule_test *kept = ARENA_PUSH(g->keep, g->items, g->n, g->cap);
    if (kept && t.at.file && t.file.p)
        *kept = t;
    else
        reading_full(r);
}

void ruletests_read(struct reading *r, struct arena *keep, struct rule_tests *out)
{
    struct gathering g = {.keep = keep};
    for (size_t i = 0; i < r->n_rule_roots; i++)
        schema_each(r, r->rule_roots[i], "tests", each_test, &g);
    *out = (struct rule_tests){g.items, (int)g.n};
}

static void check_one(struct reading *r, const struct rule_test *t)
{
    struct test_result result;
    if (!ruletest_run(r->scratch, r->rs, t, &result)) {
        reading_full(r);
        return;
    }
    if (result.passed)
        return;
    struct str why = ruletest_why(r->scratch, r->rs, r->source->shown_as, t, &result.decision);
    diag_add(r->diag, DIAG_ERROR, &t->at, why.n ? why.p : NULL, "test failed: expected " STR_FMT,
             STR_ARG(result.differs));
}

void ruletests_check(struct reading *r)
{
    struct rule_tests tests;
    ruletests_read(r, r->scratch, &tests);
    if (reading_errors(r))
        return; /* a rule set that is not whole decides nothing worth comparing */
    for (int i = 0; i < tests.n; i++)
        check_one(r, &tests.items[i]);
}

static void count_file(struct reading *r, const struct text *t, void *state)
{
    const struct node *root = text_is_table(t) ? NULL : node_parse(r, t);
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
