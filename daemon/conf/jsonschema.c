/*
 * jsonschema.c - shapes into JSON Schema
 *
 * Scalars in these files are text, whatever they look like: a code of digits without quotes is a number to an
 * editor and the same code to the parser. So a text may be a number here.
 */
#include "conf/jsonschema.h"
#include "conf/organisations.h"
#include "conf/peers.h"
#include "conf/predicates.h"
#include "conf/settings.h"
#include "conf/shape.h"
#include "conf/watches.h"

#include <assert.h>
#include <jansson.h>

#define TEXT_MAX  500 /* bytes, in values.c; characters here */
#define INT_TEXT  "^[0-9]{1,15}$"
#define YUAN_TEXT "^[0-9]{1,15}(\\.[0-9]{1,2})?$"

const struct jsonschema_kind jsonschema_kinds[] = {
    {"rules", "rules/*.yaml", &rules_file_shape},
    {"organisations", "organisations/*.yaml", &organisations_file_shape},
    {"peers", "peers/*.yaml", &peers_file_shape},
    {"channels", "channels.yaml", &channels_file_shape},
    {"watches", "watches.yaml", &watches_file_shape},
    {"referrald", "referrald.yaml", &settings_file_shape},
    {0},
};

const struct jsonschema_kind *jsonschema_find(const char *name)
{
    for (const struct jsonschema_kind *k = jsonschema_kinds; k->name; k++)
        if (strcmp(k->name, name) == 0)
            return k;
    return NULL;
}

/* What a shape takes from the field that has it. */
struct context {
    json_t *definitions;
    const void *of;
    int64_t low, high;
    int word; /* of the KEYED around it */
};

static json_t *schema_of(const struct shape *s, const struct context *c);

static void set(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value);
}

static json_t *types(const char *a, const char *b, const char *c)
{
    json_t *list = json_pack("[s, s]", a, b);
    if (c)
        json_array_append_new(list, json_string(c));
    return list;
}

/* ---- scalars ---- */

static json_t *of_text(const struct shape *s)
{
    json_t *o = json_object();
    if (!s->pattern || s->pattern[0] == 0) {
        set(o, "type", types("string", "number", "boolean"));
        if (!s->pattern)
            set(o, "minLength", json_integer(1));
        set(o, "maxLength", json_integer(TEXT_MAX));
    } else {
        set(o, "type", types("string", "integer", NULL));
        set(o, "pattern", json_string(s->pattern));
    }
    return o;
}

static json_t *of_int(const struct context *c)
{
    json_t *o = json_object();
    set(o, "type", types("integer", "string", NULL));
    set(o, "minimum", json_integer(c->low));
    set(o, "maximum", json_integer(c->high));
    set(o, "pattern", json_string(INT_TEXT));
    return o;
}

static json_t *of_yuan(void)
{
    json_t *o = json_object();
    set(o, "type", types("number", "string", NULL));
    set(o, "minimum", json_integer(0));
    set(o, "pattern", json_string(YUAN_TEXT));
    return o;
}

/* enumDescriptions is what editors of the VS Code family show beside each word; others pass over it. */
static json_t *of_word(const struct word *table)
{
    json_t *o = json_object(), *words = json_array(), *zh = json_array();
    bool named = false;
    for (const struct word *w = table; w->word; w++) {
        json_array_append_new(words, json_string(w->word));
        json_array_append_new(zh, json_string(w->zh));
        named = named || w->zh[0];
    }
    set(o, "enum", words);
    if (named)
        set(o, "enumDescriptions", zh);
    else
        json_decref(zh);
    return o;
}

/* ---- maps ---- */

static json_t *required(const char *key)
{
    return json_pack("{s:[s]}", "required", key);
}

static void add_keys(json_t *all, const struct shape_keys *k)
{
    json_t *each = json_array();
    for (const char *const *key = k->of; *key; key++)
        json_array_append_new(each, required(*key));
    if (k->rule == KEYS_ONE)
        json_array_append_new(all, json_pack("{s:o}", "oneOf", each));
    else if (k->rule == KEYS_SOME)
        json_array_append_new(all, json_pack("{s:o}", "anyOf", each));
    else if (k->rule == KEYS_NOT_TOGETHER)
        json_array_append_new(all, json_pack("{s:{s:o}}", "not", "allOf", each));
    else
        json_array_append_new(
            all, json_pack("{s:{s:o}, s:{s:i}}", "if", "anyOf", each, "then", "maxProperties", 1));
}

static json_t *of_keys(const struct shape_keys *keys)
{
    json_t *all = json_array();
    for (; keys->rule != KEYS_END; keys++)
        add_keys(all, keys);
    return all;
}

/* `about` stands beside what the value is; a reference lets nothing stand beside it in draft-07. */
static json_t *described(json_t *o, const char *about)
{
    if (!about)
        return o;
    if (json_object_get(o, "$ref"))
        o = json_pack("{s:[o]}", "allOf", o);
    json_t *own = json_object_get(o, "description");
    set(o, "description", own ? json_sprintf("%s: %s", about, json_string_value(own)) : json_string(about));
    return o;
}

