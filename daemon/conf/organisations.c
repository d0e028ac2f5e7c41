/*
 * organisations.c - organisations/NAME.yaml: templates first, then the named ones, whatever the order of
 * files
 */
#include "conf/organisations.h"
#include "conf/hours.h"
#include "conf/index.h"
#include "conf/sorted.h"
#include "conf/shape.h"
#include "conf/template.h"

#define CAPACITY_MAX    100000
#define WEIGHT_MAX      100
#define RATING_DEFAULT  3
#define ROSTER_MAX      2000000

struct entry {
    struct for_each for_each;
    struct pattern id, name, hub;
    struct patterns agencies;
    int kind, region, capacity, rating, weight;
    struct ints specialities;
    struct hours hours;
    struct strs languages, interests;
    bool closed, replaces;
};

/* clang-format off */
#define COMMON_FIELDS                                                                                        \
    {"id", read_pattern, offsetof(struct entry, id), REQUIRED, .shape = &pattern_slug_shape,                 \
     .about = "unique; in a template with {code} or another placeholder"},                                   \
    {"name", read_pattern, offsetof(struct entry, name), REQUIRED, .about = "as people know it"},            \
    {"kind", read_word, offsetof(struct entry, kind), REQUIRED, org_kind_words, .about = "what it is"},      \
    {"capacity", read_int, offsetof(struct entry, capacity), REQUIRED, NULL, 1, CAPACITY_MAX,                \
     .about = "open assignments it holds at once"},                                                          \
    {"hub", read_pattern, offsetof(struct entry, hub), OPTIONAL, .shape = &pattern_slug_shape,               \
     .about = "the receiver that serves it; without one it has a receiver of its own"},                      \
    {"specialities", read_category_list, offsetof(struct entry, specialities), OPTIONAL,                     \
     .about = "dispute types it is made for; each covers everything under it"},                              \
    {"rating", read_int, offsetof(struct entry, rating), OPTIONAL, NULL, 1, 5,                               \
     .about = "1 to 5, for `best_rated`; 3 when not given"},                                                 \
    {"weight", read_int, offsetof(struct entry, weight), OPTIONAL, NULL, 1, WEIGHT_MAX,                      \
     .about = "share of the work under `pick: weighted`"},                                                   \
    {"hours", read_hours, offsetof(struct entry, hours), OPTIONAL,                                           \
     .about = "when it takes cases of rungs with `open_now`; without it always"},                            \
    {"languages", read_sorted_slugs, offsetof(struct entry, languages), OPTIONAL, "a language",                  \
     .about = "spoken there"},                                                                               \
    {"interests", read_credit_codes, offsetof(struct entry, interests), OPTIONAL,                            \
     .about = "bodies whose disputes it must leave alone: unified social credit codes"},                     \
    {"closed", read_bool, offsetof(struct entry, closed), OPTIONAL,                                          \
     .about = "true: on the roster, but takes nothing"},                                                     \
    {"agencies", read_pattern_list, offsetof(struct entry, agencies), OPTIONAL,                              \
     .about = "stationed with these: only their referrals come here"}
/* clang-format on */

static const struct field template_fields[] = {
    {"for_each", read_for_each, offsetof(struct entry, for_each), REQUIRED,
     .about = "the regions it is made for, one organisation each"},
    COMMON_FIELDS,
    {0},
};

static const struct field organisation_fields[] = {
    {"region", read_region, offsetof(struct entry, region), REQUIRED, .about = "where it is"},
    {"replaces_template", read_bool, offsetof(struct entry, replaces), OPTIONAL,
     .about = "true: stands in the place of the one that a template makes with this id"},
    COMMON_FIELDS,
    {0},
};

/* The sections of a file. */
static const struct shape template_shape = {
    .kind = SHAPE_FIELDS, .name = "template", .fields = template_fields};
static const struct shape organisation_shape = {
    .kind = SHAPE_FIELDS, .name = "organisation", .fields = organisation_fields};
static const struct shape templates_shape = {
    .kind = SHAPE_LIST, .of = &template_shape, .maybe_missing = true};
static const struct shape organisations_shape = {
    .kind = SHAPE_LIST, .of = &organisation_shape, .maybe_missing = true};
static const struct field file_fields[] = {
    {"templates", read_node, .shape = &templates_shape,
     .about = "one organisation for each region that matches"},
    {"organisations", read_node, .shape = &organisations_shape, .about = "written out one by one"},
    {0},
};
const struct shape organisations_file_shape = {.kind = SHAPE_FIELDS, .fields = file_fields};

