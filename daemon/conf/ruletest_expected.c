/*
 * ruletest_expected.c - `expect`: what has to come out of a test
 */
#include "conf/index.h"
#include "conf/organisations.h"
#include "conf/ruletest.h"
#include "conf/shape.h"

#define RUNGS_MAX 8

struct expected_record {
    struct test_expected e;
    const struct node *passed;
};

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

/* The first, `chosen`, is no reason to pass somebody over. */
#define REASONS (passed_words + 1)
static const struct shape reason_shape = {.kind = SHAPE_WORD, .words = REASONS};
static const struct shape passed_shape = {
    .kind = SHAPE_NAMED, .of = &reason_shape, .least = 1, .about = "organisation: reason"};

static const struct field expected_fields[] = {
    {"rule", read_rule_id, offsetof(struct expected_record, e.rule), OPTIONAL, .shape = &slug_shape,
     .about = "the rule that decides"},
    {"organisation", read_organisation, offsetof(struct expected_record, e.organisation), OPTIONAL,
     .about = "who gets it"},
    {"kind", read_word, offsetof(struct expected_record, e.kind), OPTIONAL, org_kind_words,
     .about = "what the organisation is"},
    {"outcome", read_word, offsetof(struct expected_record, e.outcome), OPTIONAL, outcome_words,
     .about = "assigned, manual or refused"},
    {"code", read_slug, offsetof(struct expected_record, e.code), OPTIONAL, "a code",
     .about = "of the refusal"},
    {"reason", read_slug, offsetof(struct expected_record, e.reason), OPTIONAL, "a reason",
     .about = "in the manual queue"},
    {"category", read_category, offsetof(struct expected_record, e.category), OPTIONAL,
     .about = "after `classify`"},
    {"partner", read_organisation, offsetof(struct expected_record, e.partner), OPTIONAL,
     .about = "who joins in joint mediation"},
    {"rung", read_int, offsetof(struct expected_record, e.rung), OPTIONAL, NULL, 1, RUNGS_MAX,
     .about = "on which rung of the ladder, from 1"},
    {"passed", read_node, offsetof(struct expected_record, passed), OPTIONAL, .shape = &passed_shape,
     .about = "who was looked at, and why passed over"},
    {"climb", read_organisation_list, offsetof(struct expected_record, e.climb), OPTIONAL,
     .about = "who is asked one after another, as each declines; need not go to the end"},
    {"respond_within", read_duration, offsetof(struct expected_record, e.respond_within), OPTIONAL,
     .about = "limit to accept or decline"},
    {"finish_within", read_duration, offsetof(struct expected_record, e.finish_within), OPTIONAL,
     .about = "limit to finish"},
    {"tags", read_slug_list, offsetof(struct expected_record, e.tags), OPTIONAL, "a tag",
     .about = "all of them, after `classify`"},
    {0},
};
const struct shape expected_shape = {
    .kind = SHAPE_FIELDS, .name = "expect", .fields = expected_fields, .least = 1};

static bool read_passed(struct reading *r, struct arena *keep, const struct node *v, struct test_expected *e)
{
    if (!node_is(r, v, NODE_MAP, "a map from organisations to reasons"))
        return false;
    struct test_passed *items = ARENA_ARRAY(keep, (size_t)v->n + 1, struct test_passed);
    if (!items)
        return reading_full(r);
    const struct field reason = {.key = "passed", .of = REASONS};
    bool good = true;
    int n = 0;
    for (const struct node *p = v->first; p; p = p->next) {
        struct test_passed *item = &items[n++];
        good = p->kind != NODE_BROKEN && read_organisation(r, p->key, &reason, &item->organisation) &&
               read_word(r, p, &reason, &item->reason) && good;
    }
    e->passed = items;
    e->n_passed = n;
    return good;
}

bool expected_read(struct reading *r, struct arena *keep, const struct node *v, struct test_expected *e)
{
    struct expected_record record = {.e = {.organisation = -1, .partner = -1, .category = -1}};
    if (!schema_read(r, v, "`expect`", expected_fields, &record))
        return false;
    *e = record.e;
    e->has_tags = node_get(v, "tags") != NULL;
    if (v->n == 0)
        return reading_error(r, node_key_place(v), "say what has to come out: `rule: ...`",
                             "a test that expects nothing");
    return !record.passed || read_passed(r, keep, record.passed, e);
}
