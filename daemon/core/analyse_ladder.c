/*
 * analyse_ladder.c - ladders on which nobody is to be found, and how long the others may take
 */
#include "core/analyse_cover.h"
#include "core/analyse_inner.h"

#include "core/space_expand.h"

#define STRETCHES_MAX 50 /* of the rule's space that are looked at for the list of regions */
#define LISTED_MAX    60 /* regions in a finding */

/* One rule's ladder. */
struct ladder_work {
    struct work *w;
    struct covers *covers;
    int rule;
    uint64_t *own;   /* places that the rule speaks of */
    uint64_t *base;  /* of these, without anybody but rooms and matching specialities */
    uint64_t *empty; /* for the agency and category at hand */
    uint64_t *found; /* of the finding */
    uint64_t *room;
    int words;
    struct finding finding;
};

static bool has(const uint64_t *places, int region)
{
    return places[region / 64] >> (region % 64) & 1;
}

static bool any(const uint64_t *places, int words)
{
    for (int i = 0; i < words; i++) {
        if (places[i])
            return true;
    }
    return false;
}

static bool matches(const struct rung *r)
{
    return r->to.speciality_matching || (r->jointly && r->jointly->speciality_matching);
}

/* Takes away where the rungs find somebody; those that want a matching speciality only with a category. */
static bool take_covered(struct ladder_work *l, struct str agency, int category, bool with_category,
                         uint64_t *places)
{
    const struct rule *rule = &l->w->rs->rules[l->rule];
    for (int i = 0; i < rule->n_rungs && any(places, l->words); i++) {
        if (matches(&rule->rungs[i]) && !with_category)
            continue;
        if (!covers_rung(l->covers, &rule->rungs[i], agency, category, l->room))
            return false;
        for (int k = 0; k < l->words; k++)
            places[k] &= ~l->room[k];
    }
    return true;
}

static void own_places(struct ladder_work *l)
{
    struct space *s = l->w->s;
    int set = box_set(&l->w->rules[l->rule], DIM_REGION);
    memset(l->own, 0, (size_t)l->words * sizeof *l->own);
    for (int i = 0; i < s->lists->regions.n; i++) {
        if (set < 0 || set_has(s, set, s->region.of[i]))
            l->own[i / 64] |= (uint64_t)1 << (i % 64);
    }
}

/* ---- asking whether a referral of the rule's gets there ---- */

static struct lit region_lit(struct ladder_work *l)
{
    struct space *s = l->w->s;
    uint64_t *bits = ARENA_ARRAY(l->w->scratch, (size_t)s->dims[DIM_REGION].size, uint64_t);
    for (int i = 0; bits && i < s->lists->regions.n; i++) {
        if (has(l->empty, i))
            bits[s->region.of[i] / 64] |= (uint64_t)1 << (s->region.of[i] % 64);
    }
    return (struct lit){DIM_REGION, bits ? set_of_bits(s, DIM_REGION, bits) : -1};
}

/* Classes of the categories that find the same as `category`. */
static struct lit category_lit(struct ladder_work *l, int category)
{
    struct space *s = l->w->s;
    uint64_t *bits = ARENA_ARRAY(l->w->scratch, (size_t)s->dims[DIM_CATEGORY].size, uint64_t);
    for (int i = 0; bits && i < s->lists->categories.n && category >= 0; i++) {
        if (covers_speciality(l->covers, i) == covers_speciality(l->covers, category))
            bits[s->category.of[i] / 64] |= (uint64_t)1 << (s->category.of[i] % 64);
    }
    if (bits && category < 0)
        bits[0] |= 1;
    return (struct lit){DIM_CATEGORY, bits ? set_of_bits(s, DIM_CATEGORY, bits) : -1};
}

static int place_in(struct ladder_work *l, int class)
{
    const struct regions *r = &l->w->s->lists->regions;
    int best = -1;
    for (int i = 0; i < r->n; i++) {
        if (has(l->empty, i) && l->w->s->region.of[i] == class &&
            (best < 0 || r->items[i].level > r->items[best].level))
            best = i;
    }
    return best;
}

static int category_in(struct ladder_work *l, int class, int like)
{
    const struct space *s = l->w->s;
    for (int i = 0; like >= 0 && i < s->lists->categories.n; i++) {
        if (s->category.of[i] == class &&
            covers_speciality(l->covers, i) == covers_speciality(l->covers, like))
            return i;
    }
    return s->category.node[class];
}

