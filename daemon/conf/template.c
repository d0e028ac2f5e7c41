/*
 * template.c - placeholders and the regions they are filled from
 */
#include "conf/template.h"
#include "conf/shape.h"

struct pattern_piece {
    struct str literal;
    const struct placeholder *var; /* NULL: the literal */
};

static const struct placeholder {
    const char *name;
    enum region_level level; /* 0: the region itself */
    bool by_name;            /* its name, not its code */
} placeholders[] = {
    {"code", 0, false},
    {"name", 0, true},
    {"city", LEVEL_CITY, false},
    {"county", LEVEL_COUNTY, false},
    {"town", LEVEL_TOWN, false},
    {"city_name", LEVEL_CITY, true},
    {"county_name", LEVEL_COUNTY, true},
    {"town_name", LEVEL_TOWN, true},
};
#define N_PLACEHOLDERS (sizeof(placeholders) / sizeof(*placeholders))

static const struct field for_each_fields[] = {
    {"level", read_words, offsetof(struct for_each, levels), OPTIONAL, region_level_words,
     .about = "regions of these levels"},
    {"kind", read_words, offsetof(struct for_each, kinds), OPTIONAL, region_kind_words,
     .about = "regions of these kinds"},
    {"within", read_region, offsetof(struct for_each, within), OPTIONAL,
     .about = "only in this region and below it"},
    {"except", read_region_list, offsetof(struct for_each, except), OPTIONAL,
     .about = "left out, with all below them"},
    {0},
};
static const struct shape_keys for_each_keys[] = {{KEYS_SOME, {"level", "kind"}}, {0}};
const struct shape for_each_shape = {
    .kind = SHAPE_FIELDS, .name = "for-each", .fields = for_each_fields, .keys = for_each_keys};

bool read_for_each(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    struct for_each *each = out;
    *each = (struct for_each){.within = -1, .at = v->key ? v->key->at : v->at};
    if (!schema_read(r, v, f->key, for_each_fields, each))
        return false;
    if (!node_get(v, "level") && !node_get(v, "kind"))
        return reading_error(r, v->at, "say which: `level: village`, or `kind: [village, community]`",
                             "`for_each` without `level` and without `kind`");
    return true;
}

static bool matches(const struct for_each *f, const struct regions *regions, int i)
{
    const struct region *region = &regions->items[i];
    if ((f->levels && !(f->levels >> region->level & 1)) || (f->kinds && !(f->kinds >> region->kind & 1)))
        return false;
    for (int k = 0; k < f->except.n; k++)
        if (region_within(regions, i, f->except.items[k]))
            return false;
    return true;
}

int for_each_next(const struct for_each *f, const struct regions *regions, int from)
{
    int end = f->within >= 0 ? regions->items[f->within].end : regions->n;
    int i = f->within > from ? f->within : from;
    for (; i < end; i++)
        if (matches(f, regions, i))
            return i;
    return -1;
}

static const struct placeholder *find_placeholder(struct str name)
{
    for (size_t i = 0; i < N_PLACEHOLDERS; i++)
        if (str_eqz(name, placeholders[i].name))
            return &placeholders[i];
    return NULL;
}

static bool unknown_placeholder(struct reading *r, const struct node *v, struct str name)
{
    const char *names[N_PLACEHOLDERS];
    for (size_t i = 0; i < N_PLACEHOLDERS; i++)
        names[i] = placeholders[i].name;
    return reading_error(r, v->at,
                         reading_suggest(r, name, names, N_PLACEHOLDERS,
                                         "there are {code}, {name}, {city}, {county}, {town}, {city_name}, "
                                         "{county_name}, {town_name}"),
                         "unknown placeholder `{" STR_FMT "}`", STR_ARG(name));
}

bool read_pattern(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    struct str s;
    if (!read_text(r, v, f, &s))
        return false;
    struct pattern_piece *pieces = NULL;
    size_t n = 0, cap = 0, at = 0;
    while (at < s.n) {
        struct pattern_piece *piece = ARENA_PUSH(r->scratch, pieces, n, cap);
        if (!piece)
            return reading_full(r);
        const char *rest = s.p + at, *open = memchr(rest, '{', s.n - at);
        if (open != rest) {
            size_t length = open ? (size_t)(open - rest) : s.n - at;
            piece->literal = (struct str){rest, length};
            at += length;
            continue;
        }
        const char *close = memchr(rest, '}', s.n - at);
        if (!close)
            return reading_error(r, v->at, "write it as {code}", "a `{` without its `}`");
        struct str name = {rest + 1, (size_t)(close - rest) - 1};
        piece->var = find_placeholder(name);
        if (!piece->var)
            return unknown_placeholder(r, v, name);
        at += name.n + 2;
    }
    *(struct pattern *)out = (struct pattern){pieces, (int)n, v->at};
    return true;
}

bool read_pattern_list(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    if (!node_is(r, v, NODE_LIST, "a list"))
        return false;
    struct pattern *items = ARENA_ARRAY(r->scratch, (size_t)v->n + 1, struct pattern);
    if (!items)
        return reading_full(r);
    bool good = true;
    int n = 0;
    for (const struct node *e = v->first; e; e = e->next)
        good = read_pattern(r, e, f, &items[n++]) && good;
    if (good)
        *(struct patterns *)out = (struct patterns){items, n};
    return good;
}

/* What a piece stands for; .p NULL when it has no meaning for the region. */
static struct str piece_text(const struct regions *regions, const struct pattern_piece *piece, int i)
{
    if (!piece->var)
        return piece->literal;
    if (i >= 0 && piece->var->level)
        i = region_at_level(regions, i, piece->var->level);
    if (i < 0)
        return (struct str){0};
    return piece->var->by_name ? regions->items[i].name : regions->items[i].code;
}

static struct str no_meaning(struct reading *r, const struct pattern *p, const struct pattern_piece *piece,
                             int i)
{
    if (i < 0)
        reading_error(r, p->at, "write it out: only templates have placeholders",
                      "placeholder `{%s}` in an entry that is not a template", piece->var->name);
    else
        reading_error(r, p->at, "use a placeholder of its own level or above, or narrow `for_each`",
                      "`{%s}` has no meaning for " STR_FMT " (" STR_FMT "), which lies above that level",
                      piece->var->name, STR_ARG(r->rs->regions.items[i].code),
                      STR_ARG(r->rs->regions.items[i].name));
    return (struct str){0};
}

struct str pattern_expand(struct reading *r, const struct pattern *p, int i)
{
    size_t size = 0;
    for (int k = 0; k < p->n; k++) {
        struct str s = piece_text(&r->rs->regions, &p->pieces[k], i);
        if (!s.p)
            return no_meaning(r, p, &p->pieces[k], i);
        size += s.n;
    }
    char *text = arena_alloc(r->arena, size + 1);
    if (!text) {
        reading_full(r);
        return (struct str){0};
    }
    size_t at = 0;
    for (int k = 0; k < p->n; k++) {
        struct str s = piece_text(&r->rs->regions, &p->pieces[k], i);
        memcpy(text + at, s.p, s.n);
        at += s.n;
    }
    return (struct str){text, at};
}
