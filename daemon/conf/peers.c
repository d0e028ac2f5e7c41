/*
 * peers.c - peers/NAME.yaml: agencies and receivers, written out or by template
 */
#include "conf/peers.h"
#include "conf/index.h"
#include "conf/shape.h"
#include "conf/template.h"

struct entry {
    struct for_each for_each;
    struct pattern id, name;
    int channel, region;
    const struct node *serves;
};

/* clang-format off */
#define ID_AND_NAME                                                                                          \
    {"id", read_pattern, offsetof(struct entry, id), REQUIRED, .shape = &pattern_slug_shape,                 \
     .about = "unique among agencies and receivers; the name of its key file"},                              \
    {"name", read_pattern, offsetof(struct entry, name), REQUIRED, .about = "as people know it"}
#define FOR_EACH                                                                                             \
    {"for_each", read_for_each, offsetof(struct entry, for_each), REQUIRED,                                  \
     .about = "the regions it is made for, one peer each"}
#define CHANNEL                                                                                              \
    {"channel", read_word, offsetof(struct entry, channel), REQUIRED, channel_words,                         \
     .about = "the one it sends by"}

static const struct field agency_fields[] = {
    ID_AND_NAME, CHANNEL,
    {"region", read_region, offsetof(struct entry, region), REQUIRED,
     .about = "it may send disputes of this region and below it"},
    {0},
};
static const struct field agency_template_fields[] = {FOR_EACH, ID_AND_NAME, CHANNEL, {0}};
static const struct field receiver_fields[] = {
    ID_AND_NAME,
    {"serves", read_node, offsetof(struct entry, serves), OPTIONAL, .shape = &slug_list_shape,
     .about = "organisations, besides those whose hub it is"},
    {0},
};
static const struct field receiver_template_fields[] = {FOR_EACH, ID_AND_NAME, {0}};
/* clang-format on */

/* The four sections of a file. */
static const struct section {
    const char *key, *what;
    const struct field *fields;
    enum peer_kind kind;
    bool template;
} sections[] = {
    {"agencies", "an agency", agency_fields, PEER_AGENCY, false},
    {"receivers", "a receiver", receiver_fields, PEER_RECEIVER, false},
    {"agency_templates", "an agency template", agency_template_fields, PEER_AGENCY, true},
    {"receiver_templates", "a receiver template", receiver_template_fields, PEER_RECEIVER, true},
};

static const struct shape agency_shape = {.kind = SHAPE_FIELDS, .name = "agency", .fields = agency_fields};
static const struct shape receiver_shape = {
    .kind = SHAPE_FIELDS, .name = "receiver", .fields = receiver_fields};
static const struct shape agency_template_shape = {
    .kind = SHAPE_FIELDS, .name = "agency-template", .fields = agency_template_fields};
static const struct shape receiver_template_shape = {
    .kind = SHAPE_FIELDS, .name = "receiver-template", .fields = receiver_template_fields};
static const struct shape agencies_shape = {.kind = SHAPE_LIST, .of = &agency_shape, .maybe_missing = true};
static const struct shape receivers_shape = {
    .kind = SHAPE_LIST, .of = &receiver_shape, .maybe_missing = true};
static const struct shape agency_templates_shape = {
    .kind = SHAPE_LIST, .of = &agency_template_shape, .maybe_missing = true};
static const struct shape receiver_templates_shape = {
    .kind = SHAPE_LIST, .of = &receiver_template_shape, .maybe_missing = true};
static const struct field file_fields[] = {
    {"agencies", read_node, .shape = &agencies_shape, .about = "senders, written out one by one"},
    {"receivers", read_node, .shape = &receivers_shape, .about = "connections that serve organisations"},
    {"agency_templates", read_node, .shape = &agency_templates_shape,
     .about = "one agency for each region that matches"},
    {"receiver_templates", read_node, .shape = &receiver_templates_shape,
     .about = "one receiver for each region that matches"},
    {0},
};
const struct shape peers_file_shape = {.kind = SHAPE_FIELDS, .fields = file_fields};

