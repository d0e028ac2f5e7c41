/*
 * space_mentions.c - what the conditions of all rules and classifiers name
 */
#include "core/space_inner.h"

#define PUSH(m, list, value)                                                                                 \
    do {                                                                                                     \
        __typeof__((list).items) slot = ARENA_PUSH((m)->scratch, (list).items, (list).n, (list).cap);        \
        if (!slot)                                                                                           \
            return false;                                                                                    \
        *slot = (value);                                                                                     \
    } while (0)

/* Where a range begins, and where what is above it does. */
static bool add_range(struct mentions *m, struct numbers *to, const struct cond *c)
{
    PUSH(m, *to, c->low);
    if (c->high < INT64_MAX)
        PUSH(m, *to, c->high + 1);
    return true;
}

static bool add_claim(struct mentions *m, const struct cond *c)
{
    struct str currency = {c->currency, strnlen(c->currency, sizeof c->currency)};
    PUSH(m, m->currencies, currency);
    for (int i = 0; i < 2; i++) {
        if (i == 1 && c->high == INT64_MAX)
            break;
        struct claim_cut *cut = ARENA_PUSH(m->scratch, m->claims, m->n_claims, m->cap_claims);
        if (!cut)
            return false;
        *cut = (struct claim_cut){currency, i ? c->high + 1 : c->low};
    }
    return true;
}

static bool add_strings(struct mentions *m, struct string_list *to, const struct cond *c)
{
    for (int i = 0; i < c->n; i++)
        PUSH(m, *to, c->strings[i]);
    return true;
}

static bool add_words(const struct space *s, int of, struct mentions *m, const struct cond *c)
{
    for (int i = 0; i < c->n; i++)
        PUSH(m, m->words, textscan_word(s->of[of].rs->words, c->list[i]));
    return true;
}

static void mark(bool *nodes, const struct cond *c, const struct space *s, int of,
                 int (*node)(const struct space *, int, int))
{
    for (int i = 0; i < c->n; i++) {
        int at = node(s, of, c->list[i]);
        if (at >= 0)
            nodes[at] = true;
    }
}

static bool add_predicate(struct mentions *m, const struct cond *c)
{
    const struct cond **slot = ARENA_PUSH(m->scratch, m->predicates, m->n_predicates, m->cap_predicates);
    if (slot)
        *slot = c;
    return slot != NULL;
}

static bool add_cond(const struct space *s, int of, struct mentions *m, const struct cond *c)
{
    switch (c->kind) {
    case COND_CATEGORY_UNDER:
        mark(m->category[of].under, c, s, of, space_category);
        return true;
    case COND_CATEGORY_IS:
        mark(m->category[of].is, c, s, of, space_category);
        return true;
    case COND_REGION_WITHIN:
        mark(m->region[of].under, c, s, of, space_region);
        return true;
    case COND_REGION_IS:
        mark(m->region[of].is, c, s, of, space_region);
        return true;
    case COND_REGION_LEVEL:
        return m->region[of].levels = true;
    case COND_REGION_KIND:
        return m->region[of].kinds = true;
    case COND_CLAIM:
        return add_claim(m, c);
    case COND_TAGS:
        return add_strings(m, &m->tags, c);
    case COND_OFFENCE:
        return add_strings(m, &m->offences, c);
    case COND_SOURCE_CATEGORY:
        return add_strings(m, &m->sources, c);
    case COND_AGENCY:
        return add_strings(m, &m->agencies, c);
    case COND_TEXT:
        return add_words(s, of, m, c);
    case COND_PARTY:
        return add_predicate(m, c);
    case COND_PARTIES:
        return add_range(m, &m->parties, c);
    case COND_SAME_VILLAGE:
        return m->same_village = true;
    case COND_AGE:
        return add_range(m, &m->age, c);
    case COND_ARRIVED:
        return add_range(m, &m->arrived, c);
    case COND_EARLIER:
        return add_range(m, &m->earlier, c);
    case COND_EARLIER_COUNT:
        return add_range(m, &m->earlier_count, c);
    default:
        return true; /* groups, and those with a fixed number of classes */
    }
}

static bool add_all(const struct space *s, int of, struct mentions *m, const struct cond *when, int n)
{
    for (int i = 0; i < n; i++) {
        if (!add_cond(s, of, m, &when[i]))
            return false;
    }
    return true;
}

static bool of_ruleset(const struct space *s, int of, struct mentions *m)
{
    const struct ruleset *rs = s->of[of].rs;
    for (int i = 0; i < rs->n_classifiers; i++) {
        const struct classifier *c = &rs->classifiers[i];
        for (int k = 0; k < c->n_tags; k++)
            PUSH(m, m->tags, c->tags[k]);
        for (int k = 0; k < c->n_otherwise; k++)
            PUSH(m, m->tags, c->otherwise[k]);
        if (!add_all(s, of, m, c->when, c->n_when))
            return false;
    }
    for (int i = 0; i < rs->n_rules; i++) {
        if (!add_all(s, of, m, rs->rules[i].when, rs->rules[i].n_when))
            return false;
    }
    return true;
}

/* Agencies that a rule names send from their own division and channel only. */
static bool of_peers(const struct space *s, struct mentions *m)
{
    const struct peers *p = s->bounds.peers;
    for (size_t i = 0; p && i < m->agencies.n; i++) {
        int at = peers_by_id(p, m->agencies.items[i]);
        if (at >= 0 && p->items[at].kind == PEER_AGENCY)
            m->region[s->n_rulesets - 1].under[p->items[at].region] = true;
    }
    return true;
}

bool space_mentions(struct space *s, struct mentions *m)
{
    for (int i = 0; i < s->n_rulesets; i++) {
        m->category[i].under = ARENA_ARRAY(m->scratch, (size_t)s->lists->categories.n, bool);
        m->category[i].is = ARENA_ARRAY(m->scratch, (size_t)s->lists->categories.n, bool);
        m->region[i].under = ARENA_ARRAY(m->scratch, (size_t)s->lists->regions.n, bool);
        m->region[i].is = ARENA_ARRAY(m->scratch, (size_t)s->lists->regions.n, bool);
        if (!m->category[i].under || !m->category[i].is || !m->region[i].under || !m->region[i].is ||
            !of_ruleset(s, i, m))
            return false;
    }
    return of_peers(s, m);
}