static struct load free_place(void *context, int organisation)
{
    (void)context, (void)organisation;
    return (struct load){.open = 0, .capacity = 1};
}

/* A referral there, and whether everybody's being free still leaves it in the manual queue. */
static bool show(struct ladder_work *l, struct str agency, int category, bool with_category)
{
    struct work *w = l->w;
    struct finding *f = &l->finding;
    struct decision d;
    if (!work_settle(w, l->rule, f))
        return false;
    struct referral *r = (struct referral *)f->witness;
    r->place = place_in(l, w->point[DIM_REGION]);
    if (with_category)
        r->category = category_in(l, w->point[DIM_CATEGORY], category);
    if (agency.n)
        r->agency = agency;
    struct load_view load = {free_place, NULL};
    if (!decide(w->scratch, w->rs, r, NULL, 0, load, &d))
        return false;
    if (f->doubt == DOUBT_NONE && (d.rule != l->rule || d.organisation >= 0))
        f->doubt = work_doubt(w);
    return true;
}

/* Whether a dimension is a group in which the region has a say. */
static bool hides_region(const struct space *s, int dim)
{
    if (s->dims[dim].kind != DIM_GROUP)
        return false;
    const struct group *g = &s->groups[s->dims[dim].what];
    for (int i = 0; i < g->n; i++) {
        if (g->lits[i].dim == DIM_REGION || hides_region(s, g->lits[i].dim))
            return true;
    }
    return false;
}

static bool box_hides_region(const struct space *s, const struct box *b)
{
    for (int i = 0; i < b->n; i++) {
        if (hides_region(s, b->lits[i].dim))
            return true;
    }
    return false;
}

/* The boxes that the rule's space keeps out of: earlier rules, and where no referral lies in some region.
 * *plain: none of them, nor `inside`, has the region in a group. */
static int keep_out(struct ladder_work *l, const struct box *inside, const struct box **outside, bool *plain)
{
    struct work *w = l->w;
    int n = 0;
    for (int i = meets_next(&w->meets, w->near, 0); i >= 0 && i < l->rule;
         i = meets_next(&w->meets, w->near, i + 1))
        outside[n++] = &w->rules[i];
    for (size_t i = 0; i < w->s->n_never; i++) {
        const struct box *never = &w->s->never[i].box;
        if (box_set(never, DIM_REGION) >= 0 || box_hides_region(w->s, never))
            outside[n++] = never;
    }
    *plain = !box_hides_region(w->s, inside);
    for (int i = 0; i < n; i++)
        *plain = *plain && !box_hides_region(w->s, outside[i]);
    return n;
}

/* Of a set of classes (-1: all), the places without anybody join those found. */
static void add_places(struct ladder_work *l, int set)
{
    const struct space *s = l->w->s;
    for (int i = 0; i < s->lists->regions.n; i++) {
        if (has(l->empty, i) && (set < 0 || set_has(s, set, s->region.of[i])))
            l->found[i / 64] |= (uint64_t)1 << (i % 64);
    }
}

/* The search stands at a point: the places of the rule's space around it and others, by stretches where they
 * are boxes of independent facts, else class by class. */
static bool gather_places(struct ladder_work *l, const struct box *inside)
{
    struct work *w = l->w;
    const struct box **outside =
        ARENA_ARRAY(w->scratch, (size_t)l->rule + w->s->n_never + 1, const struct box *);
    bool plain;
    enum search_result result = outside ? work_first(w, inside, l->rule, -1) : SEARCH_MEMORY;
    int n = outside ? keep_out(l, inside, outside, &plain) : 0;
    for (int told = 0; result == SEARCH_FOUND && told < STRETCHES_MAX; told++) {
        int *point = search_point(w->x);
        struct lit own = {DIM_REGION, set_of_class(w->s, DIM_REGION, point[DIM_REGION])};
        struct box stretch = {&own, 1, false};
        if (plain && !space_expand(w->s, inside, outside, n, point, &stretch))
            return false;
        add_places(l, box_set(&stretch, DIM_REGION));
        search_avoid(w->x, &stretch, -1);
        result = search_run(w->x, w->options->contradictions_max);
    }
    return result != SEARCH_MEMORY;
}

