/*
 * ruletests.c - the section `tests` of all files: gathered, run, counted
 */
#include "conf/ruletest.h"
#include "conf/shape.h"

struct test_record {
    struct str name;
    const struct node *given, *expect;
};

static const struct field test_fields[] = {
    {"name", read_text, offsetof(struct test_record, name), REQUIRED, .about = "what it shows, for people"},
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
    bool given = given_read(r, g->keep, record.given, &t);
    if (!expected_read(r, g->keep, record.expect, &t.expected) || !given)
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
