/*
 * equal_parts.h - what a random rule set consists of, the small vocabulary it is made from, and the dice
 *
 * Everything follows from the seed in `rng`.
 */
#ifndef TESTS_UNIT_CORE_EQUAL_PARTS_H
#define TESTS_UNIT_CORE_EQUAL_PARTS_H

#include "core/ruleindex.h"
#include "core/world.h"

#define KIDS_MAX     3
#define OPERANDS_MAX 3
#define RULES_MAX    6000
#define CLASSIFIERS_MAX 200
#define MODEL_ORGS   24

struct tree {
    enum cond_kind kind;
    const struct tree *kids[KIDS_MAX];
    int n;                       /* of kids, or operands */
    uint64_t set, roles;
    int list[OPERANDS_MAX];
    const char *strings[OPERANDS_MAX];
    int64_t low, high;
    const char *currency;
    int foreign, minor;
};

struct model_rule {
    const struct tree *when;
    struct rule rule;
};
/* `weigh`, as its table has it. */
#define WEIGH_PARTS_MAX 2
#define WEIGH_WORDS_MAX 2
#define WEIGH_LINES_MAX 8
struct model_line {
    int words[WEIGH_PARTS_MAX][WEIGH_WORDS_MAX]; /* of model_words; a word of each part must occur */
    int n_words[WEIGH_PARTS_MAX], n_parts;
    int category;    /* -1: none */
    const char *tag; /* NULL: none. Neither: a mask */
    int points;
    bool short_only;
};
struct model_weigh {
    struct model_line lines[WEIGH_LINES_MAX];
    int n_lines, at_least, lead, repeats, short_text;
    bool tags; /* it sets tags, and no category */
};

struct model_classifier {
    const struct tree *when;
    const struct model_weigh *weigh; /* NULL: none */
    struct classifier classifier;
};

struct model {
    struct world *w;
    uint64_t rng;
    enum cond_kind palette[6]; /* the kinds that conditions of this set are of, so that they meet */
    int n_palette;             /* 0: all kinds */
    struct model_rule rules[RULES_MAX];
    struct model_classifier classifiers[CLASSIFIERS_MAX];
    int n_rules, n_classifiers;
    /* What core is given of them, in order. */
    struct rule kept_rules[RULES_MAX];
    struct classifier kept_classifiers[CLASSIFIERS_MAX];
};

/* A referral with what folding took apart. */
struct facts {
    struct referral r;
    const char *summary, *source;
    int excluded[2], n_excluded;
};

static const char *const model_words[] = {"工资", "拖欠工资", "欠工", "漏水", "楼上漏水", "水", "水水", "骑手", "abc", "bc", "abcd"};
static const char *const model_tags[] = {"wages", "vip", "noise", "platform-worker", "a", "b", "arrears"};
static const char *const model_agencies[] = {"court-320501", "court-320502", "police-3201", "c"};
static const char *const model_offences[] = {"", "盗窃罪", "故意伤害罪", "抢劫罪"};
static const char *const model_sources[] = {"", "劳动争议", "邻里", "欠薪"};
static const char *const model_credit[] = {"", "91320500AAAAAAAAAA", "91320500BBBBBBBBBB"};
static const char *const model_currencies[] = {"CNY", "USD", "EUR"};
static const char *const model_languages[] = {"en", "ja", "zh"};
/* code, parent */
static const char *const model_categories[][2] = {
    {"labour", ""},        {"neighbour", ""}, {"wages", "labour"}, {"overtime", "wages"},      {"noise", "neighbour"},
    {"platform", "labour"}, {"arrears", "wages"}, {"damage", ""},   {"traffic", "damage"},     {"medical", "damage"},
};
#define COUNT(array) (int)(sizeof(array) / sizeof *(array))

static inline int pick(struct model *m, int limit)
{
    return random_below(&m->rng, limit);
}

static inline bool chance(struct model *m, int percent)
{
    return pick(m, 100) < percent;
}

#define PICK_OF(m, array) (array)[pick((m), COUNT(array))]

static inline uint64_t some_bits(struct model *m, int first, int limit)
{
    uint64_t set = 0;
    for (int n = 1 + pick(m, 3); n > 0; n--)
        set |= UINT64_C(1) << (first + pick(m, limit - first));
    return set;
}

static inline int some_mode(struct model *m)
{
    int n = 0;
    while (mode_words[n].word)
        n++;
    return mode_words[pick(m, n)].value;
}

static inline int distinct(struct model *m, int *list, int limit)
{
    int n = 0;
    for (int wanted = 1 + pick(m, OPERANDS_MAX); wanted > 0; wanted--) {
        int value = pick(m, limit);
        bool there = false;
        for (int i = 0; i < n; i++)
            there = there || list[i] == value;
        if (!there)
            list[n++] = value;
    }
    return n;
}

#endif