/* Nobody for this agency and category in l->empty: whether the rule decides such a referral. */
static bool ask(struct ladder_work *l, struct str agency, int agency_class, int category, bool with_category)
{
    struct work *w = l->w;
    struct lit lits[3] = {region_lit(l)};
    struct box asked = {lits, 1, false}, inside;
    if (with_category)
        lits[asked.n++] = category_lit(l, category);
    if (agency_class >= 0)
        lits[asked.n++] = (struct lit){DIM_AGENCY, set_of_class(w->s, DIM_AGENCY, agency_class)};
    if (!boxes_both(w->s, &w->rules[l->rule], &asked, &inside))
        return false;
    enum search_result result = inside.empty ? SEARCH_NONE : work_first(w, &inside, l->rule, -1);
    if (result != SEARCH_FOUND)
        return result != SEARCH_MEMORY;
    return (l->finding.witness || show(l, agency, category, with_category)) && gather_places(l, &inside);
}

/* ---- every kind of category and agency that makes a difference ---- */

static bool for_category(struct ladder_work *l, struct str agency, int agency_class, int category,
                         bool with_category)
{
    memcpy(l->empty, l->base, (size_t)l->words * sizeof *l->empty);
    return take_covered(l, agency, category, with_category, l->empty) &&
           (!any(l->empty, l->words) || ask(l, agency, agency_class, category, with_category));
}

static bool for_agency(struct ladder_work *l, struct str agency, int agency_class)
{
    struct work *w = l->w;
    const struct rule *rule = &w->rs->rules[l->rule];
    bool matching = false;
    for (int i = 0; i < rule->n_rungs; i++)
        matching |= matches(&rule->rungs[i]);
    if (!matching)
        return for_category(l, agency, agency_class, -1, false);
    bool *asked = ARENA_ARRAY(w->scratch, (size_t)w->rs->categories.n + 2, bool);
    int set = box_set(&w->rules[l->rule], DIM_CATEGORY);
    for (int c = -1; asked && c < w->rs->categories.n; c++) {
        int class = c < 0 ? 0 : w->s->category.of[c], kind = c < 0 ? -2 : covers_speciality(l->covers, c);
        if (asked[kind + 2] || (set >= 0 && !set_has(w->s, set, class)))
            continue;
        asked[kind + 2] = true;
        if (!for_category(l, agency, agency_class, c, true))
            return false;
    }
    return asked != NULL;
}

/* An agency that sends what the rule takes, and that nobody is stationed with; in *agency when who sends is
 * known. */
static bool agency_without_room(struct ladder_work *l, struct str *agency)
{
    const struct peers *p = l->w->options->bounds.peers;
    struct space *s = l->w->s;
    int modes = box_set(&l->w->rules[l->rule], DIM_MODE), n = 0;
    for (int i = 0; p && i < p->n; i++) {
        roster_stations(&l->w->rs->roster, p->items[i].id, &n);
        bool sends = p->items[i].kind == PEER_AGENCY && n == 0 && modes < 0;
        for (int k = 0; k < s->n_modes && modes >= 0 && !sends; k++)
            sends = p->items[i].kind == PEER_AGENCY && n == 0 && set_has(s, modes, k) &&
                    mode_channel(s->modes[k]) == (int)p->items[i].channel;
        if (sends) {
            *agency = p->items[i].id;
            return true;
        }
    }
    return p == NULL;
}

static bool for_all_agencies(struct ladder_work *l)
{
    struct work *w = l->w;
    struct str agency = STR("");
    int set = box_set(&w->rules[l->rule], DIM_AGENCY);
    bool others = set < 0 || set_has(w->s, set, 0);
    if (others && agency_without_room(l, &agency) && !for_agency(l, STR(""), 0))
        return false;
    for (int i = 0; i < w->s->agencies.n; i++) { /* what those of class 0 send may be another rule's */
        if ((set < 0 || set_has(w->s, set, i + 1)) && !for_agency(l, w->s->agencies.items[i], i + 1))
            return false;
    }
    return true;
}

/* ---- telling ---- */

static bool whole_below(const uint64_t *places, const struct region *r, int i)
{
    for (int k = i; k < r->end; k++) {
        if (!has(places, k))
            return false;
    }
    return true;
}

