/*
 * ladder.c - `route`: rungs, whom each asks, and for how long
 */
#include "conf/define.h"
#include "conf/shape.h"

#define RUNGS_MAX 8

struct rung_record {
    const struct node *to, *jointly;
    int pick;
    struct duration respond_within, finish_within;
};

const struct field rung_fields[] = {
    {"to", read_node, offsetof(struct rung_record, to), REQUIRED, .shape = &target_shape,
     .about = "who is considered; all of it has to hold"},
    {"jointly_with", read_node, offsetof(struct rung_record, jointly), OPTIONAL, .shape = &target_shape,
     .about = "joint mediation: a partner that this finds, or the rung passes"},
    {"pick", read_word, offsetof(struct rung_record, pick), OPTIONAL, pick_words,
     .about = "which of those that can take it"},
    {"respond_within", read_duration, offsetof(struct rung_record, respond_within), OPTIONAL,
     .about = "to accept or decline; not longer than the channel's limit"},
    {"finish_within", read_duration, offsetof(struct rung_record, finish_within), OPTIONAL,
     .about = "from acceptance; not longer than the channel's limit"},
    {0},
};
static const struct field named_fields[] = {
    {"ladder", read_slug, 0, REQUIRED, "a name", .about = "of `define: ladders:`"}, {0}};
const struct shape rung_shape = {.kind = SHAPE_FIELDS, .name = "rung", .fields = rung_fields};
static const struct shape named_shape = {.kind = SHAPE_FIELDS,
                                         .name = "ladder",
                                         .fields = named_fields,
                                         .about = "the rungs of a ladder of `define: ladders:`"};
static const struct shape element_shape = {
    .kind = SHAPE_EITHER, .of = &rung_shape, .otherwise = &named_shape};
static const struct shape rungs_shape = {
    .kind = SHAPE_LIST, .of = &element_shape, .least = 1, .most = RUNGS_MAX};
const struct shape ladder_shape = {.kind = SHAPE_EITHER, .of = &rungs_shape, .otherwise = &named_shape};

/* Rungs, while they are gathered. */
struct rung_list {
    struct rung *items;
    size_t n, cap;
    uint64_t modes; /* in which the rule can match; 0: a ladder by itself, for rules yet to come */
};

static const char *duration_words(struct reading *r, struct duration d)
{
    const char *unit = d.unit == DURATION_WORKDAYS ? "workday" : d.unit == DURATION_DAYS ? "day" : "month";
    return reading_hint(r, "%d %s%s", d.count, unit, d.count == 1 ? "" : "s");
}

/*
 * A rung may shorten a limit of the law, never stretch it. `at`: what to point at; `where`: where the rung
 * stands when that is elsewhere, " (file:line)".
 */
static bool check_limit(struct reading *r, struct place at, const char *where, const char *key,
                        struct duration wanted, uint64_t modes, size_t policy_offset)
{
    for (const struct word *w = mode_words; wanted.count && r->whole.channels && w->word; w++) {
        const struct mode_policy *p = &r->rs->policies.modes[w->value];
        const struct duration *limit = (const struct duration *)((const char *)p + policy_offset);
        if (!(modes >> w->value & 1) || limit->count == 0 || duration_cmp(wanted, *limit) <= 0)
            continue;
        return reading_error(r, at,
                             reading_hint(r, "at most %s, or let `when` leave out mode `%s`",
                                          duration_words(r, *limit), w->word),
                             "`%s: %s`%s is longer than mode `%s` allows (%s, channels.yaml)", key,
                             duration_words(r, wanted), where, w->word, duration_words(r, *limit));
    }
    return true;
}

bool rung_check_limits(struct reading *r, struct place at, const char *where, const struct rung *rung,
                       uint64_t modes)
{
    return check_limit(r, at, where, "respond_within", rung->respond_within, modes,
                       offsetof(struct mode_policy, respond_within)) &&
           check_limit(r, at, where, "finish_within", rung->finish_within, modes,
                       offsetof(struct mode_policy, finish_within));
}

/* The partner in joint mediation: another organisation than the one that leads. */
static bool read_partner(struct reading *r, const struct rung_record *record, struct rung *rung)
{
    struct target *with = ARENA_NEW(r->arena, struct target);
    if (!with)
        return reading_full(r);
    rung->jointly = with;
    if (!target_read(r, record->jointly, with))
        return false;
    int only = target_only(r, &rung->to);
    return only < 0 || target_only(r, with) != only ||
           reading_error(r, node_key_place(record->jointly), "name a partner of another kind",
                         "nobody is left to join: `" STR_FMT "` is the only one that can lead",
                         STR_ARG(r->rs->roster.items[only].id));
}

