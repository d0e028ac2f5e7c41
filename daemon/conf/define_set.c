/*
 * define_set.c - named lists: what they may hold, and how they are put in
 */
#include "conf/define.h"
#include "conf/predicates.h"
#include "conf/shape.h"

/* Sets of sets multiply; nobody writes so many by hand. */
#define ELEMENTS_MAX 100000

static bool check_text(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    warn_commas(r, v);
    return read_folded(r, v, f, out);
}

/* What a set may be. */
static const struct set_row {
    const char *key;
    field_reader *check; /* stores struct ints or struct strs */
    const char *of;      /* what one is called */
} rows[SET_KINDS] = {
    [SET_TEXT] = {"text", check_text, "a word"},
    [SET_REGIONS] = {"regions", read_region_list, NULL},
    [SET_CATEGORIES] = {"categories", read_category_list, NULL},
    [SET_TAGS] = {"tags", read_slug_list, "a tag"},
    [SET_OFFENCES] = {"offences", read_texts, NULL},
    [SET_SOURCE_CATEGORIES] = {"source_categories", read_folded, NULL},
    [SET_AGENCIES] = {"agencies", read_slug_list, "an agency's id"},
    [SET_ORGANISATIONS] = {"organisations", read_organisation_list, NULL},
};

/* ---- shapes ---- */

static const struct field reference_fields[] = {
    {"set", read_slugs, 0, REQUIRED, "a name", .about = "one name or several"}, {0}};
const struct shape set_reference_shape = {
    .kind = SHAPE_FIELDS, .name = "set", .fields = reference_fields, .about = "a list of `define: sets:`"};

#define ELEMENT(one)                                                                                         \
    {                                                                                                        \
        .kind = SHAPE_EITHER, .of = &(one), .otherwise = &set_reference_shape                                    \
    }
static const struct shape text_element = ELEMENT(text_shape), slug_element = ELEMENT(slug_shape),
                          region_element = ELEMENT(region_shape), category_element = ELEMENT(category_shape);

static const struct shape text_list = {.kind = SHAPE_LIST, .of = &text_element, .least = 1};
static const struct shape slug_list = {.kind = SHAPE_LIST, .of = &slug_element, .least = 1};
static const struct shape region_list = {.kind = SHAPE_LIST, .of = &region_element, .least = 1};
static const struct shape category_list = {.kind = SHAPE_LIST, .of = &category_element, .least = 1};

const struct shape texts_or_set_shape = {
    .kind = SHAPE_EITHER, .of = &set_reference_shape, .otherwise = &text_list};
const struct shape slug_list_or_set_shape = {
    .kind = SHAPE_EITHER, .of = &set_reference_shape, .otherwise = &slug_list};
const struct shape slugs_or_set_shape = {.kind = SHAPE_ONE_OR_LIST, .of = &slug_element, .least = 1};
const struct shape regions_or_set_shape = {.kind = SHAPE_ONE_OR_LIST, .of = &region_element, .least = 1};
const struct shape categories_or_set_shape = {.kind = SHAPE_ONE_OR_LIST, .of = &category_element, .least = 1};

/* The definition of a set: exactly one of the keys above. */
static const struct field set_fields[SET_KINDS + 1] = {
    [SET_TEXT] = {"text", read_node, .shape = &text_list, .about = "words for `text`"},
    [SET_REGIONS] = {"regions", read_node, .shape = &region_list, .about = "region codes"},
    [SET_CATEGORIES] = {"categories", read_node, .shape = &category_list, .about = "category codes"},
    [SET_TAGS] = {"tags", read_node, .shape = &slug_list, .about = "tags"},
    [SET_OFFENCES] = {"offences", read_node, .shape = &text_list, .about = "offences"},
    [SET_SOURCE_CATEGORIES] = {"source_categories", read_node, .shape = &text_list,
                               .about = "agencies' own categories"},
    [SET_AGENCIES] = {"agencies", read_node, .shape = &slug_list, .about = "agencies' ids"},
    [SET_ORGANISATIONS] = {"organisations", read_node, .shape = &slug_list, .about = "organisations' ids"},
};
const struct shape set_definition_shape = {
    .kind = SHAPE_FIELDS, .name = "set-definition", .fields = set_fields, .least = 1, .most = 1};

/* ---- reading ---- */

