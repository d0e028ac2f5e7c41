/*
 * rules.c - rules/NAME.yaml: classifiers and rules, in file order
 */
#include "conf/rules.h"
#include "conf/define.h"
#include "conf/index.h"
#include "conf/predicates.h"
#include "conf/ruletests.h"
#include "conf/shape.h"

struct rule_rows {
    struct rule *rules;
    size_t n_rules, cap_rules;
    struct classifier *classifiers;
    size_t n_classifiers, cap_classifiers;
    struct place *places, *classifier_places; /* of the ids */
    size_t n_places, cap_places, n_classifier_places, cap_classifier_places;
    struct index *classifier_ids;
    struct str file; /* the one being read */
    struct place catch_all;
    struct str catch_all_id;
};

struct classifier_record {
    struct str id;
    struct conds when;
    int category;
    struct strs tags, otherwise;
    const struct node *weigh;
};
static const struct field classifier_fields[] = {
    {"id", read_slug, offsetof(struct classifier_record, id), REQUIRED,
     .about = "unique among classifiers; stands in decisions"},
    {"when", read_conditions, offsetof(struct classifier_record, when), REQUIRED,
     .about = "all of this has to hold; {} always holds"},
    {"category", read_category, offsetof(struct classifier_record, category), OPTIONAL,
     .about = "set where the referral has none"},
    {"weigh", read_node, offsetof(struct classifier_record, weigh), OPTIONAL, .shape = &weigh_shape,
     .about = "instead of `category`: the one that the words of tables speak for most"},
    {"tags", read_slug_list, offsetof(struct classifier_record, tags), OPTIONAL, "a tag",
     .about = "added; together with `category` only where that is set"},
    {"otherwise", read_slug_list, offsetof(struct classifier_record, otherwise), OPTIONAL, "a tag",
     .about = "added when `weigh` is not sure of any category"},
    {0},
};
static const struct shape_keys classifier_keys[] = {
    {KEYS_SOME, {"category", "weigh", "tags"}}, {KEYS_NOT_TOGETHER, {"category", "weigh"}}, {0}};
static const struct shape classifier_shape = {
    .kind = SHAPE_FIELDS, .name = "classifier", .fields = classifier_fields, .keys = classifier_keys};

/* What it sets, and that its keys go together; false after reporting. */
static bool read_effect(struct reading *r, const struct node *v, const struct classifier_record *c,
                        const struct weigher **weigh)
{
    if (c->weigh && c->category >= 0)
        return reading_error(r, node_get(v, "category")->key->at, "remove one of the two",
                             "`category` beside `weigh`, which finds the category");
    if (c->otherwise.n && !c->weigh)
        return reading_error(r, node_get(v, "otherwise")->key->at, "remove it, or add `weigh`",
                             "`otherwise` is for what `weigh` is not sure of");
    if (!c->weigh)
        return c->category >= 0 || c->tags.n ||
               reading_error(r, v->at, "add `category`, `weigh` or `tags`",
                             "classifier `" STR_FMT "` sets nothing", STR_ARG(c->id));
    *weigh = wordtable_read(r, c->weigh);
    if (!*weigh)
        return false;
    const struct strs *tags = c->tags.n ? &c->tags : c->otherwise.n ? &c->otherwise : NULL;
    return !tags || weigher_sets_category(*weigh) ||
           reading_error(r, node_get(v, c->tags.n ? "tags" : "otherwise")->key->at, "remove it",
                         "a table of tags adds just those with enough points");
}

/* Adds the id; false after reporting that it stands already. */
static bool take_id(struct reading *r, struct index *ids, const struct node *v, struct str id, int number,
                    const struct place *places, const char *what)
{
    int before = index_put(ids, id, number);
    if (before == -2)
        return reading_full(r);
    return before == -1 ||
           reading_error(r, node_get(v, "id")->at,
                         reading_hint(r, "it stands in %s already: give one of them another id",
                                      reading_where(r, places[before])),
                         "%s `" STR_FMT "` a second time", what, STR_ARG(id));
}

