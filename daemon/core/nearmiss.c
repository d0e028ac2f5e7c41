/* nearmiss.c - how far a condition is from holding */
#include "core/nearmiss.h"

#include "core/decide.h"

static bool is_group(const struct cond *c)
{
    return c->kind == COND_ALL || c->kind == COND_ANY || c->kind == COND_NOT;
}

/*
 * A group that comes out `wanted` either needs all of its own so (each counts), or one of them (the cheapest does). "not" is
 * of all its own together.
 */
static bool needs_all(const struct cond *group, bool wanted)
{
    return group->kind == COND_ANY ? !wanted : group->kind == COND_ALL ? wanted : !wanted;
}

static bool wanted_of_own(const struct cond *group, bool wanted)
{
    return group->kind == COND_NOT ? !wanted : wanted;
}

int match_cost(const struct match *m, const struct cond *c, bool wanted, int most)
{
    if (!is_group(c))
        return match_holds(m, c) == wanted ? 0 : 1;
    const struct cond *end = c + 1 + c->span;
    bool all = needs_all(c, wanted), own = wanted_of_own(c, wanted);
    int cost = all ? 0 : most;
    for (const struct cond *k = c + 1; k < end; k += 1 + k->span) {
        int one = match_cost(m, k, own, most);
        cost = all ? cost + one : one < cost ? one : cost;
        if (all ? cost >= most : cost == 0)
            return all ? most : 0;
    }
    return cost;
}

int match_wishes(const struct match *m, const struct cond *c, bool wanted, struct leaf_wish *out, int max)
{
    if (max == 0 || (is_group(c) ? match_cost(m, c, wanted, 1) == 0 : match_holds(m, c) == wanted))
        return 0;
    if (!is_group(c)) {
        *out = (struct leaf_wish){c, wanted};
        return 1;
    }
    int n = 0;
    const struct cond *end = c + 1 + c->span;
    bool all = needs_all(c, wanted), own = wanted_of_own(c, wanted);
    for (const struct cond *k = c + 1; k < end && !(all && n > 0); k += 1 + k->span)
        n += match_wishes(m, k, own, out + n, max - n);
    return n;
}

/* The one leaf that keeps `c` from coming out `wanted`: its cost is 1. */
static struct leaf_wish only_wish(const struct match *m, const struct cond *c, bool wanted)
{
    while (is_group(c)) {
        const struct cond *k = c + 1;
        bool own = wanted_of_own(c, wanted);
        while (match_cost(m, k, own, 2) != 1)
            k += 1 + k->span;
        c = k;
        wanted = own;
    }
    return (struct leaf_wish){c, wanted};
}

bool nearmiss_find(struct arena *a, const struct ruleset *rs, const struct referral *r, int last, int max, struct near_miss **out,
                   int *n, int *total)
{
    struct match m;
    struct near_miss *found = ARENA_ARRAY(a, (size_t)max + 1, struct near_miss);
    if (!found || !decide_facts(a, rs, r, &m))
        return false;
    *n = *total = 0;
    for (int i = 0; i <= last && i < rs->n_rules; i++) {
        const struct cond *when = rs->rules[i].when;
        if (match_cost(&m, when, true, 2) != 1)
            continue;
        if (*n < max)
            found[(*n)++] = (struct near_miss){i, only_wish(&m, when, true)};
        ++*total;
    }
    *out = found;
    return true;
}
