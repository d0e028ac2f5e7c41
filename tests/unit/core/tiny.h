/*
 * tiny.h - random rule sets so small that every referral can be tried, for the proofs of space and analyse
 *
 * A rule set speaks of a few aspects; the referrals are all combinations of their values, chosen so that each
 * class that a condition can cut out has one. What nobody speaks of keeps its first value.
 */
#ifndef TESTS_UNIT_CORE_TINY_H
#define TESTS_UNIT_CORE_TINY_H

#include "base/check.h"
#include "core/decide.h"
#include "core/match.h"
#include "core/space.h"

static uint64_t tiny_last_seed; /* of tiny_make() */

enum aspect {
    ASPECT_MODE,
    ASPECT_CATEGORY,
    ASPECT_REGION,
    ASPECT_CLAIM,
    ASPECT_TAGS,
    ASPECT_TEXT,
    ASPECT_RISK,
    ASPECT_PARTIES,
    ASPECT_VILLAGE,
    ASPECT_AGE,
    ASPECT_ARRIVED,
    ASPECT_EARLIER,
    ASPECT_OFFENCE,
    ASPECT_SOURCE,
    ASPECT_AGENCY,
    ASPECTS
};

#define TINY_RULES_MAX 8
#define TINY_CONDS_MAX 64
#define TINY_FRIDAY    20462 /* 2026-01-09 */

struct tiny_parties {
    struct party_facts items[3];
    int n;
};

struct tiny {
    struct arena *a;
    uint64_t random;
    struct ruleset rs;
    struct rule rules[TINY_RULES_MAX];
    struct classifier classifiers[3];
    bool spoken[ASPECTS]; /* the aspects that the rules may use */
    struct tiny_parties parties[200];
    int n_parties;
    int at[ASPECTS]; /* the referral at hand */
    struct referral referral;
};

static const struct str tiny_words[] = {{"工资", 6}, {"拖欠工资", 12}, {"邻居", 6}};
static const struct str tiny_texts[] = {{"", 0},     {"工资", 6},        {"拖欠工资", 12},
                                        {"邻居", 6}, {"工资。邻居", 15}, {"邻居。拖欠工资", 21}};
static const struct str tiny_tags[] = {{"t", 1}, {"u", 1}};
static const struct str tiny_offences[] = {
    {"", 0}, {"盗窃罪", 9}, {"失火罪", 9}, {"放火罪", 9}}; /* the last is named by nobody */
static const struct str tiny_sources[] = {{"", 0}, {"工资类", 9}, {"其他", 6}, {"杂", 3}};
static const struct str tiny_agencies[] = {{"x", 1}, {"court-a", 7}, {"court-b", 7}};
static const int tiny_modes[] = {MODE_COURT_PRE_FILING, MODE_COURT_POST_FILING_SUMMARY, MODE_POLICE_CIVIL,
                                 MODE_PETITION_APPEAL};
static const struct {
    const char *currency; /* NULL: none claimed */
    int64_t minor;
} tiny_claims[] = {{NULL, 0},  {"CNY", 0},   {"CNY", 500}, {"CNY", 501},  {"CNY", 1001}, {"CNY", 1002},
                   {"USD", 0}, {"USD", 500}, {"USD", 501}, {"USD", 1001}, {"USD", 1002}, {"EUR", 500}};
static const int tiny_ages[] = {-1, 0, 30, 31};
static const int tiny_moments[][2] = {{0, 600}, {0, 1200}, {1, 600}, {2, 600},
                                      {3, 600}, {3, 1200}, {4, 600}, {4, 1200}}; /* day, minute */
static const int tiny_earlier[][2] = {{0, 0},  {1, 0},  {1, 5}, {1, 10}, {1, 11}, {2, 0}, {2, 5},
                                      {2, 10}, {2, 11}, {3, 0}, {3, 5},  {3, 10}, {3, 11}};

#define TINY_N(list) (int)(sizeof(list) / sizeof *(list))