static void each_classifier(struct reading *r, const struct node *v, void *state)
{
    struct rule_rows *rows = state;
    struct classifier_record record = {.category = -1};
    if (!schema_read(r, v, "a classifier", classifier_fields, &record))
        return;
    const struct weigher *weigh = NULL;
    if (!read_effect(r, v, &record, &weigh))
        return;
    int number = (int)rows->n_classifiers;
    if (!take_id(r, rows->classifier_ids, v, record.id, number, rows->classifier_places, "classifier"))
        return;
    struct classifier *c =
        ARENA_PUSH(r->arena, rows->classifiers, rows->n_classifiers, rows->cap_classifiers);
    struct place *at = ARENA_PUSH(r->scratch, rows->classifier_places, rows->n_classifier_places,
                                  rows->cap_classifier_places);
    if (!c || !at) {
        reading_full(r);
        return;
    }
    *at = node_get(v, "id")->at;
    *c = (struct classifier){
        .id = record.id,
        .file = rows->file,
        .line = v->at.line,
        .when = record.when.items,
        .n_when = record.when.n,
        .category = record.category,
        .weigh = weigh,
        .tags = record.tags.items,
        .n_tags = record.tags.n,
        .otherwise = record.otherwise.items,
        .n_otherwise = record.otherwise.n,
    };
    r->rs->weighs = r->rs->weighs || weigh;
}

struct answer {
    struct str code, text, basis;
};
static const struct field refuse_fields[] = {
    {"code", read_slug, offsetof(struct answer, code), REQUIRED, "a code",
     .about = "what the agency's system acts on"},
    {"text", read_text, offsetof(struct answer, text), REQUIRED, .about = "what the agency reads"},
    {"basis", read_text, offsetof(struct answer, basis), OPTIONAL, .about = "law and article"},
    {0},
};
static const struct field manual_fields[] = {
    {"reason", read_slug, offsetof(struct answer, code), REQUIRED, "a reason",
     .about = "stands beside the referral in the manual queue"},
    {0},
};
static const struct shape refuse_shape = {.kind = SHAPE_FIELDS, .name = "refusal", .fields = refuse_fields};
static const struct shape manual_shape = {.kind = SHAPE_FIELDS, .name = "manual", .fields = manual_fields};

