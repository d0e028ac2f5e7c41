/*
 * peers.c - the rule sets of decide.c, and referrals with the rule each comes to, as JSON for other engines
 *
 *   peers CONFIG_DIR OUT_DIR
 *
 * Writes OUT_DIR/set-<rules>.json. What other engines have no words for is prepared for them, in their favour: a place and a
 * category with all above them, the words that occur, and which kinds of party there are.
 */
#include "base/diag.h"
#include "core/decide.h"
#include "decide_make.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SIZES = 4, REFERRALS = 400, ROUNDS = 40, PARTIES_MAX = 64 };
static const int sizes[SIZES] = {10, 100, 1000, 10000}, words[SIZES] = {50, 200, 1000, 5000};

static const struct ruleset *rs;
static const struct cond *parties[PARTIES_MAX]; /* different conditions on a party */
static int n_parties;

static json_t *string(struct str s)
{
    return json_stringn(s.p ? s.p : "", s.n);
}

static int party_number(const struct cond *c)
{
    for (int i = 0; i < n_parties; i++)
        if (memcmp(&parties[i]->party, &c->party, sizeof(c->party)) == 0)
            return i;
    if (n_parties == PARTIES_MAX)
        exit((fprintf(stderr, "peers: more kinds of party than expected\n"), 1));
    parties[n_parties] = c;
    return n_parties++;
}

/* {"fact": F, "has": [...]}: one of these is the fact, or in it. */
static json_t *leaf(const char *fact, json_t *has)
{
    return json_pack("{s:s, s:o}", "fact", fact, "has", has);
}

static json_t *bits(uint64_t set, const struct word *table)
{
    json_t *list = json_array();
    for (const struct word *w = table; w->word; w++)
        if (set >> w->value & 1)
            json_array_append_new(list, json_string(w->word));
    return list;
}

static json_t *flags(uint64_t set)
{
    json_t *list = json_array();
    for (const struct word *w = risk_words; w->word; w++)
        if (set & (uint64_t)w->value)
            json_array_append_new(list, json_string(w->word));
    return list;
}

static json_t *strings(const struct str *items, int n)
{
    json_t *list = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(list, string(items[i]));
    return list;
}

static json_t *codes(const struct cond *c)
{
    json_t *list = json_array();
    bool region = c->kind == COND_REGION_WITHIN || c->kind == COND_REGION_IS;
    for (int i = 0; i < c->n; i++)
        json_array_append_new(list, string(region ? rs->regions.items[c->list[i]].code : rs->categories.items[c->list[i]].code));
    return list;
}

static json_t *numbers(const int *items, int n)
{
    json_t *list = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(list, json_integer(items[i]));
    return list;
}

static json_t *range(const char *fact, const struct cond *c)
{
    json_t *x = json_pack("{s:s, s:I}", "fact", fact, "min", (json_int_t)c->low);
    if (c->high < INT64_MAX)
        json_object_set_new(x, "max", json_integer(c->high));
    return x;
}

static json_t *condition(const struct cond *c)
{
    switch (c->kind) {
    case COND_CHANNEL:
        return leaf("channel", bits(c->set, channel_words));
    case COND_MODE:
        return leaf("mode", bits(c->set, mode_words));
    case COND_CATEGORY_UNDER:
        return leaf("categories", codes(c));
    case COND_CATEGORY_IS:
        return leaf("category", codes(c));
    case COND_REGION_WITHIN:
        return leaf("places", codes(c));
    case COND_REGION_LEVEL:
        return leaf("level", bits(c->set, region_level_words));
    case COND_CLAIM:
        return range("claim", c);
    case COND_PARTIES:
        return range("parties", c);
    case COND_TAGS:
        return leaf("tags", strings(c->strings, c->n));
    case COND_AGENCY:
        return leaf("agency", strings(c->strings, c->n));
    case COND_RISK:
        return leaf("risk", flags(c->set));
    case COND_TEXT:
        return leaf("words", numbers(c->list, c->n));
    case COND_PARTY: {
        int number = party_number(c);
        return leaf("party", numbers(&number, 1));
    }
    case COND_ALL:
    case COND_ANY:
    case COND_NOT: {
        json_t *list = json_array();
        for (int i = 1; i <= c->span; i += 1 + c[i].span)
            json_array_append_new(list, condition(&c[i]));
        return json_pack("{s:o}", c->kind == COND_ALL ? "all" : c->kind == COND_ANY ? "any" : "not", list);
    }
    default:
        exit((fprintf(stderr, "peers: a condition that the generated sets do not have\n"), 1));
    }
}

static json_t *ancestors(int place)
{
    json_t *list = json_array();
    for (int i = place; i >= 0; i = rs->regions.items[i].parent)
        json_array_append_new(list, string(rs->regions.items[i].code));
    return list;
}