/* ---- lists ---- */

static inline void tiny_lists(struct tiny *t)
{
    static const char *const codes[] = {"32",           "3201",   "320101", "320101001",
                                        "320101001001", "320102", "3205"};
    static const char *const tree[][2] = {
        {"labour", ""}, {"wages", "labour"}, {"rider", "labour"}, {"home", ""}};
    static const enum region_kind kinds[] = {REGION_PROVINCE, REGION_CITY,   REGION_COUNTY, REGION_TOWN,
                                             REGION_VILLAGE,  REGION_COUNTY, REGION_CITY};
    struct region *regions = ARENA_ARRAY(t->a, TINY_N(codes), struct region);
    struct category *items = ARENA_ARRAY(t->a, TINY_N(tree), struct category);
    struct category_name *names = ARENA_ARRAY(t->a, TINY_N(tree), struct category_name);
    const char *why;
    for (int i = 0; i < TINY_N(codes); i++)
        regions[i] =
            (struct region){.code = str_from(codes[i]), .name = str_from(codes[i]), .kind = kinds[i]};
    assert_int_equal(regions_build(regions, TINY_N(codes), &why), -1);
    t->rs.regions = (struct regions){.items = regions, .n = TINY_N(codes)};
    for (int i = 0; i < TINY_N(tree); i++) {
        items[i] = (struct category){
            .code = str_from(tree[i][0]), .parent_code = str_from(tree[i][1]), .name = str_from(tree[i][0])};
        names[i] = (struct category_name){items[i].code, i};
    }
    assert_int_equal(
        categories_build(t->a, items, TINY_N(tree), names, TINY_N(tree), &t->rs.categories, &why), -1);
    roster_build(t->a, NULL, 0, &t->rs.regions, &t->rs.roster);
    t->rs.words = textscan_build(t->a, tiny_words, TINY_N(tiny_words));
}

static inline struct party_facts tiny_party(int type)
{
    return (struct party_facts){.kind = type & 1 ? PARTY_ENTERPRISE : PARTY_PERSON,
                                .role = type & 2 ? PARTY_RESPONDENT : PARTY_APPLICANT,
                                .minor = type & 2,
                                .foreign = type & 4,
                                .address = -1};
}

/* One to three parties, each of eight types. */
static inline void tiny_all_parties(struct tiny *t)
{
    for (int a = 0; a < 8; a++) {
        t->parties[t->n_parties++] = (struct tiny_parties){{tiny_party(a)}, 1};
        for (int b = a; b < 8; b++) {
            t->parties[t->n_parties++] = (struct tiny_parties){{tiny_party(a), tiny_party(b)}, 2};
            for (int c = b; c < 8; c++)
                t->parties[t->n_parties++] =
                    (struct tiny_parties){{tiny_party(a), tiny_party(b), tiny_party(c)}, 3};
        }
    }
}

/* ---- random conditions ---- */

static inline int *tiny_ints(struct tiny *t, int limit, int *n)
{
    int *list = ARENA_ARRAY(t->a, 2, int);
    *n = 1 + (random_below(&t->random, 3) == 0);
    for (int i = 0; i < *n; i++)
        list[i] = random_below(&t->random, limit);
    return list;
}

static inline const struct str *tiny_strs(struct tiny *t, const struct str *from, int limit, int *n)
{
    struct str *list = ARENA_ARRAY(t->a, 2, struct str);
    *n = 1 + random_below(&t->random, 2);
    for (int i = 0; i < *n; i++)
        list[i] = from[random_below(&t->random, limit)];
    return list;
}

static inline void tiny_range(struct tiny *t, struct cond *c, int64_t a, int64_t b)
{
    int64_t cuts[] = {a, b};
    int which = random_below(&t->random, 3);
    c->low = which == 0 ? 0 : cuts[random_below(&t->random, 2)];
    c->high = which == 1 ? INT64_MAX : cuts[random_below(&t->random, 2)];
    if (c->high < c->low)
        c->high = INT64_MAX;
}