static bool read_rung(struct reading *r, const struct node *v, uint64_t modes, struct rung *rung)
{
    struct rung_record record = {.pick = PICK_LEAST_LOADED + 1};
    if (!schema_read(r, v, "a rung", rung_fields, &record))
        return false;
    *rung = (struct rung){.line = v->at.line};
    rung->pick = (enum pick)(record.pick - 1);
    rung->respond_within = record.respond_within;
    rung->finish_within = record.finish_within;
    bool good = target_read(r, record.to, &rung->to);
    if (record.jointly)
        good = read_partner(r, &record, rung) && good;
    const struct node *respond = node_get(v, "respond_within"), *finish = node_get(v, "finish_within");
    if (respond)
        good = check_limit(r, respond->at, "", "respond_within", record.respond_within, modes,
                           offsetof(struct mode_policy, respond_within)) &&
               good;
    if (finish)
        good = check_limit(r, finish->at, "", "finish_within", record.finish_within, modes,
                           offsetof(struct mode_policy, finish_within)) &&
               good;
    return good;
}

static bool push_rung(struct reading *r, struct rung_list *l, const struct rung *rung)
{
    struct rung *kept = ARENA_PUSH(r->arena, l->items, l->n, l->cap);
    if (!kept)
        return reading_full(r);
    *kept = *rung;
    return true;
}

/* Copies, in the lines and the file that they were read from. */
static bool push_copies(struct reading *r, struct place at, const struct rungs *more, const struct str *file,
                        struct rung_list *l)
{
    bool good = true;
    for (int i = 0; i < more->n; i++) {
        struct rung rung = more->items[i];
        if (!rung.file)
            rung.file = file;
        const char *where = reading_hint(r, " (" STR_FMT ":%u)", STR_ARG(*rung.file), rung.line);
        good = rung_check_limits(r, at, where ? where : "", &rung, l->modes) && push_rung(r, l, &rung) && good;
    }
    return good;
}

static bool check_length(struct reading *r, struct place at, int n)
{
    return n <= RUNGS_MAX || reading_error(r, at, "take some out: past the last one the manual queue follows",
                                           "a ladder of %d rungs; at most %d", n, RUNGS_MAX);
}

bool ladder_append(struct reading *r, struct place at, const struct rungs *more, const struct str *file,
                   uint64_t modes, struct rungs *to)
{
    struct rung_list l = {.modes = modes};
    bool good = true;
    for (int i = 0; i < to->n; i++)
        good = push_rung(r, &l, &to->items[i]) && good;
    if (!push_copies(r, at, more, file, &l) || !check_length(r, at, (int)l.n) || !good)
        return false;
    *to = (struct rungs){l.items, (int)l.n};
    return true;
}

/* {ladder: NAME} */
static bool put_in(struct reading *r, const struct node *v, struct rung_list *l)
{
    struct str unused;
    const struct node *name = node_get(v, "ladder");
    if (!schema_read(r, v, "a named ladder", named_fields, &unused))
        return false;
    const struct definition *d = define_use(r, name, DEFINE_LADDER);
    return d && push_copies(r, name->at, &d->rungs, d->file, l);
}

static bool read_element(struct reading *r, const struct node *v, struct rung_list *l)
{
    struct rung rung;
    if (node_get(v, "ladder"))
        return put_in(r, v, l);
    return v->kind != NODE_BROKEN && read_rung(r, v, l->modes, &rung) && push_rung(r, l, &rung);
}

bool ladder_read(struct reading *r, const struct node *v, uint64_t modes, struct rungs *out)
{
    struct rung_list l = {.modes = modes};
    bool good = true;
    if (node_get(v, "ladder")) {
        good = put_in(r, v, &l);
    } else {
        if (!node_is(r, v, NODE_LIST, "a list of rungs"))
            return false;
        if (v->n == 0)
            return reading_error(r, node_key_place(v), "add a rung: `- to: {kind: people}`; or use `manual`",
                                 "an empty ladder: there is nobody to ask");
        for (const struct node *e = v->first; e; e = e->next)
            good = read_element(r, e, &l) && good;
    }
    if (!check_length(r, node_key_place(v), (int)l.n > v->n ? (int)l.n : v->n))
        return false;
    *out = (struct rungs){l.items, (int)l.n};
    return good;
}