static json_t *category_ancestors(int category)
{
    json_t *list = json_array();
    for (int i = category; i >= 0; i = rs->categories.items[i].parent)
        json_array_append_new(list, string(rs->categories.items[i].code));
    return list;
}

static bool is_party(const struct cond *c, const struct party_facts *p)
{
    return (!c->party.kinds || c->party.kinds >> p->kind & 1) && (!c->party.roles || c->party.roles >> p->role & 1) &&
           (c->party.foreign < 0 || c->party.foreign == p->foreign) && (c->party.minor < 0 || c->party.minor == p->minor);
}

static json_t *kinds_of_party(const struct referral *r)
{
    json_t *list = json_array();
    for (int k = 0; k < n_parties; k++) {
        bool there = false;
        for (int i = 0; i < r->n_parties; i++)
            there = there || is_party(parties[k], &r->parties[i]);
        if (there)
            json_array_append_new(list, json_integer(k));
    }
    return list;
}

/* As the rules see it, after classification. */
static json_t *facts(const struct referral *r, const struct decision *d, struct arena *a)
{
    unsigned char *hits = arena_alloc(a, textscan_hits_size(rs->words));
    int n = 0;
    textscan_run(rs->words, r->folded, hits);
    const int *found = textscan_words(rs->words, a, hits, &n);
    json_t *category = d->category >= 0 ? string(rs->categories.items[d->category].code) : json_string("");
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:i, s:s, s:o, s:o, s:o}", "channel",
                     word_of(channel_words, (int)r->channel), "mode", word_of(mode_words, (int)r->mode), "level",
                     word_of(region_level_words, (int)rs->regions.items[r->place].level), "places", ancestors(r->place), "category",
                     category, "categories", category_ancestors(d->category), "claim",
                     r->has_claim ? json_integer(r->claim_minor) : json_integer(-1), "tags", strings(d->tags, d->n_tags), "parties",
                     r->n_parties, "agency", r->agency.p, "risk", flags(r->risk), "words", numbers(found, n), "party",
                     kinds_of_party(r));
}

static struct load all_free(void *context, int organisation)
{
    (void)context;
    return (struct load){0, rs->roster.items[organisation].capacity, 0};
}

static double spent(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double rate(const struct referral *r)
{
    struct arena *a = arena_new(0);
    struct decision d;
    double start = spent();
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < REFERRALS; i++) {
            arena_reset(a);
            decide(a, rs, &r[i], NULL, 0, (struct load_view){all_free, NULL}, &d);
        }
    }
    double took = spent() - start;
    arena_free(a);
    return REFERRALS * ROUNDS / took;
}

static void export(const struct referral *r, int size, const char *dir)
{
    struct arena *a = arena_new(0);
    json_t *rules = json_array(), *cases = json_array();
    char path[1024];
    n_parties = 0;
    for (int i = 0; i < rs->n_rules; i++)
        json_array_append_new(rules, condition(rs->rules[i].when));
    for (int i = 0; i < REFERRALS; i++) {
        struct decision d;
        if (!decide(a, rs, &r[i], NULL, 0, (struct load_view){all_free, NULL}, &d))
            exit(1);
        json_array_append_new(cases, json_pack("{s:o, s:i}", "facts", facts(&r[i], &d, a), "rule", d.rule));
    }
    json_t *all = json_pack("{s:i, s:f, s:o, s:o}", "size", size, "ours_per_s", rate(r), "rules", rules, "cases", cases);
    snprintf(path, sizeof(path), "%s/set-%d.json", dir, size);
    if (json_dump_file(all, path, JSON_COMPACT) != 0)
        exit((perror(path), 1));
    json_decref(all);
    arena_free(a);
}

int main(int argc, char **argv)
{
    struct make make;
    if (argc < 3)
        return fprintf(stderr, "usage: peers CONFIG_DIR OUT_DIR\n"), 2;
    if (!make_open(&make, argv[1]))
        return 1;
    struct arena *a = arena_new(0);
    const struct referral *r = make_referrals(&make, a, REFERRALS, false);
    for (int i = 0; i < SIZES; i++) {
        struct arena *sources = arena_new(0);
        struct diag *diag = diag_new();
        struct source s = make_rules(&make, sources, sizes[i], words[i]);
        rs = conf_load_ruleset(&s, false, diag);
        if (!rs)
            return fprintf(stderr, "peers: %s\n", diag_text(diag)), 1;
        export(r, sizes[i], argv[2]);
        ruleset_unref(rs);
        diag_free(diag);
        arena_free(sources);
    }
    arena_free(a);
    make_close(&make);
    return 0;
}