static inline struct cond tiny_leaf(struct tiny *t, enum aspect aspect)
{
    struct cond c = {.line = 1};
    int pick = random_below(&t->random, 3);
    switch (aspect) {
    case ASPECT_MODE:
        c.kind = pick ? COND_CHANNEL : COND_MODE;
        c.set = pick == 0   ? (uint64_t)1 << MODE_COURT_PRE_FILING
                : pick == 1 ? 1u << CHANNEL_COURT
                            : 1u << CHANNEL_COURT | 1u << CHANNEL_POLICE;
        break;
    case ASPECT_CATEGORY:
        c.kind = pick == 0 ? COND_CATEGORY_MISSING : pick == 1 ? COND_CATEGORY_IS : COND_CATEGORY_UNDER;
        c.list = tiny_ints(t, 4, &c.n);
        break;
    case ASPECT_REGION:
        pick = random_below(&t->random, 6);
        c.kind = pick == 0   ? COND_REGION_LEVEL
                 : pick == 1 ? COND_REGION_KIND
                 : pick == 2 ? COND_REGION_IS
                             : COND_REGION_WITHIN;
        c.set = pick == 0 ? 1u << (1 + random_below(&t->random, 5)) : 1u << REGION_COUNTY | 1u << REGION_CITY;
        c.list = tiny_ints(t, 7, &c.n);
        break;
    case ASPECT_CLAIM:
        c.kind = pick == 0 ? COND_CLAIM_MISSING : COND_CLAIM;
        memcpy(c.currency, random_below(&t->random, 5) ? "CNY" : "USD", 4);
        tiny_range(t, &c, 500, 1001);
        break;
    case ASPECT_TAGS:
        c.kind = COND_TAGS;
        c.strings = tiny_strs(t, tiny_tags, 2, &c.n);
        break;
    case ASPECT_TEXT:
        c.kind = COND_TEXT;
        c.list = tiny_ints(t, 3, &c.n);
        break;
    case ASPECT_RISK:
        c.kind = COND_RISK;
        c.set = pick == 0 ? RISK_VIOLENCE : pick == 1 ? RISK_GROUP : RISK_VIOLENCE | RISK_GROUP;
        break;
    case ASPECT_PARTIES:
        c.kind = random_below(&t->random, 3) ? COND_PARTY : COND_PARTIES;
        c.party.foreign = c.party.minor = -1;
        if (pick == 0)
            c.party.foreign = 1;
        else if (pick == 1)
            c.party.kinds = 1u << PARTY_ENTERPRISE;
        else {
            c.party.roles = 1u << PARTY_RESPONDENT;
            c.party.minor = 1;
        }
        tiny_range(t, &c, 2, 3);
        break;
    case ASPECT_VILLAGE:
        c.kind = COND_SAME_VILLAGE;
        break;
    case ASPECT_AGE:
        c.kind = pick == 0 ? COND_AGE_MISSING : COND_AGE;
        tiny_range(t, &c, 30, 30);
        break;
    case ASPECT_ARRIVED:
        c.kind = pick == 0 ? COND_WORKING_TIME : COND_ARRIVED;
        tiny_range(t, &c, TINY_FRIDAY + 1, TINY_FRIDAY + 3);
        break;
    case ASPECT_EARLIER:
        c.kind = pick == 0 ? COND_EARLIER_COUNT : COND_EARLIER;
        tiny_range(t, &c, pick ? 0 : 1, pick ? 10 : 2);
        break;
    case ASPECT_OFFENCE:
        c.kind = COND_OFFENCE;
        c.strings = tiny_strs(t, tiny_offences, 3, &c.n);
        break;
    case ASPECT_SOURCE:
        c.kind = COND_SOURCE_CATEGORY;
        c.strings = tiny_strs(t, tiny_sources, 3, &c.n);
        break;
    default:
        c.kind = COND_AGENCY;
        c.strings = tiny_strs(t, tiny_agencies + 1, 2, &c.n);
        break;
    }
    return c;
}