bool set_read(struct reading *r, struct definition *d)
{
    const struct node *unused;
    union {
        struct ints ints;
        struct strs strs;
    } values;
    if (!schema_read(r, d->value, "a set", set_fields, &unused))
        return false;
    if (d->value->n != 1)
        return reading_error(r, node_key_place(d->value),
                             "write `{text: [...]}`, `{regions: [...]}` and so on", "a set is one list");
    const struct node *list = d->value->first;
    while (!str_eqz(list->key->text, rows[d->set].key))
        d->set++;
    const struct set_row *row = &rows[d->set];
    const struct field f = {.key = row->key, .of = row->of};
    if (!node_is(r, list, NODE_LIST, "a list"))
        return false;
    if (list->n == 0)
        return reading_error(r, list->at, "put something into it, or remove the set", "an empty list");
    d->elements = set_elements(r, list, d->set);
    return d->elements && row->check(r, d->elements, &f, &values);
}

/* ---- putting in ---- */

/* A list while it is put together. */
struct elements {
    struct node *list;
    struct node **end;
};

static bool append(struct reading *r, struct elements *to, const struct node *e)
{
    if (to->list->n >= ELEMENTS_MAX)
        return reading_error(r, node_key_place(to->list), "make it smaller",
                             "a list of more than %d elements once its sets are put in", ELEMENTS_MAX);
    struct node *copy = ARENA_NEW(r->scratch, struct node);
    if (!copy)
        return reading_full(r);
    *copy = *e;
    copy->next = NULL;
    *to->end = copy;
    to->end = &copy->next;
    to->list->n++;
    return true;
}

static const struct node *set_named(struct reading *r, const struct node *name, enum set_kind kind)
{
    const struct definition *d = define_use(r, name, DEFINE_SET);
    if (!d)
        return NULL;
    if (d->set != kind) {
        reading_error(r, name->at,
                      reading_hint(r, "it is defined in %s", reading_where(r, node_key_place(d->value))),
                      "`" STR_FMT "` is a set of %s; here it has to be one of %s", STR_ARG(name->text),
                      rows[d->set].key, rows[kind].key);
        return NULL;
    }
    return d->elements;
}

/* {set: NAME} or {set: [NAME, NAME]}. */
static bool put_in(struct reading *r, const struct node *reference, enum set_kind kind, struct elements *to)
{
    struct strs names;
    if (!schema_read(r, reference, "a set", reference_fields, &names))
        return false;
    const struct node *value = node_get(reference, "set");
    int left = node_elements_count(value);
    bool good = true;
    for (const struct node *name = node_elements(value); left-- > 0; name = name->next) {
        const struct node *set = set_named(r, name, kind);
        good = good && set;
        for (const struct node *e = set ? set->first : NULL; e && good; e = e->next)
            good = append(r, to, e);
    }
    return good;
}

static bool mentions_set(const struct node *v)
{
    for (const struct node *e = v->kind == NODE_LIST ? v->first : NULL; e; e = e->next)
        if (e->kind == NODE_MAP)
            return true;
    return v->kind == NODE_MAP;
}

/* The name, when `v` is nothing but {set: NAME}. */
static const struct node *sole_name(const struct node *v)
{
    const struct node *name = v->kind == NODE_MAP && v->n == 1 ? node_get(v, "set") : NULL;
    return name && name->kind == NODE_SCALAR ? name : NULL;
}

const struct node *set_elements(struct reading *r, const struct node *v, enum set_kind kind)
{
    if (!mentions_set(v))
        return v;
    struct node *list = ARENA_NEW(r->scratch, struct node);
    if (!list) {
        reading_full(r);
        return NULL;
    }
    *list = (struct node){.kind = NODE_LIST, .at = v->at, .key = v->key};
    const struct node *name = sole_name(v), *set = name ? set_named(r, name, kind) : NULL;
    if (name) { /* the commonest: its elements are shared, not copied */
        list->first = set ? set->first : NULL;
        list->n = set ? set->n : 0;
        return set ? list : NULL;
    }
    struct elements to = {list, &list->first};
    bool good = v->kind == NODE_LIST || put_in(r, v, kind, &to);
    for (const struct node *e = v->kind == NODE_LIST ? v->first : NULL; e; e = e->next)
        good = (e->kind == NODE_MAP ? put_in(r, e, kind, &to) : append(r, &to, e)) && good;
    return good ? list : NULL;
}

static bool read_with_sets(struct reading *r, const struct node *v, const struct field *f, void *out,
                           enum set_kind kind, field_reader *read)
{
    v = set_elements(r, v, kind);
    return v && read(r, v, f, out);
}

bool read_regions_or_set(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    return read_with_sets(r, v, f, out, SET_REGIONS, read_regions);
}

bool read_categories_or_set(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    return read_with_sets(r, v, f, out, SET_CATEGORIES, read_categories);
}

bool read_organisations_or_set(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    return read_with_sets(r, v, f, out, SET_ORGANISATIONS, read_organisations);
}
