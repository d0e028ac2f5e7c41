/*
 * backtest_tally.c - what is counted of each referral, then and now
 */
#include "ctl/backtest.h"

#include <stdlib.h>

bool tally_init(struct backtest_tally *t, const struct ruleset *rules)
{
    struct arena *a = arena_new(0);
    *t = (struct backtest_tally){.arena = a, .rules = rules};
    t->asks_earlier = ruleset_needs(rules) & NEEDS_EARLIER;
    t->gone.arena = t->old_rules.arena = t->old_categories.arena = t->old_sets.arena = a;
    t->roster.arena = a;
    for (int i = 0; a && i < rules->roster.n; i++)
        if (counting_name(&t->roster, rules->roster.items[i].id) != i)
            return false;
    t->cities = a ? ARENA_ARRAY(a, BACKTEST_CITIES, struct backtest_part *) : NULL;
    return t->cities;
}

void tally_free(struct backtest_tally *t)
{
    struct names *const names[] = {&t->roster, &t->gone, &t->old_rules, &t->old_categories, &t->old_sets};
    struct pairs *const pairs[] = {&t->flows, &t->by_rule, &t->moved_by_rule, &t->categories};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        counting_forget(names[i]);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        pairs_free(pairs[i]);
    free(t->old_set_referrals);
    free(t->old_set_moved);
    arena_free(t->arena);
    *t = (struct backtest_tally){0};
}

int tally_organisation(struct backtest_tally *t, struct str id)
{
    int number = counting_find(&t->roster, id);
    if (number >= 0)
        return number;
    number = counting_name(&t->gone, id);
    return number < 0 ? -1 : t->rules->roster.n + number;
}

int tally_then(struct backtest_tally *t, const struct record *then)
{
    if (then->outcome == OUTCOME_ASSIGNED)
        return tally_organisation(t, then->organisation);
    return then->outcome == OUTCOME_MANUAL ? TO_MANUAL : TO_REFUSED;
}

/* ---- parts ---- */

static bool part_of_city(struct backtest_tally *t, int city, struct backtest_part **out)
{
    struct backtest_part **at = &t->cities[city];
    if (!*at)
        *at = ARENA_NEW(t->arena, struct backtest_part);
    *out = *at;
    return *at;
}

/* The referral's parts: everything, its city, its channel. */
static bool parts_of(struct backtest_tally *t, const struct backtest_case *c, struct backtest_part *out[3])
{
    out[0] = &t->all;
    out[1] = &t->channels[c->channel];
    return part_of_city(t, c->city, &out[2]);
}

bool tally_left(struct backtest_tally *t, const struct backtest_case *c)
{
    struct backtest_part *parts[3];
    if (!parts_of(t, c, parts))
        return false;
    for (int i = 0; i < 3; i++) {
        parts[i]->referrals++;
        parts[i]->left++;
    }
    t->referrals++;
    t->left[c->left]++;
    return true;
}

static bool count_parts(struct backtest_tally *t, const struct backtest_case *c, bool moved, bool elsewhere)
{
    struct backtest_part *parts[3];
    if (!parts_of(t, c, parts))
        return false;
    for (int i = 0; i < 3; i++) {
        parts[i]->referrals++;
        parts[i]->moved += moved;
        parts[i]->elsewhere += elsewhere;
        parts[i]->then[c->then.outcome]++;
        parts[i]->would[c->decision.outcome]++;
    }
    return true;
}

/* ---- old sets ---- */

static bool grow_sets(struct backtest_tally *t, size_t n)
{
    int64_t *referrals = realloc(t->old_set_referrals, n * sizeof *referrals);
    if (referrals)
        t->old_set_referrals = referrals;
    int64_t *moved = realloc(t->old_set_moved, n * sizeof *moved);
    if (moved)
        t->old_set_moved = moved;
    if (!referrals || !moved)
        return false;
    for (; t->n_old_sets < n; t->n_old_sets++)
        referrals[t->n_old_sets] = moved[t->n_old_sets] = 0;
    return true;
}

static bool count_set(struct backtest_tally *t, const struct digest *hash, bool moved)
{
    int set = counting_name(&t->old_sets, (struct str){(const char *)hash->b, sizeof hash->b});
    if (set < 0 || ((size_t)set >= t->n_old_sets && !grow_sets(t, (size_t)set + 1)))
        return false;
    t->old_set_referrals[set]++;
    t->old_set_moved[set] += moved;
    return true;
}

/* ---- organisations ---- */

static void count_organisations(struct backtest_tally *t, const struct backtest_case *c, int from, int to)
{
    int known = t->n_organisations;
    if (from >= 0 && from < known)
        t->organisations[from].given_then++;
    if (to >= 0)
        t->organisations[to].given_would++;
    for (int i = 0; i < c->then.n_candidates; i++)
        if (c->then.candidates[i].passed == PASSED_FULL && c->seen[i] >= 0)
            t->organisations[c->seen[i]].full_then++;
    for (int i = 0; i < c->decision.n_candidates; i++)
        if (c->decision.candidates[i].passed == PASSED_FULL)
            t->organisations[c->decision.candidates[i].organisation].full_would++;
}

/* ---- rules and categories ---- */

static bool same_duration(struct duration a, struct duration b)
{
    return a.count == b.count && (a.count == 0 || a.unit == b.unit);
}

static struct str id_of(const struct backtest_tally *t, int organisation)
{
    return organisation >= 0 ? t->rules->roster.items[organisation].id : STR("");
}

/* What became of it in the new set's words, beside where it goes. */
static bool count_manner(struct backtest_tally *t, const struct backtest_case *c, bool moved)
{
    const struct record *then = &c->then;
    const struct decision *d = &c->decision;
    struct str rule = d->rule >= 0 ? t->rules->rules[d->rule].id : STR("");
    struct str category = d->category >= 0 ? t->rules->categories.items[d->category].code : STR("");
    int old_rule = counting_name(&t->old_rules, then->rule);
    if (old_rule < 0 || !pairs_add(&t->by_rule, old_rule, d->rule) || (moved && !pairs_add(&t->moved_by_rule, old_rule, d->rule)))
        return false;
    t->other_rule += !str_eq(rule, then->rule);
    t->other_partner += !moved && !str_eq(id_of(t, d->partner), then->partner);
    t->silent += t->asks_earlier && then->earlier.count == 0 && !then->earlier.organisation.n;
    if (!moved && d->outcome == OUTCOME_ASSIGNED)
        t->other_limits += !same_duration(d->respond_within, then->respond_within) ||
                           !same_duration(d->finish_within, then->finish_within);
    if (!moved && d->outcome != OUTCOME_ASSIGNED)
        t->other_code += !str_eq(d->code, then->code);
    if (str_eq(category, then->category))
        return true;
    int old_category = counting_name(&t->old_categories, then->category);
    t->other_category++;
    return old_category >= 0 && pairs_add(&t->categories, old_category, d->category);
}

bool tally_case(struct backtest_tally *t, const struct backtest_case *c, int from, int to)
{
    bool moved = from != to, elsewhere = moved && from >= 0 && to >= 0;
    t->referrals++;
    t->replayed++;
    t->moved += moved;
    t->elsewhere += elsewhere;
    t->outcomes[c->then.outcome][c->decision.outcome]++;
    count_organisations(t, c, from, to);
    return (!moved || pairs_add(&t->flows, from, to)) && count_parts(t, c, moved, elsewhere) &&
           count_set(t, &c->then.ruleset, moved) && count_manner(t, c, moved);
}