static inline enum aspect tiny_aspect(struct tiny *t)
{
    int aspect = random_below(&t->random, ASPECTS);
    while (!t->spoken[aspect])
        aspect = (aspect + 1) % ASPECTS;
    return (enum aspect)aspect;
}

/* A group of one to three into items[*n]; `depth` of 0 gives leaves only. */
static inline void tiny_group(struct tiny *t, struct cond *items, int *n, enum cond_kind kind, int depth)
{
    int at = (*n)++, many = 1 + random_below(&t->random, 3);
    for (int i = 0; i < many; i++) {
        int inner = depth ? random_below(&t->random, 5) : 9;
        if (inner == 0)
            tiny_group(t, items, n, COND_NOT, depth - 1);
        else if (inner == 1)
            tiny_group(t, items, n, COND_ANY, depth - 1);
        else if (inner == 2 && depth > 1)
            tiny_group(t, items, n, COND_ALL, depth - 1);
        else
            items[(*n)++] = tiny_leaf(t, tiny_aspect(t));
    }
    items[at] = (struct cond){.kind = kind, .span = *n - at - 1, .line = 1};
}

static inline const struct cond *tiny_when(struct tiny *t, int *n)
{
    struct cond *items = ARENA_ARRAY(t->a, TINY_CONDS_MAX, struct cond);
    *n = 0;
    tiny_group(t, items, n, COND_ALL, random_below(&t->random, 3));
    assert_true(*n < TINY_CONDS_MAX);
    return items;
}

/* ---- random rule sets ---- */

static inline void tiny_outcome(struct tiny *t, struct rule *r)
{
    static const struct str reasons[] = {{"a", 1}, {"b", 1}, {"c", 1}};
    r->outcome = random_below(&t->random, 4) ? OUTCOME_MANUAL : OUTCOME_REFUSED;
    r->code = reasons[random_below(&t->random, 3)];
}

static inline enum aspect tiny_aspect_of(enum cond_kind kind)
{
    static const enum aspect aspects[COND_KIND_LIMIT] = {
        [COND_CHANNEL] = ASPECT_MODE,
        [COND_MODE] = ASPECT_MODE,
        [COND_CATEGORY_UNDER] = ASPECT_CATEGORY,
        [COND_CATEGORY_IS] = ASPECT_CATEGORY,
        [COND_CATEGORY_MISSING] = ASPECT_CATEGORY,
        [COND_REGION_WITHIN] = ASPECT_REGION,
        [COND_REGION_IS] = ASPECT_REGION,
        [COND_REGION_LEVEL] = ASPECT_REGION,
        [COND_REGION_KIND] = ASPECT_REGION,
        [COND_CLAIM] = ASPECT_CLAIM,
        [COND_CLAIM_MISSING] = ASPECT_CLAIM,
        [COND_TAGS] = ASPECT_TAGS,
        [COND_OFFENCE] = ASPECT_OFFENCE,
        [COND_SOURCE_CATEGORY] = ASPECT_SOURCE,
        [COND_AGENCY] = ASPECT_AGENCY,
        [COND_RISK] = ASPECT_RISK,
        [COND_TEXT] = ASPECT_TEXT,
        [COND_PARTY] = ASPECT_PARTIES,
        [COND_PARTIES] = ASPECT_PARTIES,
        [COND_SAME_VILLAGE] = ASPECT_VILLAGE,
        [COND_AGE] = ASPECT_AGE,
        [COND_AGE_MISSING] = ASPECT_AGE,
        [COND_ARRIVED] = ASPECT_ARRIVED,
        [COND_WORKING_TIME] = ASPECT_ARRIVED,
        [COND_EARLIER] = ASPECT_EARLIER,
        [COND_EARLIER_COUNT] = ASPECT_EARLIER,
    };
    return aspects[kind];
}