struct section_state {
    const struct section *section;
    struct peer_rows *rows;
};

static bool take_id(struct reading *r, struct peer_rows *rows, const struct entry *e, struct str id)
{
    if (!slug_valid(id))
        return reading_error(r, e->id.at,
                             "small letters a-z, digits, single hyphens between them; at most 64 bytes",
                             "`" STR_FMT "` cannot be a peer's id", STR_ARG(id));
    int before = index_put(rows->by_id, id, (int)rows->n);
    if (before == -2)
        return reading_full(r);
    return before == -1 ||
           reading_error(r, e->id.at,
                         reading_hint(r, "the first one is in %s; agencies and receivers share one list",
                                      reading_where(r, rows->places[before].id)),
                         "peer `" STR_FMT "` a second time", STR_ARG(id));
}

/* `i`: the region that placeholders are filled from; -1 for an entry written out. */
static bool add(struct reading *r, const struct section_state *s, const struct entry *e, int i)
{
    struct str id = pattern_expand(r, &e->id, i);
    struct str name = id.p ? pattern_expand(r, &e->name, i) : id;
    if (!name.p || !take_id(r, s->rows, e, id))
        return false;
    struct peer *p = ARENA_PUSH(r->arena, s->rows->items, s->rows->n, s->rows->cap);
    struct peer_place *at = ARENA_PUSH(r->scratch, s->rows->places, s->rows->n_places, s->rows->cap_places);
    if (!p || !at)
        return reading_full(r);
    *at = (struct peer_place){e->id.at, e->serves ? e->serves->at : e->id.at};
    *p = (struct peer){.kind = s->section->kind, .id = id, .name = name, .region = -1};
    p->region_code = STR("");
    const struct field serves = {.key = "serves", .of = "an organisation's id"};
    struct strs named = {0};
    if (e->serves && !read_slug_list(r, e->serves, &serves, &named))
        return false;
    p->serves = named.items;
    p->n_serves = named.n;
    if (p->kind == PEER_AGENCY) {
        p->channel = (enum channel)e->channel;
        p->region = i >= 0 ? i : e->region;
        p->region_code = arena_str(r->arena, r->rs->regions.items[p->region].code);
        p->city = region_city(&r->rs->regions, p->region);
    }
    return true;
}

static void each_entry(struct reading *r, const struct node *v, void *state)
{
    const struct section_state *s = state;
    const struct regions *regions = &r->rs->regions;
    struct entry e = {.region = -1};
    if (!schema_read(r, v, s->section->what, s->section->fields, &e))
        return;
    if (!s->section->template) {
        add(r, s, &e, -1);
        return;
    }
    int i = for_each_next(&e.for_each, regions, 0);
    if (i < 0)
        reading_warn(r, e.for_each.at, "check level, kind and within against regions/*.csv",
                     "this template matches no region");
    while (i >= 0 && add(r, s, &e, i))
        i = for_each_next(&e.for_each, regions, i + 1);
}

static void read_file(struct reading *r, const struct text *t, void *state)
{
    const struct node *root = node_parse(r, t);
    if (!root || !schema_root(r, root, file_fields))
        return;
    for (size_t i = 0; i < sizeof(sections) / sizeof(*sections); i++) {
        struct section_state s = {&sections[i], state};
        schema_each(r, root, sections[i].key, each_entry, &s);
    }
}

void peers_read(struct reading *r, struct peer_rows *rows)
{
    rows->by_id = index_new(r->scratch);
    if (!rows->by_id) {
        reading_full(r);
        return;
    }
    if (reading_files(r, "peers/", read_file, rows) == 0)
        reading_warn(r, reading_whole(r, "peers"), "list agencies and receivers in peers/*.yaml",
                     "no peers: nobody can connect");
    r->whole.peers = reading_errors(r) == 0;
}
