/*
 * rule.c - one rule: when it serves, and what it does
 */
#include "conf/rule.h"
#include "conf/predicates.h"
#include "conf/shape.h"

struct answer {
    struct str code, text, basis;
};
const struct field refuse_fields[] = {
    {"code", read_slug, offsetof(struct answer, code), REQUIRED, "a code",
     .about = "what the agency's system acts on"},
    {"text", read_text, offsetof(struct answer, text), REQUIRED, .about = "what the agency reads"},
    {"basis", read_text, offsetof(struct answer, basis), OPTIONAL, .about = "law and article"},
    {0},
};
const struct field manual_fields[] = {
    {"reason", read_slug, offsetof(struct answer, code), REQUIRED, "a reason",
     .about = "stands beside the referral in the manual queue"},
    {0},
};
const struct shape refuse_shape = {.kind = SHAPE_FIELDS, .name = "refusal", .fields = refuse_fields};
const struct shape manual_shape = {.kind = SHAPE_FIELDS, .name = "manual", .fields = manual_fields};

struct rule_record {
    struct str id, name, law;
    int32_t from, until;
    struct conds when;
    const struct node *route, *refuse, *manual;
};
const struct field rule_fields[] = {
    {"id", read_slug, offsetof(struct rule_record, id), REQUIRED,
     .about = "unique, for ever: it stands in every decision"},
    {"name", read_text, offsetof(struct rule_record, name), REQUIRED, .about = "for people"},
    {"when", read_conditions, offsetof(struct rule_record, when), REQUIRED,
     .about = "all of this has to hold; {} always holds"},
    {"from", read_day, offsetof(struct rule_record, from), OPTIONAL,
     .about = "first day of arrival it serves"},
    {"until", read_day, offsetof(struct rule_record, until), OPTIONAL,
     .about = "last day of arrival it serves, included"},
    {"law", read_text, offsetof(struct rule_record, law), OPTIONAL,
     .about = "law and article that the rule rests on"},
    {"route", read_node, offsetof(struct rule_record, route), OPTIONAL, .shape = &ladder_shape,
     .about = "the ladder: tried rung by rung"},
    {"refuse", read_node, offsetof(struct rule_record, refuse), OPTIONAL, .shape = &refuse_shape,
     .about = "back to the agency"},
    {"manual", read_node, offsetof(struct rule_record, manual), OPTIONAL, .shape = &manual_shape,
     .about = "a person places it"},
    {0},
};
static const struct shape_keys outcome_keys[] = {{KEYS_ONE, {"route", "refuse", "manual"}}, {0}};
const struct shape rule_shape = {
    .kind = SHAPE_FIELDS, .name = "rule", .fields = rule_fields, .keys = outcome_keys};

/* What a row leaves open on its first rung. */
static bool apply_defaults(struct reading *r, const struct node *route, const struct common *common,
                           uint64_t modes, struct rungs *rungs)
{
    const struct node *own = node_elements(route);
    struct rung *first = (struct rung *)rungs->items; /* just made, ours alone */
    if (rungs->n == 0 || !node_get(own, "to"))
        return true;
    if (common->pick && !node_get(own, "pick"))
        first->pick = (enum pick)(common->pick - 1);
    struct rung given = {0}; /* limits from the entry are checked here: the row's have been */
    if (common->respond_within.count && !node_get(own, "respond_within"))
        first->respond_within = given.respond_within = common->respond_within;
    if (common->finish_within.count && !node_get(own, "finish_within"))
        first->finish_within = given.finish_within = common->finish_within;
    const char *where = reading_hint(r, " (%s)", reading_where(r, common->at));
    return rung_check_limits(r, own->at, where ? where : "", &given, modes);
}

/* The ladder of a rule, with what the rows of its table have in common. */
static bool read_route(struct reading *r, const struct node *v, const struct node *route,
                       const struct common *common, uint64_t modes, struct rungs *rungs)
{
    if (route && !ladder_read(r, route, modes, rungs))
        return false;
    if (!common)
        return true;
    if (!route)
        return ladder_append(r, v->at, &common->route, common->file, modes, rungs);
    return apply_defaults(r, route, common, modes, rungs) &&
           ladder_append(r, v->at, &common->then, common->file, modes, rungs);
}

