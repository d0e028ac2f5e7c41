/*
 * classifier.c - one classifier: its conditions, and what it adds to a referral
 */
#include "conf/rule.h"
#include "conf/shape.h"

struct classifier_record {
    struct str id;
    struct conds when;
    int category;
    struct strs tags, otherwise;
    const struct node *weigh;
};
const struct field classifier_fields[] = {
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
const struct shape classifier_shape = {
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

bool classifier_read(struct reading *r, const struct node *v, const struct common *common, struct classifier *out)
{
    struct classifier_record record = {.category = -1};
    const struct weigher *weigh = NULL;
    if (!schema_read(r, v, "a classifier", classifier_fields, &record) || !read_effect(r, v, &record, &weigh) ||
        !common_join(r, common, &record.when))
        return false;
    *out = (struct classifier){
        .id = record.id,
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
    return true;
}
