/*
 * space_scales.c - numbers cut into ranges, texts into those that are named and any other, parties by type
 */
#include "core/space_inner.h"

#include <stdlib.h>

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Classes of [low, high], cut where `cuts` say a class begins. */
static bool cut(struct space *s, struct numbers *cuts, int64_t low, int64_t high, bool missing,
                struct ranges *out)
{
    if (cuts->n)
        qsort(cuts->items, cuts->n, sizeof *cuts->items, by_number);
    *out = (struct ranges){
        .starts = ARENA_ARRAY(s->arena, cuts->n + 2, int64_t), .last = high, .missing = missing};
    if (!out->starts)
        return false;
    if (missing)
        out->n++;
    out->starts[out->n++] = low;
    for (size_t i = 0; i < cuts->n; i++) {
        int64_t at = cuts->items[i];
        if (at > out->starts[out->n - 1] && at <= high && at > low)
            out->starts[out->n++] = at;
    }
    return true;
}

int range_class(const struct ranges *r, int64_t v)
{
    int first = r->missing;
    if (v < r->starts[first] || v > r->last)
        return -1;
    int low = first, high = r->n;
    while (high - low > 1) {
        int middle = low + (high - low) / 2;
        if (r->starts[middle] <= v)
            low = middle;
        else
            high = middle;
    }
    return low;
}

int64_t range_last(const struct ranges *r, int class)
{
    return class + 1 < r->n ? r->starts[class + 1] - 1 : r->last;
}