/* What the rule does; false after reporting. */
static bool read_outcome(struct reading *r, const struct node *v, const struct rule_record *record,
                         const struct common *common, uint64_t modes, struct rule *rule)
{
    bool given = common && common->route.n;
    int outcomes = (record->route != NULL) + (record->refuse != NULL) + (record->manual != NULL);
    if (outcomes > 1 || (outcomes == 0 && !given))
        return reading_error(r, v->at, "every rule has exactly one of `route`, `refuse` and `manual`",
                             outcomes ? "more than one outcome" : "a rule that does nothing");
    struct answer a = {.text = STR(""), .basis = STR("")};
    struct rungs rungs = {0};
    bool good;
    if (record->route || outcomes == 0) {
        rule->outcome = OUTCOME_ASSIGNED;
        good = read_route(r, v, record->route, common, modes, &rungs);
    } else if (record->refuse) {
        rule->outcome = OUTCOME_REFUSED;
        good = schema_read(r, record->refuse, "a refusal", refuse_fields, &a);
    } else {
        rule->outcome = OUTCOME_MANUAL;
        good = schema_read(r, record->manual, "`manual`", manual_fields, &a);
    }
    rule->rungs = rungs.items;
    rule->n_rungs = rungs.n;
    rule->code = a.code;
    rule->text = a.text;
    rule->basis = a.basis;
    return good;
}

/* `from` and `until` as one more condition at the end of `when`. */
static bool add_dates(struct reading *r, const struct node *v, struct rule_record *record)
{
    const struct node *from = node_get(v, "from"), *until = node_get(v, "until");
    const struct calendar *calendar = &r->rs->calendar;
    struct conds *when = &record->when;
    if (!from && !until)
        return true;
    struct cond *items = ARENA_ARRAY(r->arena, (size_t)when->n + 1, struct cond);
    if (!items)
        return reading_full(r);
    memcpy(items, when->items, (size_t)when->n * sizeof *items);
    if (!arrived_between(r, from, until, record->from, record->until, &items[when->n]))
        return false;
    items[0].span++;
    *when = (struct conds){items, when->n + 1, when->depth};
    if (until && calendar->n && record->until < calendar->items[0].day)
        reading_warn(r, until->at, "remove the rule when nothing that old is decided any more",
                     "this rule ended before the calendar begins: it serves nobody");
    return true;
}

bool common_join(struct reading *r, const struct common *common, struct conds *own)
{
    if (!common || common->when.n == 0)
        return true;
    const struct conds *first = &common->when;
    struct cond *items = ARENA_ARRAY(r->arena, (size_t)(first->n + own->n), struct cond);
    if (!items)
        return reading_full(r);
    items[0] = own->items[0];
    items[0].span += first->n - 1;
    for (int i = 1; i < first->n; i++) {
        items[i] = first->items[i];
        if (!items[i].file)
            items[i].file = common->file;
    }
    memcpy(&items[first->n], &own->items[1], (size_t)(own->n - 1) * sizeof *items);
    *own = (struct conds){items, first->n + own->n - 1, own->depth > first->depth ? own->depth : first->depth};
    return true;
}

bool rule_read(struct reading *r, const struct node *v, const struct common *common, struct rule *out)
{
    struct rule_record record = {.law = STR("")};
    if (!schema_read(r, v, "a rule", rule_fields, &record) || !common_join(r, common, &record.when) ||
        !add_dates(r, v, &record))
        return false;
    *out = (struct rule){
        .id = record.id,
        .name = record.name,
        .line = v->at.line,
        .from = record.from,
        .until = record.until,
        .law = record.law,
        .when = record.when.items,
        .n_when = record.when.n,
    };
    uint64_t modes = conditions_modes(&record.when);
    if (!modes)
        return reading_error(r, node_key_place(node_get(v, "when")),
                             "a mode belongs to one channel: see channels.yaml",
                             "this rule can never match: its conditions on channel and mode leave no mode");
    return read_outcome(r, v, &record, common, modes, out);
}
