/*
 * match.c - one predicate a kind of condition, and the groups over them
 */
#include "core/match.h"

#include <assert.h>

static bool has_bit(uint64_t set, unsigned bit)
{
    return bit < 64 && (set >> bit & 1);
}

static bool in_list(const struct cond *c, int value)
{
    for (int i = 0; i < c->n; i++) {
        if (c->list[i] == value)
            return true;
    }
    return false;
}

static bool in_strings(const struct cond *c, struct str s)
{
    for (int i = 0; i < c->n; i++) {
        if (str_eq(c->strings[i], s))
            return true;
    }
    return false;
}

static bool in_range(const struct cond *c, int64_t value)
{
    return c->low <= value && value <= c->high;
}

static bool is_channel(const struct match *m, const struct cond *c)
{
    return has_bit(c->set, m->referral->channel);
}

static bool is_mode(const struct match *m, const struct cond *c)
{
    return has_bit(c->set, m->referral->mode);
}

static bool category_is_under(const struct match *m, const struct cond *c)
{
    for (int i = 0; i < c->n && m->category >= 0; i++) {
        if (category_under(&m->rules->categories, m->category, c->list[i]))
            return true;
    }
    return false;
}

static bool category_is(const struct match *m, const struct cond *c)
{
    return m->category >= 0 && in_list(c, m->category);
}

static bool category_missing(const struct match *m, const struct cond *c)
{
    (void)c;
    return m->category < 0;
}

static bool region_is_within(const struct match *m, const struct cond *c)
{
    for (int i = 0; i < c->n; i++) {
        if (region_within(&m->rules->regions, m->referral->place, c->list[i]))
            return true;
    }
    return false;
}

static bool region_is(const struct match *m, const struct cond *c)
{
    return in_list(c, m->referral->place);
}

static bool region_level(const struct match *m, const struct cond *c)
{
    return has_bit(c->set, m->rules->regions.items[m->referral->place].level);
}

static bool region_kind(const struct match *m, const struct cond *c)
{
    return has_bit(c->set, m->rules->regions.items[m->referral->place].kind);
}

static bool claim(const struct match *m, const struct cond *c)
{
    const struct referral *r = m->referral;
    return r->has_claim && strncmp(r->currency, c->currency, sizeof r->currency) == 0 &&
           in_range(c, r->claim_minor);
}

static bool claim_missing(const struct match *m, const struct cond *c)
{
    (void)c;
    return !m->referral->has_claim;
}

static bool tags(const struct match *m, const struct cond *c)
{
    for (int i = 0; i < m->n_tags; i++) {
        if (in_strings(c, m->tags[i]))
            return true;
    }
    return false;
}

static bool offence(const struct match *m, const struct cond *c)
{
    return in_strings(c, m->referral->offence);
}

static bool source_category(const struct match *m, const struct cond *c)
{
    return in_strings(c, m->source_category);
}

static bool agency(const struct match *m, const struct cond *c)
{
    return in_strings(c, m->referral->agency);
}

static bool risk(const struct match *m, const struct cond *c)
{
    return (c->set & m->referral->risk) != 0;
}

static bool text(const struct match *m, const struct cond *c)
{
    for (int i = 0; i < c->n; i++) {
        if (m->hits[c->list[i] / 8] >> (c->list[i] % 8) & 1)
            return true;
    }
    return false;
}

static bool party(const struct match *m, const struct cond *c)
{
    for (int i = 0; i < m->referral->n_parties; i++) {
        const struct party_facts *p = &m->referral->parties[i];
        if ((c->party.kinds == 0 || has_bit(c->party.kinds, p->kind)) &&
            (c->party.roles == 0 || has_bit(c->party.roles, p->role)) &&
            (c->party.foreign < 0 || (c->party.foreign != 0) == p->foreign) &&
            (c->party.minor < 0 || (c->party.minor != 0) == p->minor))
            return true;
    }
    return false;
}

static bool parties(const struct match *m, const struct cond *c)
{
    return in_range(c, m->referral->n_parties);
}

