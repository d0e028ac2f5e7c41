/*
 * world.h - a small province to decide in, for the tests of match, ladder and decide
 *
 * Regions: 32 > 3201, 3205 > 320501, 320502 > 320501001, 320501002, ... > two villages each. Categories:
 * labour > wages > overtime; neighbour. Organisations, rules and words are the test's own.
 */
#ifndef TESTS_UNIT_CORE_WORLD_H
#define TESTS_UNIT_CORE_WORLD_H

#include "base/check.h"
#include "base/fold.h"
#include "core/decide.h"

enum { LABOUR, WAGES, OVERTIME, NEIGHBOUR, N_CATEGORIES };

#define WORLD_ORGS_MAX 2000

struct world {
    struct arena *a;
    struct ruleset rs;
    struct organisation orgs[WORLD_ORGS_MAX];
    int n_orgs;
    struct load loads[WORLD_ORGS_MAX]; /* by index in the roster, after world_roster() */
    int asked;                         /* how often the load view was */
};

static inline void world_region(struct world *w, struct region *items, int *n, const char *prefix, int number,
                                int width, enum region_kind kind)
{
    items[(*n)++] =
        (struct region){.code = arena_printf(w->a, "%s%0*d", prefix, width, number), .kind = kind};
}

static inline void world_regions(struct world *w)
{
    static const char *const cities[] = {"01", "05"};
    struct region *items = ARENA_ARRAY(w->a, 100, struct region);
    const char *why;
    int n = 0;
    items[n++] = (struct region){.code = STR("32"), .kind = REGION_PROVINCE};
    for (int c = 0; c < 2; c++) {
        const char *city = arena_printf(w->a, "32%s", cities[c]).p;
        items[n++] = (struct region){.code = str_from(city), .kind = REGION_CITY};
        for (int k = 1; k <= 2; k++) {
            world_region(w, items, &n, city, k, 2, REGION_COUNTY);
            const char *county = items[n - 1].code.p;
            for (int t = 1; t <= 2; t++) {
                world_region(w, items, &n, county, t, 3, t == 1 ? REGION_SUBDISTRICT : REGION_TOWN);
                const char *town = items[n - 1].code.p;
                world_region(w, items, &n, town, 1, 3, REGION_COMMUNITY);
                world_region(w, items, &n, town, 200, 3, REGION_VILLAGE);
            }
        }
    }
    assert_int_equal(regions_build(items, n, &why), -1);
    w->rs.regions = (struct regions){items, n};
}

static inline void world_categories(struct world *w)
{
    static const char *const tree[N_CATEGORIES][2] = {[LABOUR] = {"labour", ""},
                                                      [WAGES] = {"wages", "labour"},
                                                      [OVERTIME] = {"overtime", "wages"},
                                                      [NEIGHBOUR] = {"neighbour", ""}};
    struct category *items = ARENA_ARRAY(w->a, N_CATEGORIES, struct category);
    struct category_name *names = ARENA_ARRAY(w->a, N_CATEGORIES, struct category_name);
    const char *why;
    for (int i = 0; i < N_CATEGORIES; i++) {
        items[i] = (struct category){.code = str_from(tree[i][0]), .parent_code = str_from(tree[i][1])};
        names[i] = (struct category_name){items[i].code, i};
    }
    assert_int_equal(
        categories_build(w->a, items, N_CATEGORIES, names, N_CATEGORIES, &w->rs.categories, &why), -1);
}

static inline struct world *world_new(void)
{
    struct world *w = calloc(1, sizeof *w);
    w->a = arena_new(0);
    w->rs.refs = 1;
    world_regions(w);
    world_categories(w);
    for (int i = 0; i < MODE_LIMIT; i++) {
        w->rs.policies.modes[i].respond_within = (struct duration){3, DURATION_WORKDAYS};
        w->rs.policies.modes[i].finish_within = (struct duration){30, DURATION_DAYS};
    }
    return w;
}

static inline void world_free(struct world *w)
{
    arena_free(w->a);
    free(w);
}

static inline int world_place(const struct world *w, const char *code)
{
    int i = region_find(&w->rs.regions, str_from(code));
    assert_true(i >= 0);
    return i;
}

static inline struct organisation *world_org(struct world *w, const char *id, enum org_kind kind,
                                             const char *region)
{
    assert_true(w->n_orgs < WORLD_ORGS_MAX);
    struct organisation *o = &w->orgs[w->n_orgs++];
    *o = (struct organisation){.id = arena_str(w->a, str_from(id)),
                               .kind = kind,
                               .region = world_place(w, region),
                               .capacity = 10,
                               .rating = 3};
    return o;
}

/* Sorts and indexes the organisations; all of them free. */
static inline void world_roster(struct world *w)
{
    roster_build(w->a, w->orgs, w->n_orgs, &w->rs.regions, &w->rs.roster);
    assert_int_equal(w->rs.roster.n, w->n_orgs);
    for (int i = 0; i < w->n_orgs; i++)
        w->loads[i] = (struct load){0, w->orgs[i].capacity};
}

static inline int world_find(const struct world *w, const char *id)
{
    int i = roster_find(&w->rs.roster, str_from(id));
    assert_true(i >= 0);
    return i;
}

static inline struct load world_load_of(void *context, int organisation)
{
    struct world *w = context;
    w->asked++;
    return w->loads[organisation];
}

static inline struct load_view world_load(struct world *w)
{
    return (struct load_view){world_load_of, w};
}

static inline struct referral world_referral(const struct world *w, const char *place)
{
    return (struct referral){.channel = CHANNEL_COURT,
                             .mode = MODE_COURT_PRE_FILING,
                             .agency = STR("court-320501"),
                             .place = world_place(w, place),
                             .category = -1,
                             .earlier = {.organisation = -1}};
}

/* The id of an organisation, or "-". */
static inline const char *world_id(const struct world *w, int organisation)
{
    return organisation < 0 ? "-" : w->rs.roster.items[organisation].id.p;
}

#endif