/* As an operator does: an earlier rule copied, and one condition changed. */
static inline void tiny_copy(struct tiny *t, const struct rule *from, struct rule *r)
{
    struct cond *items = ARENA_ARRAY(t->a, TINY_CONDS_MAX, struct cond);
    memcpy(items, from->when, (size_t)from->n_when * sizeof *items);
    int at = random_below(&t->random, from->n_when);
    while (items[at].kind <= COND_NOT && random_below(&t->random, 8))
        at = random_below(&t->random, from->n_when);
    if (items[at].kind > COND_NOT)
        items[at] = tiny_leaf(t, tiny_aspect_of(items[at].kind));
    r->when = items;
    r->n_when = from->n_when;
    if (random_below(&t->random, 4)) {
        r->outcome = from->outcome;
        r->code = from->code;
    }
}

static inline void tiny_classifier(struct tiny *t, struct classifier *c)
{
    *c = (struct classifier){.category = random_below(&t->random, 3) ? random_below(&t->random, 4) : -1};
    c->when = tiny_when(t, &c->n_when);
    if (c->category < 0 || random_below(&t->random, 2)) {
        c->tags = &tiny_tags[random_below(&t->random, 2)];
        c->n_tags = 1;
    }
}

static inline void tiny_make(struct tiny *t, uint64_t seed)
{
    tiny_last_seed = seed;
    *t = (struct tiny){.a = arena_new(0), .random = seed};
    tiny_lists(t);
    tiny_all_parties(t);
    int many = 1 + random_below(&t->random, 4);
    for (int i = 0; i < many; i++)
        t->spoken[random_below(&t->random, ASPECTS)] = true;
    t->rs.n_rules = 1 + random_below(&t->random, TINY_RULES_MAX - 1);
    for (int i = 0; i < t->rs.n_rules; i++) {
        t->rules[i] = (struct rule){
            .id = arena_printf(t->a, "r%d", i), .file = STR("rules/x.yaml"), .line = (unsigned)i + 1};
        t->rules[i].when = tiny_when(t, &t->rules[i].n_when);
        tiny_outcome(t, &t->rules[i]);
        if (i > 0 && random_below(&t->random, 2))
            tiny_copy(t, &t->rules[random_below(&t->random, 2) ? i - 1 : random_below(&t->random, i)],
                      &t->rules[i]);
    }
    t->rs.n_classifiers = random_below(&t->random, 4);
    for (int i = 0; i < t->rs.n_classifiers; i++)
        tiny_classifier(t, &t->classifiers[i]);
    if (t->rs.n_classifiers) /* they may set what nobody speaks of */
        t->spoken[ASPECT_TAGS] = t->spoken[ASPECT_CATEGORY] = true;
    t->rs.rules = t->rules;
    t->rs.classifiers = t->classifiers;
}

static inline void tiny_free(struct tiny *t)
{
    arena_free(t->a);
}

static inline struct bounds tiny_bounds(void)
{
    return (struct bounds){.parties_min = 1, .parties_max = 3, .claim_max = 100000, .today = TINY_FRIDAY};
}

/* ---- every referral ---- */

static inline int tiny_values(const struct tiny *t, enum aspect aspect)
{
    switch (aspect) {
    case ASPECT_MODE:
        return TINY_N(tiny_modes);
    case ASPECT_CATEGORY:
        return 5;
    case ASPECT_REGION:
        return t->rs.regions.n;
    case ASPECT_CLAIM:
        return TINY_N(tiny_claims);
    case ASPECT_TAGS:
        return 4;
    case ASPECT_TEXT:
        return TINY_N(tiny_texts);
    case ASPECT_RISK:
        return 4;
    case ASPECT_PARTIES:
        return t->n_parties;
    case ASPECT_VILLAGE:
        return 2;
    case ASPECT_AGE:
        return TINY_N(tiny_ages);
    case ASPECT_ARRIVED:
        return TINY_N(tiny_moments);
    case ASPECT_EARLIER:
        return TINY_N(tiny_earlier);
    case ASPECT_OFFENCE:
        return TINY_N(tiny_offences);
    case ASPECT_SOURCE:
        return TINY_N(tiny_sources);
    default:
        return TINY_N(tiny_agencies);
    }
}