struct draft {
    struct organisation o;
    bool from_template;
};

struct roster_rows {
    struct draft *items;
    size_t n, cap;
    struct organisation_places *places; /* as many as items */
    const struct node **roots;          /* of the files */
    size_t n_roots, cap_roots;
    bool broken;
};

static bool expand_agencies(struct reading *r, const struct entry *e, int region, struct organisation *o)
{
    struct str *ids = ARENA_ARRAY(r->arena, (size_t)e->agencies.n + 1, struct str);
    if (!ids)
        return reading_full(r);
    for (int i = 0; i < e->agencies.n; i++) {
        const struct pattern *p = &e->agencies.items[i];
        ids[i] = pattern_expand(r, p, region);
        if (!ids[i].p)
            return false;
        if (!slug_valid(ids[i]))
            return reading_error(r, p->at, "an agency's id from peers/*.yaml",
                                 "`" STR_FMT "` cannot be an id", STR_ARG(ids[i]));
    }
    o->agencies = ids;
    o->n_agencies = e->agencies.n;
    return true;
}

/* `region`: the one that placeholders are filled from; -1 for a named organisation. */
static bool expand(struct reading *r, const struct entry *e, int region, struct organisation *o)
{
    *o = (struct organisation){
        .kind = (enum org_kind)e->kind,
        .region = region >= 0 ? region : e->region,
        .specialities = e->specialities.items,
        .n_specialities = e->specialities.n,
        .capacity = e->capacity,
        .rating = e->rating,
        .weight = e->weight,
        .hours = e->hours,
        .languages = e->languages.items,
        .n_languages = e->languages.n,
        .interests = e->interests.items,
        .n_interests = e->interests.n,
        .closed = e->closed,
        .hub = STR(""),
    };
    o->id = pattern_expand(r, &e->id, region);
    o->name = o->id.p ? pattern_expand(r, &e->name, region) : o->id;
    if (!o->name.p)
        return false;
    if (!slug_valid(o->id))
        return reading_error(r, e->id.at,
                             "small letters a-z, digits, single hyphens between them; at most 64 bytes",
                             "`" STR_FMT "` cannot be an organisation's id", STR_ARG(o->id));
    if (e->hub.n) {
        o->hub = pattern_expand(r, &e->hub, region);
        if (!o->hub.p)
            return false;
        if (!slug_valid(o->hub))
            return reading_error(r, e->hub.at, "a receiver's id from peers/*.yaml",
                                 "`" STR_FMT "` cannot be a hub", STR_ARG(o->hub));
    }
    return e->agencies.n == 0 || expand_agencies(r, e, region, o);
}

static bool add(struct reading *r, struct roster_rows *rows, const struct entry *e,
                const struct organisation *o, bool from_template)
{
    struct organisation_places *p = rows->places;
    struct draft *d = ARENA_PUSH(r->scratch, rows->items, rows->n, rows->cap);
    struct organisation_place *at = ARENA_PUSH(r->scratch, p->items, p->n, p->cap);
    if (!d || !at)
        return reading_full(r);
    *d = (struct draft){*o, from_template};
    *at =
        (struct organisation_place){e->id.at, e->hub.at, e->agencies.n ? e->agencies.items[0].at : e->id.at};
    if (rows->n > ROSTER_MAX)
        return reading_error(r, e->id.at, "narrow the templates", "more than %d organisations", ROSTER_MAX);
    return true;
}

/* One template: an organisation for each region. Stops at the first that fails: the others would fail alike.
 */
static bool read_template(struct reading *r, struct roster_rows *rows, const struct node *v)
{
    struct entry e = {.rating = RATING_DEFAULT, .region = -1};
    if (!schema_read(r, v, "a template", template_fields, &e))
        return false;
    const struct regions *regions = &r->rs->regions;
    int made = 0;
    for (int i = for_each_next(&e.for_each, regions, 0); i >= 0;
         i = for_each_next(&e.for_each, regions, i + 1)) {
        struct organisation o;
        if (!expand(r, &e, i, &o))
            return false;
        int before = index_put(rows->places->by_id, o.id, (int)rows->n);
        if (before >= 0)
            return reading_error(
                r, e.id.at,
                reading_hint(r, "first made by %s: put {code} into the id, or another prefix",
                             reading_where(r, rows->places->items[before].id)),
                "organisation `" STR_FMT "` is made a second time, for " STR_FMT " (" STR_FMT ")",
                STR_ARG(o.id), STR_ARG(regions->items[i].code), STR_ARG(regions->items[i].name));
        if (before == -2 || !add(r, rows, &e, &o, true))
            return before == -2 ? reading_full(r) : false;
        made++;
    }
    if (!made && r->whole.regions)
        reading_warn(r, e.for_each.at, "check level, kind and within against regions/*.csv",
                     "this template matches no region");
    return true;
}

