/*
 * ladder.c - `route`: rungs, and whether anybody on the roster can ever stand on them
 */
#include "conf/rules.h"
#include "conf/shape.h"

#define RUNGS_MAX 8

struct rung_record {
    const struct node *to;
    int pick;
    struct duration respond_within, finish_within;
};

struct target_record {
    uint64_t kinds, levels;
    const struct node *speciality, *region;
    struct ints organisations;
    bool stationed;
};

struct where {
    int within, is; /* -1: not given */
};
static const struct field where_fields[] = {
    {"within", read_region, offsetof(struct where, within), OPTIONAL},
    {"is", read_region, offsetof(struct where, is), OPTIONAL},
    {0},
};

static const struct word matching_words[] = {{1, "matching", "与本案类型相符"}, {0}};
static const struct word nearest_words[] = {{1, "nearest", "由近及远"}, {0}};
static const struct shape matching_shape = {.kind = SHAPE_WORD, .words = matching_words};
static const struct shape nearest_shape = {.kind = SHAPE_WORD, .words = nearest_words};
static const struct shape_keys where_keys[] = {{KEYS_ONE, {"within", "is"}}, {0}};
static const struct shape where_fields_shape = {
    .kind = SHAPE_FIELDS, .name = "where", .fields = where_fields, .keys = where_keys};
static const struct shape speciality_shape = {
    .kind = SHAPE_EITHER, .of = &matching_shape, .otherwise = &categories_shape};
static const struct shape where_shape = {
    .kind = SHAPE_EITHER, .of = &nearest_shape, .otherwise = &where_fields_shape};

static const struct field target_fields[] = {
    {"kind", read_words, offsetof(struct target_record, kinds), OPTIONAL, org_kind_words,
     .about = "an organisation of one of these kinds"},
    {"speciality", read_node, offsetof(struct target_record, speciality), OPTIONAL,
     .shape = &speciality_shape,
     .about = "with a speciality that covers one of these, or with `matching` the referral's category"},
    {"level", read_words, offsetof(struct target_record, levels), OPTIONAL, region_level_words,
     .about = "whose own region is of one of these levels"},
    {"organisation", read_organisations, offsetof(struct target_record, organisations), OPTIONAL,
     .about = "these organisations, wherever they are"},
    {"stationed", read_true, offsetof(struct target_record, stationed), OPTIONAL,
     .about = "rooms stationed with the sending agency, wherever they are"},
    {"region", read_node, offsetof(struct target_record, region), OPTIONAL, .shape = &where_shape,
     .about = "where to look: from the place of the dispute upwards, or in one region"},
    {0},
};
static const struct shape_keys target_keys[] = {
    {KEYS_SOME, {"kind", "speciality", "level", "organisation", "stationed"}}, {0}};
static const struct shape target_shape = {
    .kind = SHAPE_FIELDS, .name = "target", .fields = target_fields, .keys = target_keys};

static const struct field rung_fields[] = {
    {"to", read_node, offsetof(struct rung_record, to), REQUIRED, .shape = &target_shape,
     .about = "who is considered; all of it has to hold"},
    {"pick", read_word, offsetof(struct rung_record, pick), OPTIONAL, pick_words,
     .about = "which of those that can take it"},
    {"respond_within", read_duration, offsetof(struct rung_record, respond_within), OPTIONAL,
     .about = "to accept or decline; not longer than the channel's limit"},
    {"finish_within", read_duration, offsetof(struct rung_record, finish_within), OPTIONAL,
     .about = "from acceptance; not longer than the channel's limit"},
    {0},
};
static const struct shape rung_shape = {.kind = SHAPE_FIELDS, .name = "rung", .fields = rung_fields};
const struct shape ladder_shape = {.kind = SHAPE_LIST, .of = &rung_shape, .least = 1, .most = RUNGS_MAX};

/* `nearest`, {within: CODE} or {is: CODE}. */
static bool read_where(struct reading *r, const struct node *v, struct target *to)
{
    struct where w = {-1, -1};
    if (v->kind == NODE_SCALAR) {
        to->where = TARGET_NEAREST;
        return str_eqz(v->text, "nearest") ||
               reading_error(r, v->at, "write `nearest`, {within: \"320505\"} or {is: \"320505\"}",
                             "`" STR_FMT "` does not say where to look", STR_ARG(v->text));
    }
    if (!schema_read(r, v, "`region`", where_fields, &w))
        return false;
    if ((w.within >= 0) == (w.is >= 0))
        return reading_error(r, node_key_place(v), "write `nearest`, {within: CODE} or {is: CODE}",
                             "`region` needs exactly one of `within` and `is`");
    to->where = w.is >= 0 ? TARGET_IS : TARGET_WITHIN;
    to->region = w.is >= 0 ? w.is : w.within;
    return true;
}

static bool read_speciality(struct reading *r, const struct node *v, struct target *to)
{
    if (v->kind == NODE_SCALAR && str_eqz(v->text, "matching")) {
        to->speciality_matching = true;
        return true;
    }
    struct ints list;
    if (!read_categories(r, v, NULL, &list))
        return false;
    to->specialities = list.items;
    to->n_specialities = list.n;
    return true;
}

static bool read_target(struct reading *r, const struct node *v, struct target *to)
{
    struct target_record t = {0};
    if (!schema_read(r, v, "`to`", target_fields, &t))
        return false;
    if (v->n == (t.region != NULL))
        return reading_error(r, node_key_place(v), "name a kind, a speciality, a level or an organisation",
                             "`to` does not say who");
    to->kinds = t.kinds;
    to->levels = t.levels;
    to->organisations = t.organisations.items;
    to->n_organisations = t.organisations.n;
    to->stationed = t.stationed;
    bool good = !t.speciality || read_speciality(r, t.speciality, to);
    return (!t.region || read_where(r, t.region, to)) && good;
}

