/*
 * heading.c - headings made from tables of keys, looked up, and what stands under them
 */
#include "conf/heading.h"
#include "conf/define.h"
#include "conf/predicates.h"
#include "conf/rule.h"

#define FULL_WIDTH_SEMICOLON "\xEF\xBC\x9B"
#define SET_PREFIX           "set:"

/* ---- what there is ---- */

/* The keys of a rule and of a classifier that have columns of their own. */
static const char *const rule_keys[] = {"id", "name", "from", "until", "law", "refuse", "manual", NULL};
static const char *const classifier_keys[] = {"id", "category", "tags", NULL};

struct listing {
    struct reading *r;
    struct headings *out;
    bool full;
};

static struct str words_of(struct reading *r, struct str before, const char *key)
{
    struct str s = arena_printf(r->scratch, STR_FMT "%s%s", STR_ARG(before), before.n ? " " : "", key);
    for (size_t i = 0; s.p && i < s.n; i++)
        if (s.p[i] == '_')
            ((char *)s.p)[i] = ' '; /* just made, ours alone */
    return s;
}

static void add(struct listing *l, const struct heading *h)
{
    struct heading *kept = ARENA_PUSH(l->r->scratch, l->out->items, l->out->n, l->out->cap);
    if (!kept || !h->text.p) {
        l->full = true;
        return;
    }
    *kept = *h;
}

static bool is_map(const struct shape *s)
{
    return s->kind == SHAPE_FIELDS;
}

/* A heading for the value itself, and one for each key of the maps it can be. */
static void add_shape(struct listing *l, const struct heading *h)
{
    const struct shape *s = h->shape, *parts[2] = {s, NULL};
    if (s->kind == SHAPE_EITHER) {
        parts[0] = s->of;
        parts[1] = s->otherwise;
    }
    if (!is_map(s) && !(is_map(parts[0]) && parts[1] && is_map(parts[1])))
        add(l, h);
    int depth = 0;
    while (depth < HEADING_DEPTH_MAX && h->path[depth])
        depth++;
    for (int i = 0; i < 2 && parts[i] && depth < HEADING_DEPTH_MAX; i++) {
        if (!is_map(parts[i]) || parts[i] == &set_reference_shape)
            continue;
        for (const struct field *f = parts[i]->fields ? parts[i]->fields : h->of; f->key; f++) {
            struct heading inner = *h;
            inner.path[depth] = f->key;
            inner.text = words_of(l->r, h->text, f->key);
            inner.shape = field_shape(f);
            inner.of = f->of;
            add_shape(l, &inner);
        }
    }
}

static void add_key(struct listing *l, enum heading_place place, const char *before, const char *key,
                    const struct shape *shape, const void *of)
{
    struct heading h = {.place = place, .path = {key}, .shape = shape, .of = of};
    h.text = words_of(l->r, str_from(before), key);
    add_shape(l, &h);
}

static void add_fields(struct listing *l, enum heading_place place, const char *before,
                       const struct field *fields, const char *const *keys)
{
    for (const struct field *f = fields; f->key; f++) {
        bool wanted = !keys;
        for (const char *const *k = keys; k && *k; k++)
            wanted = wanted || strcmp(*k, f->key) == 0;
        if (wanted)
            add_key(l, place, before, f->key, field_shape(f), f->of);
    }
}

static bool holds_conditions(const struct shape *s)
{
    return s->kind == SHAPE_CONDITIONS || (s->of && s->of->kind == SHAPE_CONDITIONS);
}

static void add_conditions(struct listing *l, enum heading_place place, const char *before)
{
    static const struct cond_key *const tables[] = {predicate_keys, group_keys};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const struct cond_key *k = tables[i]; k->key; k++)
            if (!holds_conditions(k->shape))
                add_key(l, place, before, k->key, k->shape, k->of);
}

bool headings_list(struct reading *r, enum table_kind kind, struct headings *out)
{
    struct listing l = {.r = r, .out = out};
    *out = (struct headings){0};
    if (kind == TABLE_OF_RULES) {
        add_fields(&l, HEADING_ITEM, "", rule_fields, rule_keys);
        add_fields(&l, HEADING_RUNG, "", rung_fields, NULL);
        add_fields(&l, HEADING_THEN, "then", rung_fields, NULL);
        add_key(&l, HEADING_LADDER, "", "ladder", &slug_shape, NULL);
    } else {
        add_fields(&l, HEADING_ITEM, "", classifier_fields, classifier_keys);
    }
    add_conditions(&l, HEADING_CONDITION, "");
    add_conditions(&l, HEADING_NOT, "not");
    return !l.full || reading_full(r);
}

/* ---- looking up ---- */

static bool same_words(struct str written, struct str heading)
{
    if (written.n != heading.n)
        return false;
    for (size_t i = 0; i < written.n; i++) {
        char c = written.p[i];
        c = c == '_' ? ' ' : c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        if (c != heading.p[i])
            return false;
    }
    return true;
}

