/*
 * define.c - names: gathered from all files, looked up, followed when one uses another
 */
#include "conf/define.h"
#include "conf/index.h"
#include "conf/shape.h"

#define NAME "^[a-z0-9]+(-[a-z0-9]+)*$"

struct defines {
    struct definition *items;
    size_t n, cap;
    struct index *by_name[DEFINE_KINDS];
    struct definition *innermost; /* of those being read */
};

static const struct shape sets_shape = {
    .kind = SHAPE_NAMED, .pattern = NAME, .of = &set_definition_shape, .maybe_missing = true};
static const struct shape conditions_named_shape = {
    .kind = SHAPE_NAMED, .pattern = NAME, .of = &filled_conditions_shape, .maybe_missing = true};
static const struct shape ladders_shape = {
    .kind = SHAPE_NAMED, .pattern = NAME, .of = &ladder_shape, .maybe_missing = true};

struct define_record {
    const struct node *of_kind[DEFINE_KINDS];
};
static const struct field define_fields[] = {
    {"sets", read_node, offsetof(struct define_record, of_kind[DEFINE_SET]), OPTIONAL, .shape = &sets_shape,
     .about = "lists: use one with {set: NAME} where a list can stand, or in a list"},
    {"conditions", read_node, offsetof(struct define_record, of_kind[DEFINE_CONDITIONS]), OPTIONAL,
     .shape = &conditions_named_shape, .about = "use one with `use: NAME` among other conditions"},
    {"ladders", read_node, offsetof(struct define_record, of_kind[DEFINE_LADDER]), OPTIONAL,
     .shape = &ladders_shape, .about = "use one with `route: {ladder: NAME}`, or for some rungs of a ladder"},
    {0},
};
const struct shape define_shape = {.kind = SHAPE_FIELDS, .fields = define_fields, .maybe_missing = true};

static const struct {
    const char *what, *section, *before, *behind; /* how a name is used: what stands around it */
} kinds[DEFINE_KINDS] = {
    [DEFINE_SET] = {"set", "define: sets:", "{set: ", "}"},
    [DEFINE_CONDITIONS] = {"condition", "define: conditions:", "use: ", ""},
    [DEFINE_LADDER] = {"ladder", "define: ladders:", "route: {ladder: ", "}"},
};

/* ---- gathering ---- */

static bool is_nothing(const struct node *v)
{
    return v->kind == NODE_SCALAR && v->plain && v->text.n == 0;
}

static bool add(struct reading *r, enum define_kind kind, const struct node *v, const struct str *file)
{
    struct defines *all = r->defines;
    if (!slug_check(r, v->key, "a name"))
        return false;
    int before = index_put(all->by_name[kind], v->key->text, (int)all->n);
    if (before >= 0)
        return reading_error(r, v->key->at,
                             reading_hint(r, "it stands in %s already: give one of them another name",
                                          reading_where(r, all->items[before].value->key->at)),
                             "%s `" STR_FMT "` is defined a second time", kinds[kind].what,
                             STR_ARG(v->key->text));
    struct definition *d = ARENA_PUSH(r->scratch, all->items, all->n, all->cap);
    if (before == -2 || !d)
        return reading_full(r);
    *d = (struct definition){.kind = kind, .value = v, .file = file};
    return true;
}

/* The section of one file. */
static void gather(struct reading *r, const struct node *section)
{
    struct define_record record = {0};
    struct str *file = ARENA_NEW(r->arena, struct str);
    if (file)
        *file = arena_str(r->arena, section->at.text->name);
    if (!file || !file->p) {
        reading_full(r);
        return;
    }
    schema_read(r, section, "`define`", define_fields, &record); /* what is right of it counts */
    for (int kind = 0; kind < DEFINE_KINDS; kind++) {
        const struct node *map = record.of_kind[kind];
        if (!map || is_nothing(map) || !node_is(r, map, NODE_MAP, "a map from names to what they stand for"))
            continue;
        for (const struct node *v = map->first; v; v = v->next)
            add(r, (enum define_kind)kind, v, file);
    }
}

/* ---- reading, each once, those it uses before it ---- */

static bool read_named_conditions(struct reading *r, struct definition *d)
{
    if (d->value->kind == NODE_MAP && d->value->n == 0)
        return reading_error(r, node_key_place(d->value), "put a condition into it, or remove it",
                             "a condition that always holds needs no name");
    return read_conditions(r, d->value, NULL, &d->when);
}