static bool covers(const struct categories *all, const struct organisation *o, const struct target *to)
{
    for (int i = 0; i < to->n_specialities; i++)
        for (int k = 0; k < o->n_specialities; k++)
            if (category_under(all, to->specialities[i], o->specialities[k]))
                return true;
    return to->n_specialities == 0 && (!to->speciality_matching || o->n_specialities > 0);
}

static bool listed(const struct target *to, int organisation)
{
    for (int i = 0; i < to->n_organisations; i++)
        if (to->organisations[i] == organisation)
            return true;
    return to->n_organisations == 0;
}

/* Whether an organisation can take part in a rung, for some referral. */
static bool can_stand(const struct ruleset *rs, const struct target *to, int i)
{
    const struct organisation *o = &rs->roster.items[i];
    if ((to->kinds && !(to->kinds >> o->kind & 1)) || (to->stationed && o->n_agencies == 0) ||
        (to->levels && !(to->levels >> rs->regions.items[o->region].level & 1)) || !listed(to, i))
        return false;
    if ((to->where == TARGET_WITHIN && !region_within(&rs->regions, o->region, to->region)) ||
        (to->where == TARGET_IS && o->region != to->region))
        return false;
    return covers(&rs->categories, o, to);
}

static uint64_t kinds_on_roster(const struct roster *roster)
{
    uint64_t kinds = 0;
    for (int i = 0; i < roster->n; i++)
        kinds |= (uint64_t)1 << roster->items[i].kind;
    return kinds;
}

static bool check_roster(struct reading *r, const struct node *to, const struct target *target)
{
    if (!r->whole.roster)
        return true;
    uint64_t idle = target->kinds & ~kinds_on_roster(&r->rs->roster);
    const struct node *kind = node_get(to, "kind");
    for (const struct word *w = org_kind_words; w->word; w++)
        if (idle >> w->value & 1)
            return reading_error(r, kind ? kind->at : to->at,
                                 "add one to organisations/*.yaml, or take it out here",
                                 "no organisation of kind `%s` (%s) is on the roster", w->word, w->zh);
    for (int i = 0; i < r->rs->roster.n; i++)
        if (can_stand(r->rs, target, i))
            return true;
    return reading_error(r, node_key_place(to),
                         "loosen what `to` asks for, or add one to organisations/*.yaml",
                         "no organisation on the roster can ever take this rung");
}

static const char *duration_words(struct reading *r, struct duration d)
{
    const char *unit = d.unit == DURATION_WORKDAYS ? "workday" : d.unit == DURATION_DAYS ? "day" : "month";
    return reading_hint(r, "%d %s%s", d.count, unit, d.count == 1 ? "" : "s");
}

/* A rung may shorten a limit of the law, never stretch it. */
static bool check_limit(struct reading *r, const struct node *rung, const char *key, struct duration wanted,
                        uint64_t modes, size_t policy_offset)
{
    for (const struct word *w = mode_words; wanted.count && r->whole.channels && w->word; w++) {
        const struct mode_policy *p = &r->rs->policies.modes[w->value];
        const struct duration *limit = (const struct duration *)((const char *)p + policy_offset);
        if (!(modes >> w->value & 1) || limit->count == 0 || duration_cmp(wanted, *limit) <= 0)
            continue;
        return reading_error(r, node_get(rung, key)->at,
                             reading_hint(r, "at most %s, or let `when` leave out mode `%s`",
                                          duration_words(r, *limit), w->word),
                             "`%s: %s` is longer than mode `%s` allows (%s, channels.yaml)", key,
                             duration_words(r, wanted), w->word, duration_words(r, *limit));
    }
    return true;
}

static bool read_rung(struct reading *r, const struct node *v, uint64_t modes, struct rung *rung)
{
    struct rung_record record = {.pick = PICK_LEAST_LOADED + 1};
    if (!schema_read(r, v, "a rung", rung_fields, &record))
        return false;
    *rung = (struct rung){.line = v->at.line, .to = {.region = -1}};
    rung->pick = (enum pick)(record.pick - 1);
    rung->respond_within = record.respond_within;
    rung->finish_within = record.finish_within;
    bool good = read_target(r, record.to, &rung->to) && check_roster(r, record.to, &rung->to);
    good = check_limit(r, v, "respond_within", record.respond_within, modes,
                       offsetof(struct mode_policy, respond_within)) &&
           good;
    return check_limit(r, v, "finish_within", record.finish_within, modes,
                       offsetof(struct mode_policy, finish_within)) &&
           good;
}

bool ladder_read(struct reading *r, const struct node *v, uint64_t modes, struct rungs *out)
{
    if (!node_is(r, v, NODE_LIST, "a list of rungs"))
        return false;
    if (v->n == 0)
        return reading_error(r, node_key_place(v), "add a rung: `- to: {kind: people}`; or use `manual`",
                             "an empty ladder: there is nobody to ask");
    if (v->n > RUNGS_MAX)
        return reading_error(r, node_key_place(v),
                             "take some out: past the last one the manual queue follows",
                             "a ladder of %d rungs; at most %d", v->n, RUNGS_MAX);
    struct rung *items = ARENA_ARRAY(r->arena, (size_t)v->n, struct rung);
    if (!items)
        return reading_full(r);
    bool good = true;
    int n = 0;
    for (const struct node *e = v->first; e; e = e->next)
        good = e->kind != NODE_BROKEN && read_rung(r, e, modes, &items[n++]) && good;
    *out = (struct rungs){items, n};
    return good;
}
