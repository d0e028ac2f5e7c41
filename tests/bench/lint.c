/*
 * lint.c - how long the analysis of many rules takes: lint N [CONFIG]
 *
 * Rules are made up over the real regions and categories of a configuration, from the particular to the
 * general, with the overlap of a grown rule set. Prints one line of JSON.
 */
#include "base/clock.h"
#include "conf/load.h"
#include "core/analyse.h"

#include <inttypes.h>
#include <stdlib.h>

#define WORDS 5000

struct made {
    struct arena *a;
    struct ruleset rs;
    uint64_t random;
};

static uint64_t next(struct made *m)
{
    uint64_t z = m->random += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static int below(struct made *m, int limit)
{
    return (int)(next(m) % (uint64_t)limit);
}

/* Words of two to four made-up syllables; some stand within others. */
static void make_words(struct made *m)
{
    struct str *words = ARENA_ARRAY(m->a, WORDS, struct str);
    for (int i = 0; i < WORDS; i++) {
        char text[32];
        int n = 2 + below(m, 3), at = 0;
        for (int k = 0; k < n; k++) {
            unsigned c = 0x4e00 + (unsigned)below(m, 2000);
            at += snprintf(text + at, sizeof text - (size_t)at, "%c%c%c", 0xe0 | (c >> 12),
                           0x80 | (c >> 6 & 63), 0x80 | (c & 63));
        }
        words[i] = arena_str(m->a, (struct str){text, (size_t)at});
    }
    m->rs.words = textscan_build(m->a, words, WORDS);
}

static int *some(struct made *m, int limit, int n)
{
    int *list = ARENA_ARRAY(m->a, (size_t)n, int);
    for (int i = 0; i < n; i++)
        list[i] = below(m, limit);
    return list;
}

/* A region of the level, or near it. */
static int region(struct made *m, int level)
{
    int i = below(m, m->rs.regions.n);
    while ((int)m->rs.regions.items[i].level > level)
        i = m->rs.regions.items[i].parent;
    return i;
}

/* `general` from 0 to 99: the more, the fewer conditions. */
static void make_when(struct made *m, struct rule *r, int general)
{
    static const char *const tags[] = {"wages",   "group",  "minor", "veteran",
                                       "foreign", "injury", "death", "platform"};
    struct cond *c = ARENA_ARRAY(m->a, 16, struct cond);
    int n = 1;
    if (general < 99) {
        int *list = ARENA_ARRAY(m->a, 1, int);
        list[0] = region(m, general > 90 ? 2 : 3 + below(m, 2));
        c[n++] = (struct cond){.kind = COND_REGION_WITHIN, .list = list, .n = 1};
    }
    if (general < 90 || below(m, 2))
        c[n++] = (struct cond){
            .kind = COND_CATEGORY_UNDER, .list = some(m, m->rs.categories.n, 1 + below(m, 3)), .n = 1};
    if (general >= 90 || below(m, 100) < 40)
        c[n++] = (struct cond){.kind = COND_CHANNEL, .set = 1u << (1 + below(m, 5))};
    if (below(m, 100) < 30 - general / 5) {
        int64_t limit = (1 + below(m, 100)) * INT64_C(100000);
        bool low = below(m, 2);
        c[n++] = (struct cond){
            .kind = COND_CLAIM, .low = low ? limit : 0, .high = low ? INT64_MAX : limit, .currency = "CNY"};
    }
    if (below(m, 100) < 20) {
        struct str *list = ARENA_ARRAY(m->a, 1, struct str);
        list[0] = str_from(tags[below(m, 8)]);
        c[n++] = (struct cond){.kind = COND_TAGS, .strings = list, .n = 1};
    }
    if (below(m, 100) < 30) {
        int words = 1 + below(m, 8);
        c[n++] = (struct cond){.kind = COND_TEXT, .list = some(m, WORDS, words), .n = words};
    }
    c[0] = (struct cond){.kind = COND_ALL, .span = n - 1};
    r->when = c;
    r->n_when = n;
}

static void make(struct made *m, const struct ruleset *base, int n)
{
    struct rule *rules = ARENA_ARRAY(m->a, (size_t)n, struct rule);
    m->rs = *base;
    m->rs.classifiers = NULL;
    m->rs.n_classifiers = 0;
    m->rs.weighs = false;
    make_words(m);
    for (int i = 0; i < n; i++) {
        const struct rule *like = &base->rules[below(m, base->n_rules)];
        rules[i] = *like; /* its outcome */
        rules[i].id = arena_printf(m->a, "made-%d", i);
        rules[i].from = rules[i].until = 0;
        make_when(m, &rules[i], i * 100 / n);
    }
    static const struct cond always = {.kind = COND_ALL};
    rules[n - 1].when = &always;
    rules[n - 1].n_when = 1;
    m->rs.rules = rules;
    m->rs.n_rules = n;
}

int main(int argc, char **argv)
{
    int n = argc > 1 ? atoi(argv[1]) : 10000;
    const char *dir = argc > 2 ? argv[2] : "config";
    struct arena *a = arena_new(0);
    struct diag *diag = diag_new();
    struct source s;
    const struct ruleset *base =
        source_read_dir(a, dir, diag, &s) ? conf_load_ruleset(&s, false, diag) : NULL;
    if (!base) {
        diag_print(diag, stderr, false);
        return 1;
    }
    struct made m = {.a = arena_new(0), .random = 1};
    make(&m, base, n);
    struct analyse_options options = {.bounds = {.parties_min = 1,
                                                 .parties_max = 50,
                                                 .claim_max = INT64_C(1000000000000000),
                                                 .today = 20500},
                                      .gaps_max = 10,
                                      .contradictions_max = 20000};
    struct analysis x;
    struct arena *results = arena_new(0);
    int64_t started = clock_mono_us();
    bool good = analyse(results, &m.rs, &options, &x);
    int64_t took = clock_mono_us() - started;
    int by_kind[FINDING_KIND_LIMIT] = {0};
    for (int i = 0; good && i < x.n; i++)
        by_kind[x.findings[i].kind]++;
    printf(
        "{\"rules\": %d, \"lint_ms\": %" PRId64
        ", \"unreachable\": %d, \"contradictory\": %d, \"gaps\": %d, \"no_effect\": %d, "
        "\"merges\": %d, \"undecided\": %d, \"classes\": {\"region\": %d, \"category\": %d}, \"mb\": %zu}\n",
        n, took / 1000, by_kind[FINDING_UNREACHABLE], by_kind[FINDING_CONTRADICTION], by_kind[FINDING_GAP],
        by_kind[FINDING_NO_EFFECT], by_kind[FINDING_MERGE], by_kind[FINDING_UNDECIDED], x.space.region.n,
        x.space.category.n, arena_used(results) >> 20);
    arena_free(results);
    arena_free(m.a);
    ruleset_unref(base);
    diag_free(diag);
    arena_free(a);
    return good ? 0 : 1;
}
