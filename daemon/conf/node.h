/*
 * node.h - a YAML file as a tree of scalars, lists and maps that know where they stand
 *
 * The strict subset of docs/configuration.md: one document, no anchors, aliases, tags or merge keys, no
 * duplicate keys; at most 32 levels, 200,000 nodes, 100 keys in a map. Scalars are text; schema.h gives them
 * types.
 */
#ifndef CONF_NODE_H
#define CONF_NODE_H

#include "conf/reading.h"

#define NODE_DEPTH_MAX 32
#define NODE_COUNT_MAX 200000
#define NODE_KEYS_MAX  100

enum node_kind {
    NODE_SCALAR,
    NODE_LIST,
    NODE_MAP,
    NODE_BROKEN /* something that was refused, and reported: readers pass over it in silence */
};

struct node {
    enum node_kind kind;
    bool plain; /* scalar without quotes: an empty one is a missing value */
    struct place at;
    struct str text;    /* scalar */
    struct node *first; /* list: elements; map: values */
    struct node *next;
    const struct node *key; /* the scalar that is this value's key; NULL outside maps */
    int n;                  /* elements or values */
};

/* The root in the scratch arena; an empty map for a file without content; NULL after an error was reported.
 */
const struct node *node_parse(struct reading *r, const struct text *t);

/* The value of `key`; NULL when there is none or `map` is no map. */
const struct node *node_get(const struct node *map, const char *key);
/* "a list", "a map", "text": for messages. */
const char *node_kind_name(const struct node *n);
/* Where a finding about the pair should point: at its key when it has one. */
struct place node_key_place(const struct node *n);

#endif