static inline void tiny_fill(struct tiny *t)
{
    struct referral *r = &t->referral;
    static struct str tags[2];
    static struct party_facts parties[3];
    static char folded[64];
    const int *moment = tiny_moments[t->at[ASPECT_ARRIVED]], *earlier = tiny_earlier[t->at[ASPECT_EARLIER]];
    int32_t day = TINY_FRIDAY + moment[0];
    *r = (struct referral){.mode = (enum mode)tiny_modes[t->at[ASPECT_MODE]], .place = t->at[ASPECT_REGION]};
    r->channel = (enum channel)mode_channel((int)r->mode);
    r->agency = tiny_agencies[t->at[ASPECT_AGENCY]];
    r->offence = tiny_offences[t->at[ASPECT_OFFENCE]];
    r->category = t->at[ASPECT_CATEGORY] - 1;
    r->has_claim = tiny_claims[t->at[ASPECT_CLAIM]].currency != NULL;
    r->claim_minor = tiny_claims[t->at[ASPECT_CLAIM]].minor;
    memcpy(r->currency, r->has_claim ? tiny_claims[t->at[ASPECT_CLAIM]].currency : "", r->has_claim ? 4 : 1);
    for (int i = 0; i < 2; i++) {
        if (t->at[ASPECT_TAGS] >> i & 1)
            tags[r->n_tags++] = tiny_tags[i];
    }
    r->tags = tags;
    r->risk = (t->at[ASPECT_RISK] & 1 ? RISK_VIOLENCE : 0u) | (t->at[ASPECT_RISK] & 2 ? RISK_GROUP : 0u);
    const struct tiny_parties *p = &t->parties[t->at[ASPECT_PARTIES]];
    r->n_parties = p->n;
    for (int i = 0; i < p->n; i++) {
        parties[i] = p->items[i];
        parties[i].address = t->at[ASPECT_VILLAGE] ? 4 : -1;
    }
    r->parties = parties;
    r->arrived_ms = calendar_ms_of_day(day) + moment[1] * 60000;
    r->occurred_on = tiny_ages[t->at[ASPECT_AGE]] < 0 ? 0 : day - tiny_ages[t->at[ASPECT_AGE]];
    r->earlier = (struct earlier){earlier[0], earlier[0] ? calendar_ms_of_day(day - earlier[1]) : 0, -1};
    r->folded = (struct str){folded, (size_t)snprintf(folded, sizeof folded, STR_FMT "\n" STR_FMT,
                                                      STR_ARG(tiny_texts[t->at[ASPECT_TEXT]]),
                                                      STR_ARG(tiny_sources[t->at[ASPECT_SOURCE]]))};
}

/* Before the first call, zero t->at and call tiny_fill(). False after the last one. */
static inline bool tiny_next(struct tiny *t)
{
    for (int i = 0; i < ASPECTS; i++) {
        if (!t->spoken[i] && !(i == ASPECT_PARTIES && t->spoken[ASPECT_VILLAGE]))
            continue;
        if (++t->at[i] < tiny_values(t, (enum aspect)i)) {
            tiny_fill(t);
            return true;
        }
        t->at[i] = 0;
    }
    return false;
}

static inline void tiny_first(struct tiny *t)
{
    memset(t->at, 0, sizeof t->at);
    tiny_fill(t);
}

/* Teardown of a test: which one it was, for whoever has to mend it. */
static inline int tiny_tell_seed(void **state)
{
    (void)state;
    print_message("# last seed %llu\n", (unsigned long long)tiny_last_seed);
    return 0;
}

#endif