static json_t *map_object(const struct shape *s)
{
    json_t *o = json_pack("{s:s, s:b}", "type", "object", "additionalProperties", 0);
    if (s->maybe_missing)
        set(o, "type", types("object", "null", NULL));
    if (s->least)
        set(o, "minProperties", json_integer(s->least));
    if (s->most)
        set(o, "maxProperties", json_integer(s->most));
    return o;
}

static json_t *of_fields(const struct shape *s, const struct context *c)
{
    json_t *o = map_object(s), *properties = json_object(), *needed = json_array();
    for (const struct field *f = s->fields ? s->fields : c->of; f->key; f++) {
        const struct shape *shape = field_shape(f);
        const struct context inner = {c->definitions, f->of, f->low, f->high, c->word};
        assert(shape);
        set(properties, f->key, described(schema_of(shape, &inner), f->about));
        if (f->need == REQUIRED)
            json_array_append_new(needed, json_string(f->key));
    }
    set(o, "properties", properties);
    if (json_array_size(needed))
        set(o, "required", needed);
    else
        json_decref(needed);
    if (s->keys)
        set(o, "allOf", of_keys(s->keys));
    return o;
}

static json_t *of_conditions(const struct shape *s, const struct context *c)
{
    static const struct cond_key *const tables[] = {predicate_keys, group_keys};
    json_t *o = map_object(s), *properties = json_object();
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const struct cond_key *k = tables[i]; k->key; k++) {
            const struct context inner = {.definitions = c->definitions, .of = k->of};
            set(properties, k->key, described(schema_of(k->shape, &inner), k->about));
        }
    set(o, "properties", properties);
    return o;
}

static json_t *of_keyed(const struct shape *s, const struct context *c)
{
    json_t *o = map_object(s), *properties = json_object(), *needed = json_array();
    for (const struct word *w = s->words; w->word; w++) {
        const struct context inner = {.definitions = c->definitions, .word = w->value};
        if (s->part_of && s->part_of(w->value) != c->word)
            continue;
        set(properties, w->word, described(schema_of(s->of, &inner), w->zh));
        json_array_append_new(needed, json_string(w->word));
    }
    set(o, "properties", properties);
    set(o, "required", needed);
    return o;
}

static json_t *of_named(const struct shape *s, const struct context *c)
{
    json_t *o = map_object(s);
    set(o, "additionalProperties", schema_of(s->of, c));
    if (s->pattern)
        set(o, "propertyNames", json_pack("{s:s}", "pattern", s->pattern));
    return o;
}

/* ---- all ---- */

static json_t *of_list(const struct shape *s, const struct context *c)
{
    json_t *o = json_pack("{s:s, s:o}", "type", "array", "items", schema_of(s->of, c));
    if (s->maybe_missing)
        set(o, "type", types("array", "null", NULL));
    if (s->least)
        set(o, "minItems", json_integer(s->least));
    if (s->most)
        set(o, "maxItems", json_integer(s->most));
    return o;
}

static json_t *written_out(const struct shape *s, const struct context *c)
{
    switch (s->kind) {
    case SHAPE_TEXT:
        return of_text(s);
    case SHAPE_BOOL:
        return json_pack("{s:s}", "type", "boolean");
    case SHAPE_TRUE:
        return json_pack("{s:b}", "const", 1);
    case SHAPE_INT:
        return of_int(c);
    case SHAPE_YUAN:
        return of_yuan();
    case SHAPE_WORD:
        return of_word(s->words ? s->words : c->of);
    case SHAPE_LIST:
        return of_list(s, c);
    case SHAPE_ONE_OR_LIST:
        return json_pack("{s:[o, o]}", "anyOf", schema_of(s->of, c), of_list(s, c));
    case SHAPE_FIELDS:
        return of_fields(s, c);
    case SHAPE_CONDITIONS:
        return of_conditions(s, c);
    case SHAPE_KEYED:
        return of_keyed(s, c);
    case SHAPE_NAMED:
        return of_named(s, c);
    case SHAPE_EITHER:
        return json_pack("{s:[o, o]}", "anyOf", schema_of(s->of, c), schema_of(s->otherwise, c));
    }
    return NULL;
}

/* A named shape goes among the definitions, once; its place is taken before it is looked into, for conditions
 * hold conditions. */
static json_t *schema_of(const struct shape *s, const struct context *c)
{
    if (!s->name)
        return described(written_out(s, c), s->about);
    if (!json_object_get(c->definitions, s->name)) {
        set(c->definitions, s->name, json_object());
        set(c->definitions, s->name, described(written_out(s, c), s->about));
    }
    return json_pack("{s:o}", "$ref", json_sprintf("#/definitions/%s", s->name));
}

bool jsonschema_print(const struct jsonschema_kind *kind, FILE *out)
{
    const struct context c = {.definitions = json_object()};
    json_t *o = json_object(), *file = schema_of(kind->shape, &c);
    set(o, "$schema", json_string("http://json-schema.org/draft-07/schema#"));
    set(o, "title", json_string(kind->files));
    set(o, "description",
        json_sprintf("made by `referralctl rules schema --kind %s`; do not edit", kind->name));
    json_object_update(o, file);
    json_decref(file);
    if (json_object_size(c.definitions))
        set(o, "definitions", json_incref(c.definitions));
    json_decref(c.definitions);
    bool told = json_dumpf(o, out, JSON_INDENT(1)) == 0;
    json_decref(o);
    return fputc('\n', out) != EOF && told;
}
