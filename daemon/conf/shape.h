/*
 * shape.h - what a value looks like in YAML: what the tables of schema.h say to an editor
 *
 * Every field has a shape: the one it names, or else its reader's. conf/jsonschema.c makes JSON Schema of
 * them, and a unit test walks all tables: a reader without a shape fails it. A shape may allow more than its
 * reader (it knows no catalogue), never less.
 */
#ifndef CONF_SHAPE_H
#define CONF_SHAPE_H

#include "conf/schema.h"

enum shape_kind {
    SHAPE_TEXT,
    SHAPE_BOOL,
    SHAPE_TRUE,
    SHAPE_INT,         /* the field's low to high */
    SHAPE_YUAN,        /* a sum of money */
    SHAPE_WORD,        /* of a word table */
    SHAPE_LIST,        /* of `of` */
    SHAPE_ONE_OR_LIST, /* one `of`, or a list */
    SHAPE_FIELDS,      /* a map along a table of fields */
    SHAPE_CONDITIONS,  /* a map of conditions */
    SHAPE_KEYED,       /* a map: each word is a key and has to be there, its value is `of` */
    SHAPE_NAMED,       /* a map: each key is a free name, its value is `of` */
    SHAPE_EITHER,      /* `of` or `otherwise` */
};

/* What the keys of a map have to do with each other. */
enum keys_rule { KEYS_END, KEYS_ONE, KEYS_SOME, KEYS_NOT_TOGETHER, KEYS_ALONE };
struct shape_keys {
    enum keys_rule rule;
    const char *of[8]; /* ends with NULL */
};

struct shape {
    enum shape_kind kind;
    const char *name;           /* of a map that is described once and referred to; NULL: where it stands */
    const char *about;          /* for a person at an editor */
    const char *pattern;        /* TEXT: ECMA 262, anchored; NULL: any that is not empty */
    const struct word *words;   /* WORD, KEYED; NULL: the field's `of` */
    const struct field *fields; /* FIELDS; NULL: the field's `of` */
    const struct shape *of, *otherwise;
    int least, most;               /* lists, maps: fewest and most elements; 0: any number */
    int (*part_of)(int word);      /* KEYED inside KEYED: only the words that are part of the outer one */
    bool maybe_missing;            /* LIST, maps: a key without a value is an empty one */
    const struct shape_keys *keys; /* FIELDS: ends with KEYS_END; may be NULL */
};

/* NULL when neither the field nor its reader has one. */
const struct shape *field_shape(const struct field *f);

/* Common ones. */
extern const struct shape text_shape, text_any_shape, slug_shape, slugs_shape, slug_list_shape, texts_shape,
    word_shape, words_shape, word_list_shape, region_shape, category_shape, categories_shape,
    pattern_slug_shape, moment_shape, duration_shape;

#endif
