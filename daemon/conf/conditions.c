/*
 * conditions.c - `when` maps into the flat, prefix-ordered conditions of core/rule.h
 */
#include "conf/define.h"
#include "conf/predicates.h"
#include "conf/shape.h"

#define NESTING_MAX    16
#define KEYS_MAX       32
#define CONDITIONS_MAX 4096 /* of one rule: named conditions that use others multiply */

/* The span of the group at `at`, now that all below it is there. */
static void close_group(struct cond_list *l, size_t at)
{
    l->items[at].span = (int)(l->n - at - 1);
}

static const struct cond_key *find_key(struct reading *r, const struct node *v)
{
    static const struct cond_key *const tables[] = {predicate_keys, group_keys};
    const char *keys[KEYS_MAX] = {0};
    size_t n = 0;
    for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
        for (const struct cond_key *k = tables[i]; k->key && n < KEYS_MAX; k++) {
            if (str_eqz(v->key->text, k->key))
                return k;
            keys[n++] = k->key;
        }
    }
    unknown_key(r, v, keys, n);
    return NULL;
}

/* One map as a COND_ALL group over its conditions. */
static bool map_group(struct reading *r, const struct node *map, struct cond_list *l)
{
    if (!node_is(r, map, NODE_MAP, "a map of conditions"))
        return false;
    if (l->depth >= NESTING_MAX)
        return reading_error(r, map->at, "split the rule", "conditions nested more than %d deep",
                             NESTING_MAX);
    size_t at = l->n;
    if (!cond_push(r, map, l, COND_ALL))
        return false;
    bool good = true;
    if (++l->depth > l->deepest)
        l->deepest = l->depth;
    for (const struct node *v = map->first; v; v = v->next) {
        const struct cond_key *k = v->kind == NODE_BROKEN ? NULL : find_key(r, v);
        good = k && k->read(r, v, k, l) && good;
    }
    l->depth--;
    close_group(l, at);
    return good;
}

/* all_of and any_of: a list of maps; not: one map. */
static bool group_cond(struct reading *r, const struct node *v, const struct cond_key *k, struct cond_list *l)
{
    if (!node_is(r, v, k->kind == COND_NOT ? NODE_MAP : NODE_LIST,
                 k->kind == COND_NOT ? "a map of conditions" : "a list of condition maps"))
        return false;
    if (v->n == 0)
        return reading_error(r, node_key_place(v), "put conditions under it, or remove the key",
                             "`%s` is empty", k->key);
    size_t at = l->n;
    if (!cond_push(r, v, l, k->kind))
        return false;
    bool good = true;
    if (k->kind == COND_NOT)
        good = map_group(r, v, l);
    for (const struct node *e = v->first; k->kind != COND_NOT && e; e = e->next) {
        if (e->kind == NODE_MAP && e->n == 0)
            good = reading_error(r, e->at, "put a condition into it, or remove it",
                                 "an empty map always holds, which makes the others idle");
        else
            good = map_group(r, e, l) && good;
    }
    close_group(l, at);
    return good;
}

/* A copy of named conditions: a COND_ALL in the line of `name`, the rest in the lines of the definition. */
static bool put_in(struct reading *r, const struct node *name, const struct definition *d,
                   struct cond_list *l)
{
    const char *where = reading_where(r, d->value->key->at);
    if (l->depth + d->when.depth > NESTING_MAX)
        return reading_error(r, name->at, "make the rule or the definition flatter",
                             "with `" STR_FMT "` (%s) put in, conditions are nested more than %d deep",
                             STR_ARG(name->text), where, NESTING_MAX);
    if (l->full)
        return false;
    if (l->n + (size_t)d->when.n > CONDITIONS_MAX) {
        l->full = true;
        return reading_error(r, name->at, "define it with less, or split the rule",
                             "with `" STR_FMT "` (%s) put in, there are more than %d conditions",
                             STR_ARG(name->text), where, CONDITIONS_MAX);
    }
    if (l->depth + d->when.depth > l->deepest)
        l->deepest = l->depth + d->when.depth;
    for (int i = 0; i < d->when.n; i++) {
        struct cond *c = cond_push(r, name, l, COND_ALL);
        if (!c)
            return false;
        unsigned line = c->line;
        *c = d->when.items[i];
        if (i == 0)
            c->line = line;
        else if (!c->file)
            c->file = d->file;
    }
    return true;
}

/* `use`: all of the named conditions hold. */
static bool use_cond(struct reading *r, const struct node *v, const struct cond_key *k, struct cond_list *l)
{
    (void)k;
    int left = node_elements_count(v);
    bool good = left > 0 || reading_error(r, v->at, "name at least one, or remove the key", "an empty list");
    for (const struct node *name = node_elements(v); left-- > 0; name = name->next) {
        const struct definition *d = define_use(r, name, DEFINE_CONDITIONS);
        good = d && put_in(r, name, d, l) && good;
    }
    return good;
}

const struct shape filled_conditions_shape = {
    .kind = SHAPE_CONDITIONS, .name = "some-conditions", .least = 1};
static const struct shape group_shape = {.kind = SHAPE_LIST, .of = &filled_conditions_shape, .least = 1};
const struct shape conditions_shape = {.kind = SHAPE_CONDITIONS, .name = "conditions"};

const struct cond_key group_keys[] = {
    {"all_of", group_cond, COND_ALL, NULL, &group_shape, "all of these maps hold"},
    {"any_of", group_cond, COND_ANY, NULL, &group_shape, "at least one of these maps holds"},
    {"not", group_cond, COND_NOT, NULL, &filled_conditions_shape, "this map does not hold"},
    {"use", use_cond, 0, NULL, &slugs_shape, "all of these hold, which stand under `define: conditions:`"},
    {0},
};

bool read_conditions(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    (void)f;
    struct cond_list l = {0};
    if (!map_group(r, v, &l))
        return false;
    *(struct conds *)out = (struct conds){l.items, (int)l.n, l.deepest};
    return true;
}

static uint64_t all_modes(uint64_t channels)
{
    uint64_t bits = 0;
    for (const struct word *w = mode_words; w->word; w++)
        if (channels >> mode_channel(w->value) & 1)
            bits |= (uint64_t)1 << w->value;
    return bits;
}

/* Where a condition says nothing about the mode, all are possible: an upper bound, exact enough for limits.
 */
static uint64_t modes_of(const struct cond *c)
{
    switch (c->kind) {
    case COND_CHANNEL:
        return all_modes(c->set);
    case COND_MODE:
        return c->set;
    case COND_ALL:
    case COND_ANY: {
        uint64_t bits = c->kind == COND_ALL ? all_modes(UINT64_MAX) : 0;
        for (int i = 1; i <= c->span; i += 1 + c[i].span)
            bits = c->kind == COND_ALL ? bits & modes_of(&c[i]) : bits | modes_of(&c[i]);
        return bits;
    }
    default:
        return all_modes(UINT64_MAX);
    }
}

uint64_t conditions_modes(const struct conds *when)
{
    return modes_of(&when->items[0]);
}
