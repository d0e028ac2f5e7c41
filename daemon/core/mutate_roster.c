/*
 * mutate_roster.c - whether a change of a target makes a difference to anybody on the roster
 */
#include "core/mutate.h"

static bool in_list(const int *items, int n, int value)
{
    for (int i = 0; i < n; i++)
        if (items[i] == value)
            return true;
    return false;
}

static bool covers_one_of(const struct ruleset *rs, const struct organisation *o, const struct target *t)
{
    for (int i = 0; i < t->n_specialities; i++)
        for (int k = 0; k < o->n_specialities; k++)
            if (category_under(&rs->categories, t->specialities[i], o->specialities[k]))
                return true;
    return false;
}

/* Whether an organisation can ever be a candidate, as far as its entry tells. */
static bool can_fit(const struct ruleset *rs, const struct target *t, int organisation)
{
    const struct organisation *o = &rs->roster.items[organisation];
    if (t->kinds && !(t->kinds >> o->kind & 1))
        return false;
    if (t->levels && !(t->levels >> rs->regions.items[o->region].level & 1))
        return false;
    if (t->n_organisations && !in_list(t->organisations, t->n_organisations, organisation))
        return false;
    if (t->n_specialities && !covers_one_of(rs, o, t))
        return false;
    if (t->where == TARGET_WITHIN && !region_within(&rs->regions, o->region, t->region))
        return false;
    if (t->where == TARGET_IS && o->region != t->region)
        return false;
    return !t->stationed || o->n_agencies > 0;
}

/* Calls `see` for those of the kinds and levels that `t` asks for. True as soon as `see` is. */
static bool any_asked(const struct ruleset *rs, uint64_t kinds, uint64_t levels,
                      bool (*see)(int organisation, void *state), void *state)
{
    const struct roster *r = &rs->roster;
    for (int kind = 1; kind < ORG_KIND_LIMIT; kind++)
        for (int level = LEVEL_PROVINCE; level <= LEVEL_VILLAGE; level++) {
            int group = ROSTER_GROUP_OF(kind, level);
            if ((kinds && !(kinds >> kind & 1)) || (levels && !(levels >> level & 1)))
                continue;
            for (int i = r->group_start[group]; i < r->group_start[group + 1]; i++)
                if (see(r->by_group[i], state))
                    return true;
        }
    return false;
}

struct comparison {
    const struct ruleset *rs;
    const struct target *before, *after;
};

static bool fits_one_only(int organisation, void *state)
{
    const struct comparison *c = state;
    return can_fit(c->rs, c->before, organisation) != can_fit(c->rs, c->after, organisation);
}

bool mutate_target_idle(const struct ruleset *rs, const struct target *before, const struct target *after)
{
    bool same_rest = before->speciality_matching == after->speciality_matching &&
                     before->where == after->where && before->stationed == after->stationed &&
                     before->rating_at_least == after->rating_at_least &&
                     before->open_now == after->open_now && before->n_languages == after->n_languages;
    struct comparison c = {rs, before, after};
    uint64_t kinds = before->kinds && after->kinds ? before->kinds | after->kinds : 0;
    uint64_t levels = before->levels && after->levels ? before->levels | after->levels : 0;
    return same_rest && !any_asked(rs, kinds, levels, fits_one_only, &c);
}

struct picking {
    const struct ruleset *rs;
    const struct target *to;
    int region; /* of the last one that fits; -1 */
    int rating;
    bool several, ratings_differ;
};

/* Groups are in region order inside, but two groups may share a region: that counts as several. */
static bool see_picking(int organisation, void *state)
{
    struct picking *p = state;
    const struct organisation *o = &p->rs->roster.items[organisation];
    if (!can_fit(p->rs, p->to, organisation))
        return false;
    p->ratings_differ = p->ratings_differ || (p->rating && p->rating != o->rating);
    p->several = p->several || (p->to->where == TARGET_NEAREST && !p->to->n_organisations && !p->to->stationed
                                    ? p->region == o->region
                                    : p->region >= 0);
    p->region = o->region;
    p->rating = o->rating;
    return false;
}

bool mutate_pick_idle(const struct ruleset *rs, const struct rung *rung)
{
    bool one_kind = rung->to.kinds && !(rung->to.kinds & (rung->to.kinds - 1));
    struct picking p = {.rs = rs, .to = &rung->to, .region = -1};
    any_asked(rs, rung->to.kinds, rung->to.levels, see_picking, &p);
    bool simple = rung->pick == PICK_LEAST_LOADED || rung->pick == PICK_BEST_RATED;
    if (simple && !p.ratings_differ)
        return true; /* the best rated of equals is the least loaded of them */
    return !rung->jointly && !p.several && (one_kind || rung->to.where != TARGET_NEAREST);
}
