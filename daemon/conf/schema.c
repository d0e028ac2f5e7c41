/*
 * schema.c - maps read along their tables
 */
#include "conf/schema.h"

#define FIELDS_MAX 24

bool unknown_key(struct reading *r, const struct node *v, const char *const *keys, size_t n)
{
    struct str wrong = v->key->text, list = STR("");
    const char *hint = diag_nearest(wrong, keys, n);
    if (text_contains(wrong, FULL_WIDTH_COLON)) {
        hint = "a full-width colon: type `:` and a space";
    } else if (hint) {
        hint = reading_hint(r, "did you mean `%s`?", hint);
    } else {
        for (size_t i = 0; i < n; i++)
            list = arena_printf(r->scratch, STR_FMT "%s%s", STR_ARG(list), i ? ", " : "", keys[i]);
        hint = reading_hint(r, "the keys here are " STR_FMT, STR_ARG(list));
    }
    return reading_error(r, v->key->at, hint, "unknown key `" STR_FMT "`", STR_ARG(wrong));
}

static bool unknown_field(struct reading *r, const struct node *v, const struct field *fields)
{
    const char *keys[FIELDS_MAX] = {0};
    size_t n = 0;
    for (const struct field *f = fields; f->key && n < FIELDS_MAX; f++)
        keys[n++] = f->key;
    return unknown_key(r, v, keys, n);
}

static const struct field *find_field(const struct field *fields, struct str key)
{
    for (const struct field *f = fields; f->key; f++)
        if (str_eqz(key, f->key))
            return f;
    return NULL;
}

static bool read_present(struct reading *r, const struct node *map, const struct field *fields, void *record)
{
    bool good = true;
    for (const struct node *v = map->first; v; v = v->next) {
        const struct field *f = find_field(fields, v->key->text);
        if (!f)
            good = unknown_field(r, v, fields);
        else if (v->kind == NODE_BROKEN || !f->read(r, v, f, (char *)record + f->at))
            good = false;
    }
    return good;
}

bool schema_read(struct reading *r, const struct node *map, const char *what, const struct field *fields,
                 void *record)
{
    if (!node_is(r, map, NODE_MAP, what))
        return false;
    bool good = read_present(r, map, fields, record);
    for (const struct field *f = fields; f->key; f++)
        if (f->need == REQUIRED && !node_get(map, f->key))
            good = reading_error_kind(r, "missing-key", map->key ? map->key->at : map->at,
                                      reading_hint(r, r->row ? "fill the column `%s`" : "add a line `%s: ...`", f->key), "%s without `%s`",
                                      what, f->key);
    return good;
}

bool node_is(struct reading *r, const struct node *v, enum node_kind kind, const char *wanted)
{
    if (v->kind == kind)
        return true;
    if (v->kind == NODE_BROKEN)
        return false;
    const char *hint = kind == NODE_LIST ? "write [one, two], or each element on a line that begins with `- `"
                       : kind == NODE_MAP ? "write `key: value` lines, indented under it"
                                          : "write it behind the colon";
    if (v->kind == NODE_SCALAR && text_contains(v->text, FULL_WIDTH_COLON))
        hint = "a full-width colon: type `:` and a space";
    return reading_error_kind(r, "wrong-kind-of-value", v->at, hint, "%s is expected here, this is %s",
                              wanted, node_kind_name(v));
}

bool node_is_text(struct reading *r, const struct node *v, const char *wanted)
{
    if (!node_is(r, v, NODE_SCALAR, wanted))
        return false;
    if (v->plain && v->text.n == 0)
        return reading_error_kind(r, "missing-value", node_key_place(v),
                                  "write it behind the colon, or remove the key",
                                  "%s is expected here, there is nothing", wanted);
    return true;
}

const struct node *node_elements(const struct node *v)
{
    return v->kind == NODE_LIST ? v->first : v;
}

int node_elements_count(const struct node *v)
{
    return v->kind == NODE_LIST ? v->n : 1;
}

void schema_each(struct reading *r, const struct node *root, const char *key,
                 void (*each)(struct reading *r, const struct node *v, void *state), void *state)
{
    const struct node *list = node_get(root, key);
    if (!list || (list->kind == NODE_SCALAR && list->plain && list->text.n == 0))
        return; /* a section with nothing in it yet */
    if (!node_is(r, list, NODE_LIST, "a list"))
        return;
    for (const struct node *v = list->first; v; v = v->next)
        if (v->kind != NODE_BROKEN)
            each(r, v, state);
}

bool schema_root(struct reading *r, const struct node *root, const struct field *fields)
{
    if (!node_is(r, root, NODE_MAP, "a map of sections"))
        return false;
    bool good = true;
    for (const struct node *v = root->first; v; v = v->next)
        good = (find_field(fields, v->key->text) || unknown_field(r, v, fields)) && good;
    return good;
}