static bool same_village(const struct match *m, const struct cond *c)
{
    const struct referral *r = m->referral;
    (void)c;
    for (int i = 0; i < r->n_parties; i++) {
        int at = r->parties[i].address;
        if (at < 0 || at != r->parties[0].address || m->rules->regions.items[at].level != LEVEL_VILLAGE)
            return false;
    }
    return r->n_parties >= 2;
}

static bool age(const struct match *m, const struct cond *c)
{
    const struct referral *r = m->referral;
    return r->occurred_on != 0 && in_range(c, calendar_day_of_ms(r->arrived_ms) - r->occurred_on);
}

static bool age_missing(const struct match *m, const struct cond *c)
{
    (void)c;
    return m->referral->occurred_on == 0;
}

static bool arrived(const struct match *m, const struct cond *c)
{
    return in_range(c, calendar_day_of_ms(m->referral->arrived_ms));
}

static bool working_time(const struct match *m, const struct cond *c)
{
    (void)c;
    return hours_open(&m->rules->calendar, policy_working(&m->rules->policies), m->referral->arrived_ms);
}

static bool earlier(const struct match *m, const struct cond *c)
{
    const struct referral *r = m->referral;
    return r->earlier.count > 0 &&
           in_range(c, calendar_day_of_ms(r->arrived_ms) - calendar_day_of_ms(r->earlier.last_ms));
}

static bool earlier_count(const struct match *m, const struct cond *c)
{
    return in_range(c, m->referral->earlier.count);
}

static bool (*const leaves[])(const struct match *, const struct cond *) = {
    [COND_CHANNEL] = is_channel,
    [COND_MODE] = is_mode,
    [COND_CATEGORY_UNDER] = category_is_under,
    [COND_CATEGORY_IS] = category_is,
    [COND_CATEGORY_MISSING] = category_missing,
    [COND_REGION_WITHIN] = region_is_within,
    [COND_REGION_IS] = region_is,
    [COND_REGION_LEVEL] = region_level,
    [COND_REGION_KIND] = region_kind,
    [COND_CLAIM] = claim,
    [COND_CLAIM_MISSING] = claim_missing,
    [COND_TAGS] = tags,
    [COND_OFFENCE] = offence,
    [COND_SOURCE_CATEGORY] = source_category,
    [COND_AGENCY] = agency,
    [COND_RISK] = risk,
    [COND_TEXT] = text,
    [COND_PARTY] = party,
    [COND_PARTIES] = parties,
    [COND_SAME_VILLAGE] = same_village,
    [COND_AGE] = age,
    [COND_AGE_MISSING] = age_missing,
    [COND_ARRIVED] = arrived,
    [COND_WORKING_TIME] = working_time,
    [COND_EARLIER] = earlier,
    [COND_EARLIER_COUNT] = earlier_count,
};

/* The first of `group`'s own nodes that holds, or that does not; NULL when there is none. */
static const struct cond *first_that(const struct match *m, const struct cond *group, bool holds)
{
    const struct cond *end = group + 1 + group->span;
    for (const struct cond *c = group + 1; c < end; c += 1 + c->span) {
        if (match_holds(m, c) == holds)
            return c;
    }
    return NULL;
}

bool match_holds(const struct match *m, const struct cond *when)
{
    switch (when->kind) {
    case COND_ALL:
        return !first_that(m, when, false);
    case COND_ANY:
        return first_that(m, when, true) != NULL;
    case COND_NOT: /* of all its own together */
        return first_that(m, when, false) != NULL;
    default:
        assert(when->span == 0);
        return leaves[when->kind](m, when);
    }
}

const struct cond *match_failed(const struct match *m, const struct cond *when)
{
    while (when->kind == COND_ALL) {
        const struct cond *failed = first_that(m, when, false);
        assert(failed);
        when = failed;
    }
    return when;
}

struct str match_source_category(const struct referral *r)
{
    for (size_t i = r->folded.n; i > 0; i--) {
        if (r->folded.p[i - 1] == '\n')
            return (struct str){r->folded.p + i, r->folded.n - i};
    }
    return (struct str){NULL, 0};
}
