/*
 * node.c - libyaml's events made into a tree, with everything refused that our subset leaves out
 */
#include "conf/node.h"
#include "conf/syntax.h"

#include <yaml.h>

struct builder {
    struct reading *r;
    const struct text *text;
    struct {
        struct node *node;
        struct node *last;      /* newest child */
        const struct node *key; /* map: the key that waits for its value */
    } open[NODE_DEPTH_MAX];
    int depth;
    int count;
    int documents;
    struct node *root;
    bool stop; /* past a limit, or out of memory: nothing more can be made of this file */
};

static struct place place_of(const struct builder *b, yaml_mark_t from, yaml_mark_t to)
{
    size_t width = from.line == to.line && to.column > from.column ? to.column - from.column : 1;
    return (struct place){b->text, (unsigned)from.line + 1, (unsigned)from.column + 1, (unsigned)width};
}

static void give_up(struct builder *b, struct place at, const char *hint, const char *cause)
{
    reading_error(b->r, at, hint, "%s", cause);
    b->stop = true;
}

static struct node *new_node(struct builder *b, enum node_kind kind, struct place at)
{
    if (++b->count > NODE_COUNT_MAX) {
        give_up(b, at, "split the file", "more than 200000 values in one file");
        return NULL;
    }
    struct node *n = ARENA_NEW(b->r->scratch, struct node);
    if (!n) {
        reading_full(b->r);
        b->stop = true;
        return NULL;
    }
    n->kind = kind;
    n->at = at;
    return n;
}

/* A key that stands already: the second one is reported and passed over. */
static bool key_stands(struct builder *b, const struct node *map, const struct node *key)
{
    for (const struct node *v = map->first; v; v = v->next) {
        if (!str_eq(v->key->text, key->text))
            continue;
        reading_error(b->r, key->at,
                      reading_hint(b->r, "it stands in line %u already: keep one", v->key->at.line),
                      "key `" STR_FMT "` a second time", STR_ARG(key->text));
        return true;
    }
    return false;
}

static void take_key(struct builder *b, struct node *n)
{
    struct node *map = b->open[b->depth - 1].node;
    if (n->kind == NODE_LIST || n->kind == NODE_MAP)
        give_up(b, n->at,
                "in front of the `:` there can only be a word; quote a value that begins with { or [",
                "a list or a map as a key");
    else if (n->kind == NODE_SCALAR && n->plain && str_eqz(n->text, "<<"))
        give_up(b, n->at, "write the keys out",
                "merge keys (`<<`) are not part of this configuration's YAML");
    else if (map->n >= NODE_KEYS_MAX)
        give_up(b, n->at, "is this a list? Then each line begins with `- `", "more than 100 keys in one map");
    b->open[b->depth - 1].key = n;
}

/* Puts `n` where the parser stands: as root, element, key or value. */
static void place_node(struct builder *b, struct node *n)
{
    if (b->depth == 0) {
        b->root = n;
        return;
    }
    struct node *parent = b->open[b->depth - 1].node;
    if (parent->kind == NODE_MAP) {
        if (!b->open[b->depth - 1].key) {
            take_key(b, n);
            return;
        }
        n->key = b->open[b->depth - 1].key;
        b->open[b->depth - 1].key = NULL;
        if (key_stands(b, parent, n->key))
            return;
    }
    if (b->open[b->depth - 1].last)
        b->open[b->depth - 1].last->next = n;
    else
        parent->first = n;
    b->open[b->depth - 1].last = n;
    parent->n++;
}

/* Anchors and tags may stand on any value; both are refused, the value is kept. */
static void check_properties(struct builder *b, struct place at, const yaml_char_t *anchor,
                             const yaml_char_t *tag)
{
    if (anchor)
        reading_error(b->r, at, "write the value out where it is needed; quote text that begins with &",
                      "anchor `&%s`: anchors are not part of this configuration's YAML",
                      (const char *)anchor);
    if (tag)
        reading_error(b->r, at, "leave it out: types follow from the key; quote text that begins with !",
                      "tag `%s`: tags are not part of this configuration's YAML", (const char *)tag);
}

static void on_scalar(struct builder *b, const yaml_event_t *e)
{
    struct place at = place_of(b, e->start_mark, e->end_mark);
    check_properties(b, at, e->data.scalar.anchor, e->data.scalar.tag);
    struct node *n = new_node(b, NODE_SCALAR, at);
    if (!n)
        return;
    n->plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    n->text = arena_bytes(b->r->scratch, e->data.scalar.value, e->data.scalar.length);
    if (!n->text.p) {
        reading_full(b->r);
        b->stop = true;
        return;
    }
    place_node(b, n);
}