const struct heading *heading_find(struct reading *r, const struct headings *all, const struct cell *cell)
{
    static const struct heading note = {.place = HEADING_NOTE};
    struct str written = cell->text;
    if (written.n && written.p[0] == '#')
        return &note;
    if (written.n == 0) {
        reading_error(r, cell->at, "write what it is for; a column of notes begins with `#`",
                      "a column without a heading");
        return NULL;
    }
    for (size_t i = 0; i < all->n; i++)
        if (same_words(written, all->items[i].text))
            return &all->items[i];
    if (text_contains(written, ";") || text_contains(written, "\t")) {
        reading_error(r, cell->at, "separate columns by commas", "no commas between the headings");
        return NULL;
    }
    const char **words = ARENA_ARRAY(r->scratch, all->n + 1, const char *);
    for (size_t i = 0; words && i < all->n; i++)
        words[i] = all->items[i].text.p;
    reading_error(r, cell->at,
                  words ? reading_suggest(r, written, words, all->n,
                                          "docs/configuration.md tells the headings; one of notes begins with `#`")
                        : NULL,
                  "unknown heading `" STR_FMT "`", STR_ARG(written));
    return NULL;
}

/* ---- values ---- */

enum form { FORM_SCALAR, FORM_BOOL, FORM_LIST };

static bool is_word(const struct word *table, struct str s)
{
    for (const struct word *w = table; w && w->word; w++)
        if (str_eqz(s, w->word))
            return true;
    return false;
}

/* A list where one is possible, but for a word that stands instead of one: `matching`. */
static enum form form_of(const struct shape *s, struct str text)
{
    enum form a, b;
    switch (s->kind) {
    case SHAPE_BOOL:
    case SHAPE_TRUE:
        return FORM_BOOL;
    case SHAPE_LIST:
    case SHAPE_ONE_OR_LIST:
        return FORM_LIST;
    case SHAPE_EITHER:
        if ((s->of->kind == SHAPE_WORD && is_word(s->of->words, text)) ||
            (s->otherwise->kind == SHAPE_WORD && is_word(s->otherwise->words, text)))
            return FORM_SCALAR;
        a = form_of(s->of, text);
        b = form_of(s->otherwise, text);
        return a > b ? a : b;
    default:
        return FORM_SCALAR;
    }
}

static struct node *new_node(struct reading *r, enum node_kind kind, struct place at)
{
    struct node *n = ARENA_NEW(r->scratch, struct node);
    if (n)
        *n = (struct node){.kind = kind, .plain = true, .at = at};
    else
        reading_full(r);
    return n;
}

static struct str trimmed(struct str s)
{
    while (s.n && s.p[0] == ' ')
        s = (struct str){s.p + 1, s.n - 1};
    while (s.n && s.p[s.n - 1] == ' ')
        s.n--;
    return s;
}

/* Where a piece of the cell stands in the file. */
static struct place place_in(const struct cell *cell, struct str piece)
{
    if (cell->copied)
        return cell->at;
    const struct text *t = cell->at.text;
    return text_place(t, (size_t)(piece.p - t->bytes.p), text_columns(piece));
}

static struct node *scalar(struct reading *r, const struct cell *cell, struct str text)
{
    struct node *n = new_node(r, NODE_SCALAR, place_in(cell, text));
    if (!n)
        return NULL;
    n->text = arena_str(r->scratch, text); /* ends with a NUL, as texts of YAML do */
    if (n->text.p)
        return n;
    reading_full(r);
    return NULL;
}

/* `set:NAME` is {set: NAME}. */
static struct node *element(struct reading *r, const struct cell *cell, struct str text)
{
    const size_t n = sizeof SET_PREFIX - 1;
    if (text.n < n || memcmp(text.p, SET_PREFIX, n) != 0)
        return scalar(r, cell, text);
    struct node *map = new_node(r, NODE_MAP, place_in(cell, text));
    struct node *key = scalar(r, cell, (struct str){text.p, n - 1});
    struct node *name = scalar(r, cell, trimmed((struct str){text.p + n, text.n - n}));
    if (!map || !key || !name)
        return NULL;
    name->key = key;
    map->first = name;
    map->n = 1;
    return map;
}

static bool is_separator(char c)
{
    return c == ';' || c == '|';
}

static struct node *list(struct reading *r, const struct cell *cell, struct str text)
{
    struct node *list = new_node(r, NODE_LIST, place_in(cell, text)), **end = list ? &list->first : NULL;
    for (size_t from = 0, to; list && from <= text.n; from = to + 1) {
        for (to = from; to < text.n && !is_separator(text.p[to]);)
            to++;
        struct str piece = trimmed((struct str){text.p + from, to - from});
        if (piece.n == 0) {
            reading_error(r, cell->at, "remove the `;` or `|` that is too much", "nothing between two separators");
            return NULL;
        }
        struct node *e = element(r, cell, piece);
        if (!e)
            return NULL;
        *end = e;
        end = &e->next;
        list->n++;
    }
    return list;
}

struct node *heading_value(struct reading *r, const struct heading *h, const struct cell *cell)
{
    struct str text = trimmed(cell->text);
    enum form form = form_of(h->shape, text);
    if (form == FORM_LIST) {
        if (text_contains(text, FULL_WIDTH_SEMICOLON)) {
            reading_error(r, cell->at, "type `;` between values", "a full-width semicolon");
            return NULL;
        }
        return list(r, cell, text);
    }
    struct node *n = scalar(r, cell, text);
    if (n && form == FORM_BOOL && str_eqz(text, "TRUE")) /* as spreadsheets write it */
        n->text = STR("true");
    if (n && form == FORM_BOOL && str_eqz(text, "FALSE"))
        n->text = STR("false");
    return n;
}