static int by_text(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static bool sorted(struct space *s, const struct string_list *list, struct strings *out)
{
    out->items = ARENA_ARRAY(s->arena, list->n + 1, struct str);
    if (!out->items)
        return false;
    if (list->n)
        qsort(list->items, list->n, sizeof *list->items, by_text);
    for (size_t i = 0; i < list->n; i++) {
        if (i == 0 || !str_eq(list->items[i], list->items[i - 1]))
            out->items[out->n++] = list->items[i];
    }
    return true;
}

/* ---- claims: none, each currency's ranges, any other currency ---- */

static bool claims_of(struct space *s, struct mentions *m, int currency, int *n)
{
    struct numbers cuts = {0};
    struct ranges r;
    for (size_t i = 0; i < m->n_claims; i++) {
        if (!str_eq(m->claims[i].currency, s->currencies.items[currency]))
            continue;
        int64_t *slot = ARENA_PUSH(m->scratch, cuts.items, cuts.n, cuts.cap);
        if (!slot)
            return false;
        *slot = m->claims[i].from;
    }
    if (!cut(s, &cuts, 0, s->bounds.claim_max, false, &r))
        return false;
    for (int i = 0; i < r.n; i++)
        s->claims[(*n)++] = (struct claim_class){currency, r.starts[i], range_last(&r, i)};
    return true;
}

static bool cut_claims(struct space *s, struct mentions *m)
{
    int n = 0;
    if (!sorted(s, &m->currencies, &s->currencies))
        return false;
    s->claims = ARENA_ARRAY(s->arena, m->n_claims + (size_t)s->currencies.n + 2, struct claim_class);
    if (!s->claims)
        return false;
    s->claims[n++] = (struct claim_class){-1, -1, -1};
    for (int i = 0; i < s->currencies.n; i++) {
        if (!claims_of(s, m, i, &n))
            return false;
    }
    s->claims[n++] = (struct claim_class){-1, 0, s->bounds.claim_max};
    s->n_claims = n;
    return true;
}

/* ---- parties: what one of them can be, as far as the conditions tell it apart ---- */

int party_type(enum party_kind kind, enum party_role role, bool foreign, bool minor)
{
    return (((int)kind - 1) * PARTY_SUSPECT + (int)role - 1) * 4 + foreign * 2 + minor;
}

bool party_type_meets(int type, const struct cond *c)
{
    int kind = type / 4 / PARTY_SUSPECT + 1, role = type / 4 % PARTY_SUSPECT + 1;
    bool foreign = type & 2, minor = type & 1;
    return (c->party.kinds == 0 || (c->party.kinds >> kind & 1)) &&
           (c->party.roles == 0 || (c->party.roles >> role & 1)) &&
           (c->party.foreign < 0 || (c->party.foreign != 0) == foreign) &&
           (c->party.minor < 0 || (c->party.minor != 0) == minor);
}

/* The first type before `type` that meets the same conditions; `type` itself when there is none. */
static int same_type(const struct mentions *m, int type)
{
    for (int before = 0; before < type; before++) {
        size_t i = 0;
        while (i < m->n_predicates &&
               party_type_meets(before, m->predicates[i]) == party_type_meets(type, m->predicates[i]))
            i++;
        if (i == m->n_predicates)
            return before;
    }
    return type;
}

static bool meets_any(const struct mentions *m, int type)
{
    for (size_t i = 0; i < m->n_predicates; i++) {
        if (party_type_meets(type, m->predicates[i]))
            return true;
    }
    return false;
}

static bool cut_parties(struct space *s, const struct mentions *m)
{
    s->party_type = ARENA_ARRAY(s->arena, PARTY_TYPES, int);
    s->party_plain = -1;
    if (!s->party_type)
        return false;
    for (int type = 0; type < PARTY_TYPES; type++) {
        int same = same_type(m, type);
        if (!meets_any(m, type)) {
            s->party_class[type] = -1;
            s->party_plain = s->party_plain < 0 ? type : s->party_plain;
        } else if (same == type) {
            s->party_class[type] = s->n_party_classes;
            s->party_type[s->n_party_classes++] = type;
        } else {
            s->party_class[type] = s->party_class[same];
        }
    }
    return true;
}

/* ---- all of them ---- */

static bool add(struct mentions *m, struct numbers *to, int64_t v)
{
    int64_t *slot = ARENA_PUSH(m->scratch, to->items, to->n, to->cap);
    if (slot)
        *slot = v;
    return slot != NULL;
}

/* Where what is counted bears on something else. */
static bool add_own_cuts(struct space *s, struct mentions *m)
{
    const struct bounds *b = &s->bounds;
    bool good = true;
    if (m->n_predicates)
        good = add(m, &m->parties, 1);
    if (m->same_village)
        good = good && add(m, &m->parties, 2);
    if (m->earlier.n || m->earlier_count.n)
        good = good && add(m, &m->earlier_count, 1);
    return good && b->parties_min <= b->parties_max;
}

static bool pick_separator(struct space *s)
{
    static const char *const candidates[] = {"。", "、", ";", ",", "|", "#", "/",
                                             "=",  "~",  "^", "@", "!", "+", "*"};
    for (size_t c = 0; c < sizeof candidates / sizeof *candidates; c++) {
        struct str text = str_from(candidates[c]);
        bool used = false;
        for (int i = 0; i < s->words.n && !used; i++)
            used = memmem(s->words.items[i].p, s->words.items[i].n, text.p, text.n) != NULL;
        if (!used) {
            s->separator = text;
            return true;
        }
    }
    s->separator = STR(""); /* witnesses are confirmed anyway */
    return true;
}

bool space_scales(struct space *s, struct mentions *m)
{
    const struct bounds *b = &s->bounds;
    return cut_parties(s, m) && add_own_cuts(s, m) &&
           cut(s, &m->parties, b->parties_min, b->parties_max, false, &s->parties) &&
           cut(s, &m->age, 0, INT32_MAX / 4, true, &s->age) &&
           cut(s, &m->arrived, 1, INT32_MAX / 4, false, &s->arrived) &&
           cut(s, &m->earlier, 0, INT32_MAX / 4, true, &s->earlier) &&
           cut(s, &m->earlier_count, 0, INT32_MAX / 4, false, &s->earlier_count) && cut_claims(s, m) &&
           sorted(s, &m->offences, &s->offences) && sorted(s, &m->sources, &s->sources) &&
           sorted(s, &m->agencies, &s->agencies) && sorted(s, &m->tags, &s->tags) &&
           sorted(s, &m->words, &s->words) && pick_separator(s);
}