static void on_alias(struct builder *b, const yaml_event_t *e)
{
    struct place at = place_of(b, e->start_mark, e->end_mark);
    reading_error(b->r, at, "write the value out; quote text that begins with *",
                  "alias `*%s`: aliases are not part of this configuration's YAML",
                  (const char *)e->data.alias.anchor);
    struct node *n = new_node(b, NODE_BROKEN, at);
    if (!n)
        return;
    n->text = STR("");
    place_node(b, n);
}

static void open_node(struct builder *b, enum node_kind kind, const yaml_event_t *e,
                      const yaml_char_t *anchor, const yaml_char_t *tag)
{
    struct place at = place_of(b, e->start_mark, e->start_mark);
    check_properties(b, at, anchor, tag);
    if (b->depth == NODE_DEPTH_MAX) {
        give_up(b, at, "make it flatter", "lists and maps nested more than 32 deep");
        return;
    }
    struct node *n = new_node(b, kind, at);
    if (!n)
        return;
    place_node(b, n);
    b->open[b->depth].node = n;
    b->open[b->depth].last = NULL;
    b->open[b->depth].key = NULL;
    b->depth++;
}

static void on_list(struct builder *b, const yaml_event_t *e)
{
    open_node(b, NODE_LIST, e, e->data.sequence_start.anchor, e->data.sequence_start.tag);
}

static void on_map(struct builder *b, const yaml_event_t *e)
{
    open_node(b, NODE_MAP, e, e->data.mapping_start.anchor, e->data.mapping_start.tag);
}

static void on_close(struct builder *b, const yaml_event_t *e)
{
    (void)e;
    b->depth--;
}

static void on_document(struct builder *b, const yaml_event_t *e)
{
    if (b->documents++)
        give_up(b, place_of(b, e->start_mark, e->end_mark), "remove the `---`, or make two files",
                "a second document begins here; one file holds one");
}

static void (*const on_event[])(struct builder *b, const yaml_event_t *e) = {
    [YAML_DOCUMENT_START_EVENT] = on_document, [YAML_ALIAS_EVENT] = on_alias,
    [YAML_SCALAR_EVENT] = on_scalar,           [YAML_SEQUENCE_START_EVENT] = on_list,
    [YAML_SEQUENCE_END_EVENT] = on_close,      [YAML_MAPPING_START_EVENT] = on_map,
    [YAML_MAPPING_END_EVENT] = on_close,
};

static void build(struct builder *b, yaml_parser_t *parser)
{
    for (bool more = true; more && !b->stop;) {
        yaml_event_t e;
        if (!yaml_parser_parse(parser, &e)) {
            syntax_report(b->r, b->text, parser);
            b->stop = true;
            return;
        }
        more = e.type != YAML_STREAM_END_EVENT;
        if ((size_t)e.type < sizeof(on_event) / sizeof(*on_event) && on_event[e.type])
            on_event[e.type](b, &e);
        yaml_event_delete(&e);
    }
}

const struct node *node_parse(struct reading *r, const struct text *t)
{
    struct builder b = {.r = r, .text = t};
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) {
        reading_full(r);
        return NULL;
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)t->bytes.p, t->bytes.n);
    build(&b, &parser);
    yaml_parser_delete(&parser);
    if (b.stop)
        return NULL;
    if (!b.root || (b.root->kind == NODE_SCALAR && b.root->plain && b.root->text.n == 0))
        b.root = new_node(&b, NODE_MAP, (struct place){t, 1, 1, 1});
    return b.root;
}

const struct node *node_get(const struct node *map, const char *key)
{
    if (!map || map->kind != NODE_MAP)
        return NULL;
    for (const struct node *v = map->first; v; v = v->next)
        if (str_eqz(v->key->text, key))
            return v;
    return NULL;
}

const char *node_kind_name(const struct node *n)
{
    if (n->kind == NODE_LIST)
        return "a list";
    if (n->kind == NODE_MAP)
        return "a map";
    return n->plain && n->text.n == 0 ? "nothing" : "text";
}

struct place node_key_place(const struct node *n)
{
    return n->key ? n->key->at : n->at;
}
