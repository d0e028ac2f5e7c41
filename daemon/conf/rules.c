/*
 * rules.c - the files of rules/: classifiers and rules, in the order one can see
 */
#include "conf/define.h"
#include "conf/index.h"
#include "conf/rule.h"
#include "conf/ruletable.h"
#include "conf/ruletests.h"
#include "conf/shape.h"
#include "conf/tablefile.h"
#include "conf/watches.h"

struct rule_rows {
    struct rule *rules;
    size_t n_rules, cap_rules;
    struct classifier *classifiers;
    size_t n_classifiers, cap_classifiers;
    struct place *places, *classifier_places; /* of the ids */
    size_t n_places, cap_places, n_classifier_places, cap_classifier_places;
    struct index *classifier_ids;
    struct str file; /* of YAML, the one being read */
    struct place catch_all;
    struct str catch_all_id;
};

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

/* The sections of a file. */
static const struct shape classifier_or_table = {
    .kind = SHAPE_EITHER, .of = &classifier_shape, .otherwise = &classifier_table_shape};
static const struct shape rule_or_table = {
    .kind = SHAPE_EITHER, .of = &rule_shape, .otherwise = &rule_table_shape};
static const struct shape classify_shape = {
    .kind = SHAPE_LIST, .of = &classifier_or_table, .maybe_missing = true};
static const struct shape rules_shape = {.kind = SHAPE_LIST, .of = &rule_or_table, .maybe_missing = true};
static const struct field file_fields[] = {
    {"define", read_node, .shape = &define_shape, .about = "names for lists, conditions and ladders, known in all files"},
    {"classify", read_node, .shape = &classify_shape,
     .about = "before the rules, all in order: a missing category, and tags"},
    {"rules", read_node, .shape = &rules_shape, .about = "the first that matches decides"},
    {"tests", read_node, .shape = &ruletests_shape, .about = "run at every check and reload"},
    {0},
};
const struct shape rules_file_shape = {.kind = SHAPE_FIELDS, .fields = file_fields};

static void check_reached(struct reading *r, struct rule_rows *rows, const struct node *v,
                          const struct rule *rule)
{
    struct place at = node_get(v, "id")->at;
    if (rows->catch_all.text)
        reading_warn(r, at,
                     reading_hint(r, "`" STR_FMT "` (%s) matches everything: put this rule before it",
                                  STR_ARG(rows->catch_all_id), reading_where(r, rows->catch_all)),
                     "rule `" STR_FMT "` is never reached", STR_ARG(rule->id));
    else if (rule->n_when == 1) {
        rows->catch_all = at;
        rows->catch_all_id = rule->id;
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

/* One classifier; of a table when `common` is there. */
static void add_classifier(struct reading *r, const struct node *v, const struct common *common, struct str file,
                           void *state)
{
    struct rule_rows *rows = state;
    struct classifier c;
    int number = (int)rows->n_classifiers;
    if (!classifier_read(r, v, common, &c) ||
        !take_id(r, rows->classifier_ids, v, c.id, number, rows->classifier_places, "classifier"))
        return;
    struct classifier *kept =
        ARENA_PUSH(r->arena, rows->classifiers, rows->n_classifiers, rows->cap_classifiers);
    struct place *at = ARENA_PUSH(r->scratch, rows->classifier_places, rows->n_classifier_places,
                                  rows->cap_classifier_places);
    if (!kept || !at) {
        reading_full(r);
        return;
    }
    *at = node_get(v, "id")->at;
    *kept = c;
    kept->file = file;
    r->rs->weighs = r->rs->weighs || c.weigh;
}

static void add_rule(struct reading *r, const struct node *v, const struct common *common, struct str file,
                     void *state)
{
    struct rule_rows *rows = state;
    struct rule rule;
    bool noted = v->kind == NODE_MAP && note_id(r, rows, v);
    if (!rule_read(r, v, common, &rule) || !noted)
        return;
    check_reached(r, rows, v, &rule);
    struct rule *kept = ARENA_PUSH(r->arena, rows->rules, rows->n_rules, rows->cap_rules);
    if (!kept) {
        reading_full(r);
        return;
    }
    *kept = rule;
    kept->file = file;
}

static void each_classifier(struct reading *r, const struct node *v, void *state)
{
    struct rule_rows *rows = state;
    if (node_get(v, "table"))
        ruletable_read(r, v, TABLE_OF_CLASSIFIERS, add_classifier, rows);
    else
        add_classifier(r, v, NULL, rows->file, rows);
}

static void each_rule(struct reading *r, const struct node *v, void *state)
{
    struct rule_rows *rows = state;
    if (node_get(v, "table"))
        ruletable_read(r, v, TABLE_OF_RULES, add_rule, rows);
    else
        add_rule(r, v, NULL, rows->file, rows);
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

static void warn_unused(struct reading *r)
{
    defines_warn_unused(r);
    tablefiles_warn_unused(r);
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
    watches_read(r); /* they use the same names and words */
    if (reading_errors(r) == before) /* else what is wrong may use them */
        warn_unused(r);
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
