/*
 * space_text_tree.c - sets of regions and categories: "within 3205 苏州市 but not 320505 虎丘区"
 */
#include "core/space_text_inner.h"

struct str region_text(struct arena *a, const struct regions *r, int region)
{
    return arena_printf(a, STR_FMT " " STR_FMT, STR_ARG(r->items[region].code),
                        STR_ARG(r->items[region].name));
}

struct str category_text(struct arena *a, const struct categories *c, int category)
{
    struct str code = c->items[category].code, name = c->items[category].name;
    return str_eq(code, name) || !name.n ? code
                                         : arena_printf(a, STR_FMT " " STR_FMT, STR_ARG(code), STR_ARG(name));
}

/* A tree by position, every subtree one run; and which nodes are meant. */
struct view {
    struct arena *a;
    const struct space *s;
    bool regions;
    int set, n;
    int *node; /* by position */
};

static bool is_in(const struct view *v, int at)
{
    int node = v->node[at];
    return set_has(v->s, v->set, v->regions ? v->s->region.of[node] : v->s->category.of[node]);
}

static int end_of(const struct view *v, int at)
{
    return v->regions ? v->s->lists->regions.items[v->node[at]].end
                      : v->s->lists->categories.items[v->node[at]].end;
}

static struct str name_of(const struct view *v, int at)
{
    return v->regions ? region_text(v->a, &v->s->lists->regions, v->node[at])
                      : category_text(v->a, &v->s->lists->categories, v->node[at]);
}

static bool view_of(struct view *v, struct arena *a, const struct space *s, bool regions, int set)
{
    *v = (struct view){a, s, regions, set, regions ? s->lists->regions.n : s->lists->categories.n, NULL};
    v->node = ARENA_ARRAY(a, (size_t)v->n + 1, int);
    for (int i = 0; v->node && i < v->n; i++)
        v->node[regions ? i : s->lists->categories.items[i].order] = i;
    return v->node != NULL;
}

static bool all_are(const struct view *v, int at, bool in)
{
    for (int i = at; i < end_of(v, at); i++) {
        if (is_in(v, i) != in)
            return false;
    }
    return true;
}

/* The largest subtrees of [first, end) that are in, or out; a node whose subtree is mixed by itself. */
static struct text_list pieces(const struct view *v, int first, int end, bool in)
{
    struct text_list l = {.a = v->a, .between = ", "};
    for (int i = first; i < end; i++) {
        if (is_in(v, i) != in)
            continue;
        bool whole = all_are(v, i, in);
        struct str name = l.n < ITEMS_SHOWN ? name_of(v, i) : STR("");
        text_list_add(&l, whole ? name : arena_printf(v->a, STR_FMT " itself", STR_ARG(name)));
        i = whole ? end_of(v, i) - 1 : i;
    }
    text_list_end(&l);
    return l;
}

/* The smallest subtree with all that is in; -1: there is none, or nothing is in. */
static int around(const struct view *v)
{
    int first = 0, last = v->n - 1, best = -1;
    while (first < v->n && !is_in(v, first))
        first++;
    while (last >= first && !is_in(v, last))
        last--;
    for (int i = 0; i <= first && last >= first; i++) {
        if (end_of(v, i) > last)
            best = i;
    }
    return best;
}

/* "town or village" where the set is a matter of levels alone; .n 0 when it is not. */
static struct str levels_text(const struct view *v)
{
    unsigned in = 0, out = 0;
    struct text_list l = {.a = v->a, .between = " or "};
    for (int i = 0; i < v->n; i++) {
        unsigned bit = 1u << v->s->lists->regions.items[v->node[i]].level;
        *(is_in(v, i) ? &in : &out) |= bit;
    }
    if (in & out)
        return STR("");
    for (const struct word *w = region_level_words; w->word; w++) {
        if (in >> w->value & 1)
            text_list_add(&l, str_from(w->word));
    }
    return l.text;
}

struct str region_set_text(struct arena *a, const struct space *s, int set)
{
    struct view v;
    if (!view_of(&v, a, s, true, set))
        return (struct str){NULL, 0};
    struct text_list in = pieces(&v, 0, v.n, true);
    struct str levels = in.n > 1 ? levels_text(&v) : STR("");
    int top = around(&v);
    if (levels.n)
        return arena_printf(a, "place is a " STR_FMT, STR_ARG(levels));
    if (top >= 0) {
        struct text_list out = pieces(&v, top, end_of(&v, top), false);
        bool everywhere = top == 0 && end_of(&v, top) == v.n;
        if (out.n && out.n < in.n)
            return everywhere ? arena_printf(a, "not within " STR_FMT, STR_ARG(out.text))
                              : arena_printf(a, "within " STR_FMT " but not " STR_FMT,
                                             STR_ARG(name_of(&v, top)), STR_ARG(out.text));
    }
    return arena_printf(a, "within " STR_FMT, STR_ARG(in.text));
}

struct str category_set_text(struct arena *a, const struct space *s, int set)
{
    struct view v;
    if (!view_of(&v, a, s, false, set))
        return (struct str){NULL, 0};
    bool missing = set_has(s, set, 0);
    struct text_list in = pieces(&v, 0, v.n, true), out = pieces(&v, 0, v.n, false);
    if (in.n == 0)
        return STR("no category");
    if (out.n == 0)
        return STR("with a category");
    if (out.n < in.n)
        return arena_printf(a, "%s under " STR_FMT, missing ? "category not" : "a category, not",
                            STR_ARG(out.text));
    int top = around(&v);
    struct text_list within =
        top >= 0 ? pieces(&v, top, end_of(&v, top), false) : (struct text_list){.n = v.n};
    if (within.n && within.n < in.n)
        return arena_printf(a, "category under " STR_FMT " but not " STR_FMT "%s", STR_ARG(name_of(&v, top)),
                            STR_ARG(within.text), missing ? ", or none" : "");
    return arena_printf(a, "category under " STR_FMT "%s", STR_ARG(in.text), missing ? ", or none" : "");
}