struct rule_record {
    struct str id, name, law;
    int32_t from, until;
    struct conds when;
    const struct node *route, *refuse, *manual;
};
static const struct field rule_fields[] = {
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
static const struct shape rule_shape = {
    .kind = SHAPE_FIELDS, .name = "rule", .fields = rule_fields, .keys = outcome_keys};

/* The sections of a file. */
static const struct shape classify_shape = {
    .kind = SHAPE_LIST, .of = &classifier_shape, .maybe_missing = true};
static const struct shape rules_shape = {.kind = SHAPE_LIST, .of = &rule_shape, .maybe_missing = true};
static const struct field file_fields[] = {
    {"define", read_node, .shape = &define_shape, .about = "names for lists, conditions and ladders, known in all files"},
    {"classify", read_node, .shape = &classify_shape,
     .about = "before the rules, all in order: a missing category, and tags"},
    {"rules", read_node, .shape = &rules_shape, .about = "the first that matches decides"},
    {"tests", read_node, .shape = &ruletests_shape, .about = "run at every check and reload"},
    {0},
};
const struct shape rules_file_shape = {.kind = SHAPE_FIELDS, .fields = file_fields};

/* What the rule does; false after reporting. */
static bool read_outcome(struct reading *r, const struct node *v, const struct rule_record *record,
                         uint64_t modes, struct rule *rule)
{
    int outcomes = (record->route != NULL) + (record->refuse != NULL) + (record->manual != NULL);
    if (outcomes != 1)
        return reading_error(r, v->at, "every rule has exactly one of `route`, `refuse` and `manual`",
                             outcomes ? "more than one outcome" : "a rule that does nothing");
    struct answer a = {.text = STR(""), .basis = STR("")};
    struct rungs rungs = {0};
    bool good;
    if (record->route) {
        rule->outcome = OUTCOME_ASSIGNED;
        good = ladder_read(r, record->route, modes, &rungs);
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

static void check_reached(struct reading *r, struct rule_rows *rows, const struct node *v,
                          const struct rule_record *record)
{
    struct place at = node_get(v, "id")->at;
    if (rows->catch_all.text)
        reading_warn(r, at,
                     reading_hint(r, "`" STR_FMT "` (%s) matches everything: put this rule before it",
                                  STR_ARG(rows->catch_all_id), reading_where(r, rows->catch_all)),
                     "rule `" STR_FMT "` is never reached", STR_ARG(record->id));
    else if (record->when.n == 1) {
        rows->catch_all = at;
        rows->catch_all_id = record->id;
    }
}

/* The rule's id, noted even when the rest of the rule is wrong, so that what names it is not reported too. */
static bool note_id(struct reading *r, struct rule_rows *rows, const struct node *v)
{
    const struct node *id = node_get(v, "id");
    if (!id || id->kind != NODE_SCALAR || !slug_valid(id->text))
        return false;
    if (!take_id(r, r->rule_ids, v, id->text, (int)rows->n_places, rows->places, "rule"))
        return false;
    struct place *at = ARENA_PUSH(r->scratch, rows->places, rows->n_places, rows->cap_places);
    if (!at)
        return reading_full(r);
    *at = id->at;
    return true;
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

static bool read_rule(struct reading *r, const struct node *v, struct rule *rule, struct rule_record *record)
{
    if (!schema_read(r, v, "a rule", rule_fields, record) || !add_dates(r, v, record))
        return false;
    rule->id = record->id;
    rule->name = record->name;
    rule->from = record->from;
    rule->until = record->until;
    rule->law = record->law;
    rule->line = v->at.line;
    rule->when = record->when.items;
    rule->n_when = record->when.n;
    uint64_t modes = conditions_modes(&record->when);
    if (!modes)
        return reading_error(r, node_get(v, "when")->key->at,
                             "a mode belongs to one channel: see channels.yaml",
                             "this rule can never match: its conditions on channel and mode leave no mode");
    return read_outcome(r, v, record, modes, rule);
}

static void each_rule(struct reading *r, const struct node *v, void *state)
{
    struct rule_rows *rows = state;
    struct rule rule = {.file = rows->file};
    struct rule_record record = {.law = STR("")};
    bool noted = v->kind == NODE_MAP && note_id(r, rows, v);
    if (!read_rule(r, v, &rule, &record) || !noted)
        return;
    check_reached(r, rows, v, &record);
    struct rule *kept = ARENA_PUSH(r->arena, rows->rules, rows->n_rules, rows->cap_rules);
    if (kept)
        *kept = rule;
    else
        reading_full(r);
}

static void parse_file(struct reading *r, const struct text *t, void *state)
{
    (void)state;
    const struct node *root = text_is_table(t) ? NULL : node_parse(r, t);
    if (!root)
        return;
    const struct node **kept = ARENA_PUSH(r->scratch, r->rule_roots, r->n_rule_roots, r->cap_rule_roots);
    if (!kept) {
        reading_full(r);
        return;
    }
    *kept = root;
    schema_root(r, root, file_fields);
}

static void read_file(struct reading *r, const struct node *root, struct rule_rows *rows)
{
    rows->file = arena_str(r->arena, root->at.text->name);
    if (!rows->file.p) {
        reading_full(r);
        return;
    }
    schema_each(r, root, "classify", each_classifier, rows);
    schema_each(r, root, "rules", each_rule, rows);
}

void rules_read(struct reading *r)
{
    struct rule_rows rows = {.classifier_ids = index_new(r->scratch)};
    size_t before = reading_errors(r);
    r->rule_ids = index_new(r->scratch);
    r->word_numbers = index_new(r->scratch);
    if (!rows.classifier_ids || !r->rule_ids || !r->word_numbers) {
        reading_full(r);
        return;
    }
    reading_files(r, "rules/", parse_file, NULL);
    defines_read(r);
    for (size_t i = 0; i < r->n_rule_roots; i++)
        read_file(r, r->rule_roots[i], &rows);
    r->whole.rules = reading_errors(r) == before;
    if (r->whole.rules) /* else what is wrong may use them */
        defines_warn_unused(r);
    if (rows.n_places == 0 && r->whole.rules)
        reading_warn(r, reading_whole(r, "rules"), "write rules into rules/*.yaml",
                     "no rules: every referral will wait in the manual queue");
    r->rs->rules = rows.rules;
    r->rs->n_rules = (int)rows.n_rules;
    r->rs->classifiers = rows.classifiers;
    r->rs->n_classifiers = (int)rows.n_classifiers;
    r->rs->words = textscan_build(r->arena, r->words, (int)r->n_words);
    if (!r->rs->words)
        reading_full(r);
}