/* The largest subtrees; a node whose subtree is not all there by itself. */
static bool list_regions(struct ladder_work *l)
{
    const struct regions *r = &l->w->rs->regions;
    int *list = ARENA_ARRAY(l->w->a, LISTED_MAX, int), n = 0;
    for (int i = 0; list && i < r->n; i++) {
        if (!has(l->found, i))
            continue;
        bool whole = whole_below(l->found, &r->items[i], i);
        if (n < LISTED_MAX)
            list[n] = whole ? i : ~i;
        n++;
        i = whole ? r->items[i].end - 1 : i;
    }
    l->finding.regions = list;
    l->finding.n_regions = n < LISTED_MAX ? n : LISTED_MAX;
    l->finding.regions_left_out = n - l->finding.n_regions;
    return list != NULL;
}

static bool look_at_rule(struct ladder_work *l)
{
    struct work *w = l->w;
    own_places(l);
    memcpy(l->base, l->own, (size_t)l->words * sizeof *l->base);
    memset(l->found, 0, (size_t)l->words * sizeof *l->found);
    if (!take_covered(l, STR(""), -1, false, l->base))
        return false;
    if (!any(l->base, l->words))
        return true;
    l->finding = (struct finding){.kind = FINDING_DEAD_END, .rule = l->rule, .classifier = -1};
    return for_all_agencies(l) && (!l->finding.witness || (list_regions(l) && work_add(w, &l->finding)));
}

/* ---- time ---- */

static int workdays(struct duration d, bool up)
{
    int fifths =
        d.unit == DURATION_WORKDAYS ? d.count * 7 : (d.unit == DURATION_MONTHS ? d.count * 30 : d.count) * 5;
    return up ? (fifths + 6) / 7 : fifths / 7;
}

static bool rung_ever_serves(struct ladder_work *l, const struct rung *r, bool *serves)
{
    if (matches(r) || r->to.stationed) {
        *serves = true; /* for some category or agency */
        return true;
    }
    if (!covers_rung(l->covers, r, STR(""), -1, l->room))
        return false;
    *serves = false;
    for (int i = 0; i < l->words; i++)
        *serves |= (l->room[i] & l->own[i]) != 0;
    return true;
}

static bool time_rule(struct ladder_work *l)
{
    struct work *w = l->w;
    const struct rule *rule = &w->rs->rules[l->rule];
    struct climb_time worst = {.rule = -1};
    int set = box_set(&w->rules[l->rule], DIM_MODE);
    for (int m = 0; m < w->s->n_modes; m++) {
        const struct mode_policy *policy = &w->rs->policies.modes[w->s->modes[m]];
        struct climb_time t = {
            .rule = l->rule, .mode = w->s->modes[m], .limit = workdays(policy->finish_within, false)};
        if (set >= 0 && !set_has(w->s, set, m))
            continue;
        for (int i = 0; i < rule->n_rungs; i++) {
            bool serves;
            if (!rung_ever_serves(l, &rule->rungs[i], &serves))
                return false;
            const struct duration own = rule->rungs[i].respond_within;
            t.workdays += serves ? workdays(own.count ? own : policy->respond_within, true) : 0;
            t.rungs += serves;
        }
        if (worst.rule < 0 || t.workdays - t.limit > worst.workdays - worst.limit)
            worst = t;
    }
    struct climb_time *slot = worst.rule < 0 ? NULL : ARENA_PUSH(w->a, w->climbs, w->n_climbs, w->cap_climbs);
    if (slot)
        *slot = worst;
    return worst.rule < 0 || slot;
}

bool analyse_ladders(struct work *w)
{
    struct ladder_work l = {.w = w, .covers = covers_new(w->scratch, w->rs)};
    if (!l.covers)
        return false;
    l.words = covers_words(l.covers);
    uint64_t **sets[] = {&l.own, &l.base, &l.empty, &l.found, &l.room};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        *sets[i] = ARENA_ARRAY(w->scratch, (size_t)l.words, uint64_t);
        if (!*sets[i])
            return false;
    }
    for (l.rule = 0; l.rule < w->n; l.rule++) {
        if (w->state[l.rule] != RULE_DEAD && w->rs->rules[l.rule].outcome == OUTCOME_ASSIGNED &&
            (!look_at_rule(&l) || !time_rule(&l)))
            return false;
        work_tick(w);
    }
    return true;
}