/* An id that stands already: fine when it is a template's, and the entry says that it replaces it. */
static bool take_place_of(struct reading *r, struct roster_rows *rows, const struct entry *e,
                          const struct organisation *o, int before)
{
    struct draft *d = &rows->items[before];
    struct organisation_place *at = &rows->places->items[before];
    const char *where = reading_where(r, at->id);
    if (!d->from_template)
        return reading_error(r, e->id.at,
                             reading_hint(r, "it stands in %s already: give one of them another id", where),
                             "organisation `" STR_FMT "` a second time", STR_ARG(o->id));
    if (!e->replaces)
        return reading_error(
            r, e->id.at,
            reading_hint(r, "add `replaces_template: true` if it is to replace the one from %s", where),
            "organisation `" STR_FMT "` is made by a template already", STR_ARG(o->id));
    *d = (struct draft){*o, false};
    *at =
        (struct organisation_place){e->id.at, e->hub.at, e->agencies.n ? e->agencies.items[0].at : e->id.at};
    return true;
}

static bool read_named(struct reading *r, struct roster_rows *rows, const struct node *v)
{
    struct entry e = {.rating = RATING_DEFAULT, .region = -1};
    struct organisation o;
    if (!schema_read(r, v, "an organisation", organisation_fields, &e) || !expand(r, &e, -1, &o))
        return false;
    int before = index_put(rows->places->by_id, o.id, (int)rows->n);
    if (before >= 0)
        return take_place_of(r, rows, &e, &o, before);
    if (before == -2 || !add(r, rows, &e, &o, false))
        return before == -2 ? reading_full(r) : false;
    if (e.replaces && !rows->broken)
        return reading_error(r, e.id.at, "check the id, or remove `replaces_template`",
                             "`" STR_FMT "` replaces nothing: no template makes that id", STR_ARG(o.id));
    return true;
}

static void each_template(struct reading *r, const struct node *v, void *state)
{
    struct roster_rows *rows = state;
    rows->broken = !read_template(r, rows, v) || rows->broken;
}

static void each_named(struct reading *r, const struct node *v, void *state)
{
    struct roster_rows *rows = state;
    rows->broken = !read_named(r, rows, v) || rows->broken;
}

static void read_file(struct reading *r, const struct text *t, void *state)
{
    struct roster_rows *rows = state;
    const struct node *root = node_parse(r, t);
    const struct node **kept =
        root ? ARENA_PUSH(r->scratch, rows->roots, rows->n_roots, rows->cap_roots) : NULL;
    if (kept)
        *kept = root;
    rows->broken = !kept || !schema_root(r, root, file_fields) || rows->broken;
}

void organisations_read(struct reading *r, struct organisation_places *places)
{
    struct organisation_places own = {0};
    struct roster_rows rows = {.places = places ? places : &own};
    size_t before = reading_errors(r);
    rows.places->by_id = index_new(r->scratch);
    if (!rows.places->by_id) {
        reading_full(r);
        return;
    }
    int files = reading_files(r, "organisations/", read_file, &rows);
    for (size_t i = 0; i < rows.n_roots; i++)
        schema_each(r, rows.roots[i], "templates", each_template, &rows);
    for (size_t i = 0; i < rows.n_roots; i++)
        schema_each(r, rows.roots[i], "organisations", each_named, &rows);
    if (rows.n == 0 && reading_errors(r) == before && r->whole.regions && r->whole.categories)
        reading_error(r, reading_whole(r, "organisations"), "without a roster nothing can be assigned",
                      files ? "no organisation at all" : "there is no organisations/*.yaml");
    struct organisation *items = ARENA_ARRAY(r->arena, rows.n + 1, struct organisation);
    if (!items) {
        reading_full(r);
        return;
    }
    for (size_t i = 0; i < rows.n; i++)
        items[i] = rows.items[i].o;
    roster_build(r->arena, items, (int)rows.n, &r->rs->regions, &r->rs->roster);
    if (rows.n && r->rs->roster.n == 0)
        reading_full(r);
    r->whole.roster = !rows.broken && r->whole.regions && reading_errors(r) == before;
}

const struct organisation_place *organisation_place_of(const struct organisation_places *p, struct str id)
{
    int i = p->by_id ? index_get(p->by_id, id) : -1;
    return i >= 0 ? &p->items[i] : NULL;
}
