/*
 * decide_make.c - local rules county by county, then those for the whole province, then what catches the rest
 */
#include "decide_make.h"

#include "base/diag.h"
#include "base/fold.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define FILE_RULES 250 /* rules a file */
#define PART_LOCAL 80  /* percent of the rules */

uint64_t make_random(struct make *m)
{
    uint64_t z = m->rng += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

int make_below(struct make *m, int limit)
{
    return (int)(make_random(m) % (uint64_t)limit);
}

static bool chance(struct make *m, int percent)
{
    return make_below(m, 100) < percent;
}

/* Text being written. */
struct out {
    char *p;
    size_t n, cap;
};

__attribute__((format(printf, 2, 3))) static void put(struct out *o, const char *fmt, ...)
{
    va_list ap;
    if (o->cap - o->n < 4096) {
        o->cap = o->cap ? o->cap * 2 : 65536;
        o->p = realloc(o->p, o->cap);
    }
    va_start(ap, fmt);
    o->n += (size_t)vsnprintf(o->p + o->n, o->cap - o->n, fmt, ap);
    va_end(ap);
}

static bool begins(struct str s, const char *with)
{
    return s.n >= strlen(with) && memcmp(s.p, with, strlen(with)) == 0;
}

static struct str next_line(struct str *rest)
{
    const char *end = memchr(rest->p, '\n', rest->n);
    struct str line = {rest->p, end ? (size_t)(end - rest->p) + 1 : rest->n};
    *rest = (struct str){rest->p + line.n, rest->n - line.n};
    return line;
}

/* Ladders that can stand anywhere: those that name no limit and no other ladder. */
static void find_ladders(struct make *m, struct str text)
{
    while (text.n) {
        struct str line = next_line(&text), block = line;
        bool bound = false;
        if (!begins(line, "    route:\n"))
            continue;
        while (text.n && begins(text, "      ")) {
            line = next_line(&text);
            block.n += line.n;
            bound = bound || memmem(line.p, line.n, "_within:", 8) || memmem(line.p, line.n, "ladder:", 7);
        }
        struct str *kept = bound ? NULL : ARENA_PUSH(m->a, m->ladders, m->n_ladders, m->cap_ladders);
        if (kept)
            *kept = block;
    }
}

static size_t character(struct str s, size_t at)
{
    size_t n = 1;
    while (at + n < s.n && ((unsigned char)s.p[at + n] & 0xC0) == 0x80)
        n++;
    return n;
}

static bool has_word(const struct make *m, struct str word)
{
    for (size_t i = 0; i < m->n_words; i++)
        if (str_eq(m->words[i], word))
            return true;
    return false;
}

/* Three bytes, and no punctuation. */
static bool is_ideograph(struct str s, size_t at)
{
    return character(s, at) == 3 && (unsigned char)s.p[at] >= 0xE4 && (unsigned char)s.p[at] <= 0xE9;
}

/* All runs of 2, 3 or 4 Chinese characters in category names. */
static void find_words(struct make *m)
{
    const struct categories *c = &m->shipped->categories;
    for (int i = 0; i < c->n && m->n_words < 8000; i++) {
        struct str name = c->items[i].name;
        for (size_t at = 0; at < name.n; at += character(name, at)) {
            size_t end = at;
            for (int n = 1; n <= 4 && end < name.n && is_ideograph(name, end); n++) {
                end += 3;
                struct str word = {name.p + at, end - at};
                struct str *kept = n > 1 && !has_word(m, word) ? ARENA_PUSH(m->a, m->words, m->n_words, m->cap_words) : NULL;
                if (kept)
                    *kept = word;
            }
        }
    }
}

/* In another order, the same each time. */
static void shuffle_words(struct make *m)
{
    for (size_t i = m->n_words; i > 1; i--) {
        size_t k = (size_t)make_below(m, (int)i);
        struct str word = m->words[i - 1];
        m->words[i - 1] = m->words[k];
        m->words[k] = word;
    }
}

bool make_open(struct make *m, const char *config_dir)
{
    struct diag *diag = diag_new();
    *m = (struct make){.a = arena_new(0), .rng = 42};
    if (source_read_dir(m->a, config_dir, diag, &m->config))
        m->shipped = conf_load_ruleset(&m->config, false, diag);
    char *findings = diag_text(diag);
    if (!m->shipped)
        fprintf(stderr, "%s", findings ? findings : "");
    free(findings);
    diag_free(diag);
    if (!m->shipped)
        return false;
    for (int i = 0; i < m->config.n; i++)
        if (begins(m->config.files[i].name, "rules/"))
            find_ladders(m, m->config.files[i].bytes);
    find_words(m);
    shuffle_words(m);
    if (m->n_ladders < 20 || m->n_words < 5000)
        fprintf(stderr, "too little in %s to make rules of: %zu ladders, %zu words\n", config_dir, m->n_ladders, m->n_words);
    return m->n_ladders >= 20 && m->n_words >= 5000;
}

void make_close(struct make *m)
{
    ruleset_unref(m->shipped);
    arena_free(m->a);
}

/* One of the conditions below, at `indent`. */
struct writer {
    struct make *m;
    struct out *o;
    int words; /* how many different ones */
    const char *indent;
};

static const char *code_of_category(struct writer *w)
{
    const struct categories *c = &w->m->shipped->categories;
    int at = make_below(w->m, chance(w->m, 50) ? 38 : c->n); /* half of them dispute types, which stand first */
    return c->items[at].code.p;
}

static void write_category(struct writer *w)
{
    if (chance(w->m, 10))
        put(w->o, "%scategory: {is: %s}\n", w->indent, code_of_category(w));
    else if (chance(w->m, 25))
        put(w->o, "%scategory: {under: [%s, %s]}\n", w->indent, code_of_category(w), code_of_category(w));
    else
        put(w->o, "%scategory: {under: %s}\n", w->indent, code_of_category(w));
}

static void write_claim(struct writer *w)
{
    static const int steps[] = {5000, 10000, 20000, 50000, 100000, 200000, 500000, 1000000, 5000000};
    int limit = chance(w->m, 80) ? steps[make_below(w->m, 9)] : 1000 + make_below(w->m, 300) * 1000;
    put(w->o, chance(w->m, 50) ? "%sclaim: {over: %d}\n" : "%sclaim: {at_most: %d}\n", w->indent, limit);
}

static void write_tags(struct writer *w)
{
    put(w->o, "%stags: [tag-%d, tag-%d]\n", w->indent, make_below(w->m, 40), 40 + make_below(w->m, 20));
}

static void write_text(struct writer *w)
{
    put(w->o, "%stext: [", w->indent);
    for (int i = 0, n = 2 + make_below(w->m, 3); i < n; i++)
        put(w->o, "%s" STR_FMT, i ? ", " : "", STR_ARG(w->m->words[make_below(w->m, w->words)]));
    put(w->o, "]\n");
}

static void write_mode(struct writer *w)
{
    static const char *const channels[] = {"court", "petition", "police", "procuratorate", "platform"};
    int n = 0;
    while (mode_words[n].word)
        n++;
    if (chance(w->m, 60))
        put(w->o, "%schannel: %s\n", w->indent, channels[make_below(w->m, 5)]);
    else
        put(w->o, "%smode: %s\n", w->indent, mode_words[make_below(w->m, n)].word);
}

static void write_party(struct writer *w)
{
    static const char *const parties[] = {"{kind: enterprise}", "{foreign: true}", "{minor: true}", "{kind: public-body}",
                                          "{kind: enterprise, role: respondent}", "{kind: village-body}"};
    put(w->o, "%sparty: %s\n", w->indent, parties[make_below(w->m, 6)]);
}

static void write_parties(struct writer *w)
{
    put(w->o, "%sparties: {at_least: %d}\n", w->indent, 3 + make_below(w->m, 8));
}

static void write_risk(struct writer *w)
{
    static const char *const risks[] = {"repeat-calls", "violence", "group", "self-harm"};
    put(w->o, "%srisk: [%s]\n", w->indent, risks[make_below(w->m, 4)]);
}

static void write_agency(struct writer *w)
{
    const struct regions *r = &w->m->shipped->regions;
    int i = make_below(w->m, r->n);
    while (r->items[i].level != LEVEL_COUNTY)
        i = make_below(w->m, r->n);
    put(w->o, "%sagency: [court-%s, police-%s]\n", w->indent, r->items[i].code.p, r->items[i].code.p);
}

static void write_not(struct writer *w)
{
    struct writer inner = *w;
    char indent[32];
    snprintf(indent, sizeof(indent), "%s  ", w->indent);
    inner.indent = indent;
    put(w->o, "%snot:\n", w->indent);
    if (chance(w->m, 60))
        write_category(&inner);
    else
        write_mode(&inner);
}

static void write_any(struct writer *w)
{
    struct writer inner = *w;
    inner.indent = "          - ";
    put(w->o, "%sany_of:\n", w->indent);
    write_category(&inner);
    write_tags(&inner);
    if (chance(w->m, 60))
        write_text(&inner);
}

/* How many rules in a hundred have such a condition. */
static const struct {
    int percent;
    void (*write)(struct writer *w);
} conditions[] = {
    {85, write_category}, {40, write_mode},  {30, write_claim}, {8, write_tags}, {10, write_text},  {6, write_party},
    {5, write_parties},   {5, write_risk},   {2, write_agency}, {5, write_not},  {10, write_any},
};

static void write_place(struct writer *w, int county)
{
    const struct region *items = w->m->shipped->regions.items;
    int at = county;
    if (chance(w->m, 10))
        at = items[county].parent;
    else if (chance(w->m, 35))
        at = county + make_below(w->m, items[county].end - county); /* itself, a town or a village */
    if (items[at].level == LEVEL_VILLAGE && chance(w->m, 80))
        at = items[at].parent;
    put(w->o, "      region: {within: \"%s\"}\n", items[at].code.p);
}

static void write_rule(struct writer *w, int number, int county)
{
    put(w->o, "  - id: rule-%d\n    name: 规则%d\n    when:\n", number, number);
    if (county >= 0)
        write_place(w, county);
    else
        put(w->o, "      region: {level: [town, village%s]}\n", chance(w->m, 50) ? ", county" : "");
    for (size_t i = 0; i < sizeof(conditions) / sizeof(*conditions); i++)
        if (chance(w->m, conditions[i].percent))
            conditions[i].write(w);
    if (chance(w->m, 5))
        put(w->o, "    refuse: {code: not-here, text: 不属于受理范围}\n");
    else if (chance(w->m, 4))
        put(w->o, "    manual: {reason: by-hand}\n");
    else {
        struct str ladder = w->m->ladders[make_below(w->m, (int)w->m->n_ladders)];
        put(w->o, STR_FMT, STR_ARG(ladder));
    }
}

/* What the agency left out: five words for each classifier. */
static void write_classifiers(struct writer *w)
{
    put(w->o, "classify:\n");
    for (int i = 0; i * 10 < w->words; i++) {
        put(w->o, "  - id: classifier-%d\n    when:\n      text: [", i);
        for (int k = i * 10; k < i * 10 + 10 && k < w->words; k++)
            put(w->o, "%s" STR_FMT, k % 10 ? ", " : "", STR_ARG(w->m->words[k]));
        put(w->o, "]\n");
        if (i % 2)
            put(w->o, "    category: %s\n", code_of_category(w));
        else
            put(w->o, "    tags: [tag-%d]\n", make_below(w->m, 60));
    }
}

static int *counties_of(struct make *m, struct arena *a, int *n)
{
    const struct regions *r = &m->shipped->regions;
    int *counties = ARENA_ARRAY(a, (size_t)r->n, int);
    *n = 0;
    for (int i = 0; i < r->n; i++)
        if (r->items[i].level == LEVEL_COUNTY)
            counties[(*n)++] = i;
    return counties;
}

static void add_file(struct arena *a, struct source_file *files, int *n, const char *name, struct out *o)
{
    struct str bytes = arena_bytes(a, o->p, o->n);
    files[(*n)++] = (struct source_file){arena_str(a, str_from(name)), bytes, digest_of(bytes.p, bytes.n)};
    o->n = 0;
}

struct source make_rules(struct make *m, struct arena *a, int n, int words)
{
    struct out o = {0};
    struct writer w = {m, &o, words, "      "};
    struct source_file *files = ARENA_ARRAY(a, (size_t)m->config.n + (size_t)n / FILE_RULES + 3, struct source_file);
    int count = 0, n_counties, *counties = counties_of(m, a, &n_counties), local = n * PART_LOCAL / 100;
    char name[64];
    for (int i = 0; i < m->config.n; i++)
        if (!begins(m->config.files[i].name, "rules/"))
            files[count++] = m->config.files[i];
    write_classifiers(&w);
    add_file(a, files, &count, "rules/000.yaml", &o);
    for (int i = 0; i < n - 1; i++) {
        if (i % FILE_RULES == 0)
            put(&o, "rules:\n");
        write_rule(&w, i, i < local ? counties[i * n_counties / local] : -1);
        snprintf(name, sizeof(name), "rules/%03d.yaml", i / FILE_RULES + 1);
        if (i % FILE_RULES == FILE_RULES - 1 || i == n - 2)
            add_file(a, files, &count, name, &o);
    }
    put(&o, "rules:\n  - id: rest\n    name: 其余\n    when: {}\n    route:\n      - to: {kind: people}\n      - to: {kind: centre}\n");
    add_file(a, files, &count, "rules/999.yaml", &o);
    free(o.p);
    return (struct source){"bench", files, count};
}

static struct str make_text(struct make *m, struct arena *a)
{
    static const char *const clauses[] = {"双方因此发生争执", "多次协商未果", "申请人希望通过调解解决", "对方一直没有答复",
                                          "后经村干部劝说", "双方各执一词", "情况基本属实", "要求尽快给个说法", "今年三月以来",
                                          "已经两次上门", "邻里关系紧张", "希望有关部门出面"};
    struct out o = {0};
    const struct categories *c = &m->shipped->categories;
    for (int characters = 0; characters < 300;) {
        struct str part = chance(m, 4) ? c->items[make_below(m, c->n)].name : str_from(clauses[make_below(m, 12)]);
        put(&o, STR_FMT "，", STR_ARG(part));
        characters += (int)part.n / 3 + 1;
    }
    put(&o, "\n");
    struct str text = fold(a, (struct str){o.p, o.n});
    free(o.p);
    return text;
}

static void make_parties(struct make *m, struct arena *a, struct referral *r)
{
    r->n_parties = chance(m, 80) ? 2 : chance(m, 80) ? 3 : 3 + make_below(m, 12);
    struct party_facts *parties = ARENA_ARRAY(a, (size_t)r->n_parties, struct party_facts);
    for (int i = 0; i < r->n_parties; i++)
        parties[i] = (struct party_facts){.role = i == 0 ? PARTY_APPLICANT : i == 1 ? PARTY_RESPONDENT : PARTY_THIRD_PARTY,
                                          .kind = chance(m, 70) ? PARTY_PERSON : PARTY_ENTERPRISE,
                                          .minor = chance(m, 2),
                                          .foreign = chance(m, 1),
                                          .address = chance(m, 80) ? r->place : -1,
                                          .credit_code = STR("")};
    r->parties = parties;
}

const struct referral *make_referrals(struct make *m, struct arena *a, int n, bool text)
{
    struct referral *all = ARENA_ARRAY(a, (size_t)n, struct referral);
    const struct regions *regions = &m->shipped->regions;
    int modes = 0;
    while (mode_words[modes].word)
        modes++;
    for (int i = 0; i < n; i++) {
        struct referral *r = &all[i];
        struct str *tags = ARENA_ARRAY(a, 2, struct str);
        r->mode = (enum mode)mode_words[make_below(m, modes)].value;
        r->channel = (enum channel)mode_channel(r->mode);
        r->place = make_below(m, regions->n); /* nine in ten are villages */
        int county = region_at_level(regions, r->place, LEVEL_COUNTY);
        r->agency = arena_printf(a, "%s-%s", word_of(channel_words, (int)r->channel), county >= 0 ? regions->items[county].code.p : "32");
        r->agency_ref = arena_printf(a, "2026-%d", i);
        r->category = chance(m, 85) ? make_below(m, m->shipped->categories.n) : -1;
        r->folded = text ? make_text(m, a) : STR("");
        r->has_claim = chance(m, 75);
        r->claim_minor = (int64_t)(1 + make_below(m, 999)) * (chance(m, 50) ? 1000 : chance(m, 70) ? 20000 : 1000000);
        memcpy(r->currency, "CNY", 4);
        make_parties(m, a, r);
        r->n_tags = chance(m, 70) ? 0 : 1 + make_below(m, 2);
        for (int k = 0; k < r->n_tags; k++)
            tags[k] = arena_printf(a, "tag-%d", make_below(m, 60));
        r->tags = tags;
        r->risk = chance(m, 85) ? 0 : 1u << make_below(m, 4);
        r->offence = STR("");
        r->occurred_on = 20500;
        r->arrived_ms = INT64_C(1780000000000) + (int64_t)make_below(m, 86400000) * 30;
        r->earlier.organisation = -1;
    }
    return all;
}