static bool read_named_ladder(struct reading *r, struct definition *d)
{
    return ladder_read(r, d->value, 0, &d->rungs);
}

static bool (*const readers[DEFINE_KINDS])(struct reading *r, struct definition *d) = {
    [DEFINE_SET] = set_read,
    [DEFINE_CONDITIONS] = read_named_conditions,
    [DEFINE_LADDER] = read_named_ladder,
};

/* "a -> b -> a", from the outermost use of `d` inwards. */
static struct str circle(struct reading *r, const struct definition *d)
{
    struct str s = d->value->key->text;
    for (const struct definition *x = r->defines->innermost; x != d; x = x->around)
        s = arena_printf(r->scratch, STR_FMT " -> " STR_FMT, STR_ARG(x->value->key->text), STR_ARG(s));
    return arena_printf(r->scratch, STR_FMT " -> " STR_FMT, STR_ARG(d->value->key->text), STR_ARG(s));
}

/* `at`: where it is used. */
static bool resolve(struct reading *r, struct definition *d, struct place at)
{
    struct defines *all = r->defines;
    if (d->state == DEFINE_BEING_READ) {
        struct str path = circle(r, d);
        return reading_error(r, at, reading_hint(r, STR_FMT, STR_ARG(path)),
                             "%s `" STR_FMT "` (%s) is defined by itself", kinds[d->kind].what,
                             STR_ARG(d->value->key->text), reading_where(r, d->value->key->at));
    }
    if (d->state == DEFINE_FRESH) {
        d->state = DEFINE_BEING_READ;
        d->around = all->innermost;
        all->innermost = d;
        bool good = d->value->kind != NODE_BROKEN && readers[d->kind](r, d);
        all->innermost = d->around;
        d->state = good ? DEFINE_GOOD : DEFINE_BAD;
    }
    return d->state == DEFINE_GOOD;
}

void defines_read(struct reading *r)
{
    struct defines *all = r->defines = ARENA_NEW(r->scratch, struct defines);
    for (int kind = 0; all && kind < DEFINE_KINDS; kind++)
        if (!(all->by_name[kind] = index_new(r->scratch)))
            all = NULL;
    if (!all) {
        r->defines = NULL;
        reading_full(r);
        return;
    }
    for (size_t i = 0; i < r->n_rule_roots; i++) {
        const struct node *section = node_get(r->rule_roots[i], "define");
        if (section && !is_nothing(section))
            gather(r, section);
    }
    for (size_t i = 0; i < all->n; i++)
        resolve(r, &all->items[i], all->items[i].value->key->at);
}

void defines_warn_unused(struct reading *r)
{
    for (size_t i = 0; r->defines && i < r->defines->n; i++) {
        const struct definition *d = &r->defines->items[i];
        struct str name = d->value->key->text;
        if (d->used)
            continue;
        const char *hint = reading_hint(r, "remove it, or use it: `%s" STR_FMT "%s`", kinds[d->kind].before,
                                        STR_ARG(name), kinds[d->kind].behind);
        reading_warn(r, d->value->key->at, hint, "%s `" STR_FMT "` is used nowhere", kinds[d->kind].what, STR_ARG(name));
    }
}

static bool unknown(struct reading *r, const struct node *name, enum define_kind kind)
{
    const struct defines *all = r->defines;
    const char **names = ARENA_ARRAY(r->scratch, all->n + 1, const char *);
    size_t n = 0;
    for (size_t i = 0; names && i < all->n; i++)
        if (all->items[i].kind == kind)
            names[n++] = all->items[i].value->key->text.p;
    const char *otherwise = reading_hint(r, "define it under `%s`", kinds[kind].section);
    return reading_error(r, name->at, names ? reading_suggest(r, name->text, names, n, otherwise) : NULL,
                         "no %s `" STR_FMT "`", kinds[kind].what, STR_ARG(name->text));
}

const struct definition *define_use(struct reading *r, const struct node *name, enum define_kind kind)
{
    if (!r->defines || !node_is_text(r, name, "a name"))
        return NULL;
    int i = index_get(r->defines->by_name[kind], name->text);
    if (i < 0) {
        unknown(r, name, kind);
        return NULL;
    }
    struct definition *d = &r->defines->items[i];
    d->used = true;
    return resolve(r, d, name->at) ? d : NULL;
}
