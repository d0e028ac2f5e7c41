/*
 * mutate_apart.c - whether two rules can meet the same referral, as far as conditions that must all hold tell
 */
#include "core/mutate.h"

/* What the conditions of one rule that must all hold leave of a fact; what says nothing leaves all. */
struct bounds {
    uint64_t modes, levels, kinds;
};

/* Calls `see` for each condition that has to hold: those of the first group, and of all_of groups in it. */
static bool each_needed(const struct cond *when, bool (*see)(const struct cond *c, void *state), void *state)
{
    for (const struct cond *c = when + 1, *end = when + 1 + when->span; c < end; c += 1 + c->span)
        if (c->kind == COND_ALL ? each_needed(c, see, state) : see(c, state))
            return true;
    return false;
}

static uint64_t modes_of(const struct cond *c)
{
    uint64_t bits = 0;
    for (const struct word *w = mode_words; c->kind == COND_CHANNEL && w->word; w++)
        if (c->set >> mode_channel(w->value) & 1)
            bits |= (uint64_t)1 << w->value;
    return c->kind == COND_CHANNEL ? bits : c->set;
}

static bool bound(const struct cond *c, void *state)
{
    struct bounds *b = state;
    if (c->kind == COND_CHANNEL || c->kind == COND_MODE)
        b->modes &= modes_of(c);
    else if (c->kind == COND_REGION_LEVEL)
        b->levels &= c->set;
    else if (c->kind == COND_REGION_KIND)
        b->kinds &= c->set;
    return false;
}

static struct bounds bounds_of(const struct cond *when)
{
    struct bounds b = {UINT64_MAX, UINT64_MAX, UINT64_MAX};
    each_needed(when, bound, &b);
    return b;
}

struct pair {
    const struct ruleset *rs;
    const struct cond *other; /* the whole `when` */
    const struct cond *mine;  /* one condition */
};

static bool is_category(enum cond_kind kind)
{
    return kind == COND_CATEGORY_UNDER || kind == COND_CATEGORY_IS;
}

static bool is_region(enum cond_kind kind)
{
    return kind == COND_REGION_WITHIN || kind == COND_REGION_IS;
}

/* Whether some node of the tree meets both: one lies under the other, or is the same. */
static bool meet(const struct ruleset *rs, const struct cond *a, int x, const struct cond *b, int y)
{
    if (is_category(a->kind)) {
        bool below = b->kind == COND_CATEGORY_UNDER && category_under(&rs->categories, x, y);
        return x == y || below || (a->kind == COND_CATEGORY_UNDER && category_under(&rs->categories, y, x));
    }
    bool below = b->kind == COND_REGION_WITHIN && region_within(&rs->regions, x, y);
    return x == y || below || (a->kind == COND_REGION_WITHIN && region_within(&rs->regions, y, x));
}

static bool trees_apart(const struct ruleset *rs, const struct cond *a, const struct cond *b)
{
    for (int i = 0; i < a->n; i++)
        for (int k = 0; k < b->n; k++)
            if (meet(rs, a, a->list[i], b, b->list[k]))
                return false;
    return true;
}

static bool strings_apart(const struct cond *a, const struct cond *b)
{
    for (int i = 0; i < a->n; i++)
        for (int k = 0; k < b->n; k++)
            if (str_eq(a->strings[i], b->strings[k]))
                return false;
    return true;
}

static bool claims_apart(const struct cond *a, const struct cond *b)
{
    return strncmp(a->currency, b->currency, sizeof a->currency) != 0 || a->high < b->low || b->high < a->low;
}

/* One fact has one value: what two conditions on it leave must have something in common. */
static bool conditions_apart(const struct ruleset *rs, const struct cond *a, const struct cond *b)
{
    if ((is_category(a->kind) && is_category(b->kind)) || (is_region(a->kind) && is_region(b->kind)))
        return trees_apart(rs, a, b);
    if (a->kind == COND_CATEGORY_MISSING)
        return is_category(b->kind);
    if (a->kind == COND_CLAIM_MISSING)
        return b->kind == COND_CLAIM;
    if (a->kind == COND_AGE_MISSING)
        return b->kind == COND_AGE;
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case COND_CLAIM:
        return claims_apart(a, b);
    case COND_PARTIES:
    case COND_AGE:
    case COND_ARRIVED:
    case COND_EARLIER:
    case COND_EARLIER_COUNT:
        return a->high < b->low || b->high < a->low;
    case COND_OFFENCE:
    case COND_SOURCE_CATEGORY:
    case COND_AGENCY:
        return strings_apart(a, b);
    default:
        return false;
    }
}

static bool against_one(const struct cond *c, void *state)
{
    const struct pair *p = state;
    return conditions_apart(p->rs, p->mine, c) || conditions_apart(p->rs, c, p->mine);
}

static bool against_all(const struct cond *c, void *state)
{
    struct pair *p = state;
    p->mine = c;
    return each_needed(p->other, against_one, p);
}

bool mutate_apart(const struct ruleset *rs, const struct cond *a, const struct cond *b)
{
    struct bounds x = bounds_of(a), y = bounds_of(b);
    if (!(x.modes & y.modes) || !(x.levels & y.levels) || !(x.kinds & y.kinds))
        return true;
    struct pair p = {rs, b, NULL};
    return each_needed(a, against_all, &p);
}
