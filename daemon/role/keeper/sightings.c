/* sightings.c - a referral held against each watch; keys and fingerprints made */
#include "role/keeper/sightings.h"

#include "core/watch.h"
#include "store/watching.h"
#include "wire/ties.h"

struct sighting { /* of one referral */
    struct ledger *l;
    const struct ruleset *rules;
    const struct referral *referral;
    const struct work_item *item;
    bool tied; /* who its parties are was read */
    struct str parties;
    struct sighting_row row;
};

/* Where the rows of a key stand: with the city of its place, or with the province. */
static int city_of(const struct ruleset *rules, const struct watch_key *k, int place)
{
    const struct regions *g = &rules->regions;
    return region_city(g, k->place >= 0 ? k->place : region_at_level(g, place, LEVEL_PROVINCE));
}

static bool add(struct sighting *s, int k, struct str told)
{
    struct mark marks[MARKS_MAX];
    s->row.k = k;
    s->row.key.mark = STR("");
    if (told.p) {
        seal_marks(s->l->office->personal, told, marks);
        s->row.key.mark = arena_bytes(s->l->arena, marks[0].b, sizeof(marks[0].b));
        if (!s->row.key.mark.p)
            return false;
    }
    return batch_add_sighting(s->l->batch, &s->row);
}

/* Whoever has no document is not known: it counts for no set of parties. */
static bool add_parties(struct sighting *s)
{
    struct ties ties;
    if (!s->tied) {
        if (!ties_read(s->l->arena, s->item->bytes, &ties))
            return false;
        s->parties = ties.parties;
        s->tied = true;
    }
    return str_empty(s->parties) || add(s, 0, s->parties);
}

static bool add_enterprises(struct sighting *s, const struct watch *w)
{
    int n = watch_enterprises(w, s->referral);
    for (int i = 0; i < n; i++) {
        struct str code = watch_enterprise(w, s->referral, i);
        struct str told = arena_printf(s->l->arena, "enterprise:" STR_FMT, STR_ARG(code));
        if (!told.p || !add(s, i, told))
            return false;
    }
    return true;
}

static bool look(struct sighting *s, const struct match *m, const struct watch *w)
{
    struct watch_key k;
    if (!watch_counts(w, m, &k))
        return true;
    s->row.key = (struct watched_key){.city = city_of(s->rules, &k, s->referral->place), .watch = w->id, .place = STR(""), .category = STR("")};
    if (k.place >= 0)
        s->row.key.place = s->rules->regions.items[k.place].code;
    if (k.category >= 0)
        s->row.key.category = s->rules->categories.items[k.category].code;
    if (w->parties)
        return add_parties(s);
    return w->enterprise ? add_enterprises(s, w) : add(s, 0, (struct str){NULL, 0});
}

bool sightings_write(struct ledger *l, const struct work *w, const struct placing *p)
{
    const struct ruleset *rules = p->snapshot->rules;
    struct match m;
    if (rules->n_watches == 0 || p->decision->outcome == OUTCOME_REFUSED)
        return true;
    if (!watch_match(l->arena, rules, p->referral, p->decision->category, p->decision->tags, p->decision->n_tags, &m))
        return false;
    struct sighting s = {
        .l = l,
        .rules = rules,
        .referral = p->referral,
        .item = p->item,
        .row = {.referral = p->item->id,
                .day = calendar_day_of_ms(p->referral->arrived_ms),
                .spot = rules->regions.items[p->referral->place].code,
                .agency = w->agency,
                .agency_ref = p->item->agency_ref},
    };
    for (int i = 0; i < rules->n_watches; i++)
        if (!look(&s, &m, &rules->watches[i]))
            return false;
    return true;
}
